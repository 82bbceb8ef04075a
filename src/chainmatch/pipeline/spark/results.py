"""``match`` and ``link`` of raw lists that Spark reads: the file is that of the local run."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from chainmatch.chains.graph import read_chains
from chainmatch.pipeline.batches import match_schema
from chainmatch.pipeline.spark.failures import told
from chainmatch.pipeline.spark.listing import Listing
from chainmatch.pipeline.spark.pieces import Gathered, Reader, linking, matching, read_pieces
from chainmatch.report.files import write_rejects
from chainmatch.report.parts import Summary, check_result_path, join_parts, write_part
from chainmatch.tables import read_firms
from chainmatch.tables.arrow import table_schema
from chainmatch.tables.reading import reject_frame
from chainmatch.tables.sources import Source


def match_file(
    listing: Listing,
    out: str | Path,
    *,
    by: str = "node",
    top: int = 3,
    chains: str | Path | None = None,
    plain: bool = False,
) -> Summary:
    """Match a list on the workers and write what was found, as the command ``match`` does.

    Parameters
    ----------
    listing : Listing
        An opened file (:func:`open_listing`).
    out : path
        ``.csv`` or ``.parquet``.
    by, top, chains, plain
        As for the command.

    Raises
    ------
    ChainmatchError
        An input that cannot be read, a place that cannot be written; EngineError where Spark fails.
    """
    target = check_result_path(out)
    graph = read_chains(chains)
    step = _Step(matching, (graph, by, top), match_schema(graph, by))
    return _written(listing, step, target, [], plain=plain)


def link_file(
    listing: Listing,
    right: Source,
    out: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
) -> Summary:
    """Link a list on the workers to one that each of them holds; else as :func:`match_file`."""
    target = check_result_path(out)
    other = read_firms(right, mapping=mapping)
    step = _Step(linking, (other.table,), table_schema("links"))
    return _written(listing, step, target, [other.rejects], plain=plain)


class _Step(NamedTuple):
    """What builds a step on the workers, of which values, and the schema of what it gives."""

    build: Callable[..., Reader]
    values: Sequence[Any]
    schema: pa.Schema


def _written(
    listing: Listing, step: _Step, out: Path, others: list[pd.DataFrame], *, plain: bool
) -> Summary:
    """Write what was found as it comes, and join it when all is there."""
    found = Gathered(listing.reader.file)
    parts: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="chainmatch-") as folder, told():
        for _, table in read_pieces(listing, step.build, step.values, found):
            parts.append(Path(folder) / f"{len(parts):06}.part")
            csv = out.suffix.lower() == ".csv"
            write_part(table.to_batches(), step.schema, parts[-1], csv)
        join_parts(parts, step.schema, out, plain=plain)
    rejects = [reject_frame(found.rejects), *others]
    path = write_rejects(rejects, out, plain=plain)
    return Summary(found.kept, sum(map(len, rejects)), path)
