"""Messy files as offices keep them, made here for real; each with what must come of it."""

import csv
import io
import sqlite3
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmatch.errors import OptionError, TableError
from chainmatch.names import valid_code
from chainmatch.schema.columns import LEAD_INPUT, TABLES
from chainmatch.tables import iter_firms, kinds, read_firms, read_leads
from chainmatch.tables.check import check_file
from conftest import COSTLY

SHARED = Path(__file__).parents[1] / ".." / "shared" / "data"


def with_check_digit(body: str) -> str:
    return next(
        body + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if valid_code(body + last)
    )


TEA, OIL, STONE = (with_check_digit(f"91611025MA70{n}") for n in ("ABCD1", "ABCD2", "ABCD3"))
HEADER = [
    "序号",
    "企业名称",
    "统一社会信用代码",
    "所在地区",
    "注册资本（万元）",
    "成立日期",
    "经营范围",
]
FIRMS = [
    ["1", "甲川茶业有限公司", TEA, "陕西商洛", "100", "2004-01-14", "茶叶种植、加工；茶叶销售"],
    ["2", "乙山食用油厂", OIL, "广东深圳", "1,200.5", "1999/9/9", "核桃油生产"],
    ["3", "丙岭石材（镇安）有限公司", STONE, "四川成都", "300", "2010年3月5日", "石材开采,销售"],
]
NAMES = [row[1] for row in FIRMS]


def xlsx(path: Path, *sheets: list[list[object]], names: tuple[str, ...] = ()) -> Path:
    """Write one sheet for each list of rows; None leaves a cell empty."""
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "yyyy/m/d"})
    for at, rows in enumerate(sheets):
        sheet = book.add_worksheet(names[at] if names else None)
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(i, j, value, day)
                elif isinstance(value, str):
                    sheet.write_string(i, j, value)
                elif value is not None:
                    sheet.write(i, j, value)
    book.close()
    return path


def text(rows: list[list[str]], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


def xls(path: Path) -> Path:
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for i, row in enumerate([HEADER, *FIRMS]):
        for j, value in enumerate(row):
            sheet.write(i, j, value)
    book.save(str(path))
    return path


def ods(path: Path, hidden: int = 0, trailing: int = 0, wide: int = 0) -> Path:
    """Write the firms; a hidden row, empty rows below, or a last cell repeated to the right."""
    document = pytest.importorskip("odf.opendocument").OpenDocumentSpreadsheet()
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    def cell(value: str, **options: object) -> TableCell:
        made = TableCell(valuetype="string", **options)
        made.addElement(P(text=value))
        return made

    table = Table(name="表")
    for at, row in enumerate([HEADER, *FIRMS]):
        line = TableRow(visibility="collapse") if hidden and at == hidden else TableRow()
        for value in row:
            line.addElement(cell(value))
        table.addElement(line)
    if trailing:
        line = TableRow(numberrowsrepeated=trailing)
        line.addElement(TableCell(numbercolumnsrepeated=1024))
        table.addElement(line)
    if wide:
        line = TableRow(numberrowsrepeated=wide)
        line.addElement(cell("×", numbercolumnsrepeated=wide))
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(path))
    return path


def reasons(reading) -> list[tuple[int, str]]:
    return list(zip(reading.rejects["row"], reading.rejects["why"], strict=True))


def firms_below(path: Path, *rows: list[object], header: list[str] | None = None):
    return read_firms(xlsx(path, [header or HEADER, *rows]))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "目标企业.xlsx"


# ---------------------------------------------------------------- formats

TEXTS = {
    "utf8.csv": text([HEADER, *FIRMS]).encode(),
    "bom.csv": text([HEADER, *FIRMS]).encode("utf-8-sig"),
    "gb.csv": text([HEADER, *FIRMS]).encode("gb18030"),
    "utf16.txt": text([HEADER, *FIRMS], "\t").encode("utf-16"),
    "utf16be.csv": b"\xfe\xff" + text([HEADER, *FIRMS]).encode("utf-16-be"),
    "utf16-no-mark.csv": text([HEADER, *FIRMS]).encode("utf-16-le"),
    "tabs-called.xls": text([HEADER, *FIRMS], "\t").encode("gb18030"),
    "semicolon.csv": text([HEADER, *FIRMS], ";").encode(),
    "sep.csv": b"sep=|\r\n" + text([HEADER, *FIRMS], "|").encode(),
    "no-last-line-break.csv": text([HEADER, *FIRMS]).rstrip().encode(),
}


