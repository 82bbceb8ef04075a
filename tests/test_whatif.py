"""What-if: the answers are those of a run on lists that were changed so."""

import json
import math
import re
from dataclasses import replace
from itertools import combinations, islice, pairwise, permutations
from pathlib import Path

import pandas as pd
import pytest

import chainmatch
from chainmatch.cli import main
from chainmatch.decision import gates
from chainmatch.decision.coverage import amounts_of
from chainmatch.decision.gaps import survey
from chainmatch.decision.scoring import score
from chainmatch.decision.shortlist import select
from chainmatch.errors import RunError
from chainmatch.identity.resolution import Resolution
from chainmatch.pipeline.rank import rank
from chainmatch.profile import Profile, read_profile
from chainmatch.report.files import write_csv
from chainmatch.run import Run
from chainmatch.scenarios.askable import facts_of
from chainmatch.scenarios.bench import Bench, State
from chainmatch.scenarios.bringing import length_of, with_firms_here
from chainmatch.scenarios.lifting import lift
from chainmatch.schema.columns import CONTRACT, TABLES
from chainmatch.schema.records import written
from chainmatch.tables import Reading, read_firms, read_leads
from chainmatch.util.resources import data_folder
from conftest import link_table, tea_world

# --- runs to ask -----------------------------------------------------------------------------


def tea_run(world=None) -> Run:
    """The run of the tea world; no list was read."""
    w = world or tea_world()
    for _, data in w.graph.nodes(data=True):
        data["false_friends"] = ()  # what the matcher reads beside the rest
    w.graph.graph["chains"]["tea"]["names"] = ()
    nothing = pd.DataFrame(columns=list(TABLES["duplicates"]))
    found = survey(w.graph, w.local_fits, w.locals, w.profile, w.target_fits)
    excluded = gates.check(w.targets, w.links, w.target_fits, w.profile, w.graph)
    passed = w.targets[~w.targets["firm_id"].isin(excluded["firm_id"])]
    scores = score(passed, w.target_fits, found, w.links, w.profile, w.graph)
    return Run(
        w.graph, w.profile, None, None, None, Resolution(w.targets, nothing, w.links),
        Resolution(w.locals, nothing, link_table()), w.target_fits, w.local_fits, found, excluded,
        scores, select(scores, w.profile), pd.DataFrame(columns=list(TABLES["leads"])), {},
    )  # fmt: skip


def thinned(reading: Reading, step: int) -> Reading:
    return replace(reading, table=reading.table.iloc[::step].reset_index(drop=True))


class Sample:
    """A fifth of the sample that ships, and what ranking it with other rows gives."""

    def __init__(self) -> None:
        folder = data_folder("sample")
        shipped = read_profile()
        few = shipped.capacity.model_copy(update={"per_gap": 2})  # so that limits keep firms out
        self.profile = shipped.model_copy(update={"capacity": few})
        self.targets = thinned(read_firms(folder / "targets.xlsx"), 5)
        self.local = thinned(read_firms(folder / "local.csv"), 2)
        self.leads = thinned(read_leads(folder / "leads.xlsx"), 5)
        self.run = self.rank(self.targets.table)

    def rank(self, targets: pd.DataFrame, local: pd.DataFrame | None = None, profile=None) -> Run:
        readings = [
            replace(self.targets, table=targets),
            self.local if local is None else replace(self.local, table=local),
        ]
        return rank(*readings, self.leads, profile=profile or self.profile)

    def with_cells(self, firm: str, cells: dict) -> Run:
        table = self.targets.table.copy()
        for column, value in cells.items():
            table.loc[table["firm_id"].eq(firm), column] = value
        return self.rank(table)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return Sample()


# --- laws of coming --------------------------------------------------------------------------


