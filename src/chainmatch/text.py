"""The grammar of business scopes: a scope (经营范围) becomes items (经营项目).

A scope is a list of clauses (``；`` ``。`` or a line break between them), a clause a list of
segments (``、`` ``，`` ``：`` or a blank). A segment is an object, a verb, or both. The verb stands

=========  =============================  =============================================
place      example                        rule
=========  =============================  =============================================
on it      ``片剂制造；片剂销售``          the segment's own verbs count
after      ``片剂、颗粒剂的生产、销售``    verbs reach back over bare segments to the nearest ``，``
before     ``生产、销售：片剂、颗粒剂``    verbs reach forward to the next segment with its own
nowhere    ``片剂、颗粒剂``                the item is bare: its activities are unknown
=========  =============================  =============================================

Only verbs at the ends of a segment are verbs of the item: in ``食品加工机械销售`` a machine is
sold, nothing is processed. Brackets hold exclusions (``不含X`` ``X除外``), conditions
(``凭许可证经营``) or further items, which share the activity of what they stand behind. What a
scope excludes or only quotes from the law is no item.

Every function keeps positions: ``text[item.start:item.end]`` is the phrase as the firm wrote it.
"""

import csv
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from operator import attrgetter
from typing import Any, NamedTuple

from chainmatch.resources import data_folder
from chainmatch.verbs import (
    FILLERS_AFTER,
    FILLERS_BEFORE,
    JOINERS,
    LEADING,
    LEADING_UNLESS_NOUN,
    NOUN_ENDS,
    TRADES,
    VERBS,
)

NOTHING: frozenset[str] = frozenset()
NESTED = 64  # items in one bracket behind which the item around it is still found


def _alternatives(words: Iterable[str], *, backwards: bool = False) -> str:
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word[::-1] if backwards else word) for word in ordered)


_VERB = _alternatives(VERBS)
_FILL = "\x1f"  # stands for bracketed text, so that positions stay
_GONE = "\x1e"  # stands for excluded text
_JOIN = "\x1d"  # stands for a joiner between a verb and what follows it

_PREFIX = re.compile(
    f"(?:(?:{_alternatives(LEADING)})(?!线|网|渠道|部|点|店|商|业|额)"
    f"|(?:{_alternatives(LEADING_UNLESS_NOUN)})(?!{'|'.join(NOUN_ENDS)})"
    f"|(?:{_VERB})(?=$)|{_alternatives(FILLERS_BEFORE)}|{_alternatives(JOINERS)}|[\\s{_FILL}])+"
)
_SUFFIX = re.compile(
    f"(?:{_alternatives(VERBS, backwards=True)}"
    f"|{_alternatives(FILLERS_AFTER, backwards=True)}|[\\s{_FILL}])+"
)
_VERB_AT = re.compile(_VERB)
_VERB_THEN_JOINER = re.compile(f"({_VERB})({_alternatives(JOINERS)})(?=.)")

_CLAUSE = re.compile(r"(?:[^;。\n()]++|\([^()]*+(?:\([^()]*+\)[^()]*+)*+\)|[()])+")
_BRACKET = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
_SEGMENT = re.compile(f"[^、,: {_JOIN}]+")

_EXCLUDES = re.compile(
    "除外|不含|不包括|不包含|不得|不准|不许|禁止|严禁|不涉及|不从事|不经营|不带有|不设|不提供|不包|不具有|不另附|未经|非经"
)
_EXCEPT = re.compile(
    f"(?:^|(?<=[,、:({_FILL}但]))除(?![外尘臭湿草虫锈雪霜油氧磷硫渣鼠颤垢螨冰味斑毛污杂铁氟砷盐菌四])"
    "[^;。]{1,120}?(?:以外|之外|(?<!户|国|海|野|省|境|室)外)(?![贸销科线卖观包墙])"
)
_EXCLUDING_BRACKET = re.compile(
    r"^[,、\s]*(?:(?:以上|均|但|其中|上述|经营范围|各项|项目|内容|产品|商品|都)*)"
    r"(?:不含|不包|除|非|不得|禁止|严禁|不涉及|不从事|不设|不另附|不经营|不准|不提供|未经|国家.{0,12}(?:禁止|限制))"
    r"|(?:除外|以外|外)[,。\s]*$|除外"
)
_CONDITION = re.compile(
    r"许可证|资质证|资质|审批|批准|凭|有效期|依法|以上|具体|另行|为准|核定|方可|前置|证书|国家有关|法律|法规|规定|范围内"
)
_HEADING = re.compile(
    "(?:一般|许可|前置许可|后置许可)?(?:经营)?(?:项目|范围)(?:以登记机关核准为准)?[:]"
)
_BRANCH_ONLY = re.compile("限.{0,4}分支|限分公司|分支机构经营|分公司经营|限下属")

