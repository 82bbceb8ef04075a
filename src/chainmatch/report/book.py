"""How a sheet of the workbook is laid out, so that it can be read and printed."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

from chainmatch.schema.words import OUTCOMES, unknown
from chainmatch.util.rounding import ten_digits

Style = Literal["text", "wrap", "center", "score", "share", "integer", "money", "input"]
Paint = Literal["", "bar", "open bar", "scale"]  # 0…1, 0…largest, 0…1

FONT = "Microsoft YaHei"
INK, TEAL, PALE, RUST, RULE = "#14282B", "#0D4F54", "#E2F0EE", "#9C3D12", "#C3CFD0"
_LINE = 14.5  # height of one line of text, in points
_ROW = 19.0  # height of a row of one line
_NARROW = re.compile(r"[\x00-\u2e7f]+")  # what stands before the Chinese signs and characters
_MOST = 27  # lines of one row: a spreadsheet has no row higher than 409 points
_STYLES: dict[Style, dict[str, Any]] = {
    "text": {},
    "wrap": {"text_wrap": True},
    "center": {"align": "center"},
    "score": {"num_format": "0.00", "align": "center"},
    "share": {"num_format": "0%", "align": "center"},
    "integer": {"num_format": "#,##0", "align": "center"},
    "money": {"num_format": "#,##0.##"},
}
_OUTCOME = {
    "validate": "list",
    "source": list(OUTCOMES),
    "input_title": "走访结果",
    "input_message": "、".join(OUTCOMES),
    "error_title": "请从列表中选择",
    "error_message": f"只能填：{'、'.join(OUTCOMES)}。",
}

# Bars of the first kind: those of 2010 need an extension that other programs warn of and drop.
_SPAN = {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1}
_BAR = {"type": "data_bar", "bar_color": "#9FCBC7", "min_length": 0, "max_length": 100, **_SPAN}
_OPEN_BAR = {**_BAR, "max_type": "max"}
_SCALE = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#8FBDB9", **_SPAN}


class Field(NamedTuple):
    """One column of a sheet: key in the rows, title, width in Latin characters."""

    key: str
    title: str
    width: float
    style: Style = "text"
    paint: Paint = ""


@dataclass(frozen=True)
class Book:
    """A workbook that is being written, with its formats."""

    book: Any

    @cached_property
    def formats(self) -> dict[str, Any]:
        """Formats by name: one for each style, and those of titles and prose."""
        cell = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter",
                "border": 1, "border_color": RULE}  # fmt: skip
        free = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "top"}
        own = {
            "head": {**cell, "bold": True, "font_color": "#FFFFFF", "bg_color": TEAL,
                     "align": "center", "text_wrap": True},
            "input": {**cell, "bg_color": "#FFF8E5", "align": "center", "locked": False},
            "title": {**free, "font_size": 16, "bold": True, "font_color": TEAL,
                      "valign": "vcenter"},
            "note": {**free, "font_color": "#4D5F62", "valign": "vcenter"},
            "section": {**free, "font_size": 12, "bold": True, "font_color": TEAL,
                        "bottom": 2, "bottom_color": TEAL, "valign": "vcenter"},
            "term": {**free, "bold": True, "text_wrap": True, "valign": "vcenter"},
            "prose": {**free, "text_wrap": True, "valign": "vcenter"},
            "strong": {**cell, "bg_color": TEAL, "font_color": "#FFFFFF", "align": "center"},
            "present": {**cell, "bg_color": "#9FCBC7", "align": "center"},
            "weak": {**cell, "bg_color": PALE, "align": "center"},
            "missing": {**cell, "font_color": RUST, "bold": True, "align": "center"},
            "no-data": {**cell, "bg_color": "#EFEFEC", "font_color": "#4D5759",
                        "italic": True, "align": "center"},
        }  # fmt: skip
        styles: dict[str, dict[str, Any]] = {
            str(style): {**cell, **extra} for style, extra in _STYLES.items()
        }
        return {name: self.book.add_format(spec) for name, spec in {**styles, **own}.items()}

    def sheet(self, name: str, title: str, note: str, *, pages: int = 0) -> Any:
        """Add a sheet, A4 landscape, one page wide, with title, note and page numbers.

        ``pages`` limits how many pages it prints on; 0 for as many as it takes.
        """
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, pages)
        sheet.hide_gridlines(2)
        sheet.set_default_row(_ROW)
        sheet.set_footer("&L&8&F · &A&R&8第 &P 页，共 &N 页")
        sheet.set_row(0, 28)
        sheet.write_string(0, 0, title, self.formats["title"])
        sheet.set_row(1, 20)
        sheet.write_string(1, 0, note, self.formats["note"])
        return sheet

    def table(
        self,
        sheet: Any,
        fields: Sequence[Field],
        rows: Iterable[Mapping[str, Any]],
        *,
        top: int = 2,
        frozen: int = 0,
        status: str = "",
    ) -> int:
        """Write a table under a header that stays in sight; return the row behind it.

        ``frozen`` columns stay too. The cells of the field ``status`` have the format that the
        ``status`` of their row names. In a field to be filled in an outcome can be chosen.
        """
        sheet.set_row(top, 30)
        for column, field in enumerate(fields):
            sheet.write_string(top, column, field.title, self.formats["head"])
            sheet.set_column(column, column, field.width)
        line = top + 1
        for row in rows:
            lines = 1
            for column, field in enumerate(fields):
                value = row.get(field.key)
                style = str(row["status"]) if field.key == status else field.style
                self.cell(sheet, line, column, value, style if style in self.formats else "text")
                if field.style == "wrap" and isinstance(value, str):
                    lines = max(lines, lines_of(value, field.width))
            if lines > 1:
                sheet.set_row(line, _ROW + _LINE * (min(lines, _MOST) - 1))
            line += 1
        last = max(line - 1, top + 1)
        sheet.freeze_panes(top + 1, frozen)
        sheet.autofilter(top, 0, last, len(fields) - 1)
        sheet.repeat_rows(top)
        for column, field in enumerate(fields):
            self._paint(sheet, field, top + 1, last, column)
            if field.style == "input" and line > top + 1:
                sheet.data_validation(top + 1, column, last, column, _OUTCOME)
        return line

    def cell(self, sheet: Any, line: int, column: int, value: Any, style: str) -> None:
        """Write one cell; text is always stored as text, an unknown value leaves it empty."""
        form = self.formats[style]
        if isinstance(value, str) and value:
            sheet.write_string(line, column, value, form)
        elif unknown(value):
            sheet.write_blank(line, column, None, form)
        else:
            sheet.write_number(line, column, ten_digits(value), form)

    def _paint(self, sheet: Any, field: Field, first: int, last: int, column: int) -> None:
        if field.paint:
            rule = {"bar": _BAR, "open bar": _OPEN_BAR, "scale": _SCALE}[field.paint]
            sheet.conditional_format(first, column, last, column, dict(rule))


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a column; a Chinese character is two Latin ones."""
    room = max(1.0, width - 1.0)
    return sum(max(1, math.ceil(cells(part) / room)) for part in text.split("\n"))


def cells(text: str) -> float:
    """Return the width of a text in Latin characters."""
    wide = len(_NARROW.sub("", text))
    return 1.95 * wide + 1.1 * (len(text) - wide)
