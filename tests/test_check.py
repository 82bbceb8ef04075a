"""What ``check`` says of a list, before anything is done with it."""

import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from chainmatch.cli import main
from chainmatch.errors import TableError
from chainmatch.pipeline import check as checking
from chainmatch.pipeline.engines.pool import Pool
from chainmatch.tables import check, read_firms
from chainmatch.tables.check import check_file
from chainmatch.util.resources import data_folder

SAMPLE = data_folder("sample")
WORKBOOK = "精准招商清单.xlsx"
HEADER = ["企业名称", "统一社会信用代码", "所在地区", "成立日期"]
CODE = "91611025123456789X"


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def csv(path: Path, *rows: list[str]) -> Path:
    path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    return path


def test_what_comes_and_what_is_missing(tmp_path: Path) -> None:
    rows = [["企业名称", "成立日期", "口号"], ["甲川茶业有限公司", "2004", "好"], ["合计"]]
    report = check_file(workbook(tmp_path / "a.xlsx", {"表": rows}))
    assert (
        "有内容的行 2 行：读入 1 家企业，未读入 1 行（其中合计、表尾、重复表头等 1 行）" in report
    )
    assert "成立日期 → 成立日期（100.0%）" in report
    assert "合计行：1 行（第 3 行）" in report
    assert "经营范围没有：" in report and "登记状态没有：" in report
    assert "未用的列：口号" in report
    assert "没有发现重复的企业。" in report


def test_duplicates_with_the_reason_and_how_sure(tmp_path: Path) -> None:
    path = csv(
        tmp_path / "a.csv",
        HEADER,
        ["商洛秦玉工贸有限责任公司", "", "商洛", ""],  # row 2: the same under another form
        ["商洛市秦玉工贸有限公司", CODE, "商洛", "2004"],
        ["西安蓝鲸软件有限公司", "", "西安", ""],
        ["商洛市秦王工贸有限公司", "", "商洛", ""],  # a slip more often than a neighbour
    )
    report = check_file(path)
    assert "重复：1 行与另一行确为同一企业（名称只是写法不同 1 行），排序时合并为一家：" in report
    assert "第 2 行“商洛秦玉工贸有限责任公司” = 第 3 行“商洛市秦玉工贸有限公司”：" in report
    doubtful = next(line for line in report.splitlines() if " ? " in line)
    assert "第 5 行“商洛市秦王工贸有限公司”" in doubtful and "把握 " in doubtful
    assert "其中 1 对把握在五成以上；不合并，请人工核对" in report  # never sure enough to merge
    assert len(read_firms(path).table) == 4  # a check changes nothing


def test_only_the_first_pairs_are_shown(tmp_path: Path) -> None:
    names = [f"商洛{a}岭茶业有限公司" for a in "甲乙丙丁戊己庚"]
    rows = [[name, "", "商洛", ""] for name in (*names, *names)]
    report = check_file(csv(tmp_path / "a.csv", HEADER, *rows))
    assert "重复：7 行" in report
    assert report.count(" = ") == 5 and "…… 另有 2 行" in report


def test_every_sheet_is_named_with_its_rows(tmp_path: Path) -> None:
    one = ["商洛秦玉工贸有限公司", CODE, "商洛", ""]
    sheets = {
        "京津冀": [HEADER, one],
        "填表说明": [["请如实填写"]],
        "长三角": [["汇总"], HEADER, one],
    }
    report = check_file(workbook(tmp_path / "a.xlsx", sheets))
    assert "已读工作表“京津冀”：表头在第 1 行，读入 1 行" in report
    assert "已读工作表“长三角”：表头在第 2 行，读入 1 行" in report
    assert "未读工作表“填表说明”：没有找到名称一列" in report
    assert "= 工作表“京津冀”第 2 行" in report  # the same firm on two sheets


LEADS = ["编号", "线索类型", "标题", "内容", "提出单位"]


def test_leads_and_leads_that_say_the_same(tmp_path: Path) -> None:
    text = "拟建年产三千吨茶饮料生产线，现寻投资主体"
    path = csv(
        tmp_path / "a.csv",
        LEADS,
        ["X1", "有项目无投资主体", "茶饮料项目", text, "某镇"],
        ["X2", "有项目无投资主体", "茶饮料项目", f"{text}。", "某局"],
        ["X3", "有需求无门路", "寻包装厂", "需要茶叶包装", "某公司"],
    )
    report = check_file(path)
    assert "读入 3 条线索" in report
    assert "疑似重复：1 对线索内容相近" in report
    assert "X1“茶饮料项目” ? X2“茶饮料项目”：相似 " in report
    assert "金额没有：" in report and "登记日期没有：" in report


def test_leads_that_name_firms_are_leads_all_the_same(tmp_path: Path) -> None:
    path = csv(
        tmp_path / "a.csv", [*LEADS[:4], "企业名称"], ["X1", "有需求无门路", "寻", "缺", "甲厂"]
    )
    report = check_file(path)
    assert "读入 1 条线索" in report
    assert "如当作企业名单，可读入 1 家企业" in report


def test_a_list_that_is_neither_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="没有找到“企业名称”一列"):
        check_file(csv(tmp_path / "a.csv", ["品名", "数量"], ["茶", "1"]))


