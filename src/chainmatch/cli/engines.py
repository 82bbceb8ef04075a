"""Where a command goes through a list: in this process, in several, on Spark; and its progress."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chainmatch.cli.speaking import below
from chainmatch.errors import OptionError

if TYPE_CHECKING:
    from chainmatch.pipeline.engines.found import Engine


class Way(NamedTuple):
    """The engine of a command, and what it tells of each step as it begins."""

    engine: "Engine"
    step: Callable[[str], None]


class Steps:
    """A progress bar of named steps on the error stream; silent when that is no terminal."""

    def __init__(self, total: int, quiet: bool) -> None:
        self._total = total
        self._quiet = quiet
        self._bar: Any = None

    def __enter__(self) -> Callable[[str], None]:
        if not self._quiet and sys.stderr.isatty():
            from tqdm import tqdm

            layout = "{desc} {bar:24} {n}/{total} {elapsed}"
            self._bar = tqdm(
                total=self._total, bar_format=layout, leave=False, file=below(sys.stderr)
            )
        return self._step

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def _step(self, name: str) -> None:
        if self._bar is not None:
            self._bar.set_description_str(f"{name:　<14}")
            self._bar.update()


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
    with tqdm(
        total=total, bar_format=layout, leave=False, unit_scale=True, file=below(sys.stderr)
    ) as bar:

        def progress(done: int) -> None:
            bar.total = max(total, done)
            bar.update(done - bar.n)

        def step(name: str) -> None:
            bar.reset(total)
            bar.set_description_str(f"{name} ")

        yield progress, step
