"""Lists as they really come, rebuilt with invented firms: exports, layouts, headers, units."""
# ruff: noqa: E501 (a list a line)

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from chainmatch.errors import OptionError, TableError
from chainmatch.names import valid_code
from chainmatch.tables import iter_firms, read_firms, read_leads
from chainmatch.tables.check import check_file

A, B, C, D = "甲川茶业有限公司", "乙山食用油厂", "丙岭石材有限公司", "丁坪药业有限公司"


def book(path: Path, rows, sheet: str = "Sheet1", merged=()) -> Path:
    made = xlsxwriter.Workbook(str(path))
    page = made.add_worksheet(sheet)
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if value is not None:
                page.write(i, j, value)
    for top, left, bottom, right in merged:
        page.merge_range(top, left, bottom, right, rows[top][left])
    made.close()
    return path


def closed(body: str) -> str:
    """Close 16 characters and a zero with their check digit."""
    return next(
        f"{body}0{end}" for end in "0123456789ABCDEFGHJKLMNPQRTUWXY" if valid_code(f"{body}0{end}")
    )


@pytest.fixture
def firms_of(tmp_path: Path):
    """Write rows as a workbook and read them; every filled row has to be a firm or a reject."""

    def read(rows, **how):
        reading = read_firms(book(tmp_path / "a.xlsx", rows, **how))
        told = Counter([*reading.table["row"], *reading.rejects["row"]])
        assert reading.rows == len(reading.table) + len(reading.rejects)
        header = min(told) - 1
        filled = [n for n, row in enumerate(rows, 1) if n > header and any(v for v in row)]
        assert set(filled) <= set(told), "a row is lost in silence"
        return reading

    return read


# ---------------------------------------------------------------- exports of company databases

BATCH = ["原文件导入名称", "系统匹配企业名称", "登记状态", "法定代表人", "注册资本", "实缴资本", "成立日期",
         "核准日期", "所属省份", "所属城市", "所属区县", "统一社会信用代码", "企业(机构)类型", "国标行业门类",
         "参保人数", "曾用名", "企业地址", "经营范围"]  # fmt: skip
HIT = ["甲川茶业", A, "存续（在营、开业、在册）", "某某", "500万元人民币", "100万元", "2021-03-16", "2023-05-05",
       "陕西省", "商洛市", "镇安县", "-", "有限责任公司", "制造业", "35", "-", "陕西省商洛市镇安县", "茶叶加工"]  # fmt: skip
MISS = ["乙山油厂", "未匹配到相关企业", *["-"] * 16]

