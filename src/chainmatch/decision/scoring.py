"""Scores: what a target firm is worth to the county, part by part.

Every part of :data:`chainmatch.parts.PARTS` is 0…1 or unknown (NaN), rounded to four digits before
it is used, so that the table holds exactly what the score was computed from.

``score = Σ w·part / Σ w`` over the known parts. ``low`` and ``high`` put 0 and 1 for each unknown
part. A firm is scored at the node where its score is highest (then by fit, then by node id) among
those where it could enter the shortlist, if there are any. Evidence that only branches may act on
(限分支机构经营) makes the grade ``uncertain`` at most.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from chainmatch.decision.county import County
from chainmatch.decision.firm_facts import firm_facts, kin_of
from chainmatch.decision.gaps import Survey
from chainmatch.decision.grades import fills, graded
from chainmatch.decision.main_business import main_business
from chainmatch.decision.mean import interval, weighted_mean
from chainmatch.decision.partners import PartnerBook, made_texts
from chainmatch.matching.ambiguous import rival_nodes
from chainmatch.matching.grammar import read_scopes
from chainmatch.parts import FACTS, PARTS, Facts
from chainmatch.profile import Profile
from chainmatch.schema.columns import TABLES
from chainmatch.schema.records import BUYER, SUPPLIER, Partner, Point, named
from chainmatch.util.missing import among, rows_of, text_of

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

SHOWN = 3  # weak points of a firm


def score(
    targets: pd.DataFrame,
    fits: pd.DataFrame,
    survey: Survey,
    links: pd.DataFrame | None,
    profile: Profile,
    graph: "Graph",
) -> pd.DataFrame:
    """Score every target firm at the best node of its main business (``TABLES["scores"]``).

    Best first. A firm that no chain knows is scored outside them, with an empty node.

    ``targets`` are firms that passed the gates, ``fits`` their fits (``TABLES["match"]``),
    ``links`` their links to local firms (``None``: not looked for, so ``kinship`` is unknown). Ties
    stand in the order of firm ids. Reasons, weak points and partners are tuples of records
    (:mod:`chainmatch.schema.records`).
    """
    facts, partners = pair_facts(targets, fits, survey, links, graph)
    return judged(facts, partners, targets, profile, graph)


def judged(
    facts: pd.DataFrame,
    partners: Sequence[tuple[Partner, ...]],
    targets: pd.DataFrame,
    profile: Profile,
    graph: "Graph",
) -> pd.DataFrame:
    """Score firms whose facts are known (:func:`pair_facts`), as :func:`score`."""
    weights = weights_of(profile)
    shown = parts_at(facts)
    chosen = best_rows(shown, profile)
    table = _table(facts.iloc[chosen], shown.iloc[chosen], targets, graph)
    records = rows_of(facts.iloc[chosen])
    values = shown.iloc[chosen][[part.column for part in PARTS]].to_numpy(dtype=float).tolist()
    table["partner_firms"] = [partners[row] for row in chosen.tolist()]
    table["reasons"] = list(map(reasons, records, values))
    table["weak_points"] = [
        weak_points(*pair, weights) for pair in zip(records, values, strict=True)
    ]
    intervals = [interval(row, weights) for row in values]
    table[["score", "low", "high"]] = np.array(intervals, dtype=float).reshape(-1, 3)
    table = table.sort_values(["score", "firm_id"], ascending=[False, True], ignore_index=True)
    return table[list(TABLES["scores"])]


def pair_facts(
    targets: pd.DataFrame,
    fits: pd.DataFrame,
    survey: Survey,
    links: pd.DataFrame | None,
    graph: "Graph",
) -> tuple[pd.DataFrame, list[tuple[Partner, ...]]]:
    """Return the facts of firms at the nodes that they may be scored at, and their partners.

    One row a pair: ``firm_id, node`` and the columns of ``parts.FACTS``.
    """
    return facts_here(own_pairs(targets, fits, survey.county, graph), survey, links, graph)


class Pairs(NamedTuple):
    """Firms at the nodes that they may be scored at: what holds whoever else is in the county.

    ``facts`` has one row a pair, ``made`` the :func:`made_texts` of the firms.
    """

    facts: pd.DataFrame
    made: Mapping[str, str]


def own_pairs(targets: pd.DataFrame, fits: pd.DataFrame, county: County, graph: "Graph") -> Pairs:
    """Return what the firms' own rows say of them at every node that they may be scored at."""
    rows = _candidates(targets, fits, county, graph)
    targets = targets[among(targets["firm_id"], rows["firm_id"].tolist())].drop_duplicates(
        "firm_id"
    )
    ids, scopes = targets["firm_id"].tolist(), text_of(targets["scope"]).tolist()
    items = read_scopes(scopes)
    by_firm = dict(zip(ids, items, strict=True))
    rows["rival"], rows["rival_phrase"] = _rivals(rows, fits, graph)
    rows = graded(rows, dict(zip(ids, scopes, strict=True)), by_firm)
    facts = rows.join(firm_facts(targets, items, county), on="firm_id").reset_index(drop=True)
    facts = _refused_elsewhere(facts, fits, county)
    return Pairs(facts, made_texts(targets, items))


