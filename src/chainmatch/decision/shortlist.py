"""The shortlist: which firms to visit, within the capacity of the office.

**Entry.** Only a firm that fills a gap may enter: a known value of the gap of at least
``entry.gap``, a fit of at least ``entry.fit``, evidence of at least ``entry.grade``, and
(``entry.limited``) a company that was ever converted to one. All else stays among the scores, with
the reason (:func:`obstacle`).

**Objective.** The worth of a set of firms is the sum over nodes of ``s1 + r·s2 + r²·s3 …``, with
``s1 ≥ s2 ≥ …`` the scores of its firms at the node and ``r`` = ``capacity.repeat``: each further
firm for the same node is worth less. The worth is monotone and submodular.

**Constraints.** At most ``per_group`` firms of one group, ``per_gap`` at one node, ``per_zone`` of
one zone, ``top`` in all. Each of the first three is a partition matroid; ``top`` truncates one of
them to a matroid again.

**Guarantee.** The greedy choice (always the firm that adds most, ties by firm id) reaches at least
1/4 of the best possible worth under all three constraints, 1/3 under two, 1/2 under one (Fisher,
Nemhauser and Wolsey 1978). Where nodes and ``top`` are the only limits it is the best.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from chainmatch.decision.grades import ENTRY_PARTS, GRADES, fills
from chainmatch.decision.mean import weighted_mean
from chainmatch.errors import OptionError
from chainmatch.names import parse_name
from chainmatch.parts import PARTS, parts_of
from chainmatch.profile import Capacity, Entry, Profile
from chainmatch.schema.columns import TABLES
from chainmatch.schema.records import points_of
from chainmatch.util.missing import text_of
from chainmatch.util.rounding import figure

DRAWS = 200
SPREAD = 0.2
_SEED = 20260101
_HAIR = 1e-9
_AT_ONCE = 20  # draws under which all firms are compared at once


class Limit(NamedTuple):
    """One constraint: the group of each firm as a number 0…, and how many of a group may enter."""

    groups: np.ndarray
    most: int


def select(scores: pd.DataFrame, profile: Profile, *, top: int | None = None) -> pd.DataFrame:
    """Choose the shortlist from a table of scores (``TABLES["shortlist"]``), best score first.

    ``top`` replaces ``capacity.top``. The result is shorter where entry and limits leave no more
    firms.

    Raises
    ------
    OptionError
        ``top`` is below 1.
    """
    top = profile.capacity.top if top is None else check_top(top)
    pool = contenders(scores, profile, top=top)
    limits = _limits(pool, profile.capacity)
    worth = pool["score"].to_numpy(dtype=float)[None, :]
    chosen = greedy(worth, limits, top, profile.capacity.repeat)[0]
    stability = _stability(pool, profile, limits, top)
    table = pool.assign(stability=stability.round(4)).iloc[np.sort(chosen)]
    table = table.sort_values(["score", "firm_id"], ascending=[False, True], ignore_index=True)
    table.insert(0, "rank", range(1, len(table) + 1))
    return table[list(TABLES["shortlist"])]


def check_top(top: int) -> int:
    """Return a length that a shortlist can have; raise OptionError for one below 1."""
    if top < 1:
        raise OptionError(f"--top 是 {top}，应为 1 或更大的整数。")
    return top


def contenders(scores: pd.DataFrame, profile: Profile, *, top: int | None = None) -> pd.DataFrame:
    """Return the rows of a table of scores that could be on the shortlist under some weights.

    In the order of ids. Left out is who may not enter, and who in every draw of weights stands
    behind ``top`` firms of other groups at the same node in the same zone: when it is its turn,
    fewer than ``top`` firms are chosen, so one of those is free, and worth more. A list can be
    reduced part by part: :func:`select` chooses the same from what is left.
    """
    top = profile.capacity.top if top is None else top
    pool = entrants(scores, profile)
    if len(pool) <= top:
        return pool
    node, group, *zones = (limit.groups for limit in _limits(pool, profile.capacity))
    cell = node if not zones else pd.factorize(node * len(pool) + zones[0])[0]
    order = np.lexsort((group, cell))
    ranks = _Ranks(cell[order], group[order], top)
    hopeful = np.zeros(len(pool), dtype=bool)
    for worth in _worths(pool.iloc[order], profile):
        hopeful[order] |= ranks.among_the_first(worth)
    return pool[hopeful].reset_index(drop=True)


def entrants(scores: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Return the rows of a table of scores that may enter the shortlist, in the order of ids."""
    pool = scores[may_enter(scores, profile.entry)]
    return pool.sort_values("firm_id", ignore_index=True)


