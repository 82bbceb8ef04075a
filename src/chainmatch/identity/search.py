"""The look-up of a firm by any form of its name: exact, short form, slip, code, pinyin."""

import re
from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

import pandas as pd
from rapidfuzz import fuzz

from chainmatch.identity.pinyin import PinyinIndex, initials, spellings
from chainmatch.names import (
    NameIndex,
    ParsedName,
    clean_code,
    explain_names,
    key_of,
    normal_name,
    parsed_name,
    same_firm,
)

_NO_NAME = re.compile(r"[^\w]+")
_ALIKE = 0.98  # a name this near is taken for the firm itself
_NEAR = 0.5  # a name this near is proposed
_HINTS, _MANY = 5, 100  # how many are proposed, and looked at for whether one alone is meant
_HOLDS = "名称中含有该词"
_COMPANY = re.compile(r"(?:有限责任|有限)?公司$")
_SHORT = 8  # characters; what is longer is no short form


class Found(NamedTuple):
    """A firm that a question may mean: score 0…1, and why in Chinese."""

    firm_id: str
    name: str
    score: float
    why: str


FOUND = Found._fields


class Finder:
    """Finds firms by any form of their name; build once, ask often.

    What answers letters (pinyin) is built by the first who asks in letters, or by :meth:`ready`.
    """

    def __init__(self, firms: pd.DataFrame) -> None:
        self._ids: list[str] = firms["firm_id"].fillna("").astype(str).tolist()
        self._names: list[str] = firms["name"].fillna("").astype(str).tolist()
        codes = firms["code"].fillna("").astype(str) if "code" in firms else self._ids
        self._by_code: dict[str, list[int]] = defaultdict(list)
        for position, (code, firm_id) in enumerate(zip(codes, self._ids, strict=True)):
            for key in {clean_code(code), firm_id.upper()} - {""}:
                self._by_code[key].append(position)
        self._index = NameIndex(self._names)

    @cached_property
    def _pinyin(self) -> PinyinIndex:
        return PinyinIndex([_NO_NAME.sub("", normal_name(name)) for name in self._names])

    def ready(self) -> "Finder":
        """Build all that any question may need; return the finder itself."""
        _ = self._pinyin
        return self

    def find(self, text: str, limit: int = 10) -> pd.DataFrame:
        """Return :meth:`found` as a table."""
        return pd.DataFrame(self.found(text, limit), columns=list(FOUND))

    def found(self, text: str, limit: int = 10) -> list[Found]:
        """Return the firms that ``text`` may mean, best first."""
        asked = normal_name(text)
        found = self._with_code(asked) or self._by_name(text, asked)
        if asked.isascii() and asked.isalpha():
            found = found + self._by_pinyin(asked.lower())
        best: dict[int, tuple[float, str]] = {}
        for position, score, why in found:
            best[position] = max(best.get(position, (0.0, "")), (score, why))
        order = sorted(
            best, key=lambda i: (-best[i][0], len(self._names[i]), self._ids[i], self._names[i])
        )
        return [
            Found(self._ids[i], self._names[i], round(best[i][0], 3), best[i][1])
            for i in order[:limit]
        ]

    def _with_code(self, asked: str) -> list[tuple[int, float, str]]:
        if len(asked) < 8 or not asked.isascii():
            return []
        hits = [*self._by_code.get(clean_code(asked), ()), *self._by_code.get(asked, ())]
        return [(position, 1.0, "信用代码或企业编号相同") for position in dict.fromkeys(hits)]

    def _by_name(self, text: str, asked: str) -> list[tuple[int, float, str]]:
        question = parsed_name(text)
        found = []
        near = dict(self._index.candidates(text, 80))
        if len(question.key) <= _SHORT:
            near = dict.fromkeys(self._index.holding(text, 500), 0.0) | near
        for position, cosine in near.items():
            score, why = _likeness(question, parsed_name(self._names[position]), cosine)
            if score >= 0.3:
                found.append((position, score, why))
        return found

    def _by_pinyin(self, letters: str) -> list[tuple[int, float, str]]:
        found = []
        for row, share in self._pinyin.find(letters):
            core = parsed_name(self._names[row]).core
            forms = (*(form.lower() for form in spellings(core)), initials(core))
            at_core = any(form.startswith(letters) for form in forms)
            found.append((row, 0.6 + 0.25 * min(1.0, share) + 0.1 * at_core, "拼音相符"))
        return found


