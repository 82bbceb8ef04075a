"""One form for each sign and character of Chinese text, position by position.

``normalise(text)`` has the length of ``text``, so a place found in one is a place in the other.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from chainmatch.util.resources import data_rows

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_TRANSLATION: dict[int, str | int] = {
    **_FULL_WIDTH,
    **{ord(char): "(" for char in "【[［〔〖{｛"},
    **{ord(char): ")" for char in "】]］〕〗}｝"},
    **{
        ord(char): " "
        for char in "\t\r\x1c\x1d\x1e\x1f\u3000\u00a0\u2002\u2003\u2009\u200b\ufeff〓*＊"
    },
    ord("；"): ";",
    **{ord(char): "、" for char in "､﹑·•"},
    ord("｡"): "。",
    ord("⽤"): "用",
}


_USUAL = (("，", ","), ("；", ";"), ("（", "("), ("）", ")"), ("：", ":"))  # spares a slower way


# Kangxi radicals, halves of pairs, compatibility ideographs, full and half widths.
_COMPATIBILITY = ("\u2e80-\u2fdf", "\ud800-\udfff", "\uf900-\ufaff", "\uff00-\uffef")


@cache
def traditional() -> dict[int, str]:
    """Return traditional character → simplified, for ``str.translate``; lengths stay.

    Characters that simplified text has, too (乾, 著), are not in it.
    """
    rows = data_rows("names/traditional.csv")
    return {ord(row["traditional"]): row["simplified"] for row in rows}


def simplified(text: str) -> str:
    """Return ``text`` in simplified characters, position by position."""
    return _any_traditional().sub(lambda found: traditional()[ord(found[0])], text)


@cache
def _any_traditional() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, traditional()))}]")


class _Forms(dict[str, str]):
    """Odd character → its one form; compatibility characters are looked up as they turn up."""

    def __missing__(self, char: str) -> str:
        folded = unicodedata.normalize("NFKC", char)
        self[char] = "\ufffd" if _is_half(char) else folded if len(folded) == 1 else char
        return self[char]


def _is_half(char: str) -> bool:
    """Whether a character is half of a pair (a surrogate), which no file can hold."""
    return "\ud800" <= char <= "\udfff"


@cache
def _forms() -> _Forms:
    table = {**traditional(), **_TRANSLATION}
    return _Forms({chr(k): chr(v) if isinstance(v, int) else v for k, v in table.items()})


@cache
def _odd() -> re.Pattern[str]:
    """Match whatever a normalised text may not hold; most wordings of the chains hold none."""
    return re.compile(f"[{''.join(map(re.escape, _forms()))}{''.join(_COMPATIBILITY)}]")


def odd_characters() -> Iterator[str]:
    """Yield every character that a normalised text may not hold."""
    yield from tuple(_forms())
    for stretch in _COMPATIBILITY:
        yield from map(chr, range(ord(stretch[0]), ord(stretch[-1]) + 1))


def form(char: str) -> str:
    """Return the one form of a character that :func:`odd_characters` yields."""
    return _forms()[char]


def normalise(text: str) -> str:
    """Return ``text`` with one form for each sign, position by position (same length).

    Full-width signs become half-width, all brackets round, blanks of all kinds one blank; Kangxi
    radicals and compatibility ideographs become the characters they stand for, traditional
    characters the simplified ones.
    """
    for usual, plain in _USUAL:
        text = text.replace(usual, plain)
    forms = _forms()
    return _odd().sub(lambda found: forms[found[0]], text)
