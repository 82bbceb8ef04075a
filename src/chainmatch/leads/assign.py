"""One-to-one plan: each firm is asked once, each lead gets at most ``per_lead`` firms."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from chainmatch.leads.book import WEAK
from chainmatch.leads.clauses import NEED
from chainmatch.schema.columns import TABLES
from chainmatch.util.rounding import figure

ASKED = ("target", "local")
HOME_FIRST = 0.5  # what being local is worth to a need


def assign(matches: pd.DataFrame, *, per_lead: int = 1) -> pd.DataFrame:
    """Choose among matches (``TABLES["leads"]``) so that the sum of scores is the largest.

    A firm is given to one lead only, a lead gets at most ``per_lead`` firms. For a need a local
    firm that is no weak match counts 0.5 more: home comes first. The result has the columns of
    ``TABLES["leads"]`` and ``given_up``: what the lead would have had alone and where that firm
    went. A lead that goes empty keeps one row that says why. Leads stand in their order.

    Solved exactly as a linear assignment (``scipy.optimize.linear_sum_assignment``); among equal
    plans the one for the table as it is sorted is returned, the same every time.
    """
    columns = [*TABLES["leads"], "given_up"]
    offers = matches[matches["partner_kind"].isin(ASKED)]
    firms = sorted(set(offers["partner_id"]))
    leads = list(dict.fromkeys(matches["lead_id"]))
    home = offers["kind"].eq(NEED) & offers["partner_kind"].eq("local") & offers["score"].ge(WEAK)
    offers = offers.assign(worth=offers["score"] + HOME_FIRST * home)
    chosen = _solve(offers, leads, firms, per_lead)
    holder = {offers.at[row, "partner_id"]: offers.at[row, "lead_id"] for row in chosen}
    rows: list[dict[str, object]] = []
    for lead in leads:
        own = offers[offers["lead_id"] == lead]
        own = own.sort_values(["worth", "rank"], ascending=[False, True])
        got = [index for index in own.index if index in chosen]
        first = matches[matches["lead_id"] == lead].iloc[0]
        if not got:
            rows.append(_empty(first, own, holder))
        for rank, index in enumerate(got, start=1):
            line = dict(own.loc[index]) | {"rank": rank}
            best = own.iloc[rank - 1]
            rows.append(line | {"given_up": _given_up(best, own.loc[index], holder)})
    return pd.DataFrame(rows, columns=columns)


def _solve(
    offers: pd.DataFrame, leads: Sequence[str], firms: Sequence[str], per_lead: int
) -> set[int]:
    """Return the index labels of the chosen rows of ``offers``."""
    if offers.empty:
        return set()
    from scipy.optimize import linear_sum_assignment

    place = {lead: number for number, lead in enumerate(leads)}
    column = {firm: number for number, firm in enumerate(firms)}
    scores = np.zeros((len(leads), len(firms)))
    label: dict[tuple[int, int], int] = {}
    rows = zip(offers.index, offers["lead_id"], offers["partner_id"], offers["worth"], strict=True)
    for index, lead, firm, score in rows:
        at = (place[lead], column[firm])
        if at not in label or score > scores[at]:
            scores[at], label[at] = score, index
    # Each lead stands ``per_lead`` times; a pair of score 0 is no pair.
    picked = linear_sum_assignment(np.repeat(scores, per_lead, axis=0), maximize=True)
    pairs = [(int(row) // per_lead, int(firm)) for row, firm in zip(*picked, strict=True)]
    return {label[pair] for pair in pairs if pair in label and scores[pair] > 0}


def _given_up(best: pd.Series, got: pd.Series, holder: dict[object, object]) -> str:
    """Say what the lead would have had alone."""
    if best["partner_id"] == got["partner_id"] or best["worth"] <= got["worth"]:
        return ""
    less = f"匹配度由{figure(best['score'])}变为{figure(got['score'])}"
    return f"放弃“{best['partner_name']}”，{_where(best, holder)}，{less}"


def _where(best: pd.Series, holder: dict[object, object]) -> str:
    lead = holder.get(best["partner_id"])
    return f"该企业分给{lead}" if lead and lead != best["lead_id"] else "该企业已排在本线索"


def _empty(first: pd.Series, own: pd.DataFrame, holder: dict[object, object]) -> dict[str, object]:
    lead = {name: first[name] for name in ("lead_id", "kind", "title", "nodes")}
    blank = {"rank": 1, "partner_kind": "", "partner_id": "", "partner_name": "", "score": 0.0}
    if own.empty:
        why = (
            first["why"]
            if not first["partner_kind"]
            else "没有可约请的企业，只有线索或缺口可对接。"
        )
        return lead | blank | {"why": why, "given_up": ""}
    best = own.iloc[0]
    why = "推荐的企业都已分给其他线索，请扩大名单或分批约请。"
    given = f"放弃“{best['partner_name']}”，{_where(best, holder)}"
    return lead | blank | {"why": why, "given_up": given}
