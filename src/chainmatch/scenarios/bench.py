"""One firm of a run with other facts, or the run under another profile: is it on the list then?

The answers come from the functions of ``rank``: the firm's row is matched, linked, held against the
gates and scored, the shortlist is chosen among all. A row never depends on its neighbours, so many
forms of one row are tried in one table. What no change can touch is computed once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from chainmatch.decision import gates
from chainmatch.decision.coverage import supplies
from chainmatch.decision.gaps import Survey, survey
from chainmatch.decision.grades import fills
from chainmatch.decision.mean import interval
from chainmatch.decision.partners import PartnerBook
from chainmatch.decision.scoring import (
    Pairs,
    best_rows,
    facts_here,
    judged,
    own_pairs,
    parts_at,
    weights_of,
)
from chainmatch.decision.shortlist import entrants, in_order, places_with
from chainmatch.identity.linking import Linker
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.tables import match
from chainmatch.parts import PARTS
from chainmatch.profile import Profile
from chainmatch.report.runs.moves import rows_by
from chainmatch.run import Run
from chainmatch.scenarios.bringing import Lists, decided


@dataclass(frozen=True)
class State:
    """A firm as it could be: cells of its row that differ, and local firms that it is not.

    ``read`` says that its words must be read anew.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    unlinked: frozenset[str] = frozenset()
    read: bool = False

    def but(self, changes: Mapping[str, Any], *, read: bool = False) -> "State":
        """Return the state with further changes."""
        return replace(self, changes={**self.changes, **changes}, read=self.read or read)


class Verdict(NamedTuple):
    """What becomes of the firm: the gate that stops it and why, or its row of scores.

    ``place`` is its place on the shortlist, 0 if it is not there.
    """

    gate: str
    why: str
    row: Mapping[str, Any] | None
    place: int

    @property
    def score(self) -> float:
        """The score; NaN for a firm that a gate stops."""
        return float(self.row["score"]) if self.row else float("nan")


class _Read(NamedTuple):
    """What the words of the firm say: its fits, its links, and the others where it counts so."""

    fits: pd.DataFrame
    links: pd.DataFrame
    survey: Survey
    others: pd.DataFrame


