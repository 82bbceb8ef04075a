"""``profile new``."""

import argparse
from pathlib import Path
from typing import Any

from chainmatch.cli.parsing import chains_option, command, mapping_option, read_mapping
from chainmatch.errors import OptionError


def add(commands: Any) -> None:
    """Tell the parser of the ``profile`` actions."""
    parser = commands.add_parser("profile", help="新建县情配置", description="新建县情配置。")
    actions = parser.add_subparsers(title="操作", metavar="操作", required=True, dest="action")
    new = command(
        actions,
        "new",
        _profile_new,
        "写出一份带说明的县情配置，供修改",
        "不给名单时写出自带示例；给 --local 时从本地企业名单起草。不给 --out 时显示在屏幕上。",
    )
    new.add_argument("--local", metavar="文件", help="本地企业名单，据以起草本县、片区和资源")
    new.add_argument(
        "--example",
        choices=("qinling", "huanghai"),
        help="自带示例：qinling 秦岭山区县（默认），huanghai 沿海平原县",
    )
    new.add_argument("--out", metavar="文件", help="结果文件：.yaml")
    chains_option(new)
    mapping_option(new)


def _profile_new(arguments: argparse.Namespace) -> None:
    from chainmatch.report.files import write_text

    out = arguments.out
    if arguments.local and arguments.example:
        raise OptionError("--local 与 --example 只能用一个：要么从名单起草，要么写出示例。")
    if out and Path(out).exists():
        raise OptionError(f"{out}：已有这个文件，为免覆盖没有写出；请换一个文件名。")
    text = _text(arguments)
    if not out:
        print(text, end="")
        return
    write_text(text, out)
    print(f"已写出 {out}；按本县情况修改后，用 rank --profile {out} 运行。")


def _text(arguments: argparse.Namespace) -> str:
    if arguments.local:
        from chainmatch.pipeline.draft import draft_profile

        return draft_profile(
            arguments.local, chains=arguments.chains, mapping=read_mapping(arguments.map)
        )
    from chainmatch.profile import example, profile_text

    return profile_text(example(arguments.example or "qinling"))
