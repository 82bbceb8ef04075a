"""Firms as partners of a lead: who does and says what it seeks, how well, and why.

The score of a firm for a mention is ``√clearness · does^a · close^b · able``, with
:data:`EXPONENTS` by kind of lead:

does
    How surely the firm does what the node names: its fit; for an investor ``√(fit · main)``. A
    firm whose own words name the thing counts at least :data:`SAID`, :data:`SOLD` if it only
    sells it.
close
    How closely its words say what the lead says (:mod:`chainmatch.leads.wording`); a firm of the
    node that says nothing like it counts :data:`MATE <chainmatch.leads.wording.MATE>`.
able
    ``1 - share + share · mean`` of the known among substance, transferability, own capital against
    a fifth of the amount, and priority of the place; ``share`` is :data:`ABLE` by kind of lead.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import networkx as nx

from chainmatch.leads.book import Book, Doing, Firm, Firms, Partner, mean
from chainmatch.leads.clauses import GENERIC, NEED, PROJECT, WILL
from chainmatch.leads.reading import BEYOND, LeadReading, Mention
from chainmatch.leads.saying import firm_why
from chainmatch.leads.wording import MATE, NEAR_MATE, Own, Place, bare, pieces
from chainmatch.matching.grammar import Item
from chainmatch.profile import Profile
from chainmatch.schema.verbs import VERBS

# A firm that says the thing without a fit at its node: does it, sells it, in its name, no verb.
SAID, SOLD, NAMED, BARE = 0.6, 0.35, 0.45, 0.25
IMPLIED = 0.6  # how close a firm is to what only follows from what the lead does
UNSAID = 0.6  # a buyer that a wide word names (食品加工) and that does not name the product
OWN_CAPITAL = 0.2  # least share of own capital in an investment
ABLE = {PROJECT: 0.6, NEED: 0.2, WILL: 0.2}
WEIGHTS = {"substance": 0.45, "movable": 0.3, "scale": 0.2, "zone": 0.05}
AT_HOME = 0.75  # a local firm as the investor of a project
REFUSED = 0.9  # an investor that a gate stops
SAME_TRADE = 0.6  # a local firm of the same trade as the investor: a joint venture, or a rival
# What it counts at most that a firm says the thing whose business the node is not.
ASIDE = {PROJECT: 0.1, NEED: 0.5, WILL: 0.2}
# Of "does" and "close": an investor should mainly do it, who serves a need should just do that.
EXPONENTS = {PROJECT: (0.5, 0.5), NEED: (0.35, 0.6), WILL: (0.5, 0.5)}
LOOKED_AT = 20  # groups of firms that are looked at closely for a lead

_DEALS = re.compile("收购|购销|销售|批发|零售|经销|贸易")
_DOES = frozenset(("make", "grow", "operate", "build", "serve", "research"))


# A firm that says what the lead has or does, not what it seeks.
NEARBY = Place(NEAR_MATE, -1, -1, False)


class Prospect(NamedTuple):
    """A firm of a list as it could answer one mention of a lead, at first sight."""

    firm: int
    mention: Mention
    doing: Doing | None
    places: tuple[Place, ...]
    near: bool
    rough: float


def joins(reading: LeadReading, graph: "nx.DiGraph[str]") -> tuple[Mention, ...]:
    """Where local firms would meet an investor: its inputs, its buyers, its own trade."""
    chains = graph.nodes(data="chain")
    found = [mention._replace(way="supply") for mention in reading.seeks]
    for mention in reading.offers:
        if mention.way != "do":
            continue
        found.append(mention._replace(weight=mention.weight * SAME_TRADE, way="same"))
        if reading.seeks:  # it says itself whom it wants
            continue
        sides = (
            ("supply", graph.predecessors(mention.node)),
            ("buy", graph.successors(mention.node)),
        )
        for way, nodes in sides:
            for node in sorted(nodes):
                if chains[node] == chains[mention.node]:
                    weight = mention.weight * BEYOND
                    things = mention.things if way == "buy" else ()
                    found.append(mention._replace(node=node, weight=weight, way=way, things=things))
    best: dict[str, Mention] = {}
    for mention in found:
        key = mention.node or mention.word
        if key not in best or mention.weight > best[key].weight:
            best[key] = mention
    return tuple(best.values())


def own_words(reading: LeadReading, graph: "nx.DiGraph[str]") -> Own:
    """Return the words of what a lead has or does: its own, those of its nodes, and those of its
    segments that are like its own (水电站 of 抽水蓄能电站).
    """
    offers = [mention for mention in reading.offers if mention.way == "do"]
    own = {thing.word for mention in offers for thing in mention.things}
    told = {piece for word in own for piece in pieces(word)}
    nodes = {mention.node for mention in offers}
    segments = {graph.nodes[node]["segment"] for node in nodes}
    for node, data in graph.nodes(data=True):
        if data["segment"] in segments:
            objects = data["objects"]
            own.update(w for w in objects if node in nodes or not told.isdisjoint(pieces(w)))
    return frozenset(own.difference(VERBS))


# --- at first sight ------------------------------------------------------------------------------


def prospects(
    reading: LeadReading, mentions: Iterable[Mention], firms: Firms, book: Book
) -> list[Prospect]:
    """Return the firms that could answer the mentions: of the groups best at first sight."""
    found: list[Prospect] = []
    for mention in mentions:
        for firm, doing, places, near in _possible(reading, mention, firms, book):
            if _wanted_there(firms.firms[firm], reading) and _deals(mention, firms, firm):
                said = SAID if places and places[0] is not NEARBY else 0.0
                one = Prospect(firm, mention, doing, places, near, 0.0)
                rough = _fits(one, places[0] if places else None, said, reading)
                found.append(one._replace(rough=rough))
    kept = best_groups((firms.groups[one.firm], one.rough) for one in found)
    return [one for one in found if firms.groups[one.firm] in kept]


def best_groups(found: Iterable[tuple[str, float]]) -> set[str]:
    """Return the groups of firms that are looked at closely, from (group, at first sight)."""
    best: dict[str, float] = defaultdict(float)
    for group, rough in found:
        best[group] = max(best[group], rough)
    return set(sorted(best, key=lambda group: (-best[group], group))[:LOOKED_AT])


def _possible(
    reading: LeadReading, mention: Mention, firms: Firms, book: Book
) -> Iterator[tuple[int, Doing | None, tuple[Place, ...], bool]]:
    numbers = book.wordings.numbers(mention, book.own[reading.lead_id])
    doing = firms.doing(mention.node)
    saying = {firm for number in numbers for firm in firms.said.alone.get(number, ())}
    implied = mention.way in ("buy", "deal")
    for firm in sorted(doing.keys() | (set() if implied else saying)):
        places = [place for n in numbers for place in firms.said.places(firm, n)]
        if firm not in doing:
            places = [place for place in places if place.alone]
            if not places:
                continue
        near = any(firms.said.near(firm, n) for n in numbers)
        if not places and near:
            places = [NEARBY]
        places.sort(key=lambda place: (-place.close, place.start))
        yield firm, doing.get(firm), tuple(places), near


def _wanted_there(firm: Firm, reading: LeadReading) -> bool:
    """Whether a firm is of the zones that the lead wants; where it is may be unknown."""
    return (
        not reading.zones
        or not firm.province
        or firm.zone in reading.zones
        or firm.province in reading.zones
    )


def _deals(mention: Mention, firms: Firms, firm: int) -> bool:
    return mention.way != "deal" or bool(_DEALS.search(firms.texts[firm]))


def _does(doing: Doing | None, said: float, reading: LeadReading) -> float:
    """How surely a firm does the thing whose words say so with ``said``."""
    if doing is None:
        return min(said, ASIDE[reading.kind])
    fit = math.sqrt(doing.fit * doing.main) if reading.kind == PROJECT else doing.fit
    return max(fit, min(said, 1.5 * fit))


def _fits(one: Prospect, place: Place | None, said: float, reading: LeadReading) -> float:
    """Return the score of a firm that says the thing at a place; ``said`` is how surely it does."""
    first, second = EXPONENTS[reading.kind]
    does, close = _does(one.doing, said, reading), _close(one.mention, place)
    if one.mention.way == "buy" and not one.near and GENERIC.fullmatch(bare(one.mention.word)):
        close *= UNSAID
    clear = one.mention.weight if reading.kind == PROJECT else one.mention.weight**0.5
    return float(clear * does**first * close**second)


def _close(mention: Mention, place: Place | None) -> float:
    if not mention.things:
        return IMPLIED
    return max(place.close if place else 0.0, MATE if mention.node else 0.0)


# --- looked at closely ---------------------------------------------------------------------------


def partners(
    reading: LeadReading, found: Iterable[Prospect], firms: Firms, book: Book
) -> Iterator[Partner]:
    """Yield prospects with score and reason; the list has been examined for them."""
    for one in found:
        firm, examined = firms.firms[one.firm], firms.examined(one.firm)
        node = one.mention.node
        acts = frozenset(book.graph.nodes[node]["activities"]) if node else _DOES
        if reading.investor:  # who makes something of it can carry its growing, too
            acts |= {"make"}
        able = _able(firm, examined.substance, examined.movable, reading, firms.kind, book.profile)
        told = ((_fits(one, p, said, reading), p) for p, said in _said(one, firms, reading, acts))
        best, place = max(told, key=lambda pair: pair[0])
        if best > 0:
            why = firm_why(reading, one, place, firms, book)
            key = one.mention.node or one.mention.word
            yield Partner(
                firms.kind, firm.id, firm.name, best * able, why, key, firms.groups[one.firm]
            )


def _said(
    one: Prospect, firms: Firms, reading: LeadReading, acts: frozenset[str]
) -> Iterator[tuple[Place | None, float]]:
    """Yield where the firm says the thing, and how surely it does it by what it does there.

    What is excluded, what only branches may do, and what the firm does otherwise than with the
    ``acts`` of the node says nothing.
    """
    yield None, 0.0
    length = len(firms.firms[one.firm].scope)
    for place in one.places:
        if place is NEARBY:
            yield place, 0.0
        elif place.start > length:
            yield place, NAMED
        elif item := _item_at(place, firms.examined(one.firm).items):
            if item.activities & acts or (not item.activities and reading.kind != PROJECT):
                yield place, SAID
            elif not item.activities:
                yield place, BARE
            elif reading.kind == NEED and not reading.investor and "trade" in item.activities:
                yield place, SOLD


def _item_at(place: Place, items: Sequence[Item]) -> Item | None:
    here = (item for item in items if item.start <= place.start < item.end)
    return next((item for item in here if item.place != "verb" and not item.branch), None)


def _able(
    firm: Firm, substance: float, movable: float, reading: LeadReading, kind: str, profile: Profile
) -> float:
    share = ABLE[reading.kind]
    parts = {
        "substance": substance,
        "movable": movable if reading.kind == PROJECT else math.nan,
        "scale": _scale(firm.capital, reading),
        "zone": _zone(firm, profile) if kind == "target" and reading.kind == PROJECT else math.nan,
    }
    known = [value for value in parts.values() if value == value]
    able = 1 - share + share * (mean(parts, WEIGHTS) if known else 0.5)
    if reading.kind == PROJECT:
        able *= (AT_HOME if kind == "local" else 1.0) * (REFUSED if firm.gate else 1.0)
    return able


def _scale(capital: float, reading: LeadReading) -> float:
    """``1 + log10(capital / (0.2 · amount)) / 2`` within 0…1: what an investor must bring."""
    if reading.kind != PROJECT or reading.amount is None or not capital > 0:
        return math.nan
    needed = OWN_CAPITAL * max(reading.amount[0], 1e-9)
    return min(1.0, max(0.0, 1 + math.log10(capital / needed) / 2))


def _zone(firm: Firm, profile: Profile) -> float:
    if firm.zone in profile.zones:
        return profile.zones[firm.zone]
    if not firm.province:
        return math.nan
    return profile.in_province if firm.province == profile.home.province else profile.elsewhere
