"""Fit the weights of the parts on firms and nodes graded by reading, and say how they hold.

    python scripts/fit_decision.py --targets FILE --local FILE --visits FILE --nodes FILE
        [--against RUN] [--write]

``visits`` is a CSV with ``uscc, grade, rank`` (VISIT, ARGUABLE, NO; 0…100), ``nodes`` one with
``node, rank, status``. The model is that of ``chainmatch learn``: logistic, no weight below 0. A
firm is graded at the node where its score is highest, so fitting and choosing take turns. Nothing
that is fitted knows a firm, a name or a place. ``--against`` judges the scores and gaps of another
run of the same lists beside them, ``--write`` puts the weights into the registry.
"""

import argparse
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from scipy.stats import rankdata, spearmanr
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import roc_auc_score

import chainmatch
from chainmatch.chains.graph import ids_now
from chainmatch.decision import gates
from chainmatch.decision.learning import fit_weights
from chainmatch.decision.mean import weighted_mean
from chainmatch.decision.relatedness import read_relatedness
from chainmatch.decision.scoring import pair_facts
from chainmatch.identity.linking import Linker
from chainmatch.parts import GAP_PARTS, PARTS

LEAST = 0.02  # no part of the registry is dropped: another county may need it
PENALTY = 0.3
SPLITS = 10
ROOT = Path(__file__).parent.parent


class Firms:
    """Facts of graded firms at every node of their main business."""

    def __init__(self, facts: pd.DataFrame, graded: pd.DataFrame) -> None:
        self.graded = graded
        self.firm = facts["firm_id"].to_numpy()
        self.node = facts["node"].to_numpy()
        self.parts = np.stack([part.value(facts) for part in PARTS], axis=1).round(4)
        self.capital = facts["capital"].to_numpy(dtype=float)

    def best(self, worth: np.ndarray) -> pd.DataFrame:
        """Return the row of each firm where ``worth`` is highest: ``row``, ``worth`` by firm."""
        rows = pd.DataFrame({"firm": self.firm, "node": self.node, "worth": worth})
        rows["row"] = range(len(rows))
        order = rows.sort_values(["firm", "worth", "node"], ascending=[True, False, True])
        return order.drop_duplicates("firm").set_index("firm")

    def fit(self, ids: list[str]) -> np.ndarray:
        """Return the weights that fit these firms best; the sum is 1."""
        weights = np.array([part.weight for part in PARTS])
        prior = np.array([part.weight for part in PARTS])
        for _ in range(4):
            best = self.best(weighted_mean(self.parts, weights))
            use = [firm for firm in ids if firm in best.index]
            ranks = self.graded.loc[use, "rank"].to_numpy()
            worth = (rankdata(ranks) - 0.5) / len(ranks)
            _, beta = fit_weights(self.parts[best.loc[use, "row"]], worth, prior, PENALTY)
            weights = np.maximum(beta / beta.sum(), LEAST)
            weights = weights / weights.sum()
        return weights

    def worth(self, worth: np.ndarray) -> "pd.Series[float]":
        """Return what each firm is worth where that is most."""
        return self.best(worth)["worth"]

    def judge(self, worth: "pd.Series[float]", ids: list[str]) -> tuple[float, float]:
        """Return rank correlation and area under the curve for VISIT; firms left out come last."""
        score = worth.reindex(ids).fillna(-1.0)
        graded = self.graded.loc[ids]
        visit = graded["grade"].eq("VISIT")
        area = roc_auc_score(visit, score) if visit.any() else np.nan
        return float(spearmanr(score, graded["rank"])[0]), float(area)


