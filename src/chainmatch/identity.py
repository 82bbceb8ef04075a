"""Who is who: duplicates in a list, firms that are already here, and the look-up of a firm.

Two rows are merged silently only where nothing speaks against it: an equal valid credit code under
agreeing names, or names that differ in nothing but spelling (finest place, brand, trade, class of
the legal form, branch) without conflicting codes, provinces or prefectures. Everything less is a
link with a confidence and a reason: ``same``, ``branch`` or ``group``. Two different valid codes
are two firms.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
from rapidfuzz import fuzz

from chainmatch.columns import TABLES
from chainmatch.duplicates import merges
from chainmatch.names import (
    NameIndex,
    ParsedName,
    clean_code,
    explain_names,
    judge,
    normal_name,
    parsed_name,
    same_firm,
)
from chainmatch.pinyin import PinyinIndex, initials, spellings
from chainmatch.relations import Firm, Link, firms_of, relation

_NO_NAME = re.compile(r"[^\w]+")
FOUND = ("firm_id", "name", "score", "why")

_FLOOR = 0.25  # cosine below which two names cannot be one firm
_GROUP_MATES = 12  # a brand borne by more firms of the other list says nothing


@dataclass(frozen=True)
class Resolution:
    """Rows that are left, what was merged into them, and their links to local firms."""

    firms: pd.DataFrame
    duplicates: pd.DataFrame
    links: pd.DataFrame


# --- pairs worth judging -------------------------------------------------------------------------


_RANK = {"same": 0, "branch": 1, "group": 2}


class Linker:
    """Links firms to a fixed list: build once, ask with any number of tables.

    A firm's links depend on the firm and the fixed list alone.
    """

    def __init__(self, right: pd.DataFrame) -> None:
        self.firms = firms_of(right)
        self._index = NameIndex([firm.name for firm in self.firms])
        self._by_code: dict[str, list[int]] = defaultdict(list)
        self._by_brand: dict[str, list[int]] = defaultdict(list)
        self._by_firm: dict[str, list[int]] = defaultdict(list)
        for firm in self.firms:
            if firm.code:
                self._by_code[firm.code].append(firm.row)
            self._by_firm[firm.parsed.firm_key].append(firm.row)
            if len(firm.parsed.parts.brand) > 1:
                self._by_brand[firm.parsed.parts.brand].append(firm.row)

    def link(self, left: pd.DataFrame) -> pd.DataFrame:
        """Return the links of ``left`` to the fixed list, as :func:`link`."""
        firms = firms_of(left)
        return _link_table(self._judged(self._candidates(firms, False), firms), firms, self.firms)

    def link_itself(self) -> pd.DataFrame:
        """Return the links among the rows of the fixed list, each pair once."""
        pairs: dict[tuple[int, int], float] = {}
        for (a, b), probability in self._candidates(self.firms, True).items():
            if a != b:
                pair = (min(a, b), max(a, b))
                pairs[pair] = max(pairs.get(pair, 0.0), probability)
        return _link_table(self._judged(pairs, self.firms), self.firms, self.firms)

    def _candidates(self, left: list[Firm], itself: bool) -> dict[tuple[int, int], float]:
        """Return the pairs worth judging: (left, right) → probability of the names."""
        pairs: dict[tuple[int, int], float] = {}
        keyed = ((*pair, 0.0) for pair in self._keyed(left))
        for first, second, probability in (*self._near(left, itself), *keyed):
            pairs[first, second] = max(pairs.get((first, second), 0.0), probability)
        return pairs

    def _near(self, left: list[Firm], itself: bool) -> Iterator[tuple[int, int, float]]:
        """Yield (left, right, probability) of pairs with close names."""
        right = self.firms
        found = self._index.candidates_of([firm.name for firm in left], 8, _FLOOR)
        for firm, candidates in zip(left, found, strict=True):
            others = [
                (position, right[position].name, cosine)
                for position, cosine in candidates
                if not (itself and position == firm.row)
            ]
            if not others:
                continue
            places = [(right[position].province, right[position].city) for position, _, _ in others]
            for candidate in judge(firm.name, others, places, (firm.province, firm.city)):
                yield firm.row, candidate.position, candidate.probability

    def _keyed(self, left: list[Firm]) -> Iterator[tuple[int, int]]:
        """Yield pairs with an equal code, and pairs that share a brand that few bear."""
        for firm in left:
            for row in self._by_code.get(firm.code, ()):
                yield firm.row, row
            brand, key = firm.parsed.parts.brand, firm.parsed.firm_key
            for mates in (self._by_brand.get(brand, ()), self._by_firm.get(key, ())):
                if len(mates) <= _GROUP_MATES:
                    for row in mates:
                        yield firm.row, row

    def _judged(self, pairs: Mapping[tuple[int, int], float], left: list[Firm]) -> list[Link]:
        """Return the relations of the pairs, best first for each left row."""
        links = (relation(left[a], self.firms[b], p) for (a, b), p in sorted(pairs.items()))
        kept = [link for link in links if link]
        return sorted(kept, key=lambda link: (link.left, _RANK[link.relation], -link.confidence))


def _link_table(links: Iterable[Link], left: list[Firm], right: list[Firm]) -> pd.DataFrame:
    rows = [
        (
            left[link.left].firm_id,
            left[link.left].name,
            right[link.right].firm_id,
            right[link.right].name,
            link.relation,
            link.confidence,
            link.why,
        )
        for link in links
    ]
    return pd.DataFrame(rows, columns=list(TABLES["links"]))


def link(left: pd.DataFrame, right: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the links between two firms tables (columns ``TABLES["links"]``).

    Without ``right``: the links among the rows of ``left``, each pair once. Rows are ordered as in
    ``left``; of each firm ``same`` comes before ``branch`` and ``group``, surer before less sure.
    """
    return Linker(left).link_itself() if right is None else Linker(right).link(left)


