"""An answer with what it stands on: no sentence without a row, a phrase or a formula."""

from collections.abc import Iterable, Mapping
from typing import Any

from chainmatch.report.facts import Record


class Answer:
    """Sentences in Chinese, each with the keys of the rows that it was read from.

    Rows stand as they stand in the files of the run, under ``table/key``; what was worked out of
    them (``worked out/…``) is a row as well, and ``formulas`` say how.
    """

    def __init__(self) -> None:
        self._said: list[Record] = []
        self._rows: dict[str, Record] = {}
        self._formulas: dict[str, None] = {}

    def row(self, table: str, key: object, cells: Mapping[str, Any]) -> str:
        """Take a row in; return what sentences call it by."""
        name = f"{table}/{key}"
        self._rows[name] = dict(cells)
        return name

    def say(self, text: str, rows: Iterable[str]) -> None:
        """Say one sentence and what it was read from."""
        self._said.append({"text": text, "rows": list(rows)})

    def formula(self, *texts: str) -> None:
        """Say how a number of the answer is computed; "" says nothing."""
        self._formulas.update(dict.fromkeys(filter(None, texts)))

    def record(self, source: Mapping[str, Any]) -> Record:
        """Return the whole answer as JSON holds it; ``source`` says what was asked."""
        phrases = [
            {"text": cells["evidence"], "row": name}
            for name, cells in self._rows.items()
            if cells.get("evidence")
        ]
        return {
            "said": self._said,
            "rows": self._rows,
            "phrases": phrases,
            "formulas": list(self._formulas),
            "source": dict(source),
        }


def nothing(text: str) -> Answer:
    """Return an answer for where there is nothing: one sentence that says so."""
    answer = Answer()
    answer.say(text, ())
    return answer


_TEXT = {"type": "string"}
# The form of every answer, as tools announce it.
SCHEMA: Record = {
    "type": "object",
    "properties": {
        "said": {
            "type": "array",
            "description": "逐句的回答；rows 是这一句所依据的行，没有可说的只有一句且 rows 为空",
            "items": {
                "type": "object",
                "properties": {"text": _TEXT, "rows": {"type": "array", "items": _TEXT}},
                "required": ["text", "rows"],
            },
        },
        "rows": {
            "type": "object",
            "description": "所依据的行：“表/键”→ 各列；null 是未知，不是 0",
            "additionalProperties": {"type": "object"},
        },
        "phrases": {
            "type": "array",
            "description": "企业自己写的原文",
            "items": {
                "type": "object",
                "properties": {"text": _TEXT, "row": _TEXT},
                "required": ["text", "row"],
            },
        },
        "formulas": {"type": "array", "description": "数字怎样算出", "items": _TEXT},
        "source": {"type": "object", "description": "问的是哪次运算、哪些名单和产业链"},
    },
    "required": ["said", "rows", "phrases", "formulas", "source"],
}
