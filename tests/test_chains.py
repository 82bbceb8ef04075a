import networkx as nx
import pytest
import yaml

from chainmatch.chains.graph import check_chains, read_chains, resolve_term, trace
from chainmatch.chains.model import GENERAL_KNOWLEDGE
from chainmatch.chains.rules import gbt_classes
from chainmatch.chains.views import chain_counts, listing, traced, tree
from chainmatch.errors import ChainError, OptionError

FIVE = ["clean-energy", "eco-wellness", "green-industry", "modern-medicine", "specialty-agri"]


@pytest.fixture(scope="module")
def five():
    return read_chains()


def node(node_id, name, stage, objects, **more):
    record = {
        "id": node_id,
        "name": name,
        "segment": "core",
        "stage": stage,
        "does": name,
        "activities": ["make"],
        "objects": objects,
        "codes": ["3240"],
    }
    return {**record, **more}


@pytest.fixture
def chain():
    """Ore → powder → alloy, as a file of its own."""
    return {
        "chain": "alloy",
        "name": "合金",
        "about": "三个环节",
        "sources": {"S01": {"title": "公开报道"}},
        "segments": [{"id": "core", "name": "主链"}],
        "nodes": [
            node("ore", "采矿", "upstream", ["矿石"]),
            node("powder", "制粉", "midstream", ["金属粉"]),
            node("alloy-bars", "合金棒", "downstream", ["合金棒材"]),
        ],
        "supplies": [
            {"from": "ore", "to": "powder", "source": "S01"},
            {"from": "powder", "to": "alloy-bars", "source": GENERAL_KNOWLEDGE},
        ],
    }


@pytest.fixture
def problems(tmp_path):
    def found(*chains):
        for number, content in enumerate(chains):
            text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
            (tmp_path / f"chain{number}.yaml").write_text(text, encoding="utf-8")
        return check_chains(tmp_path)

    return found


def whys(table, level="error"):
    return " | ".join(table[table["level"] == level]["why"])


def test_the_bundled_chains_have_no_errors_and_no_cycle(five):
    assert whys(check_chains()) == ""
    assert nx.is_directed_acyclic_graph(five)
    assert list(five.graph["chains"]) == FIVE


def test_every_bundled_node_has_what_a_reader_needs(five):
    for name, data in five.nodes(data=True):
        assert data["objects"], name
        assert data["does"], name
        assert (data["chain"], data["segment"]) in five.graph["segments"], name


def test_the_bundled_chains_are_deep(five):
    for counts in chain_counts(five):
        assert counts["nodes"] >= 20, counts
        assert counts["sourced"] >= 1, counts


def test_a_clean_file_gives_a_graph(chain, tmp_path):
    (tmp_path / "alloy.yaml").write_text(yaml.safe_dump(chain, allow_unicode=True), "utf-8")
    graph = read_chains(tmp_path)
    assert sorted(graph.edges) == [("ore", "powder"), ("powder", "alloy-bars")]
    assert graph.edges["ore", "powder"]["source"] == "S01"
    assert graph.nodes["powder"]["name"] == "制粉"
    assert graph.graph["recycling"] == []


def test_a_typo_in_a_key_names_the_nearest_and_its_line(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "chain: a\nname: 甲\nabout: 乙\nsegmants: []\n", encoding="utf-8"
    )
    found = check_chains(tmp_path)
    assert {"segmants", "segments"} <= set(whys(found).replace("“", " ").replace("”", " ").split())
    assert 4 in set(found["line"])


def test_all_problems_are_reported_at_once(chain, problems):
    chain["nodes"][0]["needs"] = ["watr"]
    chain["nodes"][1]["codes"] = ["9999"]
    chain["supplies"][0]["source"] = "S99"
    chain["supplies"].append({"from": "powdr", "to": "ore", "source": "S01"})
    text = whys(problems(chain))
    for word in ("watr”，是否想写“water", "9999", "S99", "powdr”，是否想写“powder"):
        assert word in text


