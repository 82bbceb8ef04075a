"""Writing one table or one folder so that nobody ever sees half of it."""

import csv
import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from chainmatch.columns import TABLES
from chainmatch.errors import OutputError

FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SUSPECT = frozenset(FORMULA)


def write_table(frame: pd.DataFrame, path: str | Path, *, plain: bool = False) -> None:
    """Write a table as CSV (UTF-8 with BOM, without with ``plain``), XLSX or Parquet, by suffix.

    Text that a spreadsheet would take for a formula gets a leading apostrophe in CSV; elsewhere it
    is stored as text. Raises OutputError for another suffix or an unwritable place.
    """
    path = check_table_path(path)
    with whole_file(path) as temporary:
        if path.suffix.lower() == ".csv":
            write_csv(frame, temporary, plain=plain)
        elif path.suffix.lower() == ".parquet":
            _write_parquet(frame, temporary)
        else:
            _write_xlsx(frame, temporary)


def write_text(text: str, path: str | Path) -> None:
    """Write a text file, whole or not at all. Raises OutputError for an unwritable place."""
    with whole_file(Path(path)) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def check_table_path(path: str | Path) -> Path:
    """Return where a table can be written; raise OutputError before any work is done."""
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".xlsx", ".parquet"):
        raise OutputError(f"{path}：结果文件应以 .csv、.xlsx 或 .parquet 结尾。")
    if path.is_dir():
        raise OutputError(f"{path}：是文件夹，请给出文件名。")
    check_folder(path.parent)
    return path


def write_rejects(
    rejects: Iterable[pd.DataFrame], out: str | Path, *, plain: bool = False
) -> Path | None:
    """Write, beside the result ``out``, the rows of its lists that could not be read.

    ``rejects`` are tables in the columns ``TABLES["rejects"]``. Returns the file (``OUT`` with the
    suffix ``.rejects.csv``), or None where there are no such rows: one of an earlier run is then
    taken away.
    """
    path = Path(out).with_suffix(".rejects.csv")
    tables = (table[list(TABLES["rejects"])] for table in rejects if len(table))
    first = next(tables, None)
    if first is None:
        with saying_why(path):
            path.unlink(missing_ok=True)
        return None
    with whole_file(path) as temporary:
        write_csv(first, temporary, plain=plain)
        for table in tables:
            write_csv(table, temporary, plain=True, header=False, mode="a")
    return path


def write_csv(
    frame: pd.DataFrame,
    path: Path,
    *,
    plain: bool = False,
    header: bool = True,
    mode: Literal["w", "a"] = "w",
) -> None:
    """Write a table as CSV, or append it; lines end with a line feed, numbers have ten digits."""
    columns = [_csv_cells(frame.iloc[:, at]) for at in range(frame.shape[1])]
    with path.open(mode, encoding="utf-8" if plain else "utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if header:
            writer.writerow(frame.columns)
        writer.writerows(zip(*columns, strict=True))


def _csv_cells(column: "pd.Series[Any]") -> list[object]:
    """Return the cells of a column as a CSV file holds them; a missing one is empty."""
    if pd.api.types.is_float_dtype(column):
        return [number_text(value) for value in column.to_numpy(float)]
    values: list[object] = column.astype(object).where(column.notna(), "").tolist()
    if pd.api.types.is_numeric_dtype(column):
        return values
    return [v if type(v) is str and v[:1] not in _SUSPECT else as_text(v) for v in values]


def number_text(value: float | None) -> str:
    """Return a number as a CSV file holds it: ten digits, empty where it is unknown."""
    return "" if value is None or value != value else f"{value:.10g}"


def as_text(value: object) -> object:
    """Return text with a leading apostrophe if a spreadsheet would take it for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    plain = [
        pa.field(field.name, pa.string() if pa.types.is_large_string(field.type) else field.type)
        for field in table.schema
    ]
    pq.write_table(table.cast(pa.schema(plain)), path, compression="zstd")


def _write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    import xlsxwriter

    from chainmatch.report.workbook import FIXED_PROPERTIES, WORKBOOK_OPTIONS

    with xlsxwriter.Workbook(str(path), WORKBOOK_OPTIONS) as book:
        book.set_properties(FIXED_PROPERTIES)
        sheet = book.add_worksheet("结果")
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, list(frame.columns), bold)
        for number, row in enumerate(frame.itertuples(index=False), start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif not pd.isna(value):
                    sheet.write_number(number, column, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)


def check_folder(path: str | Path) -> Path:
    """Return a folder that results can be written to; raise OutputError before any work is done."""
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}：已有同名文件，请换一个结果文件夹。")
    place = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not place.is_dir():
        raise OutputError(f"{place}：不是文件夹，无法在其中写出结果。")
    if not os.access(place, os.W_OK | os.X_OK):
        raise OutputError(f"{folder}：没有写入权限，请换一个结果文件夹。")
    return folder


@contextmanager
def saying_why(place: Path) -> Iterator[None]:
    """Turn what the disk says while ``place`` is written into an OutputError."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # not the disk's word: a fault of ours
            raise
        raise OutputError(_why(place, error)) from None


def _why(place: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"{place}：写出失败，磁盘空间不足（{error.strerror}）；请清理磁盘或换一个位置。"
    return f"{place}：写出失败（{error.strerror}）。如果文件正在 Excel 或 WPS 中打开，请先关闭。"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary file beside ``path``; it takes its place only if nothing failed."""
    check_folder(path.parent)
    if path.is_dir():
        raise OutputError(f"{path}：是文件夹，请给出文件名。")
    with whole_folder(path.parent, [path.name]) as folder:
        yield folder / path.name


@contextmanager
def whole_folder(folder: Path, expected: list[str] | None = None) -> Iterator[Path]:
    """Give an empty temporary folder; its files move to ``folder`` only if nothing failed.

    ``expected`` limits which names move; default all. An existing folder keeps its other files.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".chainmatch-", dir=folder))
    except OSError as error:
        raise OutputError(f"{folder}：无法写入（{error.strerror}），请换一个位置。") from None
    try:
        yield temporary
        for path in sorted(temporary.iterdir()):
            if expected is None or path.name in expected:
                path.chmod(0o644)
                path.replace(folder / path.name)
    except OSError as error:
        if error.errno is None:  # not the disk's word: a fault of ours
            raise
        raise OutputError(_why(folder, error)) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
