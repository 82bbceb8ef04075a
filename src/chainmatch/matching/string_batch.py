"""Many strings in one: what is done with all of them is done once.

A :data:`ROW` stands before and behind each, so that no expression looks at a neighbour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.matching.arrays import POOL, Ints
from chainmatch.util.text import form, normalise, odd_characters

ROW = "\x00"

_ENCODINGS = {2: "utf-16-le", 4: "utf-32-le"}  # by the bytes of a code point
_SLOWLY = 0xFFFF  # no character: in its place stands one that does not fit into two bytes


@dataclass(frozen=True)
class StringBatch(Sequence[str]):
    """Strings end to end; as a sequence, each of them.

    String ``n`` begins at ``starts[n]`` of ``text``; ``starts[len(batch)]`` is where a further one
    would begin.
    """

    text: str
    starts: Ints

    @property
    def lengths(self) -> Ints:
        """The length of each string."""
        return np.diff(self.starts) - 1

    def at(self, positions: Sequence[int] | np.ndarray) -> Ints:
        """Return the number of the string that holds each position of ``text``."""
        return np.searchsorted(self.starts, positions, "right") - 1

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[str]: ...
    def __getitem__(self, number: int | slice) -> str | Sequence[str]:
        if isinstance(number, slice):
            return list(self)[number]
        number = range(len(self))[number]
        start, behind = self.starts[number : number + 2].tolist()
        return self.text[start : behind - 1]

    def __iter__(self) -> Iterator[str]:
        return iter(self.text[1:-1].split(ROW) if len(self) else ())


def concat(strings: Sequence[str]) -> StringBatch:
    """Return strings as a batch; a :data:`ROW` in one becomes a blank, a batch stays as it is."""
    if isinstance(strings, StringBatch):
        return strings
    joined = ROW.join(strings)
    if _holds_row(joined, len(strings)):
        joined = ROW.join([text.replace(ROW, " ") for text in strings])
    return _batch(joined, np.fromiter(map(len, strings), np.int64, len(strings)))


def concat_code_points(strings: pa.BinaryArray, width: int) -> StringBatch:
    """Return :func:`concat` of strings given as code points of ``width`` bytes, without a ROW."""
    joined = decode(_join(strings, _encode(ROW, width)), width)
    return _batch(joined, pc.binary_length(strings).to_numpy() // width)


def _join(strings: pa.Array, sign: str | bytes) -> Any:
    whole = pa.ListArray.from_arrays(pa.array([0, len(strings)], pa.int32()), strings)
    return pc.binary_join(whole, sign, memory_pool=POOL)[0].as_py()


def _holds_row(joined: str, strings: int) -> bool:
    """Whether one of the strings holds the sign that stands between them."""
    return joined.count(ROW) >= max(strings, 1)


def _batch(joined: str, lengths: Ints) -> StringBatch:
    starts = np.ones(len(lengths) + 1, np.int64)
    starts[1:] += np.cumsum(lengths + 1)
    return StringBatch(f"{ROW}{joined}{ROW}", starts)


def normalise_batch(batch: StringBatch) -> StringBatch:
    """Return :func:`~chainmatch.util.text.normalise` of strings, position by position."""
    codes = code_points(batch.text)
    if codes.itemsize == 2:
        found = _forms().take(codes)
        if not (found == _SLOWLY).any():
            return StringBatch(decode(found.tobytes(), 2), batch.starts)
    return StringBatch(normalise(batch.text), batch.starts)


@cache
def _forms() -> np.ndarray:
    """Return the one form of each character of two bytes."""
    table = np.arange(1 << 16, dtype=np.uint16)
    for char in odd_characters():
        own = ord(form(char))
        table[ord(char)] = own if own < _SLOWLY else _SLOWLY
    return table


def code_points(text: str) -> np.ndarray:
    """Return the code points of a text: ``uint16`` where all of them fit, else ``uint32``."""
    short = _encode(text, 2)
    if len(short) == 2 * len(text):
        return np.frombuffer(short, np.uint16)
    return np.frombuffer(_encode(text, 4), np.uint32)


def _encode(text: str, width: int) -> bytes:
    """Return the code points of a text, ``width`` bytes each (more where one does not fit)."""
    return text.encode(_ENCODINGS[width], "surrogatepass")


def decode(points: bytes, width: int) -> str:
    """Return the text of code points of ``width`` bytes each."""
    return points.decode(_ENCODINGS[width])
