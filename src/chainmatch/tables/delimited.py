"""Text tables: encoding and separator found by content, read row by row in bounded memory."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from chainmatch.errors import TableError
from chainmatch.tables.sheets import Row, Stream
from chainmatch.util.file_names import file_name

IsHeader = Callable[[object], bool]

_SEPARATORS = ",\t;|，"
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_SEP_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_BLOCK = 1 << 20
_PROBED = 200_000  # characters that are searched for a header
_LONGEST_LINE = 2_000  # of a header line


class Encoding(NamedTuple):
    """How a file is encoded: name, bytes of its mark, and whether its last character is cut off."""

    name: str
    mark: int
    cut: bool


def open_delimited(path: Path, is_header: IsHeader) -> Stream:
    """Return the rows of a text table; ``is_header`` tells the separator.

    Raises:
        TableError: the encoding is unreadable, at once; a stray quotation mark, when it is reached.
    """
    encoding = find_encoding(path)
    with _open(path, encoding) as file:
        separator, skipped = find_separator(file.read(_PROBED), is_header)
    notes = (f"文件“{file_name(path)}”末尾不完整，最后一个字无法辨认",) if encoding.cut else ()
    return Stream(file_name(path), _records(path, encoding, separator, skipped), True, notes)


def _open(path: Path, encoding: Encoding) -> io.TextIOWrapper:
    binary = path.open("rb")
    binary.seek(encoding.mark)
    errors = "ignore" if encoding.cut else "strict"
    return io.TextIOWrapper(binary, encoding.name, errors, newline="")


def find_encoding(path: Path) -> Encoding:
    """Return the encoding: byte order mark, else strict UTF-8, else strict GB18030.

    The whole file is decoded once: its head alone could be ASCII.
    """
    with path.open("rb") as file:
        head = file.read(65_536)
    mark = next((mark for mark in _BOMS if head.startswith(mark)), b"")
    candidates = [_BOMS[mark]] if mark else _candidates(head, file_name(path))
    line = 0
    for name in candidates:
        cut, reached = _check(path, name, len(mark))
        line = max(line, reached)
        if cut is not None:
            return Encoding(name, len(mark), cut)
    raise TableError(
        f"文件“{file_name(path)}”的文字编码无法识别（第 {line} 行附近有不合规的字节）；"
        "请用 Excel 或 WPS 另存为“CSV UTF-8”或 .xlsx"
    )


def _candidates(head: bytes, name: str) -> list[str]:
    zeros = head.count(0)
    if not zeros:
        return ["utf-8", "gb18030"]
    # UTF-16 without a mark: every separator and line break has a zero byte on the same side.
    low, high = head[::2].count(0), head[1::2].count(0)
    if max(low, high) > 8 * min(low, high) and zeros * 50 > len(head):
        return ["utf-16-le" if high > low else "utf-16-be"]
    raise TableError(
        f"文件“{name}”含二进制内容，不是文本表格；请换成 xlsx、xls、ods、csv 或 parquet 表格"
    )


def _check(path: Path, name: str, mark: int) -> tuple[bool | None, int]:
    """Decode the file once. Return whether its end is cut (None: wrong encoding), and the line."""
    decoder = codecs.getincrementaldecoder(name)()
    line = 1
    with path.open("rb") as file:
        file.seek(mark)
        while block := file.read(_BLOCK):
            try:
                line += decoder.decode(block).count("\n")
            except UnicodeDecodeError as error:
                return None, line + error.object[: error.start].count(b"\n")
        whole = file.tell() - mark
    # What the decoder still holds is the beginning of a last character.
    rest = decoder.getstate()[0]
    return (None, line) if rest and whole < 64 else (bool(rest), line)


def find_separator(text: str, is_header: IsHeader) -> tuple[str, int]:
    """Return the separator and the length of a leading ``sep=;`` line.

    The right one is the one that yields the most known headers in one line.
    """
    said = _SEP_LINE.match(text)
    if said:
        return said[1], said.end()
    lines = [line for line in text.splitlines()[:60] if len(line) <= _LONGEST_LINE]

    def headers(separator: str) -> int:
        return max((_count(line, separator, is_header) for line in lines), default=0)

    return max(_SEPARATORS, key=headers), 0


def _count(line: str, separator: str, is_header: IsHeader) -> int:
    return sum(1 for cell in line.split(separator) if is_header(cell.strip('" ')))


def _records(path: Path, encoding: Encoding, separator: str, skipped: int) -> Iterator[Row]:
    """Yield the rows. A stray quotation mark must not swallow the rows behind it."""
    number = 0
    with _open(path, encoding) as file:
        file.read(skipped)
        try:
            for row in csv.reader(file, delimiter=separator, strict=True):
                yield row
                number += 1
        except csv.Error:
            pass
        else:
            return
    with _open(path, encoding) as file:
        file.read(skipped)
        yield from _loose_records(file, separator, number, file_name(path))


def _loose_records(file: io.TextIOBase, separator: str, good: int, name: str) -> Iterator[Row]:
    """Yield the rows behind the first ``good``, where quotation marks are not as they should be.

    Such a mark does no harm within its line (``"东方"牌油厂,…``); a row that would run on into the
    next line is refused.
    """
    reader = csv.reader(file, delimiter=separator)
    number = line = 0
    try:
        for row in reader:
            number += 1
            if number > good:
                if reader.line_num - line > 1:
                    break
                yield row
            line = reader.line_num
        else:
            return
    except csv.Error:
        number += 1
    raise TableError(
        f"文件“{name}”第 {number} 行有不成对的双引号（或单元格过长），其后的行无法分开；"
        "请删去多余的引号，或另存为 .xlsx 再读"
    )
