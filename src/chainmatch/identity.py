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
from itertools import combinations
from typing import NamedTuple

import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Levenshtein

from chainmatch.columns import TABLES
from chainmatch.names import (
    NameIndex,
    ParsedName,
    brand_count,
    clean_code,
    describes,
    differ_in_number,
    explain_names,
    judge,
    normal_name,
    parsed_name,
    same_firm,
    same_places,
    valid_code,
)
from chainmatch.pinyin import PinyinIndex, initials, spellings

_NO_NAME = re.compile(r"[^\w]+")
FOUND = ("firm_id", "name", "score", "why")

# Links below this confidence are not worth an officer's minute; a possible slip of the pen is.
LEAST = {"same": 0.05, "branch": 0.4, "group": 0.5}
_FLOOR = 0.25  # cosine below which two names cannot be one firm
_GROUP_MATES = 12  # a brand borne by more firms of the other list says nothing


@dataclass(frozen=True)
class Resolution:
    """Rows that are left, what was merged into them, and their links to local firms."""

    firms: pd.DataFrame
    duplicates: pd.DataFrame
    links: pd.DataFrame


class _Firm(NamedTuple):
    row: int  # position in its table
    firm_id: str
    name: str
    code: str  # valid code or ""
    province: str
    city: str
    address: str
    parsed: ParsedName


class Link(NamedTuple):
    """One relation between a row of the left and a row of the right table (positions)."""

    left: int
    right: int
    relation: str
    confidence: float
    why: str


_STREET = re.compile(r"[\u4e00-\u9fff]{2,6}?(?:路|街|大道|道|巷|弄)[东南西北中]?\d+(?:弄\d+)?号")


def _firms(table: pd.DataFrame) -> list[_Firm]:
    """Prepare the rows of a firms table; columns that it lacks are unknown."""
    columns = [
        table[name].fillna("").astype(str).tolist() if name in table else [""] * len(table)
        for name in ("firm_id", "name", "code", "province", "city", "address")
    ]
    firms = []
    for row, (firm_id, name, code, province, city, address) in enumerate(
        zip(*columns, strict=True)
    ):
        clean = clean_code(code)
        firms.append(
            _Firm(
                row,
                firm_id,
                name,
                clean if valid_code(clean) else "",
                province,
                city,
                address,
                parsed_name(name),
            )
        )
    return firms


def _next_door(a: _Firm, b: _Firm) -> bool:
    """Return whether two firms of one prefecture have the same street and number."""
    if not a.city or a.city != b.city:
        return False
    first, second = _STREET.search(a.address), _STREET.search(b.address)
    return bool(first and second and first[0] == second[0])


def _differ(a: str, b: str) -> bool:
    """Return whether two values are both known and not equal."""
    return bool(a) and bool(b) and a != b


def _places_differ(a: _Firm, b: _Firm) -> bool:
    return _differ(a.province, b.province) or _differ(a.city, b.city)


def _alike(a: ParsedName, b: ParsedName) -> bool:
    """Return whether two names could be spellings or a renaming of one firm under one code."""
    return a.branch == b.branch and (
        fuzz.ratio(a.core, b.core) >= 60 or a.parts.brand == b.parts.brand != ""
    )


def _certain(a: _Firm, b: _Firm) -> str:
    """Return why two rows are one firm beyond doubt, or "" """
    if _differ(a.code, b.code):
        return ""
    if a.code and a.code == b.code and _alike(a.parsed, b.parsed):
        spelled = "" if a.parsed.key == b.parsed.key else f"（{explain_names(a.parsed, b.parsed)}）"
        return f"统一社会信用代码相同{spelled}"
    if same_firm(a.parsed, b.parsed) and not _places_differ(a, b):
        return explain_names(a.parsed, b.parsed) + (
            "" if a.code and b.code else "，其中一方无有效信用代码" if a.code or b.code else ""
        )
    return ""


# --- relations of a pair -------------------------------------------------------------------------


