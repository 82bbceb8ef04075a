"""Facts of a firm that can be asked for, and what its row in the list would say if they were so.

A fact has **levels**, least first: an amount in steps of one, a title, or one level alone. Whoever
passes at a level passes at every later one, so the least that is enough is found by halving.
"""

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pandas as pd

from chainmatch.decision.county import County
from chainmatch.decision.firm_facts import honour_of, plant_of
from chainmatch.decision.partners import words_in
from chainmatch.decision.refusals import Refusals
from chainmatch.decision.shortlist import unconverted
from chainmatch.matching.grammar import read_scopes
from chainmatch.schema.currencies import in_yuan, money_text

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

Row = Mapping[str, Any]

_ENOUGH_CAPITAL = 10_000  # 万元 of yuan: more adds nothing to the part 企业实力
_ENOUGH_STAFF = 300
_TITLES = ("规上企业", "高新技术企业", "专精特新企业", "专精特新小巨人企业", "上市公司")
_NODES = 3  # nodes of a firm of which its main product is asked
_FORM = re.compile("(?:总公司|公司)$")


class Fact(NamedTuple):
    """Something that can be asked for.

    ``levels`` are what it could be, least first; ``change`` says which cells of the row differ
    then, ``say`` puts it in words. ``read`` is whether the words of the firm must be read anew.
    """

    key: str
    levels: Sequence[Any]
    change: Callable[[Any], dict[str, Any]]
    say: Callable[[Any], str]
    read: bool = False


def facts_of(
    row: Row, fits: pd.DataFrame, county: County, graph: "Graph", columns: Collection[str]
) -> list[Fact]:
    """Return the facts that could be otherwise than a row of firms says.

    ``fits`` are those of the firm, ``columns`` those that a list of firms may have.
    """
    found = [*_capital(row), *_titles(row), *_address(row)]
    if "staff" in columns:
        found += _staff(row)
    found += [*_products(row, fits, county, graph), *_dropped(row, county), *_converted(row)]
    return [fact for fact in found if len(fact.levels)]


def _capital(row: Row) -> Iterator[Fact]:
    currency = row["currency"] or "CNY"
    now = float(row["capital"]) if row["capital"] == row["capital"] else math.nan
    rate = in_yuan(1.0, currency)
    if math.isnan(rate):
        return
    first = 1 if math.isnan(now) else math.floor(now) + 1
    last = math.ceil(_ENOUGH_CAPITAL / rate)

    def say(level: int) -> str:
        wanted = money_text(float(level), currency)
        if math.isnan(now):
            return f"查明注册资本不低于{wanted}（现不详）"
        return f"注册资本从{money_text(now, currency)}增至{wanted}"

    yield Fact(
        "capital",
        range(first, last + 1),
        lambda level: {"capital": float(level), "currency": currency},
        say,
    )


def _staff(row: Row) -> Iterator[Fact]:
    now = pd.to_numeric(row.get("staff", math.nan), errors="coerce")
    first = 1 if now != now else math.floor(now) + 1
    before = "现不详" if now != now else f"现{now:.0f}人"
    yield Fact(
        "staff",
        range(first, _ENOUGH_STAFF + 1),
        lambda level: {"staff": float(level)},
        lambda level: f"查明参保人数达到{level}人（{before}）",
    )


def _titles(row: Row) -> Iterator[Fact]:
    held = str(row["honours"] or "")
    now = honour_of(held)
    better = [title for title in _TITLES if not honour_of(title) <= now]
    yield Fact(
        "honours",
        better,
        lambda title: {"honours": f"{held}、{title}" if held else title},
        lambda title: f"查明或取得“{title}”一类荣誉资质",
    )


def _address(row: Row) -> Iterator[Fact]:
    if plant_of(str(row["address"] or "")) == 1:
        return
    place = "".join(str(row[column] or "") for column in ("province", "city", "county"))
    yield Fact(
        "address",
        (f"{place}工业园区",),
        lambda text: {"address": text},
        lambda _: "查明生产厂址在乡镇、村或工业园区，不是写字楼",
    )


def _products(row: Row, fits: pd.DataFrame, county: County, graph: "Graph") -> Iterator[Fact]:
    """Main products, of the nodes that the firm's own words name already."""
    own = fits[fits["node"].ne("") & ~fits["node"].isin(list(county.closed))]
    best = own.sort_values(["fit", "node"], ascending=[False, True]).head(_NODES)
    told = str(row["products"] or "")
    asked = {""}
    for node, evidence in best[["node", "evidence"]].itertuples(index=False):
        objects = sorted(graph.nodes[node]["objects"], key=lambda word: (-len(word), word))
        word = next(iter(words_in(evidence or "", objects)), "") or graph.nodes[node]["objects"][0]
        if word not in asked and word not in told:
            asked.add(word)
            yield Fact(
                f"products:{node}",
                (word,),
                lambda word: {"products": f"{word}、{told}" if told else word},
                lambda word: f"核实主营产品就是“{word}”",
                read=True,
            )


def _dropped(row: Row, county: County) -> Iterator[Fact]:
    change, phrases = without_refused(row, county)
    if phrases:
        yield Fact(
            "scope",
            ("、".join(phrases),),
            lambda _: change,
            lambda phrases: f"确认不在本地做“{phrases}”，从经营内容中去掉",
            read=True,
        )


def without_refused(row: Row, county: County) -> tuple[dict[str, Any], list[str]]:
    """Return a row's scope and products without what the county refuses, and what that is."""
    refusals = Refusals(county.refusals)
    change, phrases = {}, []
    for column in ("scope", "products"):
        text = str(row[column] or "")
        while found := refusals.done(text, read_scopes([text])[0]):
            left = text.replace(found.phrase, "")
            if not found.phrase or left == text:
                break
            phrases.append(found.phrase)
            text = change[column] = left
    return change, phrases


def _converted(row: Row) -> Iterator[Fact]:
    name = str(row["name"])
    if unconverted(name):
        new = f"{_FORM.sub('', name)}有限公司"
        yield Fact(
            "name",
            (new,),
            lambda new: {"name": new},
            lambda new: f"核实已改制为有限责任公司（如“{new}”）",
            read=True,
        )
