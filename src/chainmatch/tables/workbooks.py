"""Workbooks: XLSX, XLSB, XLS and ODS by python-calamine, measured before they are laid out."""

import re
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import python_calamine as calamine

from chainmatch.errors import TableError
from chainmatch.tables.files import SAVE_AS, locked, no_table
from chainmatch.tables.sheets import MAX_CELLS, MAX_ROWS, MAX_SHEETS, Book, Sheet, too_many
from chainmatch.util.file_names import file_name, legible

# The reader tells the kind of a workbook by its name, unless it is given the opened file.
_ENDINGS = {"xlsx": (".xlsx", ".xlsm"), "xlsb": (".xlsb",), "xls": (".xls",), "ods": (".ods",)}
_WIDE_CELL = re.compile(rb'<c\s[^>]*?\br="([A-Z]{2,3})(\d{1,7})"[^>]*>\s*<(?:v|is|f)\b')
_ROW = re.compile(rb'<row\s[^>]*?\br="(\d{1,7})"')
_HIDDEN_ROW = re.compile(rb'<row\s[^>]*?\bhidden="(?:1|true)"')
_ODS_ROW = re.compile(
    rb"<table:table-row\b([^>]*)>((?:(?!</table:table-row>).){0,4000}?\boffice:value-type)?",
    re.DOTALL,
)
_ODS_REPEATED = re.compile(rb'number-rows-repeated="(\d+)"')
_ODS_COLUMNS = re.compile(rb'number-columns-repeated="(\d+)"')
_ODS_HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')


def read_workbook(path: Path, kind: str) -> Book:
    """Return all sheets of a workbook, hidden ones too; ``kind`` as ``kind_of`` found it.

    Raises:
        TableError: protected, damaged, no workbook, or beyond the limits.
    """
    hidden_rows = 0 if kind == "xls" else _inspect(path, kind)
    if kind == "xls" and _is_locked(path):
        raise locked(path)
    try:
        with path.open("rb") as file, calamine.load_workbook(_told(path, kind, file)) as book:
            sheets = _sheets(path, book)
    except calamine.PasswordError:
        raise locked(path) from None
    except calamine.CalamineError:
        if kind == "xls":
            raise no_table(path, "旧版 Office 文档或已损坏的 .xls", SAVE_AS) from None
        if kind == "ods":
            _check_ods_span(path)
        raise TableError(f"工作簿“{file_name(path)}”无法读取，多半已损坏；{SAVE_AS}") from None
    except BaseException as error:
        # A panic inside the reader is no Exception; only damaged files cause one.
        if type(error).__name__ != "PanicException":
            raise
        raise TableError(
            f"工作簿“{file_name(path)}”已损坏，无法读取；请重新下载或重新导出"
        ) from None
    total = sum(len(sheet.rows) for sheet in sheets)
    if total > MAX_ROWS:
        raise too_many(f"工作簿“{file_name(path)}”共 {total:,} 行")
    notes = (
        [f"含 {hidden_rows:,} 个隐藏行（包括被筛选的行），与可见行同样处理"] if hidden_rows else []
    )
    return Book(file_name(path), tuple(sheets), len(sheets) > 1, tuple(notes))


def _told(path: Path, kind: str, file: BinaryIO) -> "str | BinaryIO":
    """Return what the reader is given: the path where its ending is right and it can be said."""
    said = str(path)
    return said if path.suffix.lower() in _ENDINGS[kind] and legible(said) == said else file


def _sheets(path: Path, book: calamine.CalamineWorkbook) -> list[Sheet]:
    listed = [m for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
    if len(listed) > MAX_SHEETS:
        raise TableError(
            f"工作簿“{file_name(path)}”有 {len(listed)} 个工作表，超过上限 {MAX_SHEETS} 个；"
            "请只留需要的工作表"
        )
    sheets = []
    for meta in listed:
        sheet = book.get_sheet_by_name(meta.name)
        hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        rows = _rows(path, sheet)
        sheets.append(Sheet(meta.name, rows, tuple(sheet.merged_cell_ranges or ()), hidden))
    return sheets


def _rows(path: Path, sheet: calamine.CalamineSheet) -> list[list[Any]]:
    """Return the rows of a sheet; refuse one with a day or a time that Python cannot hold."""
    try:
        return sheet.to_python(skip_empty_area=False)
    except (OverflowError, ValueError):
        pass
    rows, number = sheet.iter_rows(), 0
    try:
        for number, _ in enumerate(rows, start=1):  # noqa: B007
            pass
    except (OverflowError, ValueError):
        number += 1
    raise TableError(
        f"工作簿“{file_name(path)}”工作表“{sheet.name}”第 {number} 行有超出范围的日期或时长，"
        "无法读取；请改正该格，或把它的格式改为“常规”"
    )


def _is_locked(path: Path) -> bool:
    """Return whether an OLE file is the envelope of an encrypted workbook."""
    return "EncryptedPackage".encode("utf-16-le") in path.read_bytes()


def _inspect(path: Path, kind: str) -> int:
    """Return the number of hidden rows; refuse a sheet whose rectangle would fill the memory.

    Of an XLSX the reader lays out the rectangle between the first and the last filled cell, so one
    stray cell at XFD1048576 would ask for half a terabyte. For ODS it has a limit of its own.
    """
    hidden = 0
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if kind == "xlsx" and re.fullmatch(r"xl/worksheets/[^/]+\.xml", member):
                data = archive.read(member)
                _check_span(path, data)
                hidden += sum(1 for _ in _HIDDEN_ROW.finditer(data))
            elif kind == "ods" and member == "content.xml":
                hidden += _hidden_in_ods(archive.read(member))
    return hidden


def _check_span(path: Path, data: bytes) -> None:
    width, height = 26, 0
    for found in _WIDE_CELL.finditer(data):
        width = max(width, _column_number(found[1]))
        height = max(height, int(found[2]))
    last = data.rfind(b"<row")
    if last >= 0 and (row := _ROW.match(data, last)):
        height = max(height, int(row[1]))
    if width * height > MAX_CELLS:
        raise _too_wide(path, f"第 {height:,} 行、第 {width:,} 列")


def _check_ods_span(path: Path) -> None:
    """Refuse the rectangle that a sheet declares; asked only where the reader gave up."""
    with zipfile.ZipFile(path) as archive:
        rows = archive.read("content.xml").split(b"<table:table-row")[1:]
    width = height = 0
    for row in rows:
        repeated = _ODS_REPEATED.search(row)
        height += int(repeated[1]) if repeated else 1
        cells = row.count(b"table-cell") + sum(map(int, _ODS_COLUMNS.findall(row)))
        width = max(width, cells)
    if width * height > MAX_CELLS:
        raise _too_wide(path, f"第 {height:,} 行、第 {width:,} 列左右")


def _hidden_in_ods(data: bytes) -> int:
    """Return the number of hidden rows that hold something."""
    hidden = 0
    for found in _ODS_ROW.finditer(data):
        if found[2] and _ODS_HIDDEN.search(found[1]):
            repeated = _ODS_REPEATED.search(found[1])
            hidden += int(repeated[1]) if repeated else 1
    return hidden


def _too_wide(path: Path, end: str) -> TableError:
    return TableError(
        f"工作簿“{file_name(path)}”的内容一直铺到{end}，多半是角落里有孤立的内容；"
        "请删去表格以外的内容后再读"
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