def test_bringing_firms_never_lowers_the_coverage_of_a_node():
    run = tea_run()
    before = amounts_of(run.survey.coverage)
    targets = run.candidates.firms["firm_id"].tolist()
    for ids in (some for size in (1, 2, 5) for some in combinations(targets, size)):
        after = amounts_of(with_firms_here(run, ids, length_of(run)).survey.coverage)
        assert all(after[node] >= amount for node, amount in before.items())


def test_bringing_none_changes_nothing():
    found = chainmatch.whatif([], tea_run())
    assert [name for name, table in found.tables().items() if len(table)] == []
    assert found.lift is None


def test_the_order_of_the_names_does_not_matter():
    run = tea_run()
    names = islice(permutations(["T1", "T3", "T5"]), 1, None, 2)
    texts = {chainmatch.whatif(ids, run).text() for ids in names}
    assert len(texts) == 1


def test_a_firm_that_fills_a_gap_pulls_those_beside_it():
    gaps = chainmatch.whatif("T1", tea_run()).gaps.set_index("node")
    assert gaps.loc["making", ["change", "side", "status_before"]].tolist() == [
        "补上",
        "本环节",
        "missing",
    ]
    assert gaps.loc["making", "coverage_after"] == pytest.approx(0.9 * math.log10(500) / 2)
    assert gaps.loc["machines", "side"] == "上游"
    assert gaps.loc["machines", "score_after"] > gaps.loc["machines", "score_before"]
    assert (gaps.loc["machines", "kind_before"], gaps.loc["machines", "kind_after"]) == (
        "start",
        "extend",
    )


def test_it_is_what_a_run_on_moved_rows_gives(sample):
    ids = sample.run.shortlist["firm_id"].iloc[[0, 4, 9]].tolist()
    moved = sample.targets.table["firm_id"].isin(ids)
    again = sample.rank(
        sample.targets.table[~moved],
        pd.concat([sample.local.table, sample.targets.table[moved]], ignore_index=True),
    )
    found = with_firms_here(sample.run, ids, length_of(sample.run))
    pairs = [
        (found.survey.gaps, again.survey.gaps),
        (found.survey.anchors, again.survey.anchors),
        (found.excluded, again.excluded),
        (found.scores, again.scores),
        (found.shortlist, again.shortlist),
        (found.lead_matches, again.lead_matches),
    ]
    for one, other in pairs:
        pd.testing.assert_frame_equal(one, other, check_dtype=False)


def test_moves_and_contributions_explain_the_list(sample):
    run = sample.run
    chosen = run.shortlist["firm_id"].iloc[[1, 3]].tolist()
    found = chainmatch.whatif(chosen, run)
    after = with_firms_here(run, chosen, length_of(run))
    moves = found.moves.set_index("firm_id")
    came = moves.index[moves["move"].eq("引进")]
    left, entered = (set(moves.index[moves["move"].eq(move)]) for move in ("退出", "新进"))
    assert set(came) == set(chosen)
    assert set(run.shortlist["firm_id"]) - set(came) - left | entered == set(
        after.shortlist["firm_id"]
    )
    assert moves["why"].str.endswith("。").all()
    scores = [side.set_index("firm_id")["score"] for side in (run.scores, after.scores)]
    for firm, rows in found.scores.groupby("firm_id"):
        added = math.fsum(rows["added_after"]) - math.fsum(rows["added_before"])
        assert added == pytest.approx(scores[1][firm] - scores[0][firm], abs=1e-12)


def test_a_firm_that_is_here_already_is_not_counted_twice():
    world = tea_world()
    run = tea_run(world.but(links=link_table(("T5", "L1", "same", 0.97))))
    found = chainmatch.whatif("T5", run)
    assert found.firms.empty
    assert found.gaps.empty
    assert "已在本地" in found.notes[0]
    assert found.lift.barred.startswith("未通过准入条件“已在本地”")


# --- what would lift a firm ------------------------------------------------------------------


