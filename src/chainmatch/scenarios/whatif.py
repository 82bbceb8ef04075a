"""The verb ``whatif``: some target firms come; and what would lift one firm onto the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from chainmatch.errors import RunError
from chainmatch.identity.search import meant
from chainmatch.run import Run
from chainmatch.scenarios import comparing
from chainmatch.scenarios.bringing import as_it_is, check_whole, length_of, with_firms_here
from chainmatch.scenarios.lifting import Lift, lift
from chainmatch.scenarios.rerun import run_again
from chainmatch.util.missing import plain


@dataclass(frozen=True)
class WhatIf:
    """What changes if some target firms come, and what would lift one firm onto the shortlist.

    firms : who comes, one row each: ``firm_id, name, standing, nodes, anchor, anchor_place``
    gaps : the nodes that change: what is filled or grows stronger, then gaps that rise or fall
    moves : who enters the shortlist, leaves it or moves, with the reason
    scores : the parts of scores that change, with what each adds before and after
    leads : the leads that the firms serve, as targets now and as local firms then
    waiting : names of the firms next in line behind the new shortlist
    lift : of a single firm, what would lift it onto the shortlist; None for several
    notes : what the reader must know of the comparison, in Chinese
    """

    firms: pd.DataFrame
    gaps: pd.DataFrame
    moves: pd.DataFrame
    scores: pd.DataFrame
    leads: pd.DataFrame
    waiting: tuple[str, ...]
    lift: Lift | None
    notes: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name as files hold them; those of ``lift`` where there is one."""
        found = {
            "firms": self.firms,
            "gaps": self.gaps,
            "shortlist": self.moves,
            "scores": self.scores,
            "leads": self.leads,
        }
        if self.lift:
            changes = [
                "；".join(f"{key}={value}" for key, value in change.items())
                for change in self.lift.ways["changes"]
            ]
            found |= {"needs": self.lift.needs, "ways": self.lift.ways.assign(changes=changes)}
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data, for JSON; None is unknown."""
        tables = {name: table.to_dict("records") for name, table in self.tables().items()}
        lift = None
        if self.lift:
            lift = {**vars(self.lift), "needs": tables.pop("needs")}
            lift["ways"] = self.lift.ways.to_dict("records")
            del tables["ways"]
        told = {**tables, "notes": self.notes, "waiting": self.waiting, "lift": lift}
        found: dict[str, Any] = plain(told)
        return found

    def text(self) -> str:
        """Return the answer for people."""
        from chainmatch.scenarios.wording import text_of_whatif

        return text_of_whatif(self)


def whatif(firms: str | Sequence[str], run: "Run | str | Path", **lists: Any) -> WhatIf:
    """Say what changes if target firms come to the county; nothing is written anywhere.

    Parameters
    ----------
    firms : str or sequence of str
        Ids or names of target firms; their order does not matter.
    run : Run or path
        What :func:`chainmatch.rank` returned, or the folder of a run. Of a folder the lists are
        read again; ``targets``, ``local``, ``leads``, ``chains`` and ``mapping`` say where they are
        if they are no longer found by name.

    Raises
    ------
    RunError
        A firm that is not among the targets (the message names those that are near), a run in
        pieces, or a folder whose lists are gone or changed.
    """
    notes: tuple[str, ...] = ()
    if not isinstance(run, Run):
        run, notes = run_again(run, **lists)
    check_whole(run)
    asked = [firms] if isinstance(firms, str) else list(firms)
    found = [_firm(text, run) for text in asked]
    ids = sorted({firm for firm, _ in found})
    notes += tuple(dict.fromkeys(note for _, note in found if note))
    here = {firm: name for firm in ids if (name := _already_here(run, firm))}
    names = dict(run.candidates.firms[["firm_id", "name"]].itertuples(index=False, name=None))
    notes += tuple(
        f"{names[firm]}已在本地名单中（“{name}”是同一家企业），不重复计入"
        for firm, name in here.items()
    )
    top = length_of(run)
    new = [firm for firm in ids if firm not in here]
    before, after = as_it_is(run, top), with_firms_here(run, new, top)
    later = dict(after.scores[["firm_id", "name"]].itertuples(index=False, name=None))
    return WhatIf(
        comparing.coming(run, new, before, after),
        comparing.gap_changes(run, new, before, after),
        comparing.list_moves(run, new, before, after),
        comparing.score_changes(run, before, after),
        comparing.leads_served(new, before, after),
        tuple(later[firm] for firm in after.waiting),
        lift(run, ids[0], top) if len(ids) == 1 else None,
        notes,
    )


def _already_here(run: Run, firm: str) -> str:
    """The local firm that a target is, by the links of the run; "" if it is none."""
    links = run.candidates.links
    sure = links["relation"].eq("same") & (links["confidence"] >= run.profile.gates.link)
    return next(iter(links.loc[sure & links["left_id"].eq(firm), "right_name"].tolist()), "")


def _firm(asked: str, run: Run) -> tuple[str, str]:
    """Return the id of a target firm by id or name, and a note where it was not meant literally."""
    text, firms = asked.strip(), run.candidates.firms
    exact = firms[firms["firm_id"].eq(text) | firms["name"].eq(text)]
    if len(exact) > 1:
        ids = "、".join(exact["firm_id"].tolist())
        raise RunError(f"目标企业中有{len(exact)}家“{text}”，请用编号：{ids}。")
    if len(exact):
        return str(exact["firm_id"].iloc[0]), ""
    merged = run.candidates.duplicates
    kept = merged[merged["name"].eq(text)]
    if len(kept):
        return str(kept["kept_id"].iloc[0]), f"“{text}”已并入“{kept['kept_name'].iloc[0]}”"
    local = run.home.firms
    if local[["firm_id", "name"]].eq(text).any(axis=None):
        raise RunError(f"“{text}”已经是本地企业；whatif 问的是目标企业。")
    sure, near = meant(text, firms)
    if sure:
        return sure.firm_id, f"按“{sure.name}”计算"
    names = "、".join(found.name for found in near)
    hint = f"名称相近的有：{names}。" if near else "请核对名称，或用 chainmatch find 查找。"
    raise RunError(f"“{text}”不在这次运算的目标企业中。{hint}")
