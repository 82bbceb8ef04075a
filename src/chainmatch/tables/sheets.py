"""Open a source as plain sheets of rows: CSV, XLSX, XLS, XLSB, ODS, Parquet or a DataFrame.

What a file is, its first bytes say, never its name. Archives are measured before they are unpacked.
"""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from chainmatch.errors import TableError

MAX_SHEETS = 64
MAX_ROWS = 5_000_000
MAX_UNPACKED = 1 << 30
MAX_RATIO = 200
MAX_CELLS = 60_000_000  # of the rectangle that a sheet spans, empty cells included

Row = Sequence[object]
Range = tuple[tuple[int, int], tuple[int, int]]  # (row, column) of the corners, from 0


@dataclass(frozen=True)
class Sheet:
    """One sheet: ``rows[0]`` is row 1. ``ragged``: a text table, where a stray comma shifts cells."""

    name: str
    rows: Sequence[Row]
    merged: tuple[Range, ...] = ()
    hidden: bool = False
    ragged: bool = False


@dataclass(frozen=True)
class Book:
    """A source with its sheets. ``several``: the file has more than one sheet."""

    file: str
    sheets: tuple[Sheet, ...]
    several: bool = False
    notes: tuple[str, ...] = field(default=())


IsHeader = Callable[[object], bool]


def open_book(source: str | Path | pd.DataFrame, is_header: IsHeader) -> Book:
    """Return the sheets of ``source``; ``is_header`` helps to tell the separator of a text table.

    Raises:
        TableError: missing, empty, damaged, protected, too large, or no table at all.
    """
    if isinstance(source, pd.DataFrame):
        return Book("DataFrame", (Sheet("", frame_rows(source)),))
    path = Path(source)
    kind = kind_of(path)
    if kind == "parquet":
        return Book(path.name, (Sheet("", _parquet_rows(path)),))
    if kind == "text":
        rows, notes = _text_rows(path, is_header)
        return Book(path.name, (Sheet("", rows, ragged=True),), notes=notes)
    return _workbook(path, kind)


def frame_rows(frame: pd.DataFrame) -> list[Row]:
    """Return the column names and then the rows of a frame, as a spreadsheet would show them."""
    if len(frame) > MAX_ROWS:
        raise _too_many(f"表有 {len(frame):,} 行")
    columns = [frame.iloc[:, at].astype(object).tolist() for at in range(frame.shape[1])]
    rows: list[Row] = [[str(name) for name in frame.columns]]
    rows.extend(zip(*columns, strict=True))
    return rows


# ---------------------------------------------------------------- what a file is

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"II*\x00", "TIFF 图片"),
    (b"MM\x00*", "TIFF 图片"),
    (b"RIFF", "图片或音像文件"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"{\\rtf", "RTF 文档"),
    (b"SQLite format 3", "SQLite 数据库"),
    (b"\x7fELF", "程序文件"),
    (b"MZ\x90", "程序文件"),
)
_SAVE_AS = "请用 Excel 或 WPS 打开后另存为 .xlsx 再读"


def kind_of(path: Path) -> str:
    """Return what a file is by its first bytes: ``text``, ``parquet``, ``xlsx``, ``ods`` or ``xls``.

    Raises:
        TableError: it is none of these; the message says what it is instead.
    """
    if not path.exists():
        raise TableError(f"找不到文件“{path}”；请检查路径和文件名")
    if path.is_dir():
        raise TableError(f"“{path}”是文件夹，不是表格文件；请给出其中一个文件")
    if path.name.startswith("~$"):
        raise TableError(f"“{path.name}”是 Excel 打开表格时的临时文件；请改用没有“~$”的同名文件")
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise TableError(
            f"文件“{path.name}”无法打开（{error.strerror}）；请检查权限或关闭占用它的程序"
        ) from None
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise TableError(
            f"文件“{path.name}”是空的（{path.stat().st_size} 字节）；请检查是否导出成功"
        )
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE):
        return "xls"
    if head.startswith(_ZIP):
        return _kind_of_zip(path)
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise _no_table(path, what)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith(b"<?xml") and b"excel" in head[:1024].lower():
        raise _no_table(path, "旧式 XML 表格", _SAVE_AS)
    if start.startswith(
        (b"<html", b"<!doctype", b"<table", b"<head", b"<meta", b"<style", b"<?xml")
    ):
        raise _no_table(path, "网页（HTML）", _SAVE_AS)
    return "text"


