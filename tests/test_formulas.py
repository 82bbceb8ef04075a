"""The worked examples of docs/how-scores-work.md are what the code computes."""

import re
from pathlib import Path

import pytest
import yaml

from chainmatch.decision.gaps import survey
from chainmatch.decision.mean import contributions
from chainmatch.decision.scoring import score
from chainmatch.decision.shortlist import obstacle, select
from chainmatch.matching.fit_model import FitModel
from chainmatch.parts import GAP_PARTS, PARTS
from chainmatch.profile import Profile
from chainmatch.util.missing import saturating
from evidence import columns, summary
from teacounty import county_world

PAGE = Path(__file__).parent.parent / "docs" / "how-scores-work.md"
TEXT = PAGE.read_text("utf-8")
ROW = re.compile(r"^\| `([^`]+)` \| .+ \| (\d\.\d{4}) \|$", re.M)
WRITTEN = {name: float(value) for name, value in ROW.findall(TEXT)}
WEIGHT = re.compile(r"^\| `(\w+)` \| (\S+) \| (0\.\d\d) \| (–|[\d.]+) \| .+ \|$", re.M)


@pytest.fixture
def tea(world):
    return county_world(world)


@pytest.fixture
def found(tea):
    return survey(tea.graph, tea.local_fits, tea.locals, tea.profile, tea.target_fits)


@pytest.fixture
def scores(tea, found):
    links, targets = tea.links, tea.targets
    table = score(targets, tea.target_fits, found, links, tea.profile, tea.graph)
    return table.set_index("firm_id", drop=False)


def computed_fit() -> dict[str, float]:
    model = FitModel({}, {}, 100_000, {"甲": 100, "乙": 1})
    third = columns(("scope", 0, 0.9, 2))
    return {
        "specificity, 1 in 1,000": model.specificity("甲"),
        "specificity, 1 in 100,000": model.specificity("乙"),
        "lead, third item": summary(third, items=3).lead,
    }


def computed_gaps(found) -> dict[str, float]:
    own = found.coverage[found.coverage["covers"]]
    amount = own.groupby("node")["weight"].sum()
    size = own.set_index("firm_id")["size"]
    anchor = found.anchors.set_index("firm_id")["anchor"]
    gaps = found.gaps.set_index("node")
    parts = [part.column for part in GAP_PARTS]
    return {
        **{f"size({firm})": size[firm] for firm in ("L1", "L2")},
        **{f"E({node})": amount.get(node, 0.0) for node in ("garden", "making", "drinks")},
        **{f"p({node})": saturating(amount[node], 2.0) for node in ("garden", "drinks")},
        **{f"{part}(making)": gaps.loc["making", part] for part in (*parts, "score")},
        "resources(drinks)": gaps.loc["drinks", "resources"],
        "demand(packaging)": gaps.loc["packaging", "demand"],
        **{f"score({node})": gaps.loc[node, "score"] for node in ("machines", "garden")},
        **{f"anchor({firm})": anchor[firm] for firm in ("L1", "L4")},
    }


def computed_scores(scores) -> dict[str, float]:
    first, third = scores.loc["T1"], scores.loc["T3"]
    return {
        **{f"{part.name}(T1)": first[part.column] for part in PARTS},
        "score(T1)": first["score"],
        **{f"{key}(T3)": third[key] for key in ("score", "low", "high")},
        "gap(T4)": scores.loc["T4", "gap"],
        "transferability(T5)": scores.loc["T5", "transferability"],
        "adds(T1)": first["score"],
        "adds(T2)": scores.loc["T2", "score"] * 0.97,
    }


def test_every_number_of_the_page_is_what_the_code_computes(found, scores):
    computed = computed_fit() | computed_gaps(found) | computed_scores(scores)
    assert computed.keys() == WRITTEN.keys()
    for name, value in computed.items():
        assert WRITTEN[name] == pytest.approx(value, abs=0.000051), name


def test_the_summands_of_the_score_are_its_contributions(tea, scores):
    added = contributions(scores.loc["T1"], tea.profile.weights.model_dump())
    summands = " + ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in added.values())
    assert f"| {summands} |" in TEXT


def test_kinds_and_states_of_the_page(found):
    gaps = found.gaps.set_index("node")
    assert gaps[["status", "kind", "way"]].to_dict("index") == {
        "garden": {"status": "present", "kind": "strengthen", "way": "grow"},
        "machines": {"status": "missing", "kind": "start", "way": "recruit"},
        "making": {"status": "missing", "kind": "fill", "way": "recruit"},
        "packaging": {"status": "weak", "kind": "strengthen", "way": "recruit"},
        "drinks": {"status": "weak", "kind": "strengthen", "way": "recruit"},
    }


def test_the_list_of_the_page(tea, scores):
    entry = tea.profile.entry.model_dump() | {"limited": False}  # names of the example are short
    profile = tea.profile_with(entry=entry)
    chosen = select(scores.reset_index(drop=True), profile)
    assert chosen["firm_id"].tolist() == ["T1", "T2"]
    barred = {row["firm_id"]: obstacle(row, profile.entry) for row in scores.to_dict("records")}
    titles = {part.name: part.title for part in PARTS}
    for firm, part in (("T3", "substance"), ("T4", "gap"), ("T5", "transferability")):
        assert barred[firm].startswith(titles[part])


def test_weights_levels_and_titles_of_the_page_are_those_of_the_registry():
    registered = [
        (part.name, part.title, f"{part.weight:.2f}", f"{part.weak:g}" if part.weak else "–")
        for part in (*GAP_PARTS, *PARTS)
    ]
    assert WEIGHT.findall(TEXT) == registered


def test_the_profile_and_the_levels_of_the_page_are_those_of_the_example(tea):
    block = yaml.safe_load(TEXT.split("```yaml\n")[1].split("```")[0])
    told = Profile.model_validate({"name": "茶县", "home": tea.profile.home.model_dump()} | block)
    own = tea.profile
    for key in ("resources", "projects", "priorities", "zones"):
        assert getattr(told, key) == getattr(own, key)
    assert told.endowments == {k: v for k, v in own.endowments.items() if v is not None}
    for key in ("fit", "gap", "substance", "transferability"):
        assert f"`entry.{key}` ({getattr(own.entry, key):g})" in TEXT
    for key in ("fit", "present", "strong"):
        assert f"`levels.{key}` ({getattr(own.levels, key):g})" in TEXT
    assert f"`capacity.repeat` ({own.capacity.repeat:g})" in TEXT
