"""One form for each sign and character of Chinese text, position by position.

``normalise(text)`` has the length of ``text``, so a place found in one is a place in the other.
"""

import csv
import re
import unicodedata
from functools import cache

from chainmatch.resources import data_folder

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_TRANSLATION: dict[int, str | int] = {
    **_FULL_WIDTH,
    **{ord(char): "(" for char in "【[［〔〖{｛"},
    **{ord(char): ")" for char in "】]］〕〗}｝"},
    **{ord(char): " " for char in "\t\r\u3000\u00a0\u2002\u2003\u2009\u200b\ufeff〓*＊"},
    **{ord(char): ";" for char in "；;"},
    **{ord(char): "、" for char in "､﹑·•"},
    ord("｡"): "。",
    ord("⽤"): "用",
}


_USUAL = (("，", ","), ("；", ";"), ("（", "("), ("）", ")"), ("：", ":"))  # spares a slower way


@cache
def traditional() -> dict[int, str]:
    """Return traditional character → simplified, for ``str.translate``; lengths stay.

    Characters that simplified text has, too (乾, 著), are not in it.
    """
    with (data_folder("names") / "traditional.csv").open(encoding="utf-8", newline="") as file:
        return {ord(row["traditional"]): row["simplified"] for row in csv.DictReader(file)}


def simplified(text: str) -> str:
    """Return ``text`` in simplified characters, position by position."""
    return text if text.isascii() else text.translate(traditional())


@cache
def _translation() -> dict[int, str | int]:
    return {**traditional(), **_TRANSLATION}


@cache
def _odd() -> re.Pattern[str]:
    """Match whatever a normalised text may not hold; most wordings of the chains hold none."""
    signs = "".join(map(re.escape, map(chr, _translation())))
    return re.compile(f"[{signs}]|{_COMPATIBILITY.pattern}")


def normalise(text: str) -> str:
    """Return ``text`` with one form for each sign, position by position (same length).

    Full-width signs become half-width, all brackets round, blanks of all kinds one blank; Kangxi
    radicals and compatibility ideographs become the characters they stand for, traditional
    characters the simplified ones.
    """
    for usual, plain in _USUAL:
        text = text.replace(usual, plain)
    if not _odd().search(text):
        return text
    text = text.translate(_translation())
    if text.isascii() or not _COMPATIBILITY.search(text):
        return text
    return _COMPATIBILITY.sub(_one_for_one, text)


_COMPATIBILITY = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\uff00-\uffef]")


def _one_for_one(found: re.Match[str]) -> str:
    folded = unicodedata.normalize("NFKC", found[0])
    return folded if len(folded) == 1 else found[0]
