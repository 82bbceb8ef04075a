"""What one cell says: text, name, credit code, date, money. Unknown is "" or NaN, never 0."""

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeGuard

from chainmatch.names import clean_code, valid_code
from chainmatch.tables.bounds import MAX_CELL, MAX_WORDS, cut, whole_number
from chainmatch.util.text import simplified

# A spreadsheet keeps 15 digits of a number, so a longer code typed as a number has lost the rest.
_EXACT = 10**15

# What people and programs write where they know nothing. An Excel error says nothing either.
_UNKNOWN_WORDS = """
- -- --- — —— ― － / // \\ . 。 * ? ？ N/A n/a NA N.A. NULL null None none nan NaN NaT <NA>
无 暂无 未知 不详 待补充 待定 待查 未填 未填写 未提供 空 空白 無 暫無 不詳 待補充 未填寫
#N/A #REF! #DIV/0! #VALUE! #NAME? #NUM! #NULL! #SPILL! #CALC! #FIELD! #GETTING_DATA
"""
UNKNOWN = frozenset(("", *_UNKNOWN_WORDS.split()))

_BREAKS = re.compile(r"(?:_x000[DdAa]_|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029])+")
_CONTROLS = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\ufeff\ufffe\uffff]"
)
_BLANKS = re.compile(r"[ \t\xa0\u2000-\u200a\u202f\u205f\u3000]+")
_BLANK_IN_CHINESE = re.compile(r"(?<=[^\x00-\x7f]) ++|(?<! ) ++(?=[^\x00-\x7f])")
# Full-width letters and digits. Chinese brackets and other signs stay as the register writes them.
_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))}
_WIDTH |= {code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)} | {0xFF06: "&", 0x3000: " "}
_WIDE = re.compile(f"[{''.join(map(chr, _WIDTH))}]")

# For whole columns, as RE2 reads them: a text that matches (and is not in UNKNOWN) is left as it is
# by text_of and wording_of, a name that matches by name_of. Each admits less than its rule would.
_SURE = "!-^`-~、-〕！-～一-龥“”‘’·—…×℃※≤≥★Ⅰ-Ⅻ"
PLAIN_TEXT = rf"\A(?:[{_SURE}]+(?: [{_SURE}]+)*)?\z"
PLAIN_NAME = r"\A[A-Za-z一-龥][0-9A-Za-z一-龥（）()·]{3,}[A-Za-z一-龥]\z"


def is_blank(value: object) -> bool:
    """Return whether a cell holds nothing: empty, blanks only, NaN or NaT."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    return _is_nan(value)


def _is_nan(value: object) -> bool:
    """Return whether a cell is NaN or NaT, the only values that differ from themselves."""
    return value != value


def raw_text(value: object) -> str:
    """Return the cell as text; numbers without a needless ``.0``, dates in ISO form.

    A text that is longer than a cell can be is cut behind ``MAX_CELL + 1`` characters.
    """
    if isinstance(value, str):
        return cut(value)
    if value is None or _is_nan(value):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        value = whole_number(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return cut(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))


def _is_plain(value: object) -> TypeGuard[str]:
    return (
        type(value) is str
        and len(value) <= MAX_CELL
        and value.isprintable()
        and "_x000" not in value
    )


def text_of(value: object) -> str:
    """Return the text of a cell on one line, blanks trimmed, "" where nothing is said."""
    if _is_plain(value):
        found = value.strip()
        if "  " in found:
            found = _BLANKS.sub(" ", found)
    else:
        found = _CONTROLS.sub("", _BREAKS.sub(" ", raw_text(value)))
        found = _BLANKS.sub(" ", found).strip()
    return "" if found in UNKNOWN else found


def words_of(value: object) -> str:
    """Return the text of a cell that holds no prose; cut behind ``MAX_WORDS + 1`` characters."""
    return cut(text_of(value), MAX_WORDS)


def word_of(value: object) -> str:
    """Return a word out of a small set (存续, 签约) in simplified characters."""
    return simplified(text_of(value))


def wording_of(value: object) -> str:
    """Return a long text word for word; every kind of line break becomes one ``\\n``."""
    if _is_plain(value):
        found = value.strip()
    else:
        lines = _BREAKS.sub("\n", raw_text(value)).split("\n")
        found = "\n".join(
            line
            for line in (_CONTROLS.sub("", line).replace("\t", " ").strip() for line in lines)
            if line
        )
    return "" if found in UNKNOWN else found


def name_of(value: object) -> str:
    """Return a firm's name: half-width letters and digits, no blanks beside Chinese characters."""
    found = words_of(value)
    if _WIDE.search(found):  # spares nearly all names the slower way
        found = found.translate(_WIDTH)
    found = found.strip().strip("'’`*")
    return _BLANK_IN_CHINESE.sub("", found) if " " in found else found


