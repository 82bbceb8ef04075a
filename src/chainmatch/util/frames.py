"""Tables of any kind on their way in: pandas as it is, all else through the Arrow C stream.

Polars, Arrow tables and readers, DuckDB relations and whatever else offers ``__arrow_c_stream__``
come without a library of theirs being loaded.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from chainmatch.errors import TableError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class ArrowStream(Protocol):
    """Anything that hands out its rows as an Arrow C stream."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the capsule of the stream."""


def stream_of(table: object) -> "pa.RecordBatchReader":
    """Return the batches of a table that offers an Arrow C stream; it is read once.

    Raises TableError for anything else, and for what is a column and no table.
    """
    import pyarrow as pa

    if not hasattr(table, "__arrow_c_stream__") or isinstance(table, type):
        raise _no_table(table)
    try:
        return pa.RecordBatchReader.from_stream(table)
    except (pa.ArrowException, TypeError, ValueError):
        raise _no_table(table) from None


def frame_of(
    table: object, *, needed: Iterable[str] = (), texts: Iterable[str] = ()
) -> "pd.DataFrame":
    """Return a table as pandas.

    Parameters
    ----------
    table
        A ``DataFrame``, or anything that offers an Arrow C stream.
    needed
        Columns that it must have.
    texts
        Columns that are text, where it has them: what is missing becomes "", other values are
        written out.

    Raises
    ------
    TableError
        It is no table, lacks a column, or has one of these twice.
    """
    import pandas as pd

    frame = table if isinstance(table, pd.DataFrame) else _read(table)
    texts = [name for name in texts if name in frame]
    for name in (*needed, *texts):
        count = int((frame.columns == name).sum())
        if count != 1:
            told = f"有 {count} 列都叫“{name}”" if count else f"缺少列“{name}”"
            raise TableError(f"表格{told}；请改好列名，或先用 read_firms 读取。")
    odd = {name: _written(frame[name]) for name in texts if not _is_text(frame[name])}
    return frame.assign(**odd) if odd else frame


def _read(table: object) -> "pd.DataFrame":
    import pyarrow as pa

    try:
        found: pd.DataFrame = stream_of(table).read_all().to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise TableError(f"表格（{_kind(table)}）读取失败：{type(error).__name__}。") from None
    return found


def _is_text(column: "pd.Series[Any]") -> bool:
    import pandas as pd

    return pd.api.types.infer_dtype(column, skipna=False) == "string" and not column.hasnans


def _written(column: "pd.Series[Any]") -> "pd.Series[Any]":
    import pandas as pd

    blank = column.isna()
    texts = ["" if no else str(value) for value, no in zip(column, blank, strict=True)]
    return pd.Series(texts, index=column.index, dtype="str")


def _kind(table: object) -> str:
    return type(table).__name__


def _no_table(table: object) -> TableError:
    hint = "先 .collect()，再传入" if hasattr(table, "collect") else "请检查传入的是什么"
    return TableError(
        f"传入的是 {_kind(table)}，不是名单；可用文件路径、数据库地址，"
        f"或 pandas、polars、Arrow、DuckDB 的表格。{hint}。"
    )