EXPORTS = {
    "batch": ([BATCH, HIT, MISS], [A]),
    "batch below a remark": ([["本数据来自公开信息，仅供参考"], BATCH, HIT, MISS], [A]),
    "only what was put in": ([["原文件导入名称", "登记状态", "经营范围"], [A, "存续", "茶叶"]], [A]),
    "name asked for, name found": (
        [["提供企业名称", "企业名称", "经营状态"], [A, A, "存续"], [B, None, None]],
        [A, B],
    ),
    "found first": ([["企业名称", "提供企业名称"], ["-", B], [A, "甲川茶业"]], [B, A]),
    "queried": (
        [["查询名称", "公司名称", "经营状态"], ["甲川", A, "在业"], ["乙", "查无此企业", ""]],
        [A],
    ),
    "asked and matched": (
        [["输入企业名称", "匹配企业名称", "所属省份"], ["甲川茶业", A, "陕西"], [B, "", ""]],
        [A, B],
    ),
    "company first": (
        [["导出说明：仅供内部使用"], ["公司名称", "经营状态", "公司类型", "所属行业", "更多电话", "参保人数"],
         [A, "存续", "有限责任公司", "批发业", "-", "12"]],
        [A],
    ),
    "no match in other words": (
        [["导入企业名称", "匹配企业名称", "注册资本"], ["x", "匹配失败", "-"], ["y", "未查询到", "-"],
         ["z", "没有匹配到企业", "-"], [A, A, "100万"]],
        [A],
    ),
    "catalogue of keywords": (
        [["查询关键词", "匹配结果", "统一社会信用代码"], ["甲川", A, "-"], ["丙", "无匹配结果", "-"]],
        [A],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_company_databases(name: str, firms_of) -> None:
    rows, names = EXPORTS[name]
    assert firms_of(rows).table["name"].tolist() == names


def test_what_an_export_says_goes_into_the_right_columns(firms_of) -> None:
    reading = firms_of([BATCH, HIT, MISS])
    row = reading.table.iloc[0]
    assert (row["capital"], row["established"], row["status"]) == (500.0, "2021-03-16", HIT[2])
    assert (row["province"], row["city"], row["county"]) == ("陕西", "商洛", "镇安")
    assert reading.rejects["why"].tolist() == ["查询结果里没有匹配到这家企业"]
    notes = "".join(reading.notes)
    assert "按“企查查批量查询”的样式读取" in notes
    assert "“原文件导入名称”" in notes and "未用的列" in notes and "参保人数" in notes


# ---------------------------------------------------------------- groups, footers, blocks

H = ["序号", "企业名称", "主导产品"]
GROUPS = {
    "numbered with count": ([H, ["一", "食品加工（2家）"], [1, A, "茶"], ["二", "装备（1家）"], [1, B, "油"]], [A, B]),
    "place with count": ([["企业名称"], ["成县（2户）"], [A], [B], ["徽县(1户)"], [C]], [A, B, C]),
    "place alone": ([H, ["西安市"], [1, A, "茶"], ["商洛市"], [2, B, "油"]], [A, B]),
    "place in the name column": ([H, [None, "西安市"], [1, A, "茶"], [None, "商洛市", None], [2, B, "油"]], [A, B]),
    "count in a cell of its own": ([H, ["一、西安市", None, "1家"], [1, A, "茶"], ["二、商洛市", None, "1家"], [1, B, "油"]], [A, B]),
    "bracketed numbers": ([H, ["（一）国家级"], [1, A, "茶"], ["（二）省级"], [2, B, "油"]], [A, B]),
    "kind by its word": ([H, ["茶叶加工类"], [1, A, "茶"], ["第二批"], [2, B, "油"]], [A, B]),
    "colon and count": ([H, ["商洛市：2家"], [1, A, "茶"], [2, B, "油"]], [A, B]),
    "counted in characters": ([H, ["一、西安市（两家）"], [1, A, "茶"], [2, B, "油"]], [A, B]),
    "title again": ([H, [1, A, "茶"], ["某县龙头企业名单（续）"], H, [2, B, "油"]], [A, B]),
    "subtotal": ([H, ["商洛市"], [1, A, "茶"], [None, "小计", "1家"], ["西安市"], [2, B, "油"], ["合计", "2家"]], [A, B]),
    "page footers": ([H, [1, A, "茶"], [None, "第1页 共3页"], [2, B, "油"], [None, "以上共2家"], ["- 2 -"]], [A, B]),
    "closing words": ([H, [1, A, "茶"], [2, B, "油"], [None, "（以下空白）"], [None, "排名不分先后"], ["导出时间：2023-05-01"]], [A, B]),
    "shared names": ([H, [1, f"{A}、{B}", "茶"], [2, f"{C}\n{D}", "石"]], [A, B, C, D]),
    "odd names stay": ([H, [1, "三家村食品有限公司", "酱"], [2, "第七区茶社", "茶"], [3, "西安市食品厂", "面"]],
                       ["三家村食品有限公司", "第七区茶社", "西安市食品厂"]),
    "names with a mark inside": ([H, [1, "甲、乙山食品有限公司", "酱"], [2, "丙 岭有限公司", "石"]],
                                 ["甲、乙山食品有限公司", "丙岭有限公司"]),
    "short names stay": ([["企业名称"], ["一品茶业"], ["商洛茶业"], ["镇安农场"]], ["一品茶业", "商洛茶业", "镇安农场"]),
}  # fmt: skip


@pytest.mark.parametrize("name", GROUPS)
def test_groups_footers_and_shared_cells(name: str, firms_of) -> None:
    rows, names = GROUPS[name]
    reading = firms_of(rows)
    assert reading.table["name"].tolist() == names
    assert reading.furniture == len(reading.rejects)


PLACES = {
    "group": ([H, ["一、西安市（1家）"], [1, A, "茶"], ["二、商洛市（1家）"], [1, B, "油"]], ["西安", "商洛"], {}),
    "sheet": ([H, [1, A, "茶"], [2, B, "油"]], ["商洛", "商洛"], {"sheet": "商洛市"}),
    "sheet with a word": ([H, [1, A, "茶"]], ["商洛"], {"sheet": "商洛市企业"}),
    "title": ([["商洛市农业产业化龙头企业名单"], H, [1, A, "茶"]], ["商洛"], {}),
    "title with year": ([["附件1：2023年商洛市专精特新企业名单"], H, [1, A, "茶"]], ["商洛"], {}),
    "title and group": ([["陕西省规上企业名单"], H, ["商洛市"], [1, A, "茶"]], ["商洛"], {}),
    "title of strangers": ([["商洛市招商引资目标企业名单"], H, [1, A, "茶"]], [""], {}),
    "names of elsewhere": (
        [["商洛市茶产业重点企业名单"], H, [1, "杭州甲川茶业有限公司", "茶"], [2, "苏州乙山茶业有限公司", "茶"]],
        ["杭州", "苏州"],
        {},
    ),
    "own column first": ([[*H, "所属地市"], ["商洛市"], [1, A, "茶", "西安市"], [2, B, "油", None]], ["西安", "商洛"], {}),
    "group after trade": ([H, ["西安市"], [1, A, "茶"], ["食品类"], [2, B, "油"]], ["西安", ""], {}),
    "merged heading": ([H, ["商洛地区", None, None], [1, A, "茶"]], ["商洛"], {"merged": [(1, 0, 1, 2)]}),
    "two cells": ([H, ["一", "西安市"], [1, A, "茶"], ["二", "商洛市"], [1, B, "油"]], ["西安", "商洛"], {}),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_a_place_that_titles_and_headings_give_to_the_rows_below(name: str, firms_of) -> None:
    rows, cities, how = PLACES[name]
    reading = firms_of(rows, **how)
    assert reading.table["city"].tolist() == cities
    given = any("表题、工作表名或分组标题所说的地方" in note for note in reading.notes)
    assert given == (any(cities) and name != "names of elsewhere")


def test_headings_of_ownership_rank_and_trade(firms_of) -> None:
    head = ["序号", "企业名称"]
    rows = [head, ["一", "国有企业（1家）"], [1, A], ["二", "民营企业（1家）"], [1, B], ["三", "国家级（1家）"],
            [1, C], ["四", "茶叶加工（1家）"], [1, D]]  # fmt: skip
    table = firms_of(rows).table
    assert table["category"].tolist() == ["国有企业", "民营企业", "", ""]
    assert table["honours"].tolist() == ["", "", "国家级", ""]
    assert table["products"].tolist() == ["", "", "", "茶叶加工"]
    scopes = firms_of([[*head, "经营范围"], ["茶叶加工类"], [1, A, "石材开采"]]).table
    assert scopes["products"].tolist() == [""]  # what its scope says goes before a heading
    assert firms_of([head, [1, A]], sheet="国企").table["category"].tolist() == ["国企"]


BLOCKS = {
    "twins": ([["序号", "企业名称", "地市"] * 2, [1, A, "西安市", 2, B, "商洛市"], [3, C, "西安市", None, None, None]], [A, B, C]),
    "names only": ([["企业名称"] * 3, [A, B, C], [D, None, None]], [A, B, C, D]),
    "a gap between": ([["企业名称", "产品", None, "企业名称", "产品"], [A, "茶", None, B, "油"]], [A, B]),
    "unlike": ([["序号", "企业名称", "企业名称", "产品"], [1, A, B, "油"]], [A, B]),
    "below a title": ([["某县企业名单"], ["序号", "单位名称"] * 2, [1, A, 2, B], ["合计", "2家", None, None]], [A, B]),
    "groups in one": ([["序号", "企业名称"] * 2, ["一", "西安市（1家）", 2, B], [1, A, 3, C]], [B, A, C]),
}  # fmt: skip


@pytest.mark.parametrize("name", BLOCKS)
def test_lists_side_by_side(name: str, firms_of) -> None:
    rows, names = BLOCKS[name]
    reading = firms_of(rows)
    assert reading.table["name"].tolist() == names
    assert any("左右并排" in note for note in reading.notes)


def test_in_pieces_headings_and_blocks_give_the_same(tmp_path: Path) -> None:
    for rows in ([H, ["一、西安市（3家）"], [1, A, "茶"], [2, B, "油"], [3, C, "石"], ["商洛市"], [1, D, "药"]],
                 BLOCKS["twins"][0]):  # fmt: skip
        path = tmp_path / "a.csv"
        lines = (",".join("" if cell is None else str(cell) for cell in row) for row in rows)
        path.write_text("\n".join(lines), encoding="utf-8")
        whole = read_firms(path)
        for size in (1, 2, 50):
            pieces = pd.concat([piece.table for piece in iter_firms(path, size=size)])
            pd.testing.assert_frame_equal(pieces.reset_index(drop=True), whole.table)


def test_codes_that_a_cell_lists_go_with_their_firms(firms_of) -> None:
    codes = ["91110000100000001A", "91110000100000002B"]
    head = ["企业名称", "统一社会信用代码", "注册资本（万元）"]
    reading = firms_of(
        [head, [f"{A}\n{B}", "\n".join(codes), "100\n200"], [f"{C}、{D}", codes[0], 5]]
    )
    assert reading.table["code"].tolist() == [*codes, "", ""]
    assert reading.table["capital"].tolist() == [100.0, 200.0, 5.0, 5.0]
    assert any("多出 2 家" in note for note in reading.notes)


# ---------------------------------------------------------------- headers

HEADERS = {
    "name": "申报单位 生产企业名称 合作社名称 客商名称 承建单位 项目业主 投资方名称 拟认定企业名称 推荐企业 龙头企业名称 "
            "供应商名称 经营主体名称 参展企业 实施主体 示范社名称 家庭农场名称 链主企业 专精特新企业名称 投资商 "
            "企业（单位）名称 拟上市企业名称 获证企业名称 中标单位 用地单位 厂家名称",
    "region": "所属地市 县市区 所在县（市、区） 市（州） 推荐地区 省（区、市） 所属乡镇 所属园区 企业所在地 所在省市 申报地区 "
              "注册地区 所在地市 市县 所属州市 镇（街道）",
    "products": "主要产品和服务 主营产品及用途 主导产品名称 拳头产品 主要生产产品 主要经营品种 核心产品（技术） 企业主营业务 "
                "主营业务范围 特色产品 产品类别 主要产品及规格 主要业务领域",
    "scope": "企业经营范围 经营范围（主营） 生产经营范围 许可经营范围内容",
    "capital": "企业注册资金 注册资本总额（万元） 认缴注册资本额 出资总额",
    "established": "企业成立时间 注册登记日期 建厂时间 成立年月日 企业成立年份",
    "address": "企业住所 公司注册地址 生产厂址 企业详细地址 实际经营地址 最新年报地址 办公场所 工厂地址",
    "status": "企业经营状态 当前状态 生产经营状况 企业登记状态 营业状态",
    "category": "单位类型 企业所有制 企业登记类型",
    "honours": "认定级别 获得荣誉 龙头企业级别 企业资质等级 认定批次 示范社等级",
}  # fmt: skip
CELLS = {"capital": "100", "established": "2020-01-02"}


@pytest.mark.parametrize(
    ("column", "header"), [(name, one) for name, all_ in HEADERS.items() for one in all_.split()]
)
def test_headers_are_understood_by_their_words(column: str, header: str, firms_of) -> None:
    head = ["序号", header] if column == "name" else ["序号", "企业名称", header]
    row = [1, A] if column == "name" else [1, A, CELLS.get(column, "某词")]
    reading = firms_of([head, row])
    assert reading.mapping[header] == column


STRANGERS = (
    "主管单位 责任单位 推荐单位 监管部门 帮扶单位 发证机关 母公司 控股股东 计量单位 英文名称 是否规上企业 参保人数 "
    "企业数量 联系单位 产值 税收 营业期限 官网 邮政编码 审批部门 上级单位 填报单位"
)


@pytest.mark.parametrize("header", STRANGERS.split())
def test_what_is_no_column_of_ours_is_left_and_named(header: str, firms_of) -> None:
    reading = firms_of([["企业名称", "经营范围", header], [A, "茶叶", "某词"], [B, "油", "某词"]])
    assert header not in reading.mapping
    assert header in "".join(reading.notes)
    assert reading.table["name"].tolist() == [A, B]


LEADS = {
    "title": "招商项目名称 意向项目名称 拟建项目 合作项目名称",
    "text": "项目建设内容 主要建设内容及规模 合作方式及内容 项目基本情况 投资需求",
    "amount": "计划总投资（亿元） 估算投资 拟投资总额 合同金额 项目总投资",
    "region": "拟选址地点 落地园区 项目建设地点 承载园区 拟落户乡镇",
    "industry": "所属行业领域 产业领域 主导产业 所属产业类别",
}


@pytest.mark.parametrize(
    ("column", "header"), [(name, one) for name, all_ in LEADS.items() for one in all_.split()]
)
def test_headers_of_leads_by_their_words(column: str, header: str, tmp_path: Path) -> None:
    head = ["序号", header, "详情"] if column == "title" else ["序号", "项目名称", header]
    row = [1, "香菇酱加工项目", "1"]
    assert read_leads(book(tmp_path / "a.xlsx", [head, row])).mapping[header] == column


def test_values_help_to_decide(firms_of) -> None:
    codes = [closed("911100001000000" + n) for n in "12"]
    reading = firms_of(
        [["企业名称", "证照", "何处"], [A, codes[0], "商洛市"], [B, codes[1], "西安市"]]
    )
    assert reading.table["code"].tolist() == codes
    assert reading.table["region"].tolist() == ["商洛市", "西安市"]
    assert any("“证照”按内容看是统一社会信用代码" in note for note in reading.notes)
    reading = firms_of([["对象", "经营范围"], [A, "茶叶"], [B, "油"]])
    assert reading.table["name"].tolist() == [A, B]
    reading = firms_of([["名称", "厂家", "数量"], ["绿茶", A, 1], ["菜油", B, 2]])
    assert reading.table["name"].tolist() == [A, B]


def test_two_columns_that_may_be_the_name_are_asked_about(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["对象", "来者", "经营范围"], [A, B, "茶"], [C, D, "油"]])
    with pytest.raises(TableError, match="其中对象、来者像企业名称；请用 --map 对象=name"):
        read_firms(path)


def test_a_header_to_map_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["企业名称"], [A]])
    for read in (
        read_firms,
        check_file,
        lambda source, mapping: list(iter_firms(source, mapping=mapping)),
    ):
        with pytest.raises(OptionError, match=r"“名号”在文件“a\.xlsx”里没有找到"):
            read(path, mapping={"名号": "name"})


