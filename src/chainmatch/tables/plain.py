"""Which cells of whole columns the reading rules leave as they are: those are not read one by one.

Each test here may say no to a cell that its rule would leave alone, never yes to one that it would
change; what is said no to is read by the rule itself.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.names.codes import valid_codes
from chainmatch.schema.columns import PERSONAL
from chainmatch.tables.bounds import MAX_WORDS
from chainmatch.tables.headers import header_ends
from chainmatch.tables.kinds import FIRM_ENDS, HEADING_ENDS, PLAIN_OPENING
from chainmatch.tables.rows import LONGEST_HEADER
from chainmatch.tables.values import PLAIN_NAME, PLAIN_TEXT, UNKNOWN
from chainmatch.util.text import traditional

_CODE = 18


def strings(cells: pa.Array) -> pa.StringArray | None:
    """Return a column of text as plain ``string``; None for any other column."""
    if pa.types.is_string(cells.type):
        return cells
    return cells.cast(pa.string()) if pa.types.is_large_string(cells.type) else None


def plain_texts(cells: pa.StringArray, most: int) -> np.ndarray:
    """Return where ``text_of`` and ``wording_of`` change nothing and nothing has to be cut.

    ``most`` is the number of characters that the column may hold.
    """
    said = ~_flags(pc.is_in(cells, _unknown()))
    plain: np.ndarray = _matches(cells, PLAIN_TEXT) & short(cells, most) & said
    plain |= _flags(cells.is_null())
    return plain


def short(cells: pa.StringArray, most: int) -> np.ndarray:
    """Return where a text certainly has no more than ``most`` characters."""
    return _flags(pc.less_equal(pc.binary_length(cells), most), null=True)


def plain_names(cells: pa.StringArray, mapping: Mapping[str, str]) -> np.ndarray:
    """Return where a name makes its row one of a firm, and ``name_of`` changes nothing.

    ``mapping`` is the user's, from headers to columns.
    """
    plain: np.ndarray = (
        _matches(cells, PLAIN_NAME)
        & _matches(cells, PLAIN_OPENING)
        & ~_matches(cells, rf"[{HEADING_ENDS}]\z")
        & ~_matches(cells, f"[{''.join(map(chr, traditional()))}]")
        & short(cells, MAX_WORDS)
    )
    no_header = _matches(cells, f"(?:{'|'.join(FIRM_ENDS)})\\z") | _flags(
        pc.greater(pc.utf8_length(cells), LONGEST_HEADER)
    )
    if not mapping:
        no_header |= _matches(cells, r"\A[一-龥]+\z") & ~_matches(
            cells, rf"(?:{'|'.join(PERSONAL)}|[{header_ends()}]\z)"
        )
    plain &= no_header
    return plain


def plain_codes(cells: pa.StringArray) -> np.ndarray:
    """Return where a cell is a credit code with a right check digit."""
    found = _flags(pc.equal(pc.binary_length(cells), _CODE))
    block = pc.cast(cells.filter(pa.array(found)), pa.binary()).cast(pa.binary(_CODE))
    if len(block):
        buffer = np.frombuffer(block.buffers()[1], np.uint8)
        start = _CODE * block.offset
        rows = buffer[start : start + _CODE * len(block)].reshape(-1, _CODE)
        found[found] = valid_codes(rows)
    return found


def _matches(cells: pa.StringArray, pattern: str) -> np.ndarray:
    return _flags(pc.match_substring_regex(cells, pattern))


def _flags(values: pa.BooleanArray, *, null: bool = False) -> np.ndarray:
    flags: np.ndarray = values.fill_null(null).to_numpy(zero_copy_only=False)
    return flags


@cache
def _unknown() -> pa.Array:
    return pa.array(sorted(UNKNOWN - {""}))
