import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.matching.grammar.endings import Words, endings
from chainmatch.matching.grammar.pattern import alternatives
from chainmatch.matching.string_batch import code_points, lay
from chainmatch.schema.verbs import FILLERS_AFTER, VERBS

PARTS = st.sampled_from([*VERBS, *FILLERS_AFTER, "茶叶", "售", "网", "务", " ", "\x1f", "𠮷", "x"])
TEXTS = st.lists(st.lists(PARTS, max_size=5).map("".join), min_size=1, max_size=6)
TABLES = Words(VERBS, FILLERS_AFTER)


def sizes(texts, tables=TABLES, skipped=0):
    laid = lay(texts)
    end = laid.starts[:-1] + laid.sizes
    first = np.minimum(laid.starts[:-1] + skipped, end)
    return endings(code_points(laid.text), first, end, tables).tolist()


@given(TEXTS)
def test_what_stands_at_the_end_is_what_an_expression_finds_there(texts):
    words = (alternatives(own, backwards=True) for own in (VERBS, FILLERS_AFTER))
    expression = re.compile(f"(?:{'|'.join(words)}|\\s)*")
    assert sizes(texts) == [expression.match(text[::-1]).end() for text in texts]


@given(TEXTS, st.integers(0, 8))
def test_nothing_in_front_of_the_first_place_counts(texts, skipped):
    assert sizes(texts, skipped=skipped) == sizes([text[skipped:] for text in texts])


def test_the_longest_word_counts_and_an_earlier_table_comes_first():
    tables = Words(["售", "销售", "网上销售"], ["上销售", "茶", "售"])
    assert sizes(["茶网上销售", "茶上销售", "绿茶销售"], tables) == [5, 2, 3]
    assert sizes(["", "绿", "茶"], tables) == [0, 0, 1]
