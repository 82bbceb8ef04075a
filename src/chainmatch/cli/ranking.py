"""``rank``: from the lists to all result files."""

import argparse
from typing import TYPE_CHECKING, Any

from chainmatch.cli.engines import engine_options, goes_on_spark, spark_listing
from chainmatch.cli.large import goes_in_pieces, in_pieces, large_options
from chainmatch.cli.output import Steps
from chainmatch.cli.parsing import command, positive, profile_option, read_mapping, shared_options
from chainmatch.errors import OptionError

if TYPE_CHECKING:
    from chainmatch.pipeline.rank import Run


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
    sources = _lists(arguments)
    from chainmatch.util.atomic import check_folder

    out = check_folder(arguments.out)
    if goes_on_spark(arguments):
        run = _rank_on_spark(*sources, arguments)
    elif goes_in_pieces(sources[0], arguments):
        run = _rank_in_pieces(*sources, arguments)
    else:
        run = _rank_at_once(*sources, arguments)
    if not arguments.quiet:
        from chainmatch.report.console import summary

        print(summary(run, out))


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


def _rank_at_once(targets: Any, local: Any, leads: Any, arguments: argparse.Namespace) -> "Run":
    from chainmatch.pipeline.rank import STEPS, rank
    from chainmatch.report.folder import write_report

    with Steps(STEPS, arguments.quiet) as step:
        run = rank(targets, local, leads, **_options(arguments), progress=step)
        step("写出结果")
        write_report(run, arguments.out, plain=arguments.plain)
    return run


def _rank_on_spark(targets: Any, local: Any, leads: Any, arguments: argparse.Namespace) -> "Run":
    from chainmatch.pipeline import spark
    from chainmatch.report.folder import write_report

    with (
        Steps(11, arguments.quiet) as step,
        spark_listing(arguments, str(targets), step) as listing,
    ):
        run = spark.rank(listing, local, leads, **_options(arguments), progress=step)
        step("写出结果")
        write_report(run, arguments.out, plain=arguments.plain)
    return run


def _rank_in_pieces(targets: Any, local: Any, leads: Any, arguments: argparse.Namespace) -> "Run":
    from chainmatch.pipeline import stream

    with in_pieces(targets, arguments) as options:
        return stream.rank(
            targets, local, arguments.out, leads,
            **_options(arguments), plain=arguments.plain, options=options,
        )  # fmt: skip


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "profile": arguments.profile,
        "chains": arguments.chains,
        "top": arguments.top,
        "mapping": read_mapping(arguments.map),
    }
