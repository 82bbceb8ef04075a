"""Merges, and the keys by which they are found in a list of any size."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmatch.identity.duplicates import duplicate_keys, fullness, id_keys, merges
from chainmatch.schema.columns import TABLES

# Invented codes with right check digits.
CODES = ("", "91611025123456789X", "913100009876543217")
NAMES = (
    "商洛秦玉工贸有限公司",
    "商洛市秦玉工贸有限责任公司",
    "商洛秦玉工贸有限公司 ",
    "陕西秦玉工贸有限公司",
    "商洛秦玉商贸有限公司",
    "西安蓝鲸软件有限公司",
    "西安蓝鲸软件有限公司雁塔分公司",
)
ROW = st.fixed_dictionaries(
    {
        "name": st.sampled_from(NAMES),
        "code": st.sampled_from(CODES),
        "province": st.sampled_from(["", "陕西省", "上海市"]),
        "scope": st.sampled_from(["", "工贸"]),
    }
)


def table(rows):
    filled = [dict.fromkeys(TABLES["firms"], "") | row | {"firm_id": row["name"]} for row in rows]
    return pd.DataFrame(filled, columns=list(TABLES["firms"]))


def keys_of(firms):
    offsets, hashes = duplicate_keys(firms)
    return [set(part.tolist()) for part in np.split(hashes, offsets[1:-1])]


def test_a_row_is_found_however_often_it_comes():
    firms = table([{"name": NAMES[0], "code": CODES[1], "province": "", "scope": ""}] * 200)
    assert [merge.kept for merge in merges(firms)] == [0] * 199


def test_keys_are_the_same_on_every_machine():
    firms = table([{"name": NAMES[0], "code": CODES[1], "province": "", "scope": ""}])
    offsets, hashes = duplicate_keys(firms)
    assert offsets.tolist() == [0, 3]
    assert hashes.tolist() == [4575876802694599804, -4816330142444093656, -386502005107495563]


def test_an_empty_list_has_no_keys_and_no_merges():
    offsets, hashes = duplicate_keys(table([]))
    assert (offsets.tolist(), hashes.tolist(), merges(table([]))) == ([0], [], [])


@pytest.mark.parametrize("filled", [None, [1, 5]])
def test_the_fullest_row_is_kept(filled):
    rows = [{"name": NAMES[0], "code": "", "scope": "工贸"}, {"name": NAMES[1], "code": ""}]
    assert merges(table(rows), filled)[0].kept == (0 if filled is None else 1)


def rows_of(*names_and_codes, **more):
    return table([{"name": name, "code": code} | more for name, code in names_and_codes])


def test_a_row_with_a_code_is_kept_before_a_fuller_one():
    firms = rows_of((NAMES[0], ""), (NAMES[1], CODES[1]))
    firms.loc[0, ["scope", "products", "address"]] = "工贸"
    assert [(merge.gone, merge.kept) for merge in merges(firms)] == [(0, 1)]


def test_of_equals_the_first_is_kept_and_rows_come_in_order():
    firms = rows_of((NAMES[0], ""), (NAMES[5], ""), (NAMES[1], ""), (NAMES[5], ""), (NAMES[2], ""))
    assert [(merge.gone, merge.kept) for merge in merges(firms)] == [(2, 0), (3, 1), (4, 0)]


def test_rows_that_are_one_only_by_way_of_a_third_say_so():
    """An old and a new name under one code, and a row with the old name alone."""
    firms = rows_of(
        ("商洛秦玉工贸有限公司", ""),
        ("商洛秦玉商贸有限公司", CODES[1]),
        ("商洛秦玉工贸有限公司", CODES[1]),
    )
    firms.loc[1, ["scope", "products"]] = "工贸"
    assert [(merge.gone, merge.kept, merge.why) for merge in merges(firms)] == [
        (0, 1, "与同组其他行为同一企业"),
        (2, 1, "统一社会信用代码相同（字号相同，行业“工贸”与“商贸”不同）"),
    ]


def test_a_name_that_two_codes_bear_takes_no_row_without_a_code():
    firms = rows_of(
        (NAMES[0], CODES[1]), (NAMES[0], CODES[2]), (NAMES[0], ""), (NAMES[0], CODES[1])
    )
    assert [(merge.gone, merge.kept) for merge in merges(firms)] == [(3, 0)]


def test_rows_without_a_code_merge_beside_a_name_that_two_codes_bear():
    firms = rows_of((NAMES[0], CODES[1]), (NAMES[0], CODES[2]), (NAMES[0], ""), (NAMES[1], ""))
    assert [(merge.gone, merge.kept) for merge in merges(firms)] == [(3, 2)]


def test_keys_are_the_code_the_name_and_its_form():
    """Equal codes, equal names, names that differ in spelling share a key; the rest does not."""
    one, other, spelled, place, branch, coded = keys_of(
        rows_of(
            (NAMES[0], CODES[1]),
            (NAMES[5], CODES[1]),
            (NAMES[1], ""),
            (NAMES[3], ""),
            (NAMES[6], ""),
            (NAMES[0], CODES[2]),
        )
    )
    assert [len(keys) for keys in (one, other, spelled, place, branch, coded)] == [3, 3, 2, 2, 2, 3]
    assert len(one & other) == len(one & spelled) == 1
    assert len(one & coded) == 2
    assert not one & place and not other & branch


def test_an_id_has_the_key_of_the_code_that_it_is():
    (keys,) = keys_of(rows_of((NAMES[0], CODES[1])))
    code, other = id_keys([CODES[1], "x1"]).tolist()
    assert code in keys
    assert other not in keys


def test_fullness_counts_what_is_filled():
    firms = rows_of((NAMES[0], ""), (NAMES[0], CODES[1]))
    firms["capital"] = [None, 5.0]
    assert np.diff(fullness(firms)).tolist() == [2]  # the code and the capital


@settings(max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=14))
def test_rows_that_share_a_key_give_the_merges_of_the_whole_list(rows):
    firms = table(rows)
    keys = keys_of(firms)
    counted = [key for own in keys for key in own]
    suspects = [n for n, own in enumerate(keys) if any(counted.count(key) > 1 for key in own)]
    part = firms.iloc[suspects].reset_index(drop=True)
    filled = [fullness(firms)[n] for n in suspects]
    found = [(suspects[m.gone], suspects[m.kept], m.why) for m in merges(part, filled)]
    assert found == [tuple(merge) for merge in merges(firms)]


@given(st.lists(ROW, min_size=1, max_size=8), st.randoms())
def test_copies_change_nothing_but_their_number(rows, random):
    """Every row twice: the first of each two is merged as before, the second into the same."""
    firms = table(rows)
    before = {merge.gone: merge.kept for merge in merges(firms)}
    twice = table([row for row in rows for _ in range(2)])
    after = {merge.gone: merge.kept for merge in merges(twice)}
    for row in range(len(rows)):
        kept = before.get(row, row)
        assert after.get(2 * row, 2 * row) // 2 == kept
        assert after[2 * row + 1] // 2 == kept
