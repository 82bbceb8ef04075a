"""What stands between two signs: its verbs, its object, and whether it excludes something.

A token is the text between two signs. It holds one segment, or several if a verb is joined to what
follows (``生产及销售茶叶``). How a token reads does not depend on what stands around it, so each
is read once; many are read together, which takes a third of the time.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from chainmatch.scopes.activities import NOTHING, mask_of
from chainmatch.scopes.cleaning import FILL, GONE
from chainmatch.scopes.pattern import alternatives
from chainmatch.scopes.reach import EXCLUDES
from chainmatch.text import ROW, laid
from chainmatch.verbs import (
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
_SUFFIX = re.compile(
    f"({ROW}(?={_any_of(word[-1] for word in (*VERBS, *FILLERS_AFTER))})"
    f"(?:{alternatives(VERBS, backwards=True)}"
    f"|{alternatives(FILLERS_AFTER, backwards=True)}|[\\s{FILL}])+)"
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
_LENGTHS = sorted({len(verb) for verb in VERBS})
_EXCLUDES = re.compile(
    "除外|不含|不包括|不包含|不得|不准|不许|禁止|严禁|不涉及|不从事|不经营|不带有|不设|不提供|不包|不具有|不另附|未经|非经"
)
# What makes a token more than one plain segment; most hold nothing of it.
_BEHIND_VERB = f"[{''.join(sorted({verb[-1] for verb in VERBS}))}]"
_JOINING = f"[{''.join(sorted({word[0] for word in JOINERS}))}]"
_SPECIAL = re.compile(f"[除不禁严未非]|{_JOINING}(?<={_BEHIND_VERB}{_JOINING})")
_EXCLUDED = re.compile(GONE)


def read_tokens(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Read what stands between two signs.

    Returns how many segments each token has, and one row a segment (columns above).
    """
    token, start, own, excludes = _cut(texts)
    joined, first = laid(own)
    size = np.diff(first, append=len(joined)) - 1
    head, tail = _ends(own, joined, first, size)
    before, after = _activities(own, np.zeros_like(head), head), _activities(own, tail, size)
    core_end = np.where(after > 0, tail, size)
    for number in _holding(_EXCLUDED, joined, first).tolist():
        if not own[number].strip(GONE):
            core_end[number] = head[number]
    bare = head >= core_end
    before, after = np.where(bare, before | after, before), np.where(bare, 0, after)
    shape = (before > 0) + 2 * (after > 0) + 4 * bare
    for number in np.flatnonzero(bare).tolist():
        shape[number] += 8 * (own[number] in TRADES)
    shape += 16 * excludes
    columns = (start, start + size, start + head, start + core_end, shape, before, after)
    order = np.argsort(token, kind="stable")
    return np.bincount(token, minlength=len(texts)), np.stack(columns, axis=1)[order]


def _cut(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, list[str], np.ndarray]:
    """Cut tokens into segments, those first that are one plain segment.

    Returns of each segment the number of its token, where it begins, its text, and the number of
    how it excludes something.
    """
    plain = np.ones(len(texts), bool)
    plain[_holding(_SPECIAL, *laid(texts))] = False
    special, plain = np.flatnonzero(~plain), np.flatnonzero(plain)
    own = [_stripped(texts[number]) for number in plain.tolist()]
    cut = [
        (number, start, stretch, EXCLUDES.index(excludes))
        for number in special.tolist()
        for start, stretch, excludes in _stretches(texts[number])
    ]
    tokens, starts, stretches, excludes = zip(*cut, strict=True) if cut else ((),) * 4
    nothing = np.zeros(len(plain), np.int64)
    return (
        np.concatenate([plain, np.array(tokens, np.int64)]),
        np.concatenate([nothing, np.array(starts, np.int64)]),
        own + list(stretches),
        np.concatenate([nothing, np.array(excludes, np.int64)]),
    )


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
        behind_verb = any(text[start - n : start] in VERBS for n in _LENGTHS if n <= start)
        if behind_verb and not _IN_NOUN.match(text, end):
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


def _ends(
    texts: Sequence[str], joined: str, first: np.ndarray, size: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the verbs in front of each object end, and where those behind it begin."""
    head, back = np.zeros_like(size), np.zeros_like(size)
    opening, closing = _spans(_PREFIX, joined)
    head[np.searchsorted(first, opening)] = closing - opening - 1
    opening, closing = _spans(_SUFFIX, joined[::-1])
    back[np.searchsorted(first + size, len(joined) - 1 - opening)] = closing - opening - 1
    for number in np.flatnonzero((back > size - head) & (back > 0)).tolist():
        rest = texts[number][int(head[number]) :]  # what stands in front is not behind, too
        found = _SUFFIX.match(f"{ROW}{rest[::-1]}") if rest else None
        back[number] = found.end() - 1 if found else 0
    return head, size - back


def _spans(pattern: re.Pattern[str], text: str) -> tuple[np.ndarray, np.ndarray]:
    """Return where an expression, one group as a whole, is found: where it begins and ends."""
    parts = pattern.split(text)  # sooner than one match after the other
    ends = np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)))
    return ends[0:-1:2], ends[1::2]


def _holding(pattern: re.Pattern[str], joined: str, first: np.ndarray) -> np.ndarray:
    """Return which of the texts that are laid end to end hold an expression."""
    places = [found.start() for found in pattern.finditer(joined)]
    return np.unique(np.searchsorted(first, places, "right") - 1)


def _activities(texts: Sequence[str], start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the activities of the verbs in spans of texts, as masks."""
    masks = np.zeros_like(start)
    told = np.flatnonzero(end > start)
    spans = zip(told.tolist(), start[told].tolist(), end[told].tolist(), strict=True)
    masks[told] = [_mask(texts[number][first:last]) for number, first, last in spans]
    return masks


@lru_cache(maxsize=1 << 13)
def _mask(text: str) -> int:
    if "技术" in text:
        text = _VERB_OF_TECHNIQUE.sub("", text)
    return mask_of(NOTHING.union(*(VERBS[found[0]] for found in _VERB_AT.finditer(text))))
