"""Evidence adds up to fits: the same sums for many firms at once."""

from dataclasses import dataclass

import numpy as np

from chainmatch.matching.fit_model import ALONE, SPEAKING, FitModel, Summary, logistics
from chainmatch.matching.pieces import CODE, NAME, PRODUCTS, SCOPE, Pieces
from chainmatch.matching.ragged import begins, ends, sizes

GRADES = ("uncertain", "likely", "confirmed")
_TELLING = 0.5  # evidence from here on is a kind of evidence of its own


@dataclass(frozen=True)
class Fits:
    """Fits of firms to nodes; arrays with one entry a fit, firm by firm, best first.

    ``main`` is how far the node is the firm's main business, 0…1 (:func:`_main`). ``node`` and
    ``grade`` are numbers (of the nodes by id, of :data:`GRADES`); the evidence of a
    fit, strongest first, is ``pieces[first : first + count]``. ``summaries`` has a column for each
    field of ``Summary``.
    """

    row: np.ndarray
    node: np.ndarray
    fit: np.ndarray
    main: np.ndarray
    grade: np.ndarray
    first: np.ndarray
    count: np.ndarray
    summaries: np.ndarray
    pieces: Pieces


def fits(pieces: Pieces, items: np.ndarray, nodes: int, model: FitModel) -> Fits:
    """Add up evidence; ``items`` are the numbers of items of the firms, ``nodes`` how many nodes.

    Ties are broken by node id. The function of a fit is ``fit_model.FitModel.weights``.
    """
    pair = pieces.row * nodes + pieces.node
    order = _strongest_first(pieces, pair)
    pieces, pair = pieces[order], pair[order]
    first = np.flatnonzero(begins(pair))
    count = sizes(first, len(pair))
    row, node = np.divmod(pair[first], nodes)
    group = np.repeat(np.arange(len(first)), count)
    summaries = summarised(pieces, first, items[row])
    total = np.zeros(len(first))
    for column, name in enumerate(Summary._fields):
        total = total + model.weights[name] * summaries[:, column]
    fit = logistics(model.weights["intercept"] + total)
    main = _main(pieces, summaries, first, items[row])
    grade = _grades(fit, pieces, group)
    best = np.argsort(-fit, kind="stable")
    rows = row.astype(np.min_scalar_type(len(items)))  # small numbers are sorted much sooner
    best = best[np.argsort(rows[best], kind="stable")]
    return Fits(
        row[best], node[best], fit[best], main[best], grade[best], first[best], count[best],
        summaries[best], pieces,
    )  # fmt: skip


def _strongest_first(pieces: Pieces, pair: np.ndarray) -> np.ndarray:
    """Sort by firm and node; what the scope says clearly comes before what the name wishes."""
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    several = np.flatnonzero(~(begins(pair) & ends(pair)))
    own = order[several]
    scope, strength = pieces.field[own] == SCOPE, pieces.strength[own]
    clear = scope & (strength >= SPEAKING)
    place = ((~scope).astype(np.int64) << 60) + (pieces.start[own] << 30) + pieces.position[own]
    order[several] = own[np.lexsort((place, -strength, 2 * pair[several] + ~clear))]
    return order


