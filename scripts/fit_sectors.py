"""Learn the numbers of the matcher; writes data/learned/*.json.

    python scripts/fit_sectors.py --registry FILE.parquet --labels FILE.csv

``borders``: beside which characters a short term is no word, by the segmenter's majority.
``frequencies``: in how many registrations each term of the chains stands (column ``scope``).
``fit``: weights of two small logistic functions. Labels are given per chain (1, 0, empty = do not
count), so the node weights are learned on the strongest node of each firm and chain: its fit is the
probability that the chain is the firm's business. Figures printed are cross-validated by firm.
"""

import argparse
import json
from collections import defaultdict, namedtuple
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from chainmatch.chains.graph import read_chains
from chainmatch.matching.fit_model import ChainSummary, FitModel, Summary, logistic, summarise_chain
from chainmatch.matching.lexicon import Lexicon
from chainmatch.matching.matcher import BATCH_SIZE, Matcher
from chainmatch.matching.string_batch import concat, normalise_batch
from chainmatch.matching.word_boundaries import SHORT, cuts_at, read_boundaries
from chainmatch.util.resources import data_folder
from chainmatch.util.text import normalise

FACTORS = {
    "stated": 1.0,  # the firm does with the thing what the node does, said on the item itself
    "reached": 0.9,  # the verb stands before or behind the list
    "bare": 0.8,  # no verb, and the node is not about making: 水力发电, 民宿
    "bare-make": 0.5,  # no verb, and it could be made or sold
    "technique": 0.5,  # technical services around the thing, which any dealer offers
    "own-sale": 0.25,  # the node sells, but the firm sells what it makes
    "only-trade": 0.1,  # sold, not made
    "other": 0.15,  # another activity than the node's
    "modifier": 0.15,  # the term is not the head of its item
    "hint": 0.3,
    "branch": 0.3,  # only branches may do it
    "common": 0.7,  # how much a common term loses
    "name": 0.6,
    "code": 0.9,
}
Row = namedtuple("Row", "firm chain label nodes speaking items named")
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
        read_boundaries.cache_clear()
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
    lexicon = Lexicon(graph, boundaries={})
    short = [word for word in lexicon.terms if len(word) <= SHORT]
    votes = {word: (defaultdict(list), defaultdict(list)) for word in short}
    for scope in scopes:
        text = normalise(scope)
        for word, start, end in lexicon.short_terms(text):
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
    counts = np.zeros(len(lexicon.terms), np.int64)
    for first in range(0, len(scopes), BATCH_SIZE):
        hits = lexicon.find_many(normalise_batch(concat(list(scopes[first : first + BATCH_SIZE]))))
        told = np.unique(hits.text * len(counts) + hits.term) % len(counts)
        counts += np.bincount(told, minlength=len(counts))
    counts = {
        word: count for word, count in zip(lexicon.terms, counts.tolist(), strict=True) if count
    }
    return {"registrations": len(scopes), "words": dict(sorted(counts.items()))}


def model(counted, weights, chain_weights) -> FitModel:
    return FitModel(FACTORS, weights, chain_weights, counted["registrations"], counted["words"])


def features(graph, counted, labelled):
    """Return one row a labelled (firm, chain).

    ``nodes`` are the summaries of the firm's nodes in the chain, ``speaking`` is the number of its
    items that speak for the chain.
    """
    zero = {"intercept": 0.0, **dict.fromkeys(ChainSummary._fields, 0.0)}
    matcher = Matcher(graph, model(counted, START, zero))
    names = labelled["name"].tolist()
    said = matcher.chains.words.signs(names)
    rows = []
    for firm, row in enumerate(labelled.itertuples()):
        match = matcher.match(row.scope, row.name)
        found = list(zip(match.fits, match.summaries, strict=True))
        for number, (chain, data) in enumerate(graph.graph["chains"].items()):
            label = getattr(row, data["name"])
            if pd.isna(label) or label == "":
                continue
            own = [(f, s) for f, s in found if graph.nodes[f.node]["chain"] == chain]
            orders = {p.order for f, _ in own for p in f.evidence if p.field == "scope"}
            nodes = [summary for _, summary in own]
            about = (nodes, len(orders), match.items, said[firm, number])
            rows.append(Row(firm, chain, float(label), *about))
    return rows


def learn(graph, counted, labelled):
    rows = features(graph, counted, labelled)
    labels = np.array([row.label for row in rows])
    chains = np.array([row.chain for row in rows])
    firms = np.array([row.firm for row in rows])
    predicted = np.zeros(len(rows))
    for train, test in GroupKFold(5, shuffle=True, random_state=0).split(rows, groups=firms):
        weights, chain_weights = fit([rows[i] for i in train])
        predicted[test] = [chain_fit(rows[i], weights, chain_weights) for i in test]
    report(labels, chains, predicted)
    return fit(rows)


def fits_of(row, weights):
    """Return the fits of a row under ``weights``, best first, with their summaries."""
    values = [(logistic(weighted(weights, summary)), summary) for summary in row.nodes]
    return sorted(values, key=lambda value: -value[0])


def weighted(weights, summary):
    return weights["intercept"] + sum(weights[k] * v for k, v in summary._asdict().items())


def fit(rows):
    """Alternate: pick each firm's strongest node, learn the weights, pick again."""
    told = [row for row in rows if row.nodes]
    weights = dict(START)
    for _ in range(4):
        strongest = [fits_of(row, weights)[0][1] for row in told]
        weights = logistic_weights(strongest, np.array([row.label for row in told]))
        weights["stated"] = weights["best"]  # no labelled firm states its products
    told = [row for row in rows if row.nodes or row.named > 0]
    summaries = [chain_summary(row, weights) for row in told]
    labels = np.array([row.label for row in told])
    return weights, logistic_weights(summaries, labels, signed=("length",))


def chain_summary(row, weights):
    values = [value for value, _ in fits_of(row, weights)]
    return summarise_chain(values, row.speaking, row.items, row.named)


def logistic_weights(summaries, labels, signed=()):
    """Fit a logistic function; more of a feature never counts against, but for ``signed`` ones."""
    names = summaries[0]._fields
    x = np.array([list(summary) for summary in summaries])
    learned = LogisticRegression(C=REGULARISATION, max_iter=2000).fit(x, labels)
    weights = dict(zip(names, learned.coef_[0], strict=True))
    weights = {k: v if k in signed else max(0.0, v) for k, v in weights.items()}
    return {"intercept": learned.intercept_[0], **weights}


def chain_fit(row, weights, chain_weights):
    if not row.nodes and row.named <= 0:
        return 0.0
    return logistic(weighted(chain_weights, chain_summary(row, weights)))


def report(labels, chains, predicted) -> None:
    scores = {}
    for chain in sorted(set(chains)):
        here = chains == chain
        scores[chain] = average_precision_score(labels[here], predicted[here])
        found = labels[here & (predicted == 0)].sum()
        told = f"{labels[here].sum():.0f} positives, {found:.0f} silent"
        print(f"{chain:18s} AP {scores[chain]:.3f}  {told}")
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
