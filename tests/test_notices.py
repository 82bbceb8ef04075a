"""Every command prints what was noticed in the lists that it read."""

import csv
from pathlib import Path

import pytest

from chainmatch.cli import main
from chainmatch.util.notices import listening, tell

TARGETS = [
    ["企业名称", "统一社会信用代码", "所在地区", "经营范围", "税收"],
    ["甲川茶业有限公司", "911100001000000000", "浙江杭州", "茶叶加工", "1"],
    ["乙山食用油厂", "9.11E+17", "江苏苏州", "食用油生产", "2"],
]
HOME = [["丙岭茶业有限公司", "江苏苏州"], ["丁坪茶业有限公司", "江苏苏州"]]
LOCAL = [["企业名称", "所在地区"], *HOME]
LEADS = [["编号", "标题", "内容", "投资额"], ["1", "茶叶精深加工", "寻找茶叶加工企业", "100万美元"]]


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, rows in {"targets": TARGETS, "local": LOCAL, "leads": LEADS}.items():
        with Path(f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)


CODES = "targets.csv：2 个统一社会信用代码被表格软件当作数字"
UNUSED = "targets.csv：未用的列：税收"
NO_SCOPE = "local.csv：没有经营范围和主营产品两列"
AWAY = "县情配置：本地名单里 2 家企业有 2 家在江苏苏州"
ABROAD = "leads.csv：1 个线索金额是外币，已按约数折算"
COMMANDS = {
    "match targets.csv --out a.csv": [CODES, UNUSED],
    "match targets.csv --out a.csv --jobs 1": [CODES, UNUSED],
    "find 茶业 --in targets.csv": [CODES, UNUSED],
    "link targets.csv local.csv --out a.csv": [CODES, UNUSED, NO_SCOPE],
    "gaps local.csv --targets targets.csv --out a.csv": [CODES, UNUSED, NO_SCOPE, AWAY],
    "leads leads.csv --targets targets.csv --local local.csv --out a.csv": [
        CODES, UNUSED, NO_SCOPE, AWAY, ABROAD,
    ],
    "rank targets.csv --local local.csv --leads leads.csv --out a": [
        CODES, UNUSED, NO_SCOPE, AWAY, ABROAD,
    ],
}  # fmt: skip


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_prints_it_once_unless_asked_to_be_quiet(command: str, capsys) -> None:
    assert main(command.split()) == 0
    said = capsys.readouterr().err.splitlines()
    for notice in COMMANDS[command]:
        assert sum(line.startswith(f"提示：{notice}") for line in said) == 1, notice
    if not command.startswith("find"):
        Path("a").rename("b") if Path("a").exists() else Path("a.csv").unlink()
        assert main([*command.split(), "--quiet"]) == 0
        assert "提示" not in capsys.readouterr().err


@pytest.mark.usefixtures("lists")
def test_check_prints_it_among_the_rest(capsys) -> None:
    assert main(["check", "targets.csv"]) == 0
    said = capsys.readouterr()
    assert "税收" in said.out and not said.err


@pytest.mark.usefixtures("lists")
def test_lists_that_were_exchanged(capsys) -> None:
    home = Path("local.csv").read_text(encoding="utf-8").replace("江苏苏州", "陕西商洛镇安")
    Path("local.csv").write_text(home, encoding="utf-8")
    assert main(["rank", "local.csv", "--local", "targets.csv", "--out", "a"]) == 0
    assert "两份名单可能给反了" in capsys.readouterr().err
    assert main(["rank", "targets.csv", "--local", "local.csv", "--out", "b"]) == 0
    assert "给反" not in capsys.readouterr().err


@pytest.mark.usefixtures("lists")
def test_a_header_to_map_has_to_be_in_one_of_the_lists(capsys) -> None:
    ranked = "rank targets.csv --local local.csv --out a --map"
    assert main([*ranked.split(), "税收=products"]) == 0
    assert main([*ranked.replace("--out a", "--out b").split(), "没有=products"]) == 2
    assert "列对照中的“没有”在各份名单里没有找到" in capsys.readouterr().err
    assert not Path("b").exists()


def test_nobody_hears_what_nobody_listens_to() -> None:
    tell("a", ["甲"])
    with listening() as heard:
        tell("a", ["乙", "乙"])
    tell("a", ["丙"])
    assert list(heard) == ["a：乙"]