def summarised(pieces: Pieces, first: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Return one :class:`Summary` a group of evidence, as rows.

    Parameters
    ----------
    pieces : group by group, strongest first
    first : the first piece of each group
    items : number of items of the scope, of each group
    """
    scope = pieces.field == SCOPE
    stated = _largest(pieces, (pieces.field == PRODUCTS) | (pieces.field == CODE), first)
    named = _largest(pieces, pieces.field == NAME, first)
    best = _largest(pieces, scope, first)
    late = pieces.strength / (1 + 0.25 * pieces.order)
    group = np.repeat(np.arange(len(first)), sizes(first, len(pieces)))
    own, strength, order = group[scope], pieces.strength[scope], pieces.order[scope]
    speaking = _distinct(own, order, strength >= SPEAKING, len(first))
    columns = {
        "best": best,
        "breadth": np.minimum(1.0, _further(own, pieces.start[scope], strength, len(first)) / 3),
        "lead": np.maximum.reduceat(np.where(scope, late, 0.0), first) if len(first) else best,
        "focus": np.minimum(1.0, speaking / np.maximum(items, 1)),
        "name": np.minimum(named, ALONE * named + np.maximum(best, stated)),
        "stated": stated,
    }
    return np.stack([columns[name] for name in Summary._fields], axis=1)


def _main(
    pieces: Pieces, summaries: np.ndarray, first: np.ndarray, items: np.ndarray
) -> np.ndarray:
    """Return how far each node is the firm's main business, 0…1.

    ``1 - (1 - 0.3 lead)(1 - 0.8 share)(1 - 0.8 name)(1 - 0.8 stated)``: what the text opens with,
    how much of it speaks for the node, what the name says, what products or code state. ``share``
    is ``Σ w · min(1, 1.5 strength) / Σ w`` over the items of the scope, each with its strongest
    evidence for the node, 0 without any, and ``w = 1 / (1 + 0.25 · items in front)``.
    """
    lead, name, stated = (
        summaries[:, Summary._fields.index(k)] for k in ("lead", "name", "stated")
    )
    share = _shares(pieces, first, items)
    main: np.ndarray = 1 - (1 - 0.3 * lead) * (1 - 0.8 * share) * (1 - 0.8 * name) * (
        1 - 0.8 * stated
    )
    return main


def _shares(pieces: Pieces, first: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Return the share of the items' weight that speaks for each group's node."""
    scope = np.flatnonzero(pieces.field == SCOPE)
    own = np.repeat(np.arange(len(first)), sizes(first, len(pieces)))[scope]
    order, strength = pieces.order[scope], pieces.strength[scope]
    strongest = np.lexsort((-strength, order, own))
    own, order, strength = own[strongest], order[strongest], strength[strongest]
    new = np.ones(len(own), bool)
    new[1:] = (np.diff(own) > 0) | (np.diff(order) > 0)
    speaks = np.minimum(1.0, 1.5 * strength[new]) / (1 + 0.25 * order[new])
    weights = np.cumsum(1 / (1 + 0.25 * np.arange(max(int(items.max(initial=1)), 1))))
    total = weights[np.maximum(items, 1) - 1]
    return np.minimum(1.0, np.bincount(own[new], speaks, len(first)) / total)


def _largest(pieces: Pieces, which: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return the largest strength of some of the pieces in each group, 0 if there are none."""
    if not which.any():
        return np.zeros(len(first))
    return np.maximum.reduceat(np.where(which, pieces.strength, 0.0), first)


def _further(own: np.ndarray, start: np.ndarray, strength: np.ndarray, groups: int) -> np.ndarray:
    """Add up all evidence but the strongest; what is quoted together counts once."""
    later = np.flatnonzero(~begins(own))
    own, start, strength = own[later], start[later], strength[later]
    order = np.lexsort((start, own))
    own, start, strength = own[order], start[order], strength[order]
    last = np.ones(len(own), bool)
    last[:-1] = (np.diff(own) > 0) | (np.diff(start) > 0)
    return np.bincount(own[last], strength[last], groups)


def _distinct(own: np.ndarray, order: np.ndarray, which: np.ndarray, groups: int) -> np.ndarray:
    """Count the different items in each group."""
    pairs = np.sort((own[which] << 32) + order[which])  # sooner than np.unique
    return np.bincount(pairs[begins(pairs)] >> 32, minlength=groups)


def _grades(fit: np.ndarray, pieces: Pieces, group: np.ndarray) -> np.ndarray:
    """``likely`` from 0.5 with a stated activity, else ``uncertain``.

    ``confirmed`` needs two independent kinds of evidence (products or industry code beside the
    scope): a scope alone never confirms.
    """
    telling = pieces.strength >= _TELLING
    said, borne_out = np.zeros((2, len(fit)), bool)
    said[group[telling & (pieces.field == SCOPE)]] = True
    borne_out[group[telling & ((pieces.field == PRODUCTS) | (pieces.field == CODE))]] = True
    return np.where(fit < 0.5, 0, np.where(said & borne_out, 2, 1))