def test_a_cycle_is_printed(chain, problems):
    chain["supplies"].append({"from": "alloy-bars", "to": "ore", "source": "S01"})
    text = whys(problems(chain))
    assert "成环" in text
    assert "采矿 → 制粉 → 合金棒 → 采矿" in text or "制粉 → 合金棒 → 采矿 → 制粉" in text


def test_an_edge_against_the_direction_is_a_warning(chain, problems):
    chain["supplies"] = [
        {"from": "alloy-bars", "to": "ore", "source": "S01"},
        {"from": "ore", "to": "powder", "source": "S01"},
    ]
    found = problems(chain)
    assert whys(found) == ""
    assert "“合金棒”（下游）→“采矿”（上游）" in whys(found, "warning")


def test_an_isolated_node_is_a_warning(chain, problems):
    chain["supplies"] = chain["supplies"][:1]
    assert "“合金棒”没有任何供给关系" in whys(problems(chain), "warning")


def test_two_nodes_cannot_claim_one_object_without_a_rule(chain, problems):
    chain["nodes"][1]["objects"] = ["金属粉", "矿石"]
    assert "“矿石”同时属于" in whys(problems(chain))
    chain["shared"] = [{"object": "矿石", "nodes": ["ore", "powder"], "why": "都加工矿石"}]
    assert whys(problems(chain)) == ""


def test_two_nodes_may_share_an_object_if_they_do_different_things(chain, problems):
    chain["nodes"][1] |= {"objects": ["金属粉", "矿石"], "activities": ["trade"]}
    assert whys(problems(chain)) == ""


def test_a_node_without_objects_is_an_error(chain, problems):
    chain["nodes"][1]["objects"] = []
    assert "objects" in whys(problems(chain))


def test_a_key_that_stands_twice_is_an_error(tmp_path):
    (tmp_path / "a.yaml").write_text("chain: a\nchain: b\n", encoding="utf-8")
    assert "重复出现" in whys(check_chains(tmp_path))


def test_broken_yaml_names_its_line(tmp_path):
    (tmp_path / "a.yaml").write_text("chain: a\nname: [甲\n", encoding="utf-8")
    found = check_chains(tmp_path)
    assert "方括号 [ ] 没有成对" in whys(found)
    assert found["line"].max() >= 2


def test_codes_keep_their_zeros(five):
    assert "0111" in gbt_classes()
    assert all(code.rstrip("?") in gbt_classes() for _, c in five.nodes(data="codes") for code in c)


def test_reading_a_folder_with_errors_raises_with_all_of_them(chain, problems, tmp_path):
    chain["nodes"][0]["needs"] = ["watr"]
    chain["nodes"][1]["codes"] = ["9999"]
    problems(chain)
    with pytest.raises(ChainError) as error:
        read_chains(tmp_path)
    assert len(error.value.problems) == 2
    assert "chain0.yaml" in str(error.value)


def test_a_missing_folder_says_so(tmp_path):
    with pytest.raises(ChainError, match="找不到产业链文件夹"):
        read_chains(tmp_path / "none")


def test_paths_run_with_the_goods(five):
    found = trace(five, "钨精矿", "刀具")
    assert found.paths
    for path in found.paths:
        assert nx.is_path(five, list(path))
    assert not trace(five, "刀具", "钨精矿").paths


def test_a_wording_that_names_nothing_resolves_to_nothing(five):
    assert resolve_term(five, "不存在的东西") == ()
    assert resolve_term(five, "  ") == ()
    assert "没有认出" in traced(five, trace(five, "不存在的东西", "刀具"), "不存在的东西", "刀具")


def test_tree_and_listing_name_every_node_and_chain(five):
    shown = tree(five, "绿色工业")
    names = [d["name"] for _, d in five.nodes(data=True) if d["chain"] == "green-industry"]
    assert all(name in shown for name in names)
    assert all(data["name"] in listing(five) for data in five.graph["chains"].values())


def test_an_unknown_chain_names_the_nearest(five):
    with pytest.raises(OptionError, match="green-industry"):
        tree(five, "gren-industry")
