"""What single cells say: dates, money, codes, names. Unknown stays unknown."""

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.tables.values import (
    code_of,
    date_of,
    money_of,
    name_of,
    raw_text,
    text_of,
    wording_of,
)


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        (date(2004, 1, 14), "2004-01-14"),
        (datetime(2004, 1, 14, 5, 6), "2004-01-14"),
        ("2004-01-14", "2004-01-14"),
        ("2004-1-4", "2004-01-04"),
        ("2004/1/14", "2004-01-14"),
        ("2004/1/14 0:00", "2004-01-14"),
        ("2004-01-14 00:00:00", "2004-01-14"),
        ("2004-01-14T00:00:00.000", "2004-01-14"),
        ("2004.1.14", "2004-01-14"),
        ("2004、1、14", "2004-01-14"),
        ("２００４年１月１４日", "2004-01-14"),
        (" 2004年01月14日 星期三", "2004-01-14"),
        ("二〇〇四年一月十四日", "2004-01-14"),
        ("二零一〇年十二月三十一日", "2010-12-31"),
        ("二〇二〇年十月二十日", "2020-10-20"),
        ("20040114", "2004-01-14"),
        (20040114, "2004-01-14"),
        (20040114.0, "2004-01-14"),
        (38000, "2004-01-14"),
        (38000.75, "2004-01-14"),
        ("38000", "2004-01-14"),
        ("2004年1月", "2004-01"),
        ("2004-1", "2004-01"),
        ("200401", "2004-01"),
        ("1988", "1988"),
        ("1988年", "1988"),
        (1988, "1988"),
        (1988.0, "1988"),
        ("2000-02-29", "2000-02-29"),
    ],
)
def test_dates(value: object, iso: str) -> None:
    assert date_of(value) == iso


@pytest.mark.parametrize(
    "value",
    ["", None, math.nan, math.inf, "2004-13-45", "2001-02-29", "98年5月", "1/14/04", "长期", "去年",
     "0000-00-00", "1000-01-01", "9999-12-31", -5, 0, 1.5, True, time(5), timedelta(3),
     date(1000, 1, 1), "20041314", "2004-01-14至今", "三十年", 10**30],
)  # fmt: skip
def test_what_is_no_date_is_unknown(value: object) -> None:
    assert date_of(value) == ""