def unlisted(sample: Sample) -> pd.DataFrame:
    """Scored firms off the list, those first that lack one thing only."""
    scores, entry = sample.run.scores, sample.profile.entry
    rest = scores[~scores["firm_id"].isin(sample.run.shortlist["firm_id"])]
    parts = ("fit", "gap", "substance", "transferability")
    lacks = sum(~rest[part].ge(getattr(entry, part)) for part in parts)
    return rest.assign(lacks=lacks).sort_values(["lacks", "score"], ascending=[True, False])


def doubted(pool: pd.DataFrame) -> pd.DataFrame:
    return pool[pool["grade"].eq("uncertain") & pool["lacks"].le(2) & pool["gap"].gt(0.2)]


def one_level_less(changes: dict) -> dict | None:
    """The same cells one level below, where a level is a number."""
    if "capital" in changes:
        return {**changes, "capital": changes["capital"] - 1}
    return None


def test_a_single_fact_lifts_the_firm_in_a_run_of_its_own(sample):
    pool = unlisted(sample)
    asked = [
        pool["firm_id"].iloc[0],
        pool.loc[pool["lacks"].eq(1) & pool["substance"].lt(0.4), "firm_id"].iloc[0],
        doubted(pool)["firm_id"].iloc[0],
    ]
    tried = 0
    for firm in asked:
        found = lift(sample.run, firm, 30)
        ways = found.ways[found.ways["kind"].isin(["fact", "pair"])]
        assert ways["score"].is_monotonic_increasing
        for way in ways.head(2).to_dict("records"):
            tried += 1
            chosen = sample.with_cells(firm, way["changes"]).shortlist.set_index("firm_id")
            assert chosen.loc[firm, "rank"] == way["place"]
            assert chosen.loc[firm, "score"] == pytest.approx(way["score"], abs=1e-12)
            less = one_level_less(way["changes"])
            if less:
                assert firm not in sample.with_cells(firm, less).shortlist["firm_id"].tolist()
    assert tried >= 4


def test_two_facts_where_one_is_not_enough(sample):
    """A firm of the list, made small and never converted to a company, needs both."""
    listed = sample.run.shortlist
    firm, name = listed.loc[listed["name"].str.endswith("有限公司"), ["firm_id", "name"]].iloc[0]
    table = sample.targets.table.copy()
    cells = {
        "name": name.replace("有限公司", "厂"),
        "capital": 60.0,
        "currency": "CNY",
        "honours": "",
    }
    for column, value in cells.items():
        table.loc[table["firm_id"].eq(firm), column] = value
    found = lift(sample.rank(table), firm, 30)
    assert "fact" not in found.ways["kind"].tolist()
    way = found.ways[found.ways["kind"].eq("pair")].iloc[0]
    assert "name" in way["changes"]
    for some in ([*way["changes"]], *([column] for column in way["changes"])):
        again = table.copy()
        for column in some:
            again.loc[again["firm_id"].eq(firm), column] = way["changes"][column]
        places = sample.rank(again).shortlist.set_index("firm_id")["rank"]
        assert places.get(firm, 0) == (way["place"] if len(some) > 1 else 0)


def changed(profile: Profile, key: str, value: float) -> Profile:
    section, name = key.split(".")
    tree = profile.model_dump()
    if section == "priorities":
        tree[section] = [*tree[section], {"what": name, "weight": value}]
    else:
        tree[section] = {**tree[section], name: value}
    return Profile.model_validate(tree)


def test_the_profile_that_is_named_lifts_the_firm(sample):
    pool = unlisted(sample)
    limited = pool["name"].str.contains("有限") & pool["grade"].ne("uncertain")
    entry = sample.profile.entry
    asked = [
        pool.loc[limited & pool["lacks"].eq(0), "firm_id"].iloc[0],
        pool.loc[limited & pool["lacks"].eq(1) & pool["gap"].lt(entry.gap), "firm_id"].iloc[0],
    ]
    kinds = set()
    for firm in asked:
        ways = lift(sample.run, firm, 30).ways
        for way in ways[ways["kind"].eq("profile")].to_dict("records"):
            ((key, value),) = way["changes"].items()
            kinds.add(key.split(".")[0])
            again = sample.rank(sample.targets.table, profile=changed(sample.profile, key, value))
            assert again.shortlist.set_index("firm_id").loc[firm, "rank"] == way["place"]
    assert kinds == {"entry", "priorities", "capacity", "weights"}


