"""What a unit of a currency is worth in yuan, for sizes of firms and leads that state foreign sums.

``data/words/currencies.csv`` has the rates with their years and source; offices may edit it.
A size needs an order of magnitude, not an exchange rate of today: the sentence that an officer
reads quotes the sum as the list states it.
"""

import math

from chainmatch.util.resources import data_rows

_ROWS = list(data_rows("words/currencies.csv"))
YUAN = {row["code"]: float(row["yuan"]) for row in _ROWS}
NAMES = {row["code"]: row["name"] for row in _ROWS}


def rates_text() -> str:
    """Return where the rates come from, as it is said beside what was converted."""
    dollar = next(row for row in _ROWS if row["code"] == "USD")
    return f"{dollar['years']}年{dollar['source']}，如1美元＝{dollar['yuan']}元"


def in_yuan(amount: float, currency: str) -> float:
    """Return an amount in yuan, NaN where amount or currency are not known ("" counts as yuan)."""
    return amount * YUAN.get(currency or "CNY", math.nan)


def money_text(amount: float, currency: str) -> str:
    """Return an amount of 万 as people write it: ``310万美元``; "" where it is unknown."""
    if math.isnan(amount):
        return ""
    name = NAMES.get(currency or "CNY", currency)
    return f"{round(amount, 2):,.12g}万{name}" if amount >= 1 else f"{amount:,.10g}万{name}"
