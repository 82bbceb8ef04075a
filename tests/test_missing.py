"""A node that a local scope names is never called missing."""

from pathlib import Path

import pytest

from chainmatch import match, read_chains, read_firms, read_profile, survey
from chainmatch.decision.coverage import counts
from chainmatch.matching.ambiguous import rival_nodes
from chainmatch.matching.grammar import read_scopes
from chainmatch.util.missing import text_of
from chainmatch.util.resources import data_folder
from chainmatch.util.text import normalise

LISTS = [
    data_folder("sample") / "local.csv",
    Path(__file__).parents[2] / "shared" / "data" / "local_575.gb18030.csv",
]


def named(graph, scopes):
    """Return node → what a scope says: an item that ends in an object, done as the node counts.

    Of objects that an item ends in the longest speaks (果壳活性炭, not 活性炭); one that rivals
    share (颗粒剂) names neither alone.
    """
    rivals = [set(pair) for pair in rival_nodes(graph)]
    owners = {}
    for node, data in graph.nodes(data=True):
        for word in data["objects"]:
            if len(word) > 2:
                owners.setdefault(normalise(word), []).append(node)
    owners = {w: own for w, own in owners.items() if not any(pair <= {*own} for pair in rivals)}
    found = {}
    for scope, items in zip(scopes, read_scopes(scopes), strict=True):
        plain = normalise(scope)
        for item in items:
            core = plain[item.core_start : item.core_end]
            ends = (core[start:] for start in range(len(core)))
            for node in owners.get(next((end for end in ends if end in owners), ""), ()):
                wanted = graph.nodes[node]["activities"]
                if any(counts(activity, wanted) for activity in item.activities):
                    found.setdefault(node, plain[item.start : item.end])
    return found


@pytest.mark.parametrize("file", LISTS, ids=["sample", "real"])
def test_what_a_local_scope_names_is_not_missing(file):
    if not file.is_file():
        pytest.skip("the real list is not here")
    graph = read_chains()
    firms = read_firms(file).table
    said = named(graph, text_of(firms["scope"]).tolist())
    gaps = survey(graph, match(firms, graph, top=None), firms, read_profile(graph=graph)).gaps
    missing = set(gaps.loc[gaps["status"].eq("missing"), "node"])
    assert len(said) > 50  # the law has something to hold
    assert not {node: phrase for node, phrase in said.items() if node in missing}
