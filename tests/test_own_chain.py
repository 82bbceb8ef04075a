"""A county's sixth chain: the example of the documentation, used as it says there."""

import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from chainmatch.chains.graph import check_chains, read_chains, trace
from chainmatch.chains.workbook import copy_chains
from chainmatch.cli import main
from chainmatch.errors import ChainError
from chainmatch.profile import profile_text

PAGE = Path(__file__).parents[1] / "docs" / "chain-files.md"
FIVE = ["clean-energy", "eco-wellness", "green-industry", "modern-medicine", "specialty-agri"]


@pytest.fixture(scope="module")
def example():
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return next(block for block in blocks if "chain: tung-oil" in block)


@pytest.fixture(scope="module")
def six(example, tmp_path_factory):
    folder = tmp_path_factory.mktemp("own") / "我的产业链"
    copy_chains(folder)
    (folder / "tung-oil.yaml").write_text(example, encoding="utf-8")
    return folder


@pytest.fixture
def lists(tmp_path):
    targets = pd.DataFrame(
        {
            "企业名称": [
                "成都巴山桐油有限公司",
                "苏州晶阳光伏有限公司",
                "杭州云上餐饮有限公司",
            ],
            "经营范围": [
                "桐油、木蜡油生产、销售；收购油桐籽",
                "光伏组件的研发、生产、销售",
                "餐饮服务",
            ],
            "所在地区": ["四川省成都市", "江苏省苏州市", "浙江省杭州市"],
            "注册资本": ["5000万元", "8000万元", "300万元"],
        }
    )
    local = pd.DataFrame(
        {
            "企业名称": ["商南县青山油桐种植农民专业合作社", "镇安县绿野木屋制造有限公司"],
            "经营范围": ["油桐种植、销售", "木屋制造；竹木制品加工、销售"],
            "所在地区": ["陕西省商洛市商南县", "陕西省商洛市镇安县"],
        }
    )
    targets.to_csv(tmp_path / "targets.csv", index=False)
    local.to_csv(tmp_path / "local.csv", index=False)
    return tmp_path


def test_the_example_is_a_clean_chain(six):
    assert check_chains(six).empty
    graph = read_chains(six)
    assert list(graph.graph["chains"]) == [*FIVE, "tung-oil"]
    assert sum(chain == "tung-oil" for _, chain in graph.nodes(data="chain")) == 6


def test_its_supplies_run_across_chains(six):
    graph = read_chains(six)
    paths = trace(graph, "苗木", "木屋").paths
    assert (
        "seeds-seedlings",
        "tung-growing",
        "tung-oil-pressing",
        "tung-paint",
        "cabin-making",
    ) in (paths)
    assert not trace(graph, "木屋", "桐油").paths


def test_a_folder_replaces_the_bundled_chains(example, tmp_path):
    (tmp_path / "tung-oil.yaml").write_text(example, encoding="utf-8")
    with pytest.raises(ChainError) as error:
        read_chains(tmp_path)
    assert len(error.value.problems) == 2
    assert all("chainmatch chains copy" in problem for problem in error.value.problems)


def test_match_has_a_column_a_chain(six, lists):
    out = lists / "match.csv"
    options = ["--by", "chain", "--chains", str(six), "--out", str(out), "--quiet"]
    assert main(["match", str(lists / "targets.csv"), *options]) == 0
    found = pd.read_csv(out)
    assert list(found.columns) == ["firm_id", "name", *FIVE, "tung-oil"]
    tung = found[found["name"].str.contains("桐油")].iloc[0]
    assert tung["tung-oil"] == tung[[*FIVE, "tung-oil"]].max() > 0.5
    others = found[~found["name"].str.contains("桐油")]
    assert (others["tung-oil"] < 0.2).all()


def test_rank_works_with_six_chains(six, lists):
    out = lists / "out"
    county = profile_text()
    own = {"resources": "{product: 油桐, much: 0.9}", "priorities": "{what: 桐油压榨}"}
    for key, line in own.items():
        assert f"\n{key}:\n" in county
        county = county.replace(f"\n{key}:\n", f"\n{key}:\n  - {line}\n")
    (lists / "county.yaml").write_text(county, encoding="utf-8")
    command = ["rank", str(lists / "targets.csv"), "--local", str(lists / "local.csv")]
    command += ["--profile", str(lists / "county.yaml")]
    assert main([*command, "--chains", str(six), "--out", str(out), "--quiet"]) == 0
    first = pd.read_csv(out / "shortlist.csv")
    firm = first[first["name"] == "成都巴山桐油有限公司"].iloc[0]
    assert firm["chain"] == "tung-oil"
    assert "商南县青山油桐种植农民专业合作社" in firm["partner_firms"]
    assert "tung-oil" in set(pd.read_csv(out / "gaps.csv")["chain"])
    assert "桐油" in (out / "report.html").read_text(encoding="utf-8")
    counted = ("五条", "五链")  # there are six
    assert not any(word in (out / "report.html").read_text(encoding="utf-8") for word in counted)
    for sheet in openpyxl.load_workbook(out / "精准招商清单.xlsx"):
        for row in sheet.iter_rows(values_only=True):
            assert not any(word in str(cell) for cell in row if cell for word in counted)


def test_the_commands_of_the_page_work(six, tmp_path, capsys):
    book, again = tmp_path / "链.xlsx", tmp_path / "again"
    assert main(["chains", "export", str(six), "--xlsx", str(book)]) == 0
    assert main(["chains", "import", str(book), "--out", str(again)]) == 0
    assert main(["chains", "check", str(again)]) == 0
    assert "没有问题" in capsys.readouterr().out
    assert dict(read_chains(again).nodes(data=True)) == dict(read_chains(six).nodes(data=True))
    assert main(["chains", "copy", str(again)]) == 2
    assert "没有复制" in capsys.readouterr().err


def test_import_prints_every_problem_and_writes_nothing(six, tmp_path, capsys):
    book = tmp_path / "链.xlsx"
    main(["chains", "export", str(six), "--xlsx", str(book)])
    pages = openpyxl.load_workbook(book)
    pages["环节"]["E3"], pages["来源"]["B2"] = "上上游", None
    pages.save(book)
    assert main(["chains", "import", str(book), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert "工作表“环节”第 3 行：阶段" in said.out
    assert "工作表“来源”第 2 行：编号：缺少必填项" in said.out
    assert "没有写出任何文件" in said.err
    assert not (tmp_path / "out").exists()
