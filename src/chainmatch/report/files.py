"""One table or text as a file, of which nobody ever sees half."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from chainmatch.errors import OutputError
from chainmatch.schema.columns import TABLES
from chainmatch.schema.records import written
from chainmatch.util.atomic import check_folder, saying_why, whole_file
from chainmatch.util.cells import as_text
from chainmatch.util.file_names import check_name


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
    return check_path(path, ".csv", ".xlsx", ".parquet")


def check_path(path: str | Path, *suffixes: str, why: str = "") -> Path:
    """Return where a file can be written; ``why`` it must have one of these suffixes is added.

    Raises OutputError for another suffix, a name that no system takes, or an unwritable place.
    """
    path = Path(path)
    check_name(path, OutputError)
    if path.suffix.lower() not in suffixes:
        named = "、".join(suffixes[:-1]) + " 或 " + suffixes[-1]
        raise OutputError(f"{path}：结果文件应以 {named} 结尾{why}。")
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
    frame = written(frame)
    columns = [_csv_cells(frame.iloc[:, at]) for at in range(frame.shape[1])]
    with path.open(mode, encoding="utf-8" if plain else "utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if header:
            writer.writerow(map(as_text, frame.columns))
        writer.writerows(zip(*columns, strict=True))


def _csv_cells(column: "pd.Series[Any]") -> list[object]:
    """Return the cells of a column as a CSV file holds them; a missing one is empty."""
    if pd.api.types.is_float_dtype(column):
        return [number_text(value) for value in column.to_numpy(float)]
    values: list[object] = column.astype(object).where(column.notna(), "").tolist()
    if pd.api.types.is_numeric_dtype(column):
        return values
    return list(map(as_text, values))


def number_text(value: float | None) -> str:
    """Return a number as a CSV file holds it: ten digits, empty where it is unknown."""
    return "" if value is None or value != value else f"{value:.10g}"


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(written(frame), preserve_index=False).replace_schema_metadata()
    plain = [
        pa.field(field.name, pa.string() if pa.types.is_large_string(field.type) else field.type)
        for field in table.schema
    ]
    pq.write_table(table.cast(pa.schema(plain)), path, compression="zstd")


def _write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    import xlsxwriter

    from chainmatch.util.xlsx import FIXED_PROPERTIES, WORKBOOK_OPTIONS

    with xlsxwriter.Workbook(str(path), WORKBOOK_OPTIONS) as book:
        book.set_properties(FIXED_PROPERTIES)
        sheet = book.add_worksheet("结果")
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, list(frame.columns), bold)
        for number, row in enumerate(written(frame).itertuples(index=False), start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif not pd.isna(value):
                    sheet.write_number(number, column, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)
