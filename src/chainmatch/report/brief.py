"""The visit brief of one firm, for the officer on the train: two pages of Word, in Chinese.

It says what a run folder says, and asks what it does not: :func:`read_brief` puts the sentences
together (template ``brief.txt``), :func:`write_brief` sets them: a Word file is a handful of XML
files packed together, and those stand as templates in ``brief/``. The same folder gives the same
bytes.
"""

import math
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from chainmatch.errors import OutputError, RunError
from chainmatch.identity.search import meant
from chainmatch.parts import gap_parts_of
from chainmatch.report.book import FONT, INK, PALE, RULE, TEAL
from chainmatch.report.runs import RunFolder
from chainmatch.report.templates import environment
from chainmatch.run import Run
from chainmatch.schema.records import BUYER, SUPPLIER, points_text
from chainmatch.schema.words import GRADE_MEANING, GRADES, NO_ZONE, node, number, unknown, word
from chainmatch.util.atomic import check_folder, whole_file
from chainmatch.util.missing import plain
from chainmatch.util.rounding import UNKNOWN

Row = dict[str, Any]

_WELL = 0.6  # endowments from here on are named as a strength
_WORD_FILES = (
    "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/_rels/document.xml.rels",
    "word/document.xml", "word/footer.xml", "word/numbering.xml", "word/settings.xml",
    "word/styles.xml",
)  # fmt: skip
_WIDTH = 9751  # of the text, in twentieths of a point
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")  # no XML can hold these


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

    def as_dict(self) -> dict[str, Any]:
        """Return the brief as plain data, for JSON."""
        told: dict[str, Any] = plain(vars(self))
        return told


def write_brief(firm: str, run: Run | str | Path, path: str | Path) -> None:
    """Write the visit brief of a firm (id or name) as a .docx file.

    ``run`` is the folder of a run, or what :func:`chainmatch.rank` returned.

    Raises OutputError for another suffix or an unwritable place, RunError for a folder without a
    run or a firm that was not scored in it.
    """
    path = Path(path)
    if path.suffix.lower() != ".docx":
        raise OutputError(f"{path}：走访简报应以 .docx 结尾。")
    check_folder(path.parent)
    found = word_file(read_brief(firm, run))
    with whole_file(path) as temporary:
        temporary.write_bytes(found)


def word_file(brief: Brief) -> bytes:
    """Return a brief as the bytes of a .docx file, its parts packed in order under one date."""
    colours = {"ink": INK, "pale": PALE, "rule": RULE, "teal": TEAL}
    look = {name: colour.lstrip("#") for name, colour in colours.items()}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in _WORD_FILES:
            template = environment().get_template(f"brief/{name}")
            text = template.render(brief=brief, font_name=FONT, width=_WIDTH, **look)
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            file.writestr(entry, _CONTROL.sub("", text))
    return packed.getvalue()


def read_brief(firm: str, run: Run | str | Path) -> Brief:
    """Return what the brief of a firm says. Raises RunError as :func:`write_brief` does."""
    folder = RunFolder.open(run)
    row = _scored(firm.strip(), folder)
    gap = _first(folder.table("gaps"), "node", row["node"])
    partners = tuple(_partners(row, folder.table("locals")))
    said: Any = environment().get_template("brief.txt").make_module(
        {
            "row": row,
            "gap": {"kind": "", "why": "", "feasibility": None} | gap,
            "kin": _records(folder.table("links"), "left_id", row["firm_id"]),
            "named": {s: [p.name for p in partners if p.side == s] for s in (SUPPLIER, BUYER)},
            "parts": folder.parts,
            "here": {part.title for part in folder.parts if part.here},
            "weak": {point.title: point.text for point in row["weak_points"]},
            "blank": [part.title for part in folder.parts if unknown(row[part.column])],
            "zones": folder.profile.zones,
            "well": _WELL,
            "points_text": points_text,
        }
    )  # fmt: skip
    return Brief(
        title=row["name"],
        place=_place(row, folder),
        who=tuple(_who(row, folder.registered(row["firm_id"]))),
        why=_lines(said.why()) or ("从名单看，本县说得出的优势还没有；先想清楚能给什么，再登门。",),
        gap="".join(_lines(said.fills())),
        gap_parts=tuple(
            (part.title, number(gap.get(part.column))) for part in gap_parts_of(folder.gap_weights)
        ),
        parts=tuple((part.title, number(row[part.column])) for part in folder.parts),
        partners=partners,
        questions=_lines(said.questions()),
        blanks=_lines(said.blanks()),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split("\n")))


# --- which firm ----------------------------------------------------------------------------------


def _scored(asked: str, folder: RunFolder) -> Row:
    """Return the row of the shortlist, else of the scores, with ``rank`` empty there."""
    scores = folder.table("scores")
    if row := _row_of(asked, folder.table("shortlist"), scores):
        return row
    sure, near = meant(asked, scores)
    if sure:
        return _row_of(sure.firm_id, folder.table("shortlist"), scores)
    if row := _row_of(asked, folder.table("excluded")):
        raise RunError(
            f"“{row['name']}”未通过准入条件“{row['gate']}”，没有评分，不写走访简报。{row['why']}"
        )
    named = "、".join(found.name for found in near[:3])
    raise RunError(
        f"“{asked}”不在这次运算的评分企业中。"
        + (f"名称相近的有：{named}。" if named else "请核对名称，或用 chainmatch explain 查询。")
    )


def _row_of(asked: str, *tables: pd.DataFrame) -> Row:
    """Return the first row of a firm id or an exact name; empty if there is none."""
    rows = (_first(t, "firm_id", asked) or _first(t, "name", asked) for t in tables)
    found = next(filter(None, rows), {})
    return {"rank": math.nan} | found if found else {}


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


def _who(row: Row, registered: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "企业编号", row["firm_id"]
    yield "所在地", f"{row['region'] or UNKNOWN}（{row['zone'] or NO_ZONE}）"
    yield from ((title, text or UNKNOWN) for title, text in registered.items())
    yield "环节", node(row["node_name"])
    yield "经营范围原文", f"“{row['evidence']}”" if row["evidence"] else UNKNOWN
    yield "依据等级", f"{word(GRADES, row['grade'])}：{word(GRADE_MEANING, row['grade'])}"


def _partners(row: Row, local: pd.DataFrame) -> Iterator[Partner]:
    for partner in row["partner_firms"]:
        firm = _first(local, "name", partner.name)
        quote = _short(partner.phrase or firm.get("evidence", ""))
        yield Partner(partner.side, partner.name, firm.get("node_name", ""), quote)


def _short(text: str, most: int = 36) -> str:
    """Cut a quote so that its row stays within two lines; the run folder has it whole."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