class Bench:
    """A run, and one of its target firms on trial."""

    def __init__(self, run: Run, firm: str, top: int) -> None:
        self.run = run
        self.firm = firm
        self.top = top
        firms = run.candidates.firms
        self._table = firms[firms["firm_id"] == firm]
        self.row: dict[str, Any] = {str(k): v for k, v in self._table.iloc[0].to_dict().items()}
        self._known: dict[tuple[Any, ...], _Read] = {}

    @cached_property
    def fits(self) -> pd.DataFrame:
        """The fits of the firm, as it is."""
        return self._own(self.run.fits, "firm_id")

    @cached_property
    def links(self) -> pd.DataFrame:
        """The links of the firm to local firms, as it is."""
        return self._own(self.run.candidates.links, "left_id")

    def try_one(self, state: State) -> Verdict:
        """Return what becomes of the firm in a state."""
        return self.try_many([state])[0]

    def try_many(self, states: Sequence[State]) -> list[Verdict]:
        """Return what becomes of the firm in each of some states."""
        groups: dict[tuple[Any, ...], list[int]] = {}
        for at, state in enumerate(states):
            groups.setdefault(self._words(state), []).append(at)
        found: dict[int, Verdict] = {}
        for key, group in groups.items():
            verdicts = self._try_alike([states[at] for at in group], key)
            found.update(zip(group, verdicts, strict=True))
        return [found[at] for at in range(len(states))]

    def places(self, row: Mapping[str, Any], scores: Sequence[float]) -> list[int]:
        """Return the place on the list for each score that a row which may enter could have."""
        return places_with(self._others, row, scores, self.run.profile, self.top)

    def try_profile(self, profile: Profile, top: int | None = None) -> Verdict:
        """Return what becomes of the firm, as it is, under other weights, limits or entries.

        For a profile that says the same of nodes and gates.
        """
        same_entry = profile.entry == self.run.profile.entry
        parts = self._able if same_entry else self._parts
        if self.firm not in parts["firm_id"].values:
            parts = self._parts
        return self._verdict(self._scores(parts, profile), profile, top)

    def try_anew(self, profile: Profile) -> Verdict:
        """Return what becomes of the firm under any other profile: the whole run, computed anew."""
        found = decided(self.run, Lists.of(self.run), profile, self.top)
        stopped = rows_by(self._own(found.excluded, "firm_id"), "firm_id")
        if self.firm in stopped:
            return Verdict(stopped[self.firm]["gate"], stopped[self.firm]["why"], None, 0)
        ranks = dict(zip(found.shortlist["firm_id"], found.shortlist["rank"], strict=True))
        row = rows_by(self._own(found.scores, "firm_id"), "firm_id")[self.firm]
        return Verdict("", "", row, int(ranks.get(self.firm, 0)))

    def try_wishes(self, profile: Profile) -> Verdict:
        """Return what becomes of the firm under other ``priorities``: only gaps are worth more.

        For a firm that lacks nothing but the worth of its gap.
        """
        run = self.run
        found = survey(run.graph, run.local_fits, run.home.firms, profile, run.fits)
        facts, _ = facts_here(self._hopeful, found, run.candidates.links, run.graph, self._book)
        return self._verdict(self._scores(parts_at(facts), profile), profile)

    def length(self, profile: Profile) -> int:
        """Return how long the shortlist must be until the firm is on it; 0 if it never is."""
        scores = self._scores(self._able, profile)
        order = in_order(scores, profile, len(scores))
        return order.index(self.firm) + 1 if self.firm in order else 0

    # --- what is computed once ---

    @cached_property
    def _others(self) -> pd.DataFrame:
        """The rows of scores of all other firms that may enter the shortlist."""
        pool = entrants(self.run.scores, self.run.profile)
        return pool[pool["firm_id"] != self.firm]

    @cached_property
    def _book(self) -> PartnerBook:
        return PartnerBook(self.run.survey, self.run.graph)

    @cached_property
    def _matcher(self) -> Matcher:
        return Matcher(self.run.graph)

    @cached_property
    def _linker(self) -> Linker:
        return Linker(self.run.home.firms)

    @cached_property
    def _parts(self) -> pd.DataFrame:
        """Parts of all firms that passed, at every node that is theirs."""
        run = self.run
        facts, _ = facts_here(run.pairs, run.survey, run.candidates.links, run.graph, self._book)
        return parts_at(facts)

    @cached_property
    def _able(self) -> pd.DataFrame:
        """The parts of the firms that may enter now, at the nodes where they may."""
        may = fills(self._parts, self.run.profile.entry)
        return self._parts[may].reset_index(drop=True)

    @cached_property
    def _names(self) -> pd.DataFrame:
        return self.run.candidates.firms.set_index("firm_id")[["name", "zone"]]

    @cached_property
    def _hopeful(self) -> Pairs:
        """The pairs that could enter if only their gap were worth enough."""
        run = self.run
        may = fills(self._parts.assign(gap=1.0), run.profile.entry).to_numpy(dtype=bool)
        return Pairs(run.pairs.facts[may].reset_index(drop=True), run.pairs.made)

    # --- steps ---

    def _words(self, state: State) -> tuple[Any, ...]:
        """What decides on the fits and the links of a state."""
        row = {**self.row, **state.changes}
        read = tuple(row[c] for c in ("name", "scope", "products")) if state.read else ()
        return (*read, state.unlinked)

    def _try_alike(self, states: Sequence[State], key: tuple[Any, ...]) -> list[Verdict]:
        """Try states of the same words: rows of one table, under ids of their own."""
        run = self.run
        if key not in self._known:
            self._known[key] = self._read(states[0])
        read = self._known[key]
        ids = [f"{self.firm}#{number}" for number in range(len(states))]
        rows = [
            {**self.row, **state.changes, "firm_id": i}
            for i, state in zip(ids, states, strict=True)
        ]
        firms = pd.DataFrame(rows)
        fits = pd.concat([read.fits.assign(firm_id=i) for i in ids], ignore_index=True)
        links = pd.concat([read.links.assign(left_id=i) for i in ids], ignore_index=True)
        gated = gates.check(firms, links, fits, run.profile, run.graph)
        stopped = {row[0]: row[2:] for row in gated.itertuples(index=False, name=None)}
        passed = firms[~firms["firm_id"].isin(list(stopped))]
        scored: dict[str, dict[str, Any]] = {}
        if len(passed):
            pairs = own_pairs(passed, fits, run.survey.county, run.graph)
            facts, partners = facts_here(pairs, read.survey, links, run.graph, self._book)
            scores = judged(facts, partners, passed, run.profile, run.graph)
            places = self._places(scores, read.others)
            for row in scores.to_dict("records"):
                scored[row["firm_id"]] = {**row, "place": places.get(row["firm_id"], 0)}
        return [
            Verdict(stopped[i][0], stopped[i][1], None, 0)
            if i in stopped
            else Verdict("", "", {**scored[i], "firm_id": self.firm}, scored[i]["place"])
            for i in ids
        ]

    def _places(self, scores: pd.DataFrame, others: pd.DataFrame) -> dict[str, int]:
        """Return the places of those forms of the firm that are on the list, by their ids."""
        found: dict[str, int] = {}
        pool = entrants(scores, self.run.profile)
        for _, group in pool.groupby(["node", "name"]):
            row = {**group.iloc[0].to_dict(), "firm_id": self.firm}
            values = group["score"].tolist()
            places = places_with(others, row, values, self.run.profile, self.top)
            found.update(zip(group["firm_id"].tolist(), places, strict=True))
        return found

    def _read(self, state: State) -> _Read:
        run = self.run
        fits, links = self.fits, self.links
        if state.read:
            firm = pd.DataFrame([{**self.row, **state.changes}])
            fits = match(firm, run.graph, top=None, matcher=self._matcher)
            links = self._linker.link(firm)
        links = links[~links["right_id"].isin(list(state.unlinked))]
        old, new = (
            set(supplies(table, run.graph, run.profile)["node"]) for table in (self.fits, fits)
        )
        if old == new:
            return _Read(fits, links, run.survey, self._others)
        # The firm counts at other nodes than before: the supply of gaps differs for everyone.
        every = pd.concat([run.fits[run.fits["firm_id"] != self.firm], fits])
        found = survey(run.graph, run.local_fits, run.home.firms, run.profile, every)
        facts, _ = facts_here(self._hopeful, found, run.candidates.links, run.graph, self._book)
        others = entrants(self._scores(parts_at(facts), run.profile), run.profile)
        return _Read(fits, links, found, others[others["firm_id"] != self.firm])

    def _scores(self, parts: pd.DataFrame, profile: Profile) -> pd.DataFrame:
        """Score firms by their parts, without the words of a table of scores."""
        table = parts.iloc[best_rows(parts, profile)].reset_index(drop=True)
        weights = weights_of(profile)
        values = table[[part.column for part in PARTS]].to_numpy(dtype=float).tolist()
        table["score"] = [interval(row, weights)[0] for row in values]
        return table.join(self._names, on="firm_id")

    def _verdict(self, scores: pd.DataFrame, profile: Profile, top: int | None = None) -> Verdict:
        own = scores[scores["firm_id"] == self.firm]
        row = {str(k): v for k, v in own.iloc[0].to_dict().items()}
        chosen = in_order(scores, profile, top or self.top)
        if self.firm not in chosen:
            return Verdict("", "", row, 0)
        listed = scores[scores["firm_id"].isin(chosen)]
        order = listed.sort_values(["score", "firm_id"], ascending=[False, True])["firm_id"]
        return Verdict("", "", row, order.tolist().index(self.firm) + 1)

    def _own(self, table: pd.DataFrame, column: str) -> pd.DataFrame:
        return table[table[column] == self.firm]
