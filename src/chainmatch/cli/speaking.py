"""What the commands print reaches a terminal or a pipe in the encoding that it asks for."""

import codecs
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from chainmatch.util.cells import shown
from chainmatch.util.file_names import legible


@contextmanager
def speaking(argv: Sequence[str]) -> Iterator[None]:
    """Print in the encoding that was asked for; what it lacks becomes a question mark.

    Names of files in ``argv`` that the system could not decode are printed as what they are. A
    reader that goes away early (``| head``) ends the command in silence.
    """
    streams = sys.stdout, sys.stderr
    parts = {part for one in argv for part in (one, *PurePath(one).parts, PurePath(one).stem)}
    odd = {part: legible(part) for part in parts if part != legible(part)}
    for stream in filter(None, streams):
        _encode(stream)
    sys.stdout, sys.stderr = (stream and _Spoken(stream, odd) for stream in streams)
    try:
        yield
        for stream in filter(None, streams):
            stream.flush()
    except BrokenPipeError:
        _forget_output(streams)
        raise SystemExit(0) from None
    except SystemExit:  # --help says it all and goes
        try:
            for stream in filter(None, streams):
                stream.flush()
        except BrokenPipeError:
            _forget_output(streams)
        raise
    finally:
        sys.stdout, sys.stderr = streams


def _encode(stream: Any) -> None:
    """The locale C names no encoding: everybody who uses it today reads UTF-8."""
    if not hasattr(stream, "reconfigure"):
        return
    asked = os.environ.get("PYTHONIOENCODING", "").partition(":")[0]
    none = not asked and codecs.lookup(stream.encoding).name == "ascii"
    stream.reconfigure(encoding="utf-8" if none else stream.encoding, errors="replace")


def below(stream: Any) -> Any:
    """Return the stream itself, for a progress bar, which moves the cursor."""
    return stream.stream if isinstance(stream, _Spoken) else stream


class _Spoken:
    """A stream to which text goes without signs that a terminal obeys, names of files legible."""

    def __init__(self, stream: Any, names: dict[str, str]) -> None:
        self.stream, self._names = stream, names

    def write(self, text: str) -> Any:
        for raw in sorted(self._names, key=len, reverse=True):
            text = text.replace(raw, self._names[raw])
        return self.stream.write(shown(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _forget_output(streams: Sequence[Any]) -> None:
    """Let what is left to print go nowhere, else Python complains of it on its way out."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in filter(None, streams):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):
            continue
    os.close(nowhere)
