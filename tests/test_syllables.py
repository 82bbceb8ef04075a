"""Every search finds what going through the text sign by sign would find."""

from hypothesis import given
from hypothesis import strategies as st

from chainmatch.identity.syllables import SpelledLines

WORDS = st.lists(st.sampled_from(["Shang", "Luo", "S", "3", "É", "é", "商", "\ue000", "Xi", "An"]))
LINES = st.lists(st.one_of(WORDS.map("".join), st.text("ALlu 3商", max_size=14)), max_size=8)
ASKED = st.one_of(
    WORDS.map(lambda words: "".join(words).lower()), st.text("alu3商é", min_size=1, max_size=14)
)


def one_by_one(lines, letters, most):
    """Line, place and capitals of each occurrence that a small letter does not begin."""
    found = [
        (number, at, sum(map(str.isupper, line[at : at + len(letters)])))
        for number, line in enumerate(lines)
        for at in range(len(line) - len(letters) + 1)
        if small(line[at : at + len(letters)]) == letters and not line[at].islower()
    ]
    return found[:most]


def small(text):
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


@given(LINES, ASKED.filter(bool), st.integers(1, 5))
def test_a_search_finds_what_reading_would_find(lines, letters, most):
    hits = SpelledLines(lines).occurrences(letters, most)
    assert list(zip(*map(list, hits), strict=True)) == one_by_one(lines, letters, most)


def test_more_letters_than_one_number_holds():
    lines = SpelledLines(["ShangLuoQinYuGongMao", "ShangLuoQinYuGongChang", "Shang"])
    for letters, rows in (
        ("shangluoqi", [0, 1]),
        ("shangluoqinyugong", [0, 1]),
        ("shangluoqinyugongm", [0]),
        ("shangluoqinyugongmaox", []),
        ("gongchang", [1]),
        ("shang", [0, 1, 2]),
    ):
        assert lines.occurrences(letters, 9).line.tolist() == rows
