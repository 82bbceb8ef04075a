"""A what-if in words, for the console: short, the most telling first; tables hold the rest."""

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chainmatch.scenarios.comparing import FILLED
from chainmatch.scenarios.lifting import Lift
from chainmatch.schema.words import GAP_KINDS, STATUS
from chainmatch.util.rounding import figure

if TYPE_CHECKING:
    from chainmatch.scenarios.whatif import WhatIf

_GAP_LINES = 8
_MOVE_LINES = 12
_LEAD_LINES = 6
_TELLING = 0.005  # a gap that moves by less is counted, not named
_NOTICED = 0.0005  # a score that moves by less reads the same


def text_of_whatif(found: "WhatIf") -> str:
    """Return all of a what-if in Chinese."""
    parts = [[f"注意：{note}。" for note in found.notes]]
    if len(found.firms):
        parts += [
            [*_coming(found)],
            [*_own(found)],
            [*_beside(found)],
            [*_moves(found)],
            [*_leads(found)],
        ]
    if found.lift:
        parts.append([*lift_lines(found.lift)])
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _coming(found: "WhatIf") -> Iterator[str]:
    yield "如果这些企业落户："
    for row in found.firms.to_dict("records"):
        does = f"，做{row['nodes']}" if row["nodes"] else "，所做环节证据不足，不计覆盖"
        pull = (
            f"；带动力{figure(row['anchor'], 1)}，本地第{row['anchor_place']:.0f}位"
            if row["anchor"]
            else ""
        )
        yield f"  {row['name']}（现在：{row['standing']}）{does}{pull}"


def _own(found: "WhatIf") -> Iterator[str]:
    own = found.gaps[found.gaps["change"].isin(FILLED)]
    filled = own[own["change"].ne("提到")]
    yield "补上或变强的环节：" + ("" if len(filled) else "没有。")
    for row in filled.to_dict("records"):
        yield f"  {row['node_name']}：{_status(row)}，{_scores(row)}"
    if mentioned := own.loc[own["change"].eq("提到"), "node_name"].tolist():
        yield f"  只是提到、不计覆盖：{'、'.join(mentioned)}"


def _beside(found: "WhatIf") -> Iterator[str]:
    """Gaps elsewhere that rise or fall: those that one would notice."""
    rest = found.gaps[~found.gaps["change"].isin(FILLED)]
    size = (rest["score_after"] - rest["score_before"]).abs()
    opened = rest["kind_before"].ne(rest["kind_after"])
    told = rest[(size >= _TELLING) | opened]
    order = told.assign(size=-(told["score_after"] - told["score_before"]).abs())
    told = order.sort_values(["size", "node"]).head(_GAP_LINES)
    if len(rest):
        yield "随之变化的缺口：" + ("" if len(told) else f"{len(rest)}个环节，都不到{_TELLING:g}。")
    for row in told.to_dict("records"):
        why = f"：{row['why']}" if row["why"] else ""
        kinds = [GAP_KINDS.get(row[f"kind_{when}"], "无") for when in ("before", "after")]
        kind = f"，{kinds[0]} → {kinds[1]}" if kinds[0] != kinds[1] else ""
        yield f"  {row['side']} {row['node_name']}：{_scores(row)}{kind}{why}"
    if len(told) and len(rest) > len(told):
        yield f"  另有{len(rest) - len(told)}个环节变化较小。"


def _moves(found: "WhatIf") -> Iterator[str]:
    moves = found.moves
    if moves.empty:
        yield "清单不变。"
        return
    yield "清单的变化："
    step = (moves["score_after"] - moves["score_before"]).abs()
    told = moves[moves["move"].isin(["引进", "新进", "退出"]) | (step >= _NOTICED)]
    for row in told.head(_MOVE_LINES).to_dict("records"):
        places = " → ".join(f"第{v:.0f}位" for v in (row["before"], row["after"]) if v == v)
        yield f"  {row['move']} {row['name']}　{places}：{row['why']}"
    if len(moves) > len(told.head(_MOVE_LINES)):
        yield f"  另有{len(moves) - len(told.head(_MOVE_LINES))}家位次随之移动。"
    if found.waiting:
        yield f"  下一批候补：{'、'.join(found.waiting)}"


