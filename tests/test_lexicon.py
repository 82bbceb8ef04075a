import networkx as nx
import pytest

from chainmatch.chains.graph import read_chains
from chainmatch.matching.lexicon import Lexicon
from chainmatch.matching.word_boundaries import SHORT, read_borders


@pytest.fixture(scope="module")
def lexicon():
    graph = nx.DiGraph()
    words = {
        "power-trade": ("energy", ["售电"], [], {}),
        "wellness": ("eco", ["康养"], [], {}),
        "spawn": ("agri", ["菌种", "食用菌种"], [], {}),
        "mushrooms": ("agri", ["食用菌"], [], {}),
        "slices": ("medicine", ["中药饮片"], [], {}),
        "machines": ("medicine", ["中药饮片机械"], [], {}),
        "tools": ("industry", ["刀具"], [], {}),
        "carbide": ("industry", ["硬质合金刀具", "硬质合金"], [], {}),
        "wafers": ("energy", ["硅片"], [], {"可控硅片": "电子器件"}),
        "knives": ("other", ["刀具"], [], {}),
    }
    for node, (chain, objects, hints, friends) in words.items():
        graph.add_node(node, chain=chain, objects=objects, hints=hints, false_friends=friends)
    return Lexicon(graph)


def found(lexicon, text):
    return {(hit.word, claim.node) for hit in lexicon.find(text) for claim in hit.claims}


@pytest.mark.parametrize("text", ["销售电子产品", "健康养殖技术", "可控硅片式元件"])
def test_straddles_and_false_friends_are_no_hits(lexicon, text):
    assert found(lexicon, text) == set()


def test_the_same_words_count_where_they_stand_alone(lexicon):
    assert found(lexicon, "售电业务") == {("售电", "power-trade")}
    assert found(lexicon, "森林康养服务") == {("康养", "wellness")}
    assert found(lexicon, "硅片制造") == {("硅片", "wafers")}


def test_a_verb_that_begins_inside_a_word_breaks_it(lexicon):
    assert found(lexicon, "食用菌种植") == {("食用菌", "mushrooms")}
    assert found(lexicon, "食用菌种生产") == {("食用菌种", "spawn")}


def test_the_longest_wording_owns_the_place(lexicon):
    assert found(lexicon, "中药饮片机械制造") == {("中药饮片机械", "machines")}
    assert found(lexicon, "中药饮片生产") == {("中药饮片", "slices")}


def test_a_longer_wording_with_the_same_head_leaves_other_chains_alone(lexicon):
    assert found(lexicon, "硬质合金刀具") == {("硬质合金刀具", "carbide"), ("刀具", "knives")}


def test_positions_are_those_of_the_text(lexicon):
    text = "加工销售硬质合金、硅片"
    for hit in lexicon.find(text):
        assert text[hit.start : hit.end] == hit.word


def test_learned_borders_cover_the_bundled_chains():
    words = Lexicon(read_chains(), borders={}).words
    missing = [word for word in words if len(word) <= SHORT and word not in read_borders()]
    claimed = {
        word for _, d in read_chains().nodes(data=True) for word in (*d["objects"], *d["hints"])
    }
    assert not claimed & set(missing), "run chainmatch train"
