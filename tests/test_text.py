from hypothesis import given
from hypothesis import strategies as st

from chainmatch.util.text import normalise


@given(st.text(max_size=60))
def test_normalising_keeps_positions_and_is_done_once(text):
    assert len(normalise(text)) == len(text)
    assert normalise(normalise(text)) == normalise(text)


def test_half_a_character_becomes_a_sign_that_files_can_hold():
    assert normalise("茶\ud83d叶") == "茶\ufffd叶"


def test_usual_signs_have_one_form():
    assert normalise("片剂，丸剂；（散剂）：１") == "片剂,丸剂;(散剂):1"
