"""What a cell may hold at most: one place that bounds what comes in from outside.

Whatever is longer is cut and said to be; whatever Python cannot hold is handed on as text, which no
reader takes for a date or a number.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

MAX_CELL = 32_767  # characters that a cell of a spreadsheet can hold
MAX_WORDS = 500  # of a name, a place, a date: whatever is no prose
_PROSE = frozenset(("scope", "products", "honours", "title", "text"))
_DIGITS = 1_000  # bits of a whole number; a double ends at 1,024


def longest(column: str) -> int:
    """Return how many characters a column of a list may hold."""
    return MAX_CELL if column in _PROSE else MAX_WORDS


def cut(text: str, most: int = MAX_CELL) -> str:
    """Return ``text``, or its first ``most`` characters and one more: it shows that it was cut."""
    return text if len(text) <= most else text[: most + 1]


def whole_number(value: int) -> float:
    """Return a whole number, infinite where nothing can be computed with it."""
    if value.bit_length() <= _DIGITS:
        return value
    return float("inf") if value > 0 else float("-inf")


def plain_values(column: "pa.Array") -> list[Any]:
    """Return the cells of an Arrow column as plain values.

    A day, a time or a text that Python cannot hold (year 5,000,000, bytes that are no UTF-8)
    becomes text.
    """
    try:
        found: list[Any] = column.to_pylist()
    except (OverflowError, ValueError):
        return [_value(cell) for cell in column]
    return found


def _value(cell: "pa.Scalar") -> Any:
    try:
        return cell.as_py()
    except (OverflowError, ValueError):
        if hasattr(cell, "as_buffer"):
            return cell.as_buffer().to_pybytes().decode("utf-8", "replace")
        return f"{cell.type} {getattr(cell, 'value', '')}"
