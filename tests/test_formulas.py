"""The worked examples of docs/how-scores-work.md are what the code computes."""

import re
from pathlib import Path

import pytest

from chainmatch.decision.gaps import survey
from chainmatch.decision.scoring import contributions, score
from chainmatch.decision.shortlist import select
from chainmatch.matching.fit_model import FitModel
from chainmatch.util.missing import saturating
from evidence import pieces, summary

PAGE = Path(__file__).parent.parent / "docs" / "how-scores-work.md"
ROW = re.compile(r"^\| `([^`]+)` \| .+ \| (\d\.\d{4}) \|$", re.M)
WRITTEN = {name: float(value) for name, value in ROW.findall(PAGE.read_text("utf-8"))}


@pytest.fixture
def found(world):
    return survey(world.graph, world.local_fits, world.locals, world.profile, world.target_fits)


@pytest.fixture
def scores(world, found):
    links, targets = world.links, world.targets
    table = score(targets, world.target_fits, found, links, world.profile, world.graph)
    return table.set_index("firm_id", drop=False)


def computed_fit() -> dict[str, float]:
    model = FitModel({}, {}, 100_000, {"甲": 100, "乙": 1})
    third = pieces(("scope", 0, 0.9, 2))
    return {
        "specificity, 1 in 1,000": model.specificity("甲"),
        "specificity, 1 in 100,000": model.specificity("乙"),
        "lead, third item": summary(third, items=3).lead,
    }


def computed_gaps(found) -> dict[str, float]:
    expected = found.coverage.groupby("node")["weight"].sum()
    weight = found.coverage.set_index("firm_id")["weight"]
    anchor = found.anchors.set_index("firm_id")["anchor"]
    making = found.gaps.set_index("node").loc["making"]
    parts = ("pull", "structure", "feasibility", "supply", "score")
    return {
        "size(L1)": weight["L1"] / 0.9,
        **{f"E({node})": expected.get(node, 0.0) for node in ("garden", "making", "drinks")},
        **{f"p({node})": saturating(expected[node], 3.0) for node in ("garden", "drinks")},
        **{f"{part}(making)": making[part] for part in parts},
        **{f"anchor({firm})": anchor[firm] for firm in ("L1", "L4")},
    }


def computed_scores(scores) -> dict[str, float]:
    first, third = scores.loc["T1"], scores.loc["T3"]
    columns = {"region": "region_part", "name": "name_part"}
    parts = ("sector", "gap", "partners", "region", "scale", "name", "score")
    return {
        **{f"{part}(T1)": first[columns.get(part, part)] for part in parts},
        **{f"{key}(T3)": third[key] for key in ("score", "low", "high")},
        "adds(T2)": scores.loc["T2", "score"] * 0.8,
        "adds(T4)": scores.loc["T4", "score"],
    }


def test_every_number_of_the_page_is_what_the_code_computes(found, scores):
    computed = computed_fit() | computed_gaps(found) | computed_scores(scores)
    assert computed.keys() == WRITTEN.keys()
    for name, value in computed.items():
        assert WRITTEN[name] == pytest.approx(value, abs=0.000051), name


def test_the_summands_of_the_score_are_its_contributions(world, scores):
    added = contributions(scores.loc["T1"], world.profile.weights)
    summands = " + ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in added.values())
    assert f"| {summands} |" in PAGE.read_text("utf-8")


def test_kinds_and_states_of_the_page(found):
    gaps = found.gaps.set_index("node")
    assert dict(gaps["status"]) == {
        "garden": "strong",
        "making": "missing",
        "drinks": "weak",
        "machines": "missing",
        "packaging": "missing",
    }
    assert dict(gaps["kind"][gaps["kind"] != ""]) == {
        "making": "fill",
        "drinks": "strengthen",
        "machines": "start",
        "packaging": "extend",
    }


def test_the_third_place_goes_to_another_node(world, scores):
    profile = world.profile_with(entry=world.profile.entry.model_dump() | {"limited": False})
    chosen = select(scores.reset_index(drop=True), profile, top=3)
    assert chosen["firm_id"].tolist() == ["T1", "T3", "T4"]
    assert scores.loc["T2", "score"] > scores.loc["T3", "score"]


def test_the_weights_of_the_page_are_the_defaults(world):
    text = PAGE.read_text("utf-8")
    for weights in (world.profile.weights, world.profile.gap_weights):
        assert ", ".join(f"{w:.2f}" for w in weights.model_dump().values()) in text
