import json
import math

import numpy as np
import pandas as pd
import pytest

from chainmatch.chains.graph import read_chains
from chainmatch.cli import main
from chainmatch.decision.gaps import survey
from chainmatch.decision.relate import learn, presence
from chainmatch.decision.relatedness import (
    SIGNALS,
    Relatedness,
    expected,
    read_relatedness,
    signal_matrix,
    write_relatedness,
)
from chainmatch.errors import ProfileError, TableError
from chainmatch.profile import read_profile

KIN = {
    "garden": {"making": 0.5},
    "making": {"garden": 0.5, "drinks": 0.5},
    "drinks": {"making": 0.5},
    "packaging": {},
}
POPULARITY = {"garden": 0.5, "making": 0.2, "drinks": 0.5, "packaging": 0.5}
ONLY_KIN = {"intercept": -1.0, "popularity": 0.0, "kin": 2.0, "neighbours": 0.0, "segment": 0.0}


def model(**weights):
    return Relatedness(POPULARITY, KIN, ONLY_KIN | weights, {})


def test_kin_that_is_held_speaks_for_a_node(world):
    found = expected(model(), world.graph, {"garden", "drinks"})
    assert found["making"] == pytest.approx(1 / (1 + math.exp(-1)))  # all kin held
    assert found["garden"] == pytest.approx(1 / (1 + math.exp(1)))  # making is missing
    assert "machines" not in found  # nothing was learned about it


def test_what_a_node_holds_itself_says_nothing_about_it(world):
    for held in ({"garden"}, {"garden", "making"}):
        found = expected(model(neighbours=3.0, segment=3.0, popularity=1.0), world.graph, held)
        assert found["making"] == expected(model(neighbours=3.0, segment=3.0, popularity=1.0),
                                           world.graph, held ^ {"making"})["making"]  # fmt: skip


def test_the_signals_by_hand(world):
    nodes = ["garden", "making", "drinks", "packaging"]
    signals = signal_matrix(nodes, world.graph, POPULARITY, KIN)
    assert signals.popularity[1] == pytest.approx(math.log(0.2 / 0.8))
    # making: garden and drinks are one supply away, packaging two (by drinks).
    assert signals.neighbours[1] == pytest.approx(np.array([1, 0, 1, 0.4]) / 2.4)
    assert signals.segment[1] == pytest.approx(np.array([1, 0, 1, 1]) / 3)
    assert signals.kin[3].sum() == 0


def test_a_file_comes_back_as_it_went(tmp_path):
    file = tmp_path / "r.json"
    file.write_text(write_relatedness(model()), encoding="utf-8")
    assert read_relatedness(file) == model()
    for text in ("", "[]", "{}", '{"popularity": {}, "kin": {}, "weights": {}, "about": {}}'):
        file = tmp_path / f"bad{len(text)}.json"
        file.write_text(text)
        with pytest.raises(ProfileError, match="不是环节关联文件"):
            read_relatedness(file)
    with pytest.raises(ProfileError, match="无法读取"):
        read_relatedness(tmp_path / "none.json")


def test_the_bundled_file_knows_the_bundled_chains():
    bundled = read_relatedness()
    nodes = set(read_chains())
    assert len(bundled.popularity.keys() & nodes) > 0.9 * len(nodes)
    areas = bundled.about["held_out_auc"]
    assert areas["all"] >= 0.86
    assert areas["all"] > max(areas[signal] for signal in SIGNALS)
    assert all(0 < share < 1 for share in bundled.popularity.values())
    assert all(0 < value <= 1 for kin in bundled.kin.values() for value in kin.values())
    assert all(node not in kin for node, kin in bundled.kin.items())


# --- in the survey -------------------------------------------------------------------------------


def test_relatedness_speaks_in_structure(world, tmp_path):
    file = tmp_path / "r.json"
    file.write_text(write_relatedness(model(intercept=0.0)), encoding="utf-8")

    def gap(**changes):
        profile = world.profile_with(**changes)
        gaps = survey(world.graph, world.local_fits, world.locals, profile).gaps
        return gaps.set_index("node").loc["making"]

    plain, told = gap(relatedness="none"), gap(relatedness=str(file))
    probability = 1 / (1 + math.exp(-2))
    assert told["structure"] == pytest.approx((plain["structure"] + probability) / 2, abs=1e-4)
    assert told["why"] == plain["why"]  # no reason to read aloud
    assert told["demand"] == plain["demand"]


