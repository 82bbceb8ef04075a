"""What a file is: its first bytes say, never its name. Archives are measured and tested first."""

import zipfile
import zlib
from io import BytesIO
from pathlib import Path

from chainmatch.errors import TableError, reason
from chainmatch.util.file_names import check_name, file_name, legible

MAX_UNPACKED = 1 << 30
MAX_RATIO = 200

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = {
    b"%PDF": "PDF 文件",
    b"\x89PNG": "PNG 图片",
    b"\xff\xd8\xff": "JPEG 图片",
    b"GIF8": "GIF 图片",
    b"II*\x00": "TIFF 图片",
    b"MM\x00*": "TIFF 图片",
    b"RIFF": "图片或音像文件",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"\x1f\x8b": "gzip 压缩包",
    b"{\\rtf": "RTF 文档",
    b"SQLite format 3": "SQLite 数据库",
    b"\x7fELF": "程序文件",
    b"MZ\x90": "程序文件",
}
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<head", b"<meta", b"<style", b"<?xml", b"<!--",
           b"<body", b"<div", b"<tr", b"mime-version:", b"<workbook")  # fmt: skip
SAVE_AS = "请用 Excel 或 WPS 打开后另存为 .xlsx 再读"


def kind_of(path: Path) -> str:
    """Return what a file is: ``text``, ``markup`` (a page or XML), ``parquet``, or a workbook.

    A workbook is ``xlsx``, ``xlsb``, ``ods`` or ``xls``; what WPS calls .et is one of these.

    Raises:
        TableError: it is missing, empty or none of these; the message says what it is instead.
    """
    head = _head(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE):
        return "xls"
    if head.startswith(_ZIP):
        return _kind_of_zip(path)
    what = next((what for magic, what in _MAGIC.items() if head.startswith(magic)), "")
    if what:
        raise no_table(path, what)
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return "markup" if start.startswith(_MARKUP) else "text"


def _head(path: Path) -> bytes:
    check_name(path, TableError)
    if not path.exists():
        raise TableError(f"找不到文件“{legible(str(path))}”；请检查路径和文件名")
    if path.is_dir():
        raise TableError(f"“{legible(str(path))}”是文件夹，不是表格文件；请给出其中一个文件")
    if path.name.startswith("~$"):
        raise TableError(f"“{file_name(path)}”是打开表格时的临时文件；请改用没有“~$”的同名文件")
    try:
        # What the system itself offers as files (/proc) has no size, and may wait for ever.
        size = path.stat().st_size
        with path.open("rb") if size else BytesIO() as file:
            head = file.read(4096)
    except OSError as error:
        raise TableError(
            f"文件“{file_name(path)}”无法打开（{reason(error)}）；请检查权限或关闭占用它的程序"
        ) from None
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise TableError(f"文件“{file_name(path)}”是空的（{size} 字节）；请检查是否导出成功")
    return head


def no_table(path: Path, what: str, remedy: str = "") -> TableError:
    """Return the error for a file that is ``what`` instead of a table."""
    remedy = remedy or "请换成 xlsx、xls、ods、csv 或 parquet 表格"
    return TableError(f"文件“{file_name(path)}”实际上是{what}，不是表格；{remedy}")


def locked(path: Path) -> TableError:
    """Return the error for a workbook with a password."""
    return TableError(
        f"工作簿“{file_name(path)}”有打开密码，无法读取；请在 Excel 或 WPS 中去掉密码后另存"
    )


def _damaged(path: Path) -> TableError:
    return TableError(f"文件“{file_name(path)}”已损坏，无法解压；请重新下载或重新导出")


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            _measure(path, archive)
            if archive.testzip() is not None:
                raise _damaged(path)
            kind = _kind_of_names(set(archive.namelist()))
            if kind == "ods" and b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise locked(path)
    # Whatever zipfile says about a broken archive, and RuntimeError for a password.
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError):
        raise _damaged(path) from None
    except (NotImplementedError, RuntimeError):
        raise TableError(f"压缩包“{file_name(path)}”有密码或压缩方式特殊；请解压后再读") from None
    if kind not in ("xlsx", "xlsb", "ods"):
        raise no_table(path, kind)
    return kind


def _measure(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would unpack to far more than a table can be."""
    unpacked = sum(member.file_size for member in archive.infolist())
    packed = max(1, sum(member.compress_size for member in archive.infolist()))
    if unpacked > MAX_UNPACKED or unpacked > max(MAX_RATIO * packed, 1 << 20):
        ratio = f"{unpacked / 1e6:,.0f} MB（压缩比 {unpacked / packed:,.0f}）"
        raise TableError(
            f"文件“{file_name(path)}”解压后有 {ratio}，超过上限，可能是恶意文件；"
            "如确属正常表格，请另存为 CSV 再读"
        )


def _kind_of_names(names: set[str]) -> str:
    if any(name.startswith("xl/workbook") for name in names):
        return "xlsb" if "xl/workbook.bin" in names else "xlsx"
    if any(name.startswith("word/") for name in names):
        return "Word 文档"
    if any(name.startswith("ppt/") for name in names):
        return "PPT 演示文稿"
    if {"content.xml", "META-INF/manifest.xml"} <= names:
        return "ods"
    return "ZIP 压缩包"
