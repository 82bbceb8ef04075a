"""What the page shows on request: the evidence card of a firm, the panel of a node."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from chainmatch.decision.scoring import COLUMN, contributions
from chainmatch.report.facts import (
    Record,
    chain_names,
    gap_reasons,
    records,
    segment_name,
    shortlisted,
)
from chainmatch.report.firmsheets import capital_text
from chainmatch.report.words import GAP_PARTS, PARTS, unknown

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
    kin: dict[str, list[Record]] = {}
    for link in records(run.candidates.links):
        kin.setdefault(link["left_id"], []).append(link)
    return [
        firm
        | {
            "chain_name": chains[firm["chain"]],
            "parts": _parts(firm, run.profile.weights.model_dump()),
            "missing": _most_telling(firm, run.profile.weights.model_dump()),
            "gap_why": reasons.get(firm["node"], ""),
            "pieces": marked(firm["scope"], firm["evidence"]),
            "partners_by_side": sides(firm["partner_firms"]),
            "weak": [text for text in firm["weak_points"].split("；") if text],
            "capital_text": capital_text(firm),
            "kin": kin.get(firm["firm_id"], []),
        }
        for firm in shortlisted(run)
    ]


def _parts(firm: Record, weights: dict[str, float]) -> list[Part]:
    row = {COLUMN[part]: float("nan") if unknown(firm[COLUMN[part]]) else firm[COLUMN[part]]
           for part in PARTS}  # fmt: skip
    added = contributions(row, weights)
    return [
        Part(title, None, None)
        if unknown(row[COLUMN[part]])
        else Part(title, row[COLUMN[part]], added[part])
        for part, title in PARTS.items()
    ]


def _most_telling(firm: Record, weights: dict[str, float]) -> str:
    """Return the unknown part that widens the interval most; "" if all are known."""
    blank = [part for part in PARTS if unknown(firm[COLUMN[part]])]
    return PARTS[max(blank, key=lambda part: weights[part])] if blank else ""


def sides(text: str) -> list[tuple[str, list[str]]]:
    """Cut ``上游：甲、乙；下游：丙`` into (上游, [甲, 乙]) and (下游, [丙])."""
    found = []
    for side in filter(None, re.split(r"；(?=下游：)", text)):
        direction, _, names = side.partition("：")
        found.append((direction, names.split("、")))
    return found


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
                    Part(title, None if unknown(row[part]) else row[part], None)
                    for part, title in GAP_PARTS.items()
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


def best_fits(fits: pd.DataFrame, least: float) -> pd.DataFrame:
    """Return the best fits of each node, of those that are ``least`` or more, as panels show."""
    good = fits[fits["node"].ne("") & (fits["fit"] >= least)]
    best = good.sort_values(["node", "fit", "firm_id"], ascending=[True, False, True])
    return best.groupby("node").head(_BEST)


def _targets(run: "Run") -> dict[str, list[dict[str, Any]]]:
    """The firms that passed the gates and fit each node best, with their place on the list."""
    place = dict(zip(run.shortlist["firm_id"], run.shortlist["rank"], strict=True))
    fits = run.fits[~run.fits["firm_id"].isin(run.excluded["firm_id"])]
    found: dict[str, list[dict[str, Any]]] = {}
    for row in records(best_fits(fits, run.profile.gates.min_fit)):
        found.setdefault(row["node"], []).append(row | {"place": place.get(row["firm_id"])})
    return found
