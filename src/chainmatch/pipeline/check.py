"""``check`` with whatever engine goes through the list: the report is the same."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from chainmatch.errors import Interrupted, StoppedError, TableError
from chainmatch.identity.duplicates import fullness
from chainmatch.pipeline.database import Database
from chainmatch.pipeline.duplicates import Merges, merges_on_disk
from chainmatch.pipeline.engines.found import DiskPart, Engine, Found, Tables, head
from chainmatch.pipeline.engines.local import Local
from chainmatch.pipeline.examine import KEYS, common_keys
from chainmatch.schema.columns import TABLES
from chainmatch.tables.arrow import table_schema
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
from chainmatch.tables.sources import Source

_WHO = ("firm_id", "name", "code", "province", "city", "address", "sheet", "row")


@dataclass(frozen=True)
class _Counting:
    """Counts what firms say, and keeps who they are."""

    wanted: tuple[str, ...] = ()

    @property
    def schemas(self) -> Mapping[str, pa.Schema]:
        firms = table_schema("firms", _WHO).append(pa.field("filled", pa.int64()))
        return {"firms": firms, "keys": KEYS, "counts": pa.schema([("counts", pa.string())])}

    def start(self) -> Callable[[pd.DataFrame], Tables]:
        def count(firms: pd.DataFrame) -> Tables:
            counts = json.dumps([filled_cells(firms), outcomes(firms)])
            return {
                "firms": firms.assign(filled=fullness(firms)),
                "keys": common_keys(firms),
                "counts": pd.DataFrame({"counts": [counts]}),
            }

        return count


def check(
    source: Source, *, mapping: Mapping[str, str] | None = None, engine: Engine | None = None
) -> str:
    """Return what ``tables.check.check_file`` says of a list.

    A list that may be one of leads is short, and read at once.

    Raises
    ------
    ChainmatchError
        As there.
    """
    engine = engine or Local()
    if engine.bounded:
        try:
            with engine.each(_Counting(), source, mapping) as found:
                if found.firms > MOST_LEADS:
                    return report(_checked(found))
        except TableError:  # of leads, or of nothing
            pass
        except Interrupted:
            raise Interrupted("已中断，没有写出任何文件。") from None
        except StoppedError:
            raise StoppedError(
                "一个工作进程意外退出（多半是内存不足）；请用 --jobs 1 减少内存。"
            ) from None
    return check_file(source, mapping=mapping)


def _checked(found: Found) -> Checked:
    parts = [part for part in found.parts if isinstance(part, DiskPart)]
    filled: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for part in parts:
        own_filled, own_told = json.loads(part.table("counts")["counts"][0])
        filled.update(own_filled)
        told.update(own_told)
    refused: dict[str, tuple[int, list[int]]] = {}
    for rejects in found.rejects():
        for why, row in zip(rejects["why"], rejects["row"], strict=True):
            count, first = refused.get(why, (0, []))
            refused[why] = (count + 1, [*first, row][:SHOWN])
    return Checked(
        "firms", found.mapping, found.firms, found.rejected, found.other, refused, filled,
        _repeated(parts, found.firms), told, found.notes,
    )  # fmt: skip


def _repeated(parts: list[DiskPart], kept: int) -> list[str]:
    merged = merges_on_disk(parts, Database(parts[0].stem.parent))
    gone = head(merged.tables(), TABLES["duplicates"], SHOWN)
    bearers = merged.firms[merged.firms["firm_id"].isin(gone["kept_id"])].assign(sheet="")
    lines = merged_lines(gone, [merge.why for merge in merged.merged], bearers)
    left = kept - len(merged.merged)
    return said_twice(lines, None if left > MOST else _left(parts, merged))


def _left(parts: list[DiskPart], merged: Merges) -> pd.DataFrame:
    """Return who is behind the rows that are left."""
    found = []
    for part, settled in zip(parts, merged.settled(), strict=True):
        firms = part.table("firms", _WHO)
        ids = [settled.ids.get(at, old) for at, old in enumerate(firms["firm_id"])]
        found.append(firms.assign(firm_id=ids).drop(index=settled.gone))
    return pd.concat(found, ignore_index=True)