def _leads(found: "WhatIf") -> Iterator[str]:
    if found.leads.empty:
        return
    yield "可对接的线索："
    for row in found.leads.head(_LEAD_LINES).to_dict("records"):
        title = row["title"] or row["lead_id"]
        where = f"{row['kind']}，第{row['rank']}位，{figure(row['score'], 2)}"
        yield f"  {row['role']}：{title}（{where}）{row['name']}"
    if len(found.leads) > _LEAD_LINES:
        yield f"  另有{len(found.leads) - _LEAD_LINES}条。"


def _status(row: Mapping[Any, Any]) -> str:
    words = [STATUS.get(row[f"status_{when}"], "") for when in ("before", "after")]
    shown = words[0] if words[0] == words[1] else f"{words[0]} → {words[1]}"
    covered = f"{figure(row['coverage_before'], 2)} → {figure(row['coverage_after'], 2)}"
    return f"{row['change']}，本地{shown}（覆盖 {covered}）"


def _scores(row: Mapping[Any, Any]) -> str:
    return f"缺口得分 {figure(row['score_before'], 3)} → {figure(row['score_after'], 3)}"


# --- what would lift one firm --------------------------------------------------------------------


def lift_lines(lift: Lift) -> Iterator[str]:
    """Yield what keeps a firm off the shortlist and what would lift it there."""
    if lift.place:
        line = f"得分{figure(lift.score, 3)}，该环节的入选线{figure(lift.threshold, 3)}"
        yield f"{lift.name}已在清单第{lift.place}位（{line}）。"
        return
    yield f"{lift.name}怎样才能上清单："
    yield f"  现在：{lift.barred}"
    for number, text in enumerate(lift.lifted, 1):
        yield f"  先要（{number}）：{text}"
    if math.isnan(lift.score):
        yield (
            f"  除不掉的条件：{lift.stuck}"
            if lift.lifted
            else "  这一条没有单项事实可以改变，打不了分。"
        )
        return
    head = "之后得分" if lift.lifted else "得分"
    if lift.place_then:
        yield f"  {head} {figure(lift.score, 3)}，清单第{lift.place_then}位。"
        return
    line = f"入选线 {figure(lift.threshold, 3)}"
    if math.isnan(lift.threshold):
        line = "名额已满，多少分都选不上"
    yield f"  {head} {figure(lift.score, 3)}，{line}"
    if lift.lifted and (then := _barred(lift)):
        yield f"  仍然：{then}"
    yield from _needed(lift)
    yield from _ways(lift)


def _needed(lift: Lift) -> Iterator[str]:
    enough = lift.needs[lift.needs["needed"].notna()]
    if len(enough):
        texts = [
            f"{r['title']} {figure(r['value'], 4)} → {figure(r['needed'], 4)}"
            for r in enough.to_dict("records")
        ]
        yield f"  其他分项不变，任一分项达到即可：{'；'.join(texts)}"
    elif len(lift.needs):
        yield "  其他分项不变，没有哪一个分项单独提高就够。"


def _ways(lift: Lift) -> Iterator[str]:
    groups = dict(list(lift.ways.groupby("kind")))
    if "fact" in groups:
        yield "  有一项属实即可（变动小的在前）："
        yield from _numbered(groups["fact"])
    elif "pair" in groups:
        yield "  单独一项都不够；变动最小的两项："
        yield from _numbered(groups["pair"])
    elif lift.tried:
        yield "  能查问的事实，一项、两项都不够。"
    if "profile" in groups:
        yield "  或者县里自己改："
        yield from _numbered(groups["profile"])


def _barred(lift: Lift) -> str:
    """What keeps it off behind the gates: the first condition of entry that it fails."""
    return next(iter(why for why in lift.needs["why"].tolist() if "入选要求" in why), "")


def _numbered(rows: Any) -> Iterator[str]:
    for number, row in enumerate(rows.to_dict("records"), 1):
        then = f"得分{figure(row['score'], 3)}，清单第{row['place']}位"
        yield f"    {number}. {row['text']}：{then}。"
