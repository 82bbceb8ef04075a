"""What stands between two signs: its verbs, its object, and whether it excludes something.

A token is the text between two signs. It holds one segment, or several if a verb is joined to what
follows (``生产及销售茶叶``). How a token reads does not depend on what stands around it, so each
text is read once for all scopes of a batch.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from chainmatch.matching.arrays import Flags, Ints, take
from chainmatch.matching.grammar.activities import NOTHING, mask_of
from chainmatch.matching.grammar.cleaning import FILL, GONE
from chainmatch.matching.grammar.verb_scope import EXCLUDES
from chainmatch.matching.string_batch import ROW, StringBatch, code_points, concat
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


class TokenSegments(NamedTuple):
    """The segments of tokens, token by token; arrays with one entry a segment.

    ``start:end`` is the span, ``core_start:core_end`` that of the object, both relative to the
    token; ``shape`` is a number in ``verb_scope.SHAPES``; ``before`` and ``after`` are masks of the
    activities of the verbs around the object (where there are only verbs, they stand before it).
    """

    token: Ints
    start: Ints
    end: Ints
    core_start: Ints
    core_end: Ints
    shape: Ints
    before: Ints
    after: Ints


_INVESTING = "投资"
_JOIN = "\x1d"  # stands for a joiner between a verb and what follows it


def alternatives(words: Iterable[str], *, backwards: bool = False) -> str:
    """Return an expression that matches the longest of ``words``, or of the words read backwards.

    Words with the same beginning share it, so that few of hundreds of words are tried.
    """
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for char in reversed(word) if backwards else word:
            branch = branch.setdefault(char, {})
        branch[""] = {}
    return _expression(tree)


def _expression(tree: dict[str, Any]) -> str:
    branches = [re.escape(char) + _expression(tree[char]) for char in sorted(tree) if char]
    if not branches:
        return ""
    if len(branches) == 1 and "" not in tree:
        return branches[0]
    return f"(?:{'|'.join(branches)}){'?' if '' in tree else ''}"


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
_SUFFIX = re.compile(  # backwards
    f"({ROW}(?={_any_of(word[-1] for word in (*VERBS, *FILLERS_AFTER))})"
    f"(?:{alternatives(VERBS, backwards=True)}|{alternatives(FILLERS_AFTER, backwards=True)}|\\s)+)"
)
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
# What makes a token more than one plain segment; most tokens hold nothing of it.
_EXCLUDING, _JOINING, _BEHIND = 1, 2, 4
_MARKS = np.zeros(0x110000, np.uint8)
for _mark, _signs in (
    (_EXCLUDING, set("除不禁严未非")),
    (_JOINING, {word[0] for word in JOINERS}),
    (_BEHIND, {verb[-1] for verb in VERBS}),
):
    _MARKS[[ord(sign) for sign in sorted(_signs)]] |= _mark


class _Texts(NamedTuple):
    """Texts of segments: those that are a whole token, then parts of the others.

    Number ``n`` is ``text[first[n] : first[n] + size[n]]``, a :data:`ROW` on both sides; it begins
    at ``start[n]`` of its token, and ``excludes[n]`` is the number of how it excludes something.
    """

    text: str
    first: Ints
    size: Ints
    token: Ints
    start: Ints
    excludes: Ints

    def own(self, number: int) -> str:
        """Return the text of a segment."""
        first = int(self.first[number])
        return self.text[first : first + int(self.size[number])]


def read_tokens(tokens: StringBatch) -> TokenSegments:
    """Read what stands between two signs."""
    texts = _cut(tokens)
    start, size = texts.start, texts.size
    head = _prefixes(_PREFIX, texts.text, texts.first)
    tail = size - _suffixes(texts, head)
    before = _activities(texts, np.zeros_like(head), head)
    after = _activities(texts, tail, size)
    after[_invested(texts, head, before)] = 0
    core_end = np.where(after > 0, tail, size)
    core_end = np.where(_prefixes(_GONE, texts.text, texts.first) > 0, head, core_end)
    bare = head >= core_end
    before, after = np.where(bare, before | after, before), np.where(bare, 0, after)
    shape = (before > 0) + 2 * (after > 0) + 4 * bare
    for number in np.flatnonzero(bare).tolist():
        shape[number] += 8 * (texts.own(number) in TRADES)
    shape += 16 * texts.excludes
    spans = (start, start + size, start + head, start + core_end)
    segments = TokenSegments(texts.token, *spans, shape, before, after)
    return take(segments, np.argsort(texts.token, kind="stable"))


def _cut(batch: StringBatch) -> _Texts:
    """Cut tokens into segments."""
    special = _special(batch)
    plain, others = np.flatnonzero(~special), np.flatnonzero(special)
    spans = (column.tolist() for column in (others, batch.starts[others], batch.starts[others + 1]))
    parts = [
        (number, start, EXCLUDES.index(excludes), stretch)
        for number, first, behind in zip(*spans, strict=True)
        for start, stretch, excludes in _stretches(batch.text[first : behind - 1])
    ]
    token, start, excludes, stretches = zip(*parts, strict=True) if parts else ((),) * 4
    more, nothing = concat(stretches), np.zeros(len(plain), np.int64)
    return _Texts(
        batch.text + more.text[1:],
        np.concatenate([batch.starts[plain], more.starts[:-1] + len(batch.text) - 1]),
        np.concatenate([batch.lengths[plain], more.lengths]),
        np.concatenate([plain, np.array(token, np.int64)]),
        np.concatenate([nothing, np.array(start, np.int64)]),
        np.concatenate([nothing, np.array(excludes, np.int64)]),
    )


def _special(batch: StringBatch) -> Flags:
    """Return which tokens may exclude something or hold a joiner behind a verb."""
    marks = _MARKS.take(code_points(batch.text))
    joining = (marks[1:] & _JOINING > 0) & (marks[:-1] & _BEHIND > 0)
    found = np.zeros(len(batch), bool)
    found[batch.at(np.flatnonzero(joining | (marks[1:] & _EXCLUDING > 0)) + 1)] = True
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


def _suffixes(texts: _Texts, head: Ints) -> Ints:
    """Return how long the verbs behind each object are; in front of it stand ``head`` signs."""
    backwards, last = texts.text[::-1], len(texts.text) - texts.first - texts.size
    found = _prefixes(_SUFFIX, backwards, last)
    for number in np.flatnonzero(found > texts.size - head).tolist():
        # What stands in front is not behind, too.
        rest = ROW + texts.own(number)[int(head[number]) :][::-1]
        own = _SUFFIX.match(rest)
        found[number] = len(own[0]) - 1 if own else 0
    return found


def _prefixes(pattern: re.Pattern[str], text: str, first: Ints) -> Ints:
    """Return how much an expression, one group as a whole, finds from each of some places on."""
    parts = pattern.split(text)  # sooner than one match after the other
    ends = np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)))
    places, lengths = ends[0:-1:2] + 1, ends[1::2] - ends[0:-1:2] - 1  # without the ROW in front
    found = np.zeros(len(text) + 1, np.int64)
    found[places] = lengths
    return found[first]


def _invested(texts: _Texts, head: Ints, before: Ints) -> list[int]:
    """Return the segments in front of which nothing but 投资 stands."""
    rows = np.flatnonzero(before == mask_of(VERBS[_INVESTING])).tolist()
    return [row for row in rows if texts.own(row)[: int(head[row])] == _INVESTING]


def _activities(texts: _Texts, start: Ints, end: Ints) -> Ints:
    """Return the activities of the verbs in spans of segments, as masks."""
    masks = np.zeros_like(start)
    filled = np.flatnonzero(end > start)
    spans = ((texts.first + offset)[filled].tolist() for offset in (start, end))
    masks[filled] = [
        activities_of(texts.text[first:last]) for first, last in zip(*spans, strict=True)
    ]
    return masks


@lru_cache(maxsize=1 << 13)
def activities_of(text: str) -> int:
    """Return the activities that the verbs of a text name, as a mask."""
    if "技术" in text:
        text = _VERB_OF_TECHNIQUE.sub("", text)
    verbs = _VERB_AT.findall(text)
    if verbs and verbs[-1] == _INVESTING:
        verbs = verbs[-1:]  # 养殖项目的投资 raises nothing
    return mask_of(NOTHING.union(*map(VERBS.__getitem__, verbs)))
