"""Commands on lists of firms: ``match``, ``gaps``, ``link``, ``leads``, ``find``, ``check``."""

import argparse
from typing import Any

from chainmatch.cli.engines import engine_options, goes_on_spark, spark_listing
from chainmatch.cli.large import goes_in_pieces, in_pieces, jobs_option, large_options
from chainmatch.cli.output import Steps, check_out, say_read, write, write_read
from chainmatch.cli.parsing import (
    command,
    mapping_option,
    out_option,
    positive,
    profile_option,
    read_mapping,
)
from chainmatch.errors import OptionError
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
    if goes_on_spark(arguments):
        _match_on_spark(arguments)
        return
    if goes_in_pieces(arguments.firms, arguments):
        _match_in_pieces(arguments)
        return
    from chainmatch.chains.graph import read_chains
    from chainmatch.matching.tables import match
    from chainmatch.tables import read_firms

    check_out(arguments)
    with Steps(3, arguments.quiet) as step:
        step("读取名单")
        graph = read_chains(arguments.chains)
        reading = read_firms(arguments.firms, mapping=read_mapping(arguments.map))
        step("识别经营范围")
        found = match(reading.table, graph, by=arguments.by, top=arguments.top)
        step("写出结果")
        write_read(found, [reading], arguments)


def _match_in_pieces(arguments: argparse.Namespace) -> None:
    from chainmatch.pipeline import stream

    with in_pieces(arguments.firms, arguments) as options:
        said = stream.match(
            arguments.firms,
            arguments.out,
            by=arguments.by,
            top=arguments.top,
            chains=arguments.chains,
            mapping=read_mapping(arguments.map),
            plain=arguments.plain,
            options=options,
        )
    say_read(*said, arguments)


def _match_on_spark(arguments: argparse.Namespace) -> None:
    from chainmatch.pipeline import spark
    from chainmatch.report.parts import check_result_path

    check_result_path(arguments.out)
    with (
        Steps(2, arguments.quiet) as step,
        spark_listing(arguments, arguments.firms, step) as listing,
    ):
        step("识别经营范围")
        said = spark.match_file(
            listing,
            arguments.out,
            by=arguments.by,
            top=arguments.top,
            chains=arguments.chains,
            plain=arguments.plain,
        )
    say_read(*said, arguments)


def _gaps(arguments: argparse.Namespace) -> None:
    from chainmatch.chains.graph import read_chains
    from chainmatch.decision.gaps import survey
    from chainmatch.identity.resolution import resolve
    from chainmatch.matching.tables import match
    from chainmatch.profile import read_profile
    from chainmatch.tables import read_firms

    mapping = read_mapping(arguments.map)
    check_out(arguments)
    with Steps(4, arguments.quiet) as step:
        step("读取名单")
        graph, profile = read_chains(arguments.chains), read_profile(arguments.profile)
        home = resolve(read_firms(arguments.local, mapping=mapping).table, None).firms
        step("识别经营范围")
        target_fits = None
        if arguments.targets:
            targets = resolve(read_firms(arguments.targets, mapping=mapping).table, home).firms
            target_fits = match(targets, graph, top=None)
        step("分析缺口")
        found = survey(graph, match(home, graph, top=None), home, profile, target_fits)
        step("写出结果")
        write(found.gaps, arguments)


def _link(arguments: argparse.Namespace) -> None:
    if goes_on_spark(arguments):
        _link_on_spark(arguments)
        return
    if arguments.right and goes_in_pieces(arguments.left, arguments):
        _link_in_pieces(arguments)
        return
    from chainmatch.identity.linking import link
    from chainmatch.tables import read_firms

    mapping = read_mapping(arguments.map)
    check_out(arguments)
    with Steps(3, arguments.quiet) as step:
        step("读取名单")
        lists = [arguments.left, *([arguments.right] if arguments.right else [])]
        readings = [read_firms(source, mapping=mapping) for source in lists]
        step("比对企业")
        found = link(*(reading.table for reading in readings))
        step("写出结果")
        write_read(found, readings, arguments)


def _link_in_pieces(arguments: argparse.Namespace) -> None:
    from chainmatch.pipeline import stream

    with in_pieces(arguments.left, arguments) as options:
        said = stream.link(
            arguments.left,
            arguments.right,
            arguments.out,
            mapping=read_mapping(arguments.map),
            plain=arguments.plain,
            options=options,
        )
    say_read(*said, arguments)


def _link_on_spark(arguments: argparse.Namespace) -> None:
    from chainmatch.pipeline import spark
    from chainmatch.report.parts import check_result_path

    if not arguments.right:
        raise OptionError("--engine spark 只比对两份名单；请给出名单二，或去掉 --engine spark。")
    check_result_path(arguments.out)
    with (
        Steps(2, arguments.quiet) as step,
        spark_listing(arguments, arguments.left, step) as listing,
    ):
        step("比对企业")
        said = spark.link_file(
            listing,
            arguments.right,
            arguments.out,
            mapping=read_mapping(arguments.map),
            plain=arguments.plain,
        )
    say_read(*said, arguments)


def _leads(arguments: argparse.Namespace) -> None:
    from chainmatch.chains.graph import read_chains
    from chainmatch.decision import gates
    from chainmatch.decision.gaps import survey
    from chainmatch.identity.resolution import resolve
    from chainmatch.leads import assign, match_leads
    from chainmatch.matching.tables import match
    from chainmatch.profile import read_profile
    from chainmatch.tables import read_firms, read_leads

    mapping = read_mapping(arguments.map)
    check_out(arguments)
    with Steps(4, arguments.quiet) as step:
        step("读取名单")
        graph, profile = read_chains(arguments.chains), read_profile(arguments.profile)
        leads = read_leads(arguments.leads, mapping=mapping)
        home = resolve(read_firms(arguments.local, mapping=mapping).table, None).firms
        wanted = resolve(read_firms(arguments.targets, mapping=mapping).table, home)
        targets = wanted.firms
        step("识别经营范围")
        local_fits, fits = match(home, graph, top=None), match(targets, graph, top=None)
        step("匹配线索")
        found = survey(graph, local_fits, home, profile, fits)
        excluded = gates.check(targets, wanted.links, fits, profile, graph)
        passed = targets[~targets["firm_id"].isin(excluded["firm_id"])]
        matched = match_leads(leads, graph, passed, fits, home, local_fits, found, profile)
        if arguments.assign:
            matched = assign(matched)
        step("写出结果")
        write(matched, arguments)


def _find(arguments: argparse.Namespace) -> None:
    from chainmatch.identity.search import find
    from chainmatch.report.console import table
    from chainmatch.tables import read_firms

    firms = read_firms(arguments.source, mapping=read_mapping(arguments.map)).table
    found = find(arguments.text, firms, limit=arguments.top)
    print(table(found) if len(found) else f"没有找到与“{arguments.text}”相近的企业。")


def _check(arguments: argparse.Namespace) -> None:
    mapping = read_mapping(arguments.map)
    if goes_in_pieces(arguments.file, arguments):
        from chainmatch.pipeline import stream

        with in_pieces(arguments.file, arguments) as options:
            text = stream.check(arguments.file, mapping=mapping, options=options)
    else:
        from chainmatch.tables.check import check_file

        text = check_file(arguments.file, mapping=mapping)
    print(text)
