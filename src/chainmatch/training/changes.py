"""Questions about company names: variants as people write them, with and without an answer."""

import random
import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from chainmatch.names import parse_name
from chainmatch.util.resources import data_rows

CITIES = (
    *("北京", "上海", "广州", "深圳", "成都", "西安", "南京", "杭州"),
    *("武汉", "重庆", "苏州", "天津", "青岛", "长沙", "合肥"),
)
BRANCHES = ("分公司", "分公司", "分公司", "销售分公司", "第一分公司", "营业部")
KINDS = (
    *("brackets", "bracket_place", "dropped_place", "dropped_suffix", "form", "no_form"),
    *("typo_swap", "typo_other", "typo_missing", "full_width", "blanks", "traditional"),
    *("note", "branch"),
)
COMMON = "华新金中天大东海盛达兴宏明科龙泰源亚丰利信恒通嘉安瑞成德鑫光世联正美佳环"


class Question(NamedTuple):
    """A written name, the kind of its change and the row it was made from."""

    text: str
    kind: str
    row: int
    answerable: bool


@cache
def _to_traditional() -> dict[str, str]:
    rows = data_rows("names/traditional.csv")
    return {row["simplified"]: row["traditional"] for row in rows}


def _form(name: str) -> str:
    for old, new in (
        ("股份有限公司", "股份公司"),
        ("有限责任公司", "有限公司"),
        ("有限公司", "有限责任公司"),
    ):
        if old in name:
            return name.replace(old, new, 1)
    return name


def _typo(name: str, kind: str, chance: random.Random) -> str:
    position = chance.randrange(2, max(3, len(name) - 4))
    if kind == "typo_swap":
        middle = name[position : position + 2][::-1]
        return name[:position] + middle + name[position + 2 :]
    if kind == "typo_missing":
        return name[:position] + name[position + 1 :]
    return name[:position] + chance.choice(COMMON) + name[position + 1 :]


def _bracket_place(name: str) -> str:
    place = parse_name(name).place
    if place not in CITIES or not name.startswith(place):
        return name
    return re.sub(r"(?=(?:有限|股份|集团))", f"（{place}）", name[len(place) :], count=1)


def _note(name: str) -> str:
    parts = parse_name(name)
    return f"{name}（简称：{parts.brand or parts.trade}）。"


def _full_width(name: str) -> str:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    return wide.replace("公司", "公司　", 1)


def _blanks(name: str, chance: random.Random) -> str:
    cut = chance.randrange(1, len(name))
    return f" {name[:cut]} {name[cut:]}\u200b"


def _branch(name: str, chance: random.Random) -> str:
    tail = chance.choice(CITIES) + chance.choice(BRANCHES)
    return name + tail if name.endswith("公司") else name


PLAIN: dict[str, Callable[[str], str]] = {
    "brackets": lambda name: re.sub(r"[()（）]", "", name),
    "bracket_place": _bracket_place,
    "dropped_place": lambda name: name.removeprefix(parse_name(name).place),
    "dropped_suffix": lambda name: re.sub(r"^(.{2,8}?)[省市县区]", r"\1", name, count=1),
    "form": _form,
    "no_form": lambda name: re.sub(r"(?:有限责任公司|股份有限公司|有限公司|公司)$", "", name),
    "full_width": _full_width,
    "traditional": lambda name: "".join(_to_traditional().get(c, c) for c in name),
    "note": _note,
}


def change(name: str, kind: str, chance: random.Random) -> str:
    """Return ``name`` as a careless writer would put it; the same where the kind has no hold."""
    if kind in PLAIN:
        return PLAIN[kind](name)
    if kind == "blanks":
        return _blanks(name, chance)
    return _branch(name, chance) if kind == "branch" else _typo(name, kind, chance)


# What happens to a name on its way, first what is left out or moved, last how it is written down;
# of one step one change.
STEPS = (
    ("dropped_place", "bracket_place", "dropped_suffix"),
    ("form", "no_form"),
    ("brackets",),
    ("branch",),
    ("typo_swap", "typo_other", "typo_missing"),
    ("traditional",),
    ("note",),
    ("full_width", "blanks"),
)


def several(name: str, first: str, count: int, chance: random.Random) -> tuple[str, str]:
    """Return ``name`` after ``count`` changes of different steps, and their kinds.

    ``first`` is among them; there are fewer where no more has a hold.
    """
    steps = [step for step in STEPS if first not in step and step != ("brackets",)]
    kinds = [first]
    for step in chance.sample(steps, len(steps)):
        kind = chance.choice(step)
        if len(kinds) < count and change(name, kind, chance) != name:
            kinds.append(kind)
    kinds.sort(key=lambda kind: next(at for at, step in enumerate(STEPS) if kind in step))
    for kind in kinds:
        name = change(name, kind, chance)
    return name, "+".join(kinds)


def questions(
    names: list[str],
    rows: list[int],
    count: int,
    seed: int,
    unanswerable: float = 0.2,
    changes: int = 1,
) -> list[Question]:
    """Return ``count`` changed names from ``rows``; a share of them must lose their row.

    Each name is changed in ``changes`` ways.
    """
    chance = random.Random(seed)
    picked = chance.sample(rows, min(len(rows), 15 * count))
    result: list[Question] = []
    for row in picked:
        kind = KINDS[len(result) % len(KINDS)]
        text = change(names[row], kind, chance)
        if text == names[row]:
            continue
        if changes > 1:
            text, kind = several(names[row], kind, changes, chance)
        result.append(Question(text, kind, row, chance.random() >= unanswerable))
        if len(result) == count:
            break
    return result
