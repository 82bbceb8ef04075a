"""What lists write around a name, and other names that they give beside it.

A number before it (1.、①、（一）), a note behind it (新增, 复审, its English name), and what the
firm was called before or is called now (原名：…, 曾用名：…, 更名为…).
"""

import re
from functools import cache

from chainmatch.util.resources import data_folder

_NUMBER = re.compile(
    r"^(?:\(\d{1,4}\)|\d{1,4}[.、,)](?!\d)|\([一二三四五六七八九十百]{1,3}\)|[一二三四五六七八九十百]{1,3}、)"
    r"(?=.{4})"
)
# Circled and bracketed numbers, which the normal form of Unicode turns into plain ones.
_CIRCLED = re.compile("^[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289]+")
_LATIN = r"(?=[A-Z0-9&.,'’\-/·]*?[A-Z]{2})[A-Z0-9&.,'’\-/·]++"
# Behind a whole name only: (IBM) may be a part of it elsewhere.
_ENGLISH = re.compile(
    rf"(?<=[司厂团社心店院所行部场])\({_LATIN}\)$|(?<=公司)[A-Z][A-Z0-9&.,'’\-/·]{{5,}}$"
)
_ENGLISH_FIRST = re.compile(rf"^{_LATIN}\(([^()]*(?:公司|厂|合作社))\)$")
_TITLES = (
    "曾用名称?|曾用企业名称|历史名称|原企业名称|原公司名称|原名称?|原称|原为|原|前身[为是]?|更名前为?"
    "|已?更名为|现已?更名为|已?变更为|现名称?|现为|现企业名称"
)
_BRACKETED = re.compile(rf"\((?:{_TITLES})[:]?((?:[^()]|\([^()]*\)){{4,}}?)\)")
# Without brackets only where no name of a firm could go on: 中原, 太原.
_OPEN = re.compile(
    r"(?:(?<=[司厂社店院所部场心团])|[,;、])(?:曾用名称?|曾用企业名称|原名称?|原企业名称|更名前|已?更名为|现名称?)[:]?"
    r"(.{4,})$"
)
_SAID = re.compile("[原曾前现更]")
_BETWEEN = re.compile(r"[,;、/]")
_FIRM = re.compile(r"(?:公司|厂|社|中心|店|院|所|行|部|场|集团|企业)$")


@cache
def _note() -> re.Pattern[str]:
    text = (data_folder("names") / "notes.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and line[0] != "#"]
    words = "|".join(sorted(lines, key=len, reverse=True))
    when = r"(?:20\d\d年?度?|第?[一二三四五六七八九十\d]{1,3}批次?)"
    return re.compile(rf"(?:\((?:{when}?(?:{words})|{when}|\d{{1,3}})\))+$")


def without_number(text: str) -> str:
    """Return a name, as written, without a circled number before it."""
    return _CIRCLED.sub("", text.lstrip())


def without_notes(name: str) -> str:
    """Return an evened name (plain brackets, no blanks, upper case) without the notes around it."""
    name = _OPEN.sub("", _NUMBER.sub("", name))
    if name.endswith(")"):
        name = _BRACKETED.sub("", name)
        inside = _ENGLISH_FIRST.match(name)
        name = inside[1] if inside else _ENGLISH.sub("", _note().sub("", name))
    elif name[-1:].isascii():
        name = _ENGLISH.sub("", name)
    return name


def other_names_in(name: str) -> tuple[str, ...]:
    """Return the other names of a firm that an evened name says, in their order."""
    if not _SAID.search(name):
        return ()
    found = [hit[1] for pattern in (_BRACKETED, _OPEN) for hit in pattern.finditer(name)]
    parts = [part for text in found for part in _BETWEEN.split(text)]
    return tuple(part for part in parts if len(part) > 3 and _FIRM.search(part))
