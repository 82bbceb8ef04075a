"""The command line: a translation of the library, with no rule of its own.

Every command is parsed, calls the function of the same name and writes or prints what it returns.
Exit codes: 0 done, 2 input or options are wrong, 1 a fault of ours.
"""

import argparse
import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from chainmatch._version import __version__
from chainmatch.errors import ChainmatchError, OptionError

if TYPE_CHECKING:
    import pandas as pd

Command = Callable[[argparse.Namespace], None]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    _speak_utf8()
    # A command builds large tables that live to its end; the collector would walk them in vain.
    gc.set_threshold(200_000, 20, 100)
    arguments = parser().parse_args(argv)
    try:
        arguments.command(arguments)
    except ChainmatchError as error:
        print(f"chainmatch：{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("chainmatch：已中断，未写出任何文件。", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return 0


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


# --- commands ------------------------------------------------------------------------------------


def _rank(arguments: argparse.Namespace) -> None:
    from chainmatch.ranking import rank
    from chainmatch.report import check_folder, write_report
    from chainmatch.resources import data_folder

    targets, local, leads = arguments.targets, arguments.local, arguments.leads
    if arguments.sample:
        if targets or local or leads:
            raise OptionError("--sample 使用自带样例，不能同时给出名单文件。")
        sample = data_folder("sample")
        targets, local, leads = sample / "targets.xlsx", sample / "local.csv", sample / "leads.xlsx"
    if not targets or not local:
        raise OptionError("请给出目标企业名单和 --local 本地企业名单，或用 --sample 试运行。")
    out = check_folder(arguments.out)
    with _Steps(10, arguments.quiet) as step:
        run = rank(
            targets,
            local,
            leads,
            profile=arguments.profile,
            chains=arguments.chains,
            top=arguments.top,
            mapping=_mapping(arguments.map),
            progress=step,
        )
        step("写出结果")
        write_report(run, out, plain=arguments.plain)
    if not arguments.quiet:
        from chainmatch.report.console import summary

        print(summary(run, out))


def _match(arguments: argparse.Namespace) -> None:
    from chainmatch.chains import read_chains
    from chainmatch.sectors import match
    from chainmatch.tables import read_firms

    _check_out(arguments)
    with _Steps(3, arguments.quiet) as step:
        step("读取名单")
        graph = read_chains(arguments.chains)
        reading = read_firms(arguments.firms, mapping=_mapping(arguments.map))
        step("识别经营范围")
        found = match(reading.table, graph, by=arguments.by, top=arguments.top)
        step("写出结果")
        _write(found, arguments)
    _say_rejects(reading, arguments)


def _gaps(arguments: argparse.Namespace) -> None:
    from chainmatch.chains import read_chains
    from chainmatch.gaps import survey
    from chainmatch.identity import resolve
    from chainmatch.profile import read_profile
    from chainmatch.sectors import match
    from chainmatch.tables import read_firms

    mapping = _mapping(arguments.map)
    _check_out(arguments)
    with _Steps(4, arguments.quiet) as step:
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
        _write(found.gaps, arguments)


def _link(arguments: argparse.Namespace) -> None:
    from chainmatch.identity import link
    from chainmatch.tables import read_firms

    mapping = _mapping(arguments.map)
    _check_out(arguments)
    with _Steps(3, arguments.quiet) as step:
        step("读取名单")
        left = read_firms(arguments.left, mapping=mapping).table
        right = read_firms(arguments.right, mapping=mapping).table if arguments.right else None
        step("比对企业")
        found = link(left, right)
        step("写出结果")
        _write(found, arguments)


def _leads(arguments: argparse.Namespace) -> None:
    from chainmatch import gates
    from chainmatch.chains import read_chains
    from chainmatch.gaps import survey
    from chainmatch.identity import resolve
    from chainmatch.leads import assign, match_leads
    from chainmatch.profile import read_profile
    from chainmatch.sectors import match
    from chainmatch.tables import read_firms, read_leads

    mapping = _mapping(arguments.map)
    _check_out(arguments)
    with _Steps(4, arguments.quiet) as step:
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
        _write(matched, arguments)


def _find(arguments: argparse.Namespace) -> None:
    from chainmatch.identity import find
    from chainmatch.report.console import table
    from chainmatch.tables import read_firms

    firms = read_firms(arguments.source, mapping=_mapping(arguments.map)).table
    found = find(arguments.text, firms, limit=arguments.top)
    print(table(found) if len(found) else f"没有找到与“{arguments.text}”相近的企业。")


def _explain(arguments: argparse.Namespace) -> None:
    from chainmatch.runs import explain

    print(explain(arguments.firm, arguments.run))


def _brief(arguments: argparse.Namespace) -> None:
    from chainmatch.report.brief import write_brief

    write_brief(arguments.firm, arguments.run, arguments.out)
    print(f"已写出 {arguments.out}")


def _diff(arguments: argparse.Namespace) -> None:
    from chainmatch.runs import diff

    print(diff(arguments.run_a, arguments.run_b).text())


def _relate(arguments: argparse.Namespace) -> None:
    from chainmatch.chains import read_chains
    from chainmatch.relate import learn, presence
    from chainmatch.relatedness import write_relatedness
    from chainmatch.report import write_text

    graph = read_chains(arguments.chains)
    with _Steps(2, arguments.quiet) as step:
        step("识别经营范围")
        firms = presence(arguments.registry, graph)
        step("学习环节关联")
        learned = learn(firms, graph)
    write_text(write_relatedness(learned.model), arguments.out)
    if not arguments.quiet:
        titles = {
            "popularity": "普遍程度",
            "kin": "并存关系",
            "neighbours": "上下游",
            "segment": "同细分链",
            "all": "四项合用",
        }
        print("隐去环节的找回率（按城市交叉验证的 AUC，0.5 为随机）：")
        for name, area in learned.held_out.items():
            print(f"  {titles[name]}　{area:.3f}")
        print(f"已写出 {arguments.out}；在县情配置里写 relatedness: {arguments.out} 即可使用。")


def _learn(arguments: argparse.Namespace) -> None:
    from chainmatch.learning import learn_weights, lesson_text, read_returned, with_weights
    from chainmatch.profile import profile_text, read_profile
    from chainmatch.report import write_text

    old = read_profile(arguments.profile).weights
    lesson = learn_weights(read_returned(arguments.returned), old)
    print(lesson_text(lesson, old))
    if not lesson.better:
        print("新权重没有比原权重排得更好，未写出；请继续使用原来的县情配置。")
        return
    write_text(with_weights(profile_text(arguments.profile), lesson.weights), arguments.out)
    print(f"已写出 {arguments.out}，除权重外与原配置相同；采用前请主管人员过目。")


def _evaluate(arguments: argparse.Namespace) -> None:
    from chainmatch.learning import evaluate, evaluation_text, read_returned

    returned = read_returned(arguments.returned)
    print(evaluation_text(evaluate(returned), returned))


def _profile_new(arguments: argparse.Namespace) -> None:
    from chainmatch.profile import profile_text
    from chainmatch.report import write_text

    if Path(arguments.out).exists():
        raise OptionError(f"{arguments.out}：已有这个文件，为免覆盖没有写出；请换一个文件名。")
    write_text(profile_text(), arguments.out)
    print(f"已写出 {arguments.out}；按本县情况修改后，用 rank --profile {arguments.out} 运行。")


def _check(arguments: argparse.Namespace) -> None:
    from chainmatch.check import check_file

    print(check_file(arguments.file, mapping=_mapping(arguments.map)))


def _chains_list(arguments: argparse.Namespace) -> None:
    from chainmatch.chains import read_chains
    from chainmatch.chainviews import listing

    print(listing(read_chains(arguments.chains)))


def _chains_check(arguments: argparse.Namespace) -> None:
    from chainmatch.chains import check_chains, read_chains
    from chainmatch.chainviews import listing

    folder = arguments.folder or arguments.chains
    problems = check_chains(folder)
    for problem in problems.itertuples():
        level = "错误" if problem.level == "error" else "提醒"
        print(f"{problem.file}:{problem.line}：{level}：{problem.why}")
    errors = int((problems["level"] == "error").sum())
    if errors:
        raise ChainmatchError(f"产业链文件有 {errors} 处错误，请按上面的行号修改。")
    print(listing(read_chains(folder)))
    print(f"没有错误，{len(problems)} 处提醒。" if len(problems) else "没有问题。")


def _chains_show(arguments: argparse.Namespace) -> None:
    from chainmatch.chains import read_chains
    from chainmatch.chainviews import tree

    print(tree(read_chains(arguments.chains), arguments.chain))


def _chains_trace(arguments: argparse.Namespace) -> None:
    from chainmatch.chains import read_chains, trace
    from chainmatch.chainviews import traced

    graph = read_chains(arguments.chains)
    found = trace(graph, arguments.start, arguments.end)
    print(traced(graph, found, arguments.start, arguments.end))


def _chains_draw(arguments: argparse.Namespace) -> None:
    from chainmatch.chains import read_chains
    from chainmatch.report.chainmap import draw_chain

    draw_chain(read_chains(arguments.chains), arguments.chain, arguments.out)
    print(f"已写出 {arguments.out}")


def _chains_copy(arguments: argparse.Namespace) -> None:
    from chainmatch.chainbook import copy_chains

    files = copy_chains(arguments.folder)
    place = arguments.folder
    print(f"已复制 {len(files)} 条产业链到 {place}；在命令后加 --chains {place} 来使用。")


def _chains_export(arguments: argparse.Namespace) -> None:
    from chainmatch.chainbook import export_chains

    export_chains(arguments.folder or arguments.chains, arguments.xlsx)
    print(f"已写出 {arguments.xlsx}")


def _chains_import(arguments: argparse.Namespace) -> None:
    from chainmatch.chainbook import import_chains
    from chainmatch.errors import ChainError

    try:
        files = import_chains(arguments.file, arguments.out)
    except ChainError as error:
        print("\n".join(error.problems))
        count = len(error.problems)
        why = f"{arguments.file}：有 {count} 处错误，没有写出任何文件；请按上面的表和行修改。"
        raise ChainmatchError(why) from None
    print(f"已写出 {len(files)} 条产业链到 {arguments.out}")


# --- arguments -----------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """argparse with Chinese headings; a wrong option is one line and exit code 2."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"formatter_class": _Formatter, **kwargs, "add_help": False})
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示本帮助")

    def error(self, message: str) -> NoReturn:
        for english, chinese in _ARGPARSE.items():
            message = message.replace(english, chinese)
        message = message.replace("'", "")
        self.exit(2, f"chainmatch：{message}。运行 {self.prog} --help 查看用法。\n")


_ARGPARSE = {
    "the following arguments are required: ": "缺少参数：",
    "unrecognized arguments: ": "不认识的参数：",
    "expected one argument": "后面要跟一个值",
    "invalid choice: ": "没有 ",
    " (choose from ": "，可选：",
    ")": "",
    "argument ": "参数 ",
    "invalid int value: ": "应为整数，写的是 ",
    "invalid _positive value: ": "应为正整数，写的是 ",
    "ambiguous option: ": "选项不明确：",
    " could match ": " 可能是 ",
}


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=100)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = _Parser(
        prog="chainmatch",
        description="产业链图谱、缺口分析与精准招商清单。离线运行，同样的输入得到同样的结果。",
        epilog="先试试自带样例：chainmatch rank --sample --out out",
    )
    version = f"chainmatch {__version__}"
    top.add_argument("--version", action="version", version=version, help="显示版本号")
    commands = top.add_subparsers(title="命令", metavar="命令", required=True, dest="name")
    _add_rank(commands)
    _add_tables(commands)
    _add_runs(commands)
    _add_learning(commands)
    _add_profile(commands)
    _add_chains(commands)
    return top


