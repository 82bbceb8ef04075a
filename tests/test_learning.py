"""Learning from outcomes, on simulated visits whose true weights are known."""

import math

import numpy as np
import pandas as pd
import pytest
import yaml
from openpyxl import load_workbook

from chainmatch.cli import main
from chainmatch.decision.learning import evaluate, learn_weights, read_returned, with_weights
from chainmatch.decision.mean import weighted_mean
from chainmatch.errors import OptionError, TableError
from chainmatch.parts import PARTS
from chainmatch.pipeline.rank import rank
from chainmatch.profile import Weights, profile_text, read_profile
from chainmatch.report.folder import write_report
from chainmatch.schema.columns import TABLES, titles
from chainmatch.util.resources import data_folder

COLUMNS = [part.column for part in PARTS]
NAMES = [part.name for part in PARTS]
TRUE = {
    "fit": 0.05, "substance": 0.05, "transferability": 0.05, "resources": 0.05, "gap": 0.05,
    "partners": 0.45, "region": 0.30, "kinship": 0.0,
}  # fmt: skip
OLD = Weights()


def visits(size, true=TRUE, sharp=25.0, seed=5, unknown=0.0):
    """A returned shortlist: parts at random, success by the true weights."""
    random = np.random.default_rng(seed)
    parts = random.random((size, len(PARTS)))
    worth = parts @ [true[part] for part in NAMES]
    success = random.random(size) < 1 / (1 + np.exp(-sharp * (worth - 0.5)))
    parts[random.random(parts.shape) < unknown] = math.nan
    table = pd.DataFrame("", columns=list(TABLES["shortlist"]), index=range(size))
    table["firm_id"] = [f"F{i:05}" for i in range(size)]
    table["name"] = [f"第{i}有限公司" for i in range(size)]
    table["rank"] = range(1, size + 1)
    table[COLUMNS] = parts
    table["score"] = weighted_mean(parts, np.array(list(OLD.model_dump().values())))
    signed = random.random(size) < 0.3
    table["结果"] = np.where(success, np.where(signed, "签约", "在谈"), "拒绝")
    return table


def distance(weights, true=TRUE):
    return sum(abs(weights[part] - true[part]) for part in NAMES)


# --- learning ------------------------------------------------------------------------------------


def test_many_outcomes_bring_back_the_true_weights():
    lesson = learn_weights(read_returned([visits(4000)]), OLD)
    assert distance(lesson.weights) < 0.08
    assert sum(lesson.weights.values()) == pytest.approx(1)
    assert lesson.better
    assert lesson.learned.auc > lesson.old.auc > lesson.capital.auc
    assert lesson.learned.lift[10] > 1


@pytest.mark.parametrize("seed", range(4))
def test_a_few_hundred_move_the_weights_the_right_way(seed):
    lesson = learn_weights(read_returned([visits(300, seed=seed, unknown=0.1)]), OLD)
    assert distance(lesson.weights) < 0.6 * distance(OLD.model_dump())
    assert lesson.better


def test_where_outcomes_say_nothing_the_weights_hardly_move():
    blind = visits(300, sharp=0.0)
    lesson = learn_weights(read_returned([blind]), OLD)
    assert all(0 <= weight <= 1 for weight in lesson.weights.values())
    assert lesson.learned.auc < 0.6  # no figure of its own making


def test_outcomes_by_the_old_weights_keep_them():
    same = OLD.model_dump()
    lesson = learn_weights(read_returned([visits(400, true=same)]), OLD)
    assert distance(lesson.weights, same) < 0.25


def test_no_weight_is_negative():
    """Where a part speaks against success, its weight is 0 and not less."""
    table = visits(600)
    table["substance"] = 1 - table["partners"]
    assert learn_weights(read_returned([table]), OLD).weights["substance"] == 0


def test_the_same_outcomes_in_any_order_teach_the_same():
    table = visits(120)
    shuffled = table.sample(frac=1, random_state=1)
    assert learn_weights(read_returned([table]), OLD) == learn_weights(
        read_returned([shuffled]), OLD
    )


