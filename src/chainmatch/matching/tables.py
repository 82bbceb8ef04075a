"""Matches as tables and as streams."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from chainmatch.errors import OptionError
from chainmatch.matching.activity_rule import DONE
from chainmatch.matching.combine import GRADES
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.matches import Match, Matches, Texts
from chainmatch.util.frames import ArrowStream, frame_of

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd


class Lines(NamedTuple):
    """The best fits of firms, a line each; a firm without any has one line without a node.

    Arrays and lists with one entry a line: ``row``, ``node``, ``grade`` and ``activity`` are
    numbers (of the firms, of the nodes, of ``combine.GRADES``, of ``activity_rule.DONE``; where
    there is no fit, -1, and no activity), ``quote`` is the strongest phrase.
    """

    row: np.ndarray
    node: np.ndarray
    fit: np.ndarray
    main: np.ndarray
    grade: np.ndarray
    activity: np.ndarray
    quote: list[str]


def match(
    firms: "pd.DataFrame | ArrowStream",
    graph: "nx.DiGraph[Any]",
    *,
    by: str = "node",
    top: int | None = 3,
    matcher: Matcher | None = None,
) -> "pd.DataFrame":
    """Match a table of firms (columns of ``TABLES["firms"]``) against the chains.

    The table is pandas or whatever offers an Arrow C stream; cells that are missing are unknown.
    ``by="node"``: at most ``top`` rows a firm (None: all), best first, in the order of ``firms``; a
    firm without any fit has one row with empty chain. ``by="chain"``: one row a firm, one column a
    chain, 0…1. ``matcher`` is one already built on ``graph``, for several tables in a row. Raises
    :class:`OptionError` for another ``by``, :class:`TableError` for no table or one without
    ``firm_id``.
    """
    import pandas as pd

    from chainmatch.schema.columns import TABLES

    if by not in ("node", "chain"):
        raise OptionError(f"--by {by}：只能是 node（按环节）或 chain（按产业链）。")
    table = frame_of(firms, needed=("firm_id",), texts=("firm_id", *Texts._fields))
    matcher = matcher or Matcher(graph)
    chains = list(graph.graph["chains"])
    columns = list(TABLES["match"]) if by == "node" else ["firm_id", "name", *chains]
    ids, first = table["firm_id"].to_numpy(dtype=object), 0
    parts = [pd.DataFrame(columns=columns)]
    for found in matcher.match_many(_rows(table)):
        own = ids[first : first + len(found)]
        first += len(found)
        cells = _by_node(found, own, top) if by == "node" else _by_chain(found, own)
        parts.append(pd.DataFrame(cells, columns=columns))
    return pd.concat(parts[1:] or parts, ignore_index=True).round(4)


def match_rows(rows: Iterable[Sequence[str]], matcher: Matcher) -> Iterator[tuple[str, str, Match]]:
    """Match a stream of (firm_id, name, scope, products, industry_code), some thousands at a time.

    Yields (firm_id, name, match) in the order of ``rows``.
    """
    ids: list[str] = []

    def texts() -> Iterator[tuple[str, ...]]:
        for firm_id, name, scope, products, code in rows:
            ids.append(firm_id)
            yield scope, name, products, code

    for found in matcher.match_many(texts()):
        for firm_id, one in zip(ids, found, strict=True):
            yield firm_id, one.name, one
        ids.clear()


def lines(matches: Matches, top: int | None) -> Lines:
    """Return the best fits of each firm, at most ``top``, in the order of the firms."""
    best = matches.best(top)
    row = matches.fits.row[best]
    silent = np.flatnonzero(np.bincount(row, minlength=len(matches)) == 0)
    order = np.argsort(np.concatenate([row, silent]), kind="stable")
    nothing = np.zeros(len(silent), np.int64)
    quotes = [*matches.quotes(best), *[""] * len(silent)]
    return Lines(
        np.concatenate([row, silent])[order],
        np.concatenate([matches.fits.node[best], nothing - 1])[order],
        np.concatenate([matches.fits.fit[best], nothing])[order],
        np.concatenate([matches.fits.main[best], nothing])[order],
        np.concatenate([matches.fits.grade[best], nothing - 1])[order],
        np.concatenate([matches.activities(best), nothing])[order],
        [quotes[number] for number in order.tolist()],
    )


def _by_node(found: Matches, ids: np.ndarray, top: int | None) -> dict[str, Any]:
    own = lines(found, top)
    graph, nodes = found.matcher.graph, found.matcher.nodes
    about = [*((graph.nodes[n]["chain"], n, graph.nodes[n]["name"]) for n in nodes), ("", "", "")]
    chain, node, node_name = np.array(about, dtype=object)[own.node].T
    grades, done = (np.array(words, dtype=object) for words in ((*GRADES, ""), DONE))
    return {
        "firm_id": ids[own.row],
        "name": np.array(found.texts.name, dtype=object)[own.row],
        "chain": chain,
        "node": node,
        "node_name": node_name,
        "fit": own.fit,
        "main": own.main,
        "grade": grades[own.grade],
        "activity": done[own.activity],
        "evidence": own.quote,
    }


def _by_chain(found: Matches, ids: np.ndarray) -> dict[str, Any]:
    columns = zip(found.matcher.chains.names, found.chain_fits.T, strict=True)
    return {"firm_id": ids, "name": list(found.texts.name), **dict(columns)}


def _rows(firms: "pd.DataFrame") -> Iterator[tuple[str, ...]]:
    blank = [""] * len(firms)
    return zip(
        *(firms[name].tolist() if name in firms else blank for name in Texts._fields), strict=True
    )