def is_the_three(reading) -> None:
    assert list(reading.table.columns) == list(TABLES["firms"])
    assert reading.table["name"].tolist() == NAMES
    assert reading.table["code"].tolist() == reading.table["firm_id"].tolist() == [TEA, OIL, STONE]
    assert reading.table["capital"].tolist() == [100.0, 1200.5, 300.0]
    assert reading.table["currency"].tolist() == ["CNY"] * 3
    assert reading.table["established"].tolist() == ["2004-01-14", "1999-09-09", "2010-03-05"]
    assert reading.table["scope"].tolist() == [row[6] for row in FIRMS]
    assert reading.table["row"].tolist() == [2, 3, 4]
    assert reading.rows == 3 and reading.rejects.empty


@pytest.mark.parametrize("name", TEXTS)
def test_text_tables_of_every_encoding_and_separator(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(TEXTS[name])
    is_the_three(read_firms(tmp_path / name))


def test_workbooks_parquet_and_frames_give_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame(FIRMS, columns=HEADER)
    frame.to_parquet(tmp_path / "a.parquet")
    is_the_three(read_firms(xlsx(tmp_path / "a.xlsx", [HEADER, *FIRMS])))
    is_the_three(read_firms(str(tmp_path / "a.parquet")))
    is_the_three(read_firms(frame))
    is_the_three(read_firms(frame.set_index("序号", drop=False)))


def test_old_xls_and_ods(tmp_path: Path) -> None:
    is_the_three(read_firms(xls(tmp_path / "a.xls")))
    is_the_three(read_firms(ods(tmp_path / "a.ods")))


def test_a_workbook_under_a_wrong_name_is_read_for_what_it_is(tmp_path: Path) -> None:
    is_the_three(read_firms(xlsx(tmp_path / "a.xlsx", [HEADER, *FIRMS]).rename(tmp_path / "a.csv")))


# ---------------------------------------------------------------- headers


def test_header_below_titles_is_found_by_its_words(book: Path) -> None:
    titles = [["某县招商目标企业汇总表"], ["填报单位：某某", None, None, "单位：万元"], []]
    reading = read_firms(xlsx(book, [*titles, HEADER, *FIRMS]))
    assert reading.table["name"].tolist() == NAMES
    assert reading.table["row"].tolist() == [5, 6, 7]
    assert reading.rows == 3


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("企业\n名称", "name"),
        ("企 业　名 称", "name"),
        ("＊单位名称：", "name"),
        ("2.公司全称", "name"),
        ("统一社会信用代码\n（18位）", "code"),
        ("注册资金(万美元)", "capital"),
        ("注册资本/万元", "capital"),
        ("成立时间（年月日）", "established"),
        ("经营范围/主营业务", "scope"),
        ("经营范围及主要产品", "scope"),
        ("企业注册地址", "address"),
        ("工商登记状态", "status"),
        ("ＵＳＣＣ", "code"),
        ("established", "established"),
    ],
)
def test_headers_as_people_write_them(header: str, column: str, book: Path) -> None:
    others = ["名称"] if column != "name" else ["电话号码"]
    reading = firms_below(book, ["甲川茶业有限公司", "乙"], header=[*others, header])
    if column == "name":
        assert list(reading.mapping.values()) == ["name"]
    else:
        assert reading.mapping == {"名称": "name", "".join(header.split()): column}


def test_header_of_two_rows(book: Path) -> None:
    top = ["序号", "企业名称", "基本情况", None, None, "注册资本", None]
    bottom = [None, None, "经营范围", "成立日期", "联系人", "（万元）", "币种"]
    data = [1, "甲川茶业有限公司", "茶叶加工", "2004.1.14", "某某", 100, "人民币"]
    reading = read_firms(xlsx(book, [["汇总表"], top, bottom, data, top, bottom, data]))
    row = reading.table.iloc[0]
    assert (row["scope"], row["established"], row["capital"]) == ("茶叶加工", "2004-01-14", 100.0)
    assert reasons(reading) == [(5, "重复的表头"), (6, "重复的表头")]
    assert any("个人信息" in note and "联系人" in note for note in reading.notes)


def test_a_row_of_units_belongs_to_the_header(book: Path) -> None:
    reading = firms_below(
        book,
        [None, None, "（亿元）"],
        [1, "甲川茶业有限公司", 2],
        header=["序号", "名称", "注册资金"],
    )
    assert reading.table["capital"].tolist() == [20_000.0]
    assert reading.rows == 1


def test_repeated_header_with_other_columns_is_followed(book: Path) -> None:
    rows = [["企业名称", "经营范围"], ["甲川茶业有限公司", "茶叶"], [], ["经营范围", "企业名称"]]
    reading = read_firms(xlsx(book, [*rows, ["核桃油", "乙山食用油厂"]]))
    assert reading.table["name"].tolist() == ["甲川茶业有限公司", "乙山食用油厂"]
    assert reading.table["scope"].tolist() == ["茶叶", "核桃油"]
    assert reasons(reading) == [(4, "重复的表头")]


