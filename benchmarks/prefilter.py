"""One chain against a long list: every row read, and only those that may name something.

python benchmarks/prefilter.py REGISTRY [--rows 200000]

Each chain that ships alone, then all together; the lines are compared. Needs the extra ``fast``.
"""

import argparse
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from chainmatch.chains.graph import read_chains
from chainmatch.matching.matcher import Matcher
from chainmatch.pipeline.batches import match_batches
from chainmatch.pipeline.relax_gc import spare_collector
from chainmatch.pipeline.stream.work import PIECE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("registry", type=Path)
    parser.add_argument("--rows", type=int, default=200_000)
    arguments = parser.parse_args()
    spare_collector()  # as the command does
    rows = pq.read_table(arguments.registry, columns=["name", "scope"]).slice(0, arguments.rows)
    pieces = rows.combine_chunks().to_batches(max_chunksize=PIECE)
    graph = read_chains()
    every = list(graph.graph["chains"])
    for chains in [*([chain] for chain in every), every]:
        plain, wanted = timed(alone(graph, chains), pieces, asks=False)
        asking, found = timed(alone(graph, chains), pieces, asks=True)
        told = chains[0] if len(chains) == 1 else "all"
        same = "the same lines" if found.equals(wanted) else "OTHER LINES"
        print(
            f"{told:18s} {len(rows) / plain:9,.0f} rows/s, asking first "
            f"{len(rows) / asking:9,.0f} ({plain / asking:.2f}×), {same}"
        )


def alone(graph, chains):
    """Return the part of a graph that belongs to some chains."""
    nodes = [node for node, chain in graph.nodes(data="chain") if chain in chains]
    part = graph.subgraph(nodes).copy()
    part.graph["chains"] = {chain: graph.graph["chains"][chain] for chain in chains}
    return part


def timed(graph, pieces, *, asks):
    """Match on one core; return the seconds and the lines."""
    matcher = Matcher(graph)
    if not asks:
        matcher.prefilter.may_name = lambda _: None  # as where polars is missing
    start = time.process_time()
    found = pa.Table.from_batches(match_batches(pieces, matcher))
    return time.process_time() - start, found


if __name__ == "__main__":
    main()
