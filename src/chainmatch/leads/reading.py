"""The prose of a lead, read on the vocabulary of the chains: what it offers and what it seeks.

A lead is cut into clauses. Words of offering (``年产`` ``依托``) and of seeking (``寻`` ``拟建``)
govern what stands behind them up to the next such word, or what stands before them in their clause
(``…为原料`` ``…扩建``). In a governed stretch the things of a list share what it says once:
``光伏、储能电站`` names a 光伏电站, ``中药材烘干、切片设备`` a 中药材切片设备. What is no head of
its thing (茶叶 in 茶叶杀青设备) only says what the lead is about.

What a word of seeking means follows from the kind of the lead:

================  ============================  ==============================================
kind              sought                        offered
================  ============================  ==============================================
有项目无投资主体  what is to be built, and by   what is there: raw material, a first phase
                  whom
有意愿无项目      inputs and partners: 钨原料   what the investor does, and what it means to do
有需求无门路      suppliers, services, buyers   what the party does
================  ============================  ==============================================

``客户`` ``销路`` ``渠道`` ask for those who buy what is offered: the nodes that they name, and the
nodes just downstream. ``供应商`` ``配套`` without a name asks for the nodes just upstream.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import networkx as nx

from chainmatch.leads.clauses import (
    BUYERS,
    DEALERS,
    GENERIC,
    HAD,
    INVESTOR,
    MACHINES,
    NEED,
    PROJECT,
    RAW,
    SALES,
    SITE,
    SUPPLIERS,
    TAIL,
    VAGUE,
    WILL,
    WORK,
    Stretch,
    Thing,
    activities_of,
    read_stretches,
    read_things,
    read_title,
)
from chainmatch.leads.figures import Figure, read_conditions, read_figures, read_needs, read_zones
from chainmatch.matching.grammar import NOTHING
from chainmatch.matching.lexicon import Hit, Lexicon, Owner
from chainmatch.matching.word_boundaries import SHORT
from chainmatch.schema.verbs import VERBS
from chainmatch.util.text import normalise

# How clearly a mention speaks for its node.
CLEAR, HINT, ABOUT, TITLE, BEYOND = 1.0, 0.7, 0.4, 0.9, 0.7


_NAMES = re.compile("[0-9A-Za-z\u4e00-\u9fff]{2}")
_TRADING = frozenset({"trade"})
_MAKING = frozenset({"make"})
_GROWING = frozenset({"grow"})
_PRODUCING = _MAKING | _GROWING


class Named(NamedTuple):
    """A thing as the lead names it: what it is, and what else stands beside that.

    冷水鱼配合饲料 is a 配合饲料, beside which stands 冷水鱼. ``kinds`` are the nodes of what stands
    beside it.
    """

    word: str
    beside: str = ""
    kinds: tuple[str, ...] = ()


class Mention(NamedTuple):
    """A node that a lead names: its wording, the phrase it stands in, how clearly (0…1).

    ``node`` is "" for a thing that no chain knows. ``things`` are all things of the lead that name
    the node; none where it follows from what the lead does. ``way`` is how a doer of the node
    relates to the lead: ``do`` (does what is named), ``supply``, ``buy`` (one supply up or down
    from what the lead does), ``deal`` (buys and sells what the lead makes), ``about`` (the lead
    only mentions it).
    """

    node: str
    word: str
    phrase: str
    weight: float
    way: str
    things: tuple[Named, ...]


class _Head(NamedTuple):
    """A wording that is what a thing is, its verbs, and what stands before it in the thing."""

    hit: Hit
    verbs: frozenset[str]
    beside: str


class LeadReading(NamedTuple):
    """What a lead says. Nodes strongest first, each once; ``amount`` in 万元 as (low, high).

    ``amount`` is None where neither column nor text gives one. ``zones`` are the zones or
    provinces from which partners are wanted. ``investor`` says that the lead wants capital.
    """

    lead_id: str
    kind: str
    title: str
    text: str
    seeks: tuple[Mention, ...]
    offers: tuple[Mention, ...]
    amount: tuple[float, float] | None
    figures: tuple[Figure, ...]
    needs: tuple[str, ...]
    zones: tuple[str, ...]
    conditions: tuple[str, ...]
    investor: bool

    @property
    def unread(self) -> tuple[str, ...]:
        """The things sought that no chain knows, word for word."""
        return tuple(thing.word for m in self.seeks if not m.node for thing in m.things)

    @property
    def land(self) -> Figure | None:
        """The land of the lead in 亩."""
        return next((figure for figure in self.figures if figure.what == "land"), None)

    @property
    def plant(self) -> Figure | None:
        """The plant of the lead in square metres."""
        return next((figure for figure in self.figures if figure.what == "plant"), None)


class LeadReader:
    """Reads leads on the vocabulary of a chain graph."""

    def __init__(self, graph: "nx.DiGraph[str]", lexicon: Lexicon | None = None) -> None:
        self.graph = graph
        self.find = lru_cache(maxsize=1 << 12)((lexicon or Lexicon(graph)).find)
        self._does = {node: frozenset(data["activities"]) for node, data in graph.nodes(data=True)}
        self._all = frozenset().union(*self._does.values())
        self._machines = {
            node for node, data in graph.nodes(data=True) if MACHINES.search(data["name"])
        }

    def read(
        self,
        lead_id: str,
        kind: str,
        title: str,
        text: str,
        industry: str = "",
        amount: float | None = None,
    ) -> LeadReading:
        """Read one lead; ``amount`` in 万元 where a column gives it. Never fails."""
        title, text = normalise(title), normalise(text)
        chain = self._chain_of(industry, title, text)
        found: dict[str, list[Mention]] = {"seek": [], "offer": []}
        heading = read_title(title, kind)
        stretches, headed = [*heading, *read_stretches(text, kind)], len(heading)
        for number, stretch in enumerate(stretches):
            weight = TITLE if number < headed else 1.0
            for mention in self._mentions(stretch, chain):
                side = "offer" if mention.way == "about" and kind != PROJECT else stretch.side
                # A title names places, parties and marks beside its thing.
                things = (Named(mention.word),) if number < headed else mention.things
                found[side].append(mention._replace(weight=mention.weight * weight, things=things))
        found = {side: _without_vague(mentions) for side, mentions in found.items()}
        offers = _strongest(found["offer"])
        wanted = "".join(s.text + s.cue for s in stretches if s.side == "seek")
        investor = bool(INVESTOR.search(wanted + title)) or kind == PROJECT
        seeks = self._sought(kind, found["seek"], offers, wanted + title, investor)
        known = [thing.word for mention in seeks for thing in mention.things]
        seeks += tuple(
            mention
            for mention in dict.fromkeys(self._unread(stretches[headed:]))
            if not any(word[-2:] in mention.word for word in known)  # 包装袋 beside 食品包装袋
        )
        figures = read_figures(text)
        return LeadReading(
            lead_id=lead_id,
            kind=kind,
            title=title,
            text=text,
            seeks=seeks,
            offers=offers,
            amount=_amount(amount, figures),
            figures=figures,
            needs=read_needs(text),
            zones=_zones(stretches) if kind != WILL else (),
            conditions=read_conditions(text),
            investor=investor,
        )

    # --- stretches -------------------------------------------------------------------------------

    def _chain_of(self, industry: str, title: str, text: str) -> str:
        """Return the chain that the lead names, else the one that most of its wordings name."""
        chains = self.graph.graph["chains"].items()
        named = next((chain for chain, data in chains if data["name"] in industry), "")
        if named:
            return named
        votes: dict[str, float] = {}
        for hit in (*self.find(title), *self.find(text)):
            of = {owner.chain for owner in hit.owners}
            if len(of) == 1:
                share = HINT if hit.owners[0].hint else CLEAR
                votes[min(of)] = votes.get(min(of), 0.0) + share * len(hit.term)
        return min(votes, key=lambda chain: (-votes[chain], chain), default="")

    def _unread(self, stretches: Iterable[Stretch]) -> Iterator[Mention]:
        """Yield the things sought that no chain knows."""
        for stretch in stretches:
            if stretch.side != "seek" or not stretch.cue:
                continue
            for thing in read_things(SITE.sub(" ", stretch.text)):
                bare = not any(map(self.find, (thing.text, *(f for f, _ in thing.shared))))
                vague = VAGUE.search(thing.text) or TAIL.fullmatch(thing.text)
                if bare and not vague and _NAMES.search(thing.text):
                    named = (Named(thing.text),)
                    yield Mention("", thing.text, stretch.text.strip(), HINT, "do", named)

    # --- mentions --------------------------------------------------------------------------------

    def _mentions(self, stretch: Stretch, chain: str) -> Iterator[Mention]:
        """Yield what a stretch names; ``about`` marks what only modifies something else."""
        phrase = stretch.text.strip()
        before: list[_Head] = []
        read = [(thing, *self._heads(thing)) for thing in read_things(SITE.sub(" ", stretch.text))]
        clear = any(_is_clear(head.hit) for _, heads, _ in read for head in heads)
        for thing, found, others in read:
            heads = _meant(found, clear)
            if not heads and before and (verbs := activities_of(thing.text)):
                heads = [head._replace(verbs=verbs) for head in before]  # 规范化种植与产地初加工
            kinds = tuple({owner.node: 0 for hit in others for owner in hit.owners})
            for hit, verbs, beside in heads:
                known = bool(kinds and beside)  # what no chain knows may be a place or a mark
                named = (Named(hit.term, beside if known else "", kinds if known else ()),)
                for node, hint in self._nodes(hit, verbs or thing.verbs, stretch, chain):
                    yield Mention(node, hit.term, phrase, HINT if hint else CLEAR, "do", named)
            for hit in others:
                yield from self._about(hit, thing, stretch, chain)
            before = heads or before

    def _heads(self, thing: Thing) -> tuple[list[_Head], list[Hit]]:
        """Return the wordings that are what a thing is, and those that modify it.

        What the list says once is added where the thing alone names nothing whole, or no machine.
        """
        hits = self.find(thing.text)
        heads: list[_Head] = []
        others = []
        for hit in hits:
            rest = thing.text[hit.end :]
            if TAIL.fullmatch(rest) or _is_done(hit.term):
                verbs = activities_of(hit.term[-2:] + rest)
                heads.append(_Head(hit, verbs, _beside(thing.text[: hit.start])))
            else:
                others.append(hit)
        if others and not heads:  # 冷水鱼饲料: what is behind 冷水鱼 is looked at by itself
            at = others[-1].end
            heads = [
                _Head(hit, NOTHING, _beside(thing.text[:at]))
                for hit in self.find(thing.text[at:])
                if hit.start == 0 and TAIL.fullmatch(thing.text[at + hit.end :])
            ]
        if not any(_is_clear(head.hit) for head in heads) or thing.machine:
            for form, end in thing.shared:
                whole = [
                    _Head(hit, NOTHING, _beside(form[: hit.start]))
                    for hit in self.find(form)
                    if _is_clear(hit) and hit.start < end < hit.end
                    if TAIL.fullmatch(form[hit.end :])
                ]
                if whole:
                    return whole, []
        return heads, others

    def _nodes(
        self, hit: Hit, verbs: frozenset[str], stretch: Stretch, chain: str
    ) -> Iterator[tuple[str, bool]]:
        """Yield the nodes that a wording means here, each with "only a hint"."""
        owners = _preferred(hit.owners, chain)
        if WORK.search(hit.term):  # 水轮机大修: those who do such work, and the makers
            yield from ((owner.node, owner.hint) for owner in owners)
            return
        raw = bool(RAW.search(stretch.text)) or bool(HAD.search(stretch.cue))
        wanted = (verbs - _TRADING) or (_GROWING if raw else NOTHING)
        if wanted == _PRODUCING and any(self._does[c.node] & _MAKING for c in owners):
            wanted = _MAKING  # 生产 is said of what is made and of what is grown
        chosen = [owner for owner in owners if self._does[owner.node] & wanted]
        if verbs - _TRADING == _MAKING and not chosen:
            # 冷水鱼深加工: the node only grows it; those who make something of it are meant.
            chosen = [
                owner._replace(node=after)
                for owner in owners
                for after in sorted(self.graph.successors(owner.node))
                if self.graph.nodes[after]["chain"] == owner.chain
                if self._does[after] == _MAKING
            ]
        sales = bool(SALES.search(stretch.text))
        for owner in chosen or self._default(owners, sales):
            yield owner.node, owner.hint

    def _default(self, owners: list[Owner], sales: bool) -> list[Owner]:
        """Choose where no verb decides: makers, else operators, else all but mere traders."""
        if sales:
            return owners
        for wanted in ({"make"}, {"operate"}, set(self._all) - _TRADING):
            chosen = [owner for owner in owners if self._does[owner.node] & wanted]
            if chosen:
                return chosen
        return owners

    def _about(self, hit: Hit, thing: Thing, stretch: Stretch, chain: str) -> Iterator[Mention]:
        """A wording that modifies its thing; before machines it points to their makers."""
        phrase = stretch.text.strip()
        owners = self._default(_preferred(hit.owners, chain), sales=False)
        machine = Named(thing.text.replace(thing.machine, "") + thing.machine[-2:])
        if stretch.side == "seek" and thing.machine:
            for owner in owners:
                for maker in sorted(self.graph.predecessors(owner.node)):
                    if maker in self._machines:
                        yield Mention(maker, hit.term, phrase, BEYOND, "supply", (machine,))
        for owner in owners:
            yield Mention(owner.node, hit.term, phrase, ABOUT, "about", (Named(hit.term),))

    # --- what is sought --------------------------------------------------------------------------

    def _sought(
        self,
        kind: str,
        found: Iterable[Mention],
        offers: tuple[Mention, ...],
        wanted: str,
        investor: bool,
    ) -> tuple[Mention, ...]:
        named = _strongest(found)
        clear = [mention for mention in named if mention.way != "about"]
        if kind != NEED:
            return tuple(clear or named)
        own = {m.node for m in offers if m.way == "do" and m.weight >= TITLE}
        others = [mention for mention in clear if mention.node not in own]
        if BUYERS.search(wanted):
            others = [mention._replace(way="buy") for mention in others]
            others += self._beside(offers, self.graph.successors, "buy", others)
            if DEALERS.search(wanted):
                others += [
                    mention._replace(weight=mention.weight * TITLE, way="deal")
                    for mention in offers
                    if mention.way == "do" and self._does[mention.node] & _PRODUCING
                ]
        elif SUPPLIERS.search(wanted):
            if not others:
                others = self._beside(offers, self.graph.predecessors, "supply", ())
            others += self._dealers(others)
        return _strongest(others or clear or (offers if investor else named))

    def _dealers(self, makers: Iterable[Mention]) -> list[Mention]:
        """Those who only sell what is sought: they can supply it too."""
        makers = tuple(makers)
        known = {mention.node for mention in makers}
        return [
            mention._replace(node=node, weight=mention.weight * BEYOND, way="supply")
            for mention in makers
            for node in sorted(self.graph.successors(mention.node))
            if node not in known and "trade" in self._does[node]
            if not self._does[node] & {"make", "grow", "operate", "build"}
        ]

    def _beside(
        self,
        offers: Iterable[Mention],
        step: Callable[[str], Iterable[str]],
        way: str,
        known: Iterable[Mention],
    ) -> list[Mention]:
        """Nodes one supply away from what the lead does, in its own chain."""
        chains = self.graph.nodes(data="chain")
        named = {mention.node for mention in known}
        return [
            mention._replace(
                node=node,
                weight=mention.weight * BEYOND,
                way=way,
                things=mention.things if way == "buy" else (),
            )
            for mention in offers
            if mention.way == "do"
            for node in sorted(step(mention.node))
            if node not in named and chains[node] == chains[mention.node]
        ]


# --- helpers -------------------------------------------------------------------------------------


def _meant(heads: list[_Head], clear: bool) -> list[_Head]:
    """Drop hints beside clear wordings; short ones if any entry of the list is clear.

    发电企业或光伏组件企业 are makers of modules or operators, 发电 alone says nothing of 水力发电.
    """
    found = [head for head in heads if _is_clear(head.hit)]
    return found or [head for head in heads if not clear or len(head.hit.term) > SHORT]


def _beside(text: str) -> str:
    """What stands before a wording in its thing; places and amounts say nothing of it."""
    text = text.strip()
    return "" if VAGUE.search(text) or GENERIC.fullmatch(text) or read_zones(text) else text


def _is_done(word: str) -> bool:
    """Whether a wording says a whole activity (尾矿综合利用), so that nothing need follow."""
    return len(word) > 4 and (word[-2:] in VERBS or word[-4:] in VERBS)


def _is_clear(hit: Hit) -> bool:
    return any(not owner.hint for owner in hit.owners)


def _preferred(owners: tuple[Owner, ...], chain: str) -> list[Owner]:
    """Objects before hints, the lead's chain before others."""
    clear = [owner for owner in owners if not owner.hint] or list(owners)
    return [owner for owner in clear if owner.chain == chain] or clear


