"""``profile new``."""

import argparse
from pathlib import Path
from typing import Any

from chainmatch.cli.parsing import command
from chainmatch.errors import OptionError


def add(commands: Any) -> None:
    """Tell the parser of the ``profile`` actions."""
    parser = commands.add_parser("profile", help="新建县情配置", description="新建县情配置。")
    actions = parser.add_subparsers(title="操作", metavar="操作", required=True, dest="action")
    new = command(actions, "new", _profile_new, "写出一份带说明的县情配置，供修改")
    new.add_argument("--out", required=True, metavar="文件", help="结果文件：.yaml")


def _profile_new(arguments: argparse.Namespace) -> None:
    from chainmatch.profile import profile_text
    from chainmatch.report.files import write_text

    if Path(arguments.out).exists():
        raise OptionError(f"{arguments.out}：已有这个文件，为免覆盖没有写出；请换一个文件名。")
    write_text(profile_text(), arguments.out)
    print(f"已写出 {arguments.out}；按本县情况修改后，用 rank --profile {arguments.out} 运行。")
