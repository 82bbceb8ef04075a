"""Sheets of the leads: projects that want an investor, and all other leads."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chainmatch.leads import PROJECT
from chainmatch.report.facts import LeadCase, Record, lead_cases
from chainmatch.report.facts import projects as project_cases
from chainmatch.report.sheets import Book, Field
from chainmatch.schema.words import PARTNERS, number, word

if TYPE_CHECKING:
    from chainmatch.run import Run

PROJECTS = (
    Field("lead_id", "线索编号", 10, "center"),
    Field("title", "项目", 22, "wrap"),
    Field("text", "内容", 40, "wrap"),
    Field("industry", "所属产业", 10, "center"),
    Field("region", "所在地区", 12, "wrap"),
    Field("amount", "金额（万元）", 11, "money"),
    Field("nodes", "涉及环节", 16, "wrap"),
    Field("targets", "推荐企业（匹配度）和依据", 78, "wrap"),
    Field("wills", "可对接的投资意愿", 24, "wrap"),
)


def project_rows(run: "Run") -> list[Record]:
    """Return each project with the firms and wills that fit it best."""
    return [
        case.lead
        | {"nodes": case.matches[0]["nodes"] if case.matches else ""}
        | {"targets": _firms(case), "wills": _wills(case.matches)}
        for case in project_cases(lead_cases(run))
    ]


def projects(book: Book, run: "Run") -> None:
    """招商项目清单: the projects among the leads."""
    rows = project_rows(run)
    note = (
        "有项目无投资主体的线索。匹配度综合环节契合、用词、投资规模、片区和本地配套，"
        "“弱匹配”须先核实。"
    )
    sheet = book.sheet("招商项目清单", f"招商项目清单（{len(rows)}个）", note)
    book.table(sheet, PROJECTS, rows, frozen=2)


def _firms(case: LeadCase) -> str:
    found = [row for row in case.matches if row["partner_kind"] == "target"]
    if not found:
        return "；".join(row["why"] for row in case.matches if not row["partner_kind"])
    return "\n".join(
        f"{place}. {row['partner_name']}（{number(row['score'])}）{row['why']}"
        for place, row in enumerate(found, start=1)
    )


def _wills(matches: Iterable[Record]) -> str:
    return "\n".join(
        f"{row['partner_id']} {row['partner_name']}"
        for row in matches
        if row["partner_kind"] == "lead"
    )


_MATCHES = (
    Field("lead_id", "线索编号", 10, "center"),
    Field("kind", "线索类型", 16, "center"),
    Field("title", "标题", 28, "wrap"),
    Field("nodes", "涉及环节", 26, "wrap"),
    Field("rank", "序号", 6, "integer"),
    Field("partner", "对象类型", 11, "center"),
    Field("partner_name", "推荐对象", 34, "wrap"),
    Field("score", "匹配度", 9, "score", "bar"),
    Field("why", "说明", 70, "wrap"),
)


def matches(book: Book, run: "Run") -> None:
    """线索匹配: wills and needs with the partners proposed for them."""
    others = [case for case in lead_cases(run) if case.lead["kind"] != PROJECT]
    rows = [
        row | {"partner": word(PARTNERS, row["partner_kind"]) or "未匹配"}
        for case in others
        for row in case.matches
    ]
    note = "有意愿的配项目、缺口和本地企业；有需求的先配本地企业，再配目标企业。"
    sheet = book.sheet("线索匹配", f"线索匹配（{len(others)}条线索）", note)
    book.table(sheet, _MATCHES, rows, frozen=3)
