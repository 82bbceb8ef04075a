"""Partners: local firms whose own words name the very product that a target would buy or sell.

A local firm at a node just upstream is a **supplier** if a product that it makes or grows there is
named in what the target makes or buys up; one just downstream is a **buyer** if what it makes names
the product of the target as what goes into it: who makes that product itself does not buy it.
Sharing a node is not enough: who names nothing is not introduced. Nor is who does at home what the
target does, a firm whose evidence is uncertain, or a branch or shop.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pandas as pd

from chainmatch.decision.anchors import follows
from chainmatch.decision.gaps import Survey
from chainmatch.matching.fit_model import read_model
from chainmatch.matching.grammar import Item, read_scopes
from chainmatch.names import parsed_name
from chainmatch.schema.records import BUYER, SUPPLIER, Partner
from chainmatch.util.missing import text_of
from chainmatch.util.text import normalise

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

SHORT = 2
_TELLING = 0.4  # specificity from which a word names a product and not a kind of goods
_DOES = frozenset(("make", "grow"))
_WORKS_UP = re.compile("加工|收购|采购|回收|利用|屠宰|冶炼")
_BEFORE = "|".join(
    ("(?<![\u4e00-\u9fff])", *(f"(?<={verb})" for verb in ("收购", "加工", "生产", "种植")))
)


def made_text(scope: str, products: str, items: Sequence[Item]) -> str:
    """Return what a firm makes, grows or buys up, a line each; what it only sells is left out."""
    return "\n".join(line for line, _ in made_lines(scope, products, items))


def made_lines(scope: str, products: str, items: Sequence[Item]) -> list[tuple[str, str]]:
    """Return the lines of :func:`made_text`, each with its verb, "" where it has none."""
    plain = normalise(scope)
    lines = [(normalise(products), "")]
    for item in items:
        verb = plain[item.verb_start : item.verb_end]
        if item.place != "verb" and (
            not item.activities or item.activities & _DOES or "收购" in verb
        ):
            lines.append((plain[item.start : item.end], verb))
    return [(line, verb) for line, verb in lines if line]


def made_texts(firms: pd.DataFrame, items: Sequence[Sequence[Item]]) -> dict[str, str]:
    """Return firm id → :func:`made_text`; ``items`` are those of the firms' scopes."""
    columns = (text_of(firms[c]).tolist() for c in ("scope", "products"))
    rows = zip(firms["firm_id"].tolist(), *columns, items, strict=True)
    return {firm: made_text(*rest) for firm, *rest in rows}


class _Stand(NamedTuple):
    firm_id: str
    name: str
    phrase: str
    size: float
    words: tuple[str, ...]  # objects of its node in its phrase
    made: Sequence[tuple[str, str]]


class PartnerBook:
    """Who of the local firms stands where, with the words that it uses; built once for a survey."""

    def __init__(self, survey: Survey, graph: "Graph") -> None:
        self._graph = graph
        own = frozenset(own.word for own in survey.county.own)
        self._objects = {
            node: _telling(data["objects"], own) for node, data in graph.nodes(data=True)
        }
        scopes = read_scopes(text_of(survey.locals["scope"]).tolist())
        texts = (text_of(survey.locals[c]).tolist() for c in ("scope", "products"))
        lines = map(made_lines, *texts, scopes)
        made = dict(zip(survey.locals["firm_id"].tolist(), lines, strict=True))
        self._stands: dict[str, list[_Stand]] = {}
        known = survey.coverage[survey.coverage["grade"] != "uncertain"]
        doing = known[known["covers"]]
        self._same = {node: set(firms) for node, firms in doing.groupby("node")["firm_id"]}
        columns = ("node", "firm_id", "name", "evidence", "size")
        for node, firm, name, phrase, size in known[list(columns)].itertuples(index=False):
            if not follows(name):
                words = words_in(phrase, self._objects[node])
                stand = _Stand(firm, name, phrase, size, words, made.get(firm, ()))
                self._stands.setdefault(node, []).append(stand)

    def of(self, node: str, evidence: str, made: str) -> tuple[Partner, ...]:
        """Return the partners of a target at a node, largest first on each side.

        ``evidence`` is its phrase for the node, ``made`` its :func:`made_text`.
        """
        found: dict[tuple[str, str], Partner] = {}
        same = self._same.get(node, set())  # who does the same is no partner
        for upstream in self._graph.pred[node]:
            for stand in self._stands.get(upstream, ()):
                for word in stand.words if stand.firm_id not in same else ():
                    if _naming(made, word):
                        _add(found, SUPPLIER, stand, word)
        products = words_in(evidence, self._objects[node])
        for downstream in self._graph.succ[node]:
            for stand in self._stands.get(downstream, ()):
                for word in products if stand.firm_id not in same else ():
                    if phrase := _naming(_uses(stand.made, word), word):
                        _add(found, BUYER, stand._replace(phrase=phrase), word)
        order = {SUPPLIER: 0, BUYER: 1}
        return tuple(sorted(found.values(), key=lambda p: (order[p.side], -p.size, p.firm_id)))


def _naming(made: str, word: str) -> str:
    """Return the first line of what a firm makes that names a word; "" if none does."""
    if word not in made:
        return ""
    # A short word may stand inside another (合剂 in 粘合剂): it begins what is named.
    begins = re.compile(f"(?:{_BEFORE}){re.escape(word)}") if len(word) == SHORT else None
    lines = (line for line in made.splitlines() if word in line)
    return next((line for line in lines if begins is None or begins.search(line)), "")


def _uses(made: Sequence[tuple[str, str]], word: str) -> str:
    """Return the lines of what a firm makes in which a product is worked up and not made."""
    naming = [(line, verb) for line, verb in made if word in line]
    if not naming:
        return ""
    makes = re.compile(rf"{re.escape(word)}(?:\([^()]*\))?的?(?:生产|制造|种植|养殖|[、,，]|$)")
    return "\n".join(
        line for line, verb in naming if _WORKS_UP.search(line + verb) or not makes.search(line)
    )


def _add(found: dict[tuple[str, str], Partner], side: str, stand: _Stand, word: str) -> None:
    house = parsed_name(stand.name).firm_key
    if (side, house) not in found:
        found[side, house] = Partner(
            side, stand.firm_id, stand.name, word, stand.phrase, stand.size
        )


def _telling(objects: Sequence[str], own: frozenset[str]) -> tuple[str, ...]:
    """Return the objects that name a product and not a kind of goods, longest first.

    ``own`` are the words of what the county has: they are meant as products, however common.
    """
    model = read_model()
    good = [
        word
        for word in objects
        if word in own
        or (len(word) > SHORT and model.specificity(word) >= _TELLING)
        or (
            len(word) == SHORT and word in model.frequencies and model.specificity(word) >= _TELLING
        )
    ]
    return tuple(sorted(good, key=lambda word: (-len(word), word)))


def words_in(phrase: str, objects: Sequence[str]) -> tuple[str, ...]:
    """Return the objects that a phrase names, without those inside a longer one."""
    plain, found = normalise(phrase), []
    for word in objects:
        if word in plain:
            found.append(word)
            plain = plain.replace(word, "\n")
    return tuple(found)