def test_several_columns_of_one_meaning(book: Path) -> None:
    header = ["名称", "企业名称", "省份", "城市", "许可经营项目", "一般经营项目"]
    reading = firms_below(
        book, ["旧", "甲川茶业有限公司", "陕西", "商洛", "食品", "茶叶"], header=header
    )
    row = reading.table.iloc[0]
    assert (row["name"], row["region"], row["scope"]) == (
        "甲川茶业有限公司",
        "陕西商洛",
        "食品；茶叶",
    )
    assert (row["province"], row["city"]) == ("陕西", "商洛")
    assert "名称" in reading.mapping and any("“名称”" in note for note in reading.notes)


def test_mapping_names_what_is_not_understood(book: Path) -> None:
    path = xlsx(book, [["对象\n（拟）", "干啥的"], ["甲川茶业有限公司", "茶叶"]])
    with pytest.raises(
        TableError, match=r"没有找到“企业名称”一列；看到的表头是：对象（拟）、干啥的；请用 --map"
    ):
        read_firms(path)
    reading = read_firms(path, mapping={"对象（拟）": "name", "干啥的": "经营范围"})
    assert reading.table[["name", "scope"]].to_numpy().tolist() == [["甲川茶业有限公司", "茶叶"]]
    with pytest.raises(
        OptionError, match=r"“没有的”在文件.*里没有找到，表头有：对象（拟）、干啥的"
    ):
        read_firms(path, mapping={"对象（拟）": "name", "没有的": "code"})
    with pytest.raises(OptionError, match="“nmae”的列，最接近的是“name”"):
        read_firms(path, mapping={"对象（拟）": "nmae"})


def test_personal_columns_are_named_and_never_read(book: Path) -> None:
    header = ["企业名称", "法定代表人", "联系电话", "电子邮箱", "负责人/手机", "经营范围"]
    secrets = ["张某某", "13912345678", "zhang@example.cn", "李某某"]
    rows = [
        ["甲川茶业有限公司", *secrets, "茶叶"],
        [None, *secrets, "无名"],
        ["填报人：张某某 13912345678"],
    ]
    reading = firms_below(book, *rows, header=header)
    shown = (
        reading.table.to_csv()
        + reading.rejects.to_csv()
        + "".join(reading.notes)
        + check_file(book)
    )
    assert not any(secret in shown for secret in secrets)
    assert "法定代表人、联系电话、电子邮箱、负责人/手机" in "".join(reading.notes)
    assert [row for row, _ in reasons(reading)] == [3, 4]


# ---------------------------------------------------------------- rows

NO_FIRMS = [
    (["合计", "4413家"], "合计行"),
    ([None, "总 计：3家"], "合计行"),
    (["小计"], "合计行"),
    ([None, "共计", None, None, 1600], "合计行"),
    (["备注：以上企业不含某某分公司"], "表尾说明（备注、填报人等）"),
    (["填报人：某某", None, "审核人：某某"], "表尾说明（备注、填报人等）"),
    ([None, "制表日期：2023年6月"], "表尾说明（备注、填报人等）"),
    ([7], "只有序号"),
    (["8", "  "], "只有序号"),
    ([9, None, TEA, "陕西商洛"], "没有企业名称"),
    ([10, "#N/A", None, "陕西商洛"], "没有企业名称"),
    ([11, "茶", None, "陕西商洛"], "企业名称过短"),
    ([12, 123456, None, "陕西商洛"], "企业名称只有数字或符号"),
    ([13, "——…", None, "陕西商洛"], "企业名称只有数字或符号"),
    ([14, "26家", None, "陕西商洛"], "企业名称只有数字或符号"),
    (["一、京津冀地区（120家）"], "分组标题"),
    ([None, "（二）长三角"], "分组标题"),
    (HEADER, "重复的表头"),
]


@pytest.mark.parametrize(("row", "why"), NO_FIRMS, ids=[str(at) for at in range(len(NO_FIRMS))])
def test_rows_that_are_no_firms_are_rejected_with_their_reason(row, why: str, book: Path) -> None:
    reading = firms_below(book, FIRMS[0], [], row, FIRMS[1], [None, "  "])
    assert reasons(reading) == [(4, why)]
    assert reading.table["name"].tolist() == NAMES[:2]
    assert reading.rows == 3
    assert reading.rejects["file"].tolist() == [book.name]


@pytest.mark.parametrize(
    "name",
    ["合计科技有限公司", "说明书印刷厂", "注册会计师事务所", "负责任食品有限公司", "一、二、三厂",
     "3M某地有限公司", "360公司", "茶社", "7天酒店", "公司之家餐饮店"],
)  # fmt: skip
def test_odd_names_are_names(name: str, book: Path) -> None:
    assert firms_below(book, [1, name, None, "陕西"]).table["name"].tolist() == [name]


