"""What stands on each sheet of the workbook; ``sheets.yaml`` says under which title and columns.

One function a sheet returns its rows, best first, and what its title and note count. The lists that
an office expects (三个清单 and what is to be grown here) are some of these sheets.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch.leads import PROJECT
from chainmatch.parts import GAP_PARTS, PARTS
from chainmatch.report import facts, limits
from chainmatch.report.book import Field
from chainmatch.report.facts import LeadCase, Record
from chainmatch.report.opportunities import opportunities
from chainmatch.report.visits import visit_plan
from chainmatch.schema.records import TEXTS
from chainmatch.schema.words import (
    GAP_KINDS,
    GAP_MEANING,
    GRADES,
    INPUTS,
    PARTNERS,
    STATUS,
    STATUS_MEANING,
    WAYS,
    number,
    stage,
    word,
)
from chainmatch.util.resources import packaged
from chainmatch.util.rounding import UNKNOWN

if TYPE_CHECKING:
    from chainmatch.run import Run

_TOO_MANY = 300  # firms under one gate whose names nobody wants on paper


@dataclass(frozen=True)
class Rows:
    """The rows of a sheet, what its title and note count, and how many rows go on paper (all)."""

    rows: list[Record]
    counted: dict[str, Any] = field(default_factory=dict)
    printed: int | None = None


def described() -> dict[str, dict[str, Any]]:
    """Return what ``sheets.yaml`` says of each sheet, in their order."""
    found: dict[str, dict[str, Any]] = packaged(__file__, "sheets.yaml")["sheets"]
    return found


def fields_of(sheet: str) -> list[Field]:
    """Return the columns of a sheet."""
    return list(_fields(described()[sheet]["fields"]))


def _fields(said: Iterable[Any]) -> Iterator[Field]:
    parts = {"parts": (PARTS, 8), "gap parts": (GAP_PARTS, 9)}
    for one in said:
        if isinstance(one[0], list):
            yield from _fields(one)
        elif one[0] in parts:
            own, width = parts[one[0]]
            yield from (Field(part.column, part.title, width, "score", "scale") for part in own)
        else:
            yield Field(*one)


def office_lists(run: "Run") -> dict[str, pd.DataFrame]:
    """Return the lists of an office by name, under the titles that it expects."""
    found = {}
    for name, said in described().items():
        if "file" in said:
            fields = fields_of(name)
            rows = [[row.get(field.key) for field in fields] for row in ROWS[name](run).rows]
            found[name] = pd.DataFrame(rows, columns=[field.title for field in fields])
    return found


# --- target firms --------------------------------------------------------------------------------


def _shortlist(run: "Run") -> Rows:
    """The firms to visit, with a column for the outcome."""
    chains = facts.chain_names(run)
    return Rows([_named(_text(row), chains) for row in facts.shortlisted(run)])


def _text(row: Record) -> Record:
    """Return a row with the records in its cells joined into text."""
    return row | {column: how(row[column]) for column, how in TEXTS.items()}


def _named(row: Record, chains: dict[str, str]) -> Record:
    return row | {"chain_name": word(chains, row["chain"]), "grade": word(GRADES, row["grade"])}


def _visits(run: "Run") -> Rows:
    """The shortlist by journey and city, in the order of the way."""
    reasons, plan = facts.gap_reasons(run), visit_plan(run)
    rows = [
        _text(firm)
        | {"journey": journey.name, "stop": number, "km": stop.km, "day": stop.day}
        | {"province": stop.province, "city": stop.city}
        | {"gap_why": reasons.get(firm["node"], ""), "money": firm["money"] or UNKNOWN}
        for journey in plan
        for number, stop in enumerate(journey.stops, start=1)
        for firm in stop.firms
    ]
    told = "；".join(
        f"{journey.name}{journey.visited}家、来回直线约{journey.km:,.0f}公里、约{journey.days}天"
        for journey in plan
    )
    counted = {"journeys": len(plan), "cities": sum(len(j.stops) for j in plan), "told": told}
    return Rows(rows, counted | run.profile.travel.model_dump())


def _excluded(run: "Run") -> Rows:
    """Firms that failed a gate and rows that repeat another one, what is rare first."""
    out = [row | {"list": INPUTS["targets"]} for row in limits.excluded(run, limits.SHEET)]
    again = [
        {**row, "gate": "重复", "why": facts.duplicate_reason(row)}
        for row in limits.repeated(run, limits.SHEET)
    ]
    often = limits.gates(run) + Counter({"重复": limits.repeats(run)})
    rows = sorted([*out, *again], key=lambda row: (often[row["gate"]], row["gate"]))
    last, many = often.most_common(1)[0] if often else ("", 0)
    cut, printed = "", None
    if limits.is_cut(run, limits.SHEET):
        cut = f"每项只列前{limits.SHEET:,}家，全部见 excluded.csv 和 duplicates.csv。"
    if many > _TOO_MANY:
        cut += f"打印时略去排在最后的“{last}”{many:,}家。"
        printed = sum(row["gate"] != last for row in rows)
    stopped = limits.gates(run).total()
    return Rows(rows, {"stopped": stopped, "repeats": often["重复"], "cut": cut}, printed)


# --- chains --------------------------------------------------------------------------------------


def _gaps(way: str, run: "Run") -> Rows:
    """The gaps that are recruited for, or those to be grown here, most valuable first."""
    rows = [
        row
        | _node_words(run, row)
        | {"answer": "；".join(filter(None, (row["answer"], row["nearest"])))}
        for row in opportunities(run, way)
    ]
    return Rows(rows, {"kinds": _meanings(GAP_KINDS, GAP_MEANING)})


def _node_words(run: "Run", row: Record) -> Record:
    return {
        "chain_name": facts.chain_names(run)[row["chain"]],
        "segment_name": facts.segment_name(run, row["chain"], row["segment"]),
        "stage": stage(row["stage"]),
        "status_word": word(STATUS, row["status"]),
        "kind": word(GAP_KINDS, row["kind"]),
    }


def _meanings(words: dict[str, str], meaning: dict[str, str]) -> str:
    return "；".join(f"{words[key]}：{text}" for key, text in meaning.items())


def _state(run: "Run") -> Rows:
    """Every node with what the county has there, by chain, segment (as in its file) and stage."""
    firms = run.survey.coverage.groupby("node")["firm_id"].nunique().to_dict()
    segments = {key: index for index, key in enumerate(run.graph.graph["segments"])}
    chains = list(facts.chain_names(run))
    order = {"upstream": 0, "midstream": 1, "downstream": 2}

    def place(row: Record) -> tuple[int, int, int]:
        segment = segments.get((row["chain"], row["segment"]), len(segments))
        return chains.index(row["chain"]), segment, order.get(row["stage"], 3)

    rows = [
        row
        | _node_words(run, row)
        | {"local": firms.get(row["node"], 0), "way": WAYS[row["way"]]}
        | {"does": run.graph.nodes[row["node"]]["does"]}
        for row in sorted(facts.records(run.survey.gaps), key=place)
    ]
    return Rows(rows, {"statuses": _meanings(STATUS, STATUS_MEANING)})


def _anchors(run: "Run") -> Rows:
    """Local firms on which much of a chain hangs, strongest first."""
    chains = facts.chain_names(run)
    rows = [_named(row, chains) for row in facts.anchors(run)]
    return Rows(rows, {"rest": len(run.survey.anchors) - len(rows)})


# --- leads ---------------------------------------------------------------------------------------


def _projects(run: "Run") -> Rows:
    """Each project with the firms and wills that fit it best."""
    return Rows(
        [
            case.lead
            | {"nodes": case.matches[0]["nodes"] if case.matches else ""}
            | {"targets": _firms(case), "wills": _wills(case)}
            for case in facts.lead_cases(run)
            if case.lead["kind"] == PROJECT
        ]
    )


def _firms(case: LeadCase) -> str:
    found = [row for row in case.matches if row["partner_kind"] == "target"]
    if not found:
        return "；".join(row["why"] for row in case.matches if not row["partner_kind"])
    return "\n".join(
        f"{place}. {row['partner_name']}（{number(row['score'])}）{row['why']}"
        for place, row in enumerate(found, start=1)
    )


def _wills(case: LeadCase) -> str:
    own = [row for row in case.matches if row["partner_kind"] == "lead"]
    return "\n".join(f"{row['partner_id']} {row['partner_name']}" for row in own)


def _matches(run: "Run") -> Rows:
    """Wills and needs with the partners proposed for them."""
    others = [case for case in facts.lead_cases(run) if case.lead["kind"] != PROJECT]
    rows = [
        row | {"partner": word(PARTNERS, row["partner_kind"]) or "未匹配"}
        for case in others
        for row in case.matches
    ]
    return Rows(rows, {"leads": len(others)})


# --- what could not be read ----------------------------------------------------------------------


def _problems(run: "Run") -> Rows:
    """Notes on the lists, then the rows that could not be read."""
    rejects, unread = limits.rejects(run, limits.SHEET), limits.unread(run)
    notes = [{"file": "县情配置", "why": "请先核对", "text": doubt} for doubt in facts.doubts(run)]
    notes += [
        {"file": given.file, "why": "读入说明", "text": note}
        for given in facts.inputs(run)
        for note in given.notes
    ]
    cut = ""
    if len(rejects) < unread:
        cut = f"每份名单只列前{limits.SHEET:,}行，全部见 rejects.csv。"
    return Rows([*notes, *rejects], {"notes": len(notes), "unread": unread, "cut": cut})


ROWS: dict[str, Callable[["Run"], Rows]] = {
    "目标企业清单": _shortlist,
    "发展机会清单": partial(_gaps, "recruit"),
    "招商项目清单": _projects,
    "线索匹配": _matches,
    "本地培育清单": partial(_gaps, "grow"),
    "产业链现状": _state,
    "链主企业": _anchors,
    "走访计划": _visits,
    "排除清单": _excluded,
    "数据问题": _problems,
}
