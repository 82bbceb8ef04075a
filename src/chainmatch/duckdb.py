"""SQL functions for DuckDB: match, place, normal name and similarity, whole vectors at a time.

::

    con = duckdb.connect()
    chainmatch.duckdb.register(con)
    con.sql("SELECT chainmatch_match(经营范围, 企业名称, NULL, NULL) FROM 'registry.parquet'")

A row gives what the same texts give everywhere else: the functions are those of the library.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from chainmatch.chains.graph import read_chains
from chainmatch.errors import OptionError
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.tables import match
from chainmatch.names import name_similarity, normal_name
from chainmatch.places import Place, locate
from chainmatch.tables.arrow import record_batch, table_schema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Texts = list[str | None]
Work = Callable[..., Any]  # whole columns of texts → an Arrow array

_FIT = pa.schema(list(table_schema("match"))[2:])  # without firm_id and name
_PLACE = pa.struct([(name, pa.string()) for name in Place._fields])
_SQL = {pa.string(): "VARCHAR", pa.float64(): "DOUBLE"}


def register(
    connection: "DuckDBPyConnection",
    *,
    chains: str | Path | None = None,
    top: int = 3,
    prefix: str = "chainmatch_",
) -> tuple[str, ...]:
    """Give a connection the functions; return their names. Registering again replaces them.

    ``chainmatch_match(scope, name, products, industry_code)``
        The nodes that the texts speak of, at most ``top``, best first, as a list of structs with
        the columns of the table ``match``; an empty list where there is none.
    ``chainmatch_place(region, code, address, name)``
        Struct ``province, city, county, zone``, NULL where unknown.
    ``chainmatch_name(name)``
        The normal form of a company name.
    ``chainmatch_similarity(a, b)``
        How surely two names are written for one firm, 0…1.

    All arguments are VARCHAR. NULL is unknown: to the first two as good as an empty text, of a name
    nothing but NULL comes. Raises ChainmatchError for chains that cannot be read, OptionError for a
    ``prefix`` that makes no names or a ``top`` below 1.
    """
    import duckdb
    from duckdb.func import ARROW, SPECIAL

    if not f"{prefix}match".isidentifier():
        raise OptionError(f"prefix“{prefix}”不可用；请用字母、数字和下划线，以字母开头。")
    if top < 1:
        raise OptionError(f"top={top} 不可用；请给出 1 以上的整数。")
    functions: dict[str, tuple[Work, pa.DataType]] = {
        "match": (_matching(chains, top), pa.list_(pa.struct(list(_FIT)))),
        "place": (_places, _PLACE),
        "name": (_names, pa.string()),
        "similarity": (_similarities, pa.float64()),
    }
    for name, (work, gives) in functions.items():
        with suppress(duckdb.InvalidInputException):  # it is not there yet
            connection.remove_function(prefix + name)
        connection.create_function(
            prefix + name,
            _on_vectors(work),
            ["VARCHAR"] * len(signature(work).parameters),
            _sql(gives),
            type=ARROW,
            null_handling=SPECIAL,
        )
    return tuple(prefix + name for name in functions)


def _on_vectors(work: Work) -> Work:
    """Return what DuckDB calls: it looks at the parameters of ``work``."""

    @wraps(work)
    def call(*vectors: pa.ChunkedArray) -> Any:
        return work(*(vector.to_pylist() for vector in vectors))

    return call


def _matching(chains: str | Path | None, top: int) -> Work:
    matcher = Matcher(read_chains(chains))

    def work(scope: Texts, name: Texts, products: Texts, industry_code: Texts) -> pa.Array:
        rows = [str(at) for at in range(len(scope))]
        firms = pd.DataFrame(
            {
                "firm_id": rows, "scope": scope, "name": name, "products": products,
                "industry_code": industry_code,
            }
        )  # fmt: skip
        found = match(firms, matcher.graph, top=top, matcher=matcher)
        found = found[found["node"].ne("")]
        counts = found["firm_id"].value_counts().reindex(rows, fill_value=0)
        ends = pa.array([0, *counts.cumsum().tolist()], pa.int32())
        return pa.ListArray.from_arrays(ends, record_batch(found, _FIT).to_struct_array())

    return work


def _places(region: Texts, code: Texts, address: Texts, name: Texts) -> pa.Array:
    columns = ([text or "" for text in texts] for texts in (region, code, address, name))
    told = zip(*columns, strict=True)
    places = [locate(*row)._asdict() for row in told]
    known = [{key: part or None for key, part in place.items()} for place in places]
    return pa.array(known, _PLACE)


def _names(name: Texts) -> pa.Array:
    return pa.array([None if text is None else normal_name(text) for text in name], pa.string())


def _similarities(a: Texts, b: Texts) -> pa.Array:
    values = (
        None if first is None or second is None else name_similarity(first, second).value
        for first, second in zip(a, b, strict=True)
    )
    return pa.array(list(values), pa.float64())


def _sql(kind: pa.DataType) -> str:
    """Return an Arrow type as DuckDB calls it."""
    if pa.types.is_list(kind):
        return f"{_sql(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        fields = (kind.field(at) for at in range(kind.num_fields))
        return f"STRUCT({', '.join(f'{field.name} {_sql(field.type)}' for field in fields)})"
    return _SQL[kind]