# ---------------------------------------------------------------- units and numbers

UNITS = [
    ([["单位：亿元"]], "总投资", 3.5, 35_000.0),
    ([["单位：万元"]], "总投资", 3.5, 3.5),
    ([["（金额单位：元）"]], "总投资", 35_000_000, 3_500.0),
    ([["项目表", "单位：亿元、亩"]], "投资额", 2, 20_000.0),
    ([["填报单位：某局", "单位：亿元"]], "投资额", 2, 20_000.0),
    ([["单位:亿元"]], "总投资（万元）", 2, 2.0),
    ([], "总投资（亿元）", "1.5", 15_000.0),
    ([], "总投资(单位：亿元)", "1.5", 15_000.0),
    ([], "总投资亿元", 1.5, 15_000.0),
    ([], "总投资_亿元", 1.5, 15_000.0),
    ([], "总投资：亿元", 1.5, 15_000.0),
    ([], "总投资", "1.5-2亿元", 15_000.0),
    ([], "总投资", "3000～5000万元", 3_000.0),
    ([], "总投资", "500万元至1亿元", 500.0),
    ([], "总投资", "1亿2000万元", 12_000.0),
    ([], "总投资", "约2亿元", 20_000.0),
    ([], "总投资", "叁仟万元", 3_000.0),
    ([], "总投资", "一亿五千万元", 15_000.0),
    ([], "总投资", "不低于3000万元", 3_000.0),
    ([], "总投资", "1,200.5万元", 1_200.5),
    ([], "总投资（万美元）", 100, 700.0),
    ([], "总投资", "100万美元", 700.0),
]  # fmt: skip


@pytest.mark.parametrize(("titles", "header", "cell", "amount"), UNITS)
def test_units_of_titles_and_headers(titles, header, cell, amount, tmp_path: Path) -> None:
    rows = [*titles, ["序号", "项目名称", header], [1, "香菇酱加工项目", cell]]
    found = read_leads(book(tmp_path / "a.xlsx", rows)).table["amount"].iloc[0]
    assert found == pytest.approx(amount)
