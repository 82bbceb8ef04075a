"""Folders of chain files: written from a workbook, or copied from the bundled five."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from chainmatch.chains.graph import chain_files
from chainmatch.chains.model import SCHEMA_FILE
from chainmatch.chains.workbook.reading import read_book
from chainmatch.chains.writer import chain_text
from chainmatch.errors import OutputError
from chainmatch.util.atomic import check_folder, whole_folder
from chainmatch.util.resources import data_folder


def import_chains(path: str | Path, folder: str | Path) -> list[Path]:
    """Read exported chains, write one YAML file a chain to ``folder`` and return the files.

    ``path``: a workbook, a folder of its sheets as CSV, or a ``.jsonld`` file.
    Either everything is written or nothing. Files of the same chains are replaced.

    Raises
    ------
    ChainError
        The workbook has errors; ``problems`` holds one line for each, with sheet and row.
    TableError
        The file is none of these.
    OutputError
        ``folder`` cannot be written or holds chain files that the workbook does not have.
    """
    folder = check_folder(folder)
    texts = {f"{chain.chain}.yaml": chain_text(chain) for chain in read_book(Path(path))}
    others = [name for name in _names(folder) if name not in texts]
    if others:
        raise OutputError(
            f"{folder}：里面还有工作簿中没有的产业链文件（{'、'.join(others[:5])}），"
            "会与导入的链混在一起；请先移走，或换一个文件夹。"
        )
    with whole_folder(folder) as temporary:
        for name, text in texts.items():
            (temporary / name).write_text(text, encoding="utf-8")
        shutil.copyfile(data_folder("chains") / SCHEMA_FILE, temporary / SCHEMA_FILE)
    return [folder / name for name in texts]


def copy_chains(folder: str | Path) -> list[Path]:
    """Copy the bundled chain files and their schema to ``folder``; return the chain files there.

    Raises OutputError if one of them is there already, or the place cannot be written.
    """
    folder = check_folder(folder)
    sources = chain_files()
    there = sorted({path.name for path in sources} & set(_names(folder)))
    if there:
        raise OutputError(
            f"{folder}：已有 {'、'.join(there)}，为免覆盖您的修改，没有复制；请换一个文件夹。"
        )
    with whole_folder(folder) as temporary:
        for path in (*sources, data_folder("chains") / SCHEMA_FILE):
            shutil.copyfile(path, temporary / path.name)
    return [folder / path.name for path in sources]


def _names(folder: Path) -> list[str]:
    found: Iterable[Path] = folder.iterdir() if folder.is_dir() else ()
    return sorted(path.name for path in found if path.suffix in (".yaml", ".yml"))
