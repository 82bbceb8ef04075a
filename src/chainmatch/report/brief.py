"""The visit brief of one firm, for the officer on the train: two pages of Word, in Chinese.

It says what a run folder says, and asks what it does not: :func:`read_brief` puts the sentences
together, :func:`write_brief` has them set. The same folder gives the same bytes.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from chainmatch.decision.scoring import COLUMN
from chainmatch.errors import OptionError, OutputError, RunError
from chainmatch.identity.search import find
from chainmatch.report.cards import sides
from chainmatch.report.docx_layout import set_brief
from chainmatch.report.runs import RunFolder
from chainmatch.report.words import (
    GAP_KINDS,
    GAP_MEANING,
    GAP_PARTS,
    GRADE_MEANING,
    GRADES,
    NO_ZONE,
    PARTS,
    RELATIONS,
    number,
    stage,
    unknown,
    word,
)
from chainmatch.util.atomic import check_folder, whole_file
from chainmatch.util.rounding import UNKNOWN, percent

Row = dict[str, Any]

_ALIKE = 0.98  # a name this near is taken for the firm itself
_NEAR = 0.5  # a name this near is proposed
_WELL = 0.6  # endowments from here on are named as a strength
_DOES = {"上游": "可向它供货", "下游": "可采购它的产品"}
_ASK = {
    "sector": "主营产品是什么，各占营业收入多少？",
    "region": "总部和工厂各在哪里？",
    "scale": "注册资本、上年营业收入和职工人数是多少？有无上市、专精特新、高新技术企业等称号？",
    "name": "在{home}有无关联企业、在建项目或老乡商会的联系？",
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
        import docx  # noqa: F401
    except ImportError:
        raise OptionError(
            "写走访简报需要 python-docx，当前没有安装；请运行 pip install 'chainmatch[docx]'。"
        ) from None
    found = set_brief(read_brief(firm, run))
    with whole_file(path) as temporary:
        temporary.write_bytes(found)


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
        questions=tuple(_questions(row, kin, partners, folder.profile.home.province)),
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
    yield "经营范围原文", f"“{row['evidence']}”" if row["evidence"] else UNKNOWN
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
        f"可请其引荐（置信度 {percent(link['confidence'])}）。"
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
    where = stage(gap["stage"]) or UNKNOWN
    head = f"{row['node_name']}（{where}），{GAP_KINDS[kind]}：{GAP_MEANING[kind]}。"
    return f"{head}缺口得分 {number(gap['score'])}。{gap['why']}"


def _partners(row: Row, local: pd.DataFrame) -> Iterator[Partner]:
    for side, names in sides(row["partner_firms"]):
        for name in names:
            firm = _first(local, "name", name)
            quote = _short(firm.get("evidence", ""))
            yield Partner(side, name, firm.get("node_name", ""), quote)


def _short(text: str, most: int = 36) -> str:
    """Cut a quote so that its row stays within two lines; the run folder has it whole."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _questions(
    row: Row, kin: Sequence[Row], partners: Sequence[Partner], home: str
) -> Iterator[str]:
    does = f"经营范围写“{row['evidence']}”" if row["evidence"] else f"“{row['node_name']}”"
    yield f"{does}，现在是否自己在做？年产能和实际产量多少，占营业收入多少？"
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
    for part, ask in _ASK.items():
        if unknown(row[COLUMN[part]]):
            yield ask.format(home=home)


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
