"""Pages and XML saved under the name of a workbook: what most web systems call an Excel export.

HTML, the web archive (MHTML) of Excel and its XML of 2003 all hold tables of rows of cells; one
parser reads them, each table or worksheet as a sheet.
"""

import re
from email import message_from_bytes
from html.parser import HTMLParser
from pathlib import Path

from chainmatch.errors import TableError
from chainmatch.tables.files import SAVE_AS, no_table
from chainmatch.tables.sheets import MAX_CELLS, MAX_SHEETS, Book, Range, Sheet
from chainmatch.util.file_names import file_name

MAX_BYTES = 1 << 28
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_TABLES = ("table", "worksheet", "ss:worksheet")
_ROWS = ("tr", "row", "ss:row")
_CELLS = ("td", "th", "cell", "ss:cell")
_BREAKS = ("br", "p", "div", "li")
_SILENT = ("script", "style", "title")
_WIDEST, _LONGEST = 1_000, 65_534  # columns and rows that a cell may span, as browsers have it


def read_markup(path: Path) -> Book:
    """Return the tables of a page or of an XML workbook that hold anything, each as a sheet.

    Raises:
        TableError: no table in it, an unreadable encoding, or beyond the limits.
    """
    if path.stat().st_size > MAX_BYTES:
        raise TableError(f"文件“{file_name(path)}”超过 {MAX_BYTES >> 20} MB；{SAVE_AS}")
    parser = _Tables(file_name(path))
    parser.feed(_text(path))
    parser.close()
    sheets = [sheet for sheet in parser.sheets() if sheet.rows]
    if not sheets:
        raise no_table(path, "没有表格的网页（HTML）", SAVE_AS)
    if len(sheets) > MAX_SHEETS:
        raise _too_large(file_name(path))
    note = f"文件“{file_name(path)}”是网页或 XML 表格，按其中的表格读取"
    return Book(file_name(path), tuple(sheets), len(sheets) > 1, (note,))


def _text(path: Path) -> str:
    data = path.read_bytes()
    if data[:200].lstrip().lower().startswith((b"mime-version", b"from:")):
        parts = message_from_bytes(data).walk()
        pages = (p.get_payload(decode=True) for p in parts if p.get_content_type() == "text/html")
        data = b"\n".join(page for page in pages if isinstance(page, bytes))
    said = _CHARSET.search(data[:4096])
    wide = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
    named = said[1].decode("ascii").lower() if said else ""
    for name in (wide, "gb18030" if named.startswith("gb") else named, "utf-8-sig", "gb18030"):
        try:
            return data.decode(name) if name else data.decode("utf-8-sig")
        except (UnicodeError, LookupError):
            continue
    raise TableError(f"文件“{file_name(path)}”的文字编码无法识别；{SAVE_AS}")


def _too_large(file: str) -> TableError:
    return TableError(f"文件“{file}”里的表格过大或过多；{SAVE_AS}")


class _Tables(HTMLParser):
    """Collects rows of cells; a table inside a cell is text of that cell, or the list itself."""

    def __init__(self, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self._file = file
        self._found: list[tuple[str, list[list[object]], list[Range]]] = []
        self._open: list[int] = []  # tables that are open, the innermost last
        self._row: list[object] | None = None
        self._words: list[str] | None = None
        self._span = (1, 1)
        self._below: dict[tuple[int, int], int] = {}  # (table, column) → rows still covered
        self._silent = 0
        self._size = 0

    def sheets(self) -> list[Sheet]:
        """Return the tables in the order in which they open."""
        return [
            Sheet(name, rows, tuple(merged))
            for name, rows, merged in self._found
            if any(value != "" for row in rows for value in row)
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name.removeprefix("ss:"): value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        elif tag in _TABLES and not (tag == "table" and self._in_worksheet()):
            self._end_row()
            name = said.get("name", "") if tag != "table" else ""
            self._found.append((name, [], []))
            self._open.append(len(self._found) - 1)
        elif tag in _ROWS and self._open:
            self._end_row()
            self._row = []
        elif tag in _CELLS and self._open:
            self._end_cell()
            self._begin_cell(said)
        elif tag in _BREAKS and self._words:
            self._words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _CELLS:
            self._end_cell()
        elif tag in _ROWS:
            self._end_row()
        elif tag in _TABLES and self._open and not (tag == "table" and self._in_worksheet()):
            self._end_row()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._words is not None and not self._silent:
            self._words.append(data)

    def close(self) -> None:
        super().close()
        self._end_row()

    def _in_worksheet(self) -> bool:
        return bool(self._open) and self._found[self._open[-1]][0] != ""

    def _begin_cell(self, said: dict[str, str]) -> None:
        if self._row is None:
            self._row = []
        self._fill_covered()
        at = said.get("index", "")
        while at.isdecimal() and len(self._row) < min(int(at) - 1, _WIDEST):
            self._row.append("")
        wide = _spanned(said.get("colspan", "")) or _spanned(said.get("mergeacross", "")) + 1
        high = _spanned(said.get("rowspan", "")) or _spanned(said.get("mergedown", "")) + 1
        self._span, self._words = (high, min(wide, _WIDEST)), []

    def _fill_covered(self) -> None:
        """Leave the cells blank that a cell of a row above reaches down to."""
        table = self._open[-1]
        while self._row is not None and self._below.get((table, len(self._row)), 0):
            self._below[table, len(self._row)] -= 1
            self._row.append("")

    def _end_cell(self) -> None:
        if self._words is None or self._row is None or not self._open:
            return
        table = self._open[-1]
        _, rows, merged = self._found[table]
        text = "".join(self._words).replace("\xa0", " ").strip()
        (high, wide), left = self._span, len(self._row)
        self._row += [text, *[""] * (wide - 1)]
        if high > 1 or wide > 1:
            top = len(rows)
            merged.append(((top, left), (top + high - 1, left + wide - 1)))
        if high > 1:
            self._below.update(((table, left + at), high - 1) for at in range(wide))
        self._words = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None and self._open:
            self._fill_covered()
            self._size += len(self._row)
            if self._size > MAX_CELLS:
                raise _too_large(self._file)
            self._found[self._open[-1]][1].append(self._row)
        self._row = None


def _spanned(text: str) -> int:
    number = int(text) if text.isdecimal() and len(text) < 9 else 0
    return number if number <= _LONGEST else 0
