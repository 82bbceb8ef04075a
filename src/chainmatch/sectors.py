"""The matcher: what a firm writes about itself becomes fits to the nodes of the chains.

Every wording of a chain that a scope, a product list, a name or an industry code holds is a piece
of evidence. Its strength is the product of factors that can be read off the text: does the firm do
with the thing what the node does (activity), is the thing the head of its item, how distinctive is
the wording. A node's fit is a logistic function of a few sums of these strengths; the numbers were
learned on labelled firms (``data/learned/fit.json``, made by ``scripts/fit_sectors.py``).

The matcher is fitted on the chains and on what ships with the package, never on the rows it reads:
the same firm has the same fit alone, in a batch and in any order.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx

from chainmatch.chains import ACTIVITIES
from chainmatch.errors import OptionError
from chainmatch.fitmodel import (
    FLOOR,
    ChainSummary,
    Evidence,
    Fit,
    FitModel,
    Summary,
    grade_of,
    logistic,
    read_model,
    read_other_trades,
    strongest_first,
    summarise,
    summarise_chain,
)
from chainmatch.lexicon import Hit, Lexicon
from chainmatch.scopes import NOTHING, Item, clauses, read_clause
from chainmatch.text import normalise
from chainmatch.verbs import TECHNIQUE

if TYPE_CHECKING:
    import pandas as pd

QUOTE = 60  # longest quotation, in characters
_TALKING = frozenset({"research", "serve"})  # what doing something with a technique may be


class _Piece(NamedTuple):
    """Evidence inside one clause, for one node; positions are relative to the clause."""

    node: str
    start: int
    end: int
    activity: str
    strength: float
    order: int
    hint: bool
    how: str


class Match(NamedTuple):
    """One firm against all nodes: its name, the items of its scope, its fits, best first."""

    name: str
    items: int
    fits: tuple[Fit, ...]

    @property
    def clear(self) -> tuple[Fit, ...]:
        """The fits of at least 0.05."""
        return tuple(fit for fit in self.fits if fit.fit >= FLOOR)


# A wording is the head of its item if nothing but these stands behind it.
_BEHIND_HEAD = re.compile(
    "(?:系列|产品|制品|商品|等|类|及|和|与|或|、|以及|的|项目|业务|服务|工程|专用|及其|原料|半成品|成品|市场|企业|"
    r"用品|品|基地|场|厂|\(|\x1f|,|/|（|-|之|(?:专业)?领域内?|第?[一二三、IⅠⅡⅢ]+类)"
)


class Matcher:
    """Reads firms against the chains of a graph.

    Parameters
    ----------
    graph : networkx.DiGraph
        From :func:`chainmatch.read_chains`.
    model : FitModel, optional
        Learned numbers; default the bundled ones.
    """

    def __init__(self, graph: "nx.DiGraph[str]", model: FitModel | None = None) -> None:
        self.graph = graph
        self.model = model or read_model()
        self.lexicon = Lexicon(graph)
        self._wanted = {n: frozenset(d["activities"]) for n, d in graph.nodes(data=True)}
        self._codes: dict[str, list[str]] = {}
        for node, data in graph.nodes(data=True):
            for code in data["codes"]:
                self._codes.setdefault(code.rstrip("?"), []).append(node)
        self._clause = lru_cache(maxsize=1 << 15)(self._read_clause)
        self._specificity = cache(self.model.specificity)
        self._intercept = self.model.weights["intercept"]
        self._weights = [self.model.weights[name] for name in Summary._fields]
        self._chain_intercept = self.model.chain_weights["intercept"]
        self._chain_weights = [self.model.chain_weights[name] for name in ChainSummary._fields]
        self._chain_of = dict(graph.nodes(data="chain"))
        self._names = {chain: data["names"] for chain, data in graph.graph["chains"].items()}
        self._other_trades = read_other_trades()

    def match(
        self, scope: str, name: str = "", products: str = "", industry_code: str = ""
    ) -> Match:
        """Match one firm: everything that its texts say for any node."""
        items, found = self.evidence(scope, name, products, industry_code)
        fits = [self._fit(node, evidence, items) for node, evidence in found.items()]
        if len(fits) > 1:
            fits.sort(key=lambda fit: (-fit.fit, fit.node))
        return Match(name, items, tuple(fits))

    def evidence(
        self, scope: str, name: str = "", products: str = "", industry_code: str = ""
    ) -> tuple[int, dict[str, list[Evidence]]]:
        """Return the number of items of the scope, and node → all evidence for it."""
        found: dict[str, list[Evidence]] = defaultdict(list)
        items = self._scope(scope, "scope", found)
        if products:
            self._scope(products, "products", found)
        if name:
            self._name(name, found)
        if industry_code:
            self._code(industry_code, found)
        return items, found

    def fits(
        self, scope: str, name: str = "", products: str = "", industry_code: str = ""
    ) -> tuple[Fit, ...]:
        """Return the fits of one firm of at least 0.05, best first, ties by node id."""
        return self.match(scope, name, products, industry_code).clear

    def chain_fits(self, match: Match) -> dict[str, float]:
        """Return one number in 0…1 for each chain: how surely the firm belongs to it."""
        by_chain: dict[str, list[Fit]] = {chain: [] for chain in self._names}
        for fit in match.fits:
            by_chain[self._chain_of[fit.node]].append(fit)
        return {chain: self._chain_fit(chain, own, match) for chain, own in by_chain.items()}

    def named(self, chain: str, name: str) -> float:
        """Return what a firm's name says about a chain.

        1 if it holds a word of the chain; else -1 if it holds one of a trade outside all chains;
        else 0.
        """
        if any(word in name for word in self._names[chain]):
            return 1.0
        return -1.0 if any(word in name for word in self._other_trades) else 0.0

    def _chain_fit(self, chain: str, own: Sequence[Fit], match: Match) -> float:
        named = self.named(chain, match.name)
        if not own and named <= 0:
            return 0.0
        summary = summarise_chain(own, match.items, named)
        return logistic(self._chain_intercept + sum(map(mul, self._chain_weights, summary)))

    def _scope(self, text: str, field: str, found: dict[str, list[Evidence]]) -> int:
        """Add the evidence of a scope to ``found``; return its number of items."""
        carried = NOTHING
        items = 0
        for offset, clause in clauses(normalise(text)):
            pieces, count, carried = self._clause(clause, carried)
            for node, start, end, activity, strength, order, hint, how in pieces:
                a, b = start + offset, end + offset
                found[node].append(
                    Evidence(field, a, b, text[a:b], activity, strength, items + order, hint, how)
                )
            items += count
        return items

    def _read_clause(
        self, clause: str, carried: frozenset[str]
    ) -> tuple[tuple[_Piece, ...], int, frozenset[str]]:
        hits = self.lexicon.find(clause)
        if not hits and ":" not in clause:
            return (), clause.count("、") + clause.count(",") + 1, NOTHING
        read = read_clause(clause, carried)
        pieces = [
            piece
            for hit in hits
            if (item := read.item_at(hit.start)) is not None
            for piece in self._weigh(clause, hit, item)
        ]
        return tuple(pieces), read.size, read.carried

    def _weigh(self, clause: str, hit: Hit, item: Item) -> Iterator[_Piece]:
        factors = self.model.factors
        shared = self._distinct(hit.word)
        if not _is_head(clause, hit, item):
            shared *= factors["modifier"]
        if item.branch:
            shared *= factors["branch"]
        start, end = _quotation(clause, hit, item)
        for node, _, hint in hit.claims:
            how, activity = _meeting(
                item.activities, item.place, self._wanted[node], "技术" in hit.word
            )
            strength = shared * factors[how] * (factors["hint"] if hint else 1.0)
            yield _Piece(node, start, end, activity, strength, item.order, hint, how)

    def _distinct(self, word: str) -> float:
        """What is left of a wording's strength for being common, 0…1."""
        return 1.0 - self.model.factors["common"] * (1.0 - self._specificity(word))

    def _name(self, name: str, found: dict[str, list[Evidence]]) -> None:
        factors = self.model.factors
        for hit in self.lexicon.find(normalise(name)):
            shared = factors["name"] * self._distinct(hit.word)
            for node, _, hint in hit.claims:
                strength = shared * (factors["hint"] if hint else 1.0)
                quote = name[hit.start : hit.end]
                found[node].append(
                    Evidence("name", hit.start, hit.end, quote, "", strength, 0, hint, "name")
                )

    def _code(self, code: str, found: dict[str, list[Evidence]]) -> None:
        code = code.strip().lstrip("ABCDEFGHIJKLMNOPQRST")
        strength = self.model.factors["code"]
        for node in self._codes.get(code, ()):
            found[node].append(
                Evidence("industry_code", 0, len(code), code, "", strength, 0, False, "code")
            )

    def _fit(self, node: str, evidence: list[Evidence], items: int) -> Fit:
        if len(evidence) > 1:
            evidence.sort(key=strongest_first)
        summary = summarise(evidence, items)
        value = logistic(self._intercept + sum(map(mul, self._weights, summary)))
        return Fit(node, value, grade_of(value, evidence), evidence[0].activity, tuple(evidence))


