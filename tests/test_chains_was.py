"""Nodes that were renamed or split are found by what they were, from wherever they are named."""

import re

import networkx as nx
import pandas as pd
import pytest
import yaml

import chainmatch
from chainmatch.chains.graph import check_chains, ids_now, nodes_of, read_chains, resolve_term
from chainmatch.decision.county import county_of, refused_nodes
from chainmatch.decision.coverage import blind_nodes
from chainmatch.decision.relatedness import Relatedness, expected
from chainmatch.errors import ProfileError
from chainmatch.profile import read_profile
from chainmatch.schema.columns import TABLES


def node(node_id, name, objects, was=(), **more):
    record = {"id": node_id, "name": name, "segment": "ores", "stage": "upstream", "does": name}
    record |= {"activities": ["make"], "objects": objects, "codes": ["0931"], **more}
    return record | ({"was": list(was)} if was else {})


def chain(*nodes, supplies=()):
    return {
        "chain": "ores",
        "name": "矿产",
        "about": "从矿到粉",
        "segments": [{"id": "ores", "name": "采选"}],
        "nodes": list(nodes),
        "supplies": [{"from": a, "to": b, "source": "general knowledge"} for a, b in supplies],
    }


GOLD = node("gold-mining", "金矿采选", ["金矿"], ["metal-mining", "金属矿采选"])
IRON = node("iron-mining", "铁矿采选", ["铁矿"], ["metal-mining", "金属矿采选"])
POWDER = node("iron-powder", "铁粉", ["铁粉"], ["powder"])


@pytest.fixture
def folder(tmp_path):
    def folder(*nodes, **more):
        text = yaml.safe_dump(chain(*nodes, **more), allow_unicode=True, sort_keys=False)
        (tmp_path / "ores.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return folder


@pytest.fixture
def graph(folder):
    return read_chains(folder(GOLD, IRON, POWDER, supplies=[("iron-mining", "iron-powder")]))


def test_an_earlier_id_stands_for_all_that_it_became(graph):
    assert ids_now(graph, "metal-mining") == ("gold-mining", "iron-mining")
    assert ids_now(graph, "powder") == ("iron-powder",)
    assert ids_now(graph, "gold-mining") == ("gold-mining",)
    assert ids_now(graph, "never-there") == ()
    assert graph.nodes["iron-powder"]["was"] == ("powder",)
    assert graph.graph["was"]["金属矿采选"] == ("gold-mining", "iron-mining")


def test_words_of_profiles_and_traces_find_it(graph):
    for word in ("metal-mining", "金属矿采选"):
        assert nodes_of(graph, word) == ("gold-mining", "iron-mining")
        assert resolve_term(graph, word) == ("gold-mining", "iron-mining")
        assert refused_nodes(graph, word) == ["gold-mining", "iron-mining"]
    assert chainmatch.trace(graph, "metal-mining", "powder").paths == (
        ("iron-mining", "iron-powder"),
    )


def test_a_profile_of_earlier_days_still_reads(graph, tmp_path):
    path = tmp_path / "county.yaml"
    text = "name: 某县\nhome: {province: 陕西, city: 商洛}\n"
    text += "resources: [{product: 金属矿采选, much: 1.0}]\npriorities: [{what: powder}]\n"
    path.write_text(text + "unlisted: {metal-mining: 名单不收矿山}\n", encoding="utf-8")
    profile = read_profile(path, graph)
    county = county_of(profile, graph)
    assert county.reach["gold-mining"].value == county.reach["iron-mining"].value == 1.0
    assert "iron-powder" in county.wishes
    listed = pd.DataFrame([{**dict.fromkeys(TABLES["firms"], ""), "scope": "铁粉生产"}])
    fits = pd.DataFrame(columns=list(TABLES["match"]))
    blind = blind_nodes(graph, fits, listed, profile)
    assert blind["gold-mining"] == blind["iron-mining"] == "名单不收矿山"
    path.write_text(text + "unlisted: {metal-minning: 名单不收矿山}\n", encoding="utf-8")
    with pytest.raises(ProfileError, match="metal-mining"):
        read_profile(path, graph)


def test_learned_kinship_goes_over_to_the_parts(graph):
    learned = Relatedness(
        popularity={"metal-mining": 0.2, "powder": 0.3},
        kin={"metal-mining": {"powder": 0.8}, "powder": {"metal-mining": 0.8}},
        weights={
            "intercept": 0.0,
            "popularity": 1.0,
            "kin": 2.0,
            "neighbours": 0.0,
            "segment": 0.0,
        },
        about={},
    )
    alone, beside = (expected(learned, graph, held) for held in ((), ("gold-mining",)))
    assert set(alone) == set(graph)
    assert alone["gold-mining"] == alone["iron-mining"]
    assert beside["iron-powder"] > alone["iron-powder"]


@pytest.mark.parametrize(
    ("nodes", "why"),
    [
        ((GOLD, node("metal-mining", "杂矿", ["杂矿石"])), "“metal-mining”仍是环节“杂矿”"),
        ((GOLD, node("other", "金属矿采选", ["杂矿石"])), "“金属矿采选”仍是环节“金属矿采选”"),
        ((node("ore", "矿", ["矿石"], ["a-b", "a-b"]),), "“a-b”写了不止一次"),
        ((node("ore", "矿", ["矿石"], ["ore"]),), "“ore”仍是环节“矿”"),
    ],
)
def test_what_was_must_be_gone(folder, nodes, why):
    problems = check_chains(folder(*nodes))
    errors = problems[problems["level"] == "error"]
    assert any(why in text for text in errors["why"]), errors
    assert all(line > 1 for line in errors["line"])


def test_no_node_of_the_bundled_chains_lost_a_label_of_earlier_days():
    """Every id that the run folders of earlier versions name still stands for something."""
    graph = read_chains()
    assert nx.is_directed_acyclic_graph(graph)
    runs = (chainmatch_tests() / "runs").glob("*/gaps.csv")
    named = {row for path in runs for row in pd.read_csv(path)["node"]}
    assert len(named) > 200
    assert {node for node in named if not ids_now(graph, node)} == set()
    assert all(re.fullmatch(r"[a-z0-9-]+|.*[\u4e00-\u9fff].*", word) for word in graph.graph["was"])


def chainmatch_tests():
    from pathlib import Path

    return Path(__file__).parent
