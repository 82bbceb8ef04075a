"""Where the wordings of the chains begin and end as words do.

A verb may break a wording (销|售电, 食用菌种|植), and a short one may straddle two words. Where it
does is learned once from a registry with the segmenter: the characters beside it that break it
(``data/learned/borders.json``). The segmenter itself is asked only for wordings that are not in
that table, such as those of a county's own chain. It is rjieba; where that cannot be loaded, jieba,
which cuts in the same places but for rare words.
"""

import json
import logging
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np

from chainmatch.matching.string_batch import code_points
from chainmatch.schema.verbs import VERBS
from chainmatch.util.resources import learned_file, reads_learned

SHORT = 2  # wordings up to this length are checked against the segmenter
_HAN = (ord("\u3400"), ord("\u9fff"))
_SHIFT = 21  # bits of a code point


class Borders:
    """Tells for places of wordings in a text whether they are words there."""

    def __init__(
        self, words: Sequence[str], asked: Sequence[bool], table: Mapping[str, Sequence[str]]
    ) -> None:
        """Take the wordings, which of them are asked for, and the table of what breaks each."""
        # A verb that begins with a wording's last sign, or ends with its first, may break it.
        heads, tails = {verb[0] for verb in VERBS}, {verb[1] for verb in VERBS if len(verb) > 1}
        self._breakable = np.array(
            [
                wanted and (len(word) <= SHORT or word[-1] in heads or word[0] in tails)
                for word, wanted in zip(words, asked, strict=True)
            ],
            bool,
        )
        self._unknown = np.array([word not in table for word in words], bool)
        self._verbs = _sorted((ord(verb[0]), ord(verb[1])) for verb in VERBS if len(verb) == 2)
        breaking = [(number, table[word]) for number, word in enumerate(words) if word in table]
        self._before, self._behind = (
            _sorted((number, ord(sign)) for number, signs in breaking for sign in signs[side])
            for side in range(2)
        )

    def broken(self, text: str, word: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return which wordings, by number and span in ``text``, are no words where they stand.

        No span touches an end of the text: signs stand around each.
        """
        rows = np.flatnonzero(self._breakable[word])
        word, start, end = word[rows], start[rows], end[rows]
        codes = np.append(code_points(text), 0)
        before, behind = codes[start - 1], codes[end]
        found = self._verb(codes[end - 1], behind) & ~self._verb(behind, codes[end + 1])
        found |= self._verb(before, codes[start]) & ~self._verb(codes[start - 2], before)
        short = (end - start <= SHORT) & (_is_han(before) | _is_han(behind))
        found |= short & (_among(self._before, word, before) | _among(self._behind, word, behind))
        for at in np.flatnonzero(short & ~found & self._unknown[word]).tolist():
            found[at] = not all(cuts_at(text, int(start[at]), int(end[at])))
        broken: np.ndarray = rows[found]
        return broken

    def _verb(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return _among(self._verbs, first, second)


def cuts_at(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Ask the segmenter whether words begin at ``start`` and end at ``end`` of a text."""
    left = max(0, start - 4)
    cuts = _cuts(text[left : end + 4])
    return start - left in cuts, end - left in cuts


@reads_learned
@cache
def read_borders() -> Mapping[str, Sequence[str]]:
    """Return short wording → (characters before, characters behind) that break it."""
    path = learned_file("borders.json")
    return json.loads(path.read_text(encoding="utf-8")) if path else {}


def _sorted(pairs: Iterable[tuple[int, int]]) -> np.ndarray:
    return np.array(sorted((first << _SHIFT) + second for first, second in pairs), np.int64)


def _among(pairs: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return which pairs of numbers are among some."""
    keys = (first.astype(np.int64) << _SHIFT) + second
    if not len(pairs):
        return np.zeros(len(keys), bool)
    found: np.ndarray = pairs[np.searchsorted(pairs[:-1], keys)] == keys
    return found


def _is_han(codes: np.ndarray) -> np.ndarray:
    return (codes >= _HAN[0]) & (codes <= _HAN[1])


@lru_cache(maxsize=1 << 14)
def _cuts(text: str) -> frozenset[int]:
    ends = [0]
    for word in _segmenter().cut(text, HMM=False):
        ends.append(ends[-1] + len(word))
    return frozenset(ends)


@lru_cache(maxsize=1)
def _segmenter() -> Any:
    try:
        import rjieba

        return _Rjieba(rjieba)
    except ImportError:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.tmp_dir = tempfile.gettempdir()
        return tokenizer


class _Rjieba:
    """The compiled segmenter under the interface of the plain one."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def cut(self, text: str, HMM: bool) -> list[str]:  # noqa: N803
        return list(self._module.cut(text, HMM))