# Sentences of the law and of the registry: they name no trade of the firm.
_BOILERPLATE = re.compile(
    "法律[、,]?(?:行政)?法规[^;。]{0,40}?(?:禁止|应当许可|规定)[^;。]*[;。]?"
    "|(?:依法)?须经(?:相关部门)?(?:审批|批准)的(?:项目|经营项目)?[^;。)]{0,50}"
    "|企业依法自主选择经营项目[^)]*"
    "|(?:未经|经)(?:相关部门)?(?:批准|审批|许可)[^;。)]{0,24}(?:不得|方可)[^;。)]{0,24}"
    "|凭(?:有效)?(?:营业执照|许可证|资质)[^,;。)]{0,24}(?:经营|活动)"
    "|(?:国家)?限定(?:公司|企业)经营[^;。)]{0,30}"
    "|市场主体自主选择经营[^;。)]*"
)

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


class Item(NamedTuple):
    """One thing in a scope.

    ``start:end`` is its span, ``core_start:core_end`` the span without verbs at its ends,
    ``verb_start:verb_end`` the segment that gave it its verb (its own span if none did).
    ``activities`` is empty for a bare item. ``place`` says where the verb stood: ``own``,
    ``before``, ``after`` or ``bare``; ``verb`` is a segment of verbs alone. ``branch``
    marks what only branches may do; ``order`` numbers the items
    that name something, from 0.
    """

    start: int
    end: int
    core_start: int
    core_end: int
    verb_start: int
    verb_end: int
    activities: frozenset[str]
    place: str
    branch: bool = False
    order: int = 0


class Clause(NamedTuple):
    """The items of one clause, sorted, and the verbs that it hands on to bare clauses behind it.

    ``masked`` is the clause with brackets and exclusions blanked out.
    """

    items: tuple[Item, ...]
    carried: frozenset[str]
    masked: str

    def item_at(self, position: int) -> Item | None:
        """Return the item that holds ``position``; None where it is excluded or says nothing."""
        masked = self.masked
        inside = masked[position] == _FILL
        last = bisect_right(self.items, position, key=attrgetter("start"))
        for item in reversed(self.items[max(0, last - NESTED) : last]):
            if position < item.end and (masked[item.start] == _FILL) == inside:
                return None if masked[position] == _GONE else item
        return None

    @property
    def size(self) -> int:
        """Number of items that name something."""
        return sum(item.place != "verb" for item in self.items)


@dataclass(slots=True)
class _Draft:
    """A segment on its way to an item: filled in while the clause is walked."""

    start: int
    end: int
    before: frozenset[str]
    after: frozenset[str]
    core_start: int
    core_end: int
    separator: str  # the sign in front of the segment
    colon: bool  # a colon follows
    verb_start: int = 0
    verb_end: int = 0
    activities: frozenset[str] = NOTHING
    place: str = "bare"
    branch: bool = False

    @property
    def only_verbs(self) -> bool:
        return self.core_start >= self.core_end


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


def clauses(normal: str) -> Iterator[tuple[int, str]]:
    """Yield (position, text) of each clause of a normalised scope, boilerplate blanked out."""
    if "批准" in normal or "许可" in normal or "法规" in normal or "限定" in normal:
        normal = _BOILERPLATE.sub(_blank, normal)
    if ":" in normal:
        normal = _HEADING.sub(lambda found: ";" * len(found[0]), normal)
    for found in _CLAUSE.finditer(normal):
        yield found.start(), found[0]


def read_scope(text: str) -> list[Item]:
    """Return the items of a scope in order. Never fails; excluded phrases are left out."""
    items: list[Item] = []
    carried = NOTHING
    for offset, clause in clauses(normalise(text)):
        found = read_clause(clause, carried)
        carried = found.carried
        items += [_shift(item, offset) for item in found.items]
    return items


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _shift(item: Item, offset: int) -> Item:
    return item._replace(
        start=item.start + offset,
        end=item.end + offset,
        core_start=item.core_start + offset,
        core_end=item.core_end + offset,
        verb_start=item.verb_start + offset,
        verb_end=item.verb_end + offset,
    )