def _no_table(
    path: Path, what: str, remedy: str = "请换成 xlsx、xls、ods、csv 或 parquet 表格"
) -> TableError:
    return TableError(f"文件“{path.name}”实际上是{what}，不是表格；{remedy}")


def _damaged(path: Path) -> TableError:
    return TableError(f"文件“{path.name}”已损坏，无法解压；请重新下载或重新导出")


def _too_many(what: str) -> TableError:
    return TableError(f"{what}，超过上限 {MAX_ROWS:,} 行；请拆分文件，或用 iter_firms 分段读取")


def _kind_of_zip(path: Path) -> str:
    """Measure and test an archive before anything is unpacked from it; return what it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            unpacked = sum(member.file_size for member in members)
            packed = max(1, sum(member.compress_size for member in members))
            if unpacked > MAX_UNPACKED or unpacked > max(MAX_RATIO * packed, 1 << 20):
                raise TableError(
                    f"文件“{path.name}”解压后有 {unpacked / 1e6:,.0f} MB（压缩比 {unpacked / packed:,.0f}），"
                    "超过上限，可能是恶意文件；如确属正常表格，请另存为 CSV 再读"
                )
            if any(member.flag_bits & 1 for member in members):
                raise TableError(f"压缩包“{path.name}”有密码；请解压后再读")
            if archive.testzip() is not None:
                raise _damaged(path)
            kind = _kind_of_names(names)
            if kind == "ods" and b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise _locked(path)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, KeyError, ValueError):
        raise _damaged(path) from None
    except Exception as error:
        if isinstance(error, TableError):
            raise
        raise _damaged(path) from None  # zlib.error and its kin
    if kind in ("xlsx", "ods"):
        return kind
    raise _no_table(path, kind)


def _kind_of_names(names: set[str]) -> str:
    if any(name.startswith("xl/workbook") for name in names):
        return "xlsx"
    if any(name.startswith("word/") for name in names):
        return "Word 文档"
    if any(name.startswith("ppt/") for name in names):
        return "PPT 演示文稿"
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return "ods"
    return "ZIP 压缩包"


def _locked(path: Path) -> TableError:
    return TableError(
        f"工作簿“{path.name}”有打开密码，无法读取；请在 Excel 或 WPS 中去掉密码后另存"
    )


# ---------------------------------------------------------------- workbooks

_WIDE_CELL = re.compile(rb'<c\s[^>]*?\br="([A-Z]{2,3})(\d{1,7})"[^>]*>\s*<(?:v|is|f)\b')
_LAST_ROW = re.compile(rb'<row\s[^>]*?\br="(\d{1,7})"')
_HIDDEN_ROW = re.compile(rb'<row\s[^>]*?\bhidden="(?:1|true)"')
_ODS_ROW = re.compile(
    rb"<table:table-row\b([^>]*)>((?:(?!</table:table-row>).){0,4000}?\boffice:value-type)?",
    re.DOTALL,
)
_ODS_ROWS_REPEATED = re.compile(rb'number-rows-repeated="(\d+)"')
_ODS_CELL_REPEATED = re.compile(rb'number-columns-repeated="(\d{4,})"[^>]*office:value-type')
_ODS_HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')


def _workbook(path: Path, kind: str) -> Book:
    import python_calamine as calamine

    hidden_rows = _inspect(path, kind)
    if kind == "xls" and _is_locked_ole(path):
        raise _locked(path)
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        with book:
            listed = [
                meta
                for meta in book.sheets_metadata
                if meta.typ == calamine.SheetTypeEnum.WorkSheet
            ]
            if len(listed) > MAX_SHEETS:
                raise TableError(
                    f"工作簿“{path.name}”有 {len(listed)} 个工作表，超过上限 {MAX_SHEETS} 个；请只留需要的工作表"
                )
            sheets = []
            for meta in listed:
                sheet = book.get_sheet_by_name(meta.name)
                hidden = meta.visible != calamine.SheetVisibleEnum.Visible
                sheets.append(_sheet(sheet, hidden))
    except calamine.PasswordError:
        raise _locked(path) from None
    except calamine.CalamineError as error:
        if kind == "xls":
            raise _no_table(path, "旧版 Office 文档或已损坏的 .xls", _SAVE_AS) from None
        raise TableError(
            f"工作簿“{path.name}”无法读取（{str(error).splitlines()[0]}）；{_SAVE_AS}"
        ) from None
    total = sum(len(sheet.rows) for sheet in sheets)
    if total > MAX_ROWS:
        raise _too_many(f"工作簿“{path.name}”共 {total:,} 行")
    notes = (
        (f"文件“{path.name}”含 {hidden_rows} 个隐藏行（含被筛选的行），与可见行同样处理",)
        if hidden_rows
        else ()
    )
    return Book(path.name, tuple(sheets), len(listed) > 1, notes)


def _sheet(sheet: Any, hidden: bool) -> Sheet:
    merged = tuple(sheet.merged_cell_ranges or ())
    return Sheet(sheet.name, sheet.to_python(skip_empty_area=False), merged, hidden)


def _is_locked_ole(path: Path) -> bool:
    with path.open("rb") as file:
        return "EncryptedPackage".encode("utf-16-le") in file.read(1 << 22)


def _inspect(path: Path, kind: str) -> int:
    """Return the number of hidden rows; refuse a sheet whose rectangle would fill the memory.

    The reader lays out the whole rectangle between the first and the last filled cell, so one stray
    cell at XFD1048576 would ask for half a terabyte.
    """
    if kind == "xls":
        return 0
    hidden = 0
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if kind == "xlsx" and re.fullmatch(r"xl/worksheets/[^/]+\.xml", member):
                data = archive.read(member)
                _check_span(path, data)
                hidden += sum(1 for _ in _HIDDEN_ROW.finditer(data))
            elif kind == "ods" and member == "content.xml":
                hidden += _inspect_ods(path, archive.read(member))
    return hidden


def _check_span(path: Path, data: bytes) -> None:
    width, height = 26, 0
    for found in _WIDE_CELL.finditer(data):
        width = max(width, _column_number(found[1]))
        height = max(height, int(found[2]))
    last = data.rfind(b"<row")
    if last >= 0 and (row := _LAST_ROW.match(data, last)):
        height = max(height, int(row[1]))
    if width * height > MAX_CELLS:
        raise _too_wide(path, height, width)


def _too_wide(path: Path, height: int, width: int) -> TableError:
    return TableError(
        f"工作簿“{path.name}”的数据一直铺到第 {height:,} 行、第 {width:,} 列，多半是角落里有孤立的内容；"
        "请删去表格以外的内容后再读"
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _inspect_ods(path: Path, data: bytes) -> int:
    hidden = height = 0
    for found in _ODS_ROW.finditer(data):
        repeated = _ODS_ROWS_REPEATED.search(found[1])
        count = int(repeated[1]) if repeated else 1
        if found[2]:
            height += count
            hidden += count if _ODS_HIDDEN.search(found[1]) else 0
    width = max((int(found[1]) for found in _ODS_CELL_REPEATED.finditer(data)), default=0)
    if width * height > MAX_CELLS or height > MAX_ROWS:
        raise _too_wide(path, height, width)
    return hidden


# ---------------------------------------------------------------- text tables

_SEPARATORS = ",\t;|，"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEP_LINE = re.compile(r"\"?sep=(.)\"?\r?\n", re.IGNORECASE)


def _text_rows(path: Path, is_header: IsHeader) -> tuple[list[Row], tuple[str, ...]]:
    text, notes = decode(path.read_bytes(), path.name)
    separator, start = find_separator(text, is_header)
    rows = list(_records(io.StringIO(text[start:], newline=""), separator, path.name))
    if len(rows) > MAX_ROWS:
        raise _too_many(f"文件“{path.name}”有 {len(rows):,} 行")
    return rows, notes


def decode(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Decode a text table: byte order mark, else strict UTF-8, else GB18030.

    A file that was cut off in the middle of its last character is read up to there, with a note.
    """
    encoding = encoding_of(data[:65_536], name)
    bom = next((mark for mark, _ in _BOMS if data.startswith(mark)), b"")
    body = data[len(bom) :]
    for candidate in (encoding,) if encoding != "utf-8" or bom else ("utf-8", "gb18030"):
        try:
            return body.decode(candidate), ()
        except UnicodeDecodeError as error:
            # The first damage within the last bytes: a character was cut off.
            if len(body) - error.start < 4 and len(body) > 64:
                return body[: error.start].decode(candidate), (
                    f"文件“{name}”末尾不完整，最后一个字无法辨认",
                )
            line = body[: error.start].count(b"\n") + 1
    raise TableError(
        f"文件“{name}”的文字编码无法识别（第 {line} 行附近有不合规的字节）；请用 Excel 或 WPS 另存为“CSV UTF-8”或 .xlsx"
    )


