"""What a unit of a currency is worth in yuan, for sizes of firms that state foreign capital.

Rounded middle rates of recent years; of currencies that the euro replaced, their fixed rate to it.
A size needs an order of magnitude, not an exchange rate of today: the sentence that an officer
reads quotes the sum as the list states it.
"""

import math

YUAN: dict[str, float] = {
    "CNY": 1.0,
    "USD": 7.0,
    "HKD": 0.9,
    "EUR": 7.8,
    "JPY": 0.05,
    "GBP": 9.0,
    "TWD": 0.22,
    "MOP": 0.87,
    "KRW": 0.0053,
    "SGD": 5.2,
    "AUD": 4.7,
    "CAD": 5.2,
    "CHF": 7.9,
    "SEK": 0.68,
    "NZD": 4.3,
    "THB": 0.2,
    "MYR": 1.6,
    "DEM": 4.0,
    "FRF": 1.2,
    "ITL": 0.004,
    "NLG": 3.5,
}
NAMES: dict[str, str] = {
    "CNY": "元",
    "USD": "美元",
    "HKD": "港元",
    "EUR": "欧元",
    "JPY": "日元",
    "GBP": "英镑",
    "TWD": "新台币",
    "MOP": "澳门元",
    "KRW": "韩元",
    "SGD": "新加坡元",
    "AUD": "澳元",
    "CAD": "加元",
    "CHF": "瑞士法郎",
    "SEK": "瑞典克朗",
    "NZD": "新西兰元",
    "THB": "泰铢",
    "MYR": "林吉特",
    "DEM": "德国马克",
    "FRF": "法国法郎",
    "ITL": "意大利里拉",
    "NLG": "荷兰盾",
}


def in_yuan(amount: float, currency: str) -> float:
    """Return an amount in yuan, NaN where amount or currency are not known ("" counts as yuan)."""
    return amount * YUAN.get(currency or "CNY", math.nan)


def money_text(amount: float, currency: str) -> str:
    """Return an amount of 万 as people write it: ``310万美元``; "" where it is unknown."""
    if math.isnan(amount):
        return ""
    name = NAMES.get(currency or "CNY", currency)
    return f"{amount:,.10g}万{name}"
