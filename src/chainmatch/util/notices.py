"""What is noticed on the way and stops nobody: logged here, printed by the commands."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

_LOG = logging.getLogger("chainmatch.lists")


def tell(file: str, notes: Iterable[str]) -> None:
    """Tell whoever listens what was noticed in a list."""
    for note in notes:
        _LOG.info("%s：%s", file, note)


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.setdefault(record.getMessage())


@contextmanager
def listening() -> Iterator[dict[str, None]]:
    """Give the notices that come up, each once, in their order."""
    listener, level = _Listener(), _LOG.level
    _LOG.setLevel(logging.INFO)
    _LOG.addHandler(listener)
    try:
        yield listener.heard
    finally:
        _LOG.removeHandler(listener)
        _LOG.setLevel(level)