def _command(commands: Any, name: str, run: Command, summary: str, detail: str = "") -> Any:
    parser = commands.add_parser(name, help=summary, description=f"{summary}。{detail}")
    parser.set_defaults(command=run)
    return parser


def _add_rank(commands: Any) -> None:
    parser = _command(
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
    parser.add_argument("--top", type=_positive, metavar="N", help="清单家数，默认按县情配置")
    parser.add_argument("--out", required=True, metavar="文件夹", help="结果文件夹")
    _profile(parser)
    _shared(parser)


def _add_tables(commands: Any) -> None:
    match = _command(commands, "match", _match, "识别企业处在哪些产业链环节")
    match.add_argument("firms", metavar="企业名单", help="xlsx、xls、ods、csv 或 parquet")
    match.add_argument("--by", choices=("node", "chain"), default="node", help="按环节或按产业链")
    match.add_argument(
        "--top", type=_positive, default=3, metavar="N", help="每家最多几个环节，默认 3"
    )
    _out(match)
    gaps = _command(commands, "gaps", _gaps, "找出产业链缺口")
    gaps.add_argument("local", metavar="本地企业名单", help="本地企业名单")
    gaps.add_argument("--targets", metavar="文件", help="目标企业名单，用于判断招商资源")
    _profile(gaps)
    _out(gaps)
    link = _command(
        commands, "link", _link, "比对两份名单中的同一企业", "只给一份名单时，找出其中的重复。"
    )
    link.add_argument("left", metavar="名单一", help="企业名单")
    link.add_argument("right", nargs="?", metavar="名单二", help="另一份企业名单")
    _out(link)
    leads = _command(commands, "leads", _leads, "为招商线索匹配企业、项目和缺口")
    leads.add_argument("leads", metavar="线索表", help="招商线索")
    leads.add_argument("--targets", required=True, metavar="文件", help="目标企业名单")
    leads.add_argument("--local", required=True, metavar="文件", help="本地企业名单")
    leads.add_argument(
        "--assign", action="store_true", help="一对一安排：每家企业只约请一次，并列出放弃的对象"
    )
    _profile(leads)
    _out(leads)
    find = _command(commands, "find", _find, "按名称的任何写法查找企业")
    find.add_argument("text", metavar="名称", help="全称、简称或记得的片段")
    find.add_argument("--in", dest="source", required=True, metavar="文件", help="企业名单")
    find.add_argument("--top", type=_positive, default=10, metavar="N", help="最多几家，默认 10")
    _mapping_option(find)
    check = _command(commands, "check", _check, "查看名单会被怎样读取", "不写任何文件。")
    check.add_argument("file", metavar="文件", help="要检查的名单")
    _mapping_option(check)


def _add_runs(commands: Any) -> None:
    explain = _command(commands, "explain", _explain, "说明一家企业为什么入选或未入选")
    explain.add_argument("firm", metavar="企业", help="企业编号或名称")
    explain.add_argument("--run", required=True, metavar="文件夹", help="rank 的结果文件夹")
    brief = _command(commands, "brief", _brief, "写一家企业的走访简报", "需要 chainmatch[docx]。")
    brief.add_argument("firm", metavar="企业", help="企业编号或名称")
    brief.add_argument("--run", required=True, metavar="文件夹", help="rank 的结果文件夹")
    brief.add_argument("--out", required=True, metavar="文件", help=".docx")
    diff = _command(commands, "diff", _diff, "比较两次运算的清单，说明变化的原因")
    diff.add_argument("run_a", metavar="结果一", help="先前的结果文件夹")
    diff.add_argument("run_b", metavar="结果二", help="后来的结果文件夹")


def _add_learning(commands: Any) -> None:
    relate = _command(
        commands,
        "relate",
        _relate,
        "从企业登记数据学习哪些环节常在同一地方并存",
        "结果写入一个小文件，供缺口分析使用；需要带所在地区的大批企业。",
    )
    relate.add_argument("registry", metavar="登记数据", help="parquet、csv 或 xlsx，带所在地区")
    relate.add_argument("--out", required=True, metavar="文件", help="结果文件：.json")
    relate.add_argument("--quiet", action="store_true", help="不显示进度和摘要")
    _chains_option(relate)
    learn = _command(
        commands,
        "learn",
        _learn,
        "从走访结果改进权重",
        "读取填好“结果”列（签约、在谈、拒绝、未联系）的清单，提出新的权重，写成新的县情配置。",
    )
    learn.add_argument("returned", nargs="+", metavar="交回的清单", help="xlsx 或 csv，可以多份")
    _profile(learn)
    learn.add_argument("--out", required=True, metavar="文件", help="新的县情配置：.yaml")
    evaluate = _command(
        commands,
        "evaluate",
        _evaluate,
        "用走访结果检验清单排得好不好",
        "读取填好“结果”列的清单，与“按注册资本从大到小走访”比较。",
    )
    evaluate.add_argument("returned", nargs="+", metavar="交回的清单", help="xlsx 或 csv，可以多份")


def _add_profile(commands: Any) -> None:
    parser = commands.add_parser("profile", help="新建县情配置", description="新建县情配置。")
    actions = parser.add_subparsers(title="操作", metavar="操作", required=True, dest="action")
    new = _command(actions, "new", _profile_new, "写出一份带说明的县情配置，供修改")
    new.add_argument("--out", required=True, metavar="文件", help="结果文件：.yaml")


def _add_chains(commands: Any) -> None:
    parser = commands.add_parser(
        "chains", help="查看、检查和修改产业链", description="查看、检查和修改产业链。"
    )
    actions = parser.add_subparsers(title="操作", metavar="操作", required=True, dest="action")
    listing = _command(actions, "list", _chains_list, "列出全部产业链")
    check = _command(actions, "check", _chains_check, "检查产业链文件")
    check.add_argument("folder", nargs="?", metavar="文件夹", help="默认为自带的五条链")
    show = _command(actions, "show", _chains_show, "按树形显示一条产业链")
    show.add_argument("chain", metavar="产业链", help="编号或名称，如 green-industry 或 绿色工业")
    trace = _command(actions, "trace", _chains_trace, "追溯两种产品之间的供给路径")
    trace.add_argument("start", metavar="起点", help="任何写法，如 钨精矿")
    trace.add_argument("end", metavar="终点", help="任何写法，如 刀具")
    draw = _command(actions, "draw", _chains_draw, "画出产业链图谱")
    draw.add_argument("chain", metavar="产业链", help="编号或名称")
    draw.add_argument("--out", required=True, metavar="文件", help=".svg、.html 或 .png")
    copy = _command(
        actions,
        "copy",
        _chains_copy,
        "把自带的五条链复制成自己的",
        "可在其中修改，或加上本县自己的链；不覆盖已有文件。",
    )
    copy.add_argument("folder", metavar="文件夹", help="新的产业链文件夹")
    export = _command(actions, "export", _chains_export, "把产业链写成 Excel 工作簿")
    export.add_argument("folder", nargs="?", metavar="文件夹", help="默认为自带的五条链")
    export.add_argument("--xlsx", required=True, metavar="文件", help="工作簿，.xlsx")
    take = _command(actions, "import", _chains_import, "把工作簿读回产业链文件")
    take.add_argument("file", metavar="工作簿", help="chains export 写出、改过的工作簿")
    take.add_argument("--out", required=True, metavar="文件夹", help="产业链文件夹")
    for action in (listing, check, show, trace, draw, export):
        _chains_option(action)


def _chains_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chains", metavar="文件夹", help="自己的产业链文件夹，代替自带的五条链")


def _mapping_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--map", action="append", default=[], metavar="列名=字段", help="指定一列的含义，可多次使用"
    )


