"""Learn the numbers of the matcher; writes data/learned/*.json.

    python scripts/fit_sectors.py --registry FILE.parquet --labels FILE.csv

``borders``: beside which characters a short wording is no word, by the segmenter's majority.
``frequencies``: in how many registrations each wording of the chains stands (column ``scope``).
``fit``: weights of two small logistic functions. Labels are given per chain (1, 0, empty = do not
count), so the node weights are learned on the strongest node of each firm and chain: its fit is the
probability that the chain is the firm's business. Figures printed are cross-validated by firm.
"""

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from chainmatch.chains import read_chains
from chainmatch.lexicon import SHORT, Lexicon, cuts_at, read_borders
from chainmatch.resources import data_folder
from chainmatch.sectors import FitModel, Matcher, Summary, _strongest_first, logit, summarise
from chainmatch.text import normalise

FACTORS = {
    "stated": 1.0,  # the firm does with the thing what the node does, said on the item itself
    "reached": 0.9,  # the verb stands before or behind the list
    "bare": 0.8,  # no verb, and the node is not about making: 水力发电, 民宿
    "bare-make": 0.5,  # no verb, and it could be made or sold
    "own-sale": 0.5,  # the node sells, but the firm sells what it makes
    "only-trade": 0.1,  # sold, not made
    "other": 0.15,  # another activity than the node's
    "modifier": 0.15,  # the wording is not the head of its item
    "hint": 0.3,
    "branch": 0.3,  # only branches may do it
    "common": 0.7,  # how much a common wording loses
    "name": 0.6,
    "code": 0.9,
}
START = {"intercept": -3.0, **dict.fromkeys(Summary._fields, 2.0)}
REGULARISATION = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--registry", type=Path)
    parser.add_argument("--labels", type=Path, required=True)
    arguments = parser.parse_args()
    graph = read_chains()
    folder = data_folder("learned")
    if arguments.registry:
        scopes = pd.read_parquet(arguments.registry, columns=["scope"])["scope"].dropna()
        write(folder / "borders.json", learn_borders(graph, scopes))
        read_borders.cache_clear()
        write(folder / "frequencies.json", count_words(graph, scopes))
    counted = json.loads((folder / "frequencies.json").read_text(encoding="utf-8"))
    labelled = pd.read_csv(arguments.labels, dtype=str)
    weights, chain_weights = learn(graph, counted, labelled)
    rounded = lambda numbers: {key: round(float(value), 4) for key, value in numbers.items()}  # noqa: E731
    learned = {
        "factors": FACTORS,
        "weights": rounded(weights),
        "chain_weights": rounded(chain_weights),
    }
    write(folder / "fit.json", learned)


def write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def learn_borders(graph, scopes) -> dict:
    lexicon = Lexicon(graph, borders={})
    short = [word for word in lexicon.words if len(word) <= SHORT]
    votes = {word: (defaultdict(list), defaultdict(list)) for word in short}
    for scope in scopes:
        text = normalise(scope)
        for word, start, end in lexicon.short_words(text):
            begins, ends = cuts_at(text, start, end)
            votes[word][0][text[start - 1 : start]].append(begins)
            votes[word][1][text[end : end + 1]].append(ends)
    return {
        word: [
            "".join(
                sorted(char for char, told in side.items() if char and 2 * sum(told) < len(told))
            )
            for side in votes[word]
        ]
        for word in short
    }


def count_words(graph, scopes) -> dict:
    lexicon = Lexicon(graph)
    counts = Counter(
        word for scope in scopes for word in {hit.word for hit in lexicon.find(normalise(scope))}
    )
    return {"registrations": len(scopes), "words": dict(sorted(counts.items()))}


def model(counted, weights, chain_weights) -> FitModel:
    return FitModel(FACTORS, weights, chain_weights, counted["registrations"], counted["words"])


