"""What a run says of one firm or node, with the rows and the formulas behind it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chainmatch.mcp.answers import Answer
from chainmatch.mcp.known import Known
from chainmatch.parts import Part, gap_parts_of
from chainmatch.report.facts import Record
from chainmatch.report.runs.cards import cards_of, said_of
from chainmatch.report.runs.explaining import TABLES, Asked
from chainmatch.schema.words import GRADE_MEANING, GRADES, unknown
from chainmatch.util.rounding import figure


def take_row(answer: Answer, known: Known, firm_id: str, *more: str) -> list[str]:
    """Take in the first row that the run has of a firm, and its rows of the tables ``more``."""
    tables = [name for name in TABLES if known.rows(name, firm_id=firm_id)]
    rows = []
    for name in dict.fromkeys((*tables[:1], *(name for name in more if name in tables))):
        rows += [answer.row(name, firm_id, row) for row in known.rows(name, firm_id=firm_id)[:1]]
        if name in ("shortlist", "scores"):
            answer.formula(_score(known.rows(name, firm_id=firm_id)[0], known))
    return rows


def _score(row: Record, known: Known) -> str:
    weights = known.folder.weights
    mean = _mean(row, weights, known.folder.parts)
    return f"{row['name']} 综合得分＝{mean}＝{figure(row['score'], 6)}" if mean else ""


def _mean(row: Record, weights: Mapping[str, float], parts: Sequence[Part]) -> str:
    """Return ``Σ weight×part ÷ Σ weight`` over the known parts, in figures."""
    known = [part for part in parts if not unknown(row[part.column])]
    terms = [f"{weights[part.name]:g}×{row[part.column]:g}（{part.title}）" for part in known]
    total = math.fsum(weights[part.name] for part in known)
    return f"（{'＋'.join(terms)}）÷{total:g}" if terms else ""


def take_node(answer: Answer, known: Known, row: Record) -> list[str]:
    """Take in a row of the gaps, and say how its score is made."""
    folder, data = known.folder, known.graph.nodes.get(row["node"])
    rows = [answer.row("gaps", row["node"], row)]
    mean = _mean(row, folder.gap_weights, gap_parts_of(folder.gap_weights))
    if data is None or not mean or row["way"] == "closed" or unknown(row["score"]):
        return rows
    settle = folder.profile.settle.model_dump()[data["settles"]]
    chain = folder.profile.chain_weight(data["chain"])
    factors = f"{settle:g}（落户方式）×{chain:g}（产业链权重）"
    answer.formula(f"{row['node_name']} 缺口得分＝{factors}×{mean}＝{figure(row['score'], 4)}")
    return rows


def card(known: Known, asked: Asked) -> Answer:
    """Return the evidence card of a firm line by line; all lines stand on all its rows."""
    answer, tables = Answer(), known.tables()
    ids = _ids(known, asked.firm)
    rows = [row for firm_id in ids for row in _behind(answer, known, firm_id)]
    text = "\n".join(cards_of(asked.firm, tables, known.folder))
    for line in (asked.note, *text.splitlines()):
        if line.strip():
            answer.say(line, rows)
    return answer


def _ids(known: Known, asked: str) -> list[str]:
    """Return the firms that a card of ``asked`` speaks of: itself, and what it was merged into."""
    ids = [
        firm_id
        for name in TABLES
        for column in ("firm_id", "name")
        for firm_id in known.table(name).loc[known.table(name)[column] == asked, "firm_id"]
    ]
    merged = known.table("duplicates")
    ids += merged.loc[merged["firm_id"].isin(ids), "kept_id"].tolist()
    return list(dict.fromkeys(ids))


def _behind(answer: Answer, known: Known, firm_id: str) -> list[str]:
    """Take in all that a card stands on: rows of every table, and what is worked out of them."""
    rows = take_row(answer, known, firm_id, *TABLES)
    for number, link in enumerate(known.rows("links", left_id=firm_id), 1):
        rows.append(answer.row("links", f"{firm_id}-{number}", link))
    for table in ("shortlist", "scores"):
        found = known.table(table)
        scored = found[found["firm_id"] == firm_id].to_dict("records")
        if not scored:
            continue
        row = {str(key): cell for key, cell in scored[0].items()}
        for gap in known.rows("gaps", node=row["node"]):
            rows += take_node(answer, known, gap)
        rows.append(_worked_out(answer, known, row))
        return rows
    rows += _about_local(answer, known, firm_id)
    return rows


def _worked_out(answer: Answer, known: Known, row: Mapping[str, Any]) -> str:
    """Take in the figures of a card that stand in no file, and say how they come."""
    folder = known.folder
    said = said_of(dict(row), folder, known.tables())
    weights = folder.weights
    total = math.fsum(w for part, w in _known(row, folder.parts, weights))
    lost = {
        part.title: w * (1 - row[part.column]) / total
        for part, w in _known(row, folder.parts, weights)
    }
    answer.formula(
        "贡献＝权重×分项÷已知分项的权重之和；比满分少＝权重×(1－分项)÷同一个和",
        "得分区间：未知的分项按 0 和 1 各算一次",
        "离本县的公里数：两地之间的直线" if said["km"] == said["km"] else "",
        "稳定度：权重上下浮动 20% 的 200 次试算中留在清单的比例" if said["chosen"] else "",
    )
    own = {
        "place": said["place"],
        "count": said["count"],
        "km": None if unknown(said["km"]) else said["km"],
        "zone_priority": folder.profile.zones.get(row["zone"]),
        "added": {part.title: said["added"][part.name] for part in folder.parts},
        "lost": lost,
        "narrower": said["narrower"],
        "why_not": said["why_not"],
        "office": folder.profile.offices.get(row["chain"]),
        "grades": {GRADES[grade]: GRADE_MEANING[grade] for grade in GRADES},
    }
    return answer.row("worked out", f"card-{row['firm_id']}", own)


def _known(
    row: Mapping[str, Any], parts: Iterable[Part], weights: Mapping[str, float]
) -> list[tuple[Part, float]]:
    return [(part, weights[part.name]) for part in parts if not unknown(row[part.column])]


def _about_local(answer: Answer, known: Known, firm_id: str) -> list[str]:
    """Take in what the card of a local firm names: its place, who counts on it, gaps beside it."""
    local = known.table("locals")
    ids = local["firm_id"].tolist()
    if firm_id not in ids:
        return []
    name = local["name"].tolist()[ids.index(firm_id)]
    rows = [answer.row("worked out", f"local-{firm_id}", {"place": ids.index(firm_id) + 1})]
    rows += [
        answer.row("shortlist", row["firm_id"], row)
        for row in known.rows("shortlist")
        if name in row["partner_firms"]
    ]
    for gap in known.rows("gaps"):
        if gap["kind"] and name in f"{gap['upstream_local']}、{gap['downstream_local']}":
            rows += take_node(answer, known, gap)
    return rows


def why_not(known: Known, asked: Asked) -> Answer:
    """Say why a firm is not on the shortlist, or that it is."""
    answer, side = Answer(), known.side
    if asked.note:
        answer.say(
            asked.note,
            [row for one in _ids(known, asked.firm) for row in take_row(answer, known, one)],
        )
    for firm_id in _ids(known, asked.firm)[:1]:
        rows = take_row(answer, known, firm_id, "scores")
        (name, *_) = (row["name"] for n in TABLES for row in known.rows(n, firm_id=firm_id))
        if firm_id in side.rank:
            answer.say(f"{name}在清单第 {side.rank[firm_id]:.0f} 位，没有落选。", rows)
        elif known.rows("locals", firm_id=firm_id):
            answer.say(f"{name}是本地企业，不是招商对象。", rows)
        else:
            rows += _limits(answer, known, firm_id)
            answer.say(f"{name}{side.absent(firm_id)}。", rows)
    return answer


def _limits(answer: Answer, known: Known, firm_id: str) -> list[str]:
    """Take in what decides about entry: requirements, places, who has taken them at the node."""
    profile, scored = known.folder.profile, known.rows("scores", firm_id=firm_id)
    if not scored:
        return []
    entry = {**profile.entry.model_dump(), **known.folder.floors}
    rows = [
        answer.row("profile", "entry", entry),
        answer.row("profile", "capacity", profile.capacity.model_dump()),
    ]
    at_node = known.rows("shortlist", node=scored[0]["node"])
    rows += [answer.row("shortlist", row["firm_id"], row) for row in at_node]
    repeat, score, own = profile.capacity.repeat, scored[0]["score"], len(at_node)
    answer.formula(
        f"计入价值＝得分×{repeat:g}^同环节已选家数"
        f"＝{figure(score, 3)}×{repeat:g}^{own}＝{figure(score * repeat**own, 3)}"
    )
    rows.append(answer.row("worked out", "shortlist", {"chosen": len(known.table("shortlist"))}))
    return rows