def test_the_score_from_which_a_firm_is_chosen_is_sharp(sample):
    firm = unlisted(sample)["firm_id"].iloc[0]
    found = lift(sample.run, firm, 30)
    bench = Bench(sample.run, firm, 30)
    row = bench.try_one(State()).row
    places = bench.places(row, [found.threshold - 1e-6, found.threshold])
    assert (places[0], bool(places[1])) == (0, True)
    for need in found.needs.dropna(subset=["needed"]).to_dict("records"):
        assert not need["needed"] <= need["value"]


def test_whoever_passes_at_a_level_passes_at_every_later_one(sample):
    firm = unlisted(sample).query("substance < 0.4 and lacks == 1")["firm_id"].iloc[0]
    bench = Bench(sample.run, firm, 30)
    facts = facts_of(
        bench.row, bench.fits, sample.run.survey.county, sample.run.graph, TABLES["firms"]
    )
    for fact in facts:
        levels = list(fact.levels)[:: max(1, len(fact.levels) // 20)]
        verdicts = bench.try_many([State().but(fact.change(v), read=fact.read) for v in levels])
        assert all(a.place == 0 or b.place for a, b in pairwise(verdicts))


def test_what_lifts_a_gate_lifts_it_in_a_run_of_its_own(sample):
    stopped = sample.run.excluded
    lifted = {}
    for gate in ("县情不接收", "登记状态异常"):
        firm = stopped.loc[stopped["gate"].eq(gate), "firm_id"].iloc[0]
        lifted[gate] = lift(sample.run, firm, 30)
        assert lifted[gate].barred.startswith(f"未通过准入条件“{gate}”")
        assert lifted[gate].lifted
    found = lifted["登记状态异常"]
    if found.score == found.score:
        again = sample.with_cells(found.firm_id, {"status": "存续"})
        row = again.scores.set_index("firm_id").loc[found.firm_id]
        assert row["score"] == pytest.approx(found.score, abs=1e-12)


def test_a_branch_is_told_that_nothing_lifts_its_gate(sample):
    stopped = sample.run.excluded
    firm = stopped.loc[stopped["gate"].eq("分支机构"), "firm_id"].iloc[0]
    found = lift(sample.run, firm, 30)
    assert (found.lifted, found.ways.empty, math.isnan(found.score)) == ((), True, True)
    assert "总公司" in found.stuck or "总部" in found.stuck


def test_a_firm_on_the_list_needs_nothing(sample):
    firm = sample.run.shortlist["firm_id"].iloc[2]
    found = lift(sample.run, firm, 30)
    assert (found.place, found.barred, len(found.ways)) == (3, "", 0)
    assert found.score >= found.threshold


def test_the_page_shows_what_the_sample_gives():
    page = (Path(__file__).parent.parent / "docs" / "what-if.md").read_text(encoding="utf-8")
    firm = re.search('whatif "(.+)" --run', page)[1]
    folder = data_folder("sample")
    run = chainmatch.rank(folder / "targets.xlsx", folder / "local.csv", folder / "leads.xlsx")
    assert f"```text\n{chainmatch.whatif(firm, run).text()}\n```" in page


# --- names, folders, the command -------------------------------------------------------------


def test_an_unknown_name_is_answered_with_those_that_are_near():
    with pytest.raises(RunError, match="名称相近的有：杭州龙舌制茶公司"):
        chainmatch.whatif("龙舌制茶厂", tea_run())
    with pytest.raises(RunError, match="已经是本地企业"):
        chainmatch.whatif("云岭茶园公司", tea_run())


def test_a_run_in_pieces_is_refused():
    with pytest.raises(RunError, match="分段运算"):
        chainmatch.whatif("T1", replace(tea_run(), gates={}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a run on small lists, as far as a what-if reads it; the lists beside it."""
    place = tmp_path_factory.mktemp("whatif")
    sample = data_folder("sample")
    lists = {"targets.csv": sample / "targets.xlsx", "local.csv": sample / "local.csv"}
    for name, source in lists.items():
        table = read_firms(source).table.iloc[:150]
        kept = [
            "name",
            "code",
            "province",
            "city",
            "capital",
            "scope",
            "products",
            "address",
            "honours",
        ]
        write_csv(table[kept], place / name)
    return ranked_into(place / "out")


def ranked_into(out: Path, top: int | None = None) -> Path:
    run = chainmatch.rank(out.parent / "targets.csv", out.parent / "local.csv", top=top)
    out.mkdir()
    manifest = {**run.manifest, "contract": CONTRACT}
    (out / "run.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    write_csv(written(run.shortlist), out / "shortlist.csv")
    return out


def test_the_command_reads_the_lists_beside_the_folder(folder, capsys, tmp_path):
    name = pd.read_csv(folder / "shortlist.csv", encoding="utf-8-sig")["name"].iloc[0]
    out = tmp_path / "answer.json"
    assert main(["whatif", name, "--run", str(folder), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert f"{name}已在清单第1位" in said
    assert "注意" not in said
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["firms"][0]["name"] == name
    assert told["lift"]["place"] == 1
    assert (
        main(
            ["whatif", name, "--run", str(folder), "--quiet", "--out", str(out.with_suffix(".csv"))]
        )
        == 0
    )
    assert (tmp_path / "answer.gaps.csv").read_bytes().startswith(b"\xef\xbb\xbfchain,node")
    assert capsys.readouterr().out == ""


def test_a_list_of_another_length_is_computed_at_that_length(folder, capsys):
    short = ranked_into(folder.parent / "short", top=2)
    names = pd.read_csv(folder / "shortlist.csv", encoding="utf-8-sig")["name"].tolist()
    assert len(names) > 2
    assert main(["whatif", names[0], "--run", str(short)]) == 0
    said = capsys.readouterr().out
    assert "注意" not in said
    assert f"新进 {names[2]}" in said


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["没有这家企业有限公司"], "不在这次运算的目标企业中"),
        (["x", "--out", "answer.docx"], "应以 .json 或 .csv 结尾"),
        (["x", "--local", "nowhere.csv"], "nowhere.csv：没有这个文件，请检查 --local"),
        (["x", "--local", "{folder}/../targets.csv"], "内容不同（sha256 不符）"),
        (["x", "--map", "厂名"], "写法应为 列名=字段"),
    ],
)
def test_errors_are_one_line(folder, capsys, arguments, line):
    asked = [argument.format(folder=folder) for argument in arguments]
    assert main(["whatif", *asked, "--run", str(folder)]) == 2
    lines = capsys.readouterr().err.splitlines()
    error = [text for text in lines if not text.startswith("提示：")]  # what was noticed in a list
    assert len(error) == 1
    assert line in error[0]


def test_a_list_that_is_gone_or_changed_is_named(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    away = tmp_path / "elsewhere" / "out"
    away.mkdir(parents=True)
    for file in folder.iterdir():
        (away / file.name).write_bytes(file.read_bytes())
    assert main(["whatif", "x", "--run", str(away)]) == 2
    assert "请用 --targets 指出它现在在哪里" in capsys.readouterr().err
    (tmp_path / "targets.csv").write_text("名称\n甲公司\n", encoding="utf-8")
    assert main(["whatif", "x", "--run", str(away)]) == 2
    assert "内容不同" in capsys.readouterr().err
