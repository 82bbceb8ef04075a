"""Gates (准入条件): hard conditions that keep a firm off the list, each with what would lift it.

One function a gate; each returns the firms that it stops and why. A firm is listed once, under the
first gate in the order of ``_GATES``; the others that it fails are named behind the reason. A gate
never stops a firm for something that is unknown, except that a firm which no scope, product or name
places at any node cannot be scored at all.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pandas as pd

from chainmatch.matching.grammar import Item, read_scope, read_scopes
from chainmatch.names import parse_name
from chainmatch.profile import Profile, closed_nodes
from chainmatch.schema.columns import TABLES
from chainmatch.util.missing import text_of
from chainmatch.util.rounding import figure, percent, rounded
from chainmatch.util.text import normalise

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

_Why = dict[str, str]  # firm_id → reason

# Outlets that a head office places by rule: nobody is won over by a visit to one.
_OUTLET = re.compile(
    r"(?:加油站|加气站|加油加气站|充电站|储蓄所|分理处|信用社|邮政(?:支局|所|局|营业所)|支局"
    r"|营业厅|营业所|营销服务部|营业网点|代办点|代理点|便民店|彩票站)(?:有限(?:责任)?公司)?$"
    r"|(?:银行|信用联社|农村信用合作联社|保险|人寿|财险|邮政|邮储|电信|移动通信|联合网络通信|联通|铁塔|电网|供电)"
    r".*(?:分行|支行|营业部|支公司|分公司|服务部|供电所|供电局)$"
)
_BRANCH = re.compile(
    r"(?:分公司|支公司|分行|支行|分厂|分店|分社|分部|分院|分所|分校|营业部|门市部|办事处|代表处|"
    r"项目部|专卖店|直营店|连锁店)(?:[（(][^（）()]*[）)])?$"
)
_GONE = re.compile("注销|吊销|撤销|清算|责令关闭|已关闭")
# A word of the negative list may be followed by one of these and still be what the firm does.
_STILL = re.compile(r"(?:的|及|和|产品|制品|行业|业务|项目|业|品|类| )*")
_DOING = frozenset(("make", "grow", "operate", "serve"))
_TO_MAKE = re.compile("(?<=..)(?:生产|制造)$")
_BRACKET = re.compile(r"\([^()]*\)?")


class _Case(NamedTuple):
    targets: pd.DataFrame
    links: pd.DataFrame | None
    fits: pd.DataFrame
    profile: Profile
    closed: _Why  # node → reason


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
    known = fits[fits["node"].isin(list(graph))]
    case = _Case(targets, links, known, profile, closed_nodes(profile, graph))
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
        if _GONE.search(status) and not status.startswith(("未", "非"))
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


def _negative_words(case: _Case) -> _Why:
    words = [_unwanted(word) for word in case.profile.gates.negative.words]
    if not words:
        return {}
    any_word = _any_of(words)
    found = _negative_names(case, words)
    for column in ("products", "scope"):
        suspects = [pair for pair in _texts(case.targets, column) if any_word.search(pair[1])]
        scopes = read_scopes([text for _, text in suspects])
        for (firm, text), items in zip(suspects, scopes, strict=True):
            hit = _offered(text, items, words, any_word)
            if hit:
                found[firm] = (
                    f"经营内容“{hit[0]}”属于负面清单“{hit[1]}”；"
                    "企业变更经营范围，或县情配置的负面清单去掉该项后可纳入。"
                )
    return found


def _negative_names(case: _Case, words: list["_Unwanted"]) -> _Why:
    """A firm that calls itself by an unwanted process (某某造纸有限公司) does it."""
    ends = tuple(word.object for word in words if not word.activities)
    named = {word.object: word.word for word in words}
    found = {}
    for firm, name in _texts(case.targets, "name"):
        if not any(end in name for end in ends):
            continue
        parts = parse_name(name)
        said = next((end for end in ends if (parts.brand + parts.trade).endswith(end)), "")
        if said:
            found[firm] = (
                f"企业名称自称“{said}”，属于负面清单“{named[said]}”；"
                "核实已不再从事，或县情配置的负面清单去掉该项后可纳入。"
            )
    return found


def _no_scope(case: _Case) -> _Why:
    """No scope and no products, and the name alone says nothing either."""
    blank = _blank(case.targets, "scope") & _blank(case.targets, "products")
    fit = set(_good(case)["firm_id"])
    why = "没有经营范围和主营产品，企业名称也看不出行业；补充经营范围后可重新评估。"
    return dict.fromkeys(
        (f for f in case.targets.loc[blank, "firm_id"].tolist() if f not in fit), why
    )


def _closed(case: _Case) -> _Why:
    """All nodes that the firm fits are closed."""
    good = _good(case)
    shut = good[good["node"].isin(list(case.closed))]
    free = set(good["firm_id"]) - set(good.loc[~good["node"].isin(list(case.closed)), "firm_id"])
    best = shut[shut["firm_id"].isin(free)].sort_values(
        ["firm_id", "fit", "node"], ascending=[True, False, True]
    )
    return {
        firm: f"{case.closed[node]}；本地条件具备或县情配置调整后可重新纳入。"
        for firm, node in best.drop_duplicates("firm_id")[["firm_id", "node"]].itertuples(
            index=False
        )
    }


def _unrelated(case: _Case) -> _Why:
    floor = case.profile.gates.min_fit
    best = case.fits.groupby("firm_id")["fit"].max().to_dict()
    blank = _no_scope(case)
    found = {}
    for firm in case.targets["firm_id"].tolist():
        fit = best.get(firm, 0.0)
        if fit < floor and firm not in blank:
            level = f"最高契合度{figure(fit)}，低于{floor:g}" if fit else "没有任何环节的依据"
            found[firm] = f"{level}；补充主营产品或更完整的经营范围后可重新评估。"
    return found


def _too_small(case: _Case) -> _Why:
    floor = case.profile.gates.min_capital
    capital = pd.to_numeric(case.targets["capital"], errors="coerce")
    yuan = text_of(case.targets["currency"]).isin(["", "CNY"])
    small = case.targets[yuan & (capital < floor)]
    lift = "增资或调低县情配置的最低注册资本后可纳入。"
    return {
        firm: f"注册资本{rounded(value, 0):,}万元，低于{rounded(floor, 0):,}万元；{lift}"
        for firm, value in zip(small["firm_id"], capital[small.index], strict=True)
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
    "负面清单": _negative_words,
    "无经营范围": _no_scope,
    "环节不接收": _closed,
    "与产业链无关": _unrelated,
    "注册资本不足": _too_small,
    "片区不在范围": _outside,
}


# --- helpers -----------------------------------------------------------------------------------


class _Unwanted(NamedTuple):
    """A word of the negative list: an object to be made (水泥熟料生产), else a process (电镀)."""

    word: str
    object: str
    activities: frozenset[str]


def _unwanted(word: str) -> _Unwanted:
    text = normalise(word).strip()
    made = _TO_MAKE.sub("", text)
    return _Unwanted(word, made, frozenset(("make",)) if made != text else frozenset())


def offered(scope: str, words: Iterable[str]) -> tuple[str, str] | None:
    """Return the first phrase of ``scope`` that offers one of ``words``, and the word; else None.

    A word that ends in 生产 or 制造 asks that the firm makes the thing. Any other word is a process
    (电镀, 铅冶炼) which the firm does, or names without any verb; selling, building and
    researching it do not count. Excluded phrases do not
    count, nor a thing that only has the word in front (电镀设备).
    """
    read = [_unwanted(word) for word in words]
    return _offered(scope, read_scope(scope), read, _any_of(read))


def _any_of(words: list[_Unwanted]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word.object) for word in words))


def _offered(
    scope: str, items: Iterable[Item], words: list[_Unwanted], any_word: re.Pattern[str]
) -> tuple[str, str] | None:
    text = normalise(scope)
    for item in items:
        if not any_word.search(text, item.start, item.end):
            continue
        for word in words:
            if _does(item, word.activities) and _names(text, item, word.object):
                return scope[item.start : item.end], word.word
    return None


def _does(item: Item, wanted: frozenset[str]) -> bool:
    if wanted:
        return bool(item.activities & wanted)
    only_research = "research" in item.activities and "make" not in item.activities
    return not item.activities or (bool(item.activities & _DOING) and not only_research)


def _names(text: str, item: Item, word: str) -> bool:
    """Whether ``word`` is what the item is about: nothing but fillers and verbs behind it."""
    span = _BRACKET.sub(lambda found: " " * len(found[0]), text[item.start : item.end])
    return any(
        _STILL.fullmatch(span[found.end() : max(item.core_end - item.start, found.end())])
        for found in re.finditer(re.escape(word), span)
    )


def _good(case: _Case) -> pd.DataFrame:
    return case.fits[case.fits["fit"] >= case.profile.gates.min_fit]


def _texts(firms: pd.DataFrame, column: str) -> Iterator[tuple[str, str]]:
    return zip(firms["firm_id"].tolist(), text_of(firms[column]).tolist(), strict=True)


def _blank(firms: pd.DataFrame, column: str) -> "pd.Series[bool]":
    return text_of(firms[column]).str.strip().eq("")
