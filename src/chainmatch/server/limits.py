"""How often one key may ask: a bucket of tokens for each, shared by all processes."""

import math
import mmap
import sys
import tempfile
import time
import weakref

import numpy as np

if sys.platform != "win32":
    import fcntl

_SLOTS = 4096


class Buckets:
    """One bucket for each key: ``burst`` requests at once, ``rate`` a second in the long run.

    Lies in memory that forked processes share; the lock is the kernel's, so that a process that is
    killed cannot keep it. To be used from one thread of each process; without ``fork`` there is one
    process, and no lock.
    """

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._table = np.frombuffer(mmap.mmap(-1, _SLOTS * 16), np.float64).reshape(_SLOTS, 2)
        self._lock = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the buckets
        weakref.finalize(self, self._lock.close)

    def take(self, number: int, moment: float | None = None) -> int:
        """Take one token of key ``number``; return 0, or the seconds after which to ask again.

        ``moment`` is on the monotonic clock, which all processes of a machine share.
        """
        at = time.monotonic() if moment is None else moment
        if sys.platform != "win32":
            fcntl.lockf(self._lock, fcntl.LOCK_EX)
        spent, last = self._table[number % _SLOTS]
        spent = max(0.0, spent - self._rate * max(0.0, at - last))
        allowed = spent + 1 <= self._burst
        self._table[number % _SLOTS] = spent + allowed, at
        if sys.platform != "win32":
            fcntl.lockf(self._lock, fcntl.LOCK_UN)
        return 0 if allowed else max(1, math.ceil((spent + 1 - self._burst) / self._rate))