@lru_cache(maxsize=1 << 15)
def read_clause(clause: str, carried: frozenset[str] = NOTHING) -> Clause:
    """Read one normalised clause; positions are relative to it.

    ``carried`` are the verbs of an earlier ``生产、销售：`` that reach a clause without any verb.
    """
    masked, nested = _mask(clause)
    reader = _Reader(masked, carried)
    reader.read()
    if "限" in clause and _BRANCH_ONLY.search(clause):
        _mark_branch_only(reader.items, clause)
    inner = [
        item
        for start, end in nested
        for item in _bracket_items(clause[start:end], start, reader.items)
    ]
    outer: list[tuple[Any, ...]] = [
        (i.start, i.end, i.core_start, i.core_end, i.verb_start, i.verb_end, i.activities, i.place,
         i.branch)
        for i in reader.items
    ]  # fmt: skip
    items = sorted([*outer, *inner]) if inner else outer
    numbers = accumulate((item[_PLACE] != "verb" for item in items), initial=0)
    pairs = zip(items, numbers, strict=False)
    numbered = tuple(Item._make((*item, number)) for item, number in pairs)
    return Clause(numbered, reader.handed_on, masked)


_PLACE = Item._fields.index("place")


def _mark_branch_only(items: list[_Draft], clause: str) -> None:
    """``X（限分支机构经营）`` marks X; ``以上限…`` and words outside brackets mark the clause."""
    marks = [
        found.start()
        for found in _BRACKET.finditer(clause)
        if _BRANCH_ONLY.search(found[0]) and not re.search("以[上下]", found[0])
    ]
    for item in items:
        item.branch = not marks or any(item.start <= mark <= item.end for mark in marks)


def _mask(clause: str) -> tuple[str, list[tuple[int, int]]]:
    """Blank out brackets and exclusions; return the rest and the brackets that hold items."""
    nested: list[tuple[int, int]] = []

    def mask_bracket(found: re.Match[str]) -> str:
        content = found[0][1:-1]
        excluding = _EXCLUDING_BRACKET.search(content)
        if (
            content
            and not excluding
            and not _CONDITION.search(content)
            and not _BRANCH_ONLY.search(content)
        ):
            nested.append((found.start() + 1, found.end() - 1))
        return _FILL * len(found[0])

    masked = _BRACKET.sub(mask_bracket, clause) if "(" in clause else clause
    masked = masked.replace("(", " ").replace(")", " ")
    if "除" in masked:
        masked = _EXCEPT.sub(lambda found: _GONE * len(found[0]), masked)
    return _VERB_THEN_JOINER.sub(lambda m: m[1] + _JOIN * len(m[2]), masked), nested


def _bracket_items(content: str, offset: int, outer: list[_Draft]) -> list[tuple[Any, ...]]:
    """Items inside a bracket; those without a verb share the activity of what stands before."""
    host = next((item for item in reversed(outer) if item.start <= offset), None)
    default = host.activities if host else NOTHING
    branch = host.branch if host else False
    found = read_clause(content.replace("(", " ").replace(")", " "))
    shifted = (_shift(item, offset) for item in found.items)
    return [
        item._replace(activities=item.activities or default, branch=branch)[:-1] for item in shifted
    ]


