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

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import networkx as nx

from chainmatch.leads.clauses import (
    BUYERS,
    DEALERS,
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


_TRADING = frozenset({"trade"})
_MAKING = frozenset({"make"})
_GROWING = frozenset({"grow"})
_PRODUCING = _MAKING | _GROWING


class Mention(NamedTuple):
    """A node that a lead names: its wording, the phrase it stands in, how clearly (0…1).

    ``words`` are all wordings of the lead that name the node or say of what kind it is.
    ``way`` is how a doer of the node relates to the lead: ``do`` (does what is named), ``supply``,
    ``buy`` (one supply up or down from what the lead does), ``deal`` (buys and sells what the lead
    makes), ``about`` (the lead only mentions it).
    """

    node: str
    word: str
    phrase: str
    weight: float
    way: str
    words: tuple[str, ...]


class LeadReading(NamedTuple):
    """What a lead says. Nodes strongest first, each once; ``amount`` in 万元 as (low, high).

    ``amount`` is None where neither column nor text gives one. ``zones`` are the zones or
    provinces from which partners are wanted. ``investor`` says that the lead wants capital.
    ``unread`` are the things sought that name no node, word for word.
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
    unread: tuple[str, ...]

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
        self.lexicon = lexicon or Lexicon(graph)
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
                found[side].append(mention._replace(weight=mention.weight * weight))
        found = {side: _without_vague(mentions) for side, mentions in found.items()}
        offers = _strongest(found["offer"])
        wanted = "".join(s.text + s.cue for s in stretches if s.side == "seek")
        investor = bool(INVESTOR.search(wanted + title)) or kind == PROJECT
        seeks = self._sought(kind, found["seek"], offers, wanted + title, investor)
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
            unread=tuple(self._unread(stretches[headed:])),
        )

    # --- stretches -------------------------------------------------------------------------------

    def _chain_of(self, industry: str, title: str, text: str) -> str:
        """Return the chain that the lead names, else the one that most of its wordings name."""
        chains = self.graph.graph["chains"].items()
        named = next((chain for chain, data in chains if data["name"] in industry), "")
        if named:
            return named
        votes: dict[str, float] = {}
        for hit in (*self.lexicon.find(title), *self.lexicon.find(text)):
            of = {owner.chain for owner in hit.owners}
            if len(of) == 1:
                share = HINT if hit.owners[0].hint else CLEAR
                votes[min(of)] = votes.get(min(of), 0.0) + share * len(hit.term)
        return min(votes, key=lambda chain: (-votes[chain], chain), default="")

    def _unread(self, stretches: Iterable[Stretch]) -> Iterator[str]:
        for stretch in stretches:
            if stretch.side != "seek" or not stretch.cue:
                continue
            for thing in read_things(SITE.sub(" ", stretch.text)):
                bare = not any(map(self.lexicon.find, (thing.text, *(f for f, _ in thing.shared))))
                if bare and not VAGUE.search(thing.text) and not TAIL.fullmatch(thing.text):
                    yield thing.text

    # --- mentions --------------------------------------------------------------------------------

    def _mentions(self, stretch: Stretch, chain: str) -> Iterator[Mention]:
        """Yield what a stretch names; ``about`` marks what only modifies something else."""
        phrase = stretch.text.strip()
        before: list[Hit] = []
        read = [(thing, *self._heads(thing)) for thing in read_things(SITE.sub(" ", stretch.text))]
        clear = any(_is_clear(hit) for _, heads, _ in read for hit, _ in heads)
        for thing, found, others in read:
            heads = _meant(found, clear)
            if not heads and before and (verbs := activities_of(thing.text)):
                heads = [(hit, verbs) for hit in before]  # 规范化种植与产地初加工
            kinds = tuple(hit.term for hit in others)
            for hit, verbs in heads:
                for node, hint in self._nodes(hit, verbs or thing.verbs, stretch, chain):
                    weight = HINT if hint else CLEAR
                    yield Mention(node, hit.term, phrase, weight, "do", (hit.term, *kinds))
            for hit in others:
                yield from self._about(hit, thing, stretch, chain)
            before = [hit for hit, _ in heads] or before

    def _heads(self, thing: Thing) -> tuple[list[tuple[Hit, frozenset[str]]], list[Hit]]:
        """Return the wordings that are what a thing is, with its verbs, and those that modify it.

        What the list says once is added where the thing alone names nothing whole, or no machine.
        """
        hits = self.lexicon.find(thing.text)
        heads: list[tuple[Hit, frozenset[str]]] = []
        others = []
        for hit in hits:
            rest = thing.text[hit.end :]
            if TAIL.fullmatch(rest) or _is_done(hit.term):
                heads.append((hit, activities_of(hit.term[-2:] + rest)))
            else:
                others.append(hit)
        if not any(_is_clear(hit) for hit, _ in heads) or thing.machine:
            for form, end in thing.shared:
                whole = [
                    hit
                    for hit in self.lexicon.find(form)
                    if _is_clear(hit) and hit.start < end < hit.end
                    if TAIL.fullmatch(form[hit.end :])
                ]
                if whole:
                    return [(hit, NOTHING) for hit in whole], []
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
        if stretch.side == "seek" and thing.machine:
            for owner in owners:
                for maker in sorted(self.graph.predecessors(owner.node)):
                    if maker in self._machines:
                        words = (hit.term + thing.machine[-2:], hit.term)
                        yield Mention(maker, hit.term, phrase, BEYOND, "supply", words)
        for owner in owners:
            yield Mention(owner.node, hit.term, phrase, ABOUT, "about", (hit.term,))

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
            mention._replace(node=node, weight=mention.weight * BEYOND, way=way)
            for mention in offers
            if mention.way == "do"
            for node in sorted(step(mention.node))
            if node not in named and chains[node] == chains[mention.node]
        ]


# --- helpers -------------------------------------------------------------------------------------


def _meant(
    heads: list[tuple[Hit, frozenset[str]]], clear: bool
) -> list[tuple[Hit, frozenset[str]]]:
    """Drop hints beside clear wordings; short ones if any entry of the list is clear.

    发电企业或光伏组件企业 are makers of modules or operators, 发电 alone says nothing of 水力发电.
    """
    found = [(hit, verbs) for hit, verbs in heads if _is_clear(hit)]
    return found or [(h, verbs) for h, verbs in heads if not clear or len(h.term) > SHORT]


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
    words: dict[str, list[str]] = {}
    for mention in mentions:
        words.setdefault(mention.node, []).extend(mention.words)
        if mention.node not in best or mention.weight > best[mention.node].weight:
            best[mention.node] = mention
    order = {node: index for index, node in enumerate(best)}
    merged = [m._replace(words=tuple(dict.fromkeys(words[m.node]))) for m in best.values()]
    return tuple(
        sorted(merged, key=lambda m: (-m.weight, -min(2, len(words[m.node])), order[m.node]))
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
