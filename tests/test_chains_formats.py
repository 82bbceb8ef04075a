"""Chains in the formats of other programs: opened by networkx, and back where the format allows."""

import csv
import json
import re
import xml.etree.ElementTree as ET

import networkx as nx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import chainmatch
from chainmatch.chains.graph import read_chains
from chainmatch.chains.plain import plain_graph
from chainmatch.chains.workbook.formats import FORMATS
from chainmatch.cli import main
from chainmatch.errors import ChainError, OutputError, TableError
from conftest import COSTLY
from test_chains_workbook import folders, lay, same

GEXF = "{http://www.gexf.net/1.2draft}"


@pytest.fixture(scope="module")
def five():
    return read_chains()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Every format of the bundled chains."""
    place = tmp_path_factory.mktemp("formats")
    return {
        name: chainmatch.export_chains(None, place / f"链{form.suffix or f'-{name}'}", name)
        for name, form in FORMATS.items()
    }


def test_the_plain_graph_says_what_the_graph_says(five):
    plain = plain_graph(five)
    assert list(plain) == list(five)
    assert set(five.edges) | {(u, v) for u, v, _ in five.graph["recycling"]} == set(plain.edges)
    mine = plain.nodes["tungsten-mining"]
    assert (mine["label"], mine["stage_name"], mine["chain_name"]) == (
        "钨矿采选",
        "上游",
        "绿色工业",
    )
    assert "钨精矿" in mine["objects"].split("、")
    assert plain.edges["tungsten-mining", "tungsten-smelting"]["relation"] == "supply"
    assert plain.edges["carbide-recycling", "tungsten-powder"]["relation"] == "recycling"
    kinds = {type(v) for _, data in plain.nodes(data=True) for v in data.values()}
    assert kinds == {str}


@pytest.mark.parametrize(("name", "reader"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_networkx_opens_what_is_written(written, five, name, reader):
    plain, read = plain_graph(five), reader(written[name])
    assert read.is_directed()
    assert set(read) == set(plain)
    assert set(read.edges) == set(plain.edges)
    for node, data in plain.nodes(data=True):
        assert {key: read.nodes[node].get(key, "") for key in data} == data
    for start, end, data in plain.edges(data=True):
        assert {key: read.edges[start, end].get(key, "") for key in data} == data


def test_gephi_sees_names_stages_and_weights(written):
    root = ET.parse(written["gexf"]).getroot()
    assert root.tag == f"{GEXF}gexf"
    assert root.get("version") == "1.2"
    graph = root.find(f"{GEXF}graph")
    assert graph.get("defaultedgetype") == "directed"
    titles = {
        a.get("id"): a.get("title")
        for group in graph.iter(f"{GEXF}attributes")
        if group.get("class") == "node"
        for a in group
    }
    mine = next(n for n in graph.iter(f"{GEXF}node") if n.get("id") == "tungsten-mining")
    values = {titles[v.get("for")]: v.get("value") for v in mine.iter(f"{GEXF}attvalue")}
    assert mine.get("label") == "钨矿采选"
    assert values["stage_name"] == "上游"
    edges = list(graph.iter(f"{GEXF}edge"))
    assert all(float(edge.get("weight")) > 0 for edge in edges)
    assert len({edge.get("id") for edge in edges}) == len(edges)


def test_the_layout_of_neo4j_imports(written, five):
    """https://neo4j.com/docs/operations-manual: header fields, ids that meet, types of a column."""
    with (written["neo4j"] / "nodes.csv").open(encoding="utf-8", newline="") as file:
        nodes = list(csv.DictReader(file))
    with (written["neo4j"] / "relationships.csv").open(encoding="utf-8", newline="") as file:
        relations = list(csv.DictReader(file))
    assert [row[":ID"] for row in nodes] == list(five)
    assert {row[":LABEL"] for row in nodes} == {"Node"}
    assert {r[e] for r in relations for e in (":START_ID", ":END_ID")} <= set(five)
    supplies = [r for r in relations if r[":TYPE"] == "SUPPLIES"]
    assert len(supplies) == five.number_of_edges()
    assert len(relations) - len(supplies) == len(five.graph["recycling"])
    assert all(float(row["weight:double"]) > 0 for row in relations)
    for row in nodes:
        assert tuple(row["objects:string[]"].split(";")) == five.nodes[row[":ID"]]["objects"]
    text = (written["neo4j"] / "nodes.csv").read_text(encoding="utf-8")
    assert len(text.splitlines()) == len(nodes) + 1, "a line break inside a field"


