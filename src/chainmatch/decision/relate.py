"""Learning relatedness from a registry of firms with places.

A place (prefecture) holds a node if one of its firms does there what the node names, as in
``gaps``. Kin of a node: correlation of presence over the places after what the size
of a place (log of the number of nodes it holds) explains is taken out, shrunk as if ten more places
said nothing; the ``NEAREST`` strongest positive ones. The weights of the four signals come from a
logistic regression on places that the kin were not learned from: one held node is hidden, and it
has to be told from the nodes that the place lacks.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from chainmatch.decision.coverage import counts
from chainmatch.decision.relatedness import SIGNALS, Relatedness, Signals, signal_matrix
from chainmatch.errors import TableError
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.tables import match_rows
from chainmatch.tables import iter_firms
from chainmatch.tables.sources import Source
from chainmatch.util.missing import text_of

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

NEAREST = 12
LEAST_NODES = 5  # a place that holds fewer tells nothing about what lives together
LEAST_PLACES = 30
FIT = 0.35  # fit from which a firm counts at a node
_READ = ("province", "city", "firm_id", "name", "scope", "products", "industry_code")
_SHRINK = 10
_FOLDS = 5
_INNER = 3
_SHOWN = 8  # hidden nodes of one place that the weights are learned from, at most
_SEED = 20260101

Progress = Callable[[int], None]


class Learned(NamedTuple):
    """A model, and how well each signal and all together find hidden nodes of unseen places.

    ``held_out`` maps each of ``SIGNALS`` and ``all`` to the mean area under the curve (AUC), 0…1.
    """

    model: Relatedness
    held_out: dict[str, float]


def presence(registry: Source, graph: "Graph", *, progress: Progress | None = None) -> pd.DataFrame:
    """Return place × node → number of firms of a registry that do there what the node names.

    The index is province and city; rows without a city are left out.
    """
    matcher = Matcher(graph)
    wanted = {node: data["activities"] for node, data in graph.nodes(data=True)}
    found: dict[tuple[str, str], dict[str, int]] = {}
    read = 0
    for reading in iter_firms(registry):
        text = {column: text_of(reading.table[column]).tolist() for column in _READ}
        places = zip(text["province"], text["city"], strict=True)
        rows = zip(*(text[column] for column in _READ[2:]), strict=True)
        matches = match_rows(rows, matcher)
        for place, (_, _, match) in zip(places, matches, strict=True):
            if not place[1]:
                continue
            held = found.setdefault(place, {})
            for fit in match.fits:
                if fit.fit >= FIT and counts(fit.activity, wanted[fit.node]):
                    held[fit.node] = held.get(fit.node, 0) + 1
        read += len(reading.table)
        if progress:
            progress(read)
    table = pd.DataFrame.from_dict(found, orient="index", columns=None)
    return table.reindex(columns=list(graph)).fillna(0).astype(int).sort_index()


def learn(firms: pd.DataFrame, graph: "Graph") -> Learned:
    """Learn relatedness from ``presence``; the held-out figures are cross-validated by place.

    Raises
    ------
    TableError
        Too few places hold enough nodes; the message says how many there are.
    """
    nodes = [node for node in graph if node in firms.columns]
    rows = (firms[nodes].to_numpy() > 0).astype(float)
    rows = rows[rows.sum(axis=1) >= LEAST_NODES]
    if len(rows) < LEAST_PLACES:
        raise TableError(
            f"登记数据中有{LEAST_NODES}个以上环节的城市只有{len(rows)}个，至少要{LEAST_PLACES}个；"
            "请用覆盖更多城市、带所在地区的企业登记数据。"
        )
    random = np.random.default_rng(_SEED)
    found: dict[str, list[float]] = {name: [] for name in (*SIGNALS, "all")}
    fold = random.permutation(len(rows)) % _FOLDS
    for number in range(_FOLDS):
        train = rows[fold != number]
        weights = _weights(train, nodes, graph, random)
        signals = _signals(train, nodes, graph)
        for row in rows[fold == number]:
            for name, areas in _areas(row, signals, weights).items():
                found[name] += areas
    popularity, kin = _kin(rows, nodes)
    about = {
        "made_by": "chainmatch relate",
        "firms_counted": int(firms.to_numpy().sum()),
        "places": len(rows),
        "hidden": len(found["all"]),
        "held_out_auc": {name: round(float(np.mean(areas)), 4) for name, areas in found.items()},
    }
    model = Relatedness(popularity, kin, _weights(rows, nodes, graph, random), about)
    return Learned(model, about["held_out_auc"])  # type: ignore[arg-type]


def _kin(
    rows: np.ndarray, nodes: list[str]
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Popularity and kin of every node over the places ``rows``."""
    places = len(rows)
    share = (rows.sum(axis=0) + 0.5) / (places + 1)
    size = np.log(rows.sum(axis=1))
    size = (size - size.mean()) / (size.std() or 1.0)
    left = rows - rows.mean(axis=0)
    left = left - np.outer(size, size @ left / places)
    spread = left.std(axis=0) + 1e-6
    related = left.T @ left / (places + _SHRINK) / np.outer(spread, spread)
    np.fill_diagonal(related, 0)
    kin = {}
    for number, node in enumerate(nodes):
        order = np.argsort(-related[number], kind="stable")[:NEAREST]
        near = {nodes[i]: round(float(related[number, i]), 3) for i in order}
        kin[node] = {other: value for other, value in near.items() if value > 0}
    return {n: round(float(s), 4) for n, s in zip(nodes, share, strict=True)}, kin