def test_merged_cells_speak_for_all_their_rows(book: Path) -> None:
    workbook = xlsxwriter.Workbook(str(book))
    sheet = workbook.add_worksheet()
    sheet.merge_range(0, 0, 0, 2, "目标企业一览表")
    sheet.write_row(1, 0, ["地区", "企业名称", "主要产品"])
    sheet.merge_range(2, 0, 4, 0, "浙江杭州")
    sheet.write_row(2, 1, ["甲川茶业有限公司", "绿茶"])
    sheet.merge_range(3, 1, 4, 1, "乙山食用油厂")
    sheet.write_column(3, 2, ["核桃油", "菜油"])
    workbook.close()
    reading = read_firms(book)
    assert reading.table["region"].tolist() == ["浙江杭州", "浙江杭州"]
    assert reasons(reading) == [(5, "企业名称与上一行合并为一格")]


def test_sheets_that_are_lists_are_read_and_the_others_named(book: Path) -> None:
    workbook = xlsxwriter.Workbook(str(book))
    for name, rows in {
        "说明": [["本表由某某填报"]],
        "京津冀": [HEADER, FIRMS[0]],
        "长三角": [["汇总"], HEADER, FIRMS[1], ["合计"]],
        "空表": [],
    }.items():
        sheet = workbook.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    workbook.get_worksheet_by_name("长三角").hide()
    workbook.close()
    reading = read_firms(book)
    assert reading.table["sheet"].tolist() == ["京津冀", "长三角"]
    assert reading.rejects["file"].tolist() == [f"{book.name}#长三角"]
    assert reading.notes[:3] == (
        "已读工作表“京津冀”：表头在第 1 行，读入 1 行",
        "已读工作表“长三角”（隐藏）：表头在第 2 行，读入 1 行，未读入 1 行",
        "未读工作表“说明”：没有找到名称一列",
    )


def test_hidden_rows_are_read_and_said(book: Path) -> None:
    workbook = xlsxwriter.Workbook(str(book))
    sheet = workbook.add_worksheet()
    for at, row in enumerate([HEADER, *FIRMS]):
        sheet.write_row(at, 0, row)
    sheet.set_row(2, None, None, {"hidden": True})
    workbook.close()
    reading = read_firms(book)
    assert reading.table["name"].tolist() == NAMES
    assert "含 1 个隐藏行（包括被筛选的行），与可见行同样处理" in reading.notes


def test_columns_left_of_and_rows_above_the_table(book: Path) -> None:
    rows = [[], [], *([None, None, *row] for row in [HEADER, *FIRMS])]
    reading = read_firms(xlsx(book, rows))
    assert reading.table["row"].tolist() == [4, 5, 6]
    assert reading.table["scope"].tolist() == [row[6] for row in FIRMS]


# ---------------------------------------------------------------- cells


def test_codes_eaten_as_numbers_are_unknown_and_counted(book: Path) -> None:
    digits = with_check_digit("91120223758100283")
    lost = [float(int(digits[:15] + "000")), "9.112E+17", digits[:15] + "000"]
    cells = [*lost, f"'{TEA.lower()} ", "无", digits, 610000100001234, "见附件"]
    rows = [[i, f"甲{i}茶业有限公司", cell] for i, cell in enumerate(cells)]
    reading = firms_below(book, *rows)
    assert reading.table["code"].tolist() == ["", "", "", TEA, "", digits, "610000100001234", ""]
    assert reading.table["province"].tolist()[:3] == ["天津", "", "天津"]
    assert any(note.startswith("3 个统一社会信用代码被表格软件当作数字") for note in reading.notes)
    assert any(note.startswith("1 格信用代码不是代码") for note in reading.notes)
    ids = reading.table["firm_id"]
    assert ids[3] == TEA and ids[0].startswith("x") and len(ids[0]) == 17 and ids.is_unique


def test_ids_of_firms_without_code_hang_on_name_and_place_alone(tmp_path: Path) -> None:
    one = read_firms(pd.DataFrame({"名称": ["甲川茶业（镇安）有限公司"], "地区": ["陕西商洛"]}))
    two = read_firms(
        pd.DataFrame({"名称": ["乙", " 甲川茶业(镇安)有限公司 "], "地区": ["", "陕西省商洛市"]})
    )
    assert one.table["firm_id"].tolist() == two.table["firm_id"].tolist()