def test_too_few_are_refused_with_what_is_missing():
    few = visits(200)
    won, lost = few[few["结果"] != "拒绝"], few[few["结果"] == "拒绝"]
    returned = read_returned([pd.concat([won.head(7), lost.head(20)])])
    with pytest.raises(OptionError, match="还差13家结果、3家签约或在谈。"):
        learn_weights(returned, OLD)
    with pytest.raises(OptionError, match="还差10家拒绝"):
        learn_weights(read_returned([won.head(60)]), OLD)


# --- judging -------------------------------------------------------------------------------------


def judged(outcomes, scores, substance=None):
    table = visits(len(outcomes)).assign(score=scores, 结果=outcomes)
    return read_returned([table.assign(substance=scores if substance is None else substance)])


def test_the_figures_by_hand():
    returned = judged(["签约", "拒绝", "在谈", "拒绝"], [0.9, 0.8, 0.7, 0.6], [0.1, 0.4, 0.2, 0.3])
    orders = evaluate(returned, ks=(2, 9))
    score = orders["score"]
    assert score.auc == 0.75  # of four pairs one stands the wrong way
    assert score.precision == {2: 0.5}  # 9 is more than there are
    assert score.lift == {2: 1.0}
    best = 2 + 1 / math.log2(3)
    assert score.ndcg == pytest.approx((2 + 1 / math.log2(4)) / best)
    assert orders["capital"].auc == 0.0


def test_a_perfect_order_and_ties():
    perfect = judged(["签约", "在谈", "拒绝"], [0.9, 0.8, 0.1])
    assert evaluate(perfect)["score"][0] == evaluate(perfect)["score"].ndcg == 1.0
    assert evaluate(judged(["签约", "拒绝"], [0.5, 0.5]))["score"].auc == 0.5
    with pytest.raises(OptionError, match="还差1家拒绝"):
        evaluate(judged(["签约", "在谈"], [0.5, 0.4]))


# --- reading -------------------------------------------------------------------------------------


def test_csv_and_chinese_titles_and_blank_cells(tmp_path):
    table = visits(6)
    table.loc[0, "结果"] = ""
    table.loc[1, "结果"] = "未联系"
    table.loc[2, "substance"] = math.nan
    plain, chinese = tmp_path / "a.csv", tmp_path / "b.csv"
    table.to_csv(plain, index=False, encoding="utf-8-sig")
    table.rename(columns=titles("shortlist")).to_csv(chinese, index=False, encoding="gb18030")
    for file in (plain, chinese):
        found = read_returned([file])
        assert list(found["firm_id"]) == ["F00002", "F00003", "F00004", "F00005"]
        assert math.isnan(found["substance"][0])
        assert found["score"].tolist() == pytest.approx(table["score"].tolist()[2:])


def test_a_firm_that_comes_back_twice_counts_by_its_last_outcome(tmp_path):
    first, second = visits(2).assign(结果="在谈"), visits(1).assign(结果="签约")
    found = read_returned([first, second]).set_index("firm_id")["outcome"]
    assert found.to_dict() == {"F00000": "签约", "F00001": "在谈"}


def test_other_words_and_other_files_are_refused(tmp_path):
    file = tmp_path / "a.csv"
    visits(3).assign(结果=["签约", "谈崩了", ""]).to_csv(file, index=False)
    with pytest.raises(TableError, match=r"a\.csv”第 3 行：结果写的是“谈崩了”"):
        read_returned([file])
    visits(3).drop(columns="结果").to_csv(file, index=False)
    with pytest.raises(TableError, match="缺少列 结果"):
        read_returned([file])


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """The workbook of the sample run with 结果 filled in, as an officer returns it."""
    sample = data_folder("sample")
    run = rank(sample / "targets.xlsx", sample / "local.csv")
    folder = write_report(run, tmp_path_factory.mktemp("run") / "out")
    path = folder / "精准招商清单.xlsx"
    book = load_workbook(path)
    sheet = book["目标企业清单"]
    header = [cell.value for cell in sheet[3]]
    column = header.index("结果") + 1
    for number in range(len(run.shortlist)):
        sheet.cell(4 + number, column, ("签约", "拒绝", "未联系")[number % 3])
    book.save(path)
    return path, run.shortlist


