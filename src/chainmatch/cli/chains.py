"""``chains …``: list, check, show, trace, draw, copy, export and import."""

import argparse
from typing import Any

from chainmatch.cli.parsing import chains_option, command
from chainmatch.errors import ChainmatchError


def add(commands: Any) -> None:
    """Tell the parser of the ``chains`` actions."""
    parser = commands.add_parser(
        "chains", help="查看、检查和修改产业链", description="查看、检查和修改产业链。"
    )
    actions = parser.add_subparsers(title="操作", metavar="操作", required=True, dest="action")
    listing = command(actions, "list", _chains_list, "列出全部产业链")
    check = command(actions, "check", _chains_check, "检查产业链文件")
    check.add_argument("folder", nargs="?", metavar="文件夹", help="默认为自带的五条链")
    show = command(actions, "show", _chains_show, "按树形显示一条产业链")
    show.add_argument("chain", metavar="产业链", help="编号或名称，如 green-industry 或 绿色工业")
    trace = command(actions, "trace", _chains_trace, "追溯两种产品之间的供给路径")
    trace.add_argument("start", metavar="起点", help="任何写法，如 钨精矿")
    trace.add_argument("end", metavar="终点", help="任何写法，如 刀具")
    draw = command(actions, "draw", _chains_draw, "画出产业链图谱")
    draw.add_argument("chain", metavar="产业链", help="编号或名称")
    draw.add_argument("--out", required=True, metavar="文件", help=".svg、.html 或 .png")
    copy = command(
        actions,
        "copy",
        _chains_copy,
        "把自带的五条链复制成自己的",
        "可在其中修改，或加上本县自己的链；不覆盖已有文件。",
    )
    copy.add_argument("folder", metavar="文件夹", help="新的产业链文件夹")
    export = command(actions, "export", _chains_export, "把产业链写成 Excel 工作簿")
    export.add_argument("folder", nargs="?", metavar="文件夹", help="默认为自带的五条链")
    export.add_argument("--xlsx", required=True, metavar="文件", help="工作簿，.xlsx")
    take = command(actions, "import", _chains_import, "把工作簿读回产业链文件")
    take.add_argument("file", metavar="工作簿", help="chains export 写出、改过的工作簿")
    take.add_argument("--out", required=True, metavar="文件夹", help="产业链文件夹")
    for action in (listing, check, show, trace, draw, export):
        chains_option(action)


def _chains_list(arguments: argparse.Namespace) -> None:
    from chainmatch.chains.graph import read_chains
    from chainmatch.chains.views import listing

    print(listing(read_chains(arguments.chains)))


def _chains_check(arguments: argparse.Namespace) -> None:
    from chainmatch.chains.graph import check_chains, read_chains
    from chainmatch.chains.views import listing

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
    from chainmatch.chains.graph import read_chains
    from chainmatch.chains.views import tree

    print(tree(read_chains(arguments.chains), arguments.chain))


def _chains_trace(arguments: argparse.Namespace) -> None:
    from chainmatch.chains.graph import read_chains, trace
    from chainmatch.chains.views import traced

    graph = read_chains(arguments.chains)
    found = trace(graph, arguments.start, arguments.end)
    print(traced(graph, found, arguments.start, arguments.end))


def _chains_draw(arguments: argparse.Namespace) -> None:
    from chainmatch.chains.graph import read_chains
    from chainmatch.report.chainmap import draw_chain

    draw_chain(read_chains(arguments.chains), arguments.chain, arguments.out)
    print(f"已写出 {arguments.out}")


def _chains_copy(arguments: argparse.Namespace) -> None:
    from chainmatch.chains.workbook import copy_chains

    files = copy_chains(arguments.folder)
    place = arguments.folder
    print(f"已复制 {len(files)} 条产业链到 {place}；在命令后加 --chains {place} 来使用。")


def _chains_export(arguments: argparse.Namespace) -> None:
    from chainmatch.chains.workbook import export_chains

    export_chains(arguments.folder or arguments.chains, arguments.xlsx)
    print(f"已写出 {arguments.xlsx}")


def _chains_import(arguments: argparse.Namespace) -> None:
    from chainmatch.chains.workbook import import_chains
    from chainmatch.errors import ChainError

    try:
        files = import_chains(arguments.file, arguments.out)
    except ChainError as error:
        print("\n".join(error.problems))
        count = len(error.problems)
        why = f"{arguments.file}：有 {count} 处错误，没有写出任何文件；请按上面的表和行修改。"
        raise ChainmatchError(why) from None
    print(f"已写出 {len(files)} 条产业链到 {arguments.out}")