def test_dates_and_money_of_one_list(book: Path) -> None:
    rows = [
        [1, "甲川茶业有限公司", None, None, "226.9000(万元人民币)", date(2004, 1, 14)],
        [2, "乙山食用油厂", None, None, "260(万美元)", 38000],
        [3, "丙岭石材有限公司", None, None, "N/A", "2004-13-45"],
        [4, "丁石材有限公司", None, None, "面议", "1988"],
    ]
    reading = firms_below(book, *rows)
    assert reading.table["capital"].tolist()[:2] == [226.9, 260.0]
    assert np.isnan(reading.table["capital"][2:]).all()
    assert reading.table["currency"].tolist() == ["CNY", "USD", "", ""]
    assert reading.table["established"].tolist() == ["2004-01-14", "2004-01-14", "", "1988"]
    assert any(note.startswith("1 个日期无法识别") and "第 4 行" in note for note in reading.notes)
    assert any(note.startswith("1 个金额无法识别") and "第 5 行" in note for note in reading.notes)


def test_money_without_any_unit_is_said(book: Path) -> None:
    reading = firms_below(book, ["甲川茶业有限公司", 100], header=["名称", "注册资金"])
    assert reading.table["capital"].tolist() == [100.0]
    assert any("没有写单位，按万元读" in note for note in reading.notes)


def test_text_is_data_and_keeps_its_wording(book: Path) -> None:
    scope = "一般项目：茶叶；\r\n许可项目：\x0b食品（Ａ类）"
    row = [1, " =甲川 茶业\n（镇安）有限公司　", None, None, None, None, scope]
    reading = firms_below(book, row, [2, "Ａ１茶业 ABC Food有限公司", None, "#REF!", "#DIV/0!"])
    assert reading.table["name"].tolist() == ["=甲川茶业（镇安）有限公司", "A1茶业ABC Food有限公司"]
    assert reading.table["scope"][0] == "一般项目：茶叶；\n许可项目：\n食品（Ａ类）"
    assert reading.table["region"][1] == "" and np.isnan(reading.table["capital"][1])


def test_formula_errors_are_unknown(book: Path) -> None:
    workbook = xlsxwriter.Workbook(str(book))
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["企业名称", "所在地区"])
    sheet.write(1, 0, "甲川茶业有限公司")
    sheet.write_formula(1, 1, "=NA()", None, "#N/A")
    sheet.write_formula(2, 0, '="乙山"&"食用油厂"', None, "乙山食用油厂")
    workbook.close()
    reading = read_firms(book)
    assert reading.table["name"].tolist() == ["甲川茶业有限公司", "乙山食用油厂"]
    assert reading.table["region"].tolist() == ["", ""]


def test_overlong_cell_is_cut_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text([["企业名称", "经营范围"], ["甲川茶业有限公司", "茶" * 40_000]]), "utf-8")
    reading = read_firms(path)
    assert len(reading.table["scope"][0]) == 32_767
    assert [note for note in reading.notes if note.startswith("1 格文字过长")]


def test_frame_with_missing_values_of_every_kind() -> None:
    frame = pd.DataFrame(
        {
            "企业名称": ["甲川茶业有限公司", None, "乙山食用油厂"],
            "成立日期": [pd.Timestamp("2004-01-14"), pd.NaT, pd.NaT],
            "注册资本": [np.nan, 5.0, 7.0],
            "经营范围": ["茶叶", pd.NA, pd.NA],
        }
    )
    reading = read_firms(frame)
    assert reading.table["established"].tolist() == ["2004-01-14", ""]
    assert reading.table["scope"].tolist() == ["茶叶", ""]
    assert reasons(reading) == [(3, "没有企业名称")]


# ---------------------------------------------------------------- text tables gone wrong


def test_row_with_too_many_cells_is_rejected_not_misread(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "企业名称,经营范围,地址\n甲川茶业有限公司,茶叶,生产,某地\n乙山食用油厂,油,,,\n", "utf-8"
    )
    reading = read_firms(path)
    assert reading.table["name"].tolist() == ["乙山食用油厂"]
    assert reasons(reading) == [(2, "列数多于表头，可能有未加引号的分隔符")]


