"""The gaps as an office works them off: which target firms there are, or why there is none."""

from typing import TYPE_CHECKING

import pandas as pd

from chainmatch.chains.model import SETTLES
from chainmatch.decision.shortlist import may_enter
from chainmatch.report import limits
from chainmatch.report.facts import Record, absence, records

if TYPE_CHECKING:
    from chainmatch.run import Run


def opportunities(run: "Run", way: str) -> list[Record]:
    """Return the gaps that are recruited for, or grown here, the most valuable first.

    ``could`` is the number of target firms scored there that could be listed, ``listed`` of those
    on the list, ``firms`` their places and names, ``answer`` names these or says why there is none,
    ``nearest`` who came nearest, ``settles`` how such firms settle.
    Of a long list they are looked for among the best scores that sheets hold; others are never
    listed.
    """
    rows = run.survey.gaps
    rows = rows[rows["kind"].ne("") & rows["way"].eq(way)]
    rows = rows.sort_values(["score", "node"], ascending=[False, True], ignore_index=True)
    scores = run.scores.head(limits.SHEET)
    able = may_enter(scores, run.profile.entry)
    could = scores.loc[able, "node"].value_counts()
    first = pd.concat([scores[able], scores[~able]]).drop_duplicates("node")
    nearest = {row["node"]: row for row in records(first)}
    chosen: dict[str, list[tuple[int, str]]] = {}
    for place, name, node in run.shortlist[["rank", "name", "node"]].itertuples(index=False):
        chosen.setdefault(node, []).append((place, name))
    found = []
    for number, row in enumerate(records(rows), start=1):
        own, fit = chosen.get(row["node"], []), int(could.get(row["node"], 0))
        near = None if own else nearest.get(row["node"])
        found.append(
            row
            | {"number": number, "could": fit, "listed": len(own), "firms": own}
            | {"answer": _answer(own, fit, row["targets"])}
            | {"settles": SETTLES[run.graph.nodes[row["node"]]["settles"]]}
            | {"nearest": f"最接近的是{near['name']}：{absence(near, run)}" if near else ""}
        )
    return found


def _answer(listed: list[tuple[int, str]], could: int, targets: int | None) -> str:
    if listed:
        return "、".join(f"第{place}位{name}" for place, name in listed)
    if could:
        return f"{could}家够条件，清单名额所限未列入"
    if targets:
        return f"目标名单里{targets}家涉及，没有一家以它为主业又够入选条件"
    return "目标名单里没有做这一环节的企业"
