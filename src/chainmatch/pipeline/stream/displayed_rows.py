"""What people's files show of a list too long for memory, fetched from the parts of a run."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.pipeline.candidates import Examined
from chainmatch.pipeline.packing import packed_schema, unpack
from chainmatch.pipeline.stream.judging import SCORES
from chainmatch.pipeline.stream.packed import Settled, read_part
from chainmatch.report.parts import read_part as read_batches
from chainmatch.schema.columns import TABLES

if TYPE_CHECKING:
    import networkx as nx

_EXCLUDED = TABLES["excluded"]


def first_excluded(
    parts: Sequence[Path],
    settled: Sequence[Settled],
    gates: Sequence[Mapping[str, int]],
    most: int,
) -> pd.DataFrame:
    """Return the first ``most`` firms that each gate stopped, in the order of the list.

    ``gates`` says how many each gate stopped in each part.
    """
    before: Counter[str] = Counter()
    found = [pd.DataFrame(columns=list(_EXCLUDED))]
    for part, own, counts in zip(parts, settled, gates, strict=True):
        wanted = [gate for gate in counts if before[gate] < most]
        if wanted:
            rows = read_part(part, own, _EXCLUDED)
            rows = rows.filter(pc.is_in(rows["gate"], pa.array(wanted))).to_pandas()
            found.append(rows[rows.groupby("gate").cumcount() < most - rows["gate"].map(before)])
        before.update(counts)
    return pd.concat(found[1:] or found, ignore_index=True)


def chosen_firms(
    parts: Sequence[Path],
    settled: Sequence[Settled],
    wanted: Callable[[str, str], bool],
    graph: "nx.DiGraph[str]",
) -> Examined:
    """Return the scored firms of which ``wanted(id, name)`` holds, with links and fits."""
    found = [packed_schema().empty_table()]
    for part, own in zip(parts, settled, strict=True):
        ids = [
            firm_id
            for batch in read_batches(part.with_suffix(SCORES))
            for firm_id, name in zip(
                *(batch[column].to_pylist() for column in ("firm_id", "name")), strict=True
            )
            if wanted(firm_id, name)
        ]
        if ids:
            rows = read_part(part, own)
            found.append(rows.filter(pc.is_in(rows["firm_id"], pa.array(ids))))
    return unpack(pa.concat_tables(found), graph)
