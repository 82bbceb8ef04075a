"""Words that two nodes share: the other words of a firm tell which is meant."""

import pytest

from chainmatch import read_chains
from chainmatch.matching.ambiguous import rival_nodes
from chainmatch.matching.matcher import Matcher

HERBAL, CHEMICAL = "chinese-patent-medicines", "chemical-drugs"


@pytest.fixture(scope="module")
def matcher():
    return Matcher(read_chains())


def fits(matcher, scope, name="云岭月溪"):
    found = {fit.node: fit.fit for fit in matcher.match(scope, name).fits}
    return found.get(HERBAL, 0.0), found.get(CHEMICAL, 0.0)


@pytest.mark.parametrize(
    "scope",
    [
        "片剂、胶囊剂、原料药的生产",  # what feeds only chemical drugs
        "生产：胶囊剂、片剂（含激素类）",
        "片剂、大容量注射剂生产",
    ],
)
def test_signs_of_chemical_drugs(matcher, scope):
    herbal, chemical = fits(matcher, scope)
    assert chemical > 0.7 and herbal < 0.2


@pytest.mark.parametrize(
    "scope",
    [
        "生产：片剂、颗粒剂、丸剂、中药提取",
        "片剂、硬胶囊剂、丸剂（蜜丸、水蜜丸）的生产",
        "片剂、胶囊剂、中药饮片的生产",
    ],
)
def test_signs_of_herbal_drugs(matcher, scope):
    herbal, chemical = fits(matcher, scope)
    assert herbal > 0.7 and chemical < 0.2


def test_no_sign_or_signs_of_both_leave_it_open(matcher):
    for scope in ("片剂、胶囊剂生产", "片剂（含头孢菌素类）、合剂的生产；中药提取"):
        herbal, chemical = fits(matcher, scope)
        assert min(herbal, chemical) > 0.5


def test_a_name_tells_as_well(matcher):
    herbal, chemical = fits(matcher, "片剂、胶囊剂生产", "云岭月溪中药有限公司")
    assert herbal > 0.7 and chemical < 0.2


def test_words_of_others_are_left_alone(matcher):
    """A firm that has nothing of a rival keeps what it has."""
    alone = {fit.node: fit.fit for fit in matcher.match("核桃油生产", "云岭月溪").fits}
    beside = {fit.node: fit.fit for fit in matcher.match_many([("核桃油生产", "云岭月溪", "", ""), (
        "片剂、原料药生产", "云岭青坪", "", "")]).__next__()[0].fits}  # fmt: skip
    assert alone == beside


def test_who_supplies_the_other_is_no_rival():
    graph = read_chains()
    pairs = rival_nodes(graph)
    assert (CHEMICAL, HERBAL) in pairs
    assert not any(graph.has_edge(a, b) or graph.has_edge(b, a) for a, b in pairs)
    assert pairs == sorted(pairs)
    # One shared object names both: 果蔬 is fruit and vegetables.
    assert ("fruit-growing", "vegetable-growing") not in pairs
