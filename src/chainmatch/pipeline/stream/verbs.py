"""``match`` and ``link`` on lists of any size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from chainmatch._version import __version__
from chainmatch.chains.graph import chain_files, read_chains
from chainmatch.identity.linking import Linker
from chainmatch.matching.matcher import Matcher
from chainmatch.pipeline.batches import link_batches, match_batches, match_schema
from chainmatch.pipeline.inputs import input_of
from chainmatch.pipeline.stream.folder import PartFolder, parts_of, source_of
from chainmatch.pipeline.stream.lock import held_alone
from chainmatch.pipeline.stream.tables import piece_rejects
from chainmatch.pipeline.stream.work import Options, Step, run_pieces
from chainmatch.report.files import write_rejects
from chainmatch.report.parts import Summary, check_result_path, join_parts, write_part
from chainmatch.tables import read_firms
from chainmatch.tables.arrow import table_schema
from chainmatch.tables.pieces import open_cutter
from chainmatch.tables.sources import Source
from chainmatch.util.file_names import file_name
from chainmatch.util.resources import learned_files


@dataclass(frozen=True)
class _MatchStep:
    chains: str | Path | None
    by: str
    top: int
    csv: bool
    wanted: tuple[str, ...] = ("firm_id", "name", "scope", "products", "industry_code")

    def start(self) -> Callable[[pa.RecordBatch, Path], None]:
        matcher = Matcher(read_chains(self.chains))
        schema = match_schema(matcher.graph, self.by)

        def do(firms: pa.RecordBatch, path: Path) -> None:
            found = match_batches([firms], matcher, by=self.by, top=self.top)
            write_part(found, schema, path, self.csv)

        return do


@dataclass(frozen=True)
class _LinkStep:
    right: pd.DataFrame
    csv: bool
    wanted: tuple[str, ...] = ("firm_id", "name", "code", "province", "city", "address")

    def start(self) -> Callable[[pa.RecordBatch, Path], None]:
        linker = Linker(self.right)

        def do(firms: pa.RecordBatch, path: Path) -> None:
            write_part(link_batches([firms], linker), table_schema("links"), path, self.csv)

        return do


def match(
    firms: str | Path,
    out: str | Path,
    *,
    by: str = "node",
    top: int = 3,
    chains: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
    options: Options | None = None,
) -> Summary:
    """Match a list of any size; the file ``out`` is that of :func:`chainmatch.match` written out.

    Parameters
    ----------
    firms : path
        CSV and its kin, or Parquet.
    out : path
        ``.csv`` or ``.parquet``.
    by, top, chains, mapping
        As for the command ``match``.
    plain
        CSV without byte order mark.
    options
        How to go through the list.

    Raises
    ------
    ChainmatchError
        An input that cannot be read, a place that cannot be written; what is finished is kept
        where the run can go on.
    """
    out = check_result_path(out)
    schema = match_schema(read_chains(chains), by)
    said = {
        "command": "match",
        "by": by,
        "top": top,
        "chains": {file_name(path): source_of(path).sha256 for path in chain_files(chains)},
        "learned": {path.name: source_of(path).sha256 for path in learned_files()},
    }
    inputs = _Inputs(Path(firms), mapping, said)
    step = _MatchStep(chains, by, top, out.suffix.lower() == ".csv")
    return _table(step, inputs, _Target(out, schema, plain), options or Options())


def link(
    left: str | Path,
    right: Source,
    out: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
    options: Options | None = None,
) -> Summary:
    """Link a list of any size to one that is held in memory; ``out`` as by the command ``link``.

    ``left`` is CSV or Parquet, ``right`` any list; the other parameters and errors are those of
    :func:`match`.
    """
    out = check_result_path(out)
    other = read_firms(right, mapping=mapping)
    said = {"command": "link", "right": input_of(right, other)["sha256"]}
    inputs = _Inputs(Path(left), mapping, said, other.rejects)
    step = _LinkStep(other.table, out.suffix.lower() == ".csv")
    return _table(step, inputs, _Target(out, table_schema("links"), plain), options or Options())


class _Inputs(NamedTuple):
    """The list that is cut, how it is read, what else decides, and rejects of another list."""

    path: Path
    mapping: Mapping[str, str] | None
    said: Mapping[str, Any]
    rejects: pd.DataFrame | None = None


class _Target(NamedTuple):
    out: Path
    schema: pa.Schema
    plain: bool


def _table(step: Step, inputs: _Inputs, target: _Target, options: Options) -> Summary:
    """Go through a list and join what was found to one table."""
    cutter = open_cutter(inputs.path, options.size, inputs.mapping, step.wanted)
    said = {
        **inputs.said,
        "version": __version__,
        "format": target.out.suffix.lower(),
        "size": options.size,
        "map": dict(inputs.mapping or {}),
    }
    path = parts_of(target.out)
    with held_alone(path):
        folder = PartFolder(path, [inputs.path], said, resume=options.resume, say=options.say)
        held = run_pieces(step, cutter, folder, options)
        parts = map(folder.result, range(held.parts))
        join_parts(parts, target.schema, target.out, plain=target.plain)
        others = [] if inputs.rejects is None else [inputs.rejects]
        rejects = chain(piece_rejects(folder, held.parts, cutter.reader.file), others)
        beside = write_rejects(rejects, target.out, plain=target.plain)
        folder.remove()
    return Summary(held.kept, held.rejects + sum(map(len, others)), beside)
