"""Evidence adds up to fits: the same sums for many firms at once."""

from dataclasses import dataclass

import numpy as np

from chainmatch.matching.arrays import Flags, Floats, Ints, run_ends, run_lengths, run_starts, take
from chainmatch.matching.evidence import CODE, NAME, PRODUCTS, SCOPE, EvidenceColumns
from chainmatch.matching.fit_model import ALONE, NAME_ONLY, SPEAKING, FitModel, Summary, logistics

GRADES = ("uncertain", "likely", "confirmed")
_STRONG = 0.5  # evidence from here on is a kind of evidence of its own


@dataclass(frozen=True)
class Fits:
    """Fits of firms to nodes; arrays with one entry a fit, firm by firm, best first.

    ``main`` is how far the node is the firm's main business, 0…1 (:func:`_main`). ``node`` and
    ``grade`` are numbers (of the nodes by id, of :data:`GRADES`). ``count`` rows of ``evidence``
    from ``first`` on speak for a fit, strongest first. ``summaries`` has a column for each field of
    ``Summary``.
    """

    row: Ints
    node: Ints
    fit: Floats
    main: Floats
    grade: Ints
    first: Ints
    count: Ints
    summaries: Floats
    evidence: EvidenceColumns


def combine(evidence: EvidenceColumns, items: Ints, nodes: int, model: FitModel) -> Fits:
    """Add up evidence; ``items`` are the numbers of items of the firms, ``nodes`` how many nodes.

    Ties are broken by node id. The function of a fit is ``fit_model.FitModel.weights``.
    """
    pair = evidence.row * nodes + evidence.node
    order = _strongest_first(evidence, pair)
    evidence, pair = take(evidence, order), pair[order]
    first = np.flatnonzero(run_starts(pair))
    count = run_lengths(first, len(pair))
    row, node = np.divmod(pair[first], nodes)
    group = np.repeat(np.arange(len(first)), count)
    summaries = summarise(evidence, first, items[row])
    total = np.zeros(len(first))
    for column, name in enumerate(Summary._fields):
        total = total + model.weights[name] * summaries[:, column]
    fit = logistics(model.weights["intercept"] + total)
    main = _main(evidence, summaries, first, items[row])
    grade = _grades(fit, evidence, group)
    best = np.argsort(-fit, kind="stable")
    rows = row.astype(np.min_scalar_type(len(items)))  # small numbers are sorted much sooner
    best = best[np.argsort(rows[best], kind="stable")]
    return Fits(
        row[best], node[best], fit[best], main[best], grade[best], first[best], count[best],
        summaries[best], evidence,
    )  # fmt: skip


def _strongest_first(evidence: EvidenceColumns, pair: Ints) -> Ints:
    """Sort by firm and node; what the scope says clearly comes before what the name wishes."""
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    several = np.flatnonzero(~(run_starts(pair) & run_ends(pair)))
    own = order[several]
    scope, strength = evidence.field[own] == SCOPE, evidence.strength[own]
    clear = scope & (strength >= SPEAKING)
    place = ((~scope).astype(np.int64) << 60) + (evidence.start[own] << 30) + evidence.position[own]
    order[several] = own[np.lexsort((place, -strength, 2 * pair[several] + ~clear))]
    return order


def summarise(evidence: EvidenceColumns, first: Ints, items: Ints) -> Floats:
    """Return one :class:`Summary` a group of evidence, as rows.

    Parameters
    ----------
    evidence : group by group, strongest first
    first : the first piece of each group
    items : number of items of the scope, of each group
    """
    scope = evidence.field == SCOPE
    stated = _largest(evidence, (evidence.field == PRODUCTS) | (evidence.field == CODE), first)
    named = _largest(evidence, evidence.field == NAME, first)
    best = _largest(evidence, scope, first)
    late = evidence.strength / (1 + 0.25 * evidence.order)
    group = np.repeat(np.arange(len(first)), run_lengths(first, len(evidence.row)))
    own, strength, order = group[scope], evidence.strength[scope], evidence.order[scope]
    speaking = _distinct(own, order, strength >= SPEAKING, len(first))
    nothing_else = (items == 0) & (stated == 0) & (best == 0)
    columns = {
        "best": best,
        "breadth": np.minimum(1.0, _further(own, evidence.start[scope], strength, len(first)) / 3),
        "lead": np.maximum.reduceat(np.where(scope, late, 0.0), first) if len(first) else best,
        "focus": np.minimum(1.0, speaking / np.maximum(items, 1)),
        "name": np.where(
            nothing_else,
            np.minimum(1.0, NAME_ONLY * named),
            np.minimum(named, ALONE * named + np.maximum(best, stated)),
        ),
        "stated": stated,
    }
    return np.stack([columns[name] for name in Summary._fields], axis=1)