def _likeness(asked: ParsedName, firm: ParsedName, cosine: float) -> tuple[float, str]:
    """Return how surely ``asked`` is a form of the name of ``firm``, and which form."""
    if asked.key == firm.key:
        return 1.0, "名称相同"
    if same_firm(asked, firm):
        return 0.98, explain_names(asked, firm)
    short = asked.key
    fit = _short_form(short, firm) if len(short) <= _SHORT else 0.0
    if short in firm.key:
        return 0.7 + 0.25 * max(fit, len(short) / len(firm.key)), _HOLDS
    if fit:
        return 0.55 + 0.35 * fit + 0.05 * cosine, "简称：按顺序取字"
    ratio = fuzz.ratio(short, firm.key) / 100
    body = firm.key.removesuffix(firm.parts.form)
    partial = fuzz.partial_ratio(short, body) / 100 if len(short) > 2 else 0.0
    return max(0.85 * ratio, 0.7 * partial, 0.6 * cosine), "名称相近"


def _short_form(short: str, firm: ParsedName) -> float:
    """Return how well ``short`` serves as a short form of a firm's name, 0…1; 0 where it is none.

    简称 take characters in order (金房节能 from 金房暖通节能技术股份): whole pieces, from where a
    part of the name begins, and all of its brand. Of the ways to take them the best one counts.
    """
    body = _COMPANY.sub("", firm.key)
    place, brand = key_of(firm.parts.place), firm.parts.brand
    at = body.find(brand, body.find(firm.core)) if brand else -1
    begins = {
        0,
        at,
        at + len(brand),
        len(place),
        body.rfind("集团"),
        body.rfind("股份"),
        body.rfind("控股"),
    }
    ways = {-1: (0.0, 0)}  # where the last character was taken → points, characters of the brand
    for character in short:
        onward: dict[int, tuple[float, int]] = {}
        for last, (points, covered) in ways.items():
            here = body.find(character, last + 1)
            while here >= 0:
                gain = 1.0 if here == last + 1 and last >= 0 else 0.8 if here in begins else 0.3
                way = (points + gain, covered + (at <= here < at + len(brand)))
                onward[here] = max(onward.get(here, way), way)
                here = body.find(character, here + 1)
        ways = onward
    if not ways:
        return 0.0
    points, covered = max(ways.values())
    share = covered / len(brand) if brand else 0.5
    length = len(short) / len(body)
    return 0.6 * points / len(short) + 0.3 * share + 0.1 * min(1.0, length)


def find(text: str, firms: pd.DataFrame, limit: int = 10) -> pd.DataFrame:
    """Return the firms that ``text`` may mean, best first: firm_id, name, score, why.

    ``text`` may be a full name, a short form (简称), a name with a slip, a credit code, or the
    pinyin of a part of the name, in full or its initials. For many questions build a
    :class:`Finder` once.
    """
    return Finder(firms).find(text, limit)


class Meant(NamedTuple):
    """Whom a question means: the one firm that it surely means, if it does, and who is near."""

    sure: Found | None
    near: tuple[Found, ...]


def meant(text: str, firms: pd.DataFrame) -> Meant:
    """Return whom ``text`` means among firms that hold neither this id nor this very name.

    Surely meant is the one firm that is called so in another writing; where there is none, the one
    firm whose name holds the text.
    """
    found = Finder(firms).found(text, limit=_MANY)
    sure = [one for one in found if one.score >= _ALIKE]
    sure = sure or [one for one in found if one.why == _HOLDS and len(text.strip()) > 1]
    near = tuple(one for one in found[:_HINTS] if one.score >= _NEAR)
    return Meant(sure[0] if len(sure) == 1 else None, near)
