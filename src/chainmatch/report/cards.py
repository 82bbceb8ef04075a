"""What the page shows on request: the evidence card of a firm, the panel of a node."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from chainmatch.decision import gates
from chainmatch.decision.mean import contributions, widest
from chainmatch.leads.book import LEAST_FIT
from chainmatch.parts import gap_parts_of, parts_of
from chainmatch.report.facts import (
    Record,
    chain_names,
    gap_reasons,
    records,
    segment_name,
    shortlisted,
)
from chainmatch.schema.records import sides
from chainmatch.schema.words import unknown

if TYPE_CHECKING:
    from chainmatch.run import Run

_BEST = 5  # target firms named at a node
_LOCAL = 12  # local firms named at a node


class Part(NamedTuple):
    """One part of a score: value and what it adds, None where unknown."""

    title: str
    value: float | None
    adds: float | None


class Piece(NamedTuple):
    """A stretch of a scope; ``quoted`` if it is the evidence."""

    text: str
    quoted: bool


def firm_cards(run: "Run") -> list[Record]:
    """Return the shortlist with parts, scope with the quoted phrase marked, and reasons."""
    chains, reasons = chain_names(run), gap_reasons(run)
    weights = run.profile.weights.model_dump()
    kin: dict[str, list[Record]] = {}
    for link in records(run.candidates.links):
        kin.setdefault(link["left_id"], []).append(link)
    return [
        firm
        | {
            "chain_name": chains[firm["chain"]],
            "parts": score_parts(firm, weights),
            "missing": widest(firm, weights),
            "gap_why": reasons.get(firm["node"], ""),
            "pieces": marked(firm["scope"], firm["evidence"]),
            "partners_by_side": sides(firm["partner_firms"]),
            "kin": kin.get(firm["firm_id"], []),
        }
        for firm in shortlisted(run)
    ]


def score_parts(firm: Mapping[str, Any], weights: Mapping[str, float]) -> list[Part]:
    """Return the parts of a row of scores, in the order of the registry."""
    parts = parts_of(weights)
    row = {p.column: float("nan") if unknown(firm[p.column]) else firm[p.column] for p in parts}
    added = contributions(row, weights)
    return [
        Part(part.title, None, None)
        if unknown(row[part.column])
        else Part(part.title, row[part.column], added[part.name])
        for part in parts
    ]


def marked(scope: str, quote: str) -> list[Piece]:
    """Cut a scope at the quoted phrase."""
    if not quote or quote not in scope:
        return [Piece(scope, False)] if scope else []
    before, _, behind = scope.partition(quote)
    pieces = [Piece(before, False), Piece(quote, True), Piece(behind, False)]
    return [piece for piece in pieces if piece.text]


def node_panels(run: "Run") -> list[Record]:
    """Return for every node what its panel says."""
    chains = chain_names(run)
    local = {node: group["name"].tolist() for node, group in run.survey.coverage.groupby("node")}
    targets = _targets(run)
    gap_parts = gap_parts_of(run.profile.gap_weights.model_dump())
    panels = []
    for row in records(run.survey.gaps):
        node = row["node"]
        data = run.graph.nodes[node]
        panels.append(
            row
            | {
                "chain_name": chains[row["chain"]],
                "segment_name": segment_name(run, row["chain"], row["segment"]),
                "does": data["does"],
                "investments": data["investments"],
                "parts": [
                    Part(part.title, None if unknown(row[part.column]) else row[part.column], None)
                    for part in gap_parts
                ],
                "local": local.get(node, [])[:_LOCAL],
                "local_count": len(local.get(node, [])),
                "suppliers": _neighbours(run, sorted(run.graph.pred[node]), row["chain"]),
                "buyers": _neighbours(run, sorted(run.graph.succ[node]), row["chain"]),
                "best": targets.get(node, []),
            }
        )
    return panels


def _neighbours(run: "Run", nodes: Sequence[str], chain: str) -> list[tuple[str, str]]:
    """Id and name of neighbour nodes, with the chain where it is another one."""
    chains = chain_names(run)
    found = []
    for node in nodes:
        data = run.graph.nodes[node]
        other = f"（{chains[data['chain']]}）" if data["chain"] != chain else ""
        found.append((node, data["name"] + other))
    return found


def best_fits(fits: pd.DataFrame) -> pd.DataFrame:
    """Return the best fits of each node, as panels show them."""
    good = fits[fits["node"].ne("") & (fits["fit"] >= LEAST_FIT)]
    best = good.sort_values(["node", "fit", "firm_id"], ascending=[True, False, True])
    return best.groupby("node").head(_BEST)


def _targets(run: "Run") -> dict[str, list[dict[str, Any]]]:
    """The firms that passed the gates and fit each node best, with their place on the list."""
    place = dict(zip(run.shortlist["firm_id"], run.shortlist["rank"], strict=True))
    fits = gates.passed(run.fits, run.excluded)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in records(best_fits(fits)):
        found.setdefault(row["node"], []).append(row | {"place": place.get(row["firm_id"])})
    return found
