"""Rows of CSV from Arrow columns: the bytes that ``write_csv`` writes, without a list of cells."""

from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.report.files import number_text
from chainmatch.util.cells import FORMULA

_QUOTED = '[,"\n]'
_ODD = "[\r\x00]"  # quoted or not, as the version of Python has it
_TEXT = pa.large_string()  # long cells of many rows may go beyond what a string array holds


def can_write(table: pa.Table) -> bool:
    """Return whether the columns, two or more, are numbers and text without odd characters."""
    return table.num_columns > 1 and all(map(_is_usual, table.columns))


def write_arrow_rows(table: pa.Table, file: BinaryIO) -> None:
    """Write rows of CSV without header; a null is an empty cell, a formula becomes text.

    ``table`` is one for which :func:`can_write` holds.
    """
    for batch in table.to_batches():
        lines = pc.binary_join_element_wise(*map(_cells, batch.columns), pa.scalar(",", _TEXT))
        ended = pc.binary_join_element_wise(lines, pa.scalar("", _TEXT), pa.scalar("\n", _TEXT))
        _, offsets, data = ended.buffers()
        if len(ended):
            file.write(data.slice(0, int(np.frombuffer(offsets, np.int64)[len(ended)])))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_usual(column: pa.ChunkedArray) -> bool:
    if _is_text(column.type):
        return not pc.any(pc.match_substring_regex(column, _ODD)).as_py()
    return bool(pa.types.is_float64(column.type) or pa.types.is_int64(column.type))


def _cells(column: pa.Array) -> pa.Array:
    if _is_text(column.type):
        return _text_cells(column.cast(_TEXT).fill_null(""))
    if pa.types.is_int64(column.type):
        return column.cast(_TEXT).fill_null("")
    numbers = column.dictionary_encode()
    words = pa.array([number_text(value) for value in numbers.dictionary.to_pylist()], _TEXT)
    return words.take(numbers.indices).fill_null("")


def _text_cells(cells: pa.Array) -> pa.Array:
    formula = pc.match_substring_regex(cells, FORMULA)
    if pc.any(formula).as_py():
        cells = pc.if_else(formula, _joined(pa.scalar("'", _TEXT), cells), cells)
    quoted = pc.match_substring_regex(cells, _QUOTED)
    if pc.any(quoted).as_py():
        mark = pa.scalar('"', _TEXT)
        inside = pc.replace_substring(cells, '"', '""')
        cells = pc.if_else(quoted, _joined(mark, inside, mark), cells)
    return cells


def _joined(*parts: pa.Array | pa.Scalar) -> pa.Array:
    return pc.binary_join_element_wise(*parts, pa.scalar("", _TEXT))
