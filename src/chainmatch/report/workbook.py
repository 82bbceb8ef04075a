"""The workbook that officers work with: 精准招商清单.xlsx.

The same run gives the same bytes. Whatever came out of a list is written as text, so that a name
which looks like a formula stays a name.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainmatch.parts import parts_of
from chainmatch.report import facts
from chainmatch.report.book import Book, lines_of
from chainmatch.report.sheets import ROWS, described, fields_of
from chainmatch.schema import words
from chainmatch.util.resources import packaged
from chainmatch.util.rounding import percent
from chainmatch.util.xlsx import FIXED_PROPERTIES, WORKBOOK_OPTIONS

if TYPE_CHECKING:
    from chainmatch.run import Run

Line = tuple[str, str]  # term and prose; no prose: the heading of a section
_BLANK: Line = ("", "")
_WIDE = 62.0
_HEAD = 3  # rows of title, note and header


def write_workbook(run: "Run", path: Path) -> None:
    """Write the workbook of a run to ``path``."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), WORKBOOK_OPTIONS) as workbook:
        workbook.set_properties(FIXED_PROPERTIES)
        book = Book(workbook)
        _about(book, run)
        for name, said in described().items():
            _sheet(book, run, name, said)
        workbook.get_worksheet_by_name("目标企业清单").activate()


def _sheet(book: Book, run: "Run", name: str, said: Mapping[str, Any]) -> None:
    found, fields = ROWS[name](run), fields_of(name)
    counted = {"count": len(found.rows), **found.counted}
    sheet = book.sheet(name, said["title"].format(**counted), said["note"].format(**counted))
    if "row" in said:
        sheet.set_default_row(said["row"])
    end = book.table(
        sheet, fields, found.rows, frozen=said.get("frozen", 0), status=said.get("status", "")
    )
    if "printed" in said or found.printed is not None:
        keys = [field.key for field in fields]
        last = end - 1 if found.printed is None else _HEAD + found.printed - 1
        sheet.print_area(0, 0, last, keys.index(said.get("printed", keys[-1])))


# --- the first sheet -----------------------------------------------------------------------------


def _about(book: Book, run: "Run") -> None:
    """说明: where the workbook comes from and how its numbers are read, on one page."""
    title = f"{run.profile.name} 精准招商清单"
    made = f"由 chainmatch {run.manifest['version']} 离线生成，同样的输入得到同样的结果。"
    note = f"本地：{facts.home_name(run)}。{made}"
    sheet = book.sheet("说明", title, note, pages=1)
    for column, width in enumerate((14.0, _WIDE, 4.0, 14.0, _WIDE)):
        sheet.set_column(column, column, width)
    halves = (list(_origin(run)), list(_reading(run)))
    for line, pair in enumerate(zip_longest(*halves, fillvalue=_BLANK), start=3):
        tallest = max(lines_of(prose, _WIDE) for _, prose in pair)
        sheet.set_row(line, 5.5 + 14.5 * tallest)
        for half, (term, prose) in enumerate(pair):
            if term:
                styles = ("term", "prose") if prose else ("section", "section")
                book.cell(sheet, line, 3 * half, term, styles[0])
                book.cell(sheet, line, 3 * half + 1, prose, styles[1])


def _origin(run: "Run") -> Iterator[Line]:
    yield from (("请先核对", doubt) for doubt in facts.doubts(run))
    yield "数据来源", ""
    for given in facts.inputs(run):
        yield given.title, f"{given.file}（sha256 {given.digest}…）"
    yield _BLANK
    yield "一行不少", ""
    for text in facts.sums(run):
        name, _, rest = text.partition(" ")
        yield name, rest
    if why := facts.shortage(run):
        yield "精准招商清单", why
    yield _BLANK
    yield "各表的用处", ""
    for name, said in described().items():
        yield name, said["use"].format(outcomes="、".join(words.OUTCOMES))
    yield _BLANK
    yield "依据等级", ""
    yield from _meaning(words.GRADES, words.GRADE_MEANING)


def _reading(run: "Run") -> Iterator[Line]:
    yield "怎样读得分", ""
    yield from packaged(__file__, "sheets.yaml")["scores"].items()
    yield _BLANK
    yield "各分项", ""
    weights = run.profile.weights.model_dump()
    total = math.fsum(weights.values())
    for part in parts_of(weights):
        yield part.title, f"权重{percent(weights[part.name] / total)}。{part.meaning}。"
    yield _BLANK
    yield "环节现状", ""
    yield from _meaning(words.STATUS, words.STATUS_MEANING)
    yield _BLANK
    yield "缺口类型", ""
    yield from _meaning(words.GAP_KINDS, words.GAP_MEANING)
    yield _BLANK
    yield "招引方式", ""
    yield from _meaning(words.WAYS, words.WAY_MEANING)


def _meaning(titles: Mapping[str, str], meanings: Mapping[str, str]) -> Iterator[Line]:
    yield from ((titles[key], f"{text}。") for key, text in meanings.items())
