import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainmatch.decision import shortlist
from chainmatch.decision.shortlist import (
    Limit,
    contenders,
    greedy,
    group_key,
    obstacle,
    select,
    why_not,
)
from chainmatch.errors import OptionError
from chainmatch.parts import PARTS
from chainmatch.profile import Entry
from chainmatch.schema.columns import TABLES
from chainmatch.schema.records import Point
from conftest import COSTLY

COLUMNS = [part.column for part in PARTS]
EVERYBODY = {"fit": 0, "gap": 0.01, "substance": 0, "transferability": 0}


def scored(*rows: tuple, weights=None) -> pd.DataFrame:
    """Scores of (firm_id, node, score) or (firm_id, node, score, zone, name); all parts equal."""
    lines = []
    for firm, node, value, *rest in rows:
        zone, name = rest or ("", f"{firm * 4}有限公司")
        line = dict.fromkeys(TABLES["scores"], "")
        line |= {"firm_id": firm, "node": node, "zone": zone, "name": name}
        line |= {"grade": "likely", "node_name": node}
        line |= dict.fromkeys([*COLUMNS, "score", "low", "high"], value)
        lines.append(line)
    return pd.DataFrame(lines, columns=list(TABLES["scores"]))


def capacity(world, **changes):
    plain = {"top": 3, "per_gap": 9, "per_zone": None, "per_group": 9, "repeat": 1.0}
    return world.profile_with(capacity=plain | changes, entry=EVERYBODY)


def chosen(world, scores, **changes) -> list[str]:
    return list(select(scores, capacity(world, **changes))["firm_id"])


FOUR = [("A", "x", 0.9), ("B", "x", 0.8), ("C", "x", 0.7), ("D", "y", 0.6)]


def test_without_limits_it_is_the_top_of_the_column(world):
    table = select(scored(*FOUR), capacity(world))
    assert list(table.columns) == list(TABLES["shortlist"])
    assert list(table["firm_id"]) == ["A", "B", "C"]
    assert list(table["rank"]) == [1, 2, 3]


def test_each_further_firm_for_a_node_is_worth_less(world):
    # C would add 0.7 × 0.9² = 0.567, less than D's 0.6.
    assert chosen(world, scored(*FOUR), repeat=0.9) == ["A", "B", "D"]


def test_limits_per_gap_group_and_zone(world):
    assert chosen(world, scored(*FOUR), per_gap=1) == ["A", "D"]
    zones = [
        ("A", "x", 0.9, "长三角", "甲有限公司"),
        ("B", "y", 0.8, "长三角", "乙有限公司"),
        ("C", "z", 0.7, "", "丙有限公司"),
    ]
    assert chosen(world, scored(*zones), per_zone=1) == ["A", "C"]
    kin = [
        ("A", "x", 0.9, "", "杭州龙井坊茶业有限公司"),
        ("B", "y", 0.8, "", "宁波龙井坊食品有限公司"),
        ("C", "z", 0.7, "", "杭州新芽堂茶叶有限公司"),
    ]
    assert chosen(world, scored(*kin), per_group=1) == ["A", "C"]


def test_ties_by_id_and_rank_by_score(world):
    twins = scored(("C", "x", 0.5), ("B", "y", 0.5), ("A", "z", 0.5), ("D", "w", 0.7))
    assert chosen(world, twins) == ["D", "A", "B"]


def test_top_overrides_the_profile_and_must_be_positive(world):
    assert len(select(scored(*FOUR), world.profile, top=2)) == 2
    assert len(select(scored(*FOUR), capacity(world), top=100)) == 4
    for top in (0, -3):
        with pytest.raises(OptionError, match="--top"):
            select(scored(*FOUR), world.profile, top=top)


def test_no_scores_no_list(world):
    table = select(scored(), world.profile)
    assert table.empty
    assert list(table.columns) == list(TABLES["shortlist"])


def test_a_firm_without_a_score_is_not_chosen(world):
    assert chosen(world, scored(("A", "x", math.nan), ("B", "x", 0.1))) == ["B"]


def test_group_key():
    assert group_key("杭州龙井坊茶业有限公司") == group_key("上海龙井坊商贸有限公司")
    # A short brand is common: it makes one group only inside one zone.
    assert group_key("杭州华兴茶业有限公司", "长三角") != group_key("成都华兴茶业有限公司", "成渝")
    assert group_key("杭州华兴茶业有限公司", "长三角") == group_key(
        "宁波华兴食品有限公司", "长三角"
    )


