"""The workbook opens, says what the run found, and takes no text for a formula."""

import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from chainmatch.parts import PARTS
from chainmatch.report import facts
from chainmatch.report.book import lines_of
from chainmatch.report.workbook import write_workbook
from chainmatch.schema.records import Point
from chainmatch.schema.words import OUTCOMES
from report_run import AT, FORMULA, HOSTILE, SCRIPT, hostile_run

SHEETS = [
    "说明", "目标企业清单", "发展机会清单", "招商项目清单", "线索匹配", "本地培育清单",
    "产业链现状", "链主企业", "走访计划", "排除清单", "数据问题",
]  # fmt: skip
HEAD = 3  # title, note, header


@pytest.fixture
def run(world):
    return hostile_run(world)


@pytest.fixture
def book(run, tmp_path):
    path = tmp_path / "清单.xlsx"
    write_workbook(run, path)
    return openpyxl.load_workbook(path)


def table(sheet) -> list[dict]:
    head = [cell.value for cell in sheet[HEAD]]
    rows = sheet.iter_rows(min_row=HEAD + 1, values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows if any(row)]


def test_sheets_stand_in_the_order_of_use(book):
    assert book.sheetnames == SHEETS


def test_shortlist_has_chinese_titles_and_every_firm(book, run):
    rows = table(book["目标企业清单"])
    assert [row["企业编号"] for row in rows] == run.shortlist["firm_id"].tolist()
    wanted = {"企业名称", "一句话理由", "注册资本", "成立日期", "所在地区", "薄弱点", "结果"}
    assert wanted | {part.title for part in PARTS} <= rows[0].keys()
    assert [row["综合得分"] for row in rows] == pytest.approx(run.shortlist["score"].tolist())


def test_a_firm_is_said_in_one_sentence_what_it_makes_who_wants_it_what_is_against_it(book):
    rows = {row["企业编号"]: row for row in table(book["目标企业清单"])}
    good, poor = rows["T1"]["一句话理由"], rows["T4"]["一句话理由"]
    assert good.startswith("经营范围写有“制茶") and "县里优先发展制茶" in good
    assert poor.startswith("经营范围写有“茶机") and "不足：" in poor and "县里优先" not in poor
    for said in (good, poor):
        assert said.count("。") == 1 and said.endswith("。")
    assert rows["T1"]["注册资本"] == "5,000万元" and rows["T1"]["成立日期"] == "2010-05-01"
    assert "双河茶场（“茶园生产”）" in rows["T1"]["本地伙伴"]  # a partner with its own phrase


def test_a_firm_that_nothing_here_calls_for_is_said_with_how_its_node_stands(run):
    firm = next(row for row in facts.shortlisted(run) if row["firm_id"] == "T4")
    here = [point for point in firm["reasons"] if point.title in {p.title for p in PARTS if p.here}]
    makes, calls, _ = facts.short_pieces(firm | {"reasons": ()}, "本地名单未见“茶机”企业；别的。")
    assert calls == "本地名单未见“茶机”企业" and makes == f"经营范围写有“{firm['evidence']}”"
    assert bool(here) == (facts.short_pieces(firm, "")[1] != "")
    weak = (Point("契合", f"“{firm['evidence']}”也可以是“包装”"),)
    assert facts.short_pieces(firm | {"weak_points": weak})[2] == "不足：这一项也可以是“包装”"


def test_places_have_one_form_however_the_list_writes_them(run):
    places = {row["firm_id"]: row["place"] for row in facts.shortlisted(run)}
    firms = run.candidates.firms.set_index("firm_id")
    for firm, place in places.items():
        row = firms.loc[firm]
        assert place == row["province"] + row["city"] + row["county"]
    assert facts.place_name("上海", "上海", "宝山") == "上海宝山"


