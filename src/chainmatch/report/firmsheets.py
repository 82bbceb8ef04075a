"""Sheets of target firms: the shortlist, the visit plan, and who was left out and why."""

from collections import Counter
from typing import TYPE_CHECKING

from chainmatch.parts import PARTS
from chainmatch.report import header_rows
from chainmatch.report.facts import (
    Record,
    chain_names,
    duplicate_reason,
    gap_reasons,
    shortlisted,
    visit_plan,
)
from chainmatch.report.sheets import Book, Field
from chainmatch.schema.records import TEXTS
from chainmatch.schema.words import GRADES, INPUTS, OUTCOMES, word
from chainmatch.util.rounding import UNKNOWN

if TYPE_CHECKING:
    from chainmatch.run import Run

SHORTLIST = (
    Field("rank", "序号", 5.5, "integer"),
    Field("name", "企业名称", 22, "wrap"),
    Field("in_short", "一句话理由", 46, "wrap"),
    Field("region", "所在地区", 10, "wrap"),
    Field("zone", "片区", 8, "center"),
    Field("money", "注册资本", 12, "wrap"),
    Field("established", "成立日期", 11, "center"),
    Field("chain_name", "产业链", 9, "center"),
    Field("node_name", "环节", 13, "wrap"),
    Field("score", "综合得分", 9, "score", "bar"),
    Field("partner_firms", "本地伙伴", 26, "wrap"),
    Field("weak_points", "薄弱点", 28, "wrap"),
    Field("outcome", "结果", 9, "center"),
    Field("stability", "稳定度", 7.5, "share"),
    Field("grade", "依据等级", 8, "center"),
    Field("low", "得分下限", 6, "score"),
    Field("high", "得分上限", 6, "score"),
    *(Field(part.column, part.title, 8, "score", "scale") for part in PARTS),
    Field("evidence", "依据原文", 30),
    Field("reasons", "推荐理由", 60),
    Field("firm_id", "企业编号", 21),
)
_RESULT = next(i for i, field in enumerate(SHORTLIST) if field.key == "outcome")


def shortlist_rows(run: "Run") -> list[Record]:
    """Return the firms to visit."""
    chains = chain_names(run)
    return [
        _text(row) | {"chain_name": word(chains, row["chain"]), "grade": word(GRADES, row["grade"])}
        for row in shortlisted(run)
    ]


def _text(row: Record) -> Record:
    """Return a row with the records in its cells joined into text."""
    return row | {column: how(row[column]) for column, how in TEXTS.items()}


def shortlist(book: Book, run: "Run") -> None:
    """目标企业清单: the firms to visit, with a column for the outcome."""
    rows = shortlist_rows(run)
    note = (
        "走访后在“结果”列选填，连同企业编号原样交回，即可用于核对和改进。"
        "分项得分在右侧，空白表示未知。"
    )
    sheet = book.sheet("目标企业清单", f"目标企业清单（{len(rows)}家）", note)
    end = book.table(sheet, SHORTLIST, rows, frozen=2)
    for line in range(3, end):
        sheet.write_blank(line, _RESULT, None, book.formats["input"])
    if rows:
        sheet.data_validation(3, _RESULT, end - 1, _RESULT, _OUTCOME)
        sheet.print_area(0, 0, end - 1, _RESULT)


_OUTCOME = {
    "validate": "list",
    "source": list(OUTCOMES),
    "input_title": "走访结果",
    "input_message": "、".join(OUTCOMES),
    "error_title": "请从列表中选择",
    "error_message": f"只能填：{'、'.join(OUTCOMES)}。",
}

_VISITS = (
    Field("zone", "片区", 9, "center"),
    Field("province", "省份", 8, "center"),
    Field("city", "城市", 8, "center"),
    Field("rank", "清单序号", 7, "integer"),
    Field("name", "企业名称", 22, "wrap"),
    Field("node_name", "环节", 13, "wrap"),
    Field("score", "综合得分", 9, "score", "bar"),
    Field("in_short", "一句话理由", 42, "wrap"),
    Field("gap_why", "所补的环节", 42, "wrap"),
    Field("partner_firms", "可介绍的本地伙伴", 32, "wrap"),
    Field("weak_points", "走访时须核实", 20, "wrap"),
    Field("money", "注册资本", 11, "wrap"),
    Field("address", "注册地址", 22, "wrap"),
)


def visits(book: Book, run: "Run") -> None:
    """走访计划: the shortlist by zone, province and city."""
    reasons = gap_reasons(run)
    plan = visit_plan(run)
    rows = [
        _text(firm)
        | {"zone": stop.zone, "province": stop.province, "city": stop.city}
        | {"gap_why": reasons.get(firm["node"], ""), "money": firm["money"] or UNKNOWN}
        for stop in plan
        for firm in stop.firms
    ]
    zones = len({stop.zone for stop in plan})
    title = f"走访计划（{zones}个片区，{len(plan)}个城市，{len(rows)}家）"
    note = "按片区的优先程度、省份、城市排列，同一城市的企业可一次走访。城市不详的须先核实地址。"
    sheet = book.sheet("走访计划", title, note)
    book.table(sheet, _VISITS, rows, frozen=5)


_EXCLUDED = (
    Field("name", "企业名称", 40, "wrap"),
    Field("gate", "未通过条件", 15, "center"),
    Field("why", "原因和解除办法", 92, "wrap"),
    Field("firm_id", "企业编号", 21),
    Field("list", "名单", 14, "center"),
)


def excluded(book: Book, run: "Run") -> None:
    """排除清单: firms that failed a gate, and rows that repeat another one."""
    out = [
        row | {"list": INPUTS["targets"]} for row in header_rows.excluded(run, header_rows.SHEET)
    ]
    again = [
        {**row, "gate": "重复", "why": duplicate_reason(row)}
        for row in header_rows.repeated(run, header_rows.SHEET)
    ]
    often = header_rows.gates(run) + Counter({"重复": header_rows.repeats(run)})
    rows = sorted([*out, *again], key=lambda row: (often[row["gate"]], row["gate"]))
    stopped = header_rows.gates(run).total()
    title = f"排除清单（未通过准入条件{stopped:,}家，重复{often['重复']:,}行）"
    note = "少见的条件排在前面；“未通过条件”可以筛选。如认为有误，按“解除办法”更正后重新运算。"
    last, many = often.most_common(1)[0] if often else ("", 0)
    if header_rows.is_cut(run, header_rows.SHEET):
        note += f"每项只列前{header_rows.SHEET:,}家，全部见 excluded.csv 和 duplicates.csv。"
    if many > _TOO_MANY:
        note += f"打印时略去排在最后的“{last}”{many:,}家。"
    sheet = book.sheet("排除清单", title, note)
    sheet.set_default_row(15)
    end = book.table(sheet, _EXCLUDED, rows, frozen=1)
    if many > _TOO_MANY:
        listed = sum(row["gate"] == last for row in rows)
        sheet.print_area(0, 0, max(2, end - 1 - listed), len(_EXCLUDED) - 1)


_TOO_MANY = 300  # firms under one gate whose names nobody wants on paper
