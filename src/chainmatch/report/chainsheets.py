"""Sheets of the chains: opportunities, the state of every node, and the anchor firms."""

from typing import TYPE_CHECKING

from chainmatch.report.facts import Record, chain_names, gaps, records, segment_name
from chainmatch.report.sheets import Book, Field
from chainmatch.report.words import (
    GAP_KINDS,
    GAP_MEANING,
    GAP_PARTS,
    GRADES,
    STATUS,
    STATUS_MEANING,
    stage,
    word,
)

if TYPE_CHECKING:
    from chainmatch.run import Run

OPPORTUNITIES = (
    Field("number", "序号", 6, "integer"),
    Field("chain_name", "产业链", 10, "center"),
    Field("segment_name", "细分链", 11, "center"),
    Field("node_name", "环节", 18, "wrap"),
    Field("stage", "位置", 7, "center"),
    Field("status_word", "现状", 8, "center"),
    Field("kind", "类型", 8, "center"),
    Field("score", "综合得分", 10, "score", "bar"),
    *(Field(part, title, 9, "score", "scale") for part, title in GAP_PARTS.items()),
    Field("targets", "目标企业数", 9, "integer"),
    Field("why", "说明", 58, "wrap"),
    # All names, to look up and filter; not wrapped, or rows would be too high to print.
    Field("local_firms", "本地企业", 34),
    Field("upstream_local", "本地上游", 34),
    Field("downstream_local", "本地下游", 34),
)
_PRINTED = next(i for i, field in enumerate(OPPORTUNITIES) if field.key == "why")


def opportunity_rows(run: "Run") -> list[Record]:
    """Return the gaps, most valuable first."""
    return [
        row | _words(run, row) | {"number": number, "kind": word(GAP_KINDS, row["kind"])}
        for number, row in enumerate(records(gaps(run)), start=1)
    ]


def opportunities(book: Book, run: "Run") -> None:
    """发展机会清单: the gaps, most valuable first."""
    rows = opportunity_rows(run)
    note = "；".join(f"{GAP_KINDS[kind]}：{text}" for kind, text in GAP_MEANING.items()) + "。"
    sheet = book.sheet("发展机会清单", f"发展机会清单（{len(rows)}个环节）", note)
    end = book.table(sheet, OPPORTUNITIES, rows, frozen=4, highlight={"status_word": "status"})
    sheet.print_area(0, 0, end - 1, _PRINTED)


_STATE = (
    Field("chain_name", "产业链", 10, "center"),
    Field("segment_name", "细分链", 11, "center"),
    Field("stage", "位置", 7, "center"),
    Field("node_name", "环节", 24, "wrap"),
    Field("does", "做什么", 40, "wrap"),
    Field("status_word", "现状", 9, "center"),
    Field("local", "本地企业数", 8, "integer"),
    Field("local_firms", "本地企业", 50, "wrap"),
    Field("kind", "缺口类型", 9, "center"),
    Field("score", "缺口得分", 10, "score", "bar"),
    Field("targets", "目标企业数", 9, "integer"),
)


def state(book: Book, run: "Run") -> None:
    """产业链现状: every node with what the county has there."""
    firms = run.survey.coverage.groupby("node")["firm_id"].nunique().to_dict()
    rows = []
    for row in _in_order(run):
        node = row["node"]
        rows.append(
            row
            | _words(run, row)
            | {"kind": word(GAP_KINDS, row["kind"]), "local": firms.get(node, 0)}
            | {"does": run.graph.nodes[node]["does"]}
        )
    note = "；".join(f"{STATUS[key]}：{text}" for key, text in STATUS_MEANING.items()) + "。"
    sheet = book.sheet("产业链现状", f"产业链现状（{len(rows)}个环节）", note)
    book.table(sheet, _STATE, rows, frozen=4, highlight={"status_word": "status"})


def _in_order(run: "Run") -> list[Record]:
    """Nodes by chain, segment (as the chain file has them) and stage."""
    segments = {key: index for index, key in enumerate(run.graph.graph["segments"])}
    chains = list(chain_names(run))
    order = {"upstream": 0, "midstream": 1, "downstream": 2}
    return sorted(
        records(run.survey.gaps),
        key=lambda row: (
            chains.index(row["chain"]),
            segments.get((row["chain"], row["segment"]), len(segments)),
            order.get(row["stage"], 3),
        ),
    )


_ANCHORS = (
    Field("number", "序号", 6, "integer"),
    Field("name", "企业名称", 36, "wrap"),
    Field("category", "企业类别", 10, "center"),
    Field("chain_name", "产业链", 10, "center"),
    Field("node_name", "环节", 20, "wrap"),
    Field("anchor", "带动力", 10, "score", "open bar"),
    Field("fit", "契合度", 10, "score", "bar"),
    Field("grade", "依据等级", 9, "center"),
    Field("evidence", "依据原文", 44, "wrap"),
    Field("firm_id", "企业编号", 21),
)


def anchors(book: Book, run: "Run") -> None:
    """链主企业: local firms on which much of a chain hangs, strongest first."""
    chains = chain_names(run)
    found = run.survey.anchors[run.survey.anchors["anchor"] > 0]
    rows = [
        row
        | {"number": number, "chain_name": word(chains, row["chain"])}
        | {"grade": word(GRADES, row["grade"])}
        for number, row in enumerate(records(found), start=1)
    ]
    rest = len(run.survey.anchors) - len(rows)
    note = f"带动力 = 契合度 × 规模 × 上下游的环节数。另有{rest}家本地企业不在任何产业链的环节上。"
    sheet = book.sheet("链主企业", f"链主企业（{len(rows)}家，按带动力）", note)
    book.table(sheet, _ANCHORS, rows, frozen=2)


def _words(run: "Run", row: Record) -> Record:
    return {
        "chain_name": chain_names(run)[row["chain"]],
        "segment_name": segment_name(run, row["chain"], row["segment"]),
        "stage": stage(row["stage"]),
        "status_word": word(STATUS, row["status"]),
    }
