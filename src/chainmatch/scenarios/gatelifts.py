"""What lifts a gate (准入条件): the fact, or the word of the profile, that has to differ."""

import math
from collections.abc import Callable
from typing import NamedTuple

from chainmatch.decision.county import refused_nodes
from chainmatch.profile import Profile
from chainmatch.scenarios.askable import without_refused
from chainmatch.scenarios.bench import Bench, State, Verdict
from chainmatch.schema.currencies import in_yuan, money_text

_MOST = 6  # gates that one firm may fail


class Lifted(NamedTuple):
    """The firm behind its gates: the state in which none stops it, what that takes, what it scores.

    ``profile`` is another profile where only that lifts a gate.
    """

    state: State
    profile: Profile | None
    texts: tuple[str, ...]
    verdict: Verdict


class _Step(NamedTuple):
    text: str
    state: State
    profile: Profile | None = None


def lift_gates(bench: Bench, now: Verdict) -> Lifted:
    """Lift one gate after the other until none stops the firm, or one that nothing lifts."""
    found = Lifted(State(), None, (), now)
    for _ in range(_MOST):
        gate = found.verdict.gate
        step = _LIFTS[gate](bench, found.state) if gate in _LIFTS else None
        if step is None:
            break
        verdict = bench.try_anew(step.profile) if step.profile else bench.try_one(step.state)
        if (verdict.gate, verdict.why) == (gate, found.verdict.why):
            break  # it was not that
        found = Lifted(step.state, step.profile, (*found.texts, step.text), verdict)
        if step.profile:
            break
    return found


def _not_here(bench: Bench, state: State) -> _Step | None:
    links = bench.links[bench.links["relation"].isin(["same", "branch"])]
    links = links[links["confidence"] >= bench.run.profile.gates.link]
    names = "、".join(dict.fromkeys(links["right_name"].tolist()))
    if not names:
        return None
    other = State(state.changes, state.unlinked | set(links["right_id"].tolist()), state.read)
    return _Step(f"核实与本地企业“{names}”不是同一家、也不是总部与分支", other)


def _elsewhere(bench: Bench, state: State) -> _Step:
    changes = dict.fromkeys(("province", "city", "county", "zone"), "")
    return _Step("核实登记地不在本地（所在地按未知计）", state.but(changes))


def _going_on(bench: Bench, state: State) -> _Step:
    return _Step("查明登记状态已恢复为存续", state.but({"status": "存续"}))


def _without(bench: Bench, state: State) -> _Step | None:
    row = {**bench.row, **state.changes}
    change, phrases = without_refused(row, bench.run.survey.county)
    if not phrases:
        return None
    text = f"确认不在本地做“{'、'.join(phrases)}”，只引进其余部分"
    return _Step(text, state.but(change, read=True))


def _larger(bench: Bench, state: State) -> _Step:
    row = {**bench.row, **state.changes}
    floor, currency = bench.run.profile.gates.min_capital, row["currency"] or "CNY"
    wanted = float(math.ceil(floor / in_yuan(1.0, currency)))
    now = money_text(float(row["capital"]), currency)
    text = f"注册资本从{now}增至{money_text(wanted, currency)}"
    return _Step(text, state.but({"capital": wanted}))


def _opened(bench: Bench, state: State) -> _Step | None:
    """A node that the profile names as unwanted, or that lacks what it requires."""
    if state != State():
        return None
    profile, closed = bench.run.profile, bench.run.survey.county.closed
    shut = bench.fits.sort_values(["fit", "node"], ascending=[False, True])["node"].tolist()
    node = next((n for n in shut if n in closed), "")
    if not node:
        return None
    graph = bench.run.graph
    data = graph.nodes[node]
    left = tuple(word for word in profile.unwanted if node not in refused_nodes(graph, word.what))
    lacking = [n for n in profile.gates.require if n in data["needs"]]
    gates = profile.gates.model_copy(
        update={"require": tuple(n for n in profile.gates.require if n not in lacking)}
    )
    other = profile.model_copy(update={"unwanted": left, "gates": gates})
    return _Step(f"县情配置改为接收“{data['name']}”", state, other)


def _in_zone(bench: Bench, state: State) -> _Step | None:
    if state != State():
        return None
    profile, zone = bench.run.profile, bench.row["zone"]
    left = tuple(z for z in profile.gates.excluded_zones if z != zone)
    gates = profile.gates.model_copy(update={"excluded_zones": left})
    text = f"县情配置从不招商的片区（gates.excluded_zones）中去掉{zone}"
    return _Step(text, state, profile.model_copy(update={"gates": gates}))


_LIFTS: dict[str, Callable[[Bench, State], _Step | None]] = {
    "已在本地": _not_here,
    "登记地在本地": _elsewhere,
    "登记状态异常": _going_on,
    "县情不接收": _without,
    "环节不接收": _opened,
    "注册资本不足": _larger,
    "片区不在范围": _in_zone,
}
