"""Who is meant by a name or an id, and what is said of a firm that is not in the run.

What is said of one that is stands in :mod:`.cards`, with all the rules of scoring
behind it; that a firm is not there can be said without them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from chainmatch.errors import RunError
from chainmatch.identity.search import Found, meant
from chainmatch.report.runs.folders import RunFolder

_TABLES = ("shortlist", "scores", "excluded", "duplicates", "locals")


def explain(firm: str, run: str | Path) -> str:
    """Return the evidence card of one firm, in Chinese; or why it is not on the shortlist.

    ``firm`` is a firm id or a name; a name that differs in writing only is understood. Raises
    RunError if the firm is not in the run; the message names those that are near.
    """
    folder = RunFolder.open(run)
    tables = {name: folder.table(name) for name in _TABLES}
    asked = firm.strip()
    cards = _cards(asked, tables, folder)
    if cards:
        return "\n\n".join(cards)
    firms = pd.concat([tables[name][["firm_id", "name"]] for name in _TABLES[1:]])
    sure, near = meant(asked, firms.drop_duplicates(ignore_index=True))
    if sure:
        found = _cards(sure.firm_id, tables, folder)
        return "\n\n".join([f"按“{sure.name}”查找（{sure.why}）。", *found])
    raise RunError(f"“{firm}”不在这次运算中。{_suggest(near, tables)}")


def _cards(asked: str, tables: Mapping[str, pd.DataFrame], folder: RunFolder) -> list[str]:
    if not any(table[["firm_id", "name"]].eq(asked).any(axis=None) for table in tables.values()):
        return []
    from chainmatch.report.runs.cards import cards_of

    return [*cards_of(asked, tables, folder)]


def _suggest(near: Sequence[Found], tables: Mapping[str, pd.DataFrame]) -> str:
    if not near:
        return "请核对名称；如果名单里有这家企业，请用 chainmatch check 查看那一行能否读入。"
    states = {
        "shortlist": "在清单上",
        "scores": "未入选",
        "excluded": "已排除",
        "duplicates": "重复",
        "locals": "本地企业",
    }
    where = {
        (firm, name): state
        for table, state in reversed(states.items())
        for firm, name in zip(tables[table]["firm_id"], tables[table]["name"], strict=True)
    }
    named = "、".join(f"{found.name}（{where[found.firm_id, found.name]}）" for found in near)
    return f"名称相近的有：{named}。"