class _Reader:
    """Walks the segments of one masked clause and gives each its verbs."""

    def __init__(self, masked: str, carried: frozenset[str]) -> None:
        self.masked = masked
        self.carried = carried
        self.items: list[_Draft] = []
        self.handed_on = NOTHING
        self._named = False  # something other than verbs was seen
        self._reach = NOTHING  # verbs that reach forward
        self._reach_span = (0, 0)  # where they stand
        self._group: list[_Draft] = []  # items that a verb behind them would still reach
        self._closed = False  # the group has its verbs; a further verb adds to them
        self._mixed = "、" in masked and "," in masked

    def read(self) -> None:
        offered = self._offered if _EXCLUDES.search(self.masked) else self._segments
        for segment in offered():
            self._take(segment)
        if self.carried and not any(item.activities for item in self.items):
            for item in self.items:
                item.activities, item.place = self.carried, "before"
            self.handed_on = self.carried

    def _offered(self) -> Iterator[_Draft]:
        """Leave out what is excluded: from 不含… to the next sign that is no 、, and X除外."""
        excluding = False
        for segment in self._segments():
            excluding = excluding and segment.separator == "、"
            opener = _EXCLUDES.search(self.masked, segment.start, segment.end)
            if opener and not excluding and opener[0] != "除外":
                excluding = True
                if opener.start() > segment.start:
                    yield _draft(
                        self.masked, segment.start, opener.start(), segment.separator, False
                    )
            elif not excluding and not opener:
                yield segment

    def _segments(self) -> Iterator[_Draft]:
        end = 0
        for found in _SEGMENT.finditer(self.masked):
            start = found.start()
            sign = _sign(self.masked[end:start])
            end = found.end()
            yield _draft(self.masked, start, end, sign, self.masked.startswith(":", end))

    def _take(self, segment: _Draft) -> None:
        if segment.only_verbs:
            self._take_verbs(segment)
            return
        if self._closed or (self._mixed and segment.separator == ","):
            self._group, self._closed = [], False
        self._take_item(segment)
        self._named = True

    def _take_verbs(self, segment: _Draft) -> None:
        verbs = segment.before | segment.after
        if not verbs:
            return
        group = self._group
        self._append(segment, verbs, "verb")
        if self.masked[segment.start : segment.end] in TRADES and not segment.colon:
            return
        if segment.colon or not self._named:
            self._reach_forward(segment, verbs)
            self._group, self._closed = [], False
            if segment.colon:
                self.handed_on = self._reach
            return
        for item in group[:-1]:
            _give(item, segment, item.activities | verbs)
        self._closed = True

    def _take_item(self, segment: _Draft) -> None:
        if segment.before:
            self._reach_forward(segment, segment.before)
            self._group = []
        if segment.after:
            if not segment.before:
                self._reach_back(segment)
            own = segment.before | segment.after
            self._append(segment, own | (self._reach if segment.before else NOTHING), "own")
            self._closed = True
        elif self._reach:
            self._append(segment, self._reach, "own" if segment.before else "before")
        else:
            self._append(segment, NOTHING, "bare")
        if segment.colon:
            self._group, self._closed = [], False

    def _reach_forward(self, segment: _Draft, verbs: frozenset[str]) -> None:
        """Verbs before anything is named add up (生产、销售); later ones replace the earlier."""
        more = not self._named
        start = self._reach_span[0] if more and self._reach else segment.start
        self._reach = self._reach | verbs if more else verbs
        self._reach_span = (start, segment.end)

    def _reach_back(self, segment: _Draft) -> None:
        self._group = [item for item in self._group if not item.activities]
        for item in self._group:
            _give(item, segment, segment.after)

    def _append(self, segment: _Draft, activities: frozenset[str], place: str) -> None:
        segment.activities, segment.place = activities, place
        if place == "before":
            segment.verb_start, segment.verb_end = self._reach_span
        elif segment.before and place == "own":
            segment.verb_start = self._reach_span[0]
        self._group.append(segment)
        self.items.append(segment)


def _give(item: _Draft, segment: _Draft, activities: frozenset[str]) -> None:
    """Give an item the verbs of a segment behind it."""
    if not item.activities:
        item.place = "after"
    item.activities = activities
    item.verb_end = segment.end


def _sign(separator: str) -> str:
    """Return the strongest sign of a separator; a joiner counts as 、."""
    if separator == "、" or not separator:
        return "、"
    return next((sign for sign in ",: " if sign in separator), "、")


def _draft(masked: str, start: int, end: int, separator: str, colon: bool) -> _Draft:
    if masked[end - 1] == _FILL:
        end = max(start + 1, start + len(masked[start:end].rstrip(_FILL)))
    before, after, core_start, core_end = _parts(masked[start:end])
    core = (start + core_start, start + core_end)
    return _Draft(start, end, before, after, *core, separator, colon, start, end)


@lru_cache(maxsize=1 << 16)
def _parts(text: str) -> tuple[frozenset[str], frozenset[str], int, int]:
    """Return the verbs before and behind the object of a segment, and the object's span."""
    prefix = _PREFIX.match(text)
    head = prefix.end() if prefix else 0
    suffix = _SUFFIX.match(text[: head - 1 if head else None : -1]) if head < len(text) else None
    tail = len(text) - (suffix.end() if suffix else 0)
    before, after = _activities(text[:head]), _activities(text[tail:])
    core_start = head if before or head == len(text) else _filler_end(text, head)
    core_end = tail if after else len(text)
    if text.strip(_GONE) == "":
        core_end = core_start
    return before, after, core_start, core_end


def _filler_end(text: str, head: int) -> int:
    return head if head and head < len(text) else 0


def _activities(text: str) -> frozenset[str]:
    found = [VERBS[match[0]] for match in _VERB_AT.finditer(text)]
    return NOTHING.union(*found) if found else NOTHING
