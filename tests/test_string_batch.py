import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.matching.string_batch import (
    ROW,
    code_points,
    concat,
    concat_code_points,
    normalise_batch,
)
from chainmatch.util.text import normalise

# Full-width signs, compatibility ideographs (one of them outside two bytes), traditional, astral.
TEXTS = st.lists(
    st.text("茶、，；（）ＡａＺ㈱⽤⻢\ufa6c\uf900養𠮷\ud83d \t", max_size=12), max_size=6
)
SOUND = TEXTS.map(lambda texts: [text.replace("\ud83d", "") for text in texts])


@given(TEXTS)
def test_strings_of_a_batch_are_found_again(texts):
    batch = concat(texts)
    assert list(batch) == texts
    assert [batch[number] for number in range(len(batch))] == texts
    assert batch.lengths.tolist() == [len(text) for text in texts]
    for number, text in enumerate(texts):
        start = int(batch.starts[number])
        assert batch.at(start + np.arange(len(text))).tolist() == [number] * len(text)


@given(SOUND)
def test_code_points_make_the_same_batch(texts):
    batch = concat(texts)
    codes = pa.array([text.encode("utf-32-le") for text in texts], pa.binary())
    other = concat_code_points(codes, 4)
    assert other.text == batch.text
    assert other.starts.tolist() == batch.starts.tolist()


@given(TEXTS)
def test_a_batch_is_normalised_like_each_string_alone(texts):
    assert list(normalise_batch(concat(texts))) == [normalise(text) for text in texts]


def test_the_sign_between_texts_is_a_blank_within_one():
    assert list(concat([f"茶{ROW}叶", "核桃"])) == ["茶 叶", "核桃"]


def test_characters_outside_two_bytes_count_as_one():
    assert code_points("茶𠮷").tolist() == [ord("茶"), ord("𠮷")]
    assert concat(["𠮷田", "茶"])[1] == "茶"
