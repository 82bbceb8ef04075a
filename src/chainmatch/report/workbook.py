"""The workbook that officers work with: 精准招商清单.xlsx.

The same run gives the same bytes. Whatever came out of a list is written as text, so that a name
which looks like a formula stays a name.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from chainmatch.report import chainsheets, firmsheets, leadsheets, notesheets
from chainmatch.report.sheets import Book
from chainmatch.util.xlsx import FIXED_PROPERTIES, WORKBOOK_OPTIONS

if TYPE_CHECKING:
    from chainmatch.run import Run


def write_workbook(run: "Run", path: Path) -> None:
    """Write the workbook of a run to ``path``."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), WORKBOOK_OPTIONS) as workbook:
        workbook.set_properties(FIXED_PROPERTIES)
        book = Book(workbook)
        notesheets.about(book, run)
        firmsheets.shortlist(book, run)
        chainsheets.opportunities(book, run)
        leadsheets.projects(book, run)
        leadsheets.matches(book, run)
        chainsheets.opportunities(book, run, "grow")
        chainsheets.state(book, run)
        chainsheets.anchors(book, run)
        firmsheets.visits(book, run)
        firmsheets.excluded(book, run)
        notesheets.problems(book, run)
        workbook.get_worksheet_by_name("目标企业清单").activate()