def _relation(a: _Firm, b: _Firm, probability: float) -> Link | None:
    """Return the closest relation of two firms, or None.

    ``probability`` that the names are written for one firm (or a branch and its firm).
    """
    certain = _certain(a, b)
    if certain:
        confidence = 0.99 if a.code and a.code == b.code else 0.97
        return Link(a.row, b.row, "same", confidence, certain)
    if a.code and a.code == b.code:
        return _same_code(a, b)
    first, second = a.parsed, b.parsed
    found = _branch(a, b) if bool(first.branch) != bool(second.branch) else None
    if found is None and not _differ(a.code, b.code):
        found = _same(a, b, probability)
    return found or _group(a, b)


def _same_code(a: _Firm, b: _Firm) -> Link:
    if a.parsed.branch != b.parsed.branch:
        return Link(a.row, b.row, "branch", 0.95, "统一社会信用代码相同，一方名称带分支机构")
    return Link(
        a.row, b.row, "same", 0.7, "统一社会信用代码相同但名称不同，可能更名或代码填错，请核对"
    )


def _same(a: _Firm, b: _Firm, probability: float) -> Link | None:
    """Judge two names that are close but not equal, at most one of them with a code."""
    first, second = a.parsed, b.parsed
    why = explain_names(first, second)
    if same_firm(first, second):
        where = "省份" if _differ(a.province, b.province) else "城市"
        # One name may be registered once in every province, and by rule once in a prefecture.
        confidence = 0.3 if where == "省份" else 0.8
        return _link(a, b, "same", min(confidence, probability), f"{why}，但{where}不同，请核对")
    if _places_differ(a, b) or differ_in_number(first, second):
        return None
    slip = OSA.distance(first.key, second.key, score_cutoff=2) == 1
    address = _next_door(a, b)
    if first.core == second.core != "" and first.branch == second.branch:
        place = same_places(first, second)
        kinds = {first.kind, second.kind} - {"", "集团"}
        if len(kinds) > 1 and "集团" in "".join(kinds):
            return None  # 某某控股集团有限公司 and 某某控股股份有限公司 are two registrations
        if place < 0 or (place == 0 and not first.branch and describes(first.parts.brand)):
            return None
        # Names that leave out a place or a form are common; a brand borne by many is not enough.
        weight = 0.95 if address or not brand_count(first.parts.brand) else 0.85
    elif slip and len(first.key) >= 6:
        weight = _slip_weight(first, second)
        weight = max(0.6, weight) if address else weight
    else:
        return None
    note = "，注册地址相同" if address else "，请核对"
    return _link(a, b, "same", weight * probability, why + note)


def _slip_weight(a: ParsedName, b: ParsedName) -> float:
    """Return how surely two names that differ in one character are one name with a slip.

    Of 20,000 registered firms, 170 have a neighbour in their city whose brand differs by another
    character; 3 one whose brand has a character more, 2 one that differs behind the brand, none one
    with two characters changed about. If one name in a thousand holds a slip of a kind, a pair of
    the first kind is most probably two firms, of the others one.
    """
    if len(a.key) == len(b.key) and sorted(a.key) == sorted(b.key):
        return 0.85
    # A slip in the trade makes it part of the brand, so the shorter brand is the true one.
    shorter = min(len(a.parts.brand), len(b.parts.brand))
    if shorter >= 2 and a.core[:shorter] == b.core[:shorter]:
        return 0.75
    return 0.3 if len(a.key) == len(b.key) else 0.7


def _branch(a: _Firm, b: _Firm) -> Link | None:
    """Judge a firm and a name that goes on after the firm's full name."""
    branch, firm = (a, b) if a.parsed.branch else (b, a)
    head, whole = branch.parsed, firm.parsed
    place = same_places(head, whole)
    alike = head.core == whole.core and head.kind == whole.kind
    if head.firm_key == whole.key:
        confidence = 0.97
    elif alike and place > 0:
        confidence = 0.93
    elif alike and place == 0 and not describes(head.parts.brand):
        confidence = 0.5  # 广厦建设集团 and 河北广厦建设集团 are two firms
    elif Levenshtein.distance(head.firm_key, whole.key, score_cutoff=2) == 1 and len(whole.key) > 7:
        confidence = 0.4
    else:
        return None
    if not head.places and not whole.places and _differ(a.province, b.province):
        confidence = min(confidence, 0.9)
    return _link(a, b, "branch", confidence, f"“{branch.name}”是“{firm.name}”的分支机构")


