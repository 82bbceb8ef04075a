"""The items of a scope: what each names, what the firm does with it, where it stands."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from chainmatch.scopes.clauses import clauses
from chainmatch.scopes.reach import reach
from chainmatch.scopes.segments import FILL, GONE, NOTHING, Segment, read_token
from chainmatch.text import normalise

NESTED = 64  # items in one bracket behind which the item around it is still found

_SIGNS = "、,: "
_TOKEN = re.compile(f"([^{_SIGNS}]+)([{_SIGNS}]*)")
_BRACKET = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
_EXCEPT = re.compile(
    f"(?:^|(?<=[,、:({FILL}但]))除(?![外尘臭湿草虫锈雪霜油氧磷硫渣鼠颤垢螨冰味斑毛污杂铁氟砷盐菌四])"
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
_BRANCH_ONLY = re.compile("限.{0,4}分支|限分公司|分支机构经营|分公司经营|限下属")


class Item(NamedTuple):
    """One thing in a scope.

    ``start:end`` is its span, ``core_start:core_end`` the span without verbs at its ends,
    ``verb_start:verb_end`` the stretch from its verb to itself (its own span if it has none).
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


class Clause:
    """One clause that was read: its items are made when they are asked for.

    ``masked`` is the clause with brackets and exclusions blanked out, ``carried`` the verbs that it
    hands on to bare clauses behind it.
    """

    __slots__ = (
        "_inner",
        "_only_branches",
        "_reached",
        "_segments",
        "_starts",
        "carried",
        "masked",
    )

    def __init__(self, clause: str, carried: frozenset[str]) -> None:
        self.masked, brackets = _mask(clause)
        self._starts, self._segments = _segments(self.masked)
        kinds = tuple([segment[4] for segment in self._segments])
        mixed = "、" in self.masked and "," in self.masked
        self._reached, self.carried = reach(kinds, mixed, carried)
        self._only_branches = _only_branches(clause)
        self._inner: tuple[Item, ...] = ()
        if brackets:
            self._inner = self._bracket_items(clause, brackets)

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in order of position, numbered."""
        if self._inner:
            return self._inner
        return tuple(item for item in map(self._item, range(len(self._starts))) if item)

    @property
    def size(self) -> int:
        """Number of items that name something."""
        if self._inner:
            return _named(self._inner)
        return sum(reached is not None and reached[1] != "verb" for reached in self._reached)

    def item_at(self, position: int) -> Item | None:
        """Return the item that holds ``position``; None where it is excluded or says nothing."""
        sign = self.masked[position]
        if sign == GONE:
            return None
        if self._inner:
            return self._nested_at(position, outer=sign != FILL)
        if sign == FILL:
            return None
        item = self._item(bisect_right(self._starts, position) - 1)
        return item if item and position < item.end else None

    def _item(self, number: int) -> Item | None:
        reached = self._reached[number] if number >= 0 else None
        if reached is None:
            return None
        activities, place, first, last, order = reached
        start = self._starts[number]
        segment = self._segments[number]
        at = start - segment[0]
        item = Item(
            start, at + segment[1], at + segment[2], at + segment[3],
            self._starts[first], self._starts[last] + self._length(last),
            activities, place, False, order,
        )  # fmt: skip
        return item._replace(branch=self._only_branches(item)) if self._only_branches else item

    def _length(self, number: int) -> int:
        start, end, *_ = self._segments[number]
        return end - start

    def _bracket_items(self, clause: str, brackets: list[tuple[int, int]]) -> tuple[Item, ...]:
        """Return all items, with those inside brackets."""
        outer = [item._replace(order=0) for item in self.items]
        inner = [
            item
            for start, end in brackets
            for item in _items_in_bracket(clause[start:end], start, outer)
        ]
        items = sorted([*outer, *inner])
        numbers = accumulate((item.place != "verb" for item in items), initial=0)
        pairs = zip(items, numbers, strict=False)
        return tuple(item._replace(order=number) for item, number in pairs)

    def _nested_at(self, position: int, outer: bool) -> Item | None:
        last = bisect_right(self._inner, position, key=attrgetter("start"))
        for item in reversed(self._inner[max(0, last - NESTED) : last]):
            if position < item.end and (item.start in self._starts) == outer:
                return item
        return None


def read_scope(text: str) -> list[Item]:
    """Return the items of a scope in order. Never fails; excluded phrases are left out."""
    items: list[Item] = []
    carried = NOTHING
    for offset, clause in clauses(normalise(text)):
        found = read_clause(clause, carried)
        carried = found.carried
        items += [_shift(item, offset) for item in found.items]
    return items


def read_clause(clause: str, carried: frozenset[str] = NOTHING) -> Clause:
    """Read one normalised clause; positions are relative to it.

    ``carried`` are the verbs of an earlier ``生产、销售：`` that reach a clause without any verb.
    """
    return Clause(clause, carried)


def _segments(masked: str) -> tuple[list[int], list[Segment]]:
    """Return where the segments of a clause begin, and the segments."""
    starts: list[int] = []
    segments: list[Segment] = []
    position = len(masked) - len(masked.lstrip(_SIGNS))
    for token in _TOKEN.findall(masked):
        for segment in read_token(*token):
            starts.append(position + segment[0])
            segments.append(segment)
        position += len(token[0]) + len(token[1])
    return starts, segments


def _named(items: Iterable[Item]) -> int:
    return sum(item.place != "verb" for item in items)


def _shift(item: Item, offset: int) -> Item:
    return item._replace(
        start=item.start + offset,
        end=item.end + offset,
        core_start=item.core_start + offset,
        core_end=item.core_end + offset,
        verb_start=item.verb_start + offset,
        verb_end=item.verb_end + offset,
    )


def _only_branches(clause: str) -> Callable[[Item], bool] | None:
    """Return what tells the items that only branches may do; None if the clause says nothing of it.

    ``X（限分支机构经营）`` marks X; ``以上限…`` and words outside brackets mark the clause.
    """
    if "限" not in clause or not _BRANCH_ONLY.search(clause):
        return None
    marks = [
        found.start()
        for found in _BRACKET.finditer(clause)
        if _BRANCH_ONLY.search(found[0]) and not re.search("以[上下]", found[0])
    ]
    return lambda item: not marks or any(item.start <= mark <= item.end for mark in marks)


def _mask(clause: str) -> tuple[str, list[tuple[int, int]]]:
    """Blank out brackets and exclusions; return the rest and the brackets that hold items."""
    holding: list[tuple[int, int]] = []

    def blank(found: re.Match[str]) -> str:
        if _holds_items(found[0][1:-1]):
            holding.append((found.start() + 1, found.end() - 1))
        return FILL * len(found[0])

    masked = clause
    if "(" in clause or ")" in clause:
        masked = _BRACKET.sub(blank, clause).replace("(", " ").replace(")", " ")
    if "除" in masked:
        masked = _EXCEPT.sub(lambda found: GONE * len(found[0]), masked)
    return masked, holding


def _holds_items(content: str) -> bool:
    """Whether a bracket names things, and not an exclusion or a condition."""
    return bool(content) and not (
        _EXCLUDING_BRACKET.search(content)
        or _CONDITION.search(content)
        or _BRANCH_ONLY.search(content)
    )


def _items_in_bracket(content: str, offset: int, outer: list[Item]) -> Iterator[Item]:
    """Items inside a bracket; those without a verb share the activity of what stands before."""
    host = next((item for item in reversed(outer) if item.start <= offset), None)
    default = host.activities if host else NOTHING
    branch = host.branch if host else False
    for item in read_clause(content.replace("(", " ").replace(")", " ")).items:
        yield _shift(item, offset)._replace(
            activities=item.activities or default, branch=branch, order=0
        )
