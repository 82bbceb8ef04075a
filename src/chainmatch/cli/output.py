"""What the commands share on their way out: the progress bar, written tables, closing words."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from chainmatch.tables import Reading


def check_out(arguments: argparse.Namespace) -> None:
    """Raise at once, before any work, if ``--out`` cannot be written."""
    from chainmatch.report.files import check_table_path

    check_table_path(arguments.out)


def write(frame: "pd.DataFrame", arguments: argparse.Namespace) -> None:
    """Write a table to ``--out``."""
    from chainmatch.report.files import write_table

    write_table(frame, arguments.out, plain=arguments.plain)


def write_read(
    frame: "pd.DataFrame", readings: "Sequence[Reading]", arguments: argparse.Namespace
) -> None:
    """Write a table to ``--out``, and beside it what of its lists could not be read; say so.

    The firms of the first list are those that the table speaks of.
    """
    from chainmatch.report.files import write_rejects

    write(frame, arguments)
    rejects = [reading.rejects for reading in readings]
    path = write_rejects(rejects, arguments.out, plain=arguments.plain)
    say_read(len(readings[0].table), sum(map(len, rejects)), path, arguments)


def say_read(firms: int, rejects: int, path: "Path | None", arguments: argparse.Namespace) -> None:
    """Say how many rows were read, how many could not be, and where those stand."""
    if arguments.quiet:
        return
    text = f"读入 {firms} 家，写出 {Path(arguments.out)}"
    if path:
        text += f"；{rejects} 行无法读取，原因见 {path}"
    print(text)


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
            self._bar = tqdm(total=self._total, bar_format=layout, leave=False)
        return self._step

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def _step(self, name: str) -> None:
        if self._bar is not None:
            self._bar.set_description_str(f"{name:　<14}")
            self._bar.update()
