"""Commands on the folder of a run: ``explain``, ``brief``, ``diff``."""

import argparse
from typing import Any

from chainmatch.cli.parsing import command
from chainmatch.util.file_names import legible


def add(commands: Any) -> None:
    """Tell the parser of the commands on runs."""
    explain = command(commands, "explain", _explain, "说明一家企业为什么入选或未入选")
    explain.add_argument("firm", type=legible, metavar="企业", help="企业编号或名称")
    explain.add_argument("--run", required=True, metavar="文件夹", help="rank 的结果文件夹")
    brief = command(commands, "brief", _brief, "写一家企业的走访简报", "需要 chainmatch[docx]。")
    brief.add_argument("firm", type=legible, metavar="企业", help="企业编号或名称")
    brief.add_argument("--run", required=True, metavar="文件夹", help="rank 的结果文件夹")
    brief.add_argument("--out", required=True, metavar="文件", help=".docx")
    diff = command(commands, "diff", _diff, "比较两次运算的清单，说明变化的原因")
    diff.add_argument("run_a", metavar="结果一", help="先前的结果文件夹")
    diff.add_argument("run_b", metavar="结果二", help="后来的结果文件夹")


def _explain(arguments: argparse.Namespace) -> None:
    from chainmatch.report.runs import explain

    print(explain(arguments.firm, arguments.run))


def _brief(arguments: argparse.Namespace) -> None:
    from chainmatch.report.brief import write_brief

    write_brief(arguments.firm, arguments.run, arguments.out)
    print(f"已写出 {arguments.out}")


def _diff(arguments: argparse.Namespace) -> None:
    from chainmatch.report.runs import diff

    print(diff(arguments.run_a, arguments.run_b).text())
