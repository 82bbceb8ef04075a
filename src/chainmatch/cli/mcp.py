"""``mcp``: the tools for assistants, over standard input and output or over HTTP."""

import os
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path

from chainmatch.cli.parsing import read_mapping
from chainmatch.errors import OptionError


def mcp(arguments: Namespace) -> None:
    """Serve until the other side goes away."""
    needed = ("mcp", *(("alembic", "sqlalchemy") if arguments.http else ()))
    for name in needed:
        if find_spec(name) is None:
            extra = "mcp" if name == "mcp" else "mcp,serve"
            raise OptionError(
                f"mcp 需要 {name}，当前没有安装；请运行 pip install 'chainmatch[{extra}]'"
            )
    from chainmatch.mcp.known import Known

    lists = {name: getattr(arguments, name) for name in ("targets", "local", "leads")}
    mapping = read_mapping(arguments.map)
    known = Known(arguments.run, arguments.chains, {**lists, "mapping": mapping})
    if not arguments.http:
        from chainmatch.mcp.protocol import serve_stdio

        serve_stdio(known)
        return
    from chainmatch.mcp.http import serve_http
    from chainmatch.server.settings import Settings

    serve_http(
        known,
        Settings(
            Path(arguments.data),
            os.environ.get("CHAINMATCH_DATABASE", ""),
            arguments.host,
            arguments.port,
            rate=arguments.rate,
            burst=2 * arguments.rate,
        ),
    )
