"""The visit brief of one firm, for the officer on the train: two pages of Word, in Chinese.

It says what a run folder says, and asks what it does not: :func:`read_brief` puts the sentences
together, :func:`write_brief` sets them. The same folder gives the same bytes.
"""

import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from chainmatch.errors import OptionError, OutputError, RunError
from chainmatch.identity import find
from chainmatch.report.cards import sides
from chainmatch.report.files import check_folder, whole_file
from chainmatch.report.sheets import FONT, INK, TEAL
from chainmatch.report.words import (
    GAP_KINDS,
    GAP_MEANING,
    GAP_PARTS,
    GRADE_MEANING,
    GRADES,
    NO_ZONE,
    PARTS,
    RELATIONS,
    UNKNOWN,
    number,
    stage,
    unknown,
    word,
)
from chainmatch.runs import RunFolder
from chainmatch.scoring import COLUMN

Row = dict[str, Any]

_ALIKE = 0.98  # a name this near is taken for the firm itself
_NEAR = 0.5  # a name this near is proposed
_WELL = 0.6  # endowments from here on are named as a strength
_DAY = datetime(2026, 1, 1)  # fixed: the file must not say when it was written
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")  # no XML can hold these
_DOES = {"上游": "可向它供货", "下游": "可采购它的产品"}
_ASK = {
    "sector": "主营产品是什么，各占营业收入多少？",
    "region": "总部和工厂各在哪里？",
    "scale": "注册资本、上年营业收入和职工人数是多少？有无上市、专精特新、高新技术企业等称号？",
    "name": "在陕西有无关联企业、在建项目或老乡商会的联系？",
}


class Partner(NamedTuple):
    """A local firm beside the target: what it can do for it, its own node and evidence."""

    side: str
    name: str
    node: str
    quote: str


@dataclass(frozen=True)
class Brief:
    """What a visit brief says, section by section; every text is plain."""

    title: str
    place: str
    who: tuple[tuple[str, str], ...]
    why: tuple[str, ...]
    gap: str
    gap_parts: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]
    partners: tuple[Partner, ...]
    questions: tuple[str, ...]
    blanks: tuple[str, ...]


def write_brief(firm: str, run: str | Path, path: str | Path) -> None:
    """Write the visit brief of a firm (id or name) of a run folder as a .docx file.

    Raises OptionError if python-docx is missing, OutputError for another suffix or an unwritable
    place, RunError for a folder without a run or a firm that was not scored in it.
    """
    path = Path(path)
    if path.suffix.lower() != ".docx":
        raise OutputError(f"{path}：走访简报应以 .docx 结尾。")
    check_folder(path.parent)
    try:
        import docx
    except ImportError:
        raise OptionError(
            "写走访简报需要 python-docx，当前没有安装；请运行 pip install 'chainmatch[docx]'。"
        ) from None
    document = docx.Document()
    _Setter(document).set(read_brief(firm, run))
    with whole_file(path) as temporary:
        temporary.write_bytes(_same_bytes(document))


def read_brief(firm: str, run: str | Path) -> Brief:
    """Return what the brief of a firm says. Raises RunError as :func:`write_brief` does."""
    folder = RunFolder.open(run)
    row = _scored(firm.strip(), folder)
    gap = _first(folder.table("gaps"), "node", row["node"])
    kin = _records(folder.table("links"), "left_id", row["firm_id"])
    partners = tuple(_partners(row, folder.table("locals")))
    return Brief(
        title=row["name"],
        place=_place(row, folder),
        who=tuple(_who(row)),
        why=tuple(_why(row, gap, kin, partners, folder)),
        gap=_gap_text(row, gap),
        gap_parts=tuple((title, number(gap.get(part))) for part, title in GAP_PARTS.items()),
        parts=tuple((title, number(row[COLUMN[part]])) for part, title in PARTS.items()),
        partners=partners,
        questions=tuple(_questions(row, kin, partners)),
        blanks=tuple(_blanks(row)),
    )


# --- which firm ----------------------------------------------------------------------------------


