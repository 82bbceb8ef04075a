from pathlib import Path

import pytest
from pydantic import ValidationError

from chainmatch.chains.graph import read_chains
from chainmatch.errors import ProfileError
from chainmatch.profile import Profile, closed_nodes, read_profile
from chainmatch.schema.columns import NEEDS

MINIMAL = "name: 茶县\nhome: {province: 陕西, city: 商洛}\n"


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "county.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_example_is_complete_and_fits_the_bundled_chains():
    profile = read_profile(graph=read_chains())
    assert (profile.home.province, profile.home.city) == ("陕西", "商洛")
    assert set(profile.endowments) == set(NEEDS)
    assert profile.endowments["geothermal"] is None
    assert profile.endowments["chemical-park"] == 0
    assert sum(profile.weights.model_dump().values()) == pytest.approx(1)
    assert set(profile.chain_weights) == set(read_chains().graph["chains"])


def test_two_lines_are_a_profile(write):
    profile = read_profile(write(MINIMAL))
    assert profile == Profile.model_validate(
        {"name": "茶县", "home": {"province": "陕西", "city": "商洛"}}
    )
    assert profile.chain_weight("any") == 1
    assert profile.capacity.top == 30


@pytest.mark.parametrize("word", ["未知", "不详", "", "null", "~"])
def test_an_unknown_endowment_is_none_and_not_zero(write, word):
    profile = read_profile(write(f"{MINIMAL}endowments: {{water: {word}, land: 0}}\n"))
    assert profile.endowments == {"water": None, "land": 0.0}


def test_all_problems_come_at_once_each_with_its_line(write):
    path = write(
        MINIMAL
        + "endowments: {watr: 0.5}\n"  # line 3
        + "weights: {sectr: 1}\n"  # line 4
        + "capacity: {top: 0}\n"  # line 5
        + "zones: {长三角: 2}\n"  # line 6
        + "gates: {require: [chemical_park]}\n"  # line 7
    )
    with pytest.raises(ProfileError) as caught:
        read_profile(path)
    message = str(caught.value)
    assert "\n" not in message
    for line, word in [
        (3, "“water”"),
        (4, "“sector”"),
        (5, "≥ 1"),
        (6, "≤ 1"),
        (7, "chemical-park"),
    ]:
        assert any(
            part.startswith(f"{path}:{line}：") and word in part for part in message.split("；")
        ), (line, word, message)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("home: {province: 陕西, city: 商洛}\n", "name：缺少必填项"),
        (MINIMAL.replace("商洛", "商络"), "陕西商络"),
        (
            MINIMAL + "weights: {sector: 0, gap: 0, partners: 0, region: 0, scale: 0, name: 0}\n",
            "权重",
        ),
        (MINIMAL + "levels: {present: 5, strong: 3}\n", "present 不能大于 strong"),
        (MINIMAL + "weights: {sector: -1}\n", "≥ 0"),
        (MINIMAL + "weights: {sector: nan}\n", "weights › sector"),
        (MINIMAL + "as_of: 昨天\n", "as_of"),
        (MINIMAL + "zones: {长三脚: 1}\n", "“长三角”"),
        ("- 一\n- 二\n", "类型不对"),
        (MINIMAL + "name: 又一个\n", "重复"),
        ("name: [\n", "没有成对"),
        ("", "缺少必填项"),
    ],
)
def test_a_wrong_profile_says_what_is_wrong(write, text, found):
    with pytest.raises(ProfileError, match=found):
        read_profile(write(text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ProfileError, match=r"absent\.yaml：找不到文件"):
        read_profile(tmp_path / "absent.yaml")


def test_names_of_chains_and_nodes_are_checked_against_the_graph(write, world):
    text = MINIMAL + "chain_weights: {tee: 1}\nunlisted: {gardn: 农户}\n"
    text += "gates:\n  negative:\n    nodes: [makin]\n"
    assert read_profile(write(text)).unlisted == {"gardn": "农户"}
    with pytest.raises(ProfileError) as caught:
        read_profile(write(text), world.graph)
    for line, word in [(3, "“tea”"), (4, "“garden”"), (7, "“making”")]:
        assert f":{line}：" in str(caught.value)
        assert word in str(caught.value)


def test_a_profile_cannot_be_changed(world):
    with pytest.raises(ValidationError) as caught:
        world.profile.name = "另一个县"
    assert caught.value.errors()[0]["type"] == "frozen_instance"


def test_closed_are_the_negative_nodes_and_those_that_lack_a_hard_need(world):
    gates = {"negative": {"nodes": ["garden"]}, "require": ["env-capacity", "licence", "plant"]}
    profile = world.profile_with(gates=gates, endowments={"env-capacity": 0, "plant": 0.1})
    closed = closed_nodes(profile, world.graph)
    # licence is unknown and plant scarce: neither closes a node.
    assert set(closed) == {"garden", "packaging"}
    assert "负面清单" in closed["garden"]
    assert "环境容量" in closed["packaging"]
