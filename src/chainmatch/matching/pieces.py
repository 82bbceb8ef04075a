"""Evidence as arrays: every wording that speaks for a node, in many firms at once."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELDS = ("scope", "products", "name", "industry_code")
SCOPE, PRODUCTS, NAME, CODE = range(len(FIELDS))


@dataclass(frozen=True)
class Pieces:
    """Pieces of evidence; arrays with one entry a piece.

    ``row`` is the number of the firm; ``node``, ``field``, ``activity`` and ``how`` are numbers (of
    the nodes by id, :data:`FIELDS`, ``activity_rule.DONE``, ``activity_rule.HOWS``); ``start:end``
    is the quotation in its field, ``position`` the place of the wording there; ``strength`` is in
    0…1; ``order`` numbers the item in its scope.
    """

    row: np.ndarray
    node: np.ndarray
    field: np.ndarray
    start: np.ndarray
    end: np.ndarray
    position: np.ndarray
    activity: np.ndarray
    strength: np.ndarray
    order: np.ndarray
    hint: np.ndarray
    how: np.ndarray

    def __len__(self) -> int:
        return len(self.row)

    def __getitem__(self, which: np.ndarray) -> "Pieces":
        return Pieces(*(column[which] for column in self.columns))

    @property
    def columns(self) -> list[np.ndarray]:
        """The arrays in the order of the fields."""
        return [getattr(self, name) for name in _COLUMNS]


_COLUMNS = tuple(field.name for field in fields(Pieces))


def joined(parts: "Sequence[Pieces]") -> Pieces:
    """Put pieces behind each other."""
    return Pieces(*map(np.concatenate, zip(*(part.columns for part in parts), strict=True)))
