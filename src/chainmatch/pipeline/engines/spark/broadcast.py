"""Plain data on its way to the workers, and what a worker process builds of them, once."""

import hashlib
import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Built = TypeVar("Built")

_KEPT = 4  # of what was built; a worker that serves several jobs in turn stays small
_built: OrderedDict[tuple[str, str], Any] = OrderedDict()


@dataclass(frozen=True)
class Parcel:
    """Values as bytes, known by their content: ``digest`` is the sha256 of ``content``.

    It travels with the function of a job, as everything does that Spark sends to its workers.
    """

    content: bytes
    digest: str

    @classmethod
    def of(cls, *values: Any) -> "Parcel":
        """Pack values."""
        content = pickle.dumps(values, protocol=5)
        return cls(content, hashlib.sha256(content).hexdigest())

    def open(self, build: Callable[..., Built]) -> Built:
        """Return ``build(*values)``, built once in this process for the same content."""
        key = (f"{build.__module__}.{build.__qualname__}", self.digest)
        if key not in _built:
            # Packed by the driver in `of`, and brought by Spark's own pickled function.
            _built[key] = build(*pickle.loads(self.content))  # noqa: S301
        _built.move_to_end(key)
        while len(_built) > _KEPT:
            _built.popitem(last=False)
        built: Built = _built[key]
        return built
