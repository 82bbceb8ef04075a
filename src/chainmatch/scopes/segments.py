"""What stands between two signs: its verbs, its object, and whether it excludes something.

A token is the text between two signs with the signs behind it. It holds one segment, or several if
a verb is joined to what follows (``生产及销售茶叶``). How a token reads does not depend on what
stands around it, so it is read once.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from chainmatch.scopes.pattern import alternatives
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

NOTHING: frozenset[str] = frozenset()
FILL = "\x1f"  # stands for bracketed text, so that positions stay
GONE = "\x1e"  # stands for excluded text
_JOIN = "\x1d"  # stands for a joiner between a verb and what follows it

_VERB = alternatives(VERBS)
_PREFIX = re.compile(
    f"(?:(?:{alternatives(LEADING)})(?!线|网|渠道|部|点|店|商|业|额)"
    f"|(?:{alternatives(LEADING_UNLESS_NOUN)})(?!{'|'.join(NOUN_ENDS)})"
    f"|(?:{_VERB})(?=$)|{alternatives(FILLERS_BEFORE)}|{alternatives(JOINERS)}|[\\s{FILL}])+"
)
_SUFFIX = re.compile(
    f"(?:{alternatives(VERBS, backwards=True)}"
    f"|{alternatives(FILLERS_AFTER, backwards=True)}|[\\s{FILL}])+"
)
# What verbs in front of an object begin with, and those behind it end with.
_BLANKS = set(filter(str.isspace, map(chr, range(0x3001))))  # with FILL and GONE
_FIRST = _BLANKS | {word[0] for word in (*VERBS, *FILLERS_BEFORE, *JOINERS)}
_LAST = _BLANKS | {word[-1] for word in (*VERBS, *FILLERS_AFTER)}
_VERB_AT = re.compile(_VERB)
_JOINER = re.compile(alternatives(JOINERS))
# Not in a noun: 输配电及控制设备, 利用与开发系统.
_VERB_THEN_JOINER = re.compile(f"({_VERB})({alternatives(JOINERS)})(?!控制|(?:{_VERB})系统)(?=.)")
# 种植技术服务 advises those who grow.
_VERB_OF_TECHNIQUE = re.compile(
    f"(?:{_VERB})(?={alternatives(verb for verb, does in VERBS.items() if does == {TECHNIQUE})})"
)
_SEGMENT = re.compile(f"[^{_JOIN}]+")
_EXCLUDES = re.compile(
    "除外|不含|不包括|不包含|不得|不准|不许|禁止|严禁|不涉及|不从事|不经营|不带有|不设|不提供|不包|不具有|不另附|未经|非经"
)
_SPECIAL = re.compile(f"[{FILL}{GONE}{_JOIN}{''.join(word[0] for word in JOINERS)}除不禁严未非]")


@dataclass(frozen=True, eq=False, slots=True)
class Kind:
    """All of a segment that counts for where verbs reach; one object for each kind.

    ``before`` and ``after`` are the activities of the verbs around the object; ``trade`` is one
    that stands alone (住宿) and gives none its verb. ``excludes`` is ``drop`` for X除外, ``open``
    for 不含X, ``open-bare`` if nothing stands in front of it. ``sign`` is the strongest sign behind
    the segment; a joiner counts as 、.
    """

    before: frozenset[str]
    after: frozenset[str]
    only_verbs: bool
    trade: bool
    excludes: str
    colon: bool
    sign: str


kind_of = cache(Kind)


class Segment(NamedTuple):
    """A segment; positions are relative to its token, ``core_start:core_end`` is its object.

    One that opens an exclusion ends where it begins.
    """

    start: int
    end: int
    core_start: int
    core_end: int
    kind: Kind


@lru_cache(maxsize=1 << 15)
def read_token(text: str, signs: str) -> tuple[Segment, ...]:
    """Read what stands in front of ``signs`` (``""`` at the end of a clause)."""
    if not _SPECIAL.search(text):
        colon = signs.startswith(":")
        return (_segment(text, 0, len(text), "", colon, _strongest(signs)),)
    joined = text
    if _JOINER.search(text):
        joined = _VERB_THEN_JOINER.sub(_join, text + signs[:1])[: len(text)]
    spans = [found.span() for found in _SEGMENT.finditer(joined)]
    segments = []
    for start, end in spans:
        last = end == spans[-1][1]
        colon = end == len(text) and signs.startswith(":")
        sign = _strongest(signs) if last else "、"
        segments.append(_excluding(joined, start, _stripped(joined, start, end), colon, sign))
    return tuple(segments)


def _join(found: re.Match[str]) -> str:
    return found[1] + _JOIN * len(found[2])


def _strongest(signs: str) -> str:
    return next((sign for sign in ",: " if sign in signs), "、")


def _excluding(text: str, start: int, end: int, colon: bool, sign: str) -> Segment:
    """Read a segment that may exclude something."""
    opener = _EXCLUDES.search(text, start, end)
    if not opener:
        return _segment(text, start, end, "", colon, sign)
    if opener[0] == "除外":
        return _segment(text, start, end, "drop", False, sign)
    if opener.start() == start:
        return _segment(text, start, end, "open-bare", False, sign)
    return _segment(text, start, _stripped(text, start, opener.start()), "open", False, sign)


def _segment(text: str, start: int, end: int, excludes: str, colon: bool, sign: str) -> Segment:
    own = text[start:end]
    before, after, core_start, core_end = _parts(own)
    bare = core_start >= core_end
    kind = kind_of(before, after, bare, bare and own in TRADES, excludes, colon, sign)
    return Segment(start, end, start + core_start, start + core_end, kind)


def _stripped(text: str, start: int, end: int) -> int:
    """Return ``end`` without the brackets that stand in front of it."""
    return max(start + 1, start + len(text[start:end].rstrip(FILL)))


def _parts(text: str) -> tuple[frozenset[str], frozenset[str], int, int]:
    """Return the verbs before and behind the object of a segment, and the object's span."""
    prefix = _PREFIX.match(text) if text[0] in _FIRST else None
    head = prefix.end() if prefix else 0
    suffix = None
    if head < len(text) and text[-1] in _LAST:
        suffix = _SUFFIX.match(text[: head - 1 if head else None : -1])
    tail = len(text) - (suffix.end() if suffix else 0)
    before, after = _activities(text[:head]), _activities(text[tail:])
    core_start = head if before or head == len(text) else _filler_end(text, head)
    core_end = tail if after else len(text)
    if text[0] == GONE and not text.strip(GONE):
        core_end = core_start
    return before, after, core_start, core_end


def _filler_end(text: str, head: int) -> int:
    return head if head and head < len(text) else 0


def _activities(text: str) -> frozenset[str]:
    if "技术" in text:
        text = _VERB_OF_TECHNIQUE.sub("", text)
    found = [VERBS[match[0]] for match in _VERB_AT.finditer(text)] if text else None
    return NOTHING.union(*found) if found else NOTHING
