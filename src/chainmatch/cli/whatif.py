"""``whatif``: what changes if target firms come, and what would lift one firm onto the list."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainmatch.cli.output import Steps
from chainmatch.cli.parsing import command, read_mapping, shared_options
from chainmatch.errors import OutputError

if TYPE_CHECKING:
    from chainmatch.scenarios.whatif import WhatIf


def add(commands: Any) -> None:
    """Tell the parser of ``whatif``."""
    parser = command(
        commands,
        "whatif",
        _whatif,
        "试算：如果这些企业来了会怎样；只给一家时，也说它差什么才能上清单",
        "按原来的名单重新计算，不改动结果文件夹。名单按 run.json 里的文件名在当前文件夹和结果"
        "文件夹旁查找，须与运算时一字不差。",
    )
    parser.add_argument("firms", nargs="+", metavar="企业", help="目标企业的编号或名称，可多家")
    parser.add_argument("--run", required=True, metavar="文件夹", help="rank 的结果文件夹")
    parser.add_argument("--targets", metavar="文件", help="目标企业名单现在在哪里")
    parser.add_argument("--local", metavar="文件", help="本地企业名单现在在哪里")
    parser.add_argument("--leads", metavar="文件", help="招商线索现在在哪里")
    parser.add_argument(
        "--out", metavar="文件", help="另写全部表格：.json 一个文件，.csv 每张表一个（名字.表.csv）"
    )
    shared_options(parser)


def _whatif(arguments: argparse.Namespace) -> None:
    from chainmatch.scenarios.rerun import run_again
    from chainmatch.scenarios.whatif import whatif

    out = _out(arguments.out)
    with Steps(2, arguments.quiet) as step:
        step("按原来的名单重新计算")
        run, notes = run_again(
            arguments.run,
            targets=arguments.targets,
            local=arguments.local,
            leads=arguments.leads,
            chains=arguments.chains,
            mapping=read_mapping(arguments.map),
        )
        step("试算")
        found = whatif(arguments.firms, run)
    if not arguments.quiet:
        print("\n".join([*(f"注意：{note}。" for note in notes), found.text()]))
    if out:
        written = _write(found, out, plain=arguments.plain)
        if not arguments.quiet:
            print(f"\n已写出 {'、'.join(map(str, written))}")


def _out(path: str | None) -> Path | None:
    """Return where tables can be written; raise OutputError before any work is done."""
    if path is None:
        return None
    from chainmatch.util.atomic import check_folder

    out = Path(path)
    if out.suffix.lower() not in (".json", ".csv"):
        raise OutputError(f"{out}：结果文件应以 .json 或 .csv 结尾。")
    if out.is_dir():
        raise OutputError(f"{out}：是文件夹，请给出文件名。")
    check_folder(out.parent)
    return out


def _write(found: "WhatIf", out: Path, *, plain: bool) -> list[Path]:
    from chainmatch.report.files import write_table, write_text

    if out.suffix.lower() == ".json":
        write_text(json.dumps(found.records(), ensure_ascii=False, indent=2) + "\n", out)
        return [out]
    written = []
    for name, table in found.tables().items():
        path = out.with_suffix(f".{name}.csv")
        write_table(table, path, plain=plain)
        written.append(path)
    return written
