"""Gates (准入条件): hard conditions that keep a firm off the list, each with what would lift it.

One function a gate; each returns the firms that it stops and why. A firm is listed once, under the
first gate in the order of ``_GATES``; the others that it fails are named behind the reason. A gate
never stops a firm for something that is unknown, except that a firm of which neither scope nor
products nor name say anything cannot be scored at all.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from chainmatch.decision.county import County, county_of
from chainmatch.decision.main_business import main_business
from chainmatch.decision.refusals import Refusals
from chainmatch.matching.grammar import read_scopes
from chainmatch.profile import Profile, Refusal
from chainmatch.schema.columns import TABLES
from chainmatch.schema.currencies import in_yuan
from chainmatch.util.missing import among, text_of
from chainmatch.util.rounding import percent, rounded

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

_Why = dict[str, str]  # firm_id → reason

_NETWORK = (
    "(?:银行|信用联社|农村信用合作联社|保险|人寿|财险|邮政|邮储|电信|移动通信|联合网络通信|"
    "联通|铁塔|电网|供电)"
)
# Outlets that a head office places by rule: nobody is won over by a visit to one.
_OUTLET = re.compile(
    r"(?:加油站|加气站|加油加气站|充电站|储蓄所|分理处|信用社|邮政(?:支局|所|局|营业所)|支局"
    r"|营业厅|营业所|营销服务部|营业网点|代办点|代理点|便民店|彩票站)(?:有限(?:责任)?公司)?$"
    rf"|^(?:(?!{_NETWORK}).)*+{_NETWORK}.*(?:分行|支行|营业部|支公司|分公司|服务部|供电所|供电局)$"
)
_BRANCH = re.compile(
    r"(?:分公司|支公司|分行|支行|分厂|分店|分社|分部|分院|分所|分校|营业部|门市部|办事处|代表处|"
    r"项目部|专卖店|直营店|连锁店)(?:[（(][^（）()]*[）)])?$"
)
# What is no longer there, or no longer works; 未注销, 无吊销记录, 半停产 and 注销：否 say it is.
_GONE = re.compile(
    "(?<![未非无没不半])(?<!未被)(?<!没有)(?<!未见)"
    "(?:注销|吊销|撤销|清算|破产|除名|歇业|停业|停产|关停|倒闭|解散|终止|废止|迁出|迁往|关闭|休止)"
    "(?![^，,；;（(]{0,2}否)"
)
MOSTLY = 0.5  # of what a firm makes, from which a refusal stops it


class _Case(NamedTuple):
    targets: pd.DataFrame
    links: pd.DataFrame | None
    fits: pd.DataFrame
    profile: Profile
    county: County


def check(
    targets: pd.DataFrame,
    links: pd.DataFrame | None,
    fits: pd.DataFrame,
    profile: Profile,
    graph: "Graph",
) -> pd.DataFrame:
    """Return the firms that fail a gate (``TABLES["excluded"]``), in the order of ``targets``.

    ``links`` lead from target firms (left) to local firms (right); ``None``: not looked for.
    ``fits`` are the fits of the targets. What is left over is exactly what can be scored.
    """
    case = _Case(targets, links, fits, profile, county_of(profile, graph))
    failed: dict[str, list[tuple[str, str]]] = {}
    for gate, rule in _GATES.items():
        for firm, why in rule(case).items():
            failed.setdefault(firm, []).append((gate, why))
    rows = []
    for firm, name in zip(targets["firm_id"].tolist(), targets["name"].tolist(), strict=True):
        if firm in failed:
            (gate, why), *others = failed[firm]
            also = "、".join(other for other, _ in others)
            rows.append((firm, name, gate, why + (f"另外还未通过：{also}。" if also else "")))
    return pd.DataFrame(rows, columns=list(TABLES["excluded"]))


# --- the gates ---------------------------------------------------------------------------------


def passed(firms: pd.DataFrame, excluded: pd.DataFrame) -> pd.DataFrame:
    """Return the firms that no gate stops; ``excluded`` is what :func:`check` returned."""
    return firms[~among(firms["firm_id"], excluded["firm_id"].tolist())]


def _already_here(case: _Case) -> _Why:
    if case.links is None:
        return {}
    words = {"same": "是同一家企业", "branch": "是总部与分支的关系"}
    links = case.links
    use = links["relation"].isin(list(words)) & (links["confidence"] >= case.profile.gates.link)
    rows = links[use].sort_values(
        ["left_id", "confidence", "right_id"], ascending=[True, False, True]
    )
    return {
        firm: f"与本地企业“{local}”{words[relation]}（置信度{percent(confidence)}）；"
        "如核实不是，请从本地名单或关联表中更正。"
        for firm, local, relation, confidence in reversed(
            list(
                zip(
                    *(rows[c] for c in ("left_id", "right_name", "relation", "confidence")),
                    strict=True,
                )
            )
        )
    }


def _at_home(case: _Case) -> _Why:
    home = case.profile.home
    firms = case.targets
    here = firms["province"].eq(home.province) & firms["city"].eq(home.city)
    if home.county:
        here &= firms["county"].eq(home.county)
    place = home.county or home.city
    why = f"登记地就在{place}，不属于招商对象；如登记地有误，请更正地区后重新运算。"
    return dict.fromkeys(firms.loc[here, "firm_id"], why)


def _struck_off(case: _Case) -> _Why:
    return {
        firm: f"登记状态为“{status}”；恢复为存续后可重新纳入。"
        for firm, status in _texts(case.targets, "status")
        if _GONE.search(status)
    }


def _outlet(case: _Case) -> _Why:
    found = {}
    for firm, name in _texts(case.targets, "name"):
        if _OUTLET.search(name):
            found[firm] = (
                "是按网点布设的机构（银行、保险、邮政、通信、加油站等），没有投资决策权；请改为联系其总部。"
            )
        elif _BRANCH.search(name):
            found[firm] = "是分支机构，没有独立的投资决策权；请改为联系其总公司。"
    return found


def _refused(case: _Case) -> _Why:
    """What the county takes from nobody, where it is most of what a firm makes."""
    refusals = Refusals(case.county.refusals)
    found = {}
    for column in ("products", "scope"):
        texts = {firm: t for firm, t in _texts(case.targets, column) if refusals.in_(t)}
        for (firm, text), items in zip(
            texts.items(), read_scopes(list(texts.values())), strict=True
        ):
            done = refusals.done(text, items)
            if done and done.share >= MOSTLY:
                found[firm] = _refusal_text(f"经营内容“{done.phrase}”", done.refusal)
    for firm, name in _texts(case.targets, "name"):
        if refusal := refusals.named(name):
            found[firm] = _refusal_text("企业名称所称的经营内容", refusal)
    return found


def _refusal_text(what: str, refusal: Refusal) -> str:
    why = f"（{refusal.why}）" if refusal.why else ""
    return (
        f"{what}属于县情不能接收的“{refusal.what}”{why}；"
        "核实其不在本地做这一工序，或调整县情配置后可纳入。"
    )


def _no_scope(case: _Case) -> _Why:
    """No scope and no products, and the name alone says nothing either."""
    blank = _blank(case.targets, "scope") & _blank(case.targets, "products")
    known = set(case.fits.loc[case.fits["node"].ne(""), "firm_id"])
    why = "没有经营范围和主营产品，企业名称也看不出行业；补充经营范围后可重新评估。"
    return dict.fromkeys(
        (f for f in case.targets.loc[blank, "firm_id"].tolist() if f not in known), why
    )


def _closed(case: _Case) -> _Why:
    """What the firm does first of all is closed."""
    closed = case.county.closed
    own = main_business(case.fits, closed)
    worth = np.sqrt(own["fit"].astype(float) * own["main"].astype(float))
    order = own.assign(worth=-worth).sort_values(["firm_id", "worth", "node"])
    first = order.drop_duplicates("firm_id")
    shut = first[first["node"].isin(list(closed))]
    return {
        firm: f"{closed[node]}；本地条件具备或县情配置调整后可重新纳入。"
        for firm, node in shut[["firm_id", "node"]].itertuples(index=False)
    }


def _too_small(case: _Case) -> _Why:
    floor = case.profile.gates.min_capital
    capital = pd.to_numeric(case.targets["capital"], errors="coerce")
    yuan = pd.Series(
        map(in_yuan, capital.astype(float).tolist(), text_of(case.targets["currency"]).tolist()),
        index=case.targets.index,
        dtype=float,
    )
    small = case.targets[yuan < floor]
    lift = "增资或调低县情配置的最低注册资本后可纳入。"
    return {
        firm: f"注册资本约{rounded(value, 0):,}万元，低于{rounded(floor, 0):,}万元；{lift}"
        for firm, value in zip(small["firm_id"], yuan[small.index], strict=True)
    }


def _outside(case: _Case) -> _Why:
    zones = case.profile.gates.excluded_zones
    return {
        firm: f"在{zone}，县情配置不向该片区招商；从 excluded_zones 中去掉后可纳入。"
        for firm, zone in _texts(case.targets, "zone")
        if zone in zones
    }


_GATES: dict[str, Callable[[_Case], _Why]] = {
    "已在本地": _already_here,
    "登记地在本地": _at_home,
    "登记状态异常": _struck_off,
    "分支机构": _outlet,
    "县情不接收": _refused,
    "无经营范围": _no_scope,
    "环节不接收": _closed,
    "注册资本不足": _too_small,
    "片区不在范围": _outside,
}


# --- helpers -----------------------------------------------------------------------------------


def _texts(firms: pd.DataFrame, column: str) -> Iterator[tuple[str, str]]:
    return zip(firms["firm_id"].tolist(), text_of(firms[column]).tolist(), strict=True)


def _blank(firms: pd.DataFrame, column: str) -> "pd.Series[bool]":
    return text_of(firms[column]).str.strip().eq("")
