"""Where supplies are taken from: kinds of sources, and a line of reasoning where there is none."""

import re
from collections import Counter

import pytest
import yaml

from chainmatch.chains.graph import check_chains, read_chains
from chainmatch.chains.model import GENERAL_KNOWLEDGE, SOURCE_KINDS
from chainmatch.chains.views import chain_counts


@pytest.fixture(scope="module")
def five():
    return read_chains()


def test_every_bundled_supply_says_how_it_is_known(five):
    kinds = Counter(data["kind"] for _, _, data in five.edges(data=True))
    assert set(kinds) <= set(SOURCE_KINDS)
    assert kinds["official"] + kinds["standard"] > 300
    for start, end, data in five.edges(data=True):
        own = (data["chain"], data["source"])
        assert (own in five.graph["sources"]) != (data["source"] == GENERAL_KNOWLEDGE)
        assert bool(data["why"]) == (data["kind"] == "expert"), (start, end)


def test_no_page_of_unknown_origin_stands_for_a_supply(five):
    known = re.compile(
        r"https://(github\.com|sociology\.ssap\.com\.cn)/|http://www\.shangluo\.gov\.cn/"
    )
    for _, _, data in five.edges(data=True):
        source = five.graph["sources"].get((data["chain"], data["source"]))
        assert not source or not source["url"] or known.match(source["url"]), source


def test_what_is_cited_names_the_thing_itself(five):
    """Titles that say what is made of what, by hand."""
    cited = {
        ("cemented-carbide", "rock-drilling-tools"): "地质、矿山工具用硬质合金",
        ("silkworm-rearing", "silk-reeling"): "由蚕茧",
        ("grain-growing", "grain-liquor"): "粮谷",
        ("vanadium-materials", "vanadium-batteries"): "全钒液流电池用电解液",
        ("herbal-slices", "formula-granules"): "单味中药饮片",
    }
    for edge, words in cited.items():
        data = five.edges[edge]
        assert words in five.graph["sources"][data["chain"], data["source"]]["title"]


def test_kinds_and_reasons_are_read_and_slips_named(tmp_path):
    node = {"segment": "a", "stage": "upstream", "does": "做"}
    chain = {
        "chain": "a",
        "name": "甲",
        "about": "甲",
        "sources": {"S1": {"title": "某标准", "kind": "standard"}, "S2": {"title": "某报告"}},
        "segments": [{"id": "a", "name": "甲"}],
        "nodes": [
            {**node, "id": f"n{i}", "name": f"环节{i}", "activities": ["make"]}
            | {"objects": [f"物品{i}"], "codes": ["3240"]}
            for i in range(4)
        ],
        "supplies": [
            {"from": "n0", "to": "n1", "source": "S1"},
            {"from": "n1", "to": "n2", "source": "S2"},
            {"from": "n2", "to": "n3", "source": "general knowledge", "why": "由前者装配"},
        ],
    }
    path = tmp_path / "a.yaml"
    path.write_text(yaml.safe_dump(chain, allow_unicode=True), encoding="utf-8")
    graph = read_chains(tmp_path)
    assert [data["kind"] for *_, data in graph.edges(data=True)] == ["standard", "report", "expert"]
    assert graph.edges["n2", "n3"]["why"] == "由前者装配"
    assert chain_counts(graph)[0]["sourced"] == 2
    chain["sources"]["S1"]["kind"] = "标准"
    path.write_text(yaml.safe_dump(chain, allow_unicode=True), encoding="utf-8")
    errors = check_chains(tmp_path)
    assert any("standard" in why for why in errors["why"])
