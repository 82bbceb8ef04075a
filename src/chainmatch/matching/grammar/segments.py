"""What stands between two signs: its verbs, its object, and whether it excludes something.

A token is the text between two signs. It holds one segment, or several if a verb is joined to what
follows (``生产及销售茶叶``). How a token reads does not depend on what stands around it, so each
is read once; many are read together, which takes a third of the time.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from chainmatch.matching.grammar.activities import NOTHING, mask_of
from chainmatch.matching.grammar.cleaning import FILL, GONE
from chainmatch.matching.grammar.endings import Words, endings
from chainmatch.matching.grammar.pattern import alternatives
from chainmatch.matching.grammar.verb_scope import EXCLUDES
from chainmatch.matching.string_batch import ROW, Laid, code_points, lay
from chainmatch.schema.verbs import (
    FILLERS_AFTER,
    FILLERS_BEFORE,
    JOINERS,
    LEADING,
    LEADING_UNLESS_NOUN,
    NOUN_ENDS,
    TECHNIQUE,
    TRADES,
    VERBS,
)

# Columns of segments: the span, the span of the object (both relative to the token), the number of
# the shape (reach.SHAPES), the activities of the verbs before and behind the object (masks); where
# there are only verbs, they stand before nothing.
START, END, CORE_START, CORE_END, SHAPE, BEFORE, AFTER = range(7)

_JOIN = "\x1d"  # stands for a joiner between a verb and what follows it


def _any_of(signs: Iterable[str]) -> str:
    """Return a class of signs, and of what may stand beside them."""
    return f"[\\s{FILL}{''.join(sorted(set(signs)))}]"


_VERB = alternatives(VERBS)
_PREFIX = re.compile(
    # Most texts are done with here.
    f"({ROW}(?={_any_of(word[0] for word in (*VERBS, *FILLERS_BEFORE, *JOINERS))})"
    f"(?:(?:{alternatives(LEADING)})(?!线|网|渠道|部|点|店|商|业|额)"
    f"|(?:{alternatives(LEADING_UNLESS_NOUN)})(?!{'|'.join(NOUN_ENDS)})"
    f"|(?:{_VERB})(?={ROW})|{alternatives(FILLERS_BEFORE)}|{alternatives(JOINERS)}|[\\s{FILL}])+)"
)
_BEHIND_OBJECT = Words(VERBS, FILLERS_AFTER)
_VERB_AT = re.compile(_VERB)
_JOINER = re.compile(alternatives(JOINERS))
# Not in a noun: 输配电及控制设备, 利用与开发系统.
_IN_NOUN = re.compile(f"控制|(?:{_VERB})系统")
# 种植技术服务 advises those who grow.
_VERB_OF_TECHNIQUE = re.compile(
    f"(?:{_VERB})(?={alternatives(verb for verb, does in VERBS.items() if does == {TECHNIQUE})})"
)
_SEGMENT = re.compile(f"[^{_JOIN}]+")
_VERB_BACKWARDS = re.compile(alternatives(VERBS, backwards=True))
_LONGEST = max(map(len, VERBS))
_EXCLUDES = re.compile(
    "除外|不含|不包括|不包含|不得|不准|不许|禁止|严禁|不涉及|不从事|不经营|不带有|不设|不提供|不包|不具有|不另附|未经|非经"
)
_GONE = re.compile(f"({ROW}{GONE}+(?={ROW}))")  # nothing is left that is not excluded
# What makes a token more than one plain segment; most hold nothing of it.
_EXCLUDING, _JOINING, _BEHIND = 1, 2, 4
_MARKS = np.zeros(0x110000, np.uint8)
for _mark, _signs in (
    (_EXCLUDING, set("除不禁严未非")),
    (_JOINING, {word[0] for word in JOINERS}),
    (_BEHIND, {verb[-1] for verb in VERBS}),
):
    _MARKS[[ord(sign) for sign in sorted(_signs)]] |= _mark


class _Segments(NamedTuple):
    """Segments of tokens: those that are a whole token, then parts of the others.

    Number ``n`` is ``text[first[n] : first[n] + size[n]]``, a :data:`ROW` on both sides; it begins
    at ``start[n]`` of its token, and ``excludes[n]`` is the number of how it excludes something.
    """

    text: str
    first: np.ndarray
    size: np.ndarray
    token: np.ndarray
    start: np.ndarray
    excludes: np.ndarray

    def own(self, number: int) -> str:
        """Return the text of a segment."""
        first = int(self.first[number])
        return self.text[first : first + int(self.size[number])]


def read_tokens(texts: Laid) -> tuple[np.ndarray, np.ndarray]:
    """Read what stands between two signs.

    Returns how many segments each token has, and one row a segment (columns above).
    """
    segments = _cut(texts)
    start, size = segments.start, segments.size
    head, tail = _ends(segments)
    before = _activities(segments, np.zeros_like(head), head)
    after = _activities(segments, tail, size)
    core_end = np.where(after > 0, tail, size)
    core_end = np.where(_sizes(_GONE, segments.text, segments.first) > 0, head, core_end)
    bare = head >= core_end
    before, after = np.where(bare, before | after, before), np.where(bare, 0, after)
    shape = (before > 0) + 2 * (after > 0) + 4 * bare
    for number in np.flatnonzero(bare).tolist():
        shape[number] += 8 * (segments.own(number) in TRADES)
    shape += 16 * segments.excludes
    columns = (start, start + size, start + head, start + core_end, shape, before, after)
    order = np.argsort(segments.token, kind="stable")
    return np.bincount(segments.token, minlength=len(texts)), np.stack(columns, axis=1)[order]


def _cut(laid: Laid) -> _Segments:
    """Cut tokens into segments."""
    special = _special(laid)
    plain, others = np.flatnonzero(~special), np.flatnonzero(special)
    spans = (numbers.tolist() for numbers in (others, laid.starts[others], laid.starts[others + 1]))
    parts = [
        (number, start, EXCLUDES.index(excludes), stretch)
        for number, first, behind in zip(*spans, strict=True)
        for start, stretch, excludes in _stretches(laid.text[first : behind - 1])
    ]
    token, start, excludes, stretches = zip(*parts, strict=True) if parts else ((),) * 4
    more, nothing = lay(stretches), np.zeros(len(plain), np.int64)
    return _Segments(
        laid.text + more.text[1:],
        np.concatenate([laid.starts[plain], more.starts[:-1] + len(laid.text) - 1]),
        np.concatenate([laid.sizes[plain], more.sizes]),
        np.concatenate([plain, np.array(token, np.int64)]),
        np.concatenate([nothing, np.array(start, np.int64)]),
        np.concatenate([nothing, np.array(excludes, np.int64)]),
    )


def _special(laid: Laid) -> np.ndarray:
    """Return which tokens may exclude something or hold a joiner behind a verb."""
    marks = _MARKS.take(code_points(laid.text))
    joining = (marks[1:] & _JOINING > 0) & (marks[:-1] & _BEHIND > 0)
    found = np.zeros(len(laid), bool)
    found[laid.at(np.flatnonzero(joining | (marks[1:] & _EXCLUDING > 0)) + 1)] = True
    return found


def _stretches(text: str) -> list[tuple[int, str, str]]:
    """Cut a token into segments: where each begins, its text, how it excludes something."""
    joined, spans = _without_joiners(text), [(0, len(text))]
    if _JOIN in joined:
        spans = [found.span() for found in _SEGMENT.finditer(joined)]
    return [_excluding(start, _stripped(joined[start:end])) for start, end in spans]


def _without_joiners(text: str) -> str:
    """Replace joiners behind a verb."""
    for found in _JOINER.finditer(text):
        start, end = found.span()
        before = text[max(0, start - _LONGEST) : start]
        if _VERB_BACKWARDS.match(before[::-1]) and not _IN_NOUN.match(text, end):
            text = text[:start] + _JOIN * (end - start) + text[end:]
    return text


def _excluding(start: int, text: str) -> tuple[int, str, str]:
    """Return a segment that may exclude something; one that opens an exclusion ends there."""
    opener = _EXCLUDES.search(text)
    if not opener:
        return start, text, ""
    if opener[0] == "除外":
        return start, text, "drop"
    if opener.start() == 0:
        return start, text, "open-bare"
    return start, _stripped(text[: opener.start()]), "open"


def _stripped(text: str) -> str:
    """Return a text without the brackets at its end; if it is nothing else, one sign of them."""
    return text if text[-1] != FILL else text.rstrip(FILL) or FILL


def _ends(segments: _Segments) -> tuple[np.ndarray, np.ndarray]:
    """Return where the verbs in front of each object end, and where those behind it begin."""
    first, size = segments.first, segments.size
    codes, end = code_points(segments.text), first + size
    head = _sizes(_PREFIX, segments.text, first)
    back = endings(codes, first, end, _BEHIND_OBJECT)
    both = np.flatnonzero(back > size - head)  # what stands in front is not behind, too
    back[both] = endings(codes, (first + head)[both], end[both], _BEHIND_OBJECT)
    return head, size - back


def _sizes(pattern: re.Pattern[str], text: str, first: np.ndarray) -> np.ndarray:
    """Return how much an expression, one group as a whole, finds from each of some places on."""
    parts = pattern.split(text)  # sooner than one match after the other
    ends = np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)))
    places, sizes = ends[0:-1:2] + 1, ends[1::2] - ends[0:-1:2] - 1  # without the ROW in front
    found = np.zeros(len(first), np.int64)
    at = np.searchsorted(first[:-1], places)
    own = first[at] == places
    found[at[own]] = sizes[own]
    return found


def _activities(segments: _Segments, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the activities of the verbs in spans of segments, as masks."""
    masks = np.zeros_like(start)
    told = np.flatnonzero(end > start)
    first, text = segments.first[told], segments.text
    spans = ((first + places[told]).tolist() for places in (start, end))
    masks[told] = [_mask(text[opening:closing]) for opening, closing in zip(*spans, strict=True)]
    return masks


@lru_cache(maxsize=1 << 13)
def _mask(text: str) -> int:
    if "技术" in text:
        text = _VERB_OF_TECHNIQUE.sub("", text)
    return mask_of(NOTHING.union(*(VERBS[found[0]] for found in _VERB_AT.finditer(text))))
