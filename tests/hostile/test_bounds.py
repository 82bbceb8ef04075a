"""Cells that no program can hold: days beyond the calendar, numbers without end, endless texts."""

from decimal import Decimal

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chainmatch import read_firms
from chainmatch.errors import TableError
from chainmatch.tables.bounds import MAX_CELL, MAX_WORDS, plain_values
from chainmatch.tables.values import date_of, money_of, raw_text

NAMES = ["茶县青山茶业有限公司", "茶县绿水机械有限公司"]
ENDS = (2**62, -(2**62))


def _parquet(tmp_path, **columns):
    path = tmp_path / "名单.parquet"
    pq.write_table(pa.table({"企业名称": NAMES} | columns), path)
    return path


@pytest.mark.parametrize("unit", ["ms", "us"])
@pytest.mark.parametrize("kind", [pa.timestamp, pa.duration])
def test_times_beyond_the_calendar_are_unknown_and_counted(tmp_path, kind, unit):
    reading = read_firms(_parquet(tmp_path, 成立日期=pa.array(ENDS, kind(unit))))
    assert reading.table["name"].tolist() == NAMES
    assert reading.table["established"].tolist() == ["", ""]
    assert reading.rows == len(reading.table) + len(reading.rejects)


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
def test_days_beyond_the_calendar_are_unknown_and_counted(tmp_path, kind):
    days = pa.array([2**31 - 1, -(2**31)], pa.int32()).cast(pa.date32())
    reading = read_firms(_parquet(tmp_path, 成立日期=days.cast(kind)))
    assert reading.table["established"].tolist() == ["", ""]
    assert any("2 个日期无法识别" in note for note in reading.notes)


def test_bytes_that_are_no_text_are_read_as_far_as_they_are():
    cells = pa.array([b"\xb2\xe8", "茶".encode()], pa.binary()).view(pa.string())
    assert plain_values(cells) == ["\ufffd\ufffd", "茶"]


@pytest.mark.parametrize(
    "names",
    [
        pa.nulls(2),
        pa.array([1, 2]),
        pa.array([0.5, float("nan")]),
        pa.array([True, False]),
        pa.array([2**31 - 1, 0], pa.int32()).cast(pa.date32()),
        pa.array([b"\xff\xfe", b"\x00"]),
        pa.array([["a"], None]),
        pa.array([{"a": 1}, None]),
        pa.array([Decimal(10) ** 37, None], pa.decimal128(38)),
        pa.array(["", " "]),
    ],
    ids=lambda names: str(names.type),
)
def test_a_column_of_names_may_hold_anything(tmp_path, names):
    reading = read_firms(_parquet(tmp_path, 企业名称=names, 经营范围=["茶叶生产"] * 2))
    assert reading.rows == len(reading.table) + len(reading.rejects) == 2


@pytest.mark.parametrize(
    "value",
    [10**5000, -(10**5000), 10**18, 2**63, 1e300, float("-inf")],
    ids=["5,000 digits", "below 0", "18 digits", "2**63", "1e300", "-inf"],
)
def test_numbers_without_end_are_no_date_and_no_money(value):
    assert date_of(value) == ""
    assert money_of(value).currency == ""
    assert len(raw_text(value)) < 30
    frame = pd.DataFrame({"企业名称": NAMES, "注册资本": [value, 5], "成立日期": [value, 2020]})
    assert read_firms(frame.astype(object)).table["established"].tolist() == ["", "2020"]


@pytest.mark.parametrize("digits", [18, 400, 5_000])
def test_texts_of_digits_are_no_date_and_no_money(digits):
    assert date_of("9" * digits) == ""
    assert money_of("9" * digits + "万元").currency == ""


@pytest.mark.parametrize("value", [1e12, -1e9])
def test_a_time_beyond_all_days_is_said_with_its_row(tmp_path, value):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名单"
    for row in (["企业名称", "成立日期"], [NAMES[0], 40_000], [NAMES[1], value]):
        sheet.append(row)
    sheet["B3"].number_format = "[h]:mm:ss"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(TableError, match="工作表“名单”第 3 行有超出范围的日期"):
        read_firms(tmp_path / "a.xlsx")


def test_a_cell_is_cut_where_no_office_would_write_more():
    frame = pd.DataFrame(
        {"企业名称": ["茶" * 10**6, NAMES[0]], "经营范围": ["茶" * 10**6, "茶叶生产"]}
    )
    reading = read_firms(frame)
    assert reading.table["name"].str.len().tolist() == [MAX_WORDS, len(NAMES[0])]
    assert reading.table["scope"].str.len().tolist() == [MAX_CELL, 4]
    assert any(note.startswith("2 格文字过长") for note in reading.notes)


def test_columns_that_stand_twice_before_the_names_cut_no_list_in_two():
    head = ["注册资本", "成立日期", "注册资本(万元)", "企业名称", "主要产品", "企业名称"]
    frame = pd.DataFrame([[5, 2020, 5, NAMES[0], "茶叶", NAMES[1]]], columns=head)
    reading = read_firms(frame.astype(object))
    assert set(reading.table["name"]) <= set(NAMES)
    assert len(reading.table)