def _group(a: _Firm, b: _Firm) -> Link | None:
    """Judge two firms that share a brand (or a firm and the firm that its name begins with)."""
    first, second = a.parsed, b.parsed
    brand = first.parts.brand
    if first.firm_key == second.firm_key and first.branch and second.branch:
        return _link(a, b, "group", 0.95, f"同一企业“{first.firm_key}”的两个分支机构")
    if len(brand) < 2 or brand != second.parts.brand or describes(brand):
        return None
    notes = [f"字号“{brand}”相同"]
    near = bool(a.city) and a.city == b.city
    count = brand_count(brand)
    if (len(brand) > 3 and count) or {first.kind, second.kind} & _VILLAGE:
        return None  # many firms: the words describe a trade or a place
    # How rare the brand is decides: brands of four characters and more belong to one house almost
    # always, of three often, of two seldom. The weights follow pairs that were read one by one.
    confidence = 0.8 if len(brand) > 3 else 0.45 if len(brand) == 3 else 0.15
    confidence -= 0.1 + 0.02 * min(count, 10) if count else 0.0
    if near:
        confidence += 0.1 if len(brand) > 3 else 0.3
        notes.append(f"同在{a.city}")
    elif _differ(a.province, b.province):
        confidence -= 0.1 if len(brand) < 4 else 0.0
    if any("集团" in kind or "股份" in kind for kind in (first.kind, second.kind)):
        confidence += 0.1
        notes.append("一方为集团或股份公司")
    if first.core == second.core == brand and not near:
        confidence -= 0.4  # 外轮供应 in two towns: words of a trade that nobody counted
    elif first.core == second.core:
        confidence += 0.2 if len(brand) < 4 else 0.05
        notes.append("行业相同")
    if _next_door(a, b):
        confidence = max(confidence, 0.9 if len(brand) > 2 else 0.85)
        notes.append("注册地址在同一门牌")
    return _link(a, b, "group", min(confidence, 0.9), "，".join(notes))


def _link(a: _Firm, b: _Firm, relation: str, confidence: float, why: str) -> Link | None:
    if confidence < LEAST[relation]:
        return None
    return Link(a.row, b.row, relation, round(min(confidence, 0.97), 3), why)


# --- pairs worth judging -------------------------------------------------------------------------


# Co-operatives bear the name of their town.
_VILLAGE = {"供销社", "合作社", "合作联社", "信用社"}
_RANK = {"same": 0, "branch": 1, "group": 2}


