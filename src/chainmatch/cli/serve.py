"""``serve``: the service, and the keys to it."""

import argparse
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainmatch.cli.parsing import (
    chains_option,
    command,
    learned_option,
    mapping_option,
    positive,
    profile_option,
    read_mapping,
)
from chainmatch.errors import OptionError

if TYPE_CHECKING:
    from chainmatch.server.settings import Settings

# Looked for before anything starts: some are loaded in the processes that answer only.
_NEEDED = ("alembic", "fastapi", "prometheus_client", "python_multipart", "sqlalchemy", "uvicorn")


def add(commands: Any) -> None:
    """Tell the parser of ``serve``."""
    parser = command(
        commands,
        "serve",
        _serve,
        "启动服务，供本机或其他系统查询和运算",
        "需要 chainmatch[serve]；默认只供本机使用。",
    )
    parser.add_argument("--firms", metavar="文件", help="可供查询的企业名单")
    parser.add_argument("--local", metavar="文件", help="本地企业名单，用于缺口和图谱")
    parser.add_argument("--sample", action="store_true", help="使用自带的虚构样例")
    parser.add_argument(
        "--data", default="chainmatch-data", metavar="文件夹", help="数据文件夹，默认 %(default)s"
    )
    parser.add_argument(
        "--database",
        default=os.environ.get("CHAINMATCH_DATABASE", ""),
        metavar="地址",
        help="postgresql://…，也可写在环境变量 CHAINMATCH_DATABASE；默认为数据文件夹里的 SQLite",
    )
    parser.add_argument("--host", default="127.0.0.1", metavar="地址", help="默认 %(default)s")
    parser.add_argument("--port", type=int, default=8765, metavar="端口", help="默认 %(default)s")
    parser.add_argument(
        "--workers", type=positive, default=2, metavar="N", help="应答进程数，默认 %(default)s"
    )
    parser.add_argument(
        "--rate",
        type=positive,
        default=50,
        metavar="N",
        help="每个密钥每秒请求数，默认 %(default)s",
    )
    parser.add_argument("--new-key", metavar="名称", help="新建密钥，只显示一次，然后退出")
    parser.add_argument(
        "--role", choices=("read", "write"), default="write", help="新密钥的权限，默认 %(default)s"
    )
    parser.add_argument("--list-keys", action="store_true", help="列出密钥，然后退出")
    parser.add_argument("--revoke-key", metavar="名称", help="停用密钥，然后退出")
    profile_option(parser)
    chains_option(parser)
    learned_option(parser)
    mapping_option(parser)


def _serve(arguments: argparse.Namespace) -> None:
    try:
        import fcntl  # noqa: F401 - the processes of the service share their memory
    except ImportError:
        raise OptionError("serve 需要 Linux 或 macOS；Windows 上可在 WSL 中运行。") from None
    for name in _NEEDED:
        if find_spec(name) is None:
            raise OptionError(
                f"服务需要 {name}，当前没有安装；请运行 pip install 'chainmatch[serve]'"
            )
    from chainmatch.server.service import serve

    settings = _settings(arguments)
    if arguments.new_key or arguments.list_keys or arguments.revoke_key:
        _keys(arguments, settings)
        return
    code = serve(settings)
    if code:
        raise SystemExit(code)


def _settings(arguments: argparse.Namespace) -> "Settings":
    from chainmatch.server.settings import Settings
    from chainmatch.util.resources import data_folder

    firms, local = arguments.firms, arguments.local
    if arguments.sample:
        if firms or local:
            raise OptionError("--sample 使用自带样例，不能同时给出名单文件。")
        firms, local = (data_folder("sample") / name for name in ("targets.xlsx", "local.csv"))
    return Settings(
        Path(arguments.data),
        arguments.database,
        arguments.host,
        arguments.port,
        arguments.workers,
        firms,
        local,
        Path(arguments.profile) if arguments.profile else None,
        Path(arguments.chains) if arguments.chains else None,
        read_mapping(arguments.map),
        rate=arguments.rate,
        burst=2 * arguments.rate,
    )


def _keys(arguments: argparse.Namespace, settings: "Settings") -> None:
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
