"""A card that reads as text and can be taken apart."""

from html import escape
from typing import Any


class Card(str):
    """What is said of a firm, in Chinese; :meth:`as_dict` is the same as plain data."""

    _told: dict[str, Any]

    @classmethod
    def of(cls, text: str, told: dict[str, Any]) -> "Card":
        """Return a text with the data that it tells."""
        found = cls(text)
        found._told = told
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return lists, texts and numbers, for JSON; None is unknown."""
        return self._told

    def _repr_html_(self) -> str:
        return f'<pre style="white-space:pre-wrap">{escape(self)}</pre>'
