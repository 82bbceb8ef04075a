"""Sheets about the run itself: what it is and how to read it, and what was wrong with the lists."""

import math
from collections.abc import Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING

from chainmatch.parts import parts_of
from chainmatch.report import header_rows
from chainmatch.report.facts import doubts, home_name, inputs, shortage, sums
from chainmatch.report.sheets import Book, Field, lines_of
from chainmatch.schema.words import (
    GAP_KINDS,
    GAP_MEANING,
    GRADE_MEANING,
    GRADES,
    OUTCOMES,
    STATUS,
    STATUS_MEANING,
    WAY_MEANING,
    WAYS,
)
from chainmatch.util.rounding import percent

if TYPE_CHECKING:
    from chainmatch.run import Run

Line = tuple[str, str]  # term and prose; no prose: the heading of a section
_BLANK: Line = ("", "")
_WIDE = 62.0


def about(book: Book, run: "Run") -> None:
    """说明: where the workbook comes from and how its numbers are read, on one page."""
    title = f"{run.profile.name} 精准招商清单"
    made = f"由 chainmatch {run.manifest['version']} 离线生成，同样的输入得到同样的结果。"
    note = f"本地：{home_name(run)}。{made}"
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
    yield from (("请先核对", doubt) for doubt in doubts(run))
    yield "数据来源", ""
    for given in inputs(run):
        yield given.title, f"{given.file}（sha256 {given.digest}…）"
    yield _BLANK
    yield "一行不少", ""
    for text in sums(run):
        name, _, rest = text.partition(" ")
        yield name, rest
    if why := shortage(run):
        yield "精准招商清单", why
    yield _BLANK
    yield "各表的用处", ""
    yield from _SHEETS
    yield _BLANK
    yield "依据等级", ""
    yield from ((GRADES[key], f"{text}。") for key, text in GRADE_MEANING.items())


def _reading(run: "Run") -> Iterator[Line]:
    yield "怎样读得分", ""
    yield from _SCORES
    yield _BLANK
    yield "各分项", ""
    weights = run.profile.weights.model_dump()
    total = math.fsum(weights.values())
    for part in parts_of(weights):
        yield part.title, f"权重{percent(weights[part.name] / total)}。{part.meaning}。"
    yield _BLANK
    yield "环节现状", ""
    yield from ((STATUS[key], f"{text}。") for key, text in STATUS_MEANING.items())
    yield _BLANK
    yield "缺口类型", ""
    yield from ((GAP_KINDS[key], f"{text}。") for key, text in GAP_MEANING.items())
    yield _BLANK
    yield "招引方式", ""
    yield from ((WAYS[key], f"{text}。") for key, text in WAY_MEANING.items())


_SHEETS: tuple[Line, ...] = (
    (
        "目标企业清单",
        f"先走访哪些企业，凭什么。“结果”列走访后填（{'、'.join(OUTCOMES)}），交回即可。",
    ),
    ("发展机会清单", "哪些环节可招、值得招，有几家企业可列入，按得分排列。"),
    ("招商项目清单", "有项目、缺投资主体的线索，每个项目配最合适的企业。"),
    ("线索匹配", "有意愿无项目、有需求无门路的线索，配项目、缺口和企业。"),
    ("本地培育清单", "需本地培育的环节：很少有企业为它到外县落户。"),
    ("产业链现状", "全部环节，本地有谁、缺谁。"),
    ("链主企业", "本地带动力强的企业，可请其出面以商招商。"),
    ("走访计划", "清单按片区、省份、城市排列。"),
    ("排除清单", "未通过准入条件和重复的企业，每家写明原因和解除办法。"),
    ("数据问题", "没有读入的行、读入时发现的问题。"),
)
_SCORES: tuple[Line, ...] = (
    ("综合得分", "0 到 1，各分项的加权平均。只算已知的分项：未知不当作 0。"),
    ("得分区间", "未知的分项都取 0 是下限，都取 1 是上限。区间宽，说明缺信息，不说明企业差。"),
    (
        "稳定度",
        "各项权重都浮动 ±20%，试 200 次，该企业仍在清单的比例。低于 50% 的，取舍在两可之间。",
    ),
    ("空白格", "表示未知：名单没有给出，程序不作猜测。"),
)

_REJECTS = (
    Field("file", "文件", 34),
    Field("row", "行号", 9, "integer"),
    Field("why", "原因", 34, "wrap"),
    Field("text", "内容", 90, "wrap"),
)


def problems(book: Book, run: "Run") -> None:
    """数据问题: notes on the lists, then the rows that could not be read."""
    rejects, unread = header_rows.rejects(run, header_rows.SHEET), header_rows.unread(run)
    notes = [{"file": "县情配置", "why": "请先核对", "text": doubt} for doubt in doubts(run)]
    notes += [
        {"file": given.file, "why": "读入说明", "text": note}
        for given in inputs(run)
        for note in given.notes
    ]
    title = f"数据问题（说明{len(notes)}条，未读入{unread:,}行）"
    note = "先看各名单的读入说明，再看没有读入的行。行号与表格软件中的行号相同。"
    if len(rejects) < unread:
        note += f"每份名单只列前{header_rows.SHEET:,}行，全部见 rejects.csv。"
    sheet = book.sheet("数据问题", title, note)
    book.table(sheet, _REJECTS, [*notes, *rejects])
