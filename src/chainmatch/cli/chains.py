"""``chains …``: list, check, show, trace, draw, copy, export and import."""

from argparse import Namespace

from chainmatch.chains import graph, views, workbook
from chainmatch.errors import ChainError, ChainmatchError, OptionError
from chainmatch.report.chainmap import draw_chain


def list_(arguments: Namespace) -> None:
    """All chains."""
    print(views.listing(graph.read_chains(arguments.chains)))


def check(arguments: Namespace) -> None:
    """What is wrong with chain files."""
    folder = arguments.folder or arguments.chains
    problems = graph.check_chains(folder)
    for problem in problems.itertuples():
        level = "错误" if problem.level == "error" else "提醒"
        print(f"{problem.file}:{problem.line}：{level}：{problem.why}")
    errors = int((problems["level"] == "error").sum())
    if errors:
        raise ChainmatchError(f"产业链文件有 {errors} 处错误，请按上面的行号修改。")
    print(views.listing(graph.read_chains(folder)))
    print(f"没有错误，{len(problems)} 处提醒。" if len(problems) else "没有问题。")


def show(arguments: Namespace) -> None:
    """One chain as a tree."""
    print(views.tree(graph.read_chains(arguments.chains), arguments.chain))


def trace(arguments: Namespace) -> None:
    """How goods flow from one product to another."""
    chains = graph.read_chains(arguments.chains)
    found = graph.trace(chains, arguments.start, arguments.end)
    print(views.traced(chains, found, arguments.start, arguments.end))


def draw(arguments: Namespace) -> None:
    """One chain as a picture."""
    draw_chain(graph.read_chains(arguments.chains), arguments.chain, arguments.out)
    print(f"已写出 {arguments.out}")


def copy(arguments: Namespace) -> None:
    """The bundled chains as a folder of one's own."""
    files = workbook.copy_chains(arguments.folder)
    place = arguments.folder
    print(f"已复制 {len(files)} 条产业链到 {place}；在命令后加 --chains {place} 来使用。")


def export(arguments: Namespace) -> None:
    """Chains as a workbook or in another format."""
    if bool(arguments.out) == bool(arguments.xlsx):
        raise OptionError("请用 --out 指明结果文件或文件夹。")
    folder = arguments.folder or arguments.chains
    form = "xlsx" if arguments.xlsx else arguments.format or ""
    print(f"已写出 {workbook.export_chains(folder, arguments.out or arguments.xlsx, form)}")


def import_(arguments: Namespace) -> None:
    """What was exported as chain files."""
    try:
        files = workbook.import_chains(arguments.file, arguments.out)
    except ChainError as error:
        print("\n".join(error.problems))
        count = len(error.problems)
        why = f"{arguments.file}：有 {count} 处错误，没有写出任何文件；请按上面所列修改。"
        raise ChainmatchError(why) from None
    print(f"已写出 {len(files)} 条产业链到 {arguments.out}")
