"""Waiting for what other processes do: for the thing itself, never for a time.

``PATIENCE`` only ends what hangs. It is far above what the slowest machine needs, so that no test
is lost for want of a second.
"""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 300.0  # seconds


def wait_for(what: str, ready: Callable[[], Any], pause: float = 0.05) -> Any:
    """Return the first true answer of ``ready``; a server that does not answer yet is false."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            answer = ready()
        except OSError:
            answer = None
        if answer:
            return answer
        time.sleep(pause)
    raise TimeoutError(what)
