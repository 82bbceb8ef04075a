"""Where a command goes through a list: in this process, in several, on Spark; and its progress."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chainmatch.cli.output import Steps
from chainmatch.cli.parsing import positive
from chainmatch.errors import OptionError

if TYPE_CHECKING:
    from chainmatch.pipeline.engines.found import Engine


class Way(NamedTuple):
    """The engine of a command, and what it tells of each step as it begins."""

    engine: "Engine"
    step: Callable[[str], None]


def large_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--jobs`` and ``--resume``."""
    jobs_option(parser)
    parser.add_argument(
        "--resume", action="store_true", help="接着上次中断的分段运行，已完成的部分不重做"
    )


def jobs_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--jobs``, of a command that writes nothing which could be resumed."""
    parser.add_argument(
        "--jobs", type=positive, metavar="N", help="分段运行，用几个进程；大名单默认每核一个"
    )


def engine_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--engine``, ``--master`` and ``--conf``."""
    parser.add_argument(
        "--engine", choices=("local", "spark"), default="local",
        help="在哪里运算：本机（默认）或 Spark（需要 chainmatch[spark] 和 Java）",
    )  # fmt: skip
    parser.add_argument(
        "--master", metavar="地址", help="Spark 主节点，如 spark://主机:7077、yarn、local[2]"
    )
    parser.add_argument(
        "--conf", action="append", default=[], metavar="名=值", help="Spark 属性，可多次使用"
    )


@contextmanager
def way_through(
    source: str, arguments: argparse.Namespace, steps: int, *, cut: bool = True
) -> Iterator[Way]:
    """Give the way through a list that options and length ask for, and show the progress.

    ``steps`` are those that the command announces; what is not to be ``cut`` is read at once.
    """
    quiet = "quiet" in arguments and arguments.quiet
    if "engine" in arguments and _on_spark(arguments):
        from chainmatch.pipeline.engines.spark.engine import Spark
        from chainmatch.pipeline.engines.spark.session import read_options

        options = read_options(arguments.conf)
        with Steps(steps, quiet) as step:
            yield Way(Spark(arguments.master, options), step)
    elif cut and _in_pieces(source, arguments):
        with _pieces(source, arguments, quiet) as way:
            yield way
    else:
        from chainmatch.pipeline.engines.local import Local

        with Steps(steps, quiet or not steps) as step:
            yield Way(Local(), step)


def _on_spark(arguments: argparse.Namespace) -> bool:
    """Return whether Spark was asked for; refuse options that belong to the other engine."""
    if arguments.engine == "local":
        if arguments.master or arguments.conf:
            raise OptionError("--master 和 --conf 只用于 --engine spark；请加上它，或去掉这两项。")
        return False
    if arguments.resume or arguments.jobs is not None:
        raise OptionError("--jobs 和 --resume 只用于本机运算；请去掉它们，或去掉 --engine spark。")
    return True


def _in_pieces(source: str, arguments: argparse.Namespace) -> bool:
    """Return whether a list is gone through in pieces: it is large, or an option asks for it."""
    from chainmatch.pipeline.engines.size import can_stream, is_large

    resumes = "resume" in arguments
    asked = arguments.jobs is not None or (resumes and arguments.resume)
    if asked and not can_stream(source):
        options = "--jobs 和 --resume " if resumes else "--jobs "
        raise OptionError(
            f"{source}：{options}只用于 CSV 等文本表格和 Parquet；"
            "请去掉，或把名单另存为 CSV 或 Parquet。"
        )
    return asked or is_large(source)


@contextmanager
def _pieces(source: str, arguments: argparse.Namespace, quiet: bool) -> Iterator[Way]:
    """Say that a list is gone through in pieces, and show the rows done on a terminal."""
    from chainmatch.pipeline.engines.ordered import default_jobs
    from chainmatch.pipeline.engines.pool import Pool
    from chainmatch.pipeline.engines.size import rows_of

    jobs = arguments.jobs or default_jobs()
    resumes = "resume" in arguments
    resume = resumes and arguments.resume
    if not quiet:
        again = "；中断后可加 --resume 接着运行" if resumes else ""
        _say(f"名单较大，分段运行（{jobs} 个进程）{again}。")
    if quiet or not sys.stderr.isatty():
        yield Way(Pool(jobs, resume, say=_say), lambda _: None)
        return
    with _bar(rows_of(Path(source))) as (progress, step):
        yield Way(Pool(jobs, resume, progress=progress, say=_say), step)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


@contextmanager
def _bar(total: int) -> Iterator[tuple[Callable[[int], None], Callable[[str], None]]]:
    """A bar of rows with the time that remains: what moves it, and what begins a new step."""
    from tqdm import tqdm

    layout = (
        "{desc}{percentage:3.0f}% {bar:24} {n_fmt}/{total_fmt} 行，已用 {elapsed}，还需 {remaining}"
    )
    with tqdm(total=total, bar_format=layout, leave=False, unit_scale=True) as bar:

        def progress(done: int) -> None:
            bar.total = max(total, done)
            bar.update(done - bar.n)

        def step(name: str) -> None:
            bar.reset(total)
            bar.set_description_str(f"{name} ")

        yield progress, step
