"""The visit brief says what the run folder says, in Word, the same bytes twice."""

import shutil
import zipfile

import pandas as pd
import pytest

from chainmatch.cli import main
from chainmatch.errors import OutputError, RunError
from chainmatch.parts import PARTS
from chainmatch.report.brief import read_brief, write_brief
from chainmatch.report.folder import write_report
from chainmatch.util.rounding import figure
from conftest import tea_world
from report_run import FORMULA, IMAGE, SCRIPT, hostile_run

HEADS = [
    "他们是谁",
    "他们为什么要来",
    "补哪个缺口",
    "得分怎样来的",
    "本地伙伴",
    "要问什么",
    "我们还不知道什么",
    "走访记录",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_report(hostile_run(tea_world()), tmp_path_factory.mktemp("tea") / "out")


@pytest.fixture
def read():
    """Read a brief back: paragraphs by heading, and the rows of its tables."""
    docx = pytest.importorskip("docx", reason="python-docx is not installed")

    def read(path):
        document, sections = docx.Document(str(path)), {}
        for paragraph in document.paragraphs:
            if paragraph.style.name in ("Title", "Heading 1"):
                sections[paragraph.text] = []
            else:
                sections[list(sections)[-1]].append(paragraph.text)
        tables = [[[c.text for c in row.cells] for row in t.rows] for t in document.tables]
        return sections, tables

    return read


def test_a_brief_is_read_back(run, tmp_path, read):
    write_brief("T1", run, tmp_path / "b.docx")
    sections, (who, parts, partners, _) = read(tmp_path / "b.docx")
    title, *heads = sections
    score = pd.read_csv(run / "shortlist.csv")["score"].iloc[0]
    assert title == f"走访简报：{FORMULA}" and heads == HEADS
    assert sections[title] == [f"茶县　精准招商清单第 1 位，得分 {figure(score)}"]
    assert dict(who)["企业编号"] == "T1" and dict(who)["所在地"] == "浙江杭州（长三角）"
    assert (dict(who)["注册资本"], dict(who)["成立日期"]) == ("5,000万元", "2010-05-01")
    assert dict(who)["注册地址"] == "未知"  # the list has none
    assert dict(who)["经营范围原文"] == f"“制茶{SCRIPT}”"
    gap = "".join(sections["补哪个缺口"])
    assert "制茶（中游），补链" in gap and "要素条件 0.70" in gap  # plant 0.6, water 1.0
    assert list(dict(zip(*parts, strict=True))) == [part.title for part in PARTS]
    assert dict(zip(*parts, strict=True))["主业契合"] == "0.90"
    assert [(row[0], row[1], row[3]) for row in partners[1:]] == [
        ("上游", IMAGE, "茶园生产"),  # by size
        ("上游", "青坪茶业公司", "茶园生产"),
        ("上游", "双河茶场", "茶园生产"),
        ("下游", "月溪饮品公司", "制茶饮料生产"),
    ]
    assert any("县里优先发展制茶" in text for text in sections["他们为什么要来"])
    assert any("月溪饮品公司" in text and "卖给谁" in text for text in sections["要问什么"])


def test_capital_date_and_address_are_those_of_the_list(run, tmp_path):
    tea = hostile_run(tea_world())
    firms = tea.candidates.firms
    firms.loc[firms["firm_id"] == "T1", "address"] = "=杭州市茶园路1号"
    folder = write_report(tea, tmp_path / "out")
    for source in (tea, folder):
        assert dict(read_brief("T1", source).who)["注册地址"] == "=杭州市茶园路1号"
    (folder / "目标企业清单.csv").unlink()  # nothing else is lost with it
    old = dict(read_brief("T1", folder).who)
    assert "注册资本" not in old and old["企业编号"] == "T1"
    assert "注册资本" not in dict(read_brief("T5", run).who)  # not on the list: not kept


def test_what_is_unknown_is_asked_and_said(run):
    known, blank = read_brief("T1", run), read_brief("T3", run)
    assert "各分项都已知" in known.blanks[0] and not any("未知" in q for q in known.questions)
    assert dict(blank.parts)["企业实力"] == "未知"
    assert "未知的分项：企业实力、可落户性" in blank.blanks[0]
    for title in ("企业实力", "可落户性"):
        part = next(part for part in PARTS if part.title == title)
        assert f"{part.question}？名单没有写，“{title}”未知。" in blank.questions
    assert "其他地区" in dict(blank.who)["所在地"]


def test_a_weak_point_is_asked_about_and_owned_up_to(run):
    brief = read_brief("T4", run)
    weak = next(text for text in brief.blanks if text.startswith("薄弱点：资源契合"))
    said = weak.removeprefix("薄弱点：资源契合：")
    assert any(said in question for question in brief.questions)


def test_a_firm_outside_the_chains_has_a_brief_that_says_so(run, tmp_path):
    folder = shutil.copytree(run, tmp_path / "outside")
    table = pd.read_csv(folder / "scores.csv", keep_default_na=False)
    table.loc[table["firm_id"] == "T5", ["chain", "node", "node_name", "grade", "evidence"]] = ""
    table.to_csv(folder / "scores.csv", index=False, encoding="utf-8-sig")
    brief = read_brief("T5", folder)
    assert dict(brief.who)["环节"] == "不在产业链内"
    assert "不补本县的缺口" in brief.gap and "“”" not in "".join(brief.questions)


def test_the_second_page_begins_with_the_questions(run, tmp_path, read):
    import docx

    write_brief("T1", run, tmp_path / "b.docx")
    paragraphs = docx.Document(str(tmp_path / "b.docx")).paragraphs
    broken = [p.text for p in paragraphs if p.paragraph_format.page_break_before]
    assert broken == ["要问什么"]


def test_no_strength_is_made_up(run):
    brief = read_brief("T4", run)  # machines: nobody at home beside it
    assert brief.partners == () and not any("本地企业" in text for text in brief.why)


def test_a_firm_that_was_scored_but_not_chosen_says_so(run):
    assert "未入选精准招商清单" in read_brief("T5", run).place


@pytest.mark.parametrize(
    ("firm", "why"),
    [("T6", "未通过准入条件"), ("不存在的企业", "不在这次运算"), ("", "不在这次运算")],
)
def test_firms_that_have_no_brief(run, tmp_path, firm, why):
    with pytest.raises(RunError, match=why):
        write_brief(firm, run, tmp_path / "b.docx")
    assert list(tmp_path.iterdir()) == []


def test_the_same_bytes_twice_under_a_fixed_date(run, tmp_path, read):
    for name in ("1.docx", "2.docx"):
        write_brief("T1", run, tmp_path / name)
    assert (tmp_path / "1.docx").read_bytes() == (tmp_path / "2.docx").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.docx") as file:
        assert {entry.date_time[0] for entry in file.infolist()} == {1980}
        assert "2026-01-01" in file.read("docProps/core.xml").decode()


def test_names_that_no_word_file_can_hold(run, tmp_path, read):
    shortlist = run / "shortlist.csv"
    folder = tmp_path / "odd"
    folder.mkdir()
    for path in run.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    text = shortlist.read_text("utf-8-sig").replace(SCRIPT, "茶\x0b\x01\ufffe司")
    (folder / "shortlist.csv").write_text(text, "utf-8-sig")
    write_brief("T2", folder, tmp_path / "b.docx")
    assert next(iter(read(tmp_path / "b.docx")[0])) == "走访简报：茶司"


def test_errors_before_any_work(run, tmp_path):
    with pytest.raises(OutputError, match="docx"):
        write_brief("T1", run, tmp_path / "b.pdf")


def test_the_command(sample_run, tmp_path, read, capsys):
    out = tmp_path / "b.docx"
    first = (sample_run / "shortlist.csv").read_text("utf-8-sig").splitlines()[1].split(",")[2]
    assert main(["brief", first, "--run", str(sample_run), "--out", str(out)]) == 0
    assert next(iter(read(out)[0])) == f"走访简报：{first}"
    assert main(["brief", "某某", "--run", str(tmp_path), "--out", str(out)]) == 2
    assert "run.json" in capsys.readouterr().err
