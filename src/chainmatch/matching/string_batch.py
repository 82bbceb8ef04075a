"""Texts laid end to end: what is done with many of them is done once.

A :data:`ROW` stands before and behind each, so that none looks at its neighbours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.matching.ragged import POOL
from chainmatch.util.text import form, normalise, odd_characters

ROW = "\x00"

TWO_BYTES, FOUR_BYTES = 2, 4
_ENCODINGS = {TWO_BYTES: "utf-16-le", FOUR_BYTES: "utf-32-le"}
WIDTHS = tuple(_ENCODINGS)  # bytes of a code point
_SLOWLY = 0xFFFF  # no character: in its place stands one that does not fit into two bytes


@dataclass(frozen=True)
class Laid(Sequence[str]):
    """Texts laid end to end; as a sequence, each of them.

    Number ``n`` begins at ``starts[n]`` of ``text``; behind the last stands where a further one
    would begin.
    """

    text: str
    starts: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """The length of each text."""
        return np.diff(self.starts) - 1

    def at(self, positions: Sequence[int] | np.ndarray) -> np.ndarray:
        """Return the number of the text that holds each position."""
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


def lay(texts: Sequence[str]) -> Laid:
    """Lay texts end to end; those that lie so already stay as they are."""
    if isinstance(texts, Laid):
        return texts
    joined = ROW.join(texts)
    if _holding_rows(joined, len(texts)):
        joined = ROW.join([text.replace(ROW, " ") for text in texts])
    return _laid(joined, np.fromiter(map(len, texts), np.int64, len(texts)))


def lay_column(texts: pa.StringArray) -> Laid:
    """Lay the texts of an Arrow column end to end; none is null."""
    whole = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    joined = pc.binary_join(whole, ROW, memory_pool=POOL)[0].as_py()
    if _holding_rows(joined, len(texts)):
        return lay(texts.to_pylist())
    return _laid(joined, pc.utf8_length(texts).to_numpy())


def lay_points(texts: Sequence[bytes]) -> Laid:
    """Lay texts of which the code points are given in UTF-16; none holds a :data:`ROW`."""
    joined = text_of_points(points_of(ROW, TWO_BYTES).join(texts), TWO_BYTES)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) // TWO_BYTES
    if len(joined) < lengths.sum() + len(texts) - 1:  # one that needs four bytes
        return lay(joined.split(ROW))
    return _laid(joined, lengths)


def _holding_rows(joined: str, texts: int) -> bool:
    """Whether a text holds the sign that stands between them."""
    return joined.count(ROW) >= max(texts, 1)


def _laid(joined: str, lengths: np.ndarray) -> Laid:
    starts = np.ones(len(lengths) + 1, np.int64)
    starts[1:] += np.cumsum(lengths + 1)
    return Laid(f"{ROW}{joined}{ROW}", starts)


def normalised(laid: Laid) -> Laid:
    """Return :func:`~chainmatch.util.text.normalise` of texts, in their places."""
    codes = code_points(laid.text)
    if codes.itemsize == TWO_BYTES:
        found = _forms().take(codes)
        if not (found == _SLOWLY).any():
            return Laid(text_of_points(found.tobytes(), TWO_BYTES), laid.starts)
    return Laid(normalise(laid.text), laid.starts)


@cache
def _forms() -> np.ndarray:
    """Return the one form of each character of two bytes."""
    table = np.arange(1 << 16, dtype=np.uint16)
    for char in odd_characters():
        own = ord(form(char))
        table[ord(char)] = own if own < _SLOWLY else _SLOWLY
    return table


def points_of(text: str, width: int) -> bytes:
    """Return the code points of a text, ``width`` bytes each (more where one does not fit)."""
    return text.encode(_ENCODINGS[width], "surrogatepass")


def code_points(text: str) -> np.ndarray:
    """Return the code points of a text, two bytes each where all of them fit, else four."""
    short = points_of(text, TWO_BYTES)
    if len(short) == TWO_BYTES * len(text):
        return np.frombuffer(short, np.uint16)
    return np.frombuffer(points_of(text, FOUR_BYTES), np.uint32)


def text_of_points(points: bytes, width: int) -> str:
    """Return the text of code points of ``width`` bytes each."""
    return points.decode(_ENCODINGS[width])