@cache
def _meeting(
    done: frozenset[str], place: str, wanted: frozenset[str], is_technique: bool
) -> tuple[str, str]:
    """Return how an item's activities meet those that a node wants, and the activity to print.

    ``is_technique``: the wording itself is a technique (农业技术), so that developing and
    spreading it is the trade; of any other thing it is talk (医药技术开发, 光伏技术服务).
    """
    if TECHNIQUE in done:
        done = done - {TECHNIQUE} | (_TALKING if is_technique else NOTHING)
        if not done & wanted and wanted & _TALKING:
            return ("technique", min(wanted & _TALKING))
        if not done:
            return ("other", "serve")
    if not done:
        if wanted == _TALKING:
            return ("other", "")  # a thing that is only named is for sale, nobody studies it
        producing = wanted & {"make", "grow", "research"}
        return ("bare-make" if producing else "bare", "")
    met = done & wanted
    if met == {"serve"} and "make" in done:
        met = NOTHING  # 设计、制造、安装 of a machine is no service with it
    if met == {"trade"} and done & {"make", "grow"}:
        return ("own-sale", "trade")
    if not met:
        return ("only-trade" if "trade" in done else "other", min(done))
    named = next(activity for activity in ACTIVITIES if activity in met)
    return ("stated" if place in ("own", "verb") else "reached", named)