class Code(NamedTuple):
    """A credit code as read.

    ``lost``: eaten as a number; ``hint``: what survived, then zeros. ``checked``: its check digit
    was found right; where it is false nobody looked.
    """

    code: str
    lost: bool = False
    hint: str = ""
    checked: bool = False


_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}")
_CODE_LIKE = re.compile(r"[0-9A-Z]{6,20}|[0-9A-Z]{8}-[0-9A-Z]")


def _padded(digits: str) -> str:
    """Return the first 15 digits, filled up to the length of a code: the place still shows."""
    return digits[:15].ljust(18, "0")


def code_of(value: object) -> Code:
    """Return the credit code of a cell; ``code`` is "" where it is unknown, no code, or lost."""
    if isinstance(value, str) and valid_code(value):
        return Code(value, checked=True)
    if isinstance(value, float):
        if not value.is_integer() or value < 0:
            return Code("")
        digits = f"{value:.0f}"
        return Code(digits) if value < _EXACT else Code("", True, _padded(digits))
    text = unicodedata.normalize("NFKC", words_of(value)).strip(" '’‘`\"").upper()
    if not text:
        return Code("")
    if _SCIENTIFIC.fullmatch(text):
        digits = text.split("E")[0].replace(".", "")
        return Code("", True, _padded(digits) if len(digits) >= 8 else "")
    text = clean_code(text)
    if len(text) == 18 and text.endswith("000") and text.isdecimal() and not valid_code(text):
        return Code("", True, _padded(text))
    return Code(text if _CODE_LIKE.fullmatch(text) else "")


_DATE = re.compile(
    r"(\d{4})\s*(?:[-/.,、年]\s*(\d{1,2})\s*(?:[-/.,、月]\s*(\d{1,2})\s*[日号]?|月)?|年)?"
    r"(?:[\sT]*\d{1,2}[:时]\d{1,2}[分:]?(?:\d{1,2}(?:\.\d+)?秒?)?\s*(?:[AP]M|Z|\+00:?00)?)?"
)
_WEEKDAY = re.compile("(?:星期|周|礼拜)[一二三四五六日天]")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_TENS = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)")
_FIRST_YEAR, _LAST_YEAR = 1800, 2100
_EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's serial numbers