def _signals(rows: np.ndarray, nodes: list[str], graph: "Graph") -> Signals:
    return signal_matrix(nodes, graph, *_kin(rows, nodes))


def _weights(
    rows: np.ndarray, nodes: list[str], graph: "Graph", random: np.random.Generator
) -> dict[str, float]:
    """Fit the logistic model; every hidden node weighs as much as all that its place lacks."""
    from sklearn.linear_model import LogisticRegression

    fold = random.permutation(len(rows)) % _INNER
    cases, answers, weights = [], [], []
    for number in range(_INNER):
        signals = _signals(rows[fold != number], nodes, graph)
        for row in rows[fold == number]:
            hidden, lacking = _cases(row, signals, random)
            cases += [hidden, lacking.reshape(-1, len(SIGNALS))]
            answers += [np.ones(len(hidden)), np.zeros(lacking.shape[0] * lacking.shape[1])]
            weights += [answers[-2], answers[-1] + 1 / max(1, lacking.shape[0])]
    stacked = np.concatenate(cases)
    scale = stacked.std(axis=0)
    scale[scale == 0] = 1.0
    fitted = LogisticRegression(max_iter=500).fit(
        stacked / scale, np.concatenate(answers), sample_weight=np.concatenate(weights)
    )
    values = [float(fitted.intercept_[0]), *(fitted.coef_[0] / scale).tolist()]
    return {n: round(v, 4) for n, v in zip(("intercept", *SIGNALS), values, strict=True)}


def _cases(
    row: np.ndarray, signals: Signals, random: np.random.Generator | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The signals of each hidden node (hidden × signals) and of the lacking nodes beside it.

    The second array is lacking × hidden × signals: with node h hidden, every other node loses what
    h gave it.
    """
    held, lacking = np.flatnonzero(row), np.flatnonzero(row == 0)
    if random is not None and len(held) > _SHOWN:
        held = np.sort(random.choice(held, _SHOWN, replace=False))
    own = [signals.popularity[held]]
    other = [np.repeat(signals.popularity[lacking][:, None], len(held), axis=1)]
    for matrix in signals[1:]:
        own.append(matrix[held] @ row)
        other.append((matrix[lacking] @ row)[:, None] - matrix[np.ix_(lacking, held)])
    return np.stack(own, axis=1), np.stack(other, axis=2)


def _areas(
    row: np.ndarray, signals: Signals, weights: Mapping[str, float]
) -> dict[str, list[float]]:
    """For each held node, hidden: the share of lacking nodes that rank below it, ties half."""
    hidden, lacking = _cases(row, signals)
    if not lacking.shape[0]:
        return {}
    both = np.array([weights[name] for name in SIGNALS])
    found = {name: _area(hidden[:, i], lacking[..., i]) for i, name in enumerate(SIGNALS)}
    return found | {"all": _area(hidden @ both, lacking @ both)}


def _area(hidden: np.ndarray, lacking: np.ndarray) -> list[float]:
    below, tied = hidden[None] > lacking, hidden[None] == lacking
    area: list[float] = (below.mean(axis=0) + 0.5 * tied.mean(axis=0)).tolist()
    return area