def test_the_workbook_comes_back(workbook):
    path, shortlist = workbook
    found = read_returned([path])
    kept = shortlist[[number % 3 != 2 for number in range(len(shortlist))]]
    assert list(found["firm_id"]) == list(kept["firm_id"])
    for column in COLUMNS:
        assert found[column].tolist() == pytest.approx(kept[column].tolist(), nan_ok=True)


# --- the profile ---------------------------------------------------------------------------------

NEW = {
    "fit": 0.11, "substance": 0.22, "transferability": 0.17, "resources": 0.14, "gap": 0.15,
    "partners": 0.11, "region": 0.05, "kinship": 0.05,
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        profile_text(),
        "name: 县\nhome: {province: 陕西, city: 商洛}\n",
        "name: 县\nweights: {fit: 1, gap: 2}  # 一行\nhome: {province: 陕西, city: 商洛}\n",
        "weights: {fit: 1,\n  gap: 2}\nname: 县\nhome: {province: 陕西, city: 商洛}\n",
        "weights:\n\n  # 注\n  gap: 2   # 缺口\nname: 县\nhome: {province: 陕西, city: 商洛}",
    ],
)
def test_only_the_weights_change(text, tmp_path):
    file = tmp_path / "p.yaml"
    file.write_text(text, encoding="utf-8")
    before = read_profile(file).model_dump()
    file.write_text(with_weights(text, NEW), encoding="utf-8")
    assert read_profile(file).model_dump() == before | {"weights": NEW}


def test_comments_stay():
    text = "weights:  # 权重\n  gap: 2   # 缺口\n  fit: 1\n# 完\nname: 县\n"
    lines = with_weights(text, NEW).splitlines()
    assert "  gap: 0.15   # 缺口" in lines and "  fit: 0.11" in lines
    assert lines[0] == "weights:  # 权重" and lines[-2:] == ["# 完", "name: 县"]
    # Of a profile that leaves them out everything else stays as it was written.
    head, tail = profile_text().split("weights: {}\n", maxsplit=1)
    new = with_weights(profile_text(), NEW)
    assert new.startswith(head) and new.endswith(tail)


# --- the commands --------------------------------------------------------------------------------


def test_the_commands(tmp_path, capsys):
    file, out, own = tmp_path / "a.csv", tmp_path / "new.yaml", tmp_path / "own.yaml"
    assert main(["profile", "new", "--out", str(own)]) == 0
    assert own.read_text(encoding="utf-8") == profile_text()
    assert main(["profile", "new", "--out", str(own)]) == 2
    assert "已有这个文件" in capsys.readouterr().err
    visits(300).to_csv(file, index=False)
    learn = ["learn", str(file), "--profile", str(own), "--out", str(out)]
    assert main(learn) == 0
    assert "原权重　AUC" in capsys.readouterr().out
    written = yaml.safe_load(out.read_text(encoding="utf-8"))["weights"]
    assert distance(written) < distance(OLD.model_dump())
    assert main(["evaluate", str(file)]) == 0
    assert "按资本排　AUC" in capsys.readouterr().out
    visits(30).to_csv(file, index=False)
    assert main(learn) == 2
    assert "还差10家结果" in capsys.readouterr().err


@pytest.mark.parametrize("seed", range(3))
def test_weights_that_are_no_better_are_not_written(tmp_path, capsys, seed):
    """Sixty visits that went by the old weights give no reason to leave them."""
    file, out = tmp_path / "a.csv", tmp_path / "new.yaml"
    visits(60, true=OLD.model_dump(), sharp=12.0, seed=seed).to_csv(file, index=False)
    assert main(["learn", str(file), "--out", str(out)]) == 0
    assert "未写出" in capsys.readouterr().out
    assert not out.exists()