def _profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", metavar="文件", help="县情配置，默认为自带的示例县")


def _out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, metavar="文件", help="结果文件：.csv 或 .xlsx")
    _shared(parser)


def _shared(parser: argparse.ArgumentParser) -> None:
    _chains_option(parser)
    _mapping_option(parser)
    parser.add_argument("--plain", action="store_true", help="CSV 不带 BOM（供程序读取）")
    parser.add_argument("--quiet", action="store_true", help="不显示进度和摘要")


def _mapping(pairs: Sequence[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        header, sign, name = pair.partition("=")
        if not sign or not header.strip() or not name.strip():
            raise OptionError(f"--map {pair}：写法应为 列名=字段，如 --map 厂名=name。")
        mapping[header.strip()] = name.strip()
    return mapping


def _check_out(arguments: argparse.Namespace) -> None:
    from chainmatch.report import check_table_path

    check_table_path(arguments.out)


def _write(frame: "pd.DataFrame", arguments: argparse.Namespace) -> None:
    from chainmatch.report import write_table

    write_table(frame, arguments.out, plain=arguments.plain)


def _say_rejects(reading: Any, arguments: argparse.Namespace) -> None:
    if arguments.quiet:
        return
    text = f"读入 {len(reading.table)} 家，写出 {Path(arguments.out)}"
    if len(reading.rejects):
        text += f"；{len(reading.rejects)} 行无法读取，运行 chainmatch check 查看原因"
    print(text)


class _Steps:
    """A progress bar of named steps on the error stream; silent when that is no terminal."""

    def __init__(self, total: int, quiet: bool) -> None:
        self._total = total
        self._quiet = quiet
        self._bar: Any = None

    def __enter__(self) -> Callable[[str], None]:
        if not self._quiet and sys.stderr.isatty():
            from tqdm import tqdm

            layout = "{desc} {bar:24} {n}/{total} {elapsed}"
            self._bar = tqdm(total=self._total, bar_format=layout, leave=False)
        return self._step

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def _step(self, name: str) -> None:
        if self._bar is not None:
            self._bar.set_description_str(f"{name:　<14}")
            self._bar.update()


if __name__ == "__main__":
    sys.exit(main())
