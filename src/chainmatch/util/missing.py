"""Values that may be unknown: NaN in numbers, empty in text. Unknown is not zero."""

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def text_of(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column as text, with "" where it is unknown."""
    return column.astype(object).where(column.notna(), "")


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