def test_json_ld_gives_each_thing_an_address(written, five):
    document = json.loads(written["jsonld"].read_text(encoding="utf-8"))
    context = document["@context"]
    assert [chain["@id"] for chain in document["@graph"]] == [
        f"chain:{chain}" for chain in five.graph["chains"]
    ]
    nodes = {node["@id"] for chain in document["@graph"] for node in chain["nodes"]}
    ends = {s[end] for c in document["@graph"] for s in c["supplies"] for end in ("from", "to")}
    assert ends <= nodes == {f"node:{node}" for node in five}
    assert all(context[end] == {"@type": "@id"} for end in ("from", "to"))
    assert re.fullmatch(r"urn:[a-z]+:node:", context["node"]["@id"])


@pytest.mark.parametrize("name", ["xlsx", "csv", "jsonld"])
def test_there_and_back(written, five, name, tmp_path):
    chainmatch.import_chains(written[name], tmp_path)
    assert same(five, read_chains(tmp_path))


@settings(
    COSTLY,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(chains=folders())
def test_awkward_words_survive_every_format(chains, tmp_path_factory):
    place = tmp_path_factory.mktemp("formats")
    before = read_chains(lay(place / "a", chains))
    for name in ("csv", "jsonld"):
        file = chainmatch.export_chains(place / "a", place / f"b.{name}", name)
        chainmatch.import_chains(file, place / f"back-{name}")
        assert same(before, read_chains(place / f"back-{name}"))
    assert not formulas(place / "b.csv")
    for name, reader in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        read = reader(chainmatch.export_chains(place / "a", place / f"b.{name}"))
        assert set(read) == set(before)
    chainmatch.export_chains(place / "a", place / "neo4j", "neo4j")
    assert not formulas(place / "neo4j")


def formulas(folder):
    """Cells that a spreadsheet would take for a formula."""
    found = []
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found += [c for row in csv.reader(file) for c in row if c[:1] and c[0] in "=+@-"]
    return found


def test_the_same_chains_give_the_same_bytes(written, tmp_path):
    for name, form in FORMATS.items():
        again = chainmatch.export_chains(None, tmp_path / f"再{form.suffix or name}", name)
        pairs = [(written[name], again)]
        if not form.suffix:
            pairs = [(path, again / path.name) for path in sorted(written[name].iterdir())]
        assert all(a.read_bytes() == b.read_bytes() for a, b in pairs), name


def test_a_format_that_is_none_is_named(tmp_path):
    with pytest.raises(OutputError, match="--format"):
        chainmatch.export_chains(None, tmp_path / "a.csv")
    with pytest.raises(OutputError, match=r"以 \.gexf 结尾"):
        chainmatch.export_chains(None, tmp_path / "a.xml", "gexf")
    with pytest.raises(OutputError, match="graphml"):
        chainmatch.export_chains(None, tmp_path / "a", "graphm")


def test_slips_in_csv_and_json_are_named_with_nothing_written(written, tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    for path in written["csv"].iterdir():
        text = path.read_text(encoding="utf-8-sig").replace("钨矿采选,钨,上游", "钨矿采选,钨,上流")
        (folder / path.name).write_bytes(text.encode("gb18030", errors="replace"))
    with pytest.raises(ChainError) as error:
        chainmatch.import_chains(folder, tmp_path / "out")
    assert any(re.match("工作表“环节”第 .*“上流”，是否想写“上游”", p) for p in error.value.problems)
    broken = tmp_path / "a.jsonld"
    text = written["jsonld"].read_text(encoding="utf-8")
    broken.write_text(text.replace('"stage": "upstream"', '"stage": 7', 1), encoding="utf-8")
    with pytest.raises(ChainError) as error:
        chainmatch.import_chains(broken, tmp_path / "out")
    assert any("stage" in problem for problem in error.value.problems)
    for wrong in ("[]", "{", '{"@graph": [{}]}', '{"@graph": 1}', ""):
        broken.write_text(wrong, encoding="utf-8")
        with pytest.raises(TableError, match="JSON-LD"):
            chainmatch.import_chains(broken, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_writes_and_reads(tmp_path, capsys):
    gexf, folder = tmp_path / "a.gexf", tmp_path / "csv"
    assert main(["chains", "export", "--out", str(gexf)]) == 0
    assert main(["chains", "export", "--format", "csv", "--out", str(folder)]) == 0
    assert main(["chains", "import", str(folder), "--out", str(tmp_path / "mine")]) == 0
    assert main(["chains", "export"]) == 2
    assert "--out" in capsys.readouterr().err
    assert gexf.exists()
