"""The workbook and the visit brief opened by a real LibreOffice; skipped where there is none."""

import re
import shutil
import subprocess

import openpyxl
import pytest

from chainmatch.report.brief import write_brief
from chainmatch.report.workbook import write_workbook
from report_run import hostile_run
from waiting import PATIENCE

OFFICE = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)
pytestmark = pytest.mark.skipif(OFFICE is None, reason="no LibreOffice on this machine")
PAGE = re.compile(rb"/Type\s*/Page\b")


def converted(path, suffix, folder):
    """Let LibreOffice open a file and save it as another kind; it has a home of its own."""
    command = [OFFICE, "--headless", "--norestore", f"-env:UserInstallation={folder.as_uri()}/home"]
    command += ["--convert-to", suffix, "--outdir", str(folder / "out"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    return folder / "out" / f"{path.stem}.{suffix.partition(':')[0]}"


def values(book):
    return {
        sheet.title: [
            [round(cell, 9) if isinstance(cell, float) else cell for cell in row]
            for row in sheet.iter_rows(max_col=sheet.max_column, values_only=True)
            if any(cell is not None for cell in row)
        ]
        for sheet in book
    }


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_every_cell_and_rule_comes_through(world, tmp_path):
    """What LibreOffice saves again is what it understood: cells, choices, titles, formats."""
    path = tmp_path / "清单.xlsx"
    write_workbook(hostile_run(world), path)
    before = openpyxl.load_workbook(path)
    after = openpyxl.load_workbook(converted(path, "xlsx:Calc MS Excel 2007 XML", tmp_path))
    assert after.sheetnames == before.sheetnames
    for name, rows in values(before).items():
        for row, again in zip(rows, values(after)[name], strict=True):
            assert [c for c in again if c is not None] == [c for c in row if c is not None], name
    kinds = {cell.data_type for sheet in after for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    (rule,) = after["目标企业清单"].data_validations.dataValidation
    assert "签约" in rule.formula1 and rule.type == "list"
    for sheet in after:
        assert sheet.page_setup.orientation == "landscape"
        if sheet.title != "说明":
            assert sheet.print_title_rows and sheet.auto_filter.ref
            assert len(sheet.conditional_formatting) == len(
                before[sheet.title].conditional_formatting
            )


def test_the_workbook_of_the_sample_prints_on_a_few_dozen_pages(sample_run, tmp_path):
    pdf = converted(sample_run / "精准招商清单.xlsx", "pdf", tmp_path).read_bytes()
    assert 20 < len(PAGE.findall(pdf)) <= 70


def test_briefs_print_on_two_pages(sample_run, tmp_path):
    pytest.importorskip("docx", reason="python-docx is not installed")
    rows = (sample_run / "shortlist.csv").read_text("utf-8-sig").splitlines()[1:]
    longest = sorted(rows, key=len)[-2:]
    for number, row in enumerate([*longest, min(rows, key=len)]):
        path = tmp_path / f"{number}.docx"
        write_brief(row.split(",")[1], sample_run, path)
        assert len(PAGE.findall(converted(path, "pdf", tmp_path).read_bytes())) == 2, row