def _is_head(clause: str, hit: Hit, item: Item) -> bool:
    """Whether a wording is what its item is about, not a modifier (中药饮片机械)."""
    return (
        hit.end >= item.core_end or _BEHIND_HEAD.match(clause, hit.end, item.core_end) is not None
    )


def _quotation(clause: str, hit: Hit, item: Item) -> tuple[int, int]:
    """Return the span to quote: the item with its verb if short enough, else less."""
    start, end = min(item.start, item.verb_start), max(item.end, item.verb_end)
    if clause[start] == "(":  # a condition in front of the item: (凭许可证经营)肉类加工
        start = max(start, clause.rfind(")", start, hit.start) + 1)
    if end - start > QUOTE:
        start, end = item.start, max(item.end, hit.end)
    if end - start > QUOTE:
        start, end = hit.start, hit.end
    while start < end and clause[start].isspace():
        start += 1
    while end > start and clause[end - 1].isspace():
        end -= 1
    return start, end


# --- tables --------------------------------------------------------------------------------------


def match(
    firms: "pd.DataFrame",
    graph: "nx.DiGraph[str]",
    *,
    by: str = "node",
    top: int | None = 3,
    matcher: Matcher | None = None,
) -> "pd.DataFrame":
    """Match a table of firms (columns of ``TABLES["firms"]``) against the chains.

    ``by="node"``: at most ``top`` rows a firm (None: all), best first, in the order of ``firms``; a
    firm without any fit has one row with empty chain. ``by="chain"``: one row a firm, one column a
    chain, 0…1. ``matcher`` is one already built on ``graph``, for several tables in a row. Raises
    :class:`OptionError` for another ``by``.
    """
    import pandas as pd

    from chainmatch.columns import TABLES

    if by not in ("node", "chain"):
        raise OptionError(f"--by {by}：只能是 node（按环节）或 chain（按产业链）。")
    matcher = matcher or Matcher(graph)
    rows = [
        line
        for firm_id, name, found in match_rows(_rows(firms), matcher)
        for line in (
            _node_lines(firm_id, name, found.clear[:top], graph)
            if by == "node"
            else [(firm_id, name, *matcher.chain_fits(found).values())]
        )
    ]
    chains = list(graph.graph["chains"])
    columns = list(TABLES["match"]) if by == "node" else ["firm_id", "name", *chains]
    return pd.DataFrame(rows, columns=columns).round(4)


def match_rows(rows: Iterable[Sequence[str]], matcher: Matcher) -> Iterator[tuple[str, str, Match]]:
    """Match a stream of (firm_id, name, scope, products, industry_code), one at a time."""
    for firm_id, name, scope, products, code in rows:
        yield firm_id, name, matcher.match(scope, name, products, code)


def _rows(firms: "pd.DataFrame") -> Iterator[tuple[str, ...]]:
    names = ("firm_id", "name", "scope", "products", "industry_code")
    blank = [""] * len(firms)
    return zip(*(firms[name].tolist() if name in firms else blank for name in names), strict=True)


def _node_lines(
    firm_id: str, name: str, fits: Sequence[Fit], graph: "nx.DiGraph[str]"
) -> list[tuple[object, ...]]:
    if not fits:
        return [(firm_id, name, "", "", "", 0.0, "", "", "")]
    return [
        (
            firm_id,
            name,
            graph.nodes[fit.node]["chain"],
            fit.node,
            graph.nodes[fit.node]["name"],
            fit.fit,
            fit.grade,
            fit.activity,
            fit.quote,
        )
        for fit in fits
    ]
