"""Workbooks that ask for more than they hold, and broken ones: one line, and the run lives on."""

import random
import re
import zipfile

import pytest
import xlsxwriter
import xlwt

from chainmatch import read_firms
from chainmatch.errors import TableError
from chainmatch.tables.aside import ReaderError, sheets_aside

NAME = "茶县青山茶业有限公司"
ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="名单">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""
CELL = (
    '<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'
)
MANIFEST = """<?xml version="1.0"?><manifest:manifest
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"""


def _ods(path, *rows):
    cells = [
        f"<table:table-row{more}>{CELL.format(more=wide, text=text)}</table:table-row>"
        for text, more, wide in rows
    ]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", ODS.format(rows="".join(cells)))
    return path


@pytest.mark.parametrize(
    ("rows", "columns"), [(3_000_000, 1), (1_000_000, 1_000), (2**31, 2**31), (10**30, 1)]
)
def test_rows_that_are_repeated_by_a_mark_are_no_list(tmp_path, rows, columns):
    tall = f' table:number-rows-repeated="{rows}"'
    wide = f' table:number-columns-repeated="{columns}"'
    path = _ods(tmp_path / "a.ods", ("企业名称", "", ""), (NAME, tall, wide))
    with pytest.raises(TableError) as said:
        read_firms(path)
    assert "\n" not in str(said.value)


def test_a_few_repeated_rows_are_firms(tmp_path):
    three = ' table:number-rows-repeated="3"'
    path = _ods(tmp_path / "a.ods", ("企业名称", "", ""), (NAME, three, ""))
    assert read_firms(path).table["name"].tolist() == [NAME] * 3


def _corner(path, change):
    """A sheet with one cell at its far corner, its markup changed."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "企业名称")
        sheet.write(1_048_575, 16_383, NAME)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts = {
        name: change(part.decode()).encode() if name.startswith("xl/worksheets/") else part
        for name, part in parts.items()
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


def _prefixed(text: str) -> str:
    return re.sub(r"<(/?)(?=\w)", r"<\1x:", text).replace(" xmlns=", " xmlns:x=")


@pytest.mark.parametrize(
    "change",
    [
        str,
        _prefixed,
        lambda text: text.replace('"', "'"),
        lambda text: text.replace(' r="', ' r= "'),
    ],
    ids=["as usual", "prefix", "quotes", "blank"],
)
def test_a_cell_at_the_far_corner_is_refused_however_it_is_written(tmp_path, change):
    with pytest.raises(TableError) as said:
        read_firms(_corner(tmp_path / "a.xlsx", change))
    assert "\n" not in str(said.value)


def test_broken_old_workbooks_are_read_or_refused(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for row, text in enumerate(["企业名称", *(f"茶县青山{n}茶业有限公司" for n in range(50))]):
        sheet.write(row, 0, text)
    book.save(str(tmp_path / "a.xls"))
    good, chance = (tmp_path / "a.xls").read_bytes(), random.Random(25)
    for _ in range(12):
        broken = bytearray(good)
        for _ in range(chance.choice([1, 10, 100])):
            broken[chance.randrange(8, len(broken))] = chance.randrange(256)
        (tmp_path / "b.xls").write_bytes(broken[: chance.choice([len(broken), 4_000])])
        try:
            reading = read_firms(tmp_path / "b.xls")
        except TableError as error:
            assert "\n" not in str(error)
        else:
            assert reading.rows == len(reading.table) + len(reading.rejects)


def test_what_ends_its_process_is_said_to_have_ended(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"")
    with pytest.raises(ReaderError) as said:  # no number where the size should be
        sheets_aside(tmp_path / "a.xlsx", False, 64, "-")
    assert said.value.kind == ""