def date_of(value: object) -> str:
    """Return the date of a cell in ISO form, as far as it is given (``1988``), or "" if unknown."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat() if _FIRST_YEAR <= value.year <= _LAST_YEAR else ""
    if isinstance(value, (time, timedelta, bool)):
        return ""
    if isinstance(value, int):
        value = whole_number(value)
    if isinstance(value, (int, float)):
        return _date_of_number(value)
    text = _plain(words_of(value)).strip(" '’‘`")
    return _date_of_text(text) if text else ""


@lru_cache(maxsize=65_536)
def _date_of_text(text: str) -> str:
    text = _WEEKDAY.sub(" ", text).strip()
    if "年" in text:
        text = _TENS.sub(lambda found: f"{found[1] or '一'}{found[2] or '〇'}", text)
        text = text.translate(_CHINESE_DIGITS)
    if text.isdecimal() and len(text) <= 5 and len(text) != 4:
        return _date_of_number(int(text))
    found = _COMPACT.fullmatch(text) or _DATE.fullmatch(text)
    return _iso(found[1], found[2], found[3]) if found else ""


def _date_of_number(number: float) -> str:
    if not math.isfinite(number) or number < 0:
        return ""
    whole = int(number)
    if number == whole and _FIRST_YEAR <= whole <= _LAST_YEAR:
        return str(whole)
    if whole <= 80_000:  # up to the year 2119
        return (_EPOCH + timedelta(days=whole)).isoformat() if whole > 60 else ""
    return _date_of_text(str(whole)) if number == whole and whole >= 100_000 else ""


def _iso(year: str, month: str | None, day: str | None) -> str:
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return ""
    if month is None:
        return year
    try:
        whole = date(int(year), int(month), int(day or 1)).isoformat()
    except ValueError:
        return ""
    return whole if day else whole[:7]


class Money(NamedTuple):
    """A sum in units of 10,000 of its currency; NaN and "" where unknown."""

    amount: float
    currency: str
    several: bool = False


NO_MONEY = Money(math.nan, "")

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:E[+-]?\d+)?|\.\d+")
_SUM = re.compile(r"(?<![\d.])(\d++(?:\.\d++)?+)亿零?(\d++(?:\.\d++)?+)([千百]?万)")  # 1亿2000万元
_WRITTEN = re.compile("[零一二三四五六七八九十百千]+")
_CHINESE_NUMBERS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟〇两", "一二三四五六七八九十百千零二")
_POWERS = {"十": 10, "百": 100, "千": 1000}
_RANGE = re.compile(r"(?:万|亿|元)*(?:[-~—–至到])+(?=\d)")
_SCALES = (("亿", 1e4), ("千万", 1e3), ("百万", 1e2), ("十万", 10.0), ("万", 1.0), ("千", 0.1))
_CURRENCIES = tuple(
    (code, re.compile(pattern))
    for code, pattern in {
        "HKD": "港|HKD|HK\\$",
        "MOP": "澳门|MOP",
        "TWD": "台币|台元|新台|TWD|NT\\$",
        "SGD": "新加坡|新元|新币|SGD|S\\$",
        "AUD": "澳|AUD|A\\$",
        "CAD": "加拿大|加元|加币|CAD",
        "NZD": "新西兰|NZD",
        "USD": "美|USD|US\\$|\\$",
        "EUR": "欧|EUR|€",
        "JPY": "日元|日圆|日币|日本|JPY|円",
        "GBP": "英镑|GBP|£",
        "KRW": "韩|KRW|₩",
        "CHF": "瑞士|CHF",
        "SEK": "瑞典|SEK",
        "DKK": "丹麦|DKK",
        "NOK": "挪威|NOK",
        "RUB": "卢布|RUB",
        "THB": "泰铢|泰国|THB",
        "MYR": "林吉特|马来西亚|马币|MYR",
        "DEM": "德国马克|西德马克|德马克|DEM",
        "FRF": "法国法郎|法郎|FRF",
        "CNY": "人民币|RMB|CNY|[¥￥]",
    }.items()
)
_CNY_WORDS = re.compile(
    r"[\d万亿千百十余约元圆整正实认缴注册资本金出额合共计为()\[\].:/\-~—–至到左右以上 ]*"
)


def money_of(value: object, unit: str = "") -> Money:
    """Return the sum of a cell, e.g. ``1,100（万元）``; ``unit`` is what the header says (万元).

    A bare number takes the unit of the header, 万元 where that says none. Foreign money is not
    converted. A range gives its lower bound and ``several``. Nothing and 0 are unknown: no firm is
    registered with nothing, but lists write 0 where they do not know.
    """
    if isinstance(value, (bool, date, time, timedelta)):
        return NO_MONEY
    if isinstance(value, int):
        value = whole_number(value)
    if isinstance(value, (int, float)):
        text = repr(float(value)) if math.isfinite(value) and value > 0 else ""
    else:
        text = words_of(value)
    return _money_of_text(text, unit) if text else NO_MONEY


@lru_cache(maxsize=65_536)
def _money_of_text(text: str, unit: str) -> Money:
    plain = re.sub(r"(?<=\d),(?=\d)|\s", "", _plain(text).upper())
    if not _NUMBER.search(plain):
        plain = _WRITTEN.sub(_in_digits, plain.translate(_CHINESE_NUMBERS))
    plain = _SUM.sub(_summed, plain)
    found = _NUMBER.search(plain)
    if found is None or plain.startswith("-"):
        return NO_MONEY
    words = plain[: found.start()] + plain[found.end() :]
    own = re.sub(r"[()\[\]]", "", words)
    scale = _scale(_after(plain, found.end()) or own)
    if scale is None:
        scale = _scale(_plain(unit)) or 1.0
    amount = round(float(found[0]) * scale, 6)
    if not 0 < amount < 1e12:
        return NO_MONEY
    currency = _currency(words)
    if currency == "CNY" and not re.search(r"人民币|RMB|CNY|元|[¥￥]", words):
        currency = _currency(_plain(unit).upper())
    several = bool(_RANGE.match(plain, found.end()))
    return Money(amount, currency, several)


def _in_digits(found: re.Match[str]) -> str:
    """Return a number below 10,000 in digits: 三千五百 → 3500."""
    total = digit = 0
    for char in found[0]:
        if char in _POWERS:
            total, digit = total + (digit or 1) * _POWERS[char], 0
        else:
            digit = "零一二三四五六七八九".index(char)
    return str(total + digit)


def _summed(found: re.Match[str]) -> str:
    return f"{float(found[1]) + float(found[2]) * (_scale(found[3]) or 1) / 1e4:.10g}亿"


def _plain(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text))


def _after(plain: str, end: int) -> str:
    """Return the words up to the next number; of a range the words behind its upper bound."""
    found = re.compile(r"[-~—–至到]*\d*(?:\.\d+)?([^\d]*)").match(plain, end)
    return found[1] if found else ""


def _scale(words: str) -> float | None:
    for word, scale in _SCALES:
        if word in words:
            return scale
    return 1e-4 if re.search(r"[元圆$€£¥￥]|RMB|CNY|USD|HKD|EUR|JPY|GBP", words) else None


def _currency(words: str) -> str:
    for code, pattern in _CURRENCIES:
        if pattern.search(words):
            return code
    return "CNY" if _CNY_WORDS.fullmatch(words) else ""
