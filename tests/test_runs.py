"""Run folders opened again: real folders, written by ``rank`` and ``write_report``."""

import json
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from chainmatch.cli import main
from chainmatch.errors import RunError
from chainmatch.parts import PARTS
from chainmatch.pipeline.rank import rank
from chainmatch.report.brief import read_brief
from chainmatch.report.facts import records
from chainmatch.report.folder import write_report
from chainmatch.report.runs import RunFolder, diff, explain
from chainmatch.schema.columns import TABLES
from chainmatch.schema.records import written
from chainmatch.server.outcomes import returned

LOCAL = [
    ("商洛云岭药材种植有限公司", "中药材种植", 3000),
    ("商洛青坪药材种植有限公司", "中药材种植、初加工", 2000),
    ("商洛双河中药材种植有限公司", "中药材种植", 2000),
    ("商洛月溪制药有限公司", "收购：饮片；中成药生产", 8000),
    ("商洛南街酒店有限公司", "住宿服务", 100),
    ("商洛东关百货有限公司", "百货零售", 10),
]
TARGETS = [
    ("杭州龙舌中药饮片有限公司", "浙江杭州", "中药饮片生产；收购中药材", 5000, ""),
    ("杭州市龙舌中药饮片有限公司", "浙江杭州", "中药饮片生产；收购中药材", None, ""),
    ("亳州满坡中药饮片有限公司", "安徽亳州", "中药饮片生产", 500, ""),
    ("苏州转轮药用包装有限公司", "江苏苏州", "药用包装材料制造", 3000, ""),
    ("无锡青檐药用包装有限公司", "江苏无锡", "药用包装材料制造", None, ""),
    ("南京云杉药材种植有限公司", "江苏南京", "中药材种植", 5000, ""),
    ("上海石桥旅行社有限公司", "上海", "国内旅游业务", 5000, ""),
    ("成都白塔中药饮片总公司", "四川成都", "中药饮片生产", 9000, ""),
    ("广州黑陶电镀有限公司", "广东广州", "电镀加工", 5000, ""),
    ("深圳红砖药业有限公司", "广东深圳", "中药饮片生产", 5000, "注销"),
    ("商洛月溪制药有限公司", "陕西商洛", "中成药生产", 8000, ""),
    ("重庆黄葛饲料有限公司", "重庆", "饲料生产", 80_000, ""),
    ("=长沙公式公司", "湖南长沙", "百货零售", 900, ""),
]
PROFILE = """
name: 试县
home: {province: 陕西, city: 商洛}
zones: {长三角: 1.0, 成渝: 0.8}
unwanted: [电镀]
resources: [{product: 中药材, words: [中药]}]
priorities: [中药饮片, {what: 药用包装材料, weight: 0.8}, {what: 饲料, weight: 0.6}]
entry: {gap: 0.1, substance: 0.2}
capacity: {top: 3, per_gap: 1, per_zone: 9}
offices: {modern-medicine: 县药业办}
as_of: 2026-01-01
"""


def lists(folder, targets=TARGETS, local=LOCAL):
    columns = ["企业名称", "所在地区", "经营范围", "注册资本", "登记状态"]
    pd.DataFrame(targets, columns=columns).to_csv(folder / "目标.csv", index=False)
    rows = [(name, "陕西商洛", scope, capital, "") for name, scope, capital in local]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "本地.csv", index=False)
    return folder / "目标.csv", folder / "本地.csv"


def run_into(folder, *, profile=PROFILE, targets=TARGETS, local=LOCAL):
    folder.mkdir()
    (folder / "县.yaml").write_text(profile, encoding="utf-8")
    wanted, own = lists(folder, targets, local)
    return write_report(rank(wanted, own, profile=folder / "县.yaml"), folder / "out")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_into(tmp_path_factory.mktemp("runs") / "a")


def names(run):
    return list(RunFolder.open(run).table("shortlist")["name"])


# --- the folder ----------------------------------------------------------------------------------


def test_the_small_run_is_what_the_tests_below_argue_from(run):
    folder = RunFolder.open(run)
    assert names(run) == [
        "杭州龙舌中药饮片有限公司",
        "苏州转轮药用包装有限公司",
        "重庆黄葛饲料有限公司",
    ]
    assert folder.profile.name == "试县"


