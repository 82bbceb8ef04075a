"""``serve``: the service, and the keys to it."""

import os
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from chainmatch.cli.parsing import read_mapping, sample_or
from chainmatch.errors import OptionError

if TYPE_CHECKING:
    from chainmatch.server.settings import Settings

# Looked for before anything starts: some are loaded in the processes that answer only.
_NEEDED = ("alembic", "fastapi", "prometheus_client", "python_multipart", "sqlalchemy", "uvicorn")


def serve(arguments: Namespace) -> None:
    """The service itself, or what its keys are."""
    for name in (*_NEEDED, *(("gunicorn",) if hasattr(os, "fork") else ())):
        if find_spec(name) is None:
            raise OptionError(
                f"服务需要 {name}，当前没有安装；请运行 pip install 'chainmatch[serve]'"
            )
    from chainmatch.server.service import serve as serve_until_stopped

    settings = _settings(arguments)
    if arguments.new_key or arguments.list_keys or arguments.revoke_key:
        _keys(arguments, settings)
        return
    serve_until_stopped(settings)


def _settings(arguments: Namespace) -> "Settings":
    from chainmatch.server.settings import Settings

    lists = sample_or(arguments, firms=arguments.firms, local=arguments.local)
    return Settings(
        Path(arguments.data),
        arguments.database or os.environ.get("CHAINMATCH_DATABASE", ""),
        arguments.host,
        arguments.port,
        arguments.workers,
        lists["firms"],
        lists["local"],
        Path(arguments.profile) if arguments.profile else None,
        Path(arguments.chains) if arguments.chains else None,
        read_mapping(arguments.map),
        rate=arguments.rate,
        burst=2 * arguments.rate,
    )


def _keys(arguments: Namespace, settings: "Settings") -> None:
    from chainmatch.server.database import open_database, upgrade
    from chainmatch.server.keys import list_keys, new_key, revoke_key
    from chainmatch.server.settings import make_folders

    make_folders(settings)
    engine = open_database(settings.database_url)
    upgrade(engine)
    if arguments.new_key:
        print(new_key(engine, arguments.new_key, arguments.role))
    if arguments.revoke_key:
        revoke_key(engine, arguments.revoke_key)
        print(f"已停用密钥“{arguments.revoke_key}”。")
    if arguments.list_keys:
        for key in list_keys(engine):
            ended = f"，{key.revoked} 停用" if key.revoked else ""
            print(f"{key.name}　{key.role}　{key.created} 建立{ended}")