@pytest.fixture(scope="module")
def returned(sample_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a run as it comes back: saved by another program, outcomes filled in."""
    book = openpyxl.load_workbook(sample_run / WORKBOOK)
    sheet = book["目标企业清单"]
    at = next(cell.column for cell in sheet[3] if cell.value == "结果")
    for row, outcome in ((4, "签约"), (5, "在谈"), (6, "在谈")):
        sheet.cell(row, at, outcome)
    path = tmp_path_factory.mktemp("returned") / WORKBOOK
    book.save(path)
    return path


def test_a_shortlist_that_comes_back_is_read_with_its_ids(sample_run: Path, returned: Path) -> None:
    sent = pd.read_csv(sample_run / "shortlist.csv", dtype=str, keep_default_na=False)
    reading = read_firms(returned)
    assert reading.table["firm_id"].tolist() == sent["firm_id"].tolist()
    assert reading.table["name"].tolist() == sent["name"].tolist()
    assert reading.table["outcome"].tolist()[:4] == ["签约", "在谈", "在谈", ""]
    assert set(reading.table["sheet"]) == {"目标企业清单"}
    with_code = sent["firm_id"].str.len() == 18
    assert with_code.any()
    assert reading.table["code"][with_code].tolist() == sent["firm_id"][with_code].tolist()
    machine = read_firms(sample_run / "shortlist.csv").table
    assert machine["firm_id"].tolist() == sent["firm_id"].tolist()


def test_the_check_names_the_sheets_of_a_returned_workbook(returned: Path) -> None:
    report = check_file(returned)
    assert "企业编号 → 企业编号（100.0%）" in report
    assert "已读工作表“目标企业清单”：表头在第 3 行，读入 30 行" in report
    unread = next(line for line in report.splitlines() if "未读工作表" in line)
    assert "“排除清单”" in unread and "“线索匹配”" in unread and "只读交回的清单" in unread
    assert "走访结果：签约 1，在谈 2，未填 27" in report


def test_the_command_prints_and_writes_nothing(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, what in (
        ("targets.xlsx", "家企业"),
        ("local.csv", "家企业"),
        ("leads.xlsx", "条线索"),
    ):
        assert main(["check", str(SAMPLE / name)]) == 0
        assert what in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


# --- lists of any size ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def longer(tmp_path_factory) -> Path:
    """More firms than a list of leads has: copies, outcomes, totals, codes that were eaten."""
    rows = [["企业名称", "统一社会信用代码", "所在地区", "结果", "口号"]]
    for n in range(5_200):
        name = f"商洛{chr(0x4E00 + n)}{chr(0x5E00 + n)}岭茶业有限公司"
        rows.append([name, "", "商洛" if n % 3 else "", "有意向" if n % 40 == 7 else "", "好"])
    rows.insert(3_000, ["合计", "", "", "", ""])
    rows[4_000][0] = ""
    rows[4_100][1] = "9.1611E+17"
    rows += [[name, "", "商洛", "无意向", ""] for name, *_ in rows[1:30:3]]
    rows.append(["商洛秦玉工贸有限公司", CODE, "商洛", "", ""])
    rows.append(["商洛市秦玉工贸有限责任公司", CODE, "商洛", "", ""])
    return csv(tmp_path_factory.mktemp("long") / "a.csv", *rows)


@pytest.mark.parametrize(("size", "jobs"), [(700, 2), (1_999, 1), (20_000, 1)])
def test_a_list_in_pieces_gives_the_same_report(longer: Path, size: int, jobs: int) -> None:
    found = checking.check(longer, engine=Pool(jobs=jobs, size=size))
    assert "重复：11 行与另一行确为同一企业（信用代码相同 1 行，名称只是写法不同 10 行）" in found
    assert "走访结果：有意向 130，无意向 10，未填" in found
    assert found == check_file(longer)
    assert list(longer.parent.iterdir()) == [longer]


def test_of_a_very_long_list_names_are_not_compared(longer: Path, monkeypatch) -> None:
    monkeypatch.setattr(check.repeats, "MOST", 5_000)
    monkeypatch.setattr(checking, "MOST", 5_000)
    found = checking.check(longer, engine=Pool(jobs=1, size=2_000))
    assert "名单超过 5,000 家，没有逐对比较" in found
    assert found == check_file(longer)


def test_short_lists_and_leads_are_read_at_once(tmp_path: Path) -> None:
    leads = csv(tmp_path / "leads.csv", ["线索类型", "标题"], ["有项目无投资主体", "茶饮料厂"])
    firms = csv(tmp_path / "firms.csv", HEADER, ["商洛秦玉工贸有限公司", CODE, "商洛", ""])
    for path in (leads, firms):
        assert checking.check(path, engine=Pool(jobs=1)) == check_file(path)
    broken = csv(tmp_path / "no.csv", ["甲", "乙"], ["丙", "丁"])
    with pytest.raises(TableError, match="没有找到“企业名称”"):
        checking.check(broken, engine=Pool())


def test_the_command_checks_in_pieces_where_it_is_asked_to(longer: Path, capsys) -> None:
    assert main(["check", str(longer)]) == 0
    wanted = capsys.readouterr().out
    assert main(["check", str(longer), "--jobs", "1"]) == 0
    said = capsys.readouterr()
    assert said.out == wanted
    assert said.err == "名单较大，分段运行（1 个进程）。\n"


def test_a_check_that_is_stopped_leaves_nothing(longer: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="没有写出任何文件"):
        checking.check(longer, engine=Pool(jobs=1, size=500, progress=stop))
    assert list(tmp_path.iterdir()) == []
