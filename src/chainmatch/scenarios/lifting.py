"""Counterfactual: what would have to be otherwise for a firm to stand on the shortlist.

First the gate that stops it, if one does, and what lifts that. Then part by part the value that the
part would need with all others as they are. Then single facts that can be asked for, the
one that moves the score least first; if none is enough, the smallest pair of two. Last what the
county could say otherwise in its profile. Every answer was tried on the whole list
(:mod:`.bench`); a level below the one that is named is not enough.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from chainmatch.decision.grades import ENTRY_PARTS
from chainmatch.decision.mean import contributions
from chainmatch.decision.scoring import weights_of
from chainmatch.decision.shortlist import obstacle, why_not
from chainmatch.parts import PARTS
from chainmatch.profile import Profile, Wish
from chainmatch.run import Run
from chainmatch.scenarios.askable import Fact, facts_of
from chainmatch.scenarios.bench import Bench, State, Verdict
from chainmatch.scenarios.gatelifts import lift_gates
from chainmatch.schema.columns import TABLES
from chainmatch.util.rounding import figure

NEEDS = ("part", "title", "value", "least", "needed", "why")
WAYS = ("kind", "text", "changes", "score", "place")

_SAMPLES = 12  # levels that are tried at once
_PAIRS = 6  # pairs that are looked into
_LEVELS = 4  # levels of the first fact of a pair
_STEPS = 12  # steps of a hundredth that a weight is moved by, at most
_BITS = 30  # halvings of a score


@dataclass(frozen=True)
class Lift:
    """What would lift a firm onto the shortlist.

    place : its place there now, 0 if it is not there
    barred : what keeps it off, in Chinese; "" if nothing does
    lifted : what lifts the gates that stop it, in order
    stuck : a gate that nothing lifts, "" if there is none
    score, place_then : what it scores behind the gates (NaN: it cannot), and its place then
    tried : whether facts were looked for
    threshold : the score from which it would be chosen at its node (NaN: no score would do)
    needs : one row a part (:data:`NEEDS`): the value that it would need, all others unchanged
    ways : one row a way (:data:`WAYS`): ``kind`` is fact, pair or profile, ``changes`` the cells of
        the row or the keys of the profile that differ
    """

    firm_id: str
    name: str
    place: int
    barred: str
    lifted: tuple[str, ...]
    stuck: str
    score: float
    place_then: int
    tried: bool
    threshold: float
    needs: pd.DataFrame
    ways: pd.DataFrame


class _Way(NamedTuple):
    kind: str
    text: str
    changes: Mapping[str, Any]
    verdict: Verdict
    size: float


def lift(run: Run, firm: str, top: int) -> Lift:
    """Return what would lift a target firm (an id) onto the shortlist."""
    bench = Bench(run, firm, top)
    now = bench.try_one(State())
    name = str(bench.row["name"])
    lifted = lift_gates(bench, now)
    base, verdict = lifted.state, lifted.verdict
    if verdict.row is None:
        return _answer(bench, name, now, lifted.texts, verdict)
    if verdict.place or lifted.profile is not None:
        return _answer(bench, name, now, lifted.texts, verdict)
    row = {**bench.row, **base.changes}
    facts = facts_of(row, bench.fits, run.survey.county, run.graph, _columns(run))
    ways = _singles(bench, base, facts, verdict) or _pairs(bench, base, facts, verdict)
    if base == State():
        ways += _profiles(bench, verdict)
    return _answer(bench, name, now, lifted.texts, verdict, ways)


def _columns(run: Run) -> set[str]:
    return {*TABLES["firms"], *run.candidates.firms.columns}


def _answer(
    bench: Bench,
    name: str,
    now: Verdict,
    lifted: Sequence[str],
    verdict: Verdict,
    ways: Sequence[_Way] | None = None,
) -> Lift:
    run = bench.run
    row = verdict.row
    barred = f"未通过准入条件“{now.gate}”：{now.why}" if now.gate else ""
    if row is not None and not verdict.place and not barred:
        barred = why_not(row, run.shortlist, run.profile)
    threshold = _threshold(bench, row) if row is not None else math.nan
    rows = [(w.kind, w.text, dict(w.changes), w.verdict.score, w.verdict.place) for w in ways or ()]
    needs = [] if row is None else list(_needs(bench, row, threshold))
    return Lift(
        bench.firm, name, now.place, barred, tuple(lifted),
        verdict.gate and f"“{verdict.gate}”：{verdict.why}", verdict.score, verdict.place,
        ways is not None, threshold,
        pd.DataFrame(needs, columns=list(NEEDS)), pd.DataFrame(rows, columns=list(WAYS)),
    )  # fmt: skip


# --- part by part --------------------------------------------------------------------------------


def _threshold(bench: Bench, row: Mapping[str, Any]) -> float:
    """Return the least score with which a row is chosen, if it may enter; NaN if none is enough."""
    if not bench.places(row, [1.0])[0]:
        return math.nan
    low, high = 0.0, 1.0
    while high - low > 2**-_BITS:
        tried = np.linspace(low, high, 18)[1:-1]
        first = next((i for i, p in enumerate(bench.places(row, tried.tolist())) if p), len(tried))
        ends = [low, *tried.tolist(), high]
        low, high = ends[first], ends[first + 1]
    return high


def _needs(bench: Bench, row: Mapping[str, Any], threshold: float) -> Iterator[tuple[Any, ...]]:
    """Yield part, title, value, least, needed and why of every part with weight."""
    entry = bench.run.profile.entry
    for part in PARTS:
        value = float(row[part.column])
        weight = weights_of(bench.run.profile)[part.name]
        least = getattr(entry, part.name) if part.name in ENTRY_PARTS else math.nan
        if not weight:
            continue
        for_score = _value_for(row, part.column, bench.run.profile, threshold)
        needed = max(for_score, 0.0 if math.isnan(least) else least)
        others = obstacle({**row, part.column: 1.0}, entry)
        if math.isnan(for_score) or others:
            why = others or "它能去的环节、集团或片区名额已满，得分再高也选不上。"
            yield part.name, part.title, value, least, math.nan, why
        elif needed > 1:
            most = _score_with(row, part.column, 1.0, bench.run.profile)
            why = f"满分也只有{figure(most, 3)}分。"
            yield part.name, part.title, value, least, math.nan, why
        else:
            yield part.name, part.title, value, least, needed, ""


def _value_for(row: Mapping[str, Any], column: str, profile: Profile, score: float) -> float:
    """Return the value of a part, in steps of a ten-thousandth, that brings a score; else inf."""
    zero, one = (_score_with(row, column, value, profile) for value in (0.0, 1.0))
    if math.isnan(score):
        return math.nan
    value = max(0.0, math.ceil((score - zero) / (one - zero) * 1e4 - 1e-6) / 1e4)
    return value if value <= 1 else math.inf


def _score_with(row: Mapping[str, Any], column: str, value: float, profile: Profile) -> float:
    changed = {**row, column: value}
    return math.fsum(contributions(changed, weights_of(profile)).values())


# --- facts ---------------------------------------------------------------------------------------


def _singles(bench: Bench, base: State, facts: Sequence[Fact], now: Verdict) -> list[_Way]:
    found = _least(bench, [(base, fact) for fact in facts])
    ways = [
        _Way("fact", fact.say(level), fact.change(level), verdict, verdict.score - now.score)
        for fact, (level, verdict) in (
            (fact, answer) for fact, answer in zip(facts, found, strict=True) if answer
        )
    ]
    return sorted(ways, key=lambda way: (way.size, way.text))


def _pairs(bench: Bench, base: State, facts: Sequence[Fact], now: Verdict) -> list[_Way]:
    """Return the pair of facts that moves the score least, if any pair is enough."""
    both = [pair for pair in combinations(facts, 2) if not _same_cell(*pair)]
    most = bench.try_many([_with(_with(base, a, a.levels[-1]), b, b.levels[-1]) for a, b in both])
    enough = sorted(
        (verdict.score, at) for at, verdict in enumerate(most) if verdict.place
    )  # least too much first
    plans = [
        (first, level, second)
        for _, at in enough[:_PAIRS]
        for first, second in (both[at], both[at][::-1])
        for level in _spread(first.levels, _LEVELS)
    ]
    found = _least(bench, [(_with(base, first, level), second) for first, level, second in plans])
    ways = []
    for (first, level, second), answer in zip(plans, found, strict=True):
        if answer:
            text = f"{first.say(level)}，并且{second.say(answer[0])}"
            changes = {**first.change(level), **second.change(answer[0])}
            ways.append(_Way("pair", text, changes, answer[1], answer[1].score - now.score))
    return sorted(ways, key=lambda way: (way.size, way.text))[:1]


def _same_cell(a: Fact, b: Fact) -> bool:
    return bool(a.change(a.levels[0]).keys() & b.change(b.levels[0]).keys())


def _with(state: State, fact: Fact, level: Any) -> State:
    return state.but(fact.change(level), read=fact.read)


def _spread(levels: Sequence[Any], most: int) -> list[Any]:
    at = np.unique(np.linspace(0, len(levels) - 1, most).round().astype(int))
    if len(levels) > 100:  # an amount: by its logarithm
        at = np.unique(np.geomspace(1, len(levels), most).round().astype(int) - 1)
    return [levels[i] for i in at.tolist()]


def _least(bench: Bench, plans: Sequence[tuple[State, Fact]]) -> list[tuple[Any, Verdict] | None]:
    """Return the least level of each fact that is enough on top of a state, and what it brings."""
    spans = [(-1, len(fact.levels)) for _, fact in plans]  # not enough, enough (or no level)
    best: dict[int, Verdict] = {}
    while True:
        tried = [(at, n) for at, span in enumerate(spans) for n in _between(*span, at in best)]
        if not tried:
            break
        states = [_with(*plans[at], plans[at][1].levels[level]) for at, level in tried]
        for (at, level), verdict in zip(tried, bench.try_many(states), strict=True):
            low, high = spans[at]
            if level >= high:
                continue
            if verdict.place:
                best[at], spans[at] = verdict, (low, level)
            else:
                spans[at] = (level, high)
    levels = [fact.levels for _, fact in plans]
    return [
        (levels[at][spans[at][1]], best[at]) if at in best else None for at in range(len(plans))
    ]


def _between(low: int, high: int, known: bool) -> list[int]:
    """Return levels to try between two; with the last, as long as none is known to be enough."""
    inside = range(low + 1, high)
    if len(inside) <= _SAMPLES:
        return list(inside)
    at = np.linspace(0, len(inside) - 1, _SAMPLES + (2 if known else 0)).round().astype(int)
    return sorted({inside[int(i)] for i in (at[1:-1] if known else at)})


# --- the profile ---------------------------------------------------------------------------------


def _profiles(bench: Bench, now: Verdict) -> list[_Way]:
    """Return what the county could say otherwise: entry, limits, length, one weight."""
    found = [
        *_entries(bench, now),
        *_wishes(bench, now),
        *_limits(bench, now),
        *_weights(bench, now),
    ]
    return [way for way in found if way.verdict.place]


def _entries(bench: Bench, now: Verdict) -> Iterator[_Way]:
    """The one condition of entry that it fails, lowered to what it has."""
    profile, row = bench.run.profile, now.row or {}
    for part in PARTS:
        if part.name not in ENTRY_PARTS:
            continue
        value, least = float(row[part.column]), float(getattr(profile.entry, part.name))
        if value >= least or math.isnan(value):
            continue
        lower = math.floor(value * 100) / 100
        text = f"县情配置把{part.title}的入选要求（entry.{part.name}）从{least:g}降到{lower:g}"
        yield _way(bench, text, "entry", part.name, lower, least - lower)


def _wishes(bench: Bench, now: Verdict) -> Iterator[_Way]:
    """Its node among the priorities of the county, with the least weight that is enough."""
    profile, row = bench.run.profile, {**(now.row or {}), "weak_points": ()}
    if not obstacle(row, profile.entry) or obstacle({**row, "gap": 1.0}, profile.entry):
        return

    def wished(weight: float) -> _Way:
        wishes = (*profile.priorities, Wish(what=row["node"], weight=weight))
        verdict = bench.try_wishes(profile.model_copy(update={"priorities": wishes}))
        text = f"县情配置把“{row['node_name']}”列为优先（priorities，权重{weight:g}）"
        return _Way("profile", text, {f"priorities.{row['node']}": weight}, verdict, weight)

    most = wished(1.0)
    if most.verdict.place:
        ways = (wished(tenth / 10) for tenth in range(1, 10))
        yield next((way for way in ways if way.verdict.place), most)


def _limits(bench: Bench, now: Verdict) -> Iterator[_Way]:
    """A longer list, or one more firm at its node, of its group, of its zone."""
    profile, row = bench.run.profile, now.row or {}
    if obstacle({**row, "weak_points": ()}, profile.entry):
        return
    if length := bench.length(profile):
        verdict = bench.try_profile(profile, length)
        text = f"清单从{bench.top}家放宽到{length}家"
        yield _Way("profile", text, {"capacity.top": length}, verdict, length - bench.top)
    words = {"per_gap": "同一环节", "per_group": "同一集团", "per_zone": "同一片区"}
    for key, what in words.items():
        most = getattr(profile.capacity, key)
        if most is None:
            continue
        text = f"县情配置把{what}最多几家（capacity.{key}）从{most}放宽到{most + 1}"
        yield _way(bench, text, "capacity", key, most + 1, 1)


def _weights(bench: Bench, now: Verdict) -> Iterator[_Way]:
    """The weight that needs the smallest step."""
    profile = bench.run.profile
    if obstacle({**(now.row or {}), "weak_points": ()}, profile.entry):
        return
    for step in range(1, _STEPS + 1):
        for part in PARTS:
            weight = weights_of(profile)[part.name]
            for sign in (1, -1):
                value = round(weight + sign * step / 100, 4)
                if value < 0:
                    continue
                said = f"县情配置把{part.title}的权重（weights.{part.name}）"
                text = f"{said}从{weight:g}改为{value:g}"
                way = _way(bench, text, "weights", part.name, value, step / 100)
                if way.verdict.place:
                    yield way
                    return


def _way(bench: Bench, text: str, section: str, key: str, value: float, size: float) -> _Way:
    """Try the run under a profile of which one value differs."""
    tree = bench.run.profile.model_dump()
    tree[section] = {**tree[section], key: value}
    verdict = bench.try_profile(Profile.model_validate(tree))
    return _Way("profile", text, {f"{section}.{key}": value}, verdict, size)
