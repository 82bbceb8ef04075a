import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.matching.string_batch import (
    ROW,
    code_points,
    lay,
    lay_column,
    lay_points,
    normalised,
)
from chainmatch.util.text import normalise

# Full-width signs, compatibility ideographs (one of them outside two bytes), traditional, astral.
TEXTS = st.lists(
    st.text("茶、，；（）ＡａＺ㈱⽤⻢\ufa6c\uf900養𠮷\ud83d \t", max_size=12), max_size=6
)
SOUND = TEXTS.map(lambda texts: [text.replace("\ud83d", "") for text in texts])


@given(TEXTS)
def test_what_is_laid_end_to_end_is_found_again(texts):
    laid = lay(texts)
    assert list(laid) == texts
    assert [laid[number] for number in range(len(laid))] == texts
    assert laid.sizes.tolist() == [len(text) for text in texts]
    for number, text in enumerate(texts):
        start = int(laid.starts[number])
        assert laid.at(start + np.arange(len(text))).tolist() == [number] * len(text)


@given(SOUND)
def test_columns_and_code_points_are_laid_like_texts(texts):
    laid = lay(texts)
    for other in (
        lay_column(pa.array(texts, pa.string())),
        lay_points([text.encode("utf-16-le") for text in texts]),
    ):
        assert other.text == laid.text
        assert other.starts.tolist() == laid.starts.tolist()


@given(TEXTS)
def test_laid_texts_are_normalised_like_each_alone(texts):
    assert list(normalised(lay(texts))) == [normalise(text) for text in texts]


def test_the_sign_between_texts_is_a_blank_within_one():
    assert list(lay([f"茶{ROW}叶", "核桃"])) == ["茶 叶", "核桃"]
    assert list(lay_column(pa.array([f"茶{ROW}叶", "核桃"]))) == ["茶 叶", "核桃"]


def test_characters_outside_two_bytes_count_as_one():
    assert code_points("茶𠮷").tolist() == [ord("茶"), ord("𠮷")]
    assert lay(["𠮷田", "茶"])[1] == "茶"
