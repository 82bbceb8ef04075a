"""Unified social credit codes and registration numbers: cleaned, and checked by their digit."""

import re
import unicodedata
from functools import lru_cache
from operator import mul

import numpy as np

_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# The value of each byte; what is no letter of a code has one above all of theirs.
_CODE_VALUES = bytes(
    _CODE_LETTERS.index(chr(byte)) if chr(byte) in _CODE_LETTERS else 31 for byte in range(256)
)
_VALUES = np.frombuffer(_CODE_VALUES, np.uint8)
_CODE_WEIGHTS = tuple(3**position % 31 for position in range(17))
_NOT_CODE = re.compile(r"[^0-9A-Z]")


def clean_code(code: object) -> str:
    """Return a credit code or registration number as letters and digits; "" if there is none.

    A number that a spreadsheet has rounded (9.13E+17, or an 18-digit float) has lost digits and
    is not a code any more. The letters O and I, which no code holds, are read as 0 and 1.
    """
    if code is None:
        return ""
    if isinstance(code, str) and valid_code(code):
        return code
    if isinstance(code, float):
        if not code.is_integer() or abs(code) >= 2**53:  # NaN is no integer
            return ""
        code = int(code)
    text = unicodedata.normalize("NFKC", str(code)).strip().upper()
    if re.fullmatch(r"\d+\.0+", text):
        text = text.split(".")[0]
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d+", text) or text in {"NAN", "NONE", "NULL", "NA", "N/A"}:
        return ""
    text = _NOT_CODE.sub("", text)
    return text.replace("O", "0").replace("I", "1") if len(text) == 18 else text


@lru_cache(maxsize=1 << 14)  # asked when a list is read, and again when its firms are compared
def valid_code(code: str) -> bool:
    """Return whether ``code`` is a unified social credit code with a right check digit.

    GB 32100-2015: 31 - (sum of value times 3**position modulo 31), over the first 17 characters.
    """
    if len(code) != 18 or not code[2:8].isdigit():
        return False
    values = code.encode("ascii", "replace").translate(_CODE_VALUES)
    return max(values) < 31 and values[17] == -sum(map(mul, values, _CODE_WEIGHTS)) % 31


def valid_codes(block: np.ndarray) -> np.ndarray:
    """Return for codes of 18 bytes, one a row, whether ``valid_code`` holds."""
    values = _VALUES[block]
    digits = ((block[:, 2:8] >= ord("0")) & (block[:, 2:8] <= ord("9"))).all(axis=1)
    sums = values[:, :17].astype(np.int64) @ np.array(_CODE_WEIGHTS)
    valid: np.ndarray = digits & (values.max(axis=1) < 31) & (values[:, 17] == -sums % 31)
    return valid