def _scored(asked: str, folder: RunFolder) -> Row:
    """Return the row of the shortlist, else of the scores, with ``rank`` empty there."""
    scores = folder.table("scores")
    for name in (asked, _meant(asked, scores)):
        for table in (folder.table("shortlist"), scores):
            rows = _records(table, "firm_id", name) or _records(table, "name", name)
            if rows:
                return {"rank": math.nan} | rows[0]
    excluded = folder.table("excluded")
    rows = _records(excluded, "firm_id", asked) or _records(excluded, "name", asked)
    if rows:
        raise RunError(
            f"“{rows[0]['name']}”未通过准入条件“{rows[0]['gate']}”，没有评分，不写走访简报。"
            f"{rows[0]['why']}"
        )
    near = find(asked, scores[["firm_id", "name"]], limit=3)
    named = "、".join(near.loc[near["score"] >= _NEAR, "name"])
    raise RunError(
        f"“{asked}”不在这次运算的评分企业中。"
        + (f"名称相近的有：{named}。" if named else "请核对名称，或用 chainmatch explain 查询。")
    )


def _meant(asked: str, scores: pd.DataFrame) -> str:
    near = find(asked, scores[["firm_id", "name"]], limit=2)
    sure = near[near["score"] >= _ALIKE]
    return str(sure["firm_id"].iloc[0]) if len(sure) == 1 else ""


def _records(table: pd.DataFrame, column: str, value: str) -> list[Row]:
    found = table[table[column] == value].to_dict("records") if value else []
    return [{str(key): cell for key, cell in row.items()} for row in found]


def _first(table: pd.DataFrame, column: str, value: str) -> Row:
    return next(iter(_records(table, column, value)), {})


# --- what is said --------------------------------------------------------------------------------


def _place(row: Row, folder: RunFolder) -> str:
    county = folder.profile.name
    if unknown(row["rank"]):
        return f"{county}　未入选精准招商清单，得分 {number(row['score'])}"
    return f"{county}　精准招商清单第 {row['rank']:.0f} 位，得分 {number(row['score'])}"


def _who(row: Row) -> Iterator[tuple[str, str]]:
    yield "企业编号", row["firm_id"]
    yield "所在地", f"{row['region'] or UNKNOWN}（{row['zone'] or NO_ZONE}）"
    yield "环节", f"{row['node_name']}（契合度 {number(row['sector'])}）"
    yield "经营范围原文", f"“{row['evidence']}”"
    yield "依据等级", f"{word(GRADES, row['grade'])}：{word(GRADE_MEANING, row['grade'])}"


def _why(
    row: Row, gap: Row, kin: Sequence[Row], partners: Sequence[Partner], folder: RunFolder
) -> Iterator[str]:
    """Reasons that speak for the county in the firm's own eyes; honest if there is none."""
    found = [
        f"{side}有{'、'.join(names)}等本地企业，{_DOES.get(side, '可配套')}。"
        for side, names in sides(row["partner_firms"])
    ]
    found += [
        f"与本地企业{link['right_name']}是{word(RELATIONS, link['relation'])}关系，"
        f"可请其引荐（置信度 {link['confidence']:.0%}）。"
        for link in kin
    ]
    if not unknown(gap.get("feasibility")) and gap["feasibility"] >= _WELL:
        found.append(f"这一环节需要的要素条件较好（{number(gap['feasibility'])}）。")
    if row["zone"] in folder.profile.zones:
        found.append(f"所在片区“{row['zone']}”是本县招商的重点片区。")
    yield from found or ["从名单看，本县说得出的优势还没有；先想清楚能给什么，再登门。"]


def _gap_text(row: Row, gap: Row) -> str:
    kind = gap.get("kind", "")
    if not kind:
        return gap.get("why", "") or f"“{row['node_name']}”不是缺口。"
    head = f"{row['node_name']}（{stage(gap['stage'])}），{GAP_KINDS[kind]}：{GAP_MEANING[kind]}。"
    return f"{head}缺口得分 {number(gap['score'])}。{gap['why']}"


def _partners(row: Row, local: pd.DataFrame) -> Iterator[Partner]:
    for side, names in sides(row["partner_firms"]):
        for name in names:
            firm = _first(local, "name", name)
            yield Partner(side, name, firm.get("node_name", ""), firm.get("evidence", ""))


def _questions(row: Row, kin: Sequence[Row], partners: Sequence[Partner]) -> Iterator[str]:
    yield (
        f"经营范围写“{row['evidence']}”，现在是否自己在做？年产能和实际产量多少，占营业收入多少？"
    )
    yield "今后三年有无到外地建厂或扩产的打算？投资多少，几时开工，看过哪些地方，为什么没有定？"
    yield "一个项目最少要多少土地、厂房、用电、用水和工人？能耗和排放怎样？"
    sold = [p.name for p in partners if p.side == "下游"]
    bought = [p.name for p in partners if p.side == "上游"]
    if bought:
        yield f"原料现在从哪里来、什么价？{'、'.join(bought)}的货要满足什么条件才肯用？"
    if sold:
        yield f"产品卖给谁、运多远？{'、'.join(sold)}要的品种和数量能否供应？"
    for text in filter(None, row["weak_points"].split("；")):
        if text.startswith("要素短板"):
            yield f"本县{text}。少了这些能不能做，有无替代办法？"
    if kin:
        yield f"与{kin[0]['right_name']}的关系是否属实？两边谁说了算？"
    yield from (ask for part, ask in _ASK.items() if unknown(row[COLUMN[part]]))