def test_quotation_marks(tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_text('企业名称,经营范围\n"东方"牌油厂,油\n甲川茶业有限公司,茶 "叶"\n', "utf-8")
    assert read_firms(good).table["name"].tolist() == ["东方牌油厂", "甲川茶业有限公司"]
    lines = tmp_path / "lines.csv"
    lines.write_text('企业名称,经营范围\n甲川茶业有限公司,"茶\n叶"\n乙山食用油厂,油\n', "utf-8")
    assert read_firms(lines).table["row"].tolist() == [2, 3]
    bad = tmp_path / "bad.csv"
    bad.write_text(
        '企业名称,经营范围\n甲川茶业有限公司,茶\n"乙山食用油厂,油\n丙岭石材有限公司,石\n', "utf-8"
    )
    with pytest.raises(TableError, match="第 3 行有不成对的双引号（或单元格过长）"):
        read_firms(bad)


def test_file_cut_off_in_its_last_character(tmp_path: Path) -> None:
    for encoding in ("utf-8", "gb18030"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(text([HEADER, *FIRMS[:2]]).rstrip().encode(encoding)[:-1])
        reading = read_firms(path)
        assert reading.table["name"].tolist() == NAMES[:2]
        assert reading.table["scope"][1] == "核桃油生"
        assert any("末尾不完整" in note for note in reading.notes)


# ---------------------------------------------------------------- files that are no tables

DOCX = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(members: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


REFUSED = {
    "empty.csv": (b"", "是空的"),
    "blank.csv": (b"\xef\xbb\xbf \r\n\r\n", "是空的"),
    "pdf.xlsx": (b"%PDF-1.7\n...", "实际上是PDF 文件"),
    "page.xls": ("<html><body><table><tr><td>企业名称".encode(), "其下没有数据行"),
    "old.xls": (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "没有表格"),
    "picture.xlsx": (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG 图片"),
    "photo.xls": (b"\xff\xd8\xff\xe0" + bytes(50), "JPEG 图片"),
    "rar.xlsx": (b"Rar!\x1a\x07" + bytes(50), "RAR 压缩包"),
    "letter.xlsx": (zipped(DOCX), "实际上是Word 文档"),
    "bundle.xlsx": (zipped({"a.txt": "甲"}), "实际上是ZIP 压缩包"),
    "damaged.xlsx": (b"PK\x03\x04" + bytes(range(256)) * 4, "已损坏"),
    "locked.xlsx": (
        OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(480),
        "有打开密码",
    ),
    "memo.xls": (OLE + bytes(1024), "旧版 Office 文档或已损坏"),
    "binary.csv": (bytes(range(256)) * 8, "含二进制内容"),
    "mixed.csv": ("企业名称\n".encode() + b"\xff\xff\xff\xfe\n" * 20, "文字编码无法识别"),
    "broken.parquet": (b"PAR1" + bytes(64), "已损坏"),
    "~$open.xlsx": (b"\x05user" + bytes(160), "临时文件"),
    "header.csv": ("企业名称,经营范围\n\n".encode(), "其下没有数据行"),
    "foreign.csv": ("品名,数量\n茶,1\n".encode(), "看到的表头是：品名、数量"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_list_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    content, message = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    for read in (read_firms, check_file, lambda path: list(iter_firms(path))):
        with pytest.raises(TableError) as caught:
            read(tmp_path / name)
        assert message in str(caught.value) and name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_missing_file_folder_and_empty_workbook(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="找不到文件"):
        read_firms(tmp_path / "no.xlsx")
    with pytest.raises(TableError, match="是文件夹"):
        read_firms(tmp_path)
    with pytest.raises(TableError, match="没有任何内容"):
        read_firms(xlsx(tmp_path / "a.xlsx", []))


def test_damage_inside_an_archive_is_found_before_it_is_read(book: Path) -> None:
    data = bytearray(xlsx(book, [HEADER, *FIRMS * 50]).read_bytes())
    with zipfile.ZipFile(book) as archive:
        start = archive.getinfo("xl/sharedStrings.xml").header_offset
    data[start + 80 : start + 90] = b"\0" * 10
    book.write_bytes(bytes(data))
    with pytest.raises(TableError, match="已损坏"):
        read_firms(book)
    book.write_bytes(bytes(data[: len(data) // 2]))
    with pytest.raises(TableError, match="已损坏"):
        read_firms(book)


@pytest.mark.filterwarnings("ignore")
def test_old_workbook_cut_in_the_middle_is_refused(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls")
    whole = path.read_bytes()
    for size in range(600, len(whole) - 600, 1_103):
        path.write_bytes(whole[:size])
        with pytest.raises(TableError, match="损坏"):
            read_firms(path)


def test_archive_bomb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(zipped({"xl/workbook.xml": "<w/>", "xl/worksheets/s.xml": " " * 50_000_000}))
    with pytest.raises(TableError, match="压缩比"):
        read_firms(path)


def test_stray_cell_in_the_far_corner_does_not_take_the_memory(book: Path) -> None:
    workbook = xlsxwriter.Workbook(str(book))
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write(1_048_575, 16_383, "×")
    workbook.close()
    with pytest.raises(TableError, match="第 1,048,576 行、第 16,384 列"):
        read_firms(book)


def test_ods_says_hidden_rows_and_bears_repeated_cells(tmp_path: Path) -> None:
    reading = read_firms(ods(tmp_path / "a.ods", hidden=2, trailing=1_048_000))
    is_the_three(reading)
    assert "含 1 个隐藏行（包括被筛选的行），与可见行同样处理" in reading.notes
    with pytest.raises(TableError, match="内容一直铺到"):
        read_firms(ods(tmp_path / "b.ods", wide=16_000))


def test_too_many_sheets(book: Path) -> None:
    with pytest.raises(TableError, match="有 65 个工作表，超过上限 64 个"):
        read_firms(xlsx(book, *[[HEADER, *FIRMS]] * 65))


# ---------------------------------------------------------------- leads

LEAD_HEADER = [
    "编号",
    "线索类型",
    "项目名称",
    "项目简介",
    "产业",
    "落户地",
    "投资额（亿元）",
    "日期",
    "联系人",
]


def test_leads(book: Path) -> None:
    rows = [
        [
            "XS01",
            "有项目无投资主体",
            "茶叶精深加工",
            "建厂",
            "特色农产",
            "某镇",
            1.2,
            "2023.2.8",
            "某某",
        ],
        [None, "有需求无门路", None, "求购包装", None, None, "5000-8000万元"],
        ["XS01", "有意愿无项目", "拟投资光伏", None, None, None, "500万美元", date(2023, 3, 1)],
        [4.0],
        [],
        ["合计", None, None, None, None, None, 3],
    ]
    reading = read_leads(xlsx(book, [["线索清单"], LEAD_HEADER, *rows]))
    assert tuple(reading.table.columns) == LEAD_INPUT
    assert reading.table["lead_id"].tolist() == ["XS01", "L002", "XS01-2"]
    assert reading.table["amount"].tolist() == [12_000.0, 5_000.0, 3_500.0]  # 500万美元, about
    assert reading.table["registered"].tolist() == ["2023-02-08", "", "2023-03-01"]
    assert reasons(reading) == [(6, "只有序号"), (8, "合计行")]
    notes = "".join(reading.notes)
    assert "联系人" in notes and "取其下限" in notes and "外币" in notes and "重复" in notes
    assert "读入 3 条线索" in check_file(book)


def test_leads_without_title_and_text_are_refused(book: Path) -> None:
    with pytest.raises(TableError, match="没有找到“标题”或“内容”一列"):
        read_leads(xlsx(book, [["甲", "乙"], ["丙", "丁"]]))


# ---------------------------------------------------------------- pieces and databases


@pytest.mark.parametrize("size", [7, 100, 1000])
def test_pieces_make_the_whole(size: int, tmp_path: Path) -> None:
    rows = [[str(i), f"甲{i}茶业有限公司", "", "陕西商洛", "5", "2004", "茶"] for i in range(300)]
    rows[150] = ["合计", *[""] * 6]
    rows[200] = HEADER
    csv_path = tmp_path / "a.csv"
    csv_path.write_text(text([["汇总"], [], HEADER, *rows]), "gb18030")
    book = xlsx(tmp_path / "a.xlsx", [["汇总"], [], HEADER, *rows])
    frame = pd.DataFrame(rows, columns=HEADER)
    frame.to_parquet(tmp_path / "a.parquet")
    for source in (csv_path, book, frame, tmp_path / "a.parquet"):
        whole, pieces = read_firms(source), list(iter_firms(source, size=size))
        assert all(len(piece.table) <= size for piece in pieces)
        table = pd.concat([piece.table for piece in pieces], ignore_index=True)
        pd.testing.assert_frame_equal(table, whole.table)
        assert sum(piece.rows for piece in pieces) == whole.rows == 300
        rejects = pd.concat([piece.rejects for piece in pieces], ignore_index=True)
        pd.testing.assert_frame_equal(rejects, whole.rejects)


def test_piece_size_must_be_positive(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="每段行数"):
        next(iter_firms(pd.DataFrame({"名称": ["甲川茶厂"]}), size=0))


def test_database(tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy")
    path = tmp_path / "county.db"
    with sqlite3.connect(path) as connection:
        connection.execute('create table "企业" (单位名称 text, 注册资金 real, 经营范围 text)')
        connection.executemany(
            'insert into "企业" values (?, ?, ?)',
            [("甲川茶业有限公司", 100.0, "茶叶"), (None, 1.0, None), ("乙山食用油厂", None, "油")],
        )
    connection.close()
    reading = read_firms(f"sqlite:///{path}::企业")
    assert reading.table["name"].tolist() == ["甲川茶业有限公司", "乙山食用油厂"]
    assert reasons(reading) == [(3, "没有企业名称")]
    chosen = f"sqlite:///{path}::select 单位名称 from 企业 where 注册资金 > 50"
    assert read_firms(chosen).table["name"].tolist() == ["甲川茶业有限公司"]
    assert sum(piece.rows for piece in iter_firms(f"sqlite:///{path}::企业", size=1)) == 3
    with pytest.raises(TableError, match="读取失败"):
        read_firms(f"sqlite:///{path}::没有的表")
    with pytest.raises(TableError, match="找不到数据库文件"):
        read_firms(f"sqlite:///{tmp_path}/no.db::企业")
    assert not (tmp_path / "no.db").exists()


# ---------------------------------------------------------------- laws

WORDS = st.text(alphabet="山川茶叶食品（）()、；AB12 ", min_size=1, max_size=12)
ROWS = st.lists(
    st.tuples(
        WORDS.map(lambda word: f"甲{word.strip()}有限公司"),
        st.sampled_from(["", TEA, OIL, STONE]),
        st.one_of(st.just(float("nan")), st.integers(1, 10**7).map(lambda n: n / 100)),
        st.one_of(st.just(""), st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(date.isoformat)),
        st.one_of(st.just(""), WORDS.map(lambda word: f"茶{word}叶")),
    ),
    min_size=1,
    max_size=20,
)


@COSTLY
@given(ROWS)
def test_a_table_written_and_read_back_is_the_same(rows) -> None:
    columns = ["name", "code", "capital", "established", "scope"]
    first = read_firms(pd.DataFrame(rows, columns=columns))
    again = read_firms(first.table.drop(columns=["province", "city", "county"]))
    skipped = ["source", "sheet", "row"]
    pd.testing.assert_frame_equal(
        first.table.drop(columns=skipped), again.table.drop(columns=skipped)
    )
    out = io.StringIO(first.table.to_csv(index=False))
    rows_back = list(csv.reader(out))
    third = read_firms(
        pd.DataFrame(rows_back[1:], columns=rows_back[0]).drop(
            columns=["province", "city", "county"]
        )
    )
    pd.testing.assert_frame_equal(
        first.table.drop(columns=skipped), third.table.drop(columns=skipped)
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.none(), st.text(max_size=8), st.floats(), st.dates(), st.booleans(),
                st.sampled_from([*HEADER, *NAMES, "合计", "备注：无", "7", TEA]),
            ),
            max_size=8,
        ),
        max_size=12,
    )
)  # fmt: skip
def test_every_row_is_read_or_rejected_or_blank(rows) -> None:
    width = len(HEADER)
    filled = [(row + [None] * width)[:width] for row in rows]
    blank = [
        all(pd.isna(value) or (isinstance(value, str) and not value.strip()) for value in row)
        for row in filled
    ]
    frame = pd.DataFrame([FIRMS[0], *filled], columns=HEADER, dtype=object)
    reading = read_firms(frame)
    assert reading.rows == len(reading.table) + len(reading.rejects)
    assert reading.rows == len(rows) + 1 - sum(blank)
    numbers = [*reading.table["row"], *reading.rejects["row"]]
    assert sorted(numbers) == [at + 2 for at, empty in enumerate([False, *blank]) if not empty]


# ---------------------------------------------------------------- real lists


@pytest.mark.skipif(not SHARED.is_dir(), reason="real lists are not here")
def test_real_lists() -> None:
    messy = read_firms(SHARED / "targets_4413_messy.xlsx")
    clean = read_firms(SHARED / "targets_4413.csv")
    assert messy.table["name"].tolist() == clean.table["name"].tolist()
    assert len(clean.table) == 4413 and reasons(messy) == [(4421, "合计行")]
    same = ["region", "capital", "currency", "established", "scope", "address"]
    pd.testing.assert_frame_equal(messy.table[same], clean.table[same])
    known = messy.table["code"] != ""
    assert (messy.table["code"][known] == clean.table["code"][known]).all()
    local = read_firms(SHARED / "local_575.gb18030.csv")
    assert len(local.table) == 575 and (local.table["city"] == "商洛").mean() > 0.99
    leads = read_leads(SHARED / "leads_43.xlsx")
    assert len(leads.table) == 43 and leads.rejects.empty


SIGNS_OF_REMARKS = "本全合计总總小共累备注说明填表人负责：:（(第一二、.厂甲乙1"


@given(st.text(SIGNS_OF_REMARKS, min_size=1, max_size=12))
def test_the_short_way_for_names_lets_through_only_what_the_long_way_does(text):
    name = f"{text}公司"
    if kinds._PLAIN_NAME.fullmatch(name):
        assert not kinds._aside(name)
        assert not kinds._UNMATCHED.fullmatch(name)
        assert not kinds._COUNT.fullmatch(name)


def test_most_names_go_the_short_way():
    assert kinds._PLAIN_NAME.fullmatch("某地秦岭茶业有限公司")
    assert not kinds._PLAIN_NAME.fullmatch("合计（甲公司")