class Linker:
    """Links firms to a fixed list: build once, ask with any number of tables.

    A firm's links depend on the firm and the fixed list alone.
    """

    def __init__(self, right: pd.DataFrame) -> None:
        self.firms = _firms(right)
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
        firms = _firms(left)
        return _link_table(self._judged(self._candidates(firms, False), firms), firms, self.firms)

    def link_itself(self) -> pd.DataFrame:
        """Return the links among the rows of the fixed list, each pair once."""
        pairs: dict[tuple[int, int], float] = {}
        for (a, b), probability in self._candidates(self.firms, True).items():
            if a != b:
                pair = (min(a, b), max(a, b))
                pairs[pair] = max(pairs.get(pair, 0.0), probability)
        return _link_table(self._judged(pairs, self.firms), self.firms, self.firms)

    def _candidates(self, left: list[_Firm], itself: bool) -> dict[tuple[int, int], float]:
        """Return the pairs worth judging: (left, right) → probability of the names."""
        pairs: dict[tuple[int, int], float] = {}
        keyed = ((*pair, 0.0) for pair in self._keyed(left))
        for first, second, probability in (*self._near(left, itself), *keyed):
            pairs[first, second] = max(pairs.get((first, second), 0.0), probability)
        return pairs

    def _near(self, left: list[_Firm], itself: bool) -> Iterator[tuple[int, int, float]]:
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

    def _keyed(self, left: list[_Firm]) -> Iterator[tuple[int, int]]:
        """Yield pairs with an equal code, and pairs that share a brand that few bear."""
        for firm in left:
            for row in self._by_code.get(firm.code, ()):
                yield firm.row, row
            brand, key = firm.parsed.parts.brand, firm.parsed.firm_key
            for mates in (self._by_brand.get(brand, ()), self._by_firm.get(key, ())):
                if len(mates) <= _GROUP_MATES:
                    for row in mates:
                        yield firm.row, row

    def _judged(self, pairs: Mapping[tuple[int, int], float], left: list[_Firm]) -> list[Link]:
        """Return the relations of the pairs, best first for each left row."""
        links = (_relation(left[a], self.firms[b], p) for (a, b), p in sorted(pairs.items()))
        kept = [link for link in links if link]
        return sorted(kept, key=lambda link: (link.left, _RANK[link.relation], -link.confidence))


def _link_table(links: Iterable[Link], left: list[_Firm], right: list[_Firm]) -> pd.DataFrame:
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


# --- duplicates ----------------------------------------------------------------------------------


def _groups(firms: list[_Firm]) -> list[list[int]]:
    """Return groups of rows that are one firm beyond doubt."""
    leader = list(range(len(firms)))

    def find_leader(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    blocks: dict[object, list[int]] = defaultdict(list)
    for firm in firms:
        if firm.code:
            blocks[firm.code].append(firm.row)
        parsed = firm.parsed
        blocks[(parsed.places[-1:], parsed.core, parsed.kind, parsed.branch)].append(firm.row)
        blocks[("key", parsed.key)].append(firm.row)
    for rows in blocks.values():
        if len(rows) < 2:
            continue
        # A row without a code under a name that two codes bear could be either: it stays.
        torn = len({firms[row].code for row in rows if firms[row].code}) > 1
        for a, b in combinations(rows[:50], 2):
            one, two = firms[a], firms[b]
            if torn and one.code != two.code:
                continue
            if _certain(one, two):
                first, second = sorted((find_leader(a), find_leader(b)))
                leader[second] = first
    groups: dict[int, list[int]] = defaultdict(list)
    for row in range(len(firms)):
        groups[find_leader(row)].append(row)
    return [group for group in groups.values() if len(group) > 1]


def _fullness(table: pd.DataFrame) -> list[int]:
    """Return how many cells of each row are filled."""
    filled = table.notna() & (table.astype(str) != "")
    return [int(count) for count in filled.sum(axis=1)]


def resolve(targets: pd.DataFrame, locals: pd.DataFrame | None) -> Resolution:
    """Merge the duplicates of ``targets`` and link what is left to ``locals``.

    Both are tables in the columns ``TABLES["firms"]``. Of each group of duplicates the row with a
    valid code and the most filled cells is kept as it stands (the first of equals); ``duplicates``
    says what went where and why. ``locals`` may be None: then there are no links.
    """
    firms = _firms(targets)
    filled = _fullness(targets)
    numbers = targets["row"].tolist() if "row" in targets else list(range(len(firms)))
    gone: dict[int, int] = {}
    for group in _groups(firms):
        kept = min(group, key=lambda row: (not firms[row].code, -filled[row], row))
        gone.update({row: kept for row in group if row != kept})
    duplicates = pd.DataFrame(
        [
            (
                firms[row].firm_id,
                firms[row].name,
                numbers[row],
                firms[kept].firm_id,
                firms[kept].name,
                _certain(firms[row], firms[kept]) or "与同组其他行为同一企业",
            )
            for row, kept in sorted(gone.items())
        ],
        columns=list(TABLES["duplicates"]),
    )
    left = targets.drop(index=targets.index[list(gone)]).reset_index(drop=True)
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
