"""What is said of a firm of a run: why it is on the shortlist or not, in Chinese."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from chainmatch.decision.scoring import COLUMN, PARTS, TITLE, contributions, region_of
from chainmatch.decision.shortlist import why_not
from chainmatch.places.locating import locate
from chainmatch.profile import Profile
from chainmatch.report.runs.folders import Row, RunFolder
from chainmatch.util.missing import text_of
from chainmatch.util.rounding import figure, percent, rounded

_GRADES = {
    "confirmed": "确认（经营范围与主营产品或行业代码一致）",
    "likely": "较可靠（凭经营范围判断，须核实）",
    "uncertain": "不确定（依据较弱，须先核实）",
}
_KINDS = {"fill": "补链", "strengthen": "强链", "extend": "延链", "start": "建链"}
_RELATIONS = {"same": "同一家企业", "branch": "总部与分支", "group": "同一集团"}
_SIDES = {"上游": "可向它供货", "下游": "可采购它的产品"}
# What to ask for where a part is unknown.
_ASK = {
    "sector": "主营产品",
    "gap": "本地在这一环节的企业情况",
    "partners": "本地上下游环节的企业情况",
    "region": "企业所在的省、市、县",
    "scale": "注册资本和所获荣誉（上市、专精特新、高新技术企业等）",
    "name": "与本地企业有无同集团、同字号关系",
}


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
    reason = f"未入选原因：{why_not(row, tables['shortlist'], folder.profile)}"
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
    named = tables["shortlist"]
    suits = named[_names(named["partner_firms"], row["name"])]
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
    profile = folder.profile
    score, low, high = (figure(row[name], 3) for name in ("score", "low", "high"))
    lines = [
        f"环节：{row['node_name']}　契合 {figure(row['sector'])}",
        f"依据等级：{_GRADES.get(row['grade'], '不详')}",
        f"依据原文：{_quote(row)}",
        *_gap(row, folder),
        *_partners(row["partner_firms"]),
        *_kin(row["firm_id"], folder),
        _region(row, profile),
        f"得分：{score}（区间 {low}～{high}）",
    ]
    weights = profile.weights.model_dump()
    added = contributions(row, weights)
    for part in PARTS:
        value = row[COLUMN[part]]
        told = figure(value)
        if not math.isnan(value):
            told += f"，贡献 {figure(added[part], 3)}"
        lines.append(f"  {TITLE[part]}：{told}")
    lines.append("最薄弱的三点：")
    lines += [f"  {number}. {text}" for number, text in enumerate(_weakest(row, weights), start=1)]
    return [*lines, _telling(row, weights)]


def _quote(row: Row) -> str:
    return f"“{row['evidence']}”" if row["evidence"] else "不详"


def _gap(row: Row, folder: RunFolder) -> Iterator[str]:
    gaps = folder.table("gaps").set_index("node")
    if row["node"] not in gaps.index:
        yield "缺口：不详"
        return
    gap = gaps.loc[row["node"]]
    kind = _KINDS.get(gap["kind"])
    yield (
        f"缺口：{kind}，缺口得分 {figure(gap['score'])}。{gap['why']}"
        if kind
        else f"缺口：{gap['why']}"
    )


def _partners(named: str) -> Iterator[str]:
    if not named:
        yield "本地伙伴：未发现"
        return
    for side in named.split("；"):
        direction, _, firms = side.partition("：")
        yield f"本地{direction}（{_SIDES.get(direction, '')}）：{firms}"


def _kin(firm: str, folder: RunFolder) -> Iterator[str]:
    links = folder.table("links")
    for link in links[links["left_id"] == firm].to_dict("records"):
        relation = _RELATIONS.get(link["relation"], link["relation"])
        why = f"：{link['why']}" if link["why"] else ""
        sure = f"置信度 {percent(link['confidence'])}"
        yield f"与本地企业的关系：{link['right_name']}，{relation}（{sure}）{why}"


def _region(row: Row, profile: Profile) -> str:
    value = row[COLUMN["region"]]
    if math.isnan(value):
        return "区域：所在地不详"
    where = row["region"] or "所在地未写明"
    zone = row["zone"]
    if zone in profile.zones:
        text = f"{where}，属重点片区“{zone}”（优先程度 {profile.zones[zone]:g}）"
    else:
        text = f"{where}，不在重点片区"
    place = locate(row["region"], code=row["firm_id"], name=row["name"])
    found = region_of(place, profile)
    # The run may have known the address too: say the distance only if it is the one that counted.
    if not math.isnan(found.km) and abs(found.part - value) < 1e-3:
        text += f"，离本县直线约 {rounded(found.km, 0)} 公里"
    return f"区域：{text}；区域因素 {figure(value)}"


def _weakest(row: Row, weights: Mapping[str, float]) -> list[str]:
    """The weak points of the table, filled up to three with the other parts that cost most."""
    found = [text for text in row["weak_points"].split("；") if text]
    spoken = {_spoken(text) for text in found}
    total = math.fsum(w for part, w in weights.items() if not math.isnan(row[COLUMN[part]]))
    lost = sorted(
        (-weights[part] * (1 - row[COLUMN[part]]), index, part)
        for index, part in enumerate(PARTS)
        if row[COLUMN[part]] < 1 and weights[part] and part not in spoken
    )
    for minus, _, part in lost:
        text = f"{TITLE[part]} {figure(row[COLUMN[part]])}，比满分少 {figure(-minus / total, 3)} 分"
        found.append(text + ("（与本地企业无亲缘关系）" if part == "name" else ""))
    return found[:3]


# How the weak points of a part begin; all others are about the gap.
_SPOKEN = {
    "sector": ("契合度",),
    "partners": ("本地上下游", "本地没有上下游"),
    "region": ("路程", "不在优先片区", "所在地"),
    "scale": ("企业实力", "注册资本"),
    "name": ("与本地企业",),
}


def _spoken(text: str) -> str:
    return next((part for part, words in _SPOKEN.items() if text.startswith(words)), "gap")


def _telling(row: Row, weights: Mapping[str, float]) -> str:
    """What information would narrow the interval most."""
    unknown = [part for part in PARTS if math.isnan(row[COLUMN[part]]) and weights[part]]
    if unknown:
        part = max(unknown, key=lambda p: weights[p])
        width = weights[part] / math.fsum(weights.values())
        return (
            f"最需要补充：{_ASK[part]}。“{TITLE[part]}”现在未知，"
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
        _, _, names = row["partner_firms"].split("；")[-1].partition("：")
        first += f"，并请{names.split('、')[0]}等本地伙伴说明配套意向"
    yield f"下一步：{first}；{office}核实要素条件。"