def in_order(scores: pd.DataFrame, profile: Profile, top: int) -> list[str]:
    """Return the ids of the firms that :func:`select` chooses, in the order of choice.

    A longer list begins with the shorter one: who comes behind ``top`` is next.
    """
    pool = entrants(scores, profile)
    worth = pool["score"].to_numpy(dtype=float)[None, :]
    chosen = greedy(worth, _limits(pool, profile.capacity), top, profile.capacity.repeat)[0]
    return [str(pool["firm_id"].iloc[at]) for at in chosen]


def places_with(
    others: pd.DataFrame,
    firm: Mapping[str, Any],
    scores: Sequence[float],
    profile: Profile,
    top: int,
) -> list[int]:
    """Return the place of a firm on the shortlist for each of the scores that it could have.

    0: it is not chosen. ``others`` are the :func:`entrants` beside it, ``firm`` a row of scores
    that may enter.
    """
    row = pd.DataFrame([{column: firm[column] for column in ("firm_id", "name", "zone", "node")}])
    pool = pd.concat([others, row]).sort_values("firm_id", ignore_index=True)
    own = pool["firm_id"].tolist().index(firm["firm_id"])
    worth = np.tile(pool["score"].to_numpy(dtype=float), (len(scores), 1))
    worth[:, own] = scores
    limits = _limits(pool, profile.capacity)
    places = []
    for chosen, values in zip(
        greedy(worth, limits, top, profile.capacity.repeat), worth, strict=True
    ):
        before = (values[chosen] > values[own]) | ((values[chosen] == values[own]) & (chosen < own))
        places.append(1 + int(before.sum()) if own in chosen else 0)
    return places


class _Ranks:
    """Finds who is among the first ``top`` groups of its cell; rows stand by cell and group."""

    def __init__(self, cells: np.ndarray, groups: np.ndarray, top: int) -> None:
        new_cell = np.append(True, cells[1:] != cells[:-1])
        new_group = new_cell | np.append(True, groups[1:] != groups[:-1])
        self._groups = np.flatnonzero(new_group)
        self._cell = np.cumsum(new_cell) - 1
        # Where the groups of each cell begin, and end.
        self._cells = [*np.flatnonzero(new_cell[self._groups]).tolist(), len(self._groups)]
        self._top = top

    def among_the_first(self, worth: np.ndarray) -> np.ndarray:
        """Return which rows of ``worth`` (firms × draws) are so in any draw."""
        best = np.maximum.reduceat(worth, self._groups, axis=0)
        floors = np.full((len(self._cells) - 1, worth.shape[1]), -np.inf)
        for cell, (start, end) in enumerate(pairwise(self._cells)):
            if end - start > self._top:
                at = end - start - self._top
                floors[cell] = np.partition(best[start:end], at, axis=0)[at]
        # A hair's breadth more, so that rounding under a limit cannot make equals of the two.
        found: np.ndarray = (worth * (1 + _HAIR) >= floors[self._cell]).any(axis=1)
        return found


def _worths(pool: pd.DataFrame, profile: Profile) -> Iterator[np.ndarray]:
    """Yield what the firms are worth: their scores, then under some draws at a time."""
    yield pool[["score"]].to_numpy(dtype=float)
    parts, draws = _parts(pool), _draws(profile)
    for start in range(0, DRAWS, _AT_ONCE):
        yield weighted_mean(parts, draws[:, start : start + _AT_ONCE])


