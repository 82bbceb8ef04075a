"""Rows out of a database: ``sqlite:///county.db::firms`` or ``URL::SELECT …`` (extra ``sql``).

The rows are fetched in batches, in a transaction that is never committed (read-only where the
database knows such). No message and no label holds a password.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from chainmatch.errors import OptionError, TableError
from chainmatch.tables.sheets import Row, Stream

# In [brackets] stands an IPv6 address, which has :: itself.
_DATABASE = re.compile(r"([a-z][a-z0-9_+]+://(?:\[[^\]\s]*\]|[^\s\[])*?)::(.+)", re.DOTALL)
_ADDRESS = re.compile(r"[a-z][a-z0-9_+]+://")
# Drivers that SQLAlchemy would not choose by itself in every version.
_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
_QUERY = re.compile(r"\s*(?:select|with)\s", re.IGNORECASE)
_BATCH = 5_000


def is_database(source: str) -> bool:
    """Return whether ``source`` begins with the URL of a database."""
    return _ADDRESS.match(source) is not None


def database_label(source: str) -> str:
    """Return how results name ``URL::table`` or ``URL::query``: without host, user and password."""
    found = _DATABASE.fullmatch(source)
    if found is None:
        return "数据库"
    base = re.split(r"[/@]", found[1].partition("?")[0].partition("://")[2])[-1]
    wanted = found[2].strip()
    return f"{base}::{'查询' if _QUERY.match(wanted) else wanted}"


def open_database(source: str) -> Stream:
    """Return the rows of a table or a SELECT; the column names come first.

    Raises:
        OptionError: SQLAlchemy or the driver is not installed, or the URL is malformed.
        TableError: the database, the table or the query fails.
    """
    found = _DATABASE.fullmatch(source)
    if found is None:
        raise OptionError(
            "数据库地址后面要写 :: 和表名或查询，如 sqlite:///文件.db::企业 或 地址::SELECT …"
        )
    wanted = found[2].strip()
    try:
        import sqlalchemy as sql  # an extra
    except ImportError:
        raise OptionError(
            "读取数据库需要 SQLAlchemy，当前没有安装；请运行 pip install 'chainmatch[sql]'"
        ) from None
    engine = _engine(found[1])
    database = engine.url.database or ""
    # SQLite would make an empty database of a name that was mistyped.
    if engine.url.get_backend_name() == "sqlite" and not Path(database).is_file():
        raise TableError(f"找不到数据库文件“{database}”；请检查路径和文件名")
    if _QUERY.match(wanted):
        # Not sql.text: a colon in the query is no parameter of ours.
        statement: Any = sql.text(wanted.replace(":", "\\:"))
    else:
        schema, _, table = wanted.rpartition(".")
        chosen = sql.table(table, schema=schema or None)
        statement = sql.select(sql.literal_column("*")).select_from(chosen)
    label = database_label(source)
    return Stream(label, _rows(engine, statement, label))


def _engine(address: str) -> Any:
    import sqlalchemy as sql

    try:
        url = sql.make_url(address)
    except (sql.exc.ArgumentError, ValueError):  # their text would repeat the password
        raise OptionError(
            "数据库地址写法不对；应为 类型://用户:密码@主机:端口/库名，密码中的特殊字符要转义"
        ) from None
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    try:
        return sql.create_engine(url, hide_parameters=True)
    except sql.exc.NoSuchModuleError:
        raise OptionError(
            f"不认识数据库类型“{url.drivername}”；常用的有 sqlite、postgresql、mysql"
        ) from None
    except ImportError as error:
        raise OptionError(
            f"缺少数据库驱动“{error.name}”；请运行 pip install {error.name}"
        ) from None


def _rows(engine: Any, statement: Any, label: str) -> Iterator[Row]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with engine.connect() as connection:
            options = {"yield_per": _BATCH, "postgresql_readonly": True}
            with closing(connection.execution_options(**options).execute(statement)) as result:
                yield list(map(str, result.keys()))
                for row in result:
                    yield tuple(row)
    # AssertionError: a server that resembles PostgreSQL and names its version otherwise.
    except (SQLAlchemyError, AssertionError) as error:
        raise TableError(
            f"数据库“{label}”读取失败（{_first_line(error)}）；请检查表名、查询和权限"
        ) from None
    finally:
        engine.dispose()


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