def test_why_not_names_the_limit_and_who_fills_it(world):
    scores = scored(*FOUR)
    rows = scores.set_index("firm_id", drop=False).to_dict("index")
    profile = capacity(world, per_gap=1, top=1)
    assert "AAAA有限公司" in why_not(rows["B"], select(scores, profile), profile)
    assert "最多选1家" in why_not(rows["B"], select(scores, profile), profile)
    assert "不及已入选的1家" in why_not(rows["D"], select(scores, profile), profile)
    zones = capacity(world, per_zone=1)
    assert why_not(rows["D"], select(scores, zones), zones).startswith("片区“未列入片区”")
    folded = capacity(world, repeat=0.5, top=2)
    reason = why_not(rows["B"], select(scores, folded), folded)
    assert "0.400" in reason
    assert "同环节已选1家" in reason


def test_of_a_full_limit_three_are_named(world):
    scores = scored(*((firm, "x", 0.9) for firm in "ABCD"), ("E", "x", 0.5))
    row = scores.set_index("firm_id", drop=False).loc["E"].to_dict()
    for most, tail in ((3, "CCCC有限公司。"), (4, "CCCC有限公司等。")):
        profile = capacity(world, per_gap=most, top=9)
        assert why_not(row, select(scores, profile), profile).endswith(tail)


ENTRY = Entry()
TITLE = {part.name: part.title for part in PARTS}
SHOWN = {
    "fit": 0.9, "gap": 0.5, "substance": 0.5, "transferability": 0.6, "grade": "likely",
    "name": "杭州龙舌制茶有限公司", "node_name": "制茶", "weak_points": (),
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        (
            {part: getattr(ENTRY, part) for part in ("fit", "gap", "substance", "transferability")},
            "",
        ),
        ({"gap": math.nan}, f"{TITLE['gap']}未知，入选要求至少0.4"),
        ({"gap": 0.39}, f"{TITLE['gap']}0.39，低于入选要求0.4"),
        ({"fit": 0.44}, f"{TITLE['fit']}0.44"),
        ({"substance": math.nan}, f"{TITLE['substance']}未知"),
        ({"substance": 0.39}, f"{TITLE['substance']}0.39"),
        ({"transferability": 0.2}, f"{TITLE['transferability']}0.20"),
        ({"transferability": math.nan}, f"{TITLE['transferability']}未知"),
        ({"grade": "uncertain"}, "依据等级为“不确定”，入选要求至少“较可靠”"),
        ({"grade": ""}, "依据等级为“不详”"),
        ({"name": "湖州市粮油储运贸易总公司"}, "未改制"),
        ({"name": "徐州石油机械厂"}, "未改制"),
        ({"name": "石药集团"}, ""),  # a short form says nothing
        ({"name": "上海云岭科技股份公司"}, ""),
        ({"name": "青坪茶叶专业合作社"}, ""),
    ],
)
def test_what_bars_the_entry_and_why(world, changes, said):
    row = SHOWN | changes
    reason = obstacle(row, ENTRY)
    assert said in reason
    assert bool(said) == bool(reason)
    scores = scored(("A", "x", 0.9)).assign(**{k: [v] for k, v in row.items()})
    assert list(select(scores, world.profile)["firm_id"]) == ([] if said else ["A"])
    if said:
        assert why_not(row, select(scores, world.profile), world.profile) == reason


def test_what_bars_the_entry_is_said_with_the_weak_point_of_that_part():
    points = (Point(TITLE["gap"], "离本县远"), Point(TITLE["substance"], "注册资本只有100万元"))
    low = SHOWN | {"substance": 0.2, "weak_points": points}
    assert "（注册资本只有100万元）" in obstacle(low, ENTRY)
    assert "离本县远" not in obstacle(low, ENTRY)
    text = f"{TITLE['substance']}：注册资本只有100万元"  # as a run folder holds it
    assert obstacle(low | {"weak_points": text}, ENTRY) == obstacle(low, ENTRY)
    assert "（" not in obstacle(low | {"weak_points": ()}, ENTRY)


