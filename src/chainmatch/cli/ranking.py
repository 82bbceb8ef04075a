"""``rank``: from the lists to all result files."""

import argparse
from pathlib import Path
from typing import Any

from chainmatch.cli.engines import engine_options, large_options, way_through
from chainmatch.cli.parsing import command, positive, profile_option, read_mapping, shared_options
from chainmatch.errors import OptionError


def add(commands: Any) -> None:
    """Tell the parser of ``rank``."""
    parser = command(
        commands,
        "rank",
        _rank,
        "评出精准招商清单",
        "读取目标企业、本地企业和线索，写出清单、缺口、排除原因等全部结果。",
    )
    parser.add_argument(
        "targets", nargs="?", metavar="目标企业名单", help="xlsx、xls、ods、csv 或 parquet"
    )
    parser.add_argument("--local", metavar="文件", help="本地企业名单")
    parser.add_argument("--leads", metavar="文件", help="招商线索")
    parser.add_argument("--sample", action="store_true", help="使用自带的虚构样例")
    parser.add_argument("--top", type=positive, metavar="N", help="清单家数，默认按县情配置")
    parser.add_argument("--out", required=True, metavar="文件夹", help="结果文件夹")
    profile_option(parser)
    shared_options(parser)
    large_options(parser)
    engine_options(parser)


def _rank(arguments: argparse.Namespace) -> None:
    from chainmatch.pipeline.rank import STEPS, rank_files

    targets, local, leads = _lists(arguments)
    with way_through(targets, arguments, STEPS) as way:
        run = rank_files(
            targets, local, leads, out=arguments.out, profile=arguments.profile,
            chains=arguments.chains, top=arguments.top, mapping=read_mapping(arguments.map),
            plain=arguments.plain, progress=way.step, engine=way.engine,
        )  # fmt: skip
    if not arguments.quiet:
        from chainmatch.report.console import summary

        print(summary(run, Path(arguments.out)))


def _lists(arguments: argparse.Namespace) -> tuple[Any, Any, Any]:
    """Return targets, local firms and leads that were asked for."""
    from chainmatch.util.resources import data_folder

    targets, local, leads = arguments.targets, arguments.local, arguments.leads
    if arguments.sample:
        if targets or local or leads:
            raise OptionError("--sample 使用自带样例，不能同时给出名单文件。")
        sample = data_folder("sample")
        targets, local, leads = sample / "targets.xlsx", sample / "local.csv", sample / "leads.xlsx"
    if not targets or not local:
        raise OptionError("请给出目标企业名单和 --local 本地企业名单，或用 --sample 试运行。")
    return targets, local, leads
