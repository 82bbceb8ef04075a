"""What the commands share on large lists: their options, when they apply, and the progress."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from chainmatch.cli.parsing import positive
from chainmatch.errors import OptionError

if TYPE_CHECKING:
    from chainmatch.pipeline.stream import Options


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


def goes_in_pieces(source: str, arguments: argparse.Namespace) -> bool:
    """Return whether a list is gone through in pieces: it is large, or an option asks for it."""
    from chainmatch.pipeline.stream.size import can_stream, is_large

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
def in_pieces(source: str, arguments: argparse.Namespace) -> "Iterator[Options]":
    """Give the options of a run in pieces; say so, and show the progress on a terminal."""
    from chainmatch.pipeline.stream import Options, default_jobs
    from chainmatch.pipeline.stream.size import rows_of

    jobs = arguments.jobs or default_jobs()
    resumes = "resume" in arguments
    options = Options(jobs=jobs, resume=resumes and arguments.resume, say=_say)
    if "quiet" in arguments and arguments.quiet:
        yield options
        return
    again = "；中断后可加 --resume 接着运行" if resumes else ""
    _say(f"名单较大，分段运行（{jobs} 个进程）{again}。")
    if not sys.stderr.isatty():
        yield options
        return
    with _bar(rows_of(Path(source))) as (progress, stage):
        yield replace(options, progress=progress, stage=stage)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


@contextmanager
def _bar(total: int) -> Iterator[tuple[Callable[[int], None], Callable[[str], None]]]:
    """A bar of rows with the time that remains: what moves it, and what begins a new stage."""
    from tqdm import tqdm

    layout = (
        "{desc}{percentage:3.0f}% {bar:24} {n_fmt}/{total_fmt} 行，已用 {elapsed}，还需 {remaining}"
    )
    with tqdm(total=total, bar_format=layout, leave=False, unit_scale=True) as bar:

        def progress(done: int) -> None:
            bar.total = max(total, done)
            bar.update(done - bar.n)

        def stage(name: str) -> None:
            bar.reset(total)
            bar.set_description_str(f"{name} ")

        yield progress, stage
