"""Sheets of the chains: opportunities, the state of every node, and the anchor firms."""

from typing import TYPE_CHECKING

from chainmatch.chains.model import SETTLES
from chainmatch.parts import GAP_PARTS
from chainmatch.report import facts
from chainmatch.report.facts import Record, chain_names, records, segment_name
from chainmatch.report.opportunities import opportunities as gaps_of
from chainmatch.report.sheets import Book, Field
from chainmatch.schema.words import (
    GAP_KINDS,
    GAP_MEANING,
    GRADES,
    STATUS,
    STATUS_MEANING,
    WAYS,
    stage,
    word,
)

if TYPE_CHECKING:
    from chainmatch.run import Run

_NODE = (
    Field("number", "序号", 6, "integer"),
    Field("chain_name", "产业链", 10, "center"),
    Field("segment_name", "细分链", 11, "center"),
    Field("node_name", "环节", 18, "wrap"),
    Field("stage", "位置", 7, "center"),
    Field("status_word", "现状", 8, "center"),
    Field("kind", "类型", 8, "center"),
    Field("score", "综合得分", 10, "score", "bar"),
)
_BASIS = (
    *(Field(part.column, part.title, 9, "score", "scale") for part in GAP_PARTS),
    # All names, to look up and filter; not wrapped, or rows would be too high to print.
    Field("local_firms", "本地企业", 34),
    Field("upstream_local", "本地上游", 34),
    Field("downstream_local", "本地下游", 34),
)
OPPORTUNITIES = (
    *_NODE,
    Field("could", "可列入企业数", 8, "integer"),
    Field("listed", "清单企业数", 8, "integer"),
    Field("answer", "目标企业情况", 46, "wrap"),
    Field("why", "说明", 64, "wrap"),
    Field("targets", "目标企业数", 9, "integer"),
    *_BASIS,
)
GROWN = (
    *_NODE,
    Field("settles", "为什么不招", 16, "center"),
    Field("why", "说明", 80, "wrap"),
    Field("targets", "目标企业数", 9, "integer"),
    *_BASIS,
)
_FIELDS = {"recruit": OPPORTUNITIES, "grow": GROWN}
_TITLES = {"recruit": "发展机会清单", "grow": "本地培育清单"}
_NOTES = {
    "recruit": "可招的环节，最值得招的在前。可列入企业数：主营是这一环节、够入选条件的目标企业。",
    "grow": "这类经营依附本地，很少有企业为它到外县落户，靠本地培育，不列入招商。",
}


def opportunity_rows(run: "Run", way: str = "recruit") -> list[Record]:
    """Return the gaps that are recruited for, or those to be grown here, most valuable first."""
    return [
        row
        | _words(run, row)
        | {"kind": word(GAP_KINDS, row["kind"])}
        | {"answer": "；".join(filter(None, (row["answer"], row["nearest"])))}
        | {"settles": SETTLES[run.graph.nodes[row["node"]]["settles"]]}
        for row in gaps_of(run, way)
    ]


def opportunities(book: Book, run: "Run", way: str = "recruit") -> None:
    """发展机会清单, 本地培育清单: the gaps of one way, most valuable first."""
    rows, fields = opportunity_rows(run, way), _FIELDS[way]
    kinds = "；".join(f"{GAP_KINDS[kind]}：{text}" for kind, text in GAP_MEANING.items())
    title = f"{_TITLES[way]}（{len(rows)}个环节）"
    sheet = book.sheet(_TITLES[way], title, f"{_NOTES[way]}{kinds}。")
    end = book.table(sheet, fields, rows, frozen=4, highlight={"status_word": "status"})
    printed = next(i for i, field in enumerate(fields) if field.key == "why")
    sheet.print_area(0, 0, end - 1, printed)


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
    Field("way", "招引方式", 11, "center"),
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
            | {"does": run.graph.nodes[node]["does"], "way": WAYS[row["way"]]}
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
    Field("name", "企业名称", 32, "wrap"),
    Field("category", "企业类别", 10, "center"),
    Field("chain_name", "产业链", 10, "center"),
    Field("node_name", "环节", 18, "wrap"),
    Field("why", "凭什么带动", 76, "wrap"),
    Field("anchor", "带动力", 10, "score", "open bar"),
    Field("fit", "契合度", 10, "score", "bar"),
    Field("grade", "依据等级", 9, "center"),
    Field("firm_id", "企业编号", 21),
)


def anchors(book: Book, run: "Run") -> None:
    """链主企业: local firms on which much of a chain hangs, strongest first."""
    chains = chain_names(run)
    rows = [
        row | {"chain_name": word(chains, row["chain"]), "grade": word(GRADES, row["grade"])}
        for row in facts.anchors(run)
    ]
    rest = len(run.survey.anchors) - len(rows)
    note = (
        "带动力看契合度、规模、上下游环节多少，以及这一行是否带动别人；"
        f"分店、门市、单个酒店不算。另有{rest}家本地企业不带动产业链环节。"
    )
    sheet = book.sheet("链主企业", f"链主企业（{len(rows)}家，按带动力）", note)
    book.table(sheet, _ANCHORS, rows, frozen=2)


def _words(run: "Run", row: Record) -> Record:
    return {
        "chain_name": chain_names(run)[row["chain"]],
        "segment_name": segment_name(run, row["chain"], row["segment"]),
        "stage": stage(row["stage"]),
        "status_word": word(STATUS, row["status"]),
    }
