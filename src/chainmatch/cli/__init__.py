"""The command line: a translation of the library, with no rule of its own.

Every command is parsed, calls the function of the same name and writes or prints what it returns.
Each file holds the commands of one group and an ``add`` that tells the parser of them. Exit codes:
0 done, 2 input or options are wrong, 1 a fault of ours.
"""

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Sequence

from chainmatch._version import __version__
from chainmatch.cli import chains, learning, lists, profile, ranking, runs, serve, whatif
from chainmatch.cli.parsing import Parser
from chainmatch.cli.speaking import speaking
from chainmatch.errors import ChainmatchError
from chainmatch.util.file_names import name_problem
from chainmatch.util.resources import use_learned


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    with speaking(given):
        return _run(given)


def _run(argv: Sequence[str]) -> int:
    # Tables and caches are many objects without cycles that live long: the collector would walk
    # them again and again for a quarter of the time of a run, and free nothing.
    gc.set_threshold(1_000_000, 20, 100)
    atexit.register(gc.freeze)
    # Threads of numpy that wait in a circle, on the core that another process could use.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = parser().parse_args(argv)
    try:
        if getattr(arguments, "learned", None):
            use_learned(arguments.learned)
        arguments.command(arguments)
    except ChainmatchError as error:
        print(f"chainmatch：{error}", file=sys.stderr)
        return 2
    except (OSError, UnicodeError) as error:
        why = name_problem(error, argv)
        if not why:
            raise
        print(f"chainmatch：{why}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(f"chainmatch：{stop or '已中断，未写出任何文件。'}", file=sys.stderr)
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = Parser(
        prog="chainmatch",
        description="产业链图谱、缺口分析与精准招商清单。离线运行，同样的输入得到同样的结果。",
        epilog="先试试自带样例：chainmatch rank --sample --out out",
    )
    version = f"chainmatch {__version__}"
    top.add_argument("--version", action="version", version=version, help="显示版本号")
    commands = top.add_subparsers(title="命令", metavar="命令", required=True, dest="name")
    for group in (ranking, lists, runs, whatif, learning, profile, chains, serve):
        group.add(commands)
    return top
