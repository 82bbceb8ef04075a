"""Rows out of a database: ``sqlite:///county.db::firms`` or ``URL::SELECT …`` (extra ``sql``)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chainmatch.errors import OptionError, TableError
from chainmatch.tables.sheets import Row, Stream

_DATABASE = re.compile(r"([a-z][a-z0-9+]*://[^\s]*?)::(.+)", re.DOTALL)
_QUERY = re.compile(r"\s*(?:select|with)\s", re.IGNORECASE)
_BATCH = 20_000


def is_database(source: str) -> bool:
    """Return whether ``source`` reads ``URL::table`` or ``URL::query``."""
    return _DATABASE.fullmatch(source) is not None


def open_database(source: str) -> Stream:
    """Return the rows of a table or a SELECT; the column names come first.

    Raises:
        OptionError: SQLAlchemy or the driver is not installed, or the URL is malformed.
        TableError: the database, the table or the query fails.
    """
    found = _DATABASE.fullmatch(source)
    if found is None:
        raise OptionError(f"“{source}”不是数据库来源；请写成 sqlite:///文件.db::表名或查询")
    address, wanted = found[1], found[2].strip()
    try:
        import sqlalchemy as sql  # an extra
    except ImportError:
        raise OptionError(
            "读取数据库需要 SQLAlchemy，当前没有安装；请运行 pip install 'chainmatch[sql]'"
        ) from None
    try:
        url = sql.make_url(address)
        engine = sql.create_engine(url)
    except (sql.exc.ArgumentError, ImportError) as error:
        raise OptionError(f"数据库地址无法使用（{_first_line(error)}）；请检查地址和驱动") from None
    database = url.database or ""
    # SQLite would make an empty database of a name that was mistyped.
    if url.get_backend_name() == "sqlite" and not Path(database).is_file():
        raise TableError(f"找不到数据库文件“{database}”；请检查路径和文件名")
    if _QUERY.match(wanted):
        statement: Any = sql.text(wanted)
        label = "查询"
    else:
        schema, _, table = wanted.rpartition(".")
        chosen = sql.table(table, schema=schema or None)
        statement = sql.select(sql.literal_column("*")).select_from(chosen)
        label = wanted
    rows = _rows(engine, statement, f"{Path(database).name}::{label}")
    return Stream(f"{Path(database).name}::{label}", rows)


def _rows(engine: Any, statement: Any, label: str) -> Iterator[Row]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with engine.connect() as connection:
            result = connection.execution_options(yield_per=_BATCH).execute(statement)
            yield list(map(str, result.keys()))
            for row in result:
                yield tuple(row)
    except SQLAlchemyError as error:
        raise TableError(
            f"数据库“{label}”读取失败（{_first_line(error)}）；请检查表名、查询和权限"
        ) from None
    finally:
        engine.dispose()


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
