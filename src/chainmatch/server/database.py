"""The database of the service opened and brought up to date: SQLite in a file, or PostgreSQL."""

from pathlib import Path
from typing import Any

import sqlalchemy as sql
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from chainmatch.errors import OptionError

_MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(url: str) -> sql.Engine:
    """Return an engine; nothing is connected yet. Raises OptionError for an unusable URL."""
    try:
        parsed = sql.make_url(url)
    except sql.exc.ArgumentError:  # its text would repeat the password
        raise OptionError(
            "--database 写法不对；应为 postgresql://用户:密码@主机:端口/库名，"
            "密码中的特殊字符要转义；不写则用数据文件夹里的 SQLite。"
        ) from None
    kind = parsed.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise OptionError(f"--database 只支持 postgresql 和 sqlite，写的是“{kind}”。")
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        engine = sql.create_engine(parsed, hide_parameters=True, pool_pre_ping=kind != "sqlite")
    except ImportError as error:
        raise OptionError(
            f"缺少数据库驱动“{error.name}”；请运行 pip install 'psycopg[binary]'"
        ) from None
    if kind == "sqlite":
        sql.event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _: object) -> None:
    """Set a new SQLite connection up: readers do not wait for the writer, writers take turns."""
    cursor = connection.cursor()
    for setting in ("journal_mode=WAL", "busy_timeout=15000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def upgrade(engine: sql.Engine) -> None:
    """Bring the tables up to the newest form, all steps in one transaction.

    Raises OptionError if the database cannot be reached, or was written by a newer version.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":  # the driver begins none for changes of tables
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError:
        raise OptionError("数据库是由更新版本的 chainmatch 建立的；请升级程序后再启动。") from None
    except sql.exc.OperationalError as error:
        why = (str(error.orig).splitlines() or [""])[0][:200]
        raise OptionError(
            f"无法打开数据库（{why}）；请检查地址、权限和数据库是否在运行。"
        ) from None
