"""Records in cells, and the text that they become in files; currencies."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.parts import PARTS
from chainmatch.schema.currencies import NAMES, YUAN, in_yuan, money_text
from chainmatch.schema.records import (
    BUYER,
    SUPPLIER,
    TEXTS,
    Partner,
    Point,
    named,
    partners_of,
    partners_text,
    points_of,
    points_text,
    sides,
    written,
)

# Words as they stand in lists: no separator of cells.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="；;：、（）“”\n\r"), min_size=1, max_size=20
)
TITLES = st.sampled_from([part.title for part in PARTS])
POINTS = st.lists(st.builds(Point, TITLES, WORDS)).map(tuple)


def partner(side, name, phrase, firm="X", size=1.0):
    return Partner(side, firm, name, "", phrase, size)


# --- points --------------------------------------------------------------------------------------


@given(POINTS)
def test_points_come_back_from_their_text(points):
    assert points_of(points_text(points)) == points


@given(st.lists(st.builds(Point, TITLES, st.text(max_size=20))).map(tuple))
def test_no_sentence_tears_the_cell(points):
    """Whatever a firm's phrase holds, each point stays one point of its title."""
    found = points_of(points_text(points))
    assert [point.title for point in found] == [point.title for point in points]
    assert "\n" not in points_text(points)


def test_a_sentence_may_hold_a_colon_and_needs_no_title():
    points = (Point("资源契合", "原料：茶园"),)
    assert points_text(points) == "资源契合：原料：茶园"
    assert points_of(points_text(points)) == points
    assert points_of("本地没有上下游企业") == (Point("", "本地没有上下游企业"),)  # of older files
    assert points_text((Point("", "本地没有上下游企业"),)) == "本地没有上下游企业"
    assert points_of("") == ()
    assert points_text(()) == ""
    assert points_text((Point("甲", "一；二;三\n四"),)) == "甲：一，二，三 四"


# --- partners ------------------------------------------------------------------------------------

PARTNERS = st.lists(
    st.builds(partner, st.sampled_from([SUPPLIER, BUYER]), WORDS, WORDS), max_size=8
).map(tuple)


@given(PARTNERS)
def test_partners_come_back_from_their_text_side_by_side(partners):
    """Upstream first, three of each side; ids, products and sizes are not written."""
    shown = [p for side in (SUPPLIER, BUYER) for p in [q for q in partners if q.side == side][:3]]
    found = partners_of(partners_text(partners))
    assert [(p.side, p.name, p.phrase) for p in found] == [
        (p.side, p.name, p.phrase) for p in shown
    ]
    assert all(math.isnan(p.size) and not p.firm_id and not p.product for p in found)


def test_a_partner_is_named_with_its_own_phrase():
    assert named(partner(SUPPLIER, "甲公司", "核桃种植")) == "甲公司（“核桃种植”）"
    assert named(partner(SUPPLIER, "甲公司", "“核桃”种植")) == "甲公司（“核桃种植”）"
    thirty = "核" * 30
    assert named(partner(SUPPLIER, "甲", thirty)) == f"甲（“{thirty}”）"
    assert named(partner(SUPPLIER, "甲", thirty + "桃")) == f"甲（“{'核' * 29}…”）"


def test_how_a_cell_of_partners_reads():
    cell = partners_text(
        (
            partner(BUYER, "丙公司", "茶饮料"),
            partner(SUPPLIER, "甲公司（北街）", "茶园"),
            partner(SUPPLIER, "乙公司", "茶叶"),
        )
    )
    assert cell == "上游：甲公司（北街）（“茶园”）、乙公司（“茶叶”）；下游：丙公司（“茶饮料”）"
    assert [p.name for p in partners_of(cell)] == ["甲公司（北街）", "乙公司", "丙公司"]
    assert [p.name for p in partners_of("上游：甲公司、乙公司")] == ["甲公司", "乙公司"]  # older
    assert partners_of("") == ()
    assert partners_text(()) == ""


def test_partners_side_by_side():
    found = sides([partner(BUYER, "丙", "茶饮料"), partner(SUPPLIER, "甲", "茶园")])
    assert found == [(SUPPLIER, ["甲（“茶园”）"]), (BUYER, ["丙（“茶饮料”）"])]
    assert sides([partner(BUYER, "丙", "")]) == [(BUYER, ["丙"])]  # of older folders
    assert sides([]) == []


def test_a_table_is_written_with_its_records_joined():
    point = Point("企业实力", "注册资本不详")
    table = pd.DataFrame(
        {"firm_id": ["A", "B"], "weak_points": [(point,), "旧文"], "reasons": [(), (point,)]}
    )
    found = written(table)
    assert found["weak_points"].tolist() == ["企业实力：注册资本不详", "旧文"]
    assert found["reasons"].tolist() == ["", "企业实力：注册资本不详"]
    assert table["weak_points"][0] == (point,)  # the table itself is untouched
    plain = pd.DataFrame({"firm_id": ["A"]})
    assert written(plain) is plain
    assert set(TEXTS) == {"weak_points", "reasons", "partner_firms"}


# --- currencies ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "currency", "yuan", "text"),
    [
        (310, "USD", 2170, "310万美元"),
        (1234567.5, "CNY", 1234567.5, "1,234,567.5万元"),
        (100, "", 100, "100万元"),  # nothing said: yuan
        (100, "XXX", math.nan, "100万XXX"),
        (math.nan, "USD", math.nan, ""),
        (math.nan, "XXX", math.nan, ""),
        (0, "HKD", 0, "0万港元"),
    ],
)
def test_money(amount, currency, yuan, text):
    assert in_yuan(amount, currency) == pytest.approx(yuan, nan_ok=True)
    assert money_text(amount, currency) == text


def test_every_currency_with_a_worth_has_a_name():
    assert YUAN.keys() == NAMES.keys()
    assert all(worth > 0 for worth in YUAN.values())


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.sampled_from(sorted(YUAN)))
def test_more_money_is_worth_more(a, b, currency):
    low, high = sorted((a, b))
    assert in_yuan(low, currency) <= in_yuan(high, currency)
