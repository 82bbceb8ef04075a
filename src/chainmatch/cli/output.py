"""What the commands share on their way out: the progress bar, closing words."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


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
