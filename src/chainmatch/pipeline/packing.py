"""What was found about target firms, packed into one row a firm so that it can travel.

A packed row holds the firm, the gate that stopped it, its links and fits as lists, and what the
search for duplicates needs. A firm that a gate stopped leaves its texts and fits behind.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from chainmatch.identity.duplicates import copy_keys, duplicate_keys, fullness
from chainmatch.pipeline.candidates import Examined
from chainmatch.schema.columns import TABLES, column_of
from chainmatch.tables.arrow import field_of, table_schema

if TYPE_CHECKING:
    import networkx as nx

_LINK = ("right_id", "right_name", "relation", "confidence", "why")
_FIT = ("node", "fit", "main", "grade", "activity", "evidence")
_NOTHING = ("", 0.0, 0.0, "", "", "")
# What stays of a firm that a gate stopped: who it is and where it stood.
_STAYS = ("firm_id", "name", "code", "province", "city", "source", "sheet", "row")


def _struct(table: str, names: Sequence[str]) -> pa.DataType:
    return pa.list_(pa.struct([field_of(column_of(table, name)) for name in names]))


def packed_schema() -> pa.Schema:
    """Return the schema of packed rows: the columns of ``firms``, and

    gate, why
        ``""`` for a firm that passed.
    links, fits
        Lists of structs; of stopped firms ``fits`` is empty.
    supplies
        The nodes for whose part ``supply`` the firm counts, stopped or not.
    filled, copy, keys
        For the search for duplicates: see :mod:`chainmatch.identity.duplicates`.
    """
    return pa.schema(
        [
            *table_schema("firms"),
            ("gate", pa.string()),
            ("why", pa.string()),
            ("links", _struct("links", _LINK)),
            ("fits", _struct("match", _FIT)),
            ("supplies", pa.list_(pa.string())),
            ("filled", pa.int64()),
            ("copy", pa.int64()),
            ("keys", pa.list_(pa.int64())),
        ]
    )


def pack(firms: pd.DataFrame, examined: Examined, supplies: pd.DataFrame) -> pa.RecordBatch:
    """Pack what was found about ``firms``.

    ``examined`` and ``supplies`` speak of them under their positions (``"0"``, ``"1"`` …) in place
    of ids, which several rows of a raw list may share.
    """
    count = len(firms)
    stopped = np.zeros(count, dtype=bool)
    gates = np.full((2, count), "", dtype=object)
    positions = examined.excluded["firm_id"].astype(int).to_numpy()
    stopped[positions] = True
    gates[:, positions] = examined.excluded[["gate", "why"]].to_numpy(dtype=object).T
    own = examined.fits["firm_id"].astype(int).to_numpy()
    fits = examined.fits[examined.fits["node"].ne("").to_numpy() & ~stopped[own]]
    offsets, hashes = duplicate_keys(firms)
    columns = {
        **{field.name: _firm_column(firms, field, stopped) for field in table_schema("firms")},
        "gate": pa.array(gates[0], pa.string()),
        "why": pa.array(gates[1], pa.string()),
        "links": _structs(examined.links, "left_id", count, "links", _LINK),
        "fits": _structs(fits, "firm_id", count, "match", _FIT),
        "supplies": _lists(supplies, "firm_id", count, pa.array(supplies["node"], pa.string())),
        "filled": pa.array(fullness(firms), pa.int64()),
        "copy": pa.array(copy_keys(firms), pa.int64()),
        "keys": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(hashes)),
    }
    schema = packed_schema()
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def _firm_column(firms: pd.DataFrame, field: pa.Field, stopped: np.ndarray) -> pa.Array:
    values = firms[field.name].tolist()
    if field.name in _STAYS:
        return pa.array(values, field.type, from_pandas=True)
    return pa.array(values, field.type, mask=stopped | pd.isna(values), from_pandas=True)


def _structs(
    rows: pd.DataFrame, key: str, count: int, table: str, names: Sequence[str]
) -> pa.Array:
    fields = [field_of(column_of(table, name)) for name in names]
    values = [pa.array(rows[field.name].tolist(), field.type) for field in fields]
    return _lists(rows, key, count, pa.StructArray.from_arrays(values, fields=fields))


def _lists(rows: pd.DataFrame, key: str, count: int, values: pa.Array) -> pa.Array:
    """Cut ``values`` into one list a position; ``rows[key]`` are the positions, ascending."""
    lengths = np.bincount(rows[key].astype(int).to_numpy(), minlength=count)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)


def unpack(packed: pa.Table, graph: "nx.DiGraph[str]") -> Examined:
    """Return what packed rows say, under the ids that they bear now.

    ``fits`` are those of the firms that passed; ``firms`` are all, those stopped without texts.
    """
    packed = packed.combine_chunks()
    firms = packed.select(TABLES["firms"]).to_pandas()
    ids, names = firms["firm_id"].to_numpy(), firms["name"].to_numpy()
    at, links = _exploded(packed["links"])
    links.insert(0, "left_id", ids[at])
    links.insert(1, "left_name", names[at])
    at, fits = _exploded(packed["fits"])
    # A firm that passed and fits no node is scored outside the chains: as match does, one row.
    silent = pc.and_(
        pc.equal(packed["gate"], ""), pc.equal(pc.list_value_length(packed["fits"]), 0)
    )
    without = np.flatnonzero(silent.to_numpy())
    fits = pd.concat([fits, pd.DataFrame([_NOTHING] * len(without), columns=list(_FIT))])
    at = np.concatenate([at, without])
    order = np.argsort(at, kind="stable")
    at, fits = at[order], fits.iloc[order].reset_index(drop=True)
    nodes = fits["node"].tolist()
    fits["firm_id"], fits["name"] = ids[at], names[at]
    fits["chain"] = [graph.nodes[node]["chain"] if node else "" for node in nodes]
    fits["node_name"] = [graph.nodes[node]["name"] if node else "" for node in nodes]
    stopped = packed.filter(pc.not_equal(packed["gate"], ""))
    excluded = stopped.select(TABLES["excluded"]).to_pandas()
    return Examined(firms, links, fits[list(TABLES["match"])], excluded)


def count_supplies(packed: pa.Table) -> dict[str, int]:
    """Return how many of the packed firms count for the supply of each node."""
    counts = pc.value_counts(pc.list_flatten(packed["supplies"]))
    pairs = zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)
    return dict(sorted(pairs))


def _exploded(lists: pa.ChunkedArray) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the position of each struct of a column of lists, and the structs as a table."""
    at = pc.list_parent_indices(lists).to_numpy()
    structs = pc.list_flatten(lists).combine_chunks()
    arrays = structs.flatten()
    names = [structs.type.field(i).name for i in range(structs.type.num_fields)]
    return at, pa.Table.from_arrays(arrays, names=names).to_pandas()