@given(st.dates(date(1901, 1, 1), date(2100, 12, 31)))
def test_every_way_to_write_a_date_says_the_same(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    ways = [
        day,
        day.isoformat(),
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日",
        f"{y}{m:02}{d:02}",
    ]
    assert {date_of(way) for way in ways} == {day.isoformat()}


@pytest.mark.parametrize(
    ("value", "unit", "amount", "currency"),
    [
        ("226.9000(万元人民币)", "", 226.9, "CNY"),
        ("1,033.5000(万元人民币)", "", 1033.5, "CNY"),
        ("1,000(万人民币元)", "", 1000, "CNY"),
        ("1100（万元）", "", 1100, "CNY"),
        ("260(万美元)", "万元", 260, "USD"),
        ("300万元人民币", "", 300, "CNY"),
        ("3万人民币", "", 3, "CNY"),
        ("100(万元(人民币))", "", 100, "CNY"),
        ("141.1200(万元(美元))", "", 141.12, "USD"),
        ("500(万人民币 )", "", 500, "CNY"),
        ("1,855,458(万)", "", 1_855_458, "CNY"),
        ("１，０００万元", "", 1000, "CNY"),
        ("1.5亿元", "", 15_000, "CNY"),
        ("5000000元", "", 500, "CNY"),
        ("¥50,000", "", 5, "CNY"),
        ("人民币50万元整", "", 50, "CNY"),
        ("5千万元", "", 5000, "CNY"),
        ("2百万港币", "", 200, "HKD"),
        ("2000万港元", "", 2000, "HKD"),
        ("50000日元", "", 5, "JPY"),
        ("10万欧元", "", 10, "EUR"),
        ("10万新台币", "", 10, "TWD"),
        ("10万新加坡元", "", 10, "SGD"),
        ("10万加元", "", 10, "CAD"),
        ("10万英镑", "", 10, "GBP"),
        ("10万盾", "", 10, ""),
        ("1000", "", 1000, "CNY"),
        ("1000", "万元", 1000, "CNY"),
        (1000.5, "万元", 1000.5, "CNY"),
        (3, "亿元", 30_000, "CNY"),
        (5_000_000, "元", 500, "CNY"),
        (260, "万美元", 260, "USD"),
        ("260", "万美元", 260, "USD"),
        ("260万元", "万美元", 260, "CNY"),
        (1e5, "元", 10, "CNY"),
        ("1000万元（实缴500万元）", "", 1000, "CNY"),
        (Decimal("12.50"), "万元", 12.5, "CNY"),
    ],
)
def test_money(value: object, unit: str, amount: float, currency: str) -> None:
    found = money_of(value, unit)
    assert found.amount == pytest.approx(amount) and found.currency == currency
    assert not found.several


@pytest.mark.parametrize(
    "value", ["5000-8000", "5000～8000万元", "5000万至8000万元", "0.5亿—0.8亿元"]
)
def test_a_range_of_money_gives_its_lower_bound_and_says_so(value: str) -> None:
    found = money_of(value, "万元")
    assert (found.amount, found.several) == (5000.0, True)


@pytest.mark.parametrize(
    "value",
    [None, "", "N/A", "面议", "-5", -5, 0, "0", "0万元", math.nan, True, "无", date(2004, 1, 1)],
)
def test_what_is_no_money_is_unknown_not_zero(value: object) -> None:
    found = money_of(value, "万元")
    assert math.isnan(found.amount) and found.currency == ""


@pytest.mark.parametrize(
    ("value", "code", "lost"),
    [
        ("91610000ma6tdkkf5x", "91610000MA6TDKKF5X", False),
        ("'９１６１００００MA6TDKKF5X ", "91610000MA6TDKKF5X", False),
        ("9161 0000 MA6T DKKF 5X", "91610000MA6TDKKF5X", False),
        (610000100001234.0, "610000100001234", False),
        (9.112022375810029e17, "", True),
        ("9.11202E+17", "", True),
        ("911202237581003000", "", True),
        ("12345678-9", "123456789", False),
        ("无", "", False),
        ("办理中", "", False),
        (None, "", False),
        (math.nan, "", False),
        (0.5, "", False),
    ],
)
def test_codes(value: object, code: str, lost: bool) -> None:
    found = code_of(value)
    assert (found.code, found.lost) == (code, lost)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (" 甲川 茶业　有限公司\r\n", "甲川茶业有限公司"),
        ("甲川茶业（镇安）有限公司", "甲川茶业（镇安）有限公司"),
        ("ＡＢＣ茶业\u200b有限公司", "ABC茶业有限公司"),
        ("ABC  Tea   Co. Ltd", "ABC Tea Co. Ltd"),
        ("甲川_x000D_\n茶业", "甲川茶业"),
        ("=cmd|甲", "=cmd|甲"),
        ("#N/A", ""),
        (3.0, "3"),
        (None, ""),
    ],
)
def test_names(value: object, name: str) -> None:
    assert name_of(value) == name


@given(
    st.one_of(
        st.none(), st.text(), st.floats(), st.integers(), st.dates(), st.booleans(), st.binary()
    )
)
def test_any_cell_is_read_without_a_fault_and_text_settles_at_once(value: object) -> None:
    money = money_of(value, "万元")
    assert math.isnan(money.amount) or money.amount > 0
    date_of(value), code_of(value), raw_text(value)
    for reader in (text_of, wording_of, name_of):
        once = reader(value)
        assert reader(once) == once == once.strip()
    assert "\n" not in text_of(value)


@pytest.mark.parametrize("value", [80_001, 99_999, "85000", 100_000, 10**40, -5])
def test_numbers_that_are_no_date_are_unknown(value: object) -> None:
    assert date_of(value) == ""
