"""Commands on lists of firms: ``match``, ``gaps``, ``link``, ``leads``, ``find``, ``check``."""

import argparse
from typing import Any

from chainmatch.cli.engines import engine_options, jobs_option, large_options, way_through
from chainmatch.cli.output import Steps, say_read
from chainmatch.cli.parsing import (
    command,
    mapping_option,
    out_option,
    positive,
    profile_option,
    read_mapping,
)
from chainmatch.util.file_names import legible


def add(commands: Any) -> None:
    """Tell the parser of the commands on lists."""
    _add_tables(commands)
    find = command(commands, "find", _find, "按名称的任何写法查找企业")
    find.add_argument("text", type=legible, metavar="名称", help="全称、简称或记得的片段")
    find.add_argument("--in", dest="source", required=True, metavar="文件", help="企业名单")
    find.add_argument("--top", type=positive, default=10, metavar="N", help="最多几家，默认 10")
    mapping_option(find)
    check = command(commands, "check", _check, "查看名单会被怎样读取", "不写任何文件。")
    check.add_argument("file", metavar="文件", help="要检查的名单")
    mapping_option(check)
    jobs_option(check)


def _add_tables(commands: Any) -> None:
    """Add the commands that write one table."""
    match = command(commands, "match", _match, "识别企业处在哪些产业链环节")
    match.add_argument("firms", metavar="企业名单", help="xlsx、xls、ods、csv 或 parquet")
    match.add_argument("--by", choices=("node", "chain"), default="node", help="按环节或按产业链")
    match.add_argument(
        "--top", type=positive, default=3, metavar="N", help="每家最多几个环节，默认 3"
    )
    out_option(match)
    large_options(match)
    engine_options(match)
    gaps = command(commands, "gaps", _gaps, "找出产业链缺口")
    gaps.add_argument("local", metavar="本地企业名单", help="本地企业名单")
    gaps.add_argument("--targets", metavar="文件", help="目标企业名单，用于判断招商资源")
    profile_option(gaps)
    out_option(gaps)
    link = command(
        commands, "link", _link, "比对两份名单中的同一企业", "只给一份名单时，找出其中的重复。"
    )
    link.add_argument("left", metavar="名单一", help="企业名单")
    link.add_argument("right", nargs="?", metavar="名单二", help="另一份企业名单")
    out_option(link)
    large_options(link)
    engine_options(link)
    leads = command(commands, "leads", _leads, "为招商线索匹配企业、项目和缺口")
    leads.add_argument("leads", metavar="线索表", help="招商线索")
    leads.add_argument("--targets", required=True, metavar="文件", help="目标企业名单")
    leads.add_argument("--local", required=True, metavar="文件", help="本地企业名单")
    leads.add_argument(
        "--assign", action="store_true", help="一对一安排：每家企业只约请一次，并列出放弃的对象"
    )
    profile_option(leads)
    out_option(leads)


def _match(arguments: argparse.Namespace) -> None:
    from chainmatch.pipeline.match import match_file

    with way_through(arguments.firms, arguments, 3) as way:
        said = match_file(
            arguments.firms, arguments.out, by=arguments.by, top=arguments.top,
            chains=arguments.chains, mapping=read_mapping(arguments.map), plain=arguments.plain,
            progress=way.step, engine=way.engine,
        )  # fmt: skip
    say_read(*said, arguments)


def _gaps(arguments: argparse.Namespace) -> None:
    from chainmatch.pipeline.county import gaps_file

    with Steps(4, arguments.quiet) as step:
        gaps_file(
            arguments.local, arguments.out, targets=arguments.targets, profile=arguments.profile,
            chains=arguments.chains, mapping=read_mapping(arguments.map), plain=arguments.plain,
            progress=step,
        )  # fmt: skip


def _link(arguments: argparse.Namespace) -> None:
    from chainmatch.pipeline.link import link_file

    with way_through(arguments.left, arguments, 3, cut=bool(arguments.right)) as way:
        said = link_file(
            arguments.left, arguments.right, arguments.out, mapping=read_mapping(arguments.map),
            plain=arguments.plain, progress=way.step, engine=way.engine,
        )  # fmt: skip
    say_read(*said, arguments)


def _leads(arguments: argparse.Namespace) -> None:
    from chainmatch.pipeline.county import leads_file

    with Steps(4, arguments.quiet) as step:
        leads_file(
            arguments.leads, arguments.targets, arguments.local, arguments.out,
            one_to_one=arguments.assign, profile=arguments.profile, chains=arguments.chains,
            mapping=read_mapping(arguments.map), plain=arguments.plain, progress=step,
        )  # fmt: skip


def _find(arguments: argparse.Namespace) -> None:
    from chainmatch.identity.search import find
    from chainmatch.report.console import table
    from chainmatch.tables import read_firms

    firms = read_firms(arguments.source, mapping=read_mapping(arguments.map)).table
    found = find(arguments.text, firms, limit=arguments.top)
    print(table(found) if len(found) else f"没有找到与“{arguments.text}”相近的企业。")


def _check(arguments: argparse.Namespace) -> None:
    from chainmatch.pipeline.check import check

    with way_through(arguments.file, arguments, 0) as way:
        text = check(arguments.file, mapping=read_mapping(arguments.map), engine=way.engine)
    print(text)