def test_unknown_part_is_an_empty_cell(book, run):
    unknown = run.shortlist.set_index("firm_id")["region_part"].isna()
    assert unknown.any()
    for row in table(book["目标企业清单"]):
        assert (row["区域因素"] is None) == unknown[row["企业编号"]]


def test_no_cell_is_a_formula(book):
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_hostile_names_stay_as_they_are(book):
    names = {row["企业名称"] for row in table(book["目标企业清单"])}
    assert names <= set(HOSTILE.values()) and FORMULA in names
    assert FORMULA in {row["项目"] for row in table(book["招商项目清单"])}
    assert book["说明"]["B5"].value.startswith(AT)


def test_no_link_leads_out(book):
    assert not [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink
    ]


def test_outcome_is_chosen_from_a_list(book, run):
    sheet = book["目标企业清单"]
    (rule,) = sheet.data_validations.dataValidation
    head = [cell.value for cell in sheet[HEAD]]
    assert rule.formula1 == f'"{",".join(OUTCOMES)}"'
    column = openpyxl.utils.get_column_letter(head.index("结果") + 1)
    assert str(rule.sqref) == f"{column}{HEAD + 1}:{column}{HEAD + len(run.shortlist)}"


def test_opportunities_are_sorted_and_named(book):
    rows = table(book["发展机会清单"])
    assert [row["环节"] for row in rows if row["类型"] == "补链"] == ["制茶"]
    assert {row["类型"] for row in rows} <= {"补链", "强链", "延链", "建链"}
    scores = [row["综合得分"] for row in rows]
    assert scores == sorted(scores, reverse=True)


def test_a_gap_says_which_firms_it_has_or_why_it_has_none(book, run):
    rows = {row["环节"]: row for row in table(book["发展机会清单"])}
    assert (rows["制茶"]["可列入企业数"], rows["制茶"]["清单企业数"]) == (2, 2)
    assert FORMULA in rows["制茶"]["目标企业情况"]
    assert rows["茶饮料"]["目标企业情况"] == "目标名单里没有做这一环节的企业"
    assert "目标名单里没有做这一环节的企业" in rows["茶饮料"]["说明"]
    assert "最接近的是" in rows["茶园"]["目标企业情况"]  # T5: nobody knows whether it settles
    assert "可落户性未知" in rows["茶园"]["目标企业情况"]


def test_what_is_grown_here_stands_in_a_list_of_its_own(world, tmp_path):
    world.graph.nodes["garden"]["settles"] = "grower"
    write_workbook(hostile_run(world), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [row["环节"] for row in table(book["本地培育清单"])] == ["茶园"]
    assert "茶园" not in {row["环节"] for row in table(book["发展机会清单"])}
    state = {row["环节"]: row["招引方式"] for row in table(book["产业链现状"])}
    assert (state["茶园"], state["制茶"]) == ("需本地培育", "可招")


def test_anchors_carry_their_sentence(book, run):
    rows = table(book["链主企业"])
    assert rows and [row["凭什么带动"] for row in rows] == [
        why for why, pulls in run.survey.anchors[["why", "anchor"]].to_numpy() if pulls > 0
    ]
    assert all(row["凭什么带动"] for row in rows)


def test_state_names_every_node_and_its_local_firms(book):
    rows = {row["环节"]: row for row in table(book["产业链现状"])}
    assert len(rows) == 5
    assert (rows["茶园"]["现状"], rows["茶园"]["本地企业数"]) == ("有", 3)
    assert (rows["制茶"]["现状"], rows["制茶"]["本地企业数"]) == ("缺", 0)


def test_every_shortlisted_firm_is_visited_once(book, run):
    visits = [row["清单序号"] for row in table(book["走访计划"])]
    assert sorted(visits) == run.shortlist["rank"].tolist()


def test_the_first_sheet_prints_on_one_page(book):
    for sheet in book:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        one = sheet.page_setup.fitToHeight != 0  # what is not written is one page
        assert one == (sheet.title == "说明")
    terms = {row[3] for row in book["说明"].iter_rows(values_only=True)}
    # beside the lists, not below them
    assert {"怎样读得分", "补链", *(part.title for part in PARTS)} <= terms


def test_rows_are_as_high_as_their_longest_text_and_no_higher_than_excel_allows(world, tmp_path):
    run = hostile_run(world)
    run.leads.table["text"] = "拟建制茶厂。" * 200
    write_workbook(run, tmp_path / "高.xlsx")
    heights = openpyxl.load_workbook(tmp_path / "高.xlsx")["招商项目清单"].row_dimensions
    assert 380 < heights[HEAD + 1].height <= 409


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, 1),
        ("甲" * 10, 20.6, 1),  # 19.5 in room for 19.6
        ("甲" * 11, 20.6, 2),
        ("abcdefghij", 12.1, 1),  # 11 in room for 11.1
        ("abcdefghijk", 12.1, 2),
        ("甲\n\n乙", 9, 3),
    ],
)
def test_lines_are_counted_by_the_width_of_the_signs(text, width, lines):
    assert lines_of(text, width) == lines


