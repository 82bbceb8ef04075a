"""``check`` on a list of any size: the report is that of the ordinary check.

The list is gone through once. What tells who a firm is goes to a temporary folder that is gone when
the report is there; counts are added up.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.errors import Interrupted, StoppedError, TableError
from chainmatch.identity.duplicates import duplicate_keys, fullness
from chainmatch.pipeline.batches import firm_frame
from chainmatch.pipeline.packing import packed_schema
from chainmatch.pipeline.stream.folder import PartFolder
from chainmatch.pipeline.stream.merging import Merges, find_merges
from chainmatch.pipeline.stream.packed import read_part
from chainmatch.pipeline.stream.tables import head
from chainmatch.pipeline.stream.work import Held, Options, run_pieces
from chainmatch.schema.columns import TABLES
from chainmatch.tables.check import (
    MOST,
    MOST_LEADS,
    SHOWN,
    Checked,
    check_file,
    filled_cells,
    merged_lines,
    outcomes,
    report,
    said_twice,
)
from chainmatch.tables.pieces import Cutter, open_cutter

_WHO = ("firm_id", "name", "code", "province", "city", "address", "sheet", "row")
_COUNTS = ".counts"  # beside a part


@dataclass(frozen=True)
class _CheckStep:
    wanted: tuple[str, ...] = ()

    def start(self) -> Callable[[pa.RecordBatch, Path], None]:
        import pyarrow.parquet as pq

        schema = pa.schema([packed_schema().field(name) for name in (*_WHO, "filled", "keys")])

        def do(batch: pa.RecordBatch, path: Path) -> None:
            firms = firm_frame(batch)
            offsets, hashes = duplicate_keys(firms)
            columns = {name: pa.array(firms[name].tolist(), schema.field(name).type)
                       for name in _WHO}  # fmt: skip
            columns["filled"] = pa.array(fullness(firms), pa.int64())
            columns["keys"] = pa.ListArray.from_arrays(
                pa.array(offsets, pa.int32()), pa.array(hashes)
            )
            pq.write_table(pa.table(columns, schema), path, compression="zstd")
            counts = {"filled": filled_cells(firms), "outcomes": outcomes(firms)}
            path.with_suffix(_COUNTS).write_text(json.dumps(counts), encoding="utf-8")

        return do


def check(
    source: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    options: Options | None = None,
) -> str:
    """Return what ``tables.check.check_file`` says of a list, CSV or Parquet of any size.

    A list that may be one of leads is short, and read at once.

    Raises
    ------
    ChainmatchError
        As there.
    """
    options = options or Options()
    try:
        cutter = open_cutter(source, options.size, mapping)
    except TableError:  # of leads, or of nothing
        return check_file(source, mapping=mapping)
    with tempfile.TemporaryDirectory(prefix="chainmatch-") as path:
        folder = PartFolder(Path(path), [], {}, resume=False, say=options.say)
        try:
            held = run_pieces(_CheckStep(), cutter, folder, options)
        except Interrupted:
            raise Interrupted("已中断，没有写出任何文件。") from None
        except StoppedError:
            raise StoppedError(
                "一个工作进程意外退出（多半是内存不足）；请用 --jobs 1 减少内存。"
            ) from None
        if held.kept > MOST_LEADS:
            return report(_checked(cutter, folder, held))
    return check_file(source, mapping=mapping)


def _checked(cutter: Cutter, folder: PartFolder, held: Held) -> Checked:
    filled: Counter[str] = Counter()
    told: Counter[str] = Counter()
    refused: dict[str, tuple[int, list[int]]] = {}
    parts = [folder.result(number) for number in range(held.parts)]
    for number, part in enumerate(parts):
        counts = json.loads(part.with_suffix(_COUNTS).read_text(encoding="utf-8"))
        filled.update(counts["filled"])
        told.update(counts["outcomes"])
        for row, why, _ in folder.rejects(number):
            count, first = refused.get(why, (0, []))
            refused[why] = (count + 1, [*first, row][:SHOWN])
    return Checked(
        "firms",
        {**cutter.layout.mapping(), **held.headers},
        held.kept,
        held.rejects,
        held.other,
        refused,
        filled,
        _repeated(parts, held.kept),
        told,
        (*cutter.notes, *held.tally.notes()),
    )


def _repeated(parts: list[Path], kept: int) -> list[str]:
    merged = find_merges(parts)
    gone = head(merged.tables(), TABLES["duplicates"], SHOWN)
    left = kept - len(merged.gone)
    lines = merged_lines(gone, merged.why, _bearers(merged, set(gone["kept_id"])))
    return said_twice(lines, None if left > MOST else _left(parts, merged))


def _bearers(merged: Merges, ids: set[str]) -> pd.DataFrame:
    """Return the suspects that bear one of some ids, as they stand in the list."""
    found = merged.suspects.filter(pc.is_in(merged.suspects["firm_id"], pa.array(sorted(ids))))
    return found.append_column("sheet", pa.array([""] * found.num_rows)).to_pandas()


def _left(parts: list[Path], merged: Merges) -> pd.DataFrame:
    """Return who is behind the rows that are left."""
    tables = [read_part(*pair, _WHO) for pair in zip(parts, merged.settled(), strict=True)]
    return pa.concat_tables(tables).to_pandas()
