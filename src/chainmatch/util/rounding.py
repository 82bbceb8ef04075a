"""Figures as people read them: one figure is rounded in one way, wherever it stands.

Half goes up, away from zero, as in a spreadsheet: the workbook holds the number and leaves the
rounding to Excel, and page, brief and cards have to say what it shows.
"""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

UNKNOWN = "未知"
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)  # room for any number that there is


def ten_digits(value: float) -> float:
    """Return a number as the files of a run hold it; the last bits of a sum are noise."""
    return float(f"{value:.10g}")


def rounded(value: float, digits: int) -> Decimal:
    """Return a number with so many decimals, as its decimal digits say: .145 is .15."""
    return Decimal(f"{value:.10g}").quantize(Decimal(1).scaleb(-digits), context=_WIDE)


def figure(value: float, digits: int = 2) -> str:
    """Return a score with its decimals; 未知 for an unknown one."""
    return UNKNOWN if math.isnan(value) else str(rounded(value, digits))


def percent(value: float, digits: int = 0) -> str:
    """Return a share 0…1 as a percentage; 未知 for an unknown one."""
    return UNKNOWN if math.isnan(value) else f"{rounded(100 * value, digits)}%"
