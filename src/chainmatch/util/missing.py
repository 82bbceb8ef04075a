"""Values that may be unknown: NaN in numbers, empty in text. Unknown is not zero."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def text_of(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column as text, with "" where it is unknown."""
    return column.astype(object).where(column.notna(), "")


def among(column: "pd.Series[Any]", values: Iterable[object]) -> np.ndarray:
    """Return for each cell whether it is one of ``values``; for texts faster than ``isin``."""
    return np.fromiter(
        map(set(values).__contains__, column.tolist()), dtype=bool, count=len(column)
    )


def rows_of(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the rows of a table as dictionaries, cells as they are."""
    names = [str(name) for name in table.columns]
    columns = [table[name].tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def plain(value: Any) -> Any:
    """Return lists, dictionaries, texts and numbers of Python, for JSON; None is unknown.

    A record (named tuple) becomes a dictionary.
    """
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value


def saturating(amount: float, half: float) -> float:
    """Return ``amount / (amount + half)``: 0 for nothing, one half at ``half``, towards 1."""
    return amount / (amount + half)


def mean_known(*values: float) -> float:
    """Mean of the known values; NaN if none is."""
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan


def texts_by_firm(firms: "pd.DataFrame", column: str) -> dict[str, str]:
    """Return firm id → text of a column."""
    return dict(zip(firms["firm_id"].tolist(), text_of(firms[column]).tolist(), strict=True))
