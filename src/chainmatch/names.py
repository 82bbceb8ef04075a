"""Company names: normal form, credit codes, parts, similarity and blocking."""

import csv
import re
import unicodedata
from functools import cache

from chainmatch.resources import data_folder

# Radicals that text recognition puts for characters and that NFKC leaves alone.
_RADICALS = dict(
    zip(
        "⺁⺇⺊⺎⺏⺐⺙⺝⺠⺢⺪⺬⺮⺶⺻⺼⻁⻄⻅⻆⻉⻋⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰",
        "厂几卜兀尢尢攵月民氵疋示竹羊聿月虎西见角贝车卤长门阝雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙",
        strict=True,
    )
)
_BRACKETS = str.maketrans("[]{}【】〔〕〖〗〈〉<>", "()()()()()()()")
_DROPPED = re.compile(
    r"[\s\u00ad\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u0000-\u001f]+"
)
_NOTE = re.compile(
    r"\((?:以下)?(?:简称|又称|又名|原名|原称|原|曾用名|别名|注|备注|已更名|更名为|现名|即)[:：]?[^()]*(?:\([^()]*\)[^()]*)*\)"
)
_EDGES = re.compile(r"^[.,。、;；:：'\"“”‘’`*#\-_~!?·]+|[.,。、;；:：'\"“”‘’`*#\-_~!?·]+$")
_QUOTES = re.compile(r"['\"“”‘’`「」『』《》]")
_DOTS = re.compile(r"[·•‧・∙⋅･]")


@cache
def _simplified() -> dict[int, str]:
    """Return the table of traditional characters and stray radicals for ``str.translate``."""
    table = {ord(radical): character for radical, character in _RADICALS.items()}
    with (data_folder("names") / "traditional.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            table[ord(row["traditional"])] = row["simplified"]
    return table


def normal_name(name: str) -> str:
    """Return the normal form of a company name: what two careful clerks would both write.

    Full-width letters, Kangxi radicals, traditional characters, every kind of bracket, blanks and
    invisible characters, quotation marks and trailing dots are evened out; notes such as
    ``(简称：…)`` go. Brackets stay as ``(`` and ``)``, letters become upper case.
    """
    text = unicodedata.normalize("NFKC", name).translate(_simplified()).translate(_BRACKETS)
    text = _DOTS.sub("·", _QUOTES.sub("", _DROPPED.sub("", text)))
    if "(" in text:
        text = _NOTE.sub("", text)
    return _EDGES.sub("", text).upper()


_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_VALUES = {letter: value for value, letter in enumerate(_CODE_LETTERS)}
_CODE_WEIGHTS = tuple(3**position % 31 for position in range(17))
_NOT_CODE = re.compile(r"[^0-9A-Z]")


def clean_code(code: object) -> str:
    """Return a credit code or registration number as letters and digits; "" if there is none.

    A number that a spreadsheet has rounded (9.13E+17, or an 18-digit float) has lost digits and
    is not a code any more. The letters O and I, which no code holds, are read as 0 and 1.
    """
    if code is None:
        return ""
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


def valid_code(code: str) -> bool:
    """Return whether ``code`` is a unified social credit code with a right check digit.

    GB 32100-2015: 31 - (sum of value times 3**position modulo 31), over the first 17 characters.
    """
    if len(code) != 18:
        return False
    values = [_CODE_VALUES.get(letter, -1) for letter in code]
    if min(values) < 0 or not code[2:8].isdigit():
        return False
    total = sum(value * weight for value, weight in zip(values, _CODE_WEIGHTS, strict=False))
    return values[17] == -total % 31
