from pathlib import Path

import pytest
from pydantic import ValidationError

from chainmatch.chains.graph import nodes_of, read_chains
from chainmatch.errors import ProfileError
from chainmatch.parts import GAP_PARTS, PARTS
from chainmatch.profile import Profile, read_profile
from chainmatch.schema.columns import NEEDS
from chainmatch.util.resources import data_folder

MINIMAL = "name: 茶县\nhome: {province: 陕西, city: 商洛}\n"


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "county.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def graph():
    return read_chains()


@pytest.mark.parametrize("name", ["qinling", "huanghai"])
def test_the_examples_are_complete_and_fit_the_bundled_chains(graph, name):
    profile = read_profile(data_folder("profiles") / f"{name}.yaml", graph)
    assert set(profile.endowments) == set(NEEDS)
    assert None in profile.endowments.values()
    assert set(profile.chain_weights) == set(profile.offices) == set(graph.graph["chains"])
    assert profile.resources
    assert profile.projects
    assert profile.priorities
    assert profile.unwanted


def test_the_weights_that_ship_are_those_of_the_registry():
    profile = read_profile()
    assert profile.weights.model_dump() == {part.name: part.weight for part in PARTS}
    assert profile.gap_weights.model_dump() == {part.name: part.weight for part in GAP_PARTS}


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
        + "weights: {substence: 1}\n"  # line 4
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
        (4, "“substance”"),
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
            MINIMAL + "weights: {" + ", ".join(f"{part.name}: 0" for part in PARTS) + "}\n",
            "权重",
        ),
        (MINIMAL + "levels: {present: 5, strong: 3}\n", "present 不能大于 strong"),
        (MINIMAL + "weights: {fit: -1}\n", "≥ 0"),
        (MINIMAL + "weights: {fit: nan}\n", "weights › fit"),
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
    assert read_profile(write(text)).unlisted == {"gardn": "农户"}
    with pytest.raises(ProfileError) as caught:
        read_profile(write(text), world.graph)
    for line, word in [(3, "“tea”"), (4, "“garden”")]:
        assert f":{line}：" in str(caught.value)
        assert word in str(caught.value)


WORDS = """
resources:
  - 香菇
  - 香菇酱油王
  - {product: 奇石, words: [赏石]}
projects:
  - name: 某产业园
    needs: [压力钢管, 压力刚管]
    makes: [碳化钨粉沫]
priorities: [数控刀具, {what: 硬质合今}, green-industry, 光伏]
unwanted: [电镀, 水泥熟料生产, 没有人听说过的工艺]
"""


def test_words_of_the_county_must_name_nodes_all_at_once(write, graph):
    path = write(MINIMAL + WORDS.lstrip())
    assert read_profile(path).resources[2].words == ("赏石",)
    with pytest.raises(ProfileError) as caught:
        read_profile(path, graph)
    problems = str(caught.value).split("；")
    wanted = [
        (5, "resources", "“香菇酱油王”", "香菇"),
        (9, "projects", "“压力刚管”", "“压力钢管”"),
        (10, "projects", "“碳化钨粉沫”", "“碳化钨粉”"),
        (11, "priorities", "“硬质合今”", "“硬质合金”"),
    ]
    assert len(problems) == len(wanted)
    for problem, (line, *words) in zip(problems, wanted, strict=True):
        assert problem.startswith(f"{path}:{line}：")
        assert all(word in problem for word in words), problem


@pytest.mark.parametrize(
    ("word", "node"),
    [
        ("cemented-carbide", "cemented-carbide"),
        ("硬质合金", "cemented-carbide"),
        ("数控刀具", "cutting-tools"),
        ("光伏", "pv-modules"),
        ("clean-energy", "pv-modules"),
        ("锂电池生产", "lithium-batteries"),
    ],
)
def test_a_word_names_nodes_by_id_name_segment_chain_object_or_without_its_verb(graph, word, node):
    assert node in nodes_of(graph, word)
    assert nodes_of(graph, f" {word} ") == nodes_of(graph, word)


def test_a_profile_cannot_be_changed(world):
    with pytest.raises(ValidationError) as caught:
        world.profile.name = "另一个县"
    assert caught.value.errors()[0]["type"] == "frozen_instance"