def facts_here(
    pairs: Pairs,
    survey: Survey,
    links: pd.DataFrame | None,
    graph: "Graph",
    book: PartnerBook | None = None,
) -> tuple[pd.DataFrame, list[tuple[Partner, ...]]]:
    """Return :func:`pair_facts` of firms whose own facts are known.

    ``book`` is one already built on the survey.
    """
    facts = pairs.facts.join(kin_of(links, pairs.made), on="firm_id")
    for name, values in _node_facts(facts["node"].tolist(), survey, graph).items():
        facts[name] = values
    facts = _unwished(facts, pairs.made, survey)
    book = book or PartnerBook(survey, graph)
    partners = [
        book.of(node, evidence, pairs.made[firm]) if node else ()
        for firm, node, evidence in zip(
            *(facts[name].tolist() for name in ("firm_id", "node", "evidence")), strict=True
        )
    ]
    facts["supplier"] = [_first(own, SUPPLIER) for own in partners]
    facts["buyer"] = [_first(own, BUYER) for own in partners]
    facts["partner_size"] = [math.fsum(p.size for p in own) for own in partners]
    return facts[["firm_id", "node", *FACTS]], partners


def _unwished(facts: pd.DataFrame, made: Mapping[str, str], survey: Survey) -> pd.DataFrame:
    """Take the county's wish for one product from firms whose own text does not name it."""
    wanted = survey.county.wanted
    found = facts.assign(unwished="")
    for node in sorted(set(wanted) & set(facts["node"])):
        words, (worth, why) = wanted[node], survey.unwished[node]
        here = found.index[found["node"].eq(node)]
        others = [
            row
            for row, firm in zip(here, found.loc[here, "firm_id"], strict=True)
            if not any(word in made[firm] for word in words)
        ]
        found.loc[others, ["gap", "gap_reason", "unwished"]] = [worth, why, words[0]]
    return found


_SURELY = 0.5  # a fit from here on says that the firm does what the node names


def _refused_elsewhere(facts: pd.DataFrame, fits: pd.DataFrame, county: County) -> pd.DataFrame:
    """Say of firms what else they make at nodes where the county takes nobody (:data:`FACTS`)."""
    makes = fits["activity"].isin(("make", "grow")) & fits["fit"].ge(_SURELY)
    shut = fits[makes & among(fits["node"], county.closed)]
    worst = shut.sort_values(["main", "node"], ascending=[False, True]).drop_duplicates("firm_id")
    found = facts[["firm_id", "evidence"]].merge(
        worst[["firm_id", "main", "evidence"]], on="firm_id", how="left", suffixes=("", "_shut")
    )
    more = found["main"].notna() & found["evidence_shut"].ne(found["evidence"])
    more &= facts["refused"].eq(0).to_numpy()
    facts.loc[more, "refused"] = found.loc[more, "main"].round(4)
    facts.loc[more, "refused_phrase"] = found.loc[more, "evidence_shut"]
    return facts


