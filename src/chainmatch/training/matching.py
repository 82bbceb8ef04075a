"""Learn the numbers of the matcher: ``borders.json``, ``frequencies.json`` and ``fit.json``.

``borders``: beside which characters a short wording is no word, by the segmenter's majority.
``frequencies``: in how many registrations each wording of the chains stands.
``fit``: weights of two small logistic functions. Labels are given per chain (1, 0, empty = do not
count), so the node weights are learned on the strongest node of each firm and chain: its fit is the
probability that the chain is the firm's business. Figures are cross-validated by firm.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from chainmatch.matching.fit_model import ChainSummary, FitModel, Summary, logistic, summarise_chain
from chainmatch.matching.lexicon import Lexicon
from chainmatch.matching.matcher import PAGE, Matcher
from chainmatch.matching.string_batch import lay, normalised
from chainmatch.matching.word_boundaries import SHORT, cuts_at
from chainmatch.util.text import normalise

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[Any]"

Weights = dict[str, float]


class Row(NamedTuple):
    """A labelled firm and chain.

    ``nodes`` are the summaries of the firm's nodes in the chain, ``speaking`` is the number of its
    items that speak for the chain, ``named`` what its name says.
    """

    firm: int
    chain: str
    label: float
    nodes: list[Summary]
    speaking: int
    items: int
    named: float


class Judged(NamedTuple):
    """Cross-validated: chain → average precision, and the calibration error of all."""

    precision: dict[str, float]
    calibration: float


START = {"intercept": -3.0, **dict.fromkeys(Summary._fields, 2.0)}
REGULARISATION = 1.0
FOLDS = 5


def learn_borders(graph: "Graph", scopes: Sequence[str]) -> dict[str, list[str]]:
    """Return wording → (characters before, characters behind) that break it."""
    lexicon = Lexicon(graph, borders={})
    short = [word for word in lexicon.words if len(word) <= SHORT]
    votes: dict[str, tuple[dict[str, list[bool]], dict[str, list[bool]]]] = {
        word: (defaultdict(list), defaultdict(list)) for word in short
    }
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


def count_words(graph: "Graph", scopes: Sequence[str]) -> dict[str, Any]:
    """Return in how many registrations each wording stands."""
    lexicon = Lexicon(graph)
    counts = np.zeros(len(lexicon.words), np.int64)
    for first in range(0, len(scopes), PAGE):
        hits = lexicon.find_many(normalised(lay(list(scopes[first : first + PAGE]))))
        told = np.unique(hits.text * len(counts) + hits.word) % len(counts)
        counts += np.bincount(told, minlength=len(counts))
    counted = {word: n for word, n in zip(lexicon.words, counts.tolist(), strict=True) if n}
    return {"registrations": len(scopes), "words": dict(sorted(counted.items()))}


def features(graph: "Graph", counted: Mapping[str, Any], labelled: pd.DataFrame) -> list[Row]:
    """Return one row a labelled (firm, chain)."""
    zero = {"intercept": 0.0, **dict.fromkeys(ChainSummary._fields, 0.0)}
    matcher = Matcher(graph, FitModel(START, zero, counted["registrations"], counted["words"]))
    names = labelled["name"].tolist()
    said = matcher.chains.words.say(names)
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


def learn(
    graph: "Graph", counted: Mapping[str, Any], labelled: pd.DataFrame
) -> tuple[dict[str, Weights], Judged]:
    """Return the two sets of weights, and how good such weights are on firms they have not seen."""
    rows = features(graph, counted, labelled)
    predicted = np.zeros(len(rows))
    for test, weights, chain_weights in cross_fitted(rows):
        predicted[test] = [chain_fit(rows[i], weights, chain_weights) for i in test]
    weights, chain_weights = fit(rows)
    return {"weights": weights, "chain_weights": chain_weights}, judge(rows, predicted)


def cross_fitted(rows: Sequence[Row]) -> Iterator[tuple[np.ndarray, Weights, Weights]]:
    """Give for each fold its rows and the weights that were learned without their firms."""
    from sklearn.model_selection import GroupKFold

    firms = np.array([row.firm for row in rows])
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(rows, groups=firms):
        yield test, *fit([rows[i] for i in train])


def fits_of(row: Row, weights: Weights) -> list[tuple[float, Summary]]:
    """Return the fits of a row under ``weights``, best first, with their summaries."""
    values = [(logistic(weighted(weights, summary)), summary) for summary in row.nodes]
    return sorted(values, key=lambda value: -value[0])


def weighted(weights: Weights, summary: Summary | ChainSummary) -> float:
    """Return the weighted sum of a summary."""
    return weights["intercept"] + sum(weights[k] * float(v) for k, v in summary._asdict().items())


def fit(rows: Sequence[Row]) -> tuple[Weights, Weights]:
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


def chain_summary(row: Row, weights: Weights) -> ChainSummary:
    """Return what the fits of a row add up to."""
    values = [value for value, _ in fits_of(row, weights)]
    return summarise_chain(values, row.speaking, row.items, row.named)


def logistic_weights(
    summaries: Sequence[Summary] | Sequence[ChainSummary],
    labels: np.ndarray,
    signed: tuple[str, ...] = (),
) -> Weights:
    """Fit a logistic function; more of a feature never counts against, but for ``signed`` ones."""
    from sklearn.linear_model import LogisticRegression

    names = summaries[0]._fields
    x = np.array([list(summary) for summary in summaries])
    learned = LogisticRegression(C=REGULARISATION, max_iter=2000).fit(x, labels)
    weights = dict(zip(names, learned.coef_[0], strict=True))
    weights = {k: v if k in signed else max(0.0, v) for k, v in weights.items()}
    return {"intercept": learned.intercept_[0], **weights}


def chain_fit(row: Row, weights: Weights, chain_weights: Weights) -> float:
    """Return the number of a chain, 0…1."""
    if not row.nodes and row.named <= 0:
        return 0.0
    return logistic(weighted(chain_weights, chain_summary(row, weights)))


def judge(rows: Sequence[Row], predicted: np.ndarray) -> Judged:
    """Return how good an order is that was predicted for rows it was not learned from."""
    from sklearn.metrics import average_precision_score

    labels = np.array([row.label for row in rows])
    chains = np.array([row.chain for row in rows])
    precision = {
        chain: float(average_precision_score(labels[chains == chain], predicted[chains == chain]))
        for chain in sorted(set(chains.tolist()))
    }
    bins = np.minimum((predicted * 10).astype(int), 9)
    error = sum(
        abs(labels[bins == b].mean() - predicted[bins == b].mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    )
    return Judged(precision, float(error))
