"""Paths that an expert of each industry would ask for, and paths that must not exist."""

from pathlib import Path

import pytest
import yaml

from chainmatch.chains.graph import read_chains, resolve_term, trace

GRAPH = read_chains()
CASES = [
    (path.stem, case)
    for path in sorted((Path(__file__).parent / "traces").glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def label(case):
    return f"{case['from']}→{case['to']}" if isinstance(case, dict) else case


def passes(path, stations):
    """Whether a path of nodes passes what the wordings name, in their order."""
    rest = iter(path)
    return all(any(node in named for node in rest) for named in stations)


def test_every_chain_has_true_and_false_traces():
    for chain in GRAPH.graph["chains"]:
        exists = [case["exists"] for name, case in CASES if name == chain]
        assert sum(exists) >= 10, chain
        assert len(exists) - sum(exists) >= 6, chain


@pytest.mark.parametrize(("chain", "case"), CASES, ids=label)
def test_trace(chain, case):
    found = trace(GRAPH, case["from"], case["to"], limit=200)
    assert found.starts, f"{case['from']} names no node"
    assert found.ends, f"{case['to']} names no node"
    stations = [resolve_term(GRAPH, word, limit=50) for word in case.get("via", ())]
    assert any(passes(path, stations) for path in found.paths) == case["exists"]
