"""What a unit of a currency is worth in yuan, for sizes of firms that state foreign capital.

Rounded middle rates of recent years; of currencies that the euro replaced, their fixed rate to it.
A size needs an order of magnitude, not an exchange rate of today: the sentence that an officer
reads quotes the sum as the list states it.
"""

import math

from chainmatch.util.resources import data_rows

_ROWS = list(data_rows("words/currencies.csv"))
YUAN = {row["code"]: float(row["yuan"]) for row in _ROWS}
NAMES = {row["code"]: row["name"] for row in _ROWS}


def in_yuan(amount: float, currency: str) -> float:
    """Return an amount in yuan, NaN where amount or currency are not known ("" counts as yuan)."""
    return amount * YUAN.get(currency or "CNY", math.nan)


def money_text(amount: float, currency: str) -> str:
    """Return an amount of 万 as people write it: ``310万美元``; "" where it is unknown."""
    if math.isnan(amount):
        return ""
    name = NAMES.get(currency or "CNY", currency)
    return f"{amount:,.10g}万{name}"
