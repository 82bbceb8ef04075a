"""Who is meant by a name or an id, and what is said of a firm that is not in the run.

What is said of one that is stands in :mod:`.cards`, with all the rules of scoring
behind it; that a firm is not there can be said without them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from chainmatch.errors import RunError
from chainmatch.identity.search import Found, meant
from chainmatch.report.runs.card import Card
from chainmatch.report.runs.folders import RunFolder

if TYPE_CHECKING:
    from chainmatch.run import Run

# Where a firm of a run can stand, first the table that says most of it.
STATES = {
    "shortlist": "在清单上",
    "scores": "未入选",
    "excluded": "已排除",
    "duplicates": "重复",
    "locals": "本地企业",
}
TABLES = tuple(STATES)


class Asked(NamedTuple):
    """The firm that a question is about: its id or exact name, and how it was understood."""

    firm: str
    note: str


def explain(firm: str, run: "Run | str | Path") -> Card:
    """Return the evidence card of one firm, in Chinese; or why it is not on the shortlist.

    ``firm`` is a firm id or a name; a name that differs in writing only is understood, and so is a
    part of a name that one firm alone has. ``run`` is the folder of a run, or what
    :func:`chainmatch.rank` returned. The card is a text; its ``as_dict()`` says the same as data.
    Raises RunError if the firm is not in the run; the message names those that are near.
    """
    folder = RunFolder.open(run)
    tables = {name: folder.table(name) for name in TABLES}
    asked = asked_of(firm, tables)
    from chainmatch.report.runs.cards import cards_of

    cards = list(cards_of(asked.firm, tables, folder))
    text = "\n\n".join(filter(None, [asked.note, *cards]))
    return Card.of(text, {"note": asked.note, "cards": [card.as_dict() for card in cards]})


def asked_of(firm: str, tables: Mapping[str, pd.DataFrame]) -> Asked:
    """Return whom an id, a name or another writing of it means among the ``TABLES`` of a run.

    Raises RunError if that is no firm of the run; the message names those that are near.
    """
    text = firm.strip()
    if any(table[["firm_id", "name"]].eq(text).any(axis=None) for table in tables.values()):
        return Asked(text, "")
    firms = pd.concat([tables[name][["firm_id", "name"]] for name in TABLES[1:]])
    sure, near = meant(text, firms.drop_duplicates(ignore_index=True))
    if sure:
        return Asked(sure.firm_id, f"按“{sure.name}”查找（{sure.why}）。")
    raise RunError(f"“{firm}”不在这次运算中。{_suggest(near, tables)}")


def _suggest(near: Sequence[Found], tables: Mapping[str, pd.DataFrame]) -> str:
    if not near:
        return "请核对名称；如果名单里有这家企业，请用 chainmatch check 查看那一行能否读入。"
    where = {
        (firm, name): state
        for table, state in reversed(STATES.items())
        for firm, name in zip(tables[table]["firm_id"], tables[table]["name"], strict=True)
    }
    named = "、".join(f"{found.name}（{where[found.firm_id, found.name]}）" for found in near)
    return f"名称相近的有：{named}。"
