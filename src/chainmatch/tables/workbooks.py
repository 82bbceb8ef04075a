"""Workbooks: XLSX, XLSB, XLS and ODS by python-calamine, measured before they are laid out."""

import re
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

from chainmatch.errors import TableError
from chainmatch.tables.aside import Listed, ReaderError, sheets_aside, sheets_of
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


_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
# Names with a prefix, signs in place of quotation marks: what the measure would overlook.
_UNUSUAL = re.compile(rb"<\w{1,20}:(?:c|row|sheetData)\b|\br\s?=\s?'|\br =|\br= ")
FREE_ROWS, LEAST_ROW = 50_000, 50  # of an ODS: rows at no cost, bytes that each other row takes


class _Seen(NamedTuple):
    """What was seen of a workbook before it is read.

    ``measured``: what the reader will lay out is known, and it is not too much.
    """

    hidden: int = 0
    size: int = 0
    measured: bool = False


def read_workbook(path: Path, kind: str) -> Book:
    """Return all sheets of a workbook, hidden ones too; ``kind`` as ``kind_of`` found it.

    Raises:
        TableError: protected, damaged, no workbook, or beyond the limits.
    """
    seen = _Seen() if kind == "xls" else _inspect(path, kind)
    if kind == "xls" and _is_locked(path):
        raise locked(path)
    try:
        sheets = [Sheet(s.name, s.rows, s.merged, s.hidden) for s in _listed(path, kind, seen)]
    except ReaderError as error:
        raise _refusal(path, kind, error) from None
    total = sum(len(sheet.rows) for sheet in sheets)
    if total > MAX_ROWS:
        raise too_many(f"工作簿“{file_name(path)}”共 {total:,} 行")
    notes = (
        [f"含 {seen.hidden:,} 个隐藏行（包括被筛选的行），与可见行同样处理"] if seen.hidden else []
    )
    return Book(file_name(path), tuple(sheets), len(sheets) > 1, tuple(notes))


def _listed(path: Path, kind: str, seen: _Seen) -> list[Listed]:
    """Return the sheets; what could not be measured is read where it can do no harm."""
    said = str(path)
    opened = path.suffix.lower() not in _ENDINGS[kind] or legible(said) != said
    if not seen.measured and sys.executable:
        listed = sheets_aside(path, opened, MAX_SHEETS, seen.size or path.stat().st_size)
    else:
        with path.open("rb") as file:
            listed = sheets_of(file if opened else said, MAX_SHEETS)
    filled = sum(1 for sheet in listed for row in sheet.rows if any(row))
    if kind == "ods" and filled > FREE_ROWS + seen.size // LEAST_ROW:
        raise TableError(
            f"工作簿“{file_name(path)}”用重复标记写出 {filled:,} 行，多半不是名单；{SAVE_AS}"
        )
    return listed


def _refusal(path: Path, kind: str, error: ReaderError) -> TableError:
    """Return what is said of a workbook that the reader could not read."""
    book = f"工作簿“{file_name(path)}”"
    if error.kind == "PasswordError":
        return locked(path)
    if error.kind == "Many":
        return TableError(
            f"{book}有 {error.where[1]} 个工作表，超过上限 {MAX_SHEETS} 个；请只留需要的工作表"
        )
    if error.kind == "Range":
        return TableError(
            f"{book}工作表“{error.where[0]}”第 {error.where[1]} 行有超出范围的日期或时长，"
            "无法读取；请改正该格，或把它的格式改为“常规”"
        )
    if error.kind == "CalamineError" and kind == "xls":
        return no_table(path, "旧版 Office 文档或已损坏的 .xls", SAVE_AS)
    if kind == "ods" and (end := _ods_span(path)):
        return _too_wide(path, end)
    return TableError(f"{book}无法读取，多半已损坏或过大；{SAVE_AS}")


def _is_locked(path: Path) -> bool:
    """Return whether an OLE file is the envelope of an encrypted workbook."""
    return "EncryptedPackage".encode("utf-16-le") in path.read_bytes()


def _inspect(path: Path, kind: str) -> _Seen:
    """Look at the sheets of an archive; refuse one whose rectangle would fill the memory.

    Of an XLSX the reader lays out the rectangle between the first and the last filled cell, so one
    stray cell at XFD1048576 would ask for half a terabyte. A sheet that is not written as programs
    write it, and one of another kind, cannot be measured.
    """
    hidden = size = 0
    measured = kind == "xlsx"
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            size += member.file_size
            if kind == "xlsx" and _SHEET.fullmatch(member.filename):
                data = archive.read(member)
                measured = measured and b"<sheetData" in data and not _UNUSUAL.search(data)
                _check_span(path, data)
                hidden += sum(1 for _ in _HIDDEN_ROW.finditer(data))
            elif kind == "ods" and member.filename == "content.xml":
                hidden += _hidden_in_ods(archive.read(member))
    return _Seen(hidden, size, measured)


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


def _ods_span(path: Path) -> str:
    """Return where the rectangle that a sheet declares ends, if it is too large."""
    with zipfile.ZipFile(path) as archive:
        rows = archive.read("content.xml").split(b"<table:table-row")[1:]
    width = height = 0
    for row in rows:
        repeated = _ODS_REPEATED.search(row)
        height += int(repeated[1]) if repeated else 1
        cells = row.count(b"table-cell") + sum(map(int, _ODS_COLUMNS.findall(row)))
        width = max(width, cells)
    return f"第 {height:,} 行、第 {width:,} 列左右" if width * height > MAX_CELLS else ""


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
