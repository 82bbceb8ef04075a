"""Who is meant by a name or an id, and what is said of a firm that is not in the run.

What is said of one that is stands in :mod:`.cards`, with all the rules of scoring
behind it; that a firm is not there can be said without them.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from chainmatch.errors import RunError
from chainmatch.identity.search import find
from chainmatch.report.runs.folders import RunFolder

_ALIKE = 0.98  # a name this near is taken for the firm itself
_NEAR = 0.5  # a name this near is proposed
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
    near = _near(asked, tables)
    exact = near[near["score"] >= _ALIKE]
    if len(exact) == 1:
        name = exact["name"].iloc[0]
        found = _cards(exact["firm_id"].iloc[0], tables, folder)
        return "\n\n".join([f"按“{name}”查找（{exact['why'].iloc[0]}）。", *found])
    raise RunError(f"“{firm}”不在这次运算中。{_suggest(near, tables)}")


def _cards(asked: str, tables: Mapping[str, pd.DataFrame], folder: RunFolder) -> list[str]:
    if not any(table[["firm_id", "name"]].eq(asked).any(axis=None) for table in tables.values()):
        return []
    from chainmatch.report.runs.cards import cards_of

    return [*cards_of(asked, tables, folder)]


def _near(asked: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    firms = pd.concat([tables[name][["firm_id", "name"]] for name in _TABLES[1:]])
    return find(asked, firms.drop_duplicates(ignore_index=True), limit=5)


def _suggest(near: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> str:
    likely = near[near["score"] >= _NEAR]
    if likely.empty:
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
    named = "、".join(
        f"{name}（{where[firm, name]}）"
        for firm, name in zip(likely["firm_id"], likely["name"], strict=True)
    )
    return f"名称相近的有：{named}。"