def test_tables_come_back_as_they_were(run):
    folder = RunFolder.open(run)
    scores = folder.table("scores")
    assert scores["substance"].dtype == float
    assert (
        scores["zone"].isin(["长三角", "成渝", "粤港澳", ""]).all()
    )  # unknown text is "", not NaN
    outside = scores.set_index("name").loc["=长沙公式公司"]  # without the apostrophe
    assert (outside["node"], outside["node_name"]) == ("", "")
    best = folder.table("shortlist").iloc[0]
    assert best["partner_firms"][0].phrase and best["reasons"][0].title and best["reasons"][0].text


def test_what_is_no_run_is_refused_in_one_line(run, tmp_path):
    with pytest.raises(RunError, match=r"缺少 run\.json"):
        explain("甲", tmp_path)
    for broken in ("{", "[]", "{}"):
        (tmp_path / "run.json").write_text(broken)
        with pytest.raises(RunError, match=r"run\.json：内容损坏"):
            diff(tmp_path, run)
    copy = shutil.copytree(run, tmp_path / "copy")
    (copy / "scores.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(RunError, match=r"scores\.csv：缺少列"):
        explain("甲", copy)
    (copy / "scores.csv").unlink()
    with pytest.raises(RunError, match=r"scores\.csv：无法读取"):
        explain("甲", copy)
    manifest = json.loads((copy / "run.json").read_text(encoding="utf-8"))
    manifest["profile"]["weights"] = {"moon": 1}
    (copy / "run.json").write_text(json.dumps(manifest))
    with pytest.raises(RunError, match="县情配置读不懂"):
        RunFolder.open(copy).weights  # noqa: B018


# --- one firm ------------------------------------------------------------------------------------


def test_the_card_of_a_chosen_firm(run):
    card = explain("杭州龙舌中药饮片有限公司", run)
    lines = card.splitlines()
    assert lines[0] == "杭州龙舌中药饮片有限公司　精准招商清单第 1 位（共 3 家）"
    assert "依据原文：“中药饮片生产”" in lines
    assert "缺口：补链" in card  # between what is grown and what is made here
    assert "本地名单未见“中药饮片”企业" in card
    upstream = next(line for line in lines if line.startswith("本地上游（可向它供货）"))
    assert "商洛青坪药材种植有限公司" in upstream
    downstream = next(line for line in lines if line.startswith("本地下游（可采购它的产品）"))
    assert "商洛月溪制药有限公司" in downstream
    assert "属重点片区“长三角”（优先程度 1），离本县直线约" in card
    assert "最薄弱的几点：" in lines
    assert "下一步：招商部门联系企业" in card  # its profile names no team
    assert "县药业办核实要素条件" in card
    assert lines[-1].startswith("稳定度：")


def test_the_contributions_on_the_card_add_up(run):
    card = explain("杭州龙舌中药饮片有限公司", run)
    added = [float(line.split("贡献 ")[1]) for line in card.splitlines() if "贡献 " in line]
    score = RunFolder.open(run).table("shortlist")["score"].iloc[0]
    assert len(added) == len(PARTS)
    assert sum(added) == pytest.approx(score, abs=0.004)


def test_what_would_narrow_the_interval_most(run):
    card = explain("无锡青檐药用包装有限公司", run)
    assert "企业实力：未知" in card
    weights = RunFolder.open(run).weights
    share = weights["substance"] / sum(weights.values())
    assert "最需要补充：注册资本" in card
    assert f"收窄 {share:.3f}" in card
    assert "主营产品或行业代码" in explain("杭州龙舌中药饮片有限公司", run)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("亳州满坡中药饮片有限公司", "环节“中药饮片”最多选1家，已选杭州龙舌中药饮片有限公司"),
        ("南京云杉药材种植有限公司", "可落户性0.35，低于入选要求0.45（种养环节多由本地"),
        ("上海石桥旅行社有限公司", "可落户性未知"),
        ("成都白塔中药饮片总公司", "未改制"),
        ("广州黑陶电镀有限公司", "属于县情不能接收的“电镀”"),
        ("深圳红砖药业有限公司", "登记状态为“注销”"),
        ("=长沙公式公司", "环节：不在产业链内"),
    ],
)
def test_why_not(run, name, said):
    card = explain(name, run)
    assert said in card
    assert card.startswith(f"{name}　未")
    assert "原因：" in card


def test_a_firm_that_is_here_already_is_told_from_both_sides(run):
    card = explain("商洛月溪制药有限公司", run)
    assert "条件：已在本地" in card
    assert "商洛月溪制药有限公司　本地企业，不是招商对象" in card
    assert "清单上把它当作上下游伙伴的：杭州龙舌中药饮片有限公司" in card
    assert "紧挨它的缺口：" in card