def _main(evidence: EvidenceColumns, summaries: Floats, first: Ints, items: Ints) -> Floats:
    """Return how far each node is the firm's main business, 0…1.

    ``1 - (1 - 0.3 lead)(1 - 0.8 share)(1 - 0.8 name)(1 - 0.8 stated)``: what the text opens with,
    how much of it speaks for the node, what the name says, what products or code state. ``share``
    is ``Σ w · min(1, 1.5 strength) / Σ w`` over the items of the scope, each with its strongest
    evidence for the node, 0 without any, and ``w = 1 / (1 + 0.25 · items in front)``.
    """
    lead, name, stated = (
        summaries[:, Summary._fields.index(k)] for k in ("lead", "name", "stated")
    )
    share = _shares(evidence, first, items)
    main: Floats = 1 - (1 - 0.3 * lead) * (1 - 0.8 * share) * (1 - 0.8 * name) * (1 - 0.8 * stated)
    return main


def _shares(evidence: EvidenceColumns, first: Ints, items: Ints) -> Floats:
    """Return the share of the items' weight that speaks for each group's node."""
    scope = np.flatnonzero(evidence.field == SCOPE)
    own = np.repeat(np.arange(len(first)), run_lengths(first, len(evidence.row)))[scope]
    order, strength = evidence.order[scope], evidence.strength[scope]
    strongest = np.lexsort((-strength, order, own))
    own, order, strength = own[strongest], order[strongest], strength[strongest]
    new = run_starts(own) | run_starts(order)
    speaks = np.minimum(1.0, 1.5 * strength[new]) / (1 + 0.25 * order[new])
    weights = np.cumsum(1 / (1 + 0.25 * np.arange(max(int(items.max(initial=1)), 1))))
    total = weights[np.maximum(items, 1) - 1]
    shares: Floats = np.minimum(1.0, np.bincount(own[new], speaks, len(first)) / total)
    return shares


def _largest(evidence: EvidenceColumns, which: Flags, first: Ints) -> Floats:
    """Return the largest strength of some of the evidence in each group, 0 if there are none."""
    if not which.any():
        return np.zeros(len(first))
    return np.maximum.reduceat(np.where(which, evidence.strength, 0.0), first)


def _further(own: Ints, start: Ints, strength: Floats, groups: int) -> Floats:
    """Add up all evidence but the strongest; what is quoted together counts once."""
    later = np.flatnonzero(~run_starts(own))
    own, start, strength = own[later], start[later], strength[later]
    order = np.lexsort((start, own))
    own, start, strength = own[order], start[order], strength[order]
    last = run_ends(own) | run_ends(start)
    return np.bincount(own[last], strength[last], groups).astype(float)


def _distinct(own: Ints, order: Ints, which: Flags, groups: int) -> Ints:
    """Count the different items in each group."""
    pairs = np.sort((own[which] << 32) + order[which])  # sooner than np.unique
    return np.bincount(pairs[run_starts(pairs)] >> 32, minlength=groups)


def _grades(fit: Floats, evidence: EvidenceColumns, group: Ints) -> Ints:
    """``likely`` from 0.5 with a stated activity, else ``uncertain``.

    ``confirmed`` needs two independent kinds of evidence (products or industry code beside the
    scope): a scope alone never confirms.
    """
    strong = evidence.strength >= _STRONG
    in_scope, beside = np.zeros((2, len(fit)), bool)
    in_scope[group[strong & (evidence.field == SCOPE)]] = True
    beside[group[strong & ((evidence.field == PRODUCTS) | (evidence.field == CODE))]] = True
    return np.where(fit < 0.5, 0, np.where(in_scope & beside, 2, 1))
