"""What the county takes from nobody, held against what a firm does: processes and products.

A refusal that ends in 生产 or 制造 asks that the firm makes the thing. Any other word is a process
(电镀, 铅冶炼) which the firm does, or names without any verb; selling, building and researching it
do not count. Excluded phrases do not count, nor a thing that only has the word in front (电镀设备).
``share`` is how much of what a firm makes is refused: over its items that are not only sold, served
or built, each weighing ``1 / (1 + 0.25 · items in front)``.
"""

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from chainmatch.matching.grammar import Item
from chainmatch.names import parse_name
from chainmatch.profile import Refusal
from chainmatch.util.text import normalise

# A refused word may be followed by one of these and still be what the firm does.
_STILL = re.compile(r"(?:的|及|和|产品|制品|行业|业务|项目|业|品|类| )*")
_DOING = frozenset(("make", "grow", "operate", "serve"))
_TO_MAKE = re.compile("(?<=..)(?:生产|制造)$")
_BRACKET = re.compile(r"\([^()]*\)?")


class Refused(NamedTuple):
    """What a firm does that the county refuses: phrase, refusal, and how much of it, 0…1."""

    phrase: str
    refusal: Refusal
    share: float


class _Word(NamedTuple):
    refusal: Refusal
    object: str
    made: bool  # a product that is made, not a process


class Refusals:
    """The refusals of a county, ready to be held against firms."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self._words = [_word(refusal) for refusal in refusals]
        objects = "|".join(re.escape(word.object) for word in self._words)
        self._any = re.compile(objects) if objects else None

    def in_(self, text: str) -> bool:
        """Return whether a text holds any refused word, whatever it says of it."""
        return self._any is not None and bool(self._any.search(normalise(text)))

    def named(self, name: str) -> Refusal | None:
        """Return the process by which a firm calls itself (某某造纸有限公司), if it is refused."""
        if self._any is None or not self._any.search(name):
            return None
        parts = parse_name(name)
        body = parts.brand + parts.trade
        return next(
            (w.refusal for w in self._words if not w.made and body.endswith(w.object)), None
        )

    def done(self, text: str, items: Sequence[Item]) -> Refused | None:
        """Return what a scope, or a list of products, with its items does that is refused."""
        if not self.in_(text):
            return None
        plain = normalise(text)
        first: tuple[str, Refusal] | None = None
        refused: set[int] = set()
        making: set[int] = set()
        shift = 0  # a process that is a verb (印染) has no order of its own
        for item in items:
            word, order = self._of(plain, item), item.order + shift
            if word:
                first = first or (_own(text[item.start : item.end], word.object), word.refusal)
                refused.add(order)
                shift += item.place == "verb"
            if word or not item.activities or item.activities & _DOING:
                making.add(order)
        if first is None:
            return None
        share = math.fsum(map(_weight, refused)) / math.fsum(map(_weight, making))
        return Refused(*first, round(share, 4))

    def _of(self, plain: str, item: Item) -> _Word | None:
        if not self._any or not self._any.search(plain, item.start, item.end):
            return None
        fits = (w for w in self._words if _does(item, w) and _names(plain, item, w.object))
        return next(fits, None)


def _own(phrase: str, word: str) -> str:
    """Return of a phrase the thing that is refused: 原料药 of 大容量注射剂及原料药."""
    parts = (part for part in re.split("[及和与]", phrase) if word in normalise(part))
    return next(parts, phrase)


def _weight(order: int) -> float:
    return 1 / (1 + 0.25 * order)


@lru_cache(maxsize=512)
def _word(refusal: Refusal) -> _Word:
    text = normalise(refusal.what).strip()
    made = _TO_MAKE.sub("", text)
    return _Word(refusal, made, made != text)


def _does(item: Item, word: _Word) -> bool:
    if word.made:
        return "make" in item.activities
    only_research = "research" in item.activities and "make" not in item.activities
    return not item.activities or (bool(item.activities & _DOING) and not only_research)


def _names(text: str, item: Item, word: str) -> bool:
    """Whether ``word`` is what the item is about: nothing but fillers and verbs behind it."""
    span = _BRACKET.sub(lambda found: " " * len(found[0]), text[item.start : item.end])
    return any(
        _STILL.fullmatch(span[found.end() : max(item.core_end - item.start, found.end())])
        for found in re.finditer(re.escape(word), span)
    )