def why_not(
    row: Mapping[str, Any],
    chosen: pd.DataFrame,
    profile: Profile,
    floors: Mapping[str, float] | None = None,
) -> str:
    """Say in Chinese why a scored firm is not on the shortlist ``chosen``.

    ``row`` is its row of scores. What bars its entry comes first (``floors`` as for
    :func:`obstacle`), then the first limit that is full with the firms that fill it; if there is
    none, the firm adds less than the last one chosen.
    """
    barred = obstacle(row, profile.entry, floors)
    if barred:
        return barred
    capacity = profile.capacity
    zones = text_of(chosen["zone"])
    zone = row["zone"] if isinstance(row["zone"], str) else ""
    keys = [group_key(*pair) for pair in zip(chosen["name"].tolist(), zones.tolist(), strict=True)]
    group = group_key(row["name"], zone)
    limits = [
        (chosen["node"] == row["node"], capacity.per_gap, f"环节“{row['node_name']}”"),
        (
            pd.Series(keys, index=chosen.index, dtype=object) == group,
            capacity.per_group,
            "同一集团",
        ),
        (zones == zone, capacity.per_zone, f"片区“{zone or '未列入片区'}”"),
    ]
    for same, most, what in limits:
        if most is not None and same.sum() >= most:
            names = "、".join(chosen.loc[same, "name"].head(3))
            return f"{what}最多选{most}家，已选{names}{'等' if same.sum() > 3 else ''}。"
    before = int(limits[0][0].sum())
    worth = row["score"] * capacity.repeat**before
    folded = f"（同环节已选{before}家，按{capacity.repeat:g}的{before}次方折算）" if before else ""
    score, counted = figure(row["score"], 3), figure(worth, 3)
    return f"得分{score}，计入价值{counted}{folded}，不及已入选的{len(chosen)}家。"


def obstacle(
    row: Mapping[str, Any], entry: Entry, floors: Mapping[str, float] | None = None
) -> str:
    """Say in Chinese what keeps a row of scores from the shortlist; "" if nothing does.

    ``floors`` are the least values of parts where they are not those of ``entry``: a run of earlier
    days had other parts.
    """
    floors = {name: getattr(entry, name) for name in ENTRY_PARTS} if floors is None else floors
    for part in parts_of(floors):
        value, least = row[part.column], floors[part.name]
        if not value >= least:
            why = f"（{_said(row, part.title)}）" if _said(row, part.title) else ""
            falls = "低于入选要求" if value == value else "入选要求至少"
            return f"{part.title}{figure(value)}，{falls}{least:g}{why}。"
    if row["grade"] not in GRADES[GRADES.index(entry.grade) :]:
        return (
            f"依据等级为“{_GRADES.get(row['grade'], '不详')}”，入选要求至少"
            f"“{_GRADES[entry.grade]}”；补充主营产品或行业代码、核实主业后可重新评估。"
        )
    if entry.limited and unconverted(row["name"]):
        return (
            "名称不带“有限”“股份”，属未改制的老国企、集体企业或个体工厂；"
            "核实其存续和改制情况后可纳入。"
        )
    return ""


def _said(row: Mapping[str, Any], title: str) -> str:
    """What the weak points of a row say of a part."""
    points = row["weak_points"]
    points = points_of(points) if isinstance(points, str) else points
    return next((point.text for point in points if point.title == title), "")


_GRADES = {"confirmed": "确认", "likely": "较可靠", "uncertain": "不确定"}


def may_enter(scores: pd.DataFrame, entry: Entry) -> "pd.Series[bool]":
    """Return which rows of scores could be listed: no :func:`obstacle` stands in the way."""
    good = fills(scores, entry) & scores["score"].notna()
    if entry.limited:
        names = scores.loc[good, "name"].tolist()
        good[good] = np.array([not unconverted(name) for name in names], dtype=bool)
    return good


