"""The matcher: accuracy on labelled firms and speed on registrations, next to two peers.

    python benchmarks/sectors.py LABELS.csv REGISTRY.parquet [--rows 20000 200000]

Accuracy: average precision and R-precision of the number that a method gives a firm for a chain,
against labels 1 and 0 (empty = do not count). All three methods read name and scope. The numbers of
chainmatch are cross-validated by firm (``chainmatch.training`` learns them on the other folds);
beside them stand those of ``--learned none``;
BM25 over jieba words and the cosine of character TF-IDF compare a firm with the wordings of a chain
and divide by the sum over the chains, which was the strongest of five ways tried; they learn
nothing.

Speed: rows of one process on one core, names and scopes read from the file, the best three fits of
each firm written to another, beside the same peers (on a tenth of the rows, nothing written) and
the floor: reading the file and finding all wordings once. Where polars is installed, its term pass
stands beside the floor: where the wordings begin, and which they are, a page of scopes at a time.
"""

import argparse
import gc
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import jieba
import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import average_precision_score

from chainmatch.chains.graph import read_chains
from chainmatch.matching.fit_model import read_model
from chainmatch.matching.lexicon import Lexicon
from chainmatch.matching.matcher import BATCH_SIZE, Matcher
from chainmatch.pipeline.match import match_batches
from chainmatch.training import matching
from chainmatch.util.resources import use_learned
from chainmatch.util.text import normalise


class Bm25:
    """Okapi BM25 (k1 1.2, b 0.75) of texts, asked with the distinct words of a firm."""

    def __init__(self, texts: list[str]) -> None:
        documents = [Counter(jieba.lcut(text)) for text in texts]
        sizes = np.array([sum(document.values()) for document in documents])
        frequency = Counter(word for document in documents for word in document)
        n = len(documents)
        self.index: dict[str, list[tuple[int, float]]] = {}
        for number, document in enumerate(documents):
            norm = 1.2 * (0.25 + 0.75 * sizes[number] / sizes.mean())
            for word, count in document.items():
                idf = math.log(1 + (n - frequency[word] + 0.5) / (frequency[word] + 0.5))
                gain = idf * count * 2.2 / (count + norm)
                self.index.setdefault(word, []).append((number, gain))
        self.size = n

    def scores(self, text: str) -> np.ndarray:
        found = np.zeros(self.size)
        for word in set(jieba.lcut(text)):
            for number, gain in self.index.get(word, ()):
                found[number] += gain
        return found


class CharacterTfidf:
    """Cosine of TF-IDF over character bi- and trigrams between a firm and a text."""

    def __init__(self, texts: list[str]) -> None:
        self.vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True)
        self.nodes = self.vectoriser.fit_transform(texts).T.tocsr()

    def scores(self, text: str) -> np.ndarray:
        return (self.vectoriser.transform([text]) @ self.nodes).toarray()[0]


def chain_texts(graph) -> list[str]:
    texts: dict[str, list[str]] = {chain: [] for chain in graph.graph["chains"]}
    for _, data in graph.nodes(data=True):
        texts[data["chain"]] += [data["name"], *data["objects"], *data["hints"]]
    return ["、".join(words) for words in texts.values()]


def accuracy(labels: Path) -> None:
    graph = read_chains()
    labelled = pd.read_csv(labels, dtype=str)
    chains = {chain: data["name"] for chain, data in graph.graph["chains"].items()}
    truth = labelled[list(chains.values())].astype(float).to_numpy()
    texts = (labelled["name"] + "。" + labelled["scope"]).tolist()
    print(f"{'':18s}" + "".join(f"{chain:>17s}" for chain in chains) + f"{'mean':>17s}")
    show("chainmatch", truth, cross_validated(graph, labelled, list(chains)))
    show("none learned", truth, without_learned(graph, labelled, list(chains)))
    for peer in (Bm25(chain_texts(graph)), CharacterTfidf(chain_texts(graph))):
        scores = np.array([peer.scores(text) for text in texts])
        show(type(peer).__name__, truth, scores / (scores.sum(axis=1, keepdims=True) + 1e-9))


def cross_validated(graph, labelled, chains) -> np.ndarray:
    model = read_model()
    counted = {"registrations": model.registrations, "words": model.frequencies}
    rows = matching.features(graph, counted, labelled)
    table = np.zeros((len(labelled), len(chains)))
    for test, weights, chain_weights in matching.cross_fitted(rows):
        for i in test:
            value = matching.chain_fit(rows[i], weights, chain_weights)
            table[rows[i].firm, chains.index(rows[i].chain)] = value
    return table


