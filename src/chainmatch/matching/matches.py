"""What was found about many firms, and each of them on its own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from chainmatch.matching.activity_rule import DONE, EVIDENCE_KINDS
from chainmatch.matching.arrays import Floats, Ints, expand_ranges, run_starts, take
from chainmatch.matching.combine import GRADES, Fits
from chainmatch.matching.evidence import FIELDS, SCOPE, Evidence
from chainmatch.matching.fit_model import FLOOR, Fit, Summary
from chainmatch.matching.scope_evidence import QUOTE
from chainmatch.matching.string_batch import concat
from chainmatch.schema.activities import ACTIVITIES
from chainmatch.schema.words import GRADES as GRADE_WORDS
from chainmatch.util.notebook import block, table_html

if TYPE_CHECKING:
    from chainmatch.matching.matcher import Matcher

_SIGNS = r"\x00-\x1f\s()（）\[\]【】"
_ITEM = rf"[^{_SIGNS}；;。，,：:、]{{1,12}}"
_EXPLAINED = re.compile(rf"[^{_SIGNS}；;，,、。：:]{{2,25}}[(（\[【][^{_SIGNS}；;。]*+\Z")
_MARKS = "^〓*+· \n\t"  # of lists, at the ends of what they part
_LIST = 20  # signs of a list in front that are quoted too
_LISTED = re.compile(rf"(?<=[；;。，,：:]){_ITEM}(?:、{_ITEM})*、\Z|\A{_ITEM}(?:、{_ITEM})*、\Z")
_ITS_OWN = re.compile(rf"[(（\[【](?!依法|凭|不含|除)[^{_SIGNS}；;。]{{1,40}}[)）\]】]")
_CLOSING = re.compile(r"[)）\]】]")
_SHOWN = 5  # nodes that a short form names
_NEARLY = 0.6  # as strong as the strongest
_MAKES = np.array([activity in ("make", "grow") for activity in DONE])
_STATES = np.array([kind in ("stated", "reached") for kind in EVIDENCE_KINDS])
_PAIR = re.compile("(?:生产|加工|制造|研发|开发|设计|种植|养殖|收购)[与和及并]")


class Texts(NamedTuple):
    """What firms write about themselves, in the order of ``Matcher.match``; one entry a firm.

    Where it is asked for again and again it is a ``string_batch.StringBatch``.
    """

    scope: Sequence[str]
    name: Sequence[str]
    products: Sequence[str]
    industry_code: Sequence[str]


@dataclass(frozen=True)
class Matches:
    """Firms against all nodes: ``texts``, the numbers of ``items`` of their scopes, ``fits``.

    ``matches[row]`` is a :class:`Match`.
    """

    matcher: "Matcher"
    texts: Texts
    items: Ints
    fits: Fits

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, row: int) -> "Match":
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        return Match(self, row % len(self))

    def __iter__(self) -> Iterator["Match"]:
        return map(self.__getitem__, range(len(self)))

    @cached_property
    def bounds(self) -> list[int]:
        """Where the fits of each firm begin, and where the last ones end."""
        return list(np.searchsorted(self.fits.row, np.arange(len(self) + 1)).tolist())

    @cached_property
    def chain_fits(self) -> Floats:
        """How surely n firms belong to each chain, 0…1: n rows, one column a chain."""
        return self.matcher.chains.fits(self.fits, self.items, self.texts.name)

    def best(self, top: int | None) -> Ints:
        """Return the fits of at least 0.05, at most ``top`` a firm."""
        starts = np.array(self.bounds[:-1], np.int64)
        rank = np.arange(len(self.fits.row)) - starts[self.fits.row]
        clear = self.fits.fit >= FLOOR
        return np.flatnonzero(clear if top is None else clear & (rank < top))

    def activities(self, which: Ints) -> Ints:
        """Return what the evidence that stands for fits says, as numbers in ``DONE``."""
        return self.fits.evidence.activity[self._standing(which)]

    def quotes(self, which: Ints) -> list[str]:
        """Return the phrase that stands for each fit, word for word as the firm wrote it."""
        return [_whole(*span).strip(_MARKS) for span in self._spans(self._standing(which))]

    def _standing(self, which: Ints) -> Ints:
        """Return the evidence to name for each fit: what the firm says first, if it says it well.

        The strongest, or in its place the earliest item of the scope that states the same activity,
        making or growing and is at least :data:`_NEARLY` as strong: a firm that opens with
        绿茶生产 is not quoted with 红茶分装.
        """
        fits, evidence = self.fits, self.fits.evidence
        fit, row = expand_ranges(fits.first[which], fits.count[which])
        best = fits.first[which][fit]
        states = (evidence.field == SCOPE) & _STATES[evidence.kind]
        alike = states[row] & states[best] & ~evidence.hint[row]
        done = evidence.activity
        alike &= (done[row] == done[best]) | _MAKES[done[row]]
        alike &= evidence.strength[row] >= _NEARLY * evidence.strength[best]
        kept = np.flatnonzero(alike | (row == best))
        order = kept[np.lexsort((~alike[kept], evidence.start[row[kept]], fit[kept]))]
        return row[order[run_starts(fit[order])]]

    def evidence(self, rows: Ints) -> list[Evidence]:
        """Return some rows of the evidence."""
        own = take(self.fits.evidence, rows)
        quotes = [text[start:end] for text, start, end in self._spans(rows)]
        return [
            Evidence(
                FIELDS[field], start, end, quote, DONE[done], strength, order, hint,
                EVIDENCE_KINDS[kind],
            )
            for field, start, end, quote, done, strength, order, hint, kind in zip(
                own.field.tolist(), own.start.tolist(), own.end.tolist(), quotes,
                own.activity.tolist(), own.strength.tolist(), own.order.tolist(),
                own.hint.tolist(), own.kind.tolist(), strict=True,
            )
        ]  # fmt: skip

    def _spans(self, rows: Ints) -> list[tuple[str, int, int]]:
        """Return for each piece of evidence its text, and where it begins and ends there."""
        own = take(self.fits.evidence, rows)
        batches = [concat(getattr(self.texts, name)) for name in FIELDS]
        offset = np.zeros(len(rows), np.int64)
        for number, batch in enumerate(batches):
            here = own.field == number
            offset[here] = batch.starts[own.row[here]]
        spans = ((offset + positions).tolist() for positions in (own.start, own.end))
        return [
            (batches[number].text, start, end)
            for number, start, end in zip(own.field.tolist(), *spans, strict=True)
        ]


def _whole(text: str, start: int, end: int) -> str:
    """Return a quotation that can be read by itself.

    Behind the 与 of 生产与销售 it takes the verb before it, too; what stands in a bracket is quoted
    with the item that it explains, 中药饮片(含毒性饮片、净制), an item with its bracket, and the
    end of a short list with the list: 糕点、面包制造.
    """
    if _PAIR.fullmatch(text[max(0, start - 3) : start]):
        start -= 3
    if item := _EXPLAINED.search(text, max(0, start - QUOTE), start):
        close = _CLOSING.search(text, start, start + QUOTE)
        return text[item.start() : max(end, close.end())] if close else text[start:end]
    if listed := _LISTED.search(text, max(0, start - _LIST), start):
        start = listed.start()
    own = _ITS_OWN.match(text, end, end + QUOTE)
    return text[start : own.end()] if own else text[start:end]


class Match:
    """One firm against all nodes: its name, the items of its scope, its fits, best first."""

    def __init__(self, matches: Matches, row: int) -> None:
        self._matches = matches
        self._row = row

    def __repr__(self) -> str:
        """Say in one line which nodes the firm stands at, the surest first."""
        fits = "、".join(f"{self._called(fit)} {fit.fit:.2f}" for fit in self.clear[:_SHOWN])
        more = f" 等 {len(self.clear)} 个环节" if len(self.clear) > _SHOWN else ""
        return f"<Match {self.name}：{fits or '不在产业链的环节上'}{more}>"

    def _repr_html_(self) -> str:
        """Show the firm in a notebook: its nodes with fit, grade, activity and quotation."""
        rows = [
            (self._called(fit), fit.fit, fit.main, GRADE_WORDS[fit.grade],
             ACTIVITIES.get(fit.activity, ""), fit.quote)
            for fit in self.clear
        ]  # fmt: skip
        titles = ("环节", "契合度", "主业比重", "依据等级", "经营活动", "依据原文")
        return block(repr(self), table_html(titles, rows))

    def _called(self, fit: Fit) -> str:
        return str(self._matches.matcher.graph.nodes[fit.node]["name"])

    @property
    def name(self) -> str:
        """The name of the firm."""
        return self._matches.texts.name[self._row]

    @property
    def items(self) -> int:
        """How many items of its scope name something."""
        return int(self._matches.items[self._row])

    @cached_property
    def fits(self) -> tuple[Fit, ...]:
        """All fits, however weak."""
        matches, own = self._matches, self._own
        fits = matches.fits
        return tuple(
            Fit(nodes, value, main, GRADES[grade], evidence[0].activity, tuple(evidence))
            for nodes, value, main, grade, evidence in zip(
                [matches.matcher.nodes[node] for node in fits.node[own].tolist()],
                fits.fit[own].tolist(), fits.main[own].tolist(), fits.grade[own].tolist(),
                [
                    matches.evidence(np.arange(first, first + count))
                    for first, count in zip(fits.first[own], fits.count[own], strict=True)
                ],
                strict=True,
            )
        )  # fmt: skip

    @property
    def clear(self) -> tuple[Fit, ...]:
        """The fits of at least 0.05."""
        return tuple(fit for fit in self.fits if fit.fit >= FLOOR)

    @property
    def summaries(self) -> list[Summary]:
        """What the evidence of each of ``fits`` adds up to."""
        return [Summary(*row) for row in self._matches.fits.summaries[self._own].tolist()]

    @property
    def chain_fits(self) -> Mapping[str, float]:
        """One number in 0…1 for each chain: how surely the firm belongs to it."""
        values = self._matches.chain_fits[self._row].tolist()
        return dict(zip(self._matches.matcher.chains.names, values, strict=True))

    @property
    def _own(self) -> slice:
        return slice(*self._matches.bounds[self._row : self._row + 2])
