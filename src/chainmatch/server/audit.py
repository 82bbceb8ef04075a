"""Who did what and when: one JSON object a line, without names of firms, texts or addresses."""

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

_LOG = logging.getLogger("chainmatch.server")


class Audit:
    """Appends to a file that several processes share.

    A line is one ``write`` to a file opened for appending, so lines never mix and a killed process
    loses none. The file is opened anew when something (logrotate) has moved it away.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1
        self._inode = -1

    def write(self, who: str, what: str, run: str, status: int, milliseconds: float) -> None:
        """Append a line: ``what`` is the method and the pattern of the path, never its values."""
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "key": who,
            "what": what,
            "run": run,
            "status": status,
            "ms": round(milliseconds, 1),
        }
        try:
            os.write(self._opened(), (json.dumps(line, ensure_ascii=False) + "\n").encode())
        except OSError as error:  # a full disk must not keep officers from asking
            _LOG.error("the audit log cannot be written: %s", error.strerror)

    def _opened(self) -> int:
        try:
            there = self._path.stat().st_ino
        except FileNotFoundError:
            there = -2
        if there != self._inode:
            old, self._file = self._file, -1
            if old >= 0:
                os.close(old)
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            self._inode = os.fstat(self._file).st_ino
        return self._file