def unconverted(name: str) -> bool:
    """Return whether a name ends in a legal form from before companies were limited.

    A name without any legal form is a short form; it says nothing.
    """
    form = parse_name(name).form
    return bool(form) and not _CONVERTED.search(form)


_CONVERTED = re.compile("有限|股份|集团|合伙|合作社")


def group_key(name: str, zone: str = "") -> str:
    """Return what firms of one group share: the brand, with the economic zone where it is short.

    Two-character brands are common (17 firms each in a registry's median), longer ones mostly name
    one group. A name without a brand stands for itself.
    """
    brand = parse_name(name).brand
    if not brand:
        return name
    return brand if len(brand) > 2 else f"{brand}（{zone}）"


def greedy(scores: np.ndarray, limits: list[Limit], top: int, repeat: float) -> list[np.ndarray]:
    """Choose up to ``top`` columns in every row of ``scores`` (draws × firms, in id order).

    ``limits[0]`` is the node, where each further firm counts ``repeat`` times the one before.
    Returns the chosen columns of each draw, in the order of choice.
    """
    draws, firms = scores.shape
    gains = np.where(np.isnan(scores), -1.0, scores)
    used = [np.zeros((draws, limit.groups.max(initial=0) + 1), dtype=int) for limit in limits]
    members = [_members(limit.groups) for limit in limits]
    chosen: list[list[int]] = [[] for _ in range(draws)]
    for _ in range(min(top, firms)):
        best = gains.argmax(axis=1)
        for draw in range(draws):
            firm = int(best[draw])
            if gains[draw, firm] < 0:
                continue
            chosen[draw].append(firm)
            row = gains[draw]
            row[firm] = -1.0
            for index, limit in enumerate(limits):
                group = limit.groups[firm]
                used[index][draw, group] += 1
                if used[index][draw, group] >= limit.most:
                    row[members[index][group]] = -1.0
                elif index == 0:
                    same = members[0][group]
                    row[same] = np.where(row[same] < 0, -1.0, row[same] * repeat)
    return [np.array(firms_of, dtype=int) for firms_of in chosen]


def _members(groups: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(groups, kind="stable")
    edges = np.searchsorted(groups[order], np.arange(groups.max(initial=-1) + 2))
    return [order[a:b] for a, b in pairwise(edges)]


def _limits(pool: pd.DataFrame, capacity: Capacity) -> list[Limit]:
    zones = text_of(pool["zone"])
    groups = [
        group_key(name, zone)
        for name, zone in zip(pool["name"].tolist(), zones.tolist(), strict=True)
    ]
    keys = [(pool["node"], capacity.per_gap), (groups, capacity.per_group)]
    if capacity.per_zone is not None:
        keys.append((zones, capacity.per_zone))
    return [Limit(pd.factorize(pd.Series(key))[0], most) for key, most in keys]


def _stability(pool: pd.DataFrame, profile: Profile, limits: list[Limit], top: int) -> np.ndarray:
    """Share of seeded draws of weights, each ±20 %, in which each firm is chosen; node kept."""
    worth = weighted_mean(_parts(pool), _draws(profile)).T
    times = np.zeros(len(pool))
    for chosen in greedy(worth, limits, top, profile.capacity.repeat):
        times[chosen] += 1
    return times / DRAWS


def _draws(profile: Profile) -> np.ndarray:
    """Return the drawn weights, parts × draws."""
    base = np.array([getattr(profile.weights, part.name) for part in PARTS])
    random = np.random.default_rng(_SEED)
    return base[:, None] * random.uniform(1 - SPREAD, 1 + SPREAD, (len(PARTS), DRAWS))


def _parts(pool: pd.DataFrame) -> np.ndarray:
    parts: np.ndarray = pool[[part.column for part in PARTS]].to_numpy(dtype=float)
    return parts