def test_a_local_firm_without_a_node(run):
    assert "看不出处在产业链的哪个环节" in explain("商洛东关百货有限公司", run)


def test_a_duplicate_leads_to_the_firm_that_was_kept(run):
    card = explain("杭州市龙舌中药饮片有限公司", run)
    assert "已并入“杭州龙舌中药饮片有限公司”" in card
    assert "精准招商清单第 1 位" in card


def test_by_id_and_by_another_way_of_writing(run):
    firm = RunFolder.open(run).table("shortlist").iloc[0]
    assert explain(firm["firm_id"], run) == explain(firm["name"], run)
    other = explain("苏州转轮药用包装有限责任公司", run)
    assert other.startswith("按“苏州转轮药用包装有限公司”查找")


def test_an_unknown_firm_gets_near_names_or_advice(run):
    with pytest.raises(RunError, match=r"名称相近的有：.*亳州满坡中药饮片有限公司（未入选）"):
        explain("满坡饮片", run)
    with pytest.raises(RunError, match="chainmatch check"):
        explain("呼和浩特星际航行社", run)


def test_that_a_firm_is_not_there_is_said_without_the_rules_of_scoring(run):
    """They, and the index of pinyin, take most of the time that a card takes."""
    code = (
        "import sys\n"
        "from chainmatch.cli import main\n"
        f"assert main(['explain', '满坡饮片', '--run', {str(run)!r}]) == 2\n"
        "heavy = ('pydantic', 'networkx', 'chainmatch.matching', 'chainmatch.decision')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
    assert "亳州满坡中药饮片有限公司" in said.stderr


def test_letters_are_understood_in_a_run_too(run):
    with pytest.raises(RunError, match="亳州满坡中药饮片有限公司"):
        explain("manpo", run)


# --- two runs ------------------------------------------------------------------------------------


def test_a_run_compared_with_itself(run):
    found = diff(run, run)
    assert found.causes == ("名单、县情配置、产业链和程序版本完全相同。",)
    assert found.moves.empty
    assert "清单相同" in found.text()


def test_new_weights_are_named_and_move_firms_by_their_weight(run, tmp_path):
    other = run_into(tmp_path / "b", profile=PROFILE + "weights: {substance: 9, gap: 0.01}\n")
    found = diff(run, other)
    old = RunFolder.open(run).weights
    assert found.causes == (
        f"权重：weights.gap 由 {old['gap']} 改为 0.01",
        f"权重：weights.substance 由 {old['substance']} 改为 9.0",
    )
    # Only the feed mill has 800 million of capital.
    up = found.moves.set_index("name").loc["重庆黄葛饲料有限公司"]
    assert (up["move"], up["before"], up["after"]) == ("上升", 3, 1)
    assert "权重变化使得分 +0." in up["why"]
    assert "企业实力" not in up["why"]  # its own part did not move


def test_other_data_are_named_with_the_part_that_moved(run, tmp_path):
    other = [
        (*row[:3], 600, row[4]) if row[0] == "苏州转轮药用包装有限公司" else row
        for row in TARGETS
        if "龙舌" not in row[0]
    ]
    found = diff(run, run_into(tmp_path / "b", targets=other))
    assert len(found.causes) == 1
    assert found.causes[0].startswith("数据：目标企业名单不同")
    assert "13 → 11 行" in found.causes[0]
    moves = found.moves.set_index("name")
    assert list(moves["move"]) == ["新进", "退出", "上升", "下降"]
    assert moves.loc["杭州龙舌中药饮片有限公司", "why"] == "现在不在目标企业名单中。"
    assert "已选杭州龙舌中药饮片有限公司" in moves.loc["亳州满坡中药饮片有限公司", "why"]
    assert "企业实力 0.57 → " in moves.loc["苏州转轮药用包装有限公司", "why"]
    assert "自身得分未变" in moves.loc["重庆黄葛饲料有限公司", "why"]
    assert "退出 1 家：" in found.text()


def test_a_new_local_firm_is_named_and_makes_of_a_gap_one_to_strengthen(run, tmp_path):
    more = [*LOCAL, ("商洛北山中药饮片有限公司", "中药饮片生产", 90_000)]
    other = run_into(tmp_path / "b", local=more)
    assert diff(run, other).causes[0].startswith("数据：本地企业名单不同")
    before, after = (explain("杭州龙舌中药饮片有限公司", folder) for folder in (run, other))
    assert "缺口：补链" in before and "缺口：强链" in after
    assert "本地已有商洛北山中药饮片有限公司做“中药饮片”" in after


def test_a_firm_that_got_its_credit_code_is_still_the_same(run, tmp_path):
    folder = tmp_path / "b"
    folder.mkdir()
    wanted, own = lists(folder)
    table = pd.read_csv(wanted)
    table["统一社会信用代码"] = [""] * len(table)
    table.loc[0, "统一社会信用代码"] = "91330100MA27XW1B0K"
    table.to_csv(wanted, index=False)
    (folder / "县.yaml").write_text(PROFILE, encoding="utf-8")
    other = write_report(rank(wanted, own, profile=folder / "县.yaml"), folder / "out")
    assert set(diff(run, other).moves["name"]) & {"杭州龙舌中药饮片有限公司"} == set()


def test_chains_and_version(run, tmp_path):
    other = shutil.copytree(run, tmp_path / "b")
    manifest = json.loads((other / "run.json").read_text(encoding="utf-8"))
    file = next(iter(manifest["chains"]))
    manifest["chains"][file] = "0"
    manifest["chains"]["new.yaml"] = "1"
    manifest["version"] = "99"
    (other / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    causes = diff(run, other).causes
    assert f"产业链：{file} 内容不同" in causes
    assert "产业链：new.yaml 新增" in causes
    assert causes[-1].endswith("→ 99")


def test_the_commands(run, capsys):
    assert main(["explain", "杭州龙舌中药饮片有限公司", "--run", str(run)]) == 0
    assert "精准招商清单第 1 位" in capsys.readouterr().out
    assert main(["explain", "满坡饮片", "--run", str(run)]) == 2
    assert "名称相近的有" in capsys.readouterr().err
    assert main(["diff", str(run), str(run)]) == 0
    assert "清单相同" in capsys.readouterr().out


# --- columns that came later ---------------------------------------------------------------------

ASKED = [
    "杭州龙舌中药饮片有限公司",  # chosen
    "亳州满坡中药饮片有限公司",  # scored
    "广州黑陶电镀有限公司",  # excluded
    "商洛月溪制药有限公司",  # excluded, and a local firm
    "杭州市龙舌中药饮片有限公司",  # a duplicate
]
# Written down here once more: what a reader asks for beyond these is a break of the contract.
NEEDED = {
    "shortlist": {"rank", "firm_id", "name"},
    "scores": {"firm_id", "name", "node", "score"},
    "gaps": {"node"},
    "locals": {"firm_id", "name"},
    "links": {"left_id", "right_id"},
    "excluded": {"firm_id", "name"},
    "duplicates": {"firm_id", "name", "kept_id"},
    "leads": {"lead_id"},
    "rejects": set(),
}
LATER = [(name, column) for name in NEEDED for column in TABLES[name]]


def without(run, folder, name, column):
    copy = shutil.copytree(run, folder)
    table = pd.read_csv(copy / f"{name}.csv", dtype=str, keep_default_na=False)
    table.drop(columns=column).to_csv(copy / f"{name}.csv", index=False, encoding="utf-8-sig")
    return copy


def texts(folder, other):
    """Everything that is said of a run folder and of another one."""
    yield from (explain(firm, folder) for firm in ASKED)
    yield diff(other, folder).text()
    yield repr(read_brief(ASKED[0], folder))
    opened = RunFolder.open(folder)
    yield returned(opened, []).to_csv()
    yield json.dumps(records(written(opened.table("shortlist"))), allow_nan=False)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    weights = "weights: {fit: 0.2, gap: 0.2, partners: 0.1, region: 0.4, substance: 0.1}\n"
    return run_into(tmp_path_factory.mktemp("runs") / "b", profile=PROFILE + weights)


@pytest.mark.parametrize(("name", "column"), LATER, ids=lambda value: value)
def test_a_folder_without_a_later_column_still_opens(run, other, tmp_path, name, column):
    folder = without(run, tmp_path / "old", name, column)
    if column in NEEDED[name]:
        with pytest.raises(RunError, match=rf"{name}\.csv：缺少列 {column}，请重新运行 rank。"):
            RunFolder.open(folder).table(name)
        return
    for said in texts(folder, other):
        assert said
        assert not re.search(r"(?<![a-z])(nan|None|NaN)(?![a-z])", said), said
        assert "“”" not in said and "（）" not in said, said
