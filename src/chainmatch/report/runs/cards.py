"""What is said of a firm of a run: why it is on the shortlist or not, in Chinese."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from chainmatch.decision.firm_facts import region_of
from chainmatch.decision.mean import contributions, widest
from chainmatch.decision.shortlist import why_not
from chainmatch.places.locating import locate
from chainmatch.profile import Profile
from chainmatch.report.runs.folders import Row, RunFolder
from chainmatch.schema.records import points_text, sides
from chainmatch.schema.words import (
    GAP_KINDS,
    GRADE_MEANING,
    GRADES,
    RELATIONS,
    SIDES,
    WAYS,
    node,
    word,
)
from chainmatch.util.missing import text_of
from chainmatch.util.rounding import figure, percent, rounded

_SHOWN = 3  # weak points


def cards_of(asked: str, tables: Mapping[str, pd.DataFrame], folder: RunFolder) -> Iterator[str]:
    """Cards of a firm id or an exact name: at most one as a target firm, and one as a local."""
    yield from _target_cards(asked, tables, folder)
    local = _rows(tables["locals"], asked)
    if local:
        yield _local(local[0], folder, tables)


def _target_cards(
    asked: str, tables: Mapping[str, pd.DataFrame], folder: RunFolder
) -> Iterator[str]:
    for name, card in (("shortlist", _chosen), ("scores", _passed), ("excluded", _excluded)):
        rows = _rows(tables[name], asked)
        if rows:
            yield card(rows[0], folder, tables)
            yield from _namesakes(rows[1:])
            return
    for row in _rows(tables["duplicates"], asked, by_id=False)[:1]:
        yield f"{row['name']}　重复\n已并入“{row['kept_name']}”：{row['why']}。"
        yield from cards_of(row["kept_id"], tables, folder)


def _rows(frame: pd.DataFrame, asked: str, *, by_id: bool = True) -> list[Row]:
    match = frame["name"] == asked
    if by_id:
        match |= frame["firm_id"] == asked
    return [{str(k): v for k, v in row.items()} for row in frame[match].to_dict("records")]


def _namesakes(rows: list[Row]) -> Iterator[str]:
    if rows:
        ids = "、".join(row["firm_id"] for row in rows)
        yield f"另有 {len(rows)} 家同名企业，可按编号查看：{ids}。"


def _chosen(row: Row, folder: RunFolder, tables: Mapping[str, pd.DataFrame]) -> str:
    size = len(tables["shortlist"])
    head = f"{row['name']}　精准招商清单第 {row['rank']:.0f} 位（共 {size} 家）"
    stability = (
        f"稳定度：{percent(row['stability'])}（权重上下浮动 20% 的 200 次试算中，留在清单的比例）"
    )
    return "\n".join([head, *_card(row, folder), *_next_step(row, folder), stability])


def _passed(row: Row, folder: RunFolder, tables: Mapping[str, pd.DataFrame]) -> str:
    place = tables["scores"]["firm_id"].tolist().index(row["firm_id"]) + 1
    head = f"{row['name']}　未入选清单（得分第 {place} 位，共 {len(tables['scores'])} 家）"
    reason = f"未入选原因：{why_not(row, tables['shortlist'], folder.profile, folder.floors)}"
    return "\n".join([head, reason, *_card(row, folder)])


def _excluded(row: Row, folder: RunFolder, _: Mapping[str, pd.DataFrame]) -> str:
    lines = [
        f"{row['name']}　未通过准入条件，没有打分",
        f"条件：{row['gate']}",
        f"原因：{row['why']}",
    ]
    return "\n".join([*lines, *_kin(row["firm_id"], folder)])


def _local(row: Row, folder: RunFolder, tables: Mapping[str, pd.DataFrame]) -> str:
    """What a local firm does for the chains: it is no target, but it draws targets."""
    category = f"（{row['category']}）" if row["category"] else ""
    lines = [f"{row['name']}　本地企业{category}，不是招商对象"]
    if not row["node"]:
        return "\n".join([*lines, "经营范围看不出处在产业链的哪个环节。"])
    order = tables["locals"]["firm_id"].tolist().index(row["firm_id"]) + 1
    fit = figure(row["fit"])
    lines.append(f"环节：{row['node_name']}　契合 {fit}　依据原文：{_quote(row)}")
    lines.append(f"带动力：{figure(row['anchor'], 1)}，本地第 {order} 位")
    lines += [row["why"]] if row["why"] else []
    named = tables["shortlist"]
    suits = named[[any(p.name == row["name"] for p in own) for own in named["partner_firms"]]]
    if len(suits):
        lines.append(f"清单上把它当作上下游伙伴的：{'、'.join(suits['name'])}")
    gaps = folder.table("gaps")
    beside = _names(gaps["upstream_local"], row["name"]) | _names(
        gaps["downstream_local"], row["name"]
    )
    near = gaps[beside & gaps["kind"].ne("")].sort_values(
        ["score", "node"], ascending=[False, True]
    )
    if len(near):
        lines.append(f"紧挨它的缺口：{'、'.join(near['node_name'].head(5))}")
    return "\n".join(lines)


def _names(column: "pd.Series[Any]", name: str) -> "pd.Series[bool]":
    return text_of(column).str.contains(name, regex=False)


# --- the card ------------------------------------------------------------------------------------


def _card(row: Row, folder: RunFolder) -> list[str]:
    profile, parts = folder.profile, folder.parts
    score, low, high = (figure(row[name], 3) for name in ("score", "low", "high"))
    lines = [
        f"环节：{node(row['node_name'])}",
        f"依据等级：{_grade(row['grade'])}",
        f"依据原文：{_quote(row)}",
        *_reasons(row),
        *_gap(row, folder),
        *_partners(row),
        *_kin(row["firm_id"], folder),
        *_region(row, profile),
        f"得分：{score}（区间 {low}～{high}）",
    ]
    added = contributions(row, folder.weights)
    for part in parts:
        value = row[part.column]
        told = figure(value)
        if not math.isnan(value):
            told += f"，贡献 {figure(added[part.name], 3)}"
        lines.append(f"  {part.title}：{told}")
    lines.append("最薄弱的几点：")
    lines += [f"  {number}. {text}" for number, text in enumerate(_weakest(row, folder), start=1)]
    return [*lines, _telling(row, folder)]


def _grade(grade: str) -> str:
    if grade not in GRADES:
        return "不详"
    return f"{GRADES[grade]}（{GRADE_MEANING[grade]}）"


def _reasons(row: Row) -> Iterator[str]:
    if row["reasons"]:
        yield "推荐理由："
        yield from (f"  {points_text([point])}" for point in row["reasons"])


def _quote(row: Row) -> str:
    return f"“{row['evidence']}”" if row["evidence"] else "不详"


def _gap(row: Row, folder: RunFolder) -> Iterator[str]:
    gaps = folder.table("gaps").set_index("node")
    if row["node"] not in gaps.index:
        yield f"缺口：{'不详' if row['node'] else '企业不在产业链内，不补任何环节'}"
        return
    gap = gaps.loc[row["node"]]
    said = [GAP_KINDS.get(gap["kind"], ""), WAYS.get(gap["way"], "")]
    head = "，".join(filter(None, said))
    yield (
        f"缺口：{head}，缺口得分 {figure(gap['score'])}。{gap['why']}"
        if head
        else f"缺口：{gap['why']}"
    )


def _partners(row: Row) -> Iterator[str]:
    found = sides(row["partner_firms"])
    for side, names in found:
        yield f"本地{side}（{SIDES.get(side, '')}）：{'、'.join(names)}"
    if not found:
        yield "本地伙伴：未发现"


def _kin(firm: str, folder: RunFolder) -> Iterator[str]:
    links = folder.table("links")
    for link in links[links["left_id"] == firm].to_dict("records"):
        relation = word(RELATIONS, link["relation"])
        why = f"：{link['why']}" if link["why"] else ""
        sure = f"置信度 {percent(link['confidence'])}"
        yield f"与本地企业的关系：{link['right_name']}，{relation}（{sure}）{why}"


def _region(row: Row, profile: Profile) -> Iterator[str]:
    if not row["region"]:
        yield "区域：所在地不详"
        return
    zone = row["zone"]
    if zone in profile.zones:
        text = f"属重点片区“{zone}”（优先程度 {profile.zones[zone]:g}）"
    else:
        text = "不在重点片区"
    *_, km = region_of(locate(row["region"], code=row["firm_id"], name=row["name"]), profile)
    far = "" if not km >= 1 else f"，离本县直线约 {rounded(km, 0)} 公里"
    yield f"区域：{row['region']}，{text}{far}"


def _weakest(row: Row, folder: RunFolder) -> list[str]:
    """The weak points of the table, filled up with the other parts that cost most."""
    points, weights = row["weak_points"], folder.weights
    found = [points_text([point]) for point in points]
    spoken = {point.title for point in points}
    if spoken - {part.title for part in folder.parts}:
        return found  # sentences of earlier days, which name no part
    known = [part for part in folder.parts if not math.isnan(row[part.column])]
    total = math.fsum(weights[part.name] for part in known)
    lost = sorted(
        (-weights[part.name] * (1 - row[part.column]), place, part.title)
        for place, part in enumerate(folder.parts)
        if row[part.column] < 1 and weights[part.name] and part.title not in spoken
    )
    for minus, place, title in lost:
        value = row[folder.parts[place].column]
        found.append(f"{title}：得 {figure(value)}，比满分少 {figure(-minus / total, 3)} 分")
    return found[:_SHOWN]


def _telling(row: Row, folder: RunFolder) -> str:
    """What information would narrow the interval most."""
    part = widest(row, folder.weights)
    if part:
        width = folder.weights[part.name] / math.fsum(folder.weights.values())
        return (
            f"最需要补充：{part.question}。“{part.title}”现在未知，"
            f"补上后得分区间收窄 {figure(width, 3)}。"
        )
    if row["grade"] == "confirmed":
        return "最需要补充：各分项均已知；走访前核实近况即可。"
    return (
        "最需要补充：主营产品或行业代码。各分项均已知，但依据只有经营范围，补上后可由推断变为确认。"
    )


def _next_step(row: Row, folder: RunFolder) -> Iterator[str]:
    """Whom to call next: roles, never persons."""
    profile = folder.profile
    office = profile.offices.get(row["chain"], "行业主管部门")
    zone = row["zone"]
    if zone and zone in profile.zones:
        first = f"县招商中心驻{zone}小分队联系企业的投资或战略发展部门"
    else:
        first = "县招商中心联系企业的投资或战略发展部门"
    links = folder.table("links")
    kin = links[links["left_id"] == row["firm_id"]]
    if len(kin):
        first = f"先请本地关联企业{kin['right_name'].iloc[0]}引荐，再由{first}"
    elif row["partner_firms"]:
        first += f"，并请{row['partner_firms'][-1].name}等本地伙伴说明配套意向"
    yield f"下一步：{first}；{office}核实要素条件。"
