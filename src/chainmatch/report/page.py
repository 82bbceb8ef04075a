"""The page that leaders read: report.html, one file that asks nothing from outside.

Everything out of a list is escaped by the templates; the page's own policy forbids any script but
the one whose digest it names, and any request.
"""

import base64
import hashlib
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainmatch.parts import parts_of
from chainmatch.report import cards, facts, limits
from chainmatch.report.beyond import beyond_text
from chainmatch.report.chainmap import chain_svg, legend, map_style
from chainmatch.report.opportunities import opportunities
from chainmatch.report.templates import environment, source
from chainmatch.report.visitmap import visit_map
from chainmatch.report.visits import visit_plan
from chainmatch.schema import words

if TYPE_CHECKING:
    from chainmatch.run import Run

_REJECTS = 500


def write_page(run: "Run", path: Path) -> None:
    """Write the page of a run to ``path``. The same run gives the same bytes."""
    text = environment().get_template("report.html").render(**_context(run))
    Path(path).write_text(text, encoding="utf-8", newline="\n")


def _context(run: "Run") -> dict[str, Any]:
    script, firms, plan = source("report.js"), cards.firm_cards(run), visit_plan(run)
    return {
        "run": run,
        "facts": facts,
        "limits": limits,
        "style": source("report.css") + map_style(),
        "script": script,
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "chain_names": facts.chain_names(run),
        "weights": _weights(run),
        "wanted": opportunities(run, "recruit"),
        "grown": opportunities(run, "grow"),
        "closed": int(run.survey.gaps["way"].eq("closed").sum()),
        "chain_state": _chain_state(run),
        "maps": _maps(run),
        "panels": cards.node_panels(run),
        "firms": firms,
        "zones": _zones(run),
        "beyond": beyond_text(run),
        "plan": plan,
        "plan_home": run.profile.place,
        "visit_map": visit_map(run, plan),
        "cases": _cases(run),
        "excluded": _excluded(run),
        "rejects": limits.rejects(run, _REJECTS)[:_REJECTS],
        "cut": limits.is_cut(run, limits.PAGE) or len(run.scores) > limits.PAGE,
    }


def _weights(run: "Run") -> list[tuple[str, float, str]]:
    """Title, share and meaning of the parts of a score, in the order of the registry."""
    weights = run.profile.weights.model_dump()
    total = math.fsum(weights.values())
    return [(part.title, weights[part.name] / total, part.meaning) for part in parts_of(weights)]


def _zones(run: "Run") -> list[str]:
    """The zones of the shortlist as they can be chosen; firms outside all zones come last."""
    found = set(run.shortlist["zone"].tolist())
    return sorted(found - {""}) + [words.NO_ZONE] * ("" in found)


def _chain_state(run: "Run") -> list[tuple[str, list[tuple[str, int]]]]:
    """Name of every chain, and how many of its nodes have each status."""
    count = run.survey.gaps.groupby(["chain", "status"]).size().to_dict()
    return [
        (name, [(key, count.get((chain, key), 0)) for key in words.STATUS])
        for chain, name in facts.chain_names(run).items()
    ]


def _maps(run: "Run") -> list[dict[str, Any]]:
    gaps = run.survey.gaps
    status = dict(zip(gaps["node"], gaps["status"], strict=True))
    kinds = dict(zip(gaps["node"], gaps["kind"], strict=True))
    scores = {n: s for n, s in zip(gaps["node"], gaps["score"], strict=True) if kinds[n]}
    found = []
    for chain, data in run.graph.graph["chains"].items():
        nodes = [node for node, owner in run.graph.nodes(data="chain") if owner == chain]
        found.append(
            {
                "id": chain,
                "name": data["name"],
                "about": data["about"],
                "picture": chain_svg(
                    run.graph, chain, status, scores, kinds, link="node-", style=False
                ),
                "legend": legend({node: status[node] for node in nodes}),
            }
        )
    return found


def _cases(run: "Run") -> list[tuple[str, list[facts.LeadCase]]]:
    """Leads by kind, in the order in which the kinds first appear."""
    groups: dict[str, list[facts.LeadCase]] = {}
    for case in facts.lead_cases(run):
        groups.setdefault(case.lead["kind"] or "类型不详", []).append(case)
    return list(groups.items())


def _excluded(run: "Run") -> list[tuple[str, int, list[tuple[str, list[str]]]]]:
    """Gate, number of firms, and for each reason the firms; the largest gates first."""
    groups: dict[str, dict[str, list[str]]] = {}
    often = limits.gates(run)
    for row in limits.excluded(run, limits.PAGE):
        groups.setdefault(row["gate"], {}).setdefault(row["why"], []).append(row["name"])
    found = [(gate, often[gate], sorted(reasons.items())) for gate, reasons in groups.items()]
    return sorted(found, key=lambda gate: (-gate[1], gate[0]))