def features(graph, counted, labelled):
    """Return one row a labelled (firm, chain) with evidence: features, label, firm, chain, fits."""
    start = model(counted, START, {"intercept": 0.0, "best": 1.0, "further": 0.0})
    matcher = Matcher(graph, start)
    rows = []
    for firm, row in enumerate(labelled.itertuples()):
        found = defaultdict(list)
        items = matcher._scope(row.scope, "scope", found)
        matcher._name(row.name, found)
        for chain, data in graph.graph["chains"].items():
            label = getattr(row, data["name"])
            if label != label or label == "":
                continue
            summaries = []
            for node, evidence in found.items():
                if graph.nodes[node]["chain"] == chain:
                    evidence.sort(key=_strongest_first)
                    summaries.append(summarise(evidence, items))
            rows.append((firm, chain, float(label), summaries))
    return rows


def learn(graph, counted, labelled):
    rows = features(graph, counted, labelled)
    labels = np.array([row[2] for row in rows])
    chains = np.array([row[1] for row in rows])
    firms = np.array([row[0] for row in rows])
    predicted = np.zeros(len(rows))
    for train, test in GroupKFold(5, shuffle=True, random_state=0).split(rows, groups=firms):
        node, chain = fit([rows[i] for i in train])
        predicted[test] = [score(rows[i][3], node, chain) for i in test]
    report(labels, chains, predicted)
    return fit(rows)


def strongest(summaries, weights):
    """Return the features of the strongest node, and the fits of all nodes, best first."""
    if not summaries:
        return None, []
    fits = sorted(((_node_score(s, weights), s) for s in summaries), reverse=True)
    return fits[0][1], [value for value, _ in fits]


def _node_score(summary, weights):
    z = weights["intercept"] + sum(weights[k] * v for k, v in summary._asdict().items())
    return 1 / (1 + np.exp(-z))


def fit(rows):
    """Alternate: pick each firm's strongest node, learn the weights, pick again."""
    weights = dict(START)
    for _ in range(4):
        chosen = [(strongest(row[3], weights)[0], row[2]) for row in rows if row[3]]
        x = np.array([list(summary) for summary, _ in chosen])
        y = np.array([label for _, label in chosen])
        learned = LogisticRegression(C=REGULARISATION, max_iter=1000).fit(x, y)
        weights = {"intercept": learned.intercept_[0]}
        weights |= dict(zip(Summary._fields, learned.coef_[0], strict=True))
        weights["stated"] = weights["name"] if weights["stated"] == 0 else weights["stated"]
        weights = {k: v if k == "intercept" else max(0.0, v) for k, v in weights.items()}
    values = [(strongest(row[3], weights)[1], row[2]) for row in rows if row[3]]
    x = np.array([[logit(v[0]), min(2.0, sum(v[1:4]))] for v, _ in values])
    learned = LogisticRegression(C=REGULARISATION, max_iter=1000).fit(x, [y for _, y in values])
    best, further = learned.coef_[0]
    return weights, {"intercept": learned.intercept_[0], "best": best, "further": max(0, further)}


def score(summaries, weights, chain_weights):
    _, values = strongest(summaries, weights)
    if not values:
        return 0.0
    z = (
        chain_weights["intercept"]
        + chain_weights["best"] * logit(values[0])
        + chain_weights["further"] * min(2.0, sum(values[1:4]))
    )
    return 1 / (1 + np.exp(-z))


def report(labels, chains, predicted) -> None:
    scores = {}
    for chain in sorted(set(chains)):
        here = chains == chain
        scores[chain] = average_precision_score(labels[here], predicted[here])
        found = labels[here & (predicted == 0)].sum()
        print(
            f"{chain:18s} AP {scores[chain]:.3f}  positives {labels[here].sum():.0f}, silent {found:.0f}"
        )
    print(f"{'mean':18s} AP {np.mean(list(scores.values())):.3f}")
    bins = np.minimum((predicted * 10).astype(int), 9)
    error = sum(
        abs(labels[bins == b].mean() - predicted[bins == b].mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    )
    print(f"calibration error {error:.3f}")


if __name__ == "__main__":
    main()
