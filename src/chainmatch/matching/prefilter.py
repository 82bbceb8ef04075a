"""A first pass over the rows of a long list: which of them may name anything (extra ``fast``).

A firm none of whose texts holds a wording gets an empty line, whatever else it writes. polars finds
those firms in a small part of the time that reading their texts takes. So where most rows name
nothing, as with a single chain of one's own, a list is matched in two thirds of the time. It is
asked where that pays, and never decides what a row says: what may name something is read whole.
"""

import re
from collections.abc import Sequence
from functools import cached_property, reduce

import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.util.text import form, odd_characters

_FEW = 4096  # rows for which loading polars takes longer than it spares
_MOST = 0.5  # share of rows that name something, above which asking takes as long as it spares
_NO_SIGN = re.compile(r"[^\W_]+")


class Prefilter:
    """Tells which rows may hold one of some normalised wordings, in whatever characters.

    It has no opinion where polars is missing, and until it was told that most rows name nothing.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._pays = False
        self._useless = False

    def learn(self, rows: int, silent: int) -> None:
        """Take note of rows that were read: how many of them named nothing."""
        self._pays = not self._useless and rows >= _FEW and silent >= (1 - _MOST) * rows

    def may_name(self, columns: Sequence[pa.StringArray]) -> pa.BooleanArray | None:
        """Return which rows may hold a wording in one of some columns of text; ``None``: read all.

        From the first time on that most rows may, all are read.
        """
        if not self._pays or len(columns[0]) < _FEW:
            return None
        try:
            found = reduce(pc.or_, map(self._holding, columns))
        except ImportError:
            self._useless, found = True, None
        else:
            self._useless = found.true_count > _MOST * len(found)
        self._pays = not self._useless
        return found

    def _holding(self, column: pa.StringArray) -> pa.BooleanArray:
        import polars

        texts = polars.Series(values=column, dtype=polars.String)
        return texts.str.contains_any(self._patterns).to_arrow()

    @cached_property
    def _patterns(self) -> list[str]:
        """What a text holds at least one of if, normalised, it holds a wording.

        Of each wording that is its longest part without signs, which come in many forms; and each
        other form of a character of those parts, such as 發 for 发.
        """
        parts = {max(_NO_SIGN.findall(word), key=len, default="") for word in self._words}
        letters = set().union(*parts)
        return sorted(parts) + sorted(char for char in odd_characters() if form(char) in letters)