def test_the_profile_opens_the_entry(world):
    open_to_all = world.profile_with(entry=EVERYBODY | {"grade": "uncertain", "limited": False})
    old = scored(("A", "x", 0.05, "", "南山粮油总公司")).assign(grade="uncertain")
    assert select(old, world.profile).empty
    assert len(select(old, open_to_all)) == 1
    # What is unknown never passes, whatever the profile says.
    for part in ("fit", "gap", "substance", "transferability"):
        assert select(old.assign(**{part: math.nan}), open_to_all).empty
    assert len(select(old.assign(kinship=math.nan), open_to_all)) == 1


def test_stability_is_one_where_weights_cannot_matter(world):
    table = select(scored(*FOUR), capacity(world))
    assert (table["stability"] == 1).all()  # all parts of a firm are equal


def test_stability_falls_where_weights_decide(world):
    # Nearly the same score: A by its substance, B by all else.
    weights = {part.name: part.weight for part in PARTS}
    scores = scored(("A", "x", 0.5), ("B", "y", 0.5))
    scores[COLUMNS] = [[0.0] * len(PARTS), [0.62] * len(PARTS)]
    scores["gap"] = 0.5
    scores.loc[0, "substance"], scores.loc[1, "substance"] = 1.0, 0.0
    scores["score"] = [
        math.fsum(weights[part.name] * row[part.column] for part in PARTS)
        for row in scores.to_dict("records")
    ]
    table = select(scores, capacity(world, top=1))
    assert 0.2 < table["stability"].item() < 0.9
    assert set(select(scores, capacity(world, top=2))["stability"]) == {1.0}
    again = select(scores.iloc[::-1].reset_index(drop=True), capacity(world, top=1))
    pd.testing.assert_frame_equal(table, again)


def test_a_thousand_firms_fill_the_list(world):
    random = np.random.default_rng(1)
    size = 1000
    scores = pd.DataFrame(
        {
            "firm_id": [f"F{i:04}" for i in range(size)],
            "node": random.integers(0, 230, size).astype(str),
            "grade": "likely",
            "zone": random.choice(["长三角", "京津冀", "粤港澳", "成渝"], size),
            "name": [f"杭州{chr(0x4E00 + i)}{chr(0x5E00 + i)}堂茶业有限公司" for i in range(size)],
        }
    ).reindex(columns=list(TABLES["scores"]))
    parts = random.random((size, len(PARTS)))
    scores[COLUMNS] = parts
    scores["score"] = parts @ [part.weight for part in PARTS]
    chosen = select(scores, world.profile)
    assert len(chosen) == 30
    assert (chosen[["fit", "gap", "substance", "transferability"]] >= 0.4).all(axis=None)
    assert chosen["stability"].between(0, 1).all()


# --- who could be on it at all --------------------------------------------------------------------


def crowd(random, size: int) -> pd.DataFrame:
    """Firms of few nodes, zones and brands, so that limits and equals are common."""
    scores = pd.DataFrame(
        {
            "firm_id": [f"F{i:04}" for i in range(size)],
            "node": random.choice(["x", "y"], size),
            "zone": random.choice(["长三角", "京津冀"], size),
            "name": [f"杭州{chr(0x4E00 + i % 7)}山堂茶业有限公司" for i in range(size)],
            "grade": "likely",
        }
    ).reindex(columns=list(TABLES["scores"]))
    parts = random.integers(1, 9, (size, len(PARTS))) / 8  # coarse: equal worth happens
    scores[COLUMNS] = parts
    return scores.assign(score=parts.mean(axis=1))


@settings(COSTLY, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 9999),
    size=st.integers(1, 60),
    top=st.integers(1, 3),
    cut=st.integers(1, 99),
)
def test_who_is_left_out_could_never_be_chosen(world, seed, size, top, cut):
    scores = crowd(np.random.default_rng(seed), size)
    limited = {"per_gap": 2, "per_zone": 2, "per_group": 1, "repeat": 0.8}
    profile = capacity(world, top=top, **limited)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortlist, "contenders", lambda rows, *_, **__: rows)
        wanted = select(scores, profile)
    pd.testing.assert_frame_equal(select(scores, profile), wanted)
    pieces = [scores.iloc[: cut % size], scores.iloc[cut % size :]]
    left = pd.concat([contenders(piece, profile) for piece in pieces], ignore_index=True)
    pd.testing.assert_frame_equal(select(left, profile), wanted)