def _without_vague(mentions: list[Mention]) -> list[Mention]:
    """Drop hints of the title where the text says clearly what is meant."""
    clear = any(mention.weight == CLEAR for mention in mentions)
    return [m for m in mentions if not (clear and m.way == "do" and m.weight == TITLE * HINT)]


def _strongest(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Keep the clearest mention of each node, clearest first; repeated mention breaks ties."""
    best: dict[str, Mention] = {}
    things: dict[str, list[Named]] = {}
    for mention in mentions:
        things.setdefault(mention.node, []).extend(mention.things)
        if mention.node not in best or mention.weight > best[mention.node].weight:
            best[mention.node] = mention
    order = {node: index for index, node in enumerate(best)}
    merged = [m._replace(things=_without_wider(things[m.node])) for m in best.values()]
    return tuple(
        sorted(merged, key=lambda m: (-m.weight, -min(2, len(things[m.node])), order[m.node]))
    )


def _without_wider(things: Iterable[Named]) -> tuple[Named, ...]:
    """Drop what another thing says more closely: 饲料 beside 冷水鱼配合饲料."""
    every = tuple(dict.fromkeys(things))
    whole = {thing: thing.beside + thing.word for thing in every}
    return tuple(
        thing
        for thing in every
        if not any(whole[o].endswith(whole[thing]) and whole[o] != whole[thing] for o in every)
    )


def _amount(column: float | None, figures: Iterable[Figure]) -> tuple[float, float] | None:
    if column is not None and column == column and column > 0:
        return (float(column), float(column))
    said = [figure for figure in figures if figure.what == "amount"]
    if not said:
        return None
    largest = max(said, key=lambda figure: figure.low)
    return (largest.low, largest.high)


def _zones(stretches: Iterable[Stretch]) -> tuple[str, ...]:
    """Zones from which partners are wanted: named behind a word of seeking."""
    found: list[str] = []
    for stretch in stretches:
        if stretch.side == "seek" and stretch.cue:
            found += read_zones(stretch.text)
    return tuple(dict.fromkeys(found))