def resolve(targets: pd.DataFrame, locals: pd.DataFrame | None) -> Resolution:
    """Merge the duplicates of ``targets`` and link what is left to ``locals``.

    Both are tables in the columns ``TABLES["firms"]``. Of each group of duplicates the row with a
    valid code and the most filled cells is kept as it stands (the first of equals); ``duplicates``
    says what went where and why. ``locals`` may be None: then there are no links.
    """
    firms = firms_of(targets)
    numbers = targets["row"].tolist() if "row" in targets else list(range(len(firms)))
    merged = merges(targets)
    duplicates = pd.DataFrame(
        [
            (
                firms[gone].firm_id,
                firms[gone].name,
                numbers[gone],
                firms[kept].firm_id,
                firms[kept].name,
                why,
            )
            for gone, kept, why in merged
        ],
        columns=list(TABLES["duplicates"]),
    )
    left = targets.drop(index=targets.index[[merge.gone for merge in merged]]).reset_index(
        drop=True
    )
    left["firm_id"] = _distinct(left["firm_id"].tolist())
    links = pd.DataFrame(columns=list(TABLES["links"])) if locals is None else link(left, locals)
    return Resolution(left, duplicates, links)


def _distinct(ids: list[str]) -> list[str]:
    """Number the later ones of firms that claim one code but could not be merged: ``…-2``."""
    seen: dict[str, int] = defaultdict(int)
    numbered = []
    for firm_id in ids:
        seen[firm_id] += 1
        numbered.append(firm_id if seen[firm_id] == 1 else f"{firm_id}-{seen[firm_id]}")
    return numbered


# --- look-up -------------------------------------------------------------------------------------


class Finder:
    """Finds firms by any form of their name; build once, ask often."""

    def __init__(self, firms: pd.DataFrame) -> None:
        self._ids: list[str] = firms["firm_id"].fillna("").astype(str).tolist()
        self._names: list[str] = firms["name"].fillna("").astype(str).tolist()
        codes = firms["code"].fillna("").astype(str) if "code" in firms else self._ids
        self._by_code: dict[str, list[int]] = defaultdict(list)
        for position, (code, firm_id) in enumerate(zip(codes, self._ids, strict=True)):
            for key in {clean_code(code), firm_id.upper()} - {""}:
                self._by_code[key].append(position)
        self._index = NameIndex(self._names)
        self._pinyin = PinyinIndex([_NO_NAME.sub("", normal_name(name)) for name in self._names])

    def find(self, text: str, limit: int = 10) -> pd.DataFrame:
        """Return the firms that ``text`` may mean: columns firm_id, name, score 0…1, why."""
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
        rows = [
            (self._ids[i], self._names[i], round(best[i][0], 3), best[i][1]) for i in order[:limit]
        ]
        return pd.DataFrame(rows, columns=list(FOUND))

    def _with_code(self, asked: str) -> list[tuple[int, float, str]]:
        if len(asked) < 8 or not asked.isascii():
            return []
        hits = [*self._by_code.get(clean_code(asked), ()), *self._by_code.get(asked, ())]
        return [(position, 1.0, "信用代码或企业编号相同") for position in dict.fromkeys(hits)]

    def _by_name(self, text: str, asked: str) -> list[tuple[int, float, str]]:
        question = parsed_name(text)
        found = []
        for position, cosine in self._index.candidates(text, 80):
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
    if short in firm.key:
        at_brand = firm.core.startswith(short) or firm.key.startswith(short)
        return 0.7 + 0.15 * at_brand + 0.1 * len(short) / len(firm.key), "名称中含有该词"
    body = firm.key.removesuffix(firm.parts.form)
    order = _in_order(short, body)
    if order:
        starts = firm.core.startswith(short[:2])
        return 0.55 + 0.2 * order + 0.1 * starts + 0.1 * cosine, "简称：按顺序取字"
    ratio = fuzz.ratio(short, firm.key) / 100
    partial = fuzz.partial_ratio(short, body) / 100 if len(short) > 2 else 0.0
    return max(0.85 * ratio, 0.7 * partial, 0.6 * cosine), "名称相近"


def _in_order(short: str, body: str) -> float:
    """Return 0 where ``short`` is no subsequence of ``body``, else up to 1 where it hangs together.

    简称 take characters in order: 金房节能 from 金房暖通节能技术.
    """
    position, pieces = 0, 1
    for number, character in enumerate(short):
        at = body.find(character, position)
        if at < 0:
            return 0.0
        if number and at != position:
            pieces += 1
        position = at + 1
    return max(0.2, 1.2 - 0.2 * pieces) if short else 0.0


def find(text: str, firms: pd.DataFrame, limit: int = 10) -> pd.DataFrame:
    """Return the firms that ``text`` may mean, best first: firm_id, name, score, why.

    ``text`` may be a full name, a short form (简称), a name with a slip, a credit code, or the
    pinyin of a part of the name, in full or its initials. For many questions build a
    :class:`Finder` once.
    """
    return Finder(firms).find(text, limit)