@pytest.mark.parametrize(("many", "printed"), [(300, None), (301, "$A$1:$E$5")])
def test_the_names_of_a_very_common_gate_are_not_printed(world, tmp_path, many, printed):
    run = hostile_run(world)
    struck = run.excluded.iloc[:1]
    rest = [f"无关{n}公司" for n in range(many)]
    added = pd.DataFrame({"firm_id": rest, "name": rest, "gate": "县情不接收", "why": "理由"})
    run = replace(run, excluded=pd.concat([added, struck], ignore_index=True))
    write_workbook(run, tmp_path / "多.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "多.xlsx")["排除清单"]
    rows = table(sheet)
    assert len(rows) == many + 2  # all are there, the rare ones first: one struck off, one twice
    assert [row["未通过条件"] for row in rows[:2]] == ["登记状态异常", "重复"]
    assert (sheet.print_area or None) == (printed and f"'排除清单'!{printed}")
    assert ("打印时略去" in sheet["A2"].value) == (printed is not None)


def test_excluded_and_duplicates_carry_their_reasons(book):
    rows = {row["企业编号"]: row for row in table(book["排除清单"])}
    assert rows["T6"]["未通过条件"] == "登记状态异常" and "注销" in rows["T6"]["原因和解除办法"]
    assert rows["T7"]["未通过条件"] == "重复" and FORMULA in rows["T7"]["原因和解除办法"]


def test_leads_are_split_by_kind(book):
    assert [row["线索编号"] for row in table(book["招商项目清单"])] == ["X1"]
    assert {row["线索编号"] for row in table(book["线索匹配"])} == {"X2", "X3", "X4"}


def test_rejects_and_notes_are_listed(book):
    rows = table(book["数据问题"])
    assert [(row["行号"], row["内容"]) for row in rows] == [(None, f"说明{SCRIPT}"), (12, FORMULA)]


def test_sheets_print_on_a4_with_page_numbers_and_a_header_that_stays(book):
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape" and int(sheet.page_setup.paperSize) == 9
        assert "&P" in sheet.oddFooter.right.text
        if sheet.title != "说明":
            assert sheet.print_title_rows == f"${HEAD}:${HEAD}"
            assert sheet.freeze_panes.endswith(str(HEAD + 1)) and sheet.auto_filter.ref


def test_same_run_gives_the_same_bytes(run, tmp_path):
    one, two = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    write_workbook(run, one)
    write_workbook(run, two)
    assert one.read_bytes() == two.read_bytes()


def test_no_formula_in_the_parts_of_the_file(run, tmp_path):
    path = tmp_path / "a.xlsx"
    write_workbook(run, path)
    with zipfile.ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(SHEETS)
        assert not [name for name in sheets if b"<f>" in parts.read(name)]
