"""A visit brief set as a Word file: two pages of A4, one to read, one to take to the table."""

import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from chainmatch.report.book import FONT, INK, PALE, RULE, TEAL

if TYPE_CHECKING:
    from chainmatch.report.brief import Brief

_DAY = datetime(2026, 1, 1)  # fixed: the file must not say when it was written
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")  # no XML can hold these
_STYLES = ("Normal", "Title", "Heading 1", "List Bullet", "List Number", "Table Grid", "Footer")
_SIZES = {"Title": 18, "Heading 1": 12.5, "Footer": 8.5}
_WIDTH = 17.2  # of the text, in centimetres


def set_brief(brief: "Brief") -> bytes:
    """Return a brief as the bytes of a .docx file; needs python-docx. The same again each time."""
    import docx

    document = docx.Document()
    _Setter(document).set(brief)
    return _same_bytes(document)


class _Setter:
    """Sets a brief into an empty python-docx document, A4, small margins, one font."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._page()
        for name in _STYLES:
            self._font(document.styles[name])
        self._rule_below_title()

    def set(self, brief: "Brief") -> None:
        self.document.add_heading(_clean(f"走访简报：{brief.title}"), 0)
        self._text(brief.place)
        self._footer(brief)
        self._head("他们是谁")
        self._table(brief.who, (3.2, 14.0))
        self._head("他们为什么要来")
        self._list(brief.why, "List Bullet")
        self._head("补哪个缺口")
        self._text(brief.gap)
        self._text("　".join(f"{title} {value}" for title, value in brief.gap_parts))
        self._head("得分怎样来的")
        columns = len(brief.parts) or 1
        self._table([tuple(t for t, _ in brief.parts), tuple(v for _, v in brief.parts)],
                    (_WIDTH / columns,) * columns, titled=True)  # fmt: skip
        self._head("本地伙伴")
        if brief.partners:
            rows = [(p.side, p.name, p.node, p.quote) for p in brief.partners]
            head = ("方向", "本地企业", "主要环节", "写明的原文")
            self._table([head, *rows], (1.3, 6.3, 4.3, 5.3), titled=True)
        else:
            self._text("本地名单里没有写明其上下游产品的企业。")
        self._head("要问什么", page=True)
        self._list(brief.questions, "List Number")
        self._head("我们还不知道什么")
        self._list(brief.blanks, "List Bullet")
        self._head("走访记录")
        self._table(
            [("时间、地点", ""), ("对方", ""), ("谈了什么", ""), ("结果与下一步", "")],
            (3.2, 14.0),
            heights=(1.1, 1.1, 5.0, 2.6),
        )

    def _page(self) -> None:
        from docx.shared import Cm

        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm((21.0 - _WIDTH) / 2)
        section.top_margin = section.bottom_margin = Cm(1.6)
        section.footer_distance = Cm(0.8)

    def _font(self, style: Any) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        name = style.name
        style.font.name = FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in [k for k in fonts.attrib if k.endswith("Theme")]:
            del fonts.attrib[key]
        for kind in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(kind), FONT)
        headed = name in ("Title", "Heading 1")
        style.font.size = Pt(_SIZES.get(name, 10.5))
        style.font.bold = headed or None
        style.font.color.rgb = RGBColor.from_string((TEAL if headed else INK)[1:])
        if hasattr(style, "paragraph_format"):
            style.paragraph_format.space_before = Pt(9 if name == "Heading 1" else 0)
            style.paragraph_format.space_after = Pt(4)
            style.paragraph_format.line_spacing = 1.2

    def _rule_below_title(self) -> None:
        """The template's rule below a title is blue; ours has the colour of the other files."""
        from docx.oxml.ns import qn

        for rule in self.document.styles["Title"].element.iter(qn("w:bottom")):
            for key in [k for k in rule.attrib if "theme" in k]:
                del rule.attrib[key]
            rule.set(qn("w:color"), TEAL[1:])

    def _footer(self, brief: "Brief") -> None:
        """Name of the firm and number of the page, for the stack of paper in the car."""
        from docx.enum.text import WD_TAB_ALIGNMENT
        from docx.shared import Cm

        paragraph = self.document.sections[0].footer.paragraphs[0]
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
        for stop in list(self.document.styles["Footer"].paragraph_format.tab_stops):
            if stop.position != Cm(_WIDTH):
                paragraph.paragraph_format.tab_stops.add_tab_stop(
                    stop.position, WD_TAB_ALIGNMENT.CLEAR
                )
        paragraph.add_run(_clean(f"{brief.title}\t第 "))
        _field(paragraph, "PAGE")
        paragraph.add_run(" 页，共 ")
        _field(paragraph, "NUMPAGES")
        paragraph.add_run(" 页")

    def _head(self, text: str, *, page: bool = False) -> None:
        self.document.add_heading(text, 1).paragraph_format.page_break_before = page or None

    def _text(self, text: str) -> None:
        self.document.add_paragraph(_clean(text))

    def _list(self, texts: Sequence[str], style: str) -> None:
        for text in texts:
            self.document.add_paragraph(_clean(text), style=style)

    def _table(
        self,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        titled: bool = False,
        heights: Sequence[float] = (),
    ) -> None:
        from docx.shared import Cm, Pt

        table = self.document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
        table.autofit = False
        _rules(table)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for line, height in zip(table.rows, heights, strict=False):
            line.height = Cm(height)
        for index, row in enumerate(rows):
            for place, (cell, text) in enumerate(zip(table.rows[index].cells, row, strict=True)):
                cell.width = Cm(widths[place])
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_before = Pt(2)
                paragraph.paragraph_format.space_after = Pt(2)
                paragraph.paragraph_format.line_spacing = 1.1
                run = paragraph.add_run(_clean(text))
                run.font.size = Pt(9.5)
                if index == 0 if titled else place == 0:
                    run.bold = True
                    _shade(cell)


def _rules(table: Any) -> None:
    """Thin grey rules, and the left edge of the table in line with the text."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        rule = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", RULE[1:])):
            rule.set(qn(f"w:{key}"), value)
        borders.append(rule)
    inset = OxmlElement("w:tblInd")
    inset.set(qn("w:w"), "108")  # the inner margin of a cell, which stands out else
    inset.set(qn("w:type"), "dxa")
    properties = table._tbl.tblPr
    layout = properties.find(qn("w:tblLayout"))
    for element in (inset, borders):  # the order that the format demands
        layout.addprevious(element)


def _shade(cell: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", PALE[1:])):
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _field(paragraph: Any, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    paragraph._p.append(field)


def _clean(text: str) -> str:
    """Leave out control characters, which no Word file can hold."""
    return _CONTROL.sub("", text)


def _same_bytes(document: Any) -> bytes:
    """Save a document with fixed properties, its parts packed in order under a fixed date."""
    properties = document.core_properties
    properties.title, properties.author = "走访简报", "chainmatch"
    properties.last_modified_by, properties.comments = "chainmatch", ""
    properties.created = properties.modified = _DAY
    properties.revision = 1
    saved, packed = BytesIO(), BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(packed, "w") as file:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            file.writestr(entry, parts.read(name))
    return packed.getvalue()
