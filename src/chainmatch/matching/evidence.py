"""Evidence: every term that speaks for a node, in many firms at once."""

from typing import NamedTuple

from chainmatch.matching.arrays import Flags, Floats, Ints

FIELDS = ("scope", "products", "name", "industry_code")
SCOPE, PRODUCTS, NAME, CODE = range(len(FIELDS))


class Evidence(NamedTuple):
    """One term that speaks for a node: where it stands, and how strongly it speaks (0…1).

    ``start:end`` is the quotation in its field, ``order`` the number of its item from 0. ``kind``
    says how the firm's activity agrees with the node's: ``stated`` on the item, ``reached`` from a
    verb elsewhere, ``bare``, ``bare-make`` (no verb, could be made or sold), ``technique`` (it
    advises on the thing), ``only-trade``, ``own-sale``, ``other``; ``name``, ``code`` for the other
    fields.
    """

    field: str
    start: int
    end: int
    quote: str
    activity: str
    strength: float
    order: int
    hint: bool
    kind: str


class EvidenceColumns(NamedTuple):
    """Evidence as arrays with one entry a piece.

    ``row`` is the number of the firm; ``node``, ``field``, ``activity`` and ``kind`` are numbers
    (of the nodes by id, :data:`FIELDS`, ``activity_rule.DONE``, ``activity_rule.EVIDENCE_KINDS``);
    ``start:end`` is the quotation in its field, ``position`` that of the term; ``strength`` is in
    0…1; ``order`` numbers the item in its scope.
    """

    row: Ints
    node: Ints
    field: Ints
    start: Ints
    end: Ints
    position: Ints
    activity: Ints
    strength: Floats
    order: Ints
    hint: Flags
    kind: Ints