def parts_at(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of every row of facts, with what a row is chosen by."""
    values = np.stack([part.value(facts) for part in PARTS], axis=1).round(4)
    shown = pd.DataFrame(values, columns=[part.column for part in PARTS])
    named = facts[["firm_id", "node", "grade"]].reset_index(drop=True)
    return pd.concat([named.assign(_fit=facts["fit"].to_numpy(dtype=float)), shown], axis=1)


def best_rows(shown: pd.DataFrame, profile: Profile) -> np.ndarray:
    """Return the position of each firm's best row of :func:`parts_at`.

    First are those that could enter the shortlist.
    """
    may = fills(shown, profile.entry).to_numpy(dtype=bool)
    worth = worth_of(shown, profile)
    keys = pd.DataFrame(
        {
            "firm": shown["firm_id"].to_numpy(),
            "not": ~may,
            # rounded: sums of a matrix may differ in their last bit with the rows around
            "score": -np.nan_to_num(worth, nan=-1.0).round(12),
            "fit": -shown["_fit"].to_numpy(),
            "node": shown["node"].to_numpy(),
        }
    )
    ordered = keys.sort_values(["firm", "not", "score", "fit", "node"], kind="stable")
    best: np.ndarray = ordered.drop_duplicates("firm").index.to_numpy()
    return best


def worth_of(shown: pd.DataFrame, profile: Profile) -> np.ndarray:
    """Return the weighted mean of the known parts of every row."""
    weights = np.array(list(weights_of(profile).values()))
    return weighted_mean(shown[[part.column for part in PARTS]].to_numpy(dtype=float), weights)


def weights_of(profile: Profile) -> dict[str, float]:
    """Return the weight of every part, in the order of the registry."""
    return {part.name: float(getattr(profile.weights, part.name)) for part in PARTS}


def _candidates(
    targets: pd.DataFrame, fits: pd.DataFrame, county: County, graph: "Graph"
) -> pd.DataFrame:
    """Return the fits at which firms may be scored: main business that the county takes."""
    closed = county.closed
    own = main_business(fits[among(fits["firm_id"], targets["firm_id"].tolist())], closed)
    open_ = among(own["node"], {"", *graph} - set(closed))
    return own.loc[open_, ["firm_id", "node", "fit", "main", "grade", "activity", "evidence"]]


_AS_SURELY = 0.8  # of the fit


def _rivals(rows: pd.DataFrame, fits: pd.DataFrame, graph: "Graph") -> tuple[list[str], list[str]]:
    """Return for each row the name of another node that its text says too; "" if there is none.

    And the phrase for it, "" where it is that of the row.

    Nearly as surely and with the same activity, in the same phrase or, of nodes that share many
    words, in another: 片剂 may be herbal or chemical.
    """
    key = ["firm_id", "activity"]
    alike = fits[fits["evidence"].ne("") & fits["firm_id"].isin(rows["firm_id"])]
    columns = [*key, "evidence", "node", "fit"]
    pairs = rows[columns].merge(alike[columns], on=key)
    share = {frozenset(pair) for pair in rival_nodes(graph)}
    shares = [{*pair} in share for pair in zip(pairs["node_x"], pairs["node_y"], strict=True)]
    pairs = pairs[
        pairs["node_x"].ne(pairs["node_y"])
        & (pairs["evidence_x"].eq(pairs["evidence_y"]) | np.array(shares, dtype=bool))
        & pairs["fit_y"].ge(_AS_SURELY * pairs["fit_x"])
    ]
    best = pairs.sort_values(["fit_y", "node_y"], ascending=[False, True])
    best = best.drop_duplicates(["firm_id", "node_x"]).set_index(["firm_id", "node_x"])
    best["phrase"] = best["evidence_y"].where(best["evidence_x"] != best["evidence_y"], "")
    found = best.reindex(pd.MultiIndex.from_frame(rows[["firm_id", "node"]]))
    names = [graph.nodes[n]["name"] if n else "" for n in text_of(found["node_y"]).tolist()]
    return names, text_of(found["phrase"]).tolist()


_NODE_FACTS = (
    *("node_name", "settles", "settle"),
    *("reach", "reached", "reach_steps", "through"),
    *("gap", "gap_reason"),
)


def _node_facts(nodes: list[str], survey: Survey, graph: "Graph") -> dict[str, list[object]]:
    county = survey.county
    settle = county.profile.settle.model_dump()
    worth = dict(zip(survey.gaps["node"], survey.gaps["score"].tolist(), strict=True))
    outside = ("", "anywhere", 1.0, math.nan, "", 0, "", 0.0, "")  # of all chains
    known = {"": dict(zip(_NODE_FACTS, outside, strict=True))}
    for node in set(nodes) - {""}:
        data, reach = graph.nodes[node], county.reach[node]
        settles = data["settles"]
        facts = (
            *(data["name"], settles, settle[settles]),
            *(reach.value, reach.words, reach.steps, reach.through),
            *(worth[node], survey.reasons[node]),
        )
        known[node] = dict(zip(_NODE_FACTS, facts, strict=True))
    return {name: [known[node][name] for node in nodes] for name in _NODE_FACTS}


def _first(partners: tuple[Partner, ...], side: str) -> str:
    return next((named(partner) for partner in partners if partner.side == side), "")


def reasons(facts: Facts, values: list[float]) -> tuple[Point, ...]:
    """Return what speaks for a firm at a node: part by part, in the order of the registry."""
    found = [
        Point(part.title, text)
        for part, value in zip(PARTS, values, strict=True)
        if value >= part.weak and not part.warns(facts) and (text := part.reason(facts))
    ]
    return tuple(found)


def weak_points(facts: Facts, values: list[float], weights: dict[str, float]) -> tuple[Point, ...]:
    """Return the weakest points, worst first: by weight × what the part lacks or may lack.

    What has to be said (``warns``) stands before them.
    """
    lacks = sorted(
        (not part.warns(facts), -weights[part.name] * (1 if math.isnan(v) else 1 - v), index)
        for index, (part, v) in enumerate(zip(PARTS, values, strict=True))
        if weights[part.name] and (part.warns(facts) or not v >= part.weak)
    )
    found = []
    for *_, index in lacks:
        part = PARTS[index]
        text = part.unknown if math.isnan(values[index]) else part.weakness(facts)
        found += [Point(part.title, text)] if text else []
    return tuple(found[:SHOWN])


def _table(
    facts: pd.DataFrame, parts: pd.DataFrame, targets: pd.DataFrame, graph: "Graph"
) -> pd.DataFrame:
    firms = targets.drop_duplicates("firm_id").set_index("firm_id").reindex(facts["firm_id"])
    place = text_of(firms["province"]) + text_of(firms["city"]) + text_of(firms["county"])
    region = text_of(firms["region"])
    data = {
        "firm_id": facts["firm_id"].to_numpy(),
        "name": firms["name"].to_numpy(),
        "region": [
            province + where if where and province not in where else where
            for province, where in zip(
                text_of(firms["province"]), region.where(region.ne(""), place), strict=True
            )
        ],
        "zone": text_of(firms["zone"]).to_numpy(),
        "chain": [graph.nodes[node]["chain"] if node else "" for node in facts["node"].tolist()],
        "node": facts["node"].to_numpy(),
        "node_name": facts["node_name"].to_numpy(),
        "grade": facts["grade"].to_numpy(),
        "evidence": facts["evidence"].to_numpy(),
    }
    return pd.DataFrame(data | {column: parts[column].to_numpy() for column in parts})