def _blanks(row: Row) -> Iterator[str]:
    blank = [title for part, title in PARTS.items() if unknown(row[COLUMN[part]])]
    between = f"得分 {number(row['score'])}，区间 {number(row['low'])}～{number(row['high'])}"
    if blank:
        yield f"未知的分项：{'、'.join(blank)}。{between}；补上后区间收窄，得分可能升也可能降。"
    else:
        yield f"六个分项都已知，{between}。"
    if row["grade"] != "confirmed":
        yield "经营范围只说明登记了什么，不说明在做什么、做多大；没有主营产品或行业代码佐证。"
    yield "名单不含营业收入、负债、诉讼、环保处罚和投资意愿，走访前须另查。"
    yield "“本地伙伴”按经营范围推断，双方是否愿意做买卖尚未问过。"
    for text in filter(None, row["weak_points"].split("；")):
        yield f"薄弱点：{text}。"


# --- setting -------------------------------------------------------------------------------------


class _Setter:
    """Sets a brief into an empty python-docx document, A4, small margins, one font."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._page()
        for name in ("Normal", "Title", "Heading 1", "List Bullet", "List Number", "Table Grid"):
            self._font(document.styles[name])

    def set(self, brief: Brief) -> None:
        self.document.add_heading(_clean(f"走访简报：{brief.title}"), 0)
        self._text(brief.place)
        self._head("他们是谁")
        self._table(brief.who, (3.2, 14.0))
        self._head("他们为什么要来")
        self._list(brief.why, "List Bullet")
        self._head("补哪个缺口")
        self._text(brief.gap)
        self._text("　".join(f"{title} {value}" for title, value in brief.gap_parts))
        self._head("得分怎样来的")
        self._table([tuple(t for t, _ in brief.parts), tuple(v for _, v in brief.parts)],
                    (2.86,) * 6, titled=True)  # fmt: skip
        self._head("本地伙伴")
        if brief.partners:
            rows = [(p.side, p.name, p.node, p.quote) for p in brief.partners]
            head = ("方向", "本地企业", "主要环节", "这一环节的原文")
            self._table([head, *rows], (1.4, 5.8, 3.6, 6.4), titled=True)
        else:
            self._text("未发现直接的上下游本地企业。")
        self._head("要问什么")
        self._list(brief.questions, "List Number")
        self._head("我们还不知道什么")
        self._list(brief.blanks, "List Bullet")
        self._head("走访记录")
        self._table([("时间、地点", ""), ("对方", ""), ("结果与下一步", "")], (3.2, 14.0))

    def _page(self) -> None:
        from docx.shared import Cm

        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(1.9)
        section.top_margin = section.bottom_margin = Cm(1.6)

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
        style.font.size = Pt({"Title": 18, "Heading 1": 12.5}.get(name, 10.5))
        style.font.color.rgb = RGBColor.from_string((TEAL if headed else INK)[1:])
        if hasattr(style, "paragraph_format"):
            style.paragraph_format.space_before = Pt(9 if name == "Heading 1" else 0)
            style.paragraph_format.space_after = Pt(4)
            style.paragraph_format.line_spacing = 1.2

    def _head(self, text: str) -> None:
        self.document.add_heading(text, 1)

    def _text(self, text: str) -> None:
        self.document.add_paragraph(_clean(text))

    def _list(self, texts: Sequence[str], style: str) -> None:
        for text in texts:
            self.document.add_paragraph(_clean(text), style=style)

    def _table(
        self, rows: Sequence[Sequence[str]], widths: Sequence[float], *, titled: bool = False
    ) -> None:
        from docx.shared import Cm, Pt

        table = self.document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for index, row in enumerate(rows):
            for place, (cell, text) in enumerate(zip(table.rows[index].cells, row, strict=True)):
                cell.width = Cm(widths[place])
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_before = Pt(2)
                paragraph.paragraph_format.space_after = Pt(2 if any(row[1:]) else 26)
                run = paragraph.add_run(_clean(text))
                run.bold = (index == 0 if titled else place == 0) or None


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