def main() -> None:
    """Fit, print the figures, and write the weights if asked to."""
    options = _options()
    profile = chainmatch.read_profile()
    graph = chainmatch.read_chains()
    targets, local = (
        chainmatch.resolve(chainmatch.read_firms(path).table, None).firms
        for path in (options.targets, options.local)
    )
    fits, own = (chainmatch.match(firms, graph, top=None) for firms in (targets, local))
    links = Linker(local).link(targets)
    survey = chainmatch.survey(graph, own, local, profile, fits)
    excluded = gates.check(targets, links, fits, profile, graph)
    graded = pd.read_csv(options.visits).drop_duplicates("uscc").set_index("uscc")
    graded = graded[graded.index.isin(targets["firm_id"])]
    use = targets["firm_id"].isin(graded.index) & ~targets["firm_id"].isin(excluded["firm_id"])
    facts, _ = pair_facts(targets[use], fits, survey, links, graph)
    firms, others = Firms(facts, graded), options.against and Path(options.against)
    old = pd.read_csv(others / "scores.csv", index_col="firm_id")["score"] if others else None
    weights = _firms(firms, {n: d["chain"] for n, d in graph.nodes(data=True)}, old)
    old = pd.read_csv(others / "gaps.csv", index_col="node")["score"] if others else None
    gap_weights = _nodes(survey.gaps, pd.read_csv(options.nodes).set_index("node"), graph, old)
    if options.write:
        _write(dict(zip([p.name for p in PARTS], weights, strict=True)), gap_weights)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("targets", "local", "visits", "nodes"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--against")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def _firms(firms: Firms, chain_of: Mapping[str, str], old: "pd.Series[float] | None") -> np.ndarray:
    ids = list(firms.graded.index)
    shipped = np.array([part.weight for part in PARTS])
    trees = _trees(firms)
    rows = {
        "fitted on the other half": lambda train: firms.worth(
            weighted_mean(firms.parts, firms.fit(train))
        ),
        "weights as they ship": lambda train: firms.worth(weighted_mean(firms.parts, shipped)),
        "gradient boosting, same parts": lambda train: firms.worth(trees(train)),
        "capital alone": lambda train: firms.worth(np.nan_to_num(firms.capital, nan=0.0)),
    }
    if old is not None:
        rows["the other run"] = lambda train: old
    print(f"{len(ids)} graded firms, {SPLITS} splits in halves: rank correlation, area for VISIT")
    for name, worth in rows.items():
        figures = []
        for train, test in _halves(ids):
            figures.append(firms.judge(worth(train), test))
        mean, spread = np.mean(figures, axis=0), np.std(figures, axis=0)
        print(f"  {name:32} {mean[0]:.3f} ± {spread[0]:.3f}   {mean[1]:.3f} ± {spread[1]:.3f}")
    _print_chains(firms, chain_of)
    weights = firms.fit(ids)
    print(
        "  fitted on all:",
        {p.name: round(float(w), 3) for p, w in zip(PARTS, weights, strict=True)},
    )
    return weights


def _print_chains(firms: Firms, chain_of: Mapping[str, str]) -> None:
    """Hold out whole kinds: the firms of one chain, graded with weights from the others."""
    shipped = weighted_mean(firms.parts, np.array([part.weight for part in PARTS]))
    best = firms.best(shipped)
    chain = best["row"].map(lambda row: chain_of.get(str(firms.node[row]), "outside"))
    for kind in sorted(set(chain)):
        own = [firm for firm in firms.graded.index if chain.get(firm) == kind]
        others = [firm for firm in firms.graded.index if firm not in set(own)]
        worth = firms.worth(weighted_mean(firms.parts, firms.fit(others)))
        rank, area = firms.judge(worth, own)
        print(f"  held out: {kind:22} {len(own):4} firms  {rank:.3f}   {area:.3f}")


def _trees(firms: Firms) -> Callable[[list[str]], np.ndarray]:
    filled = np.nan_to_num(firms.parts, nan=0.5)
    shipped = weighted_mean(firms.parts, np.array([part.weight for part in PARTS]))

    def worth(train: list[str]) -> np.ndarray:
        best = firms.best(shipped)
        use = [firm for firm in train if firm in best.index]
        model = GradientBoostingRegressor(n_estimators=150, max_depth=3, learning_rate=0.05,
                                          subsample=0.7, random_state=0)  # fmt: skip
        model.fit(filled[best.loc[use, "row"]], rankdata(firms.graded.loc[use, "rank"]) / len(use))
        found: np.ndarray = model.predict(filled)
        return found

    return worth


def _halves(ids: list[str]) -> list[tuple[list[str], list[str]]]:
    random = np.random.default_rng(0)
    found = []
    for _ in range(SPLITS):
        order = random.permutation(len(ids))
        half = len(ids) // 2
        found.append(([ids[i] for i in order[:half]], [ids[i] for i in order[half:]]))
    return found


def _nodes(
    gaps: pd.DataFrame,
    graded: pd.DataFrame,
    graph: "nx.DiGraph[str]",
    old: "pd.Series[float] | None",
) -> dict[str, float]:
    """Fit the weights of a gap's parts; what multiplies them stays as it is.

    A node that was split since it was graded is judged by that of its parts that scores highest.
    """
    best = gaps.sort_values(["score", "node"], ascending=[False, True])["node"].tolist()
    now = [min(ids_now(graph, node), key=best.index) for node in graded.index]
    table = gaps.set_index("node").loc[now].set_index(graded.index)
    parts = table[[part.column for part in GAP_PARTS]].to_numpy(dtype=float)
    shipped = np.array([part.weight for part in GAP_PARTS])
    factor = (table["score"] / weighted_mean(parts, shipped)).fillna(0.0).to_numpy()
    rank = graded["rank"].to_numpy()

    def fit(use: np.ndarray) -> np.ndarray:
        worth = (rankdata(rank[use]) - 0.5) / len(use)
        prior = np.array([part.weight for part in GAP_PARTS])
        known = np.where(np.isnan(parts[use]), np.nanmean(parts[use], axis=0), parts[use])
        _, beta = fit_weights(known * factor[use, None], worth, prior, PENALTY)
        weights = np.maximum(beta / beta.sum(), LEAST)
        return weights / weights.sum()

    rows = {
        "fitted on the other half": lambda train: weighted_mean(parts, fit(train)) * factor,
        "weights as they ship": lambda train: weighted_mean(parts, shipped) * factor,
        "popularity": lambda train: _popularity(graded.index),
    }
    if old is not None:
        rows["the other run"] = lambda train: old.reindex(graded.index).fillna(0.0).to_numpy()
    print(f"{len(rank)} graded nodes: rank correlation")
    halves = [np.array(pair, dtype=int) for pair in _halves([str(n) for n in range(len(rank))])]
    for name, score in rows.items():
        found = [float(spearmanr(score(own)[on], rank[on])[0]) for own, on in halves]
        print(f"  {name:32} {np.mean(found):.3f} ± {np.std(found):.3f}")
    status = graded["status"].replace({"nodata": "no-data"})
    print(f"  status as read                   {(table['status'] == status).mean():.3f}")
    weights = fit(np.arange(len(rank)))
    print(
        "  fitted on all:",
        {p.name: round(float(w), 3) for p, w in zip(GAP_PARTS, weights, strict=True)},
    )
    return dict(zip([p.name for p in GAP_PARTS], weights, strict=True))


def _popularity(nodes: "pd.Index[str]") -> np.ndarray:
    """Return how many places hold each node, as it was learned; 0 where that is not known."""
    known = read_relatedness().popularity
    return np.array([known.get(node, 0.0) for node in nodes])


def _write(weights: dict[str, float], gap_weights: dict[str, float]) -> None:
    """Put the weights into the part files, in steps of 0.01."""
    folder = ROOT / "src" / "chainmatch" / "parts"
    for path in sorted(folder.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        known = gap_weights if path.name == "gaps.py" else weights
        for name, weight in known.items():
            text = re.sub(
                rf'(name="{name}",.*?weight=)[0-9.]+',
                rf"\g<1>{weight:.2f}",
                text,
                count=1,
                flags=re.S,
            )
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
