"""The parts of a ``rank`` in pieces: packed rows of the firms of one piece each, as Parquet."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from chainmatch.pipeline.batches import candidate_batches
from chainmatch.pipeline.candidates import Examiner
from chainmatch.pipeline.packing import packed_schema
from chainmatch.profile import Profile

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class ExamineStep:
    """The step of ``rank`` that looks at one row at a time: see :func:`candidate_batches`."""

    graph: "nx.DiGraph[str]"
    profile: Profile
    home: pd.DataFrame
    wanted: tuple[str, ...] = ()

    def start(self) -> Callable[[pa.RecordBatch, Path], None]:
        """Get ready; return what takes the firms of a piece and writes its packed rows."""
        import pyarrow.parquet as pq

        examiner = Examiner(self.graph, self.profile, self.home)

        def do(firms: pa.RecordBatch, path: Path) -> None:
            rows = pa.Table.from_batches(candidate_batches([firms], examiner), packed_schema())
            pq.write_table(rows, path, compression="zstd")

        return do


class Settled(NamedTuple):
    """What is known of a part when duplicates are found: which rows go, and ids that change.

    ``gone`` are positions in the part, ``ids`` position → new id.
    """

    gone: np.ndarray
    ids: Mapping[int, str]


def read_part(path: Path, settled: Settled, columns: Sequence[str] | None = None) -> pa.Table:
    """Return the rows of a part that no duplicate takes away, under the ids that they bear now.

    ``columns`` names what is needed, ``firm_id`` among it; default all.
    """
    rows = columns_of(path, columns)
    if settled.ids:
        ids = rows["firm_id"].to_pylist()
        for at, new in settled.ids.items():
            ids[at] = new
        at = rows.schema.get_field_index("firm_id")
        rows = rows.set_column(at, "firm_id", pa.array(ids, pa.string()))
    if not len(settled.gone):
        return rows
    stays = np.ones(rows.num_rows, dtype=bool)
    stays[settled.gone] = False
    return rows.filter(pa.array(stays))


def columns_of(path: Path, columns: Collection[str] | None) -> pa.Table:
    """Return columns of a part as they were packed; default all."""
    import pyarrow.parquet as pq

    # Not threaded: processes share the cores already.
    return pq.read_table(path, columns=list(columns) if columns else None, use_threads=False)