def encoding_of(head: bytes, name: str) -> str:
    """Return the encoding that the first bytes show; ``utf-8`` stands for UTF-8 or GB18030."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    zeros = head.count(0)
    if not zeros:
        return "utf-8"
    # UTF-16 without a mark: every separator and line break has a zero byte, always on one side.
    high, low = head[1::2].count(0), head[::2].count(0)
    if min(high, low) == 0 and zeros * 50 > len(head):
        return "utf-16-le" if high else "utf-16-be"
    raise TableError(
        f"文件“{name}”含二进制内容，不是文本表格；请换成 xlsx、xls、ods、csv 或 parquet 表格"
    )


def find_separator(text: str, is_header: IsHeader) -> tuple[str, int]:
    """Return the separator and where the table starts (behind a ``sep=;`` line).

    The right one is the one that yields the most known headers in one line.
    """
    said = _SEP_LINE.match(text)
    if said:
        return said[1], said.end()
    lines = text[:200_000].splitlines()[:60]

    def headers(separator: str) -> int:
        return max((_count_headers(line, separator, is_header) for line in lines), default=0)

    return max(_SEPARATORS, key=headers), 0


def _count_headers(line: str, separator: str, is_header: IsHeader) -> int:
    if len(line) > 2_000:
        return 0
    return sum(1 for cell in line.split(separator) if is_header(cell.strip('" ')))


def _records(file: io.TextIOBase, separator: str, name: str) -> Iterator[Row]:
    """Yield the rows of a text table. A stray quotation mark must not swallow the rows behind it."""
    text = file.read()
    try:
        yield from list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
        return
    except csv.Error:
        pass
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = number = 0
    try:
        for row in reader:
            number += 1
            if reader.line_num - line > 1:
                raise csv.Error
            line = reader.line_num
            yield row
    except csv.Error:
        raise TableError(
            f"文件“{name}”第 {number or 1} 行有不成对的双引号，其后的行无法分开；请删去多余的引号或另存为 .xlsx"
        ) from None


def _parquet_rows(path: Path) -> list[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            count = file.metadata.num_rows
            if count > MAX_ROWS:
                raise _too_many(f"文件“{path.name}”有 {count:,} 行")
            data = file.read()
    except (pa.ArrowException, OSError, ValueError):
        raise TableError(f"Parquet 文件“{path.name}”已损坏，无法读取；请重新导出") from None
    rows: list[Row] = [[str(name) for name in data.column_names]]
    rows.extend(zip(*(column.to_pylist() for column in data.columns), strict=True))
    return rows
