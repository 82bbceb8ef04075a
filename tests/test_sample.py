"""The bundled sample: made by its script, counted, invented, and as messy as an office keeps it."""

import csv
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from chainmatch.names import valid_code
from chainmatch.tables import read_firms, read_leads
from chainmatch.util.resources import data_folder
from waiting import PATIENCE

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "make_sample.py"
SAMPLE = data_folder("sample")
SHARED = ROOT / ".." / "shared" / "data"
FILES = ("targets.xlsx", "local.csv", "leads.xlsx", "README.md")


def _make(folder: Path) -> Path:
    subprocess.run([sys.executable, str(SCRIPT), str(folder)], check=True, timeout=PATIENCE)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return _make(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def targets():
    return read_firms(SAMPLE / "targets.xlsx")


@pytest.fixture(scope="module")
def local():
    return read_firms(SAMPLE / "local.csv")


def _cells() -> pd.DataFrame:
    """Return targets.xlsx as written, header row first."""
    return pd.read_excel(SAMPLE / "targets.xlsx", header=None, dtype=object, engine="calamine")


def _content(path: Path) -> object:
    """Return what a file says: a workbook part by part, as the packing depends on the machine."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


@pytest.mark.parametrize("name", FILES)
def test_script_makes_the_committed_files(made, name):
    assert _content(made / name) == _content(SAMPLE / name)


def test_second_run_gives_the_same_bytes(made, tmp_path):
    again = _make(tmp_path)
    for name in FILES:
        assert (again / name).read_bytes() == (made / name).read_bytes()


def test_files_are_small():
    assert sum((SAMPLE / name).stat().st_size for name in FILES) < 1_500_000


def test_all_rows_are_there(targets, local):
    """4,413 numbered rows; a repeated header, a total and a remark are rejected beside them."""
    aside = targets.rejects["why"].isin(["重复的表头", "合计行", "表尾说明（备注、填报人等）"])
    assert aside.sum() == 3
    assert len(targets.table) + (~aside).sum() == 4413
    assert set(targets.rejects.loc[~aside, "why"]) == {"没有企业名称"}
    assert len(local.table) == 575
    assert local.rejects.empty


def test_forty_three_leads_of_three_kinds():
    leads = read_leads(SAMPLE / "leads.xlsx").table
    kinds = leads["kind"].value_counts().to_dict()
    assert kinds == {"有项目无投资主体": 15, "有意愿无项目": 14, "有需求无门路": 14}
    assert leads["lead_id"].is_unique
    assert leads["industry"].eq("").any()
    assert leads["amount"].isna().any()


def test_readme_counts_what_is_there(targets):
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    once = int(re.search(r"- ([\d,]+) are firms that stand there once", text)[1].replace(",", ""))
    counts = [
        int(n) for n in re.findall(r"^- (\d+) (?:repeat|are already|have no name)", text, re.M)
    ]
    assert once + sum(counts) == 4413
    assert counts[2] == targets.rejects["why"].eq("没有企业名称").sum()


def test_codes_are_valid_or_plainly_broken(targets, local):
    """A right check digit, a made-up organisation part, and few typing errors."""
    for table, most in ((targets.table, 40), (local.table, 0)):
        codes = table.loc[table["code"] != "", "code"]
        broken = [code for code in codes if not valid_code(code)]
        assert len(broken) <= most
        for code in set(codes) - set(broken):
            assert code[8:].startswith(("XX", "000")), code


def test_code_and_region_agree(targets):
    firms = targets.table
    known = firms[firms["code"].map(valid_code) & firms["address"].str.contains("省|北京市|上海市")]
    prefix = {"北京": "11", "上海": "31", "江苏": "32", "广东": "44", "四川": "51", "陕西": "61"}
    checked = known[known["province"].isin(prefix)]
    assert len(checked) > 500
    assert (checked["code"].str[2:4] == checked["province"].map(prefix)).all()


def test_persons_are_placeholders_and_not_read(targets):
    raw = _cells()
    header = next(list(row) for row in raw.itertuples(index=False) if "序号" in row)
    persons = raw[header.index("联系人")].dropna().unique()
    assert all(person == "联系人" or re.fullmatch(".某", person) for person in persons)
    assert set(raw[header.index("联系电话")].dropna()) == {"联系电话", "000-0000000"}
    assert not any("000-0000000" in str(cell) for cell in targets.table.to_numpy().ravel())


def test_no_phone_number_or_mail_anywhere():
    texts = [(SAMPLE / "local.csv").read_bytes().decode("gb18030")]
    for name in ("targets.xlsx", "leads.xlsx"):
        texts += [data.decode("utf-8", "ignore") for data in _content(SAMPLE / name).values()]
    for text in texts:
        assert not re.search(r"(?<![\d.])1[3-9]\d{9}(?![\d.])", text)
        assert not re.search(r"[\w.]+@\w+\.\w+", text)


def test_the_mess_is_there(targets):
    """Numbers for codes, dates in cells and three texts, capital in many spellings, duplicates."""
    raw = _cells()
    header = next(list(row) for row in raw.itertuples(index=False) if "序号" in row)
    column = {title.split("\n")[0]: raw[at].dropna() for at, title in enumerate(header)}
    assert column["统一社会信用代码"].map(lambda cell: not isinstance(cell, str)).sum() > 200
    days = column["成立日期"].astype(str)
    for form in (r"\d{4}-\d\d-\d\d", r"\d{4}/\d{1,2}/\d{1,2}", r"\d{4}年\d{1,2}月\d{1,2}日"):
        assert days.str.fullmatch(form).sum() > 100
    assert column["成立日期"].map(lambda cell: not isinstance(cell, str)).sum() > 1000
    forms = column["注册资本"].astype(str).str.replace(r"[\d,.]+", "#", regex=True).unique()
    assert {"#", "#万元", "#万美元", "#(万元人民币)"} <= set(forms)
    assert raw.isna().all(axis=1).sum() >= 4
    assert targets.table["name"].str.contains(r"[ 。(]").sum() > 10


def test_scopes_read_like_a_registry(targets):
    scopes = targets.table["scope"]
    assert 0.2 < scopes.str.contains("一般项目|许可项目").mean() < 0.45
    assert 0.08 < scopes.str.contains("不含|除外|不得经营").mean() < 0.35
    assert scopes.str.len().max() > 200
    assert scopes.duplicated().mean() < 0.1


def test_firms_already_here_and_kin_hide_in_the_targets(targets, local):
    """12 firms and 10 branches of the local list; 10 brands of four characters on both sides."""
    here = set(local.table["name"])
    parents = [name for name in targets.table["name"] if any(n.startswith(name) for n in here)]
    branches = [n for n in targets.table["name"] if any(n.startswith(h) and n != h for h in here)]
    assert len(parents) >= 13
    assert len(branches) >= 10
    home = (ROOT / "scripts" / "sample_home.yaml").read_text(encoding="utf-8")
    brands = re.findall(r"\|([^|]{4})\|[^|\n]+:[^|\n]+$", home, re.M)
    assert len(brands) == 10
    for brand in brands:
        assert local.table["name"].str.contains(brand).sum() == 1
        assert targets.table["name"].str.contains(brand).sum() >= 1


def test_local_list_is_a_county_with_four_classes(local):
    assert set(local.table["category"]) == {"央企", "国企", "省属企业", "私企"}
    assert local.table["city"].isin(["商洛", ""]).mean() > 0.99
    with (SAMPLE / "local.csv").open(encoding="gb18030", newline="") as file:
        header = next(csv.reader(file))
    assert header[0] == "单位名称"
    assert "镇办" in header


@pytest.mark.skipif(not SHARED.is_dir(), reason="real lists are not beside the repository")
def test_no_name_is_that_of_a_real_firm(targets, local):
    real = set(pd.read_csv(SHARED / "targets_4413.csv", dtype=str)["企业名称"].dropna())
    real |= set(pd.read_parquet(SHARED / "registry_200k.parquet", columns=["name"])["name"])
    real |= set(pd.read_csv(SHARED / "labelled_dev_597.csv", dtype=str)["name"].dropna())
    real |= set(pd.read_csv(SHARED / "local_575.gb18030.csv", encoding="gb18030")["单位名称"])
    real = {_bare(name) for name in real}
    ours = {_bare(name) for name in [*targets.table["name"], *local.table["name"]]}
    assert not ours & real


def _bare(name: str) -> str:
    return re.sub(r"[\s　()（）。.]|存续", "", name)