def test_a_crowd_is_reduced_to_a_few(world):
    scores = crowd(np.random.default_rng(1), 2_000)
    scores["name"] = [f"杭州{chr(0x4E00 + i)}{chr(0x5E00 + i)}堂茶业有限公司" for i in range(2_000)]
    assert 3 <= len(contenders(scores, capacity(world))) < 600


# --- the guarantee -------------------------------------------------------------------------------


def worth(values: list[float], nodes: list[int], repeat: float) -> float:
    total = 0.0
    for node in set(nodes):
        own = sorted((v for v, n in zip(values, nodes, strict=True) if n == node), reverse=True)
        total += sum(value * repeat**i for i, value in enumerate(own))
    return total


@st.composite
def small_cases(draw):
    size = draw(st.integers(1, 8))
    groups = [draw(st.lists(st.integers(0, 2), min_size=size, max_size=size)) for _ in range(3)]
    most = [draw(st.integers(1, 3)) for _ in range(3)]
    scores = draw(
        st.lists(st.integers(1, 100).map(lambda n: n / 100), min_size=size, max_size=size)
    )
    return (
        scores,
        groups,
        most,
        draw(st.integers(1, size)),
        draw(st.sampled_from([0.1, 0.5, 0.8, 1.0])),
    )


def allowed(picked, groups, most) -> bool:
    return all(
        max((sum(group[i] == key for i in picked) for key in set(group)), default=0) <= limit
        for group, limit in zip(groups, most, strict=True)
    )


@given(small_cases())
def test_greedy_keeps_the_limits_and_its_guarantee(case):
    scores, groups, most, top, repeat = case
    limits = [Limit(np.array(g), m) for g, m in zip(groups, most, strict=True)]
    picked = list(greedy(np.array([scores]), limits, top, repeat)[0])
    assert len(set(picked)) == len(picked) <= top
    assert allowed(picked, groups, most)

    def value(firms):
        return worth([scores[i] for i in firms], [groups[0][i] for i in firms], repeat)

    best = max(
        value(firms)
        for k in range(1, top + 1)
        for firms in itertools.combinations(range(len(scores)), k)
        if allowed(firms, groups, most)
    )
    assert value(picked) >= best / 4 - 1e-12
    # Nothing that is still allowed was left out while there was room.
    rest = [
        i for i in range(len(scores)) if i not in picked and allowed([*picked, i], groups, most)
    ]
    assert len(picked) == top or not rest


@given(small_cases())
def test_greedy_is_best_where_only_the_node_limits(case):
    scores, groups, most, top, repeat = case
    size = len(scores)
    free = np.arange(size)
    limits = [Limit(np.array(groups[0]), most[0]), Limit(free, 1), Limit(free, 1)]
    picked = list(greedy(np.array([scores]), limits, top, repeat)[0])

    def value(firms):
        return worth([scores[i] for i in firms], [groups[0][i] for i in firms], repeat)

    best = max(
        value(firms)
        for k in range(1, top + 1)
        for firms in itertools.combinations(range(size), k)
        if allowed(firms, groups[:1], most[:1])
    )
    assert value(picked) == pytest.approx(best)


@given(small_cases(), st.data())
def test_two_firms_of_a_node_keep_their_order_when_a_third_comes_or_goes(case, data):
    """With nodes and ``top`` as the only limits, the better of two firms never goes first."""
    scores, groups, most, top, repeat = case
    if len(scores) < 3:
        return
    free = np.arange(len(scores))
    limits = [Limit(np.array(groups[0]), most[0]), Limit(free, 1)]
    gone = data.draw(st.integers(0, len(scores) - 1))
    for table in (scores, [*scores[:gone], math.nan, *scores[gone + 1 :]]):
        picked = set(greedy(np.array([table]), limits, top, repeat)[0].tolist())
        for a, b in itertools.permutations(range(len(table)), 2):
            same = groups[0][a] == groups[0][b]
            if same and not math.isnan(table[a]) and table[a] > table[b]:
                assert a in picked or b not in picked


@given(small_cases())
def test_many_draws_at_once_are_each_draw_alone(case):
    scores, groups, most, top, repeat = case
    limits = [Limit(np.array(g), m) for g, m in zip(groups, most, strict=True)]
    draws = np.array([scores, scores[::-1], [1 - s / 2 for s in scores]])
    together = greedy(draws, limits, top, repeat)
    for row, found in zip(draws, together, strict=True):
        assert list(found) == list(greedy(row[None, :], limits, top, repeat)[0])