def test_nodes_that_are_not_in_the_file_are_as_before(world):
    none = world.profile_with(relatedness="none")
    with_file, without = (
        survey(world.graph, world.local_fits, world.locals, profile).gaps
        for profile in (world.profile, none)
    )
    pd.testing.assert_frame_equal(with_file, without)


# --- learning ------------------------------------------------------------------------------------


def cities(world, size=200, seed=3):
    """Gardens and making go together, drinks and packaging too; machines stand anywhere."""
    random = np.random.default_rng(seed)
    tea, bottles = random.random((2, size)) < 0.5
    noise = random.random((size, 5)) < 0.05
    held = np.stack([tea, random.random(size) < 0.5, tea, bottles, bottles], axis=1) ^ noise
    columns = ["garden", "machines", "making", "packaging", "drinks"]
    return pd.DataFrame(held.astype(int), columns=columns)


def test_what_lives_together_is_found_and_beats_popularity(world, monkeypatch):
    monkeypatch.setattr("chainmatch.decision.relate.LEAST_NODES", 1)
    learned = learn(cities(world), world.graph)
    kin = learned.model.kin
    assert next(iter(kin["garden"])) == "making"
    assert next(iter(kin["packaging"])) == "drinks"
    assert learned.held_out["kin"] > 0.8
    assert learned.held_out["all"] > learned.held_out["popularity"] + 0.2
    assert learned.model.weights["kin"] > 0
    assert learn(cities(world), world.graph) == learned  # the same again


def test_too_few_places_are_refused(world):
    with pytest.raises(TableError, match=r"只有[0-9]个，至少要30个"):
        learn(cities(world, size=10), world.graph)


def test_presence_counts_doers_by_place():
    graph = read_chains()
    rows = [
        ("甲制药有限公司", "江苏", "苏州", "中药饮片生产"),
        ("乙制药有限公司", "江苏", "苏州", "中药饮片生产"),
        ("丙药房有限公司", "江苏", "南京", "中药饮片销售"),
        ("丁制药有限公司", "", "", "中药饮片生产"),
    ]
    frame = pd.DataFrame(rows, columns=["企业名称", "省份", "城市", "经营范围"])
    found = presence(frame, graph)
    node = next(n for n, d in graph.nodes(data=True) if d["name"] == "中药饮片")
    assert found.loc[("江苏", "苏州"), node] == 2
    assert node not in found.columns[found.loc[("江苏", "南京")] > 0]  # selling is no making
    assert len(found) == 2  # no place, no count


def test_the_command(tmp_path, capsys):
    few = tmp_path / "few.csv"
    few.write_text("企业名称,所在地区,经营范围\n甲制药有限公司,江苏苏州,中药饮片生产\n")
    out = tmp_path / "r.json"
    assert main(["relate", str(few), "--out", str(out)]) == 2
    assert "至少要30个" in capsys.readouterr().err
    assert not out.exists()
    provinces = ["浙江杭州", "浙江宁波", "江苏苏州", "江苏南京", "江苏无锡", "安徽合肥", "广东广州"]
    more = [
        "湖北武汉", "湖南长沙", "四川成都", "四川绵阳", "陕西西安", "陕西宝鸡", "河南郑州",
        "河南洛阳", "山东济南", "山东青岛", "河北石家庄", "河北唐山", "山西太原", "江西南昌",
        "福建福州", "福建厦门", "广东深圳", "广东东莞", "广西南宁", "云南昆明", "贵州贵阳",
        "辽宁沈阳", "吉林长春", "黑龙江哈尔滨", "甘肃兰州",
    ]  # fmt: skip
    scopes = ["中药饮片生产", "中成药生产", "茶叶种植", "食用菌种植", "饲料生产", "光伏组件制造",
              "水泥生产", "白酒生产"]  # fmt: skip
    lines = [
        f"{city[-2:]}{i}号有限公司,{city},{scope}"
        for c, city in enumerate(provinces + more)
        for i, scope in enumerate(scopes)
        if (c + i) % 5
    ]
    few.write_text("\n".join(["企业名称,所在地区,经营范围", *lines]), encoding="utf-8")
    assert main(["relate", str(few), "--out", str(out)]) == 0
    assert "隐去环节的找回率" in capsys.readouterr().out
    assert json.loads(out.read_text(encoding="utf-8"))["about"]["places"] == 32
    profile = tmp_path / "p.yaml"
    profile.write_text(
        f"name: 县\nhome: {{province: 陕西, city: 商洛}}\nrelatedness: {out}\n", encoding="utf-8"
    )
    assert read_relatedness(read_profile(profile).relatedness).about["places"] == 32