def without_learned(graph, labelled, chains) -> np.ndarray:
    """Return the numbers of the matcher with hand-set weights and nothing counted."""
    use_learned("none")
    matcher = Matcher(graph)
    found = [matcher.match(row.scope, row.name).chain_fits for row in labelled.itertuples()]
    use_learned(None)
    return np.array([[numbers[chain] for chain in chains] for numbers in found])


def show(name: str, truth: np.ndarray, scores: np.ndarray) -> None:
    """Print average precision / R-precision of each chain and their means."""
    cells = []
    for column in range(truth.shape[1]):
        counted = ~np.isnan(truth[:, column])
        label, score = truth[counted, column], scores[counted, column]
        relevant = int(label.sum())
        top = np.argsort(-score, kind="stable")[:relevant]
        cells.append((average_precision_score(label, score), label[top].mean()))
    cells.append(tuple(np.mean(cells, axis=0)))
    print(f"{name:18s}" + "".join(f"{f'{ap:.3f} / {rp:.3f}':>17s}" for ap, rp in cells))


def speed(registry: Path, sizes: list[int]) -> None:
    methods = [method for method in WORK if method != "polars" or find_spec("polars")]
    for method in methods:
        for size in sizes if method == "chainmatch" else sizes[-1:]:
            rows = size // 10 if method in ("Bm25", "CharacterTfidf") else size
            command = [sys.executable, __file__, "--measure", method, str(rows), str(registry)]
            one_core = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # as the command has it
            done = subprocess.run(command, env=one_core, check=True, capture_output=True, text=True)
            print(done.stdout, end="")


def measure(method: str, rows: int, registry: str) -> None:
    import pyarrow.parquet as pq

    gc.set_threshold(1_000_000)  # as the command does
    graph = read_chains()
    work = WORK[method](graph)
    start = time.process_time()
    count = 0
    batches = pq.ParquetFile(registry).iter_batches(BATCH_SIZE, columns=["name", "scope"])
    with tempfile.TemporaryFile() as out:
        for batch in batches:
            work(batch.slice(0, rows - count), out)
            count += min(len(batch), rows - count)
            if count >= rows:
                break
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{method:16s} {count:7d} rows {count / seconds:9.0f} rows/s, peak {peak:5.0f} MB")


def texts(batch):
    """Return the names and scopes of a batch."""
    return ([text or "" for text in column.to_pylist()] for column in batch.columns)


def floor(graph):
    """Normalise each scope and find all wordings in it once; nothing is done with them."""
    automaton = Lexicon(graph)._automaton

    def work(batch, out):
        _, scopes = texts(batch)
        for scope in scopes:
            automaton.find_matches_as_indexes(normalise(scope), overlapping=True)

    return work


def polars_pass(graph):
    """Do what the floor does with polars; it builds its automaton anew for each page."""
    os.environ["POLARS_MAX_THREADS"] = "1"  # read when it is imported
    import polars

    words = Lexicon(graph).terms

    def work(batch, out):
        _, scopes = texts(batch)
        series = polars.Series([normalise(scope) for scope in scopes])
        series.str.find_many(words, overlapping=True)
        series.str.extract_many(words, overlapping=True)

    return work


def ours(graph):
    """Match, and write the best three fits of each firm to a file."""
    matcher = Matcher(graph)

    def work(batch, out):
        for found in match_batches([batch], matcher):
            out.write(found.serialize())

    return work


def peer(kind):
    def build(graph):
        method = kind(chain_texts(graph))

        def work(batch, out):
            for name, scope in zip(*texts(batch), strict=True):
                method.scores(name + "。" + scope).max()

        return work

    return build


WORK = {
    "floor": floor,
    "polars": polars_pass,
    "chainmatch": ours,
    "Bm25": peer(Bm25),
    "CharacterTfidf": peer(CharacterTfidf),
}


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], int(sys.argv[3]), sys.argv[4])
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labels", type=Path)
    parser.add_argument("registry", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 200_000])
    arguments = parser.parse_args()
    jieba.setLogLevel(60)
    accuracy(arguments.labels)
    speed(arguments.registry, arguments.rows)


if __name__ == "__main__":
    main()
