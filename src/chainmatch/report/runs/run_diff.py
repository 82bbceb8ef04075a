"""Two runs compared: what went in that differs, who moved and why."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from chainmatch.chains.graph import ids_now, read_chains
from chainmatch.decision.mean import contributions
from chainmatch.decision.shortlist import obstacle, why_not
from chainmatch.names import normal_name
from chainmatch.parts import parts_of
from chainmatch.report.runs.folders import Row, RunFolder
from chainmatch.report.runs.moves import move_of, moves_of, reason_of, rows_by, same
from chainmatch.run import Run
from chainmatch.schema.words import INPUTS, node
from chainmatch.util.missing import plain
from chainmatch.util.rounding import figure, rounded


@dataclass(frozen=True)
class Diff:
    """Two runs compared: ``causes`` are Chinese sentences, ``moves`` one row a firm that moved.

    ``moves`` has the columns ``firm_id, name, move, before, after, score_before, score_after,
    why``; ``move`` is 新进, 退出, 上升 or 下降.
    """

    causes: tuple[str, ...]
    moves: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Return causes and moves as plain data, for JSON; None is unknown."""
        return {"causes": list(self.causes), "moves": plain(self.moves.to_dict("records"))}

    def text(self) -> str:
        """Return the comparison for people."""
        lines = ["变了什么：", *(f"  {cause}" for cause in self.causes)]
        for move, group in self.moves.groupby("move", sort=False):
            lines += [
                f"{move} {len(group)} 家：",
                *(_move_line(r) for r in group.to_dict("records")),
            ]
        return "\n".join(lines if len(self.moves) else [*lines, "两次运算的清单相同。"])

    def _repr_html_(self) -> str:
        """Show the comparison in a notebook: causes as a list, moves as a table."""
        causes = "".join(f"<li>{escape(cause)}</li>" for cause in self.causes)
        shown = self.moves.drop(columns="firm_id").rename(columns=_TITLES)
        table = shown.to_html(index=False, na_rep="", float_format="%.3g", justify="left")
        return f"<ul>{causes}</ul>{table}"


_TITLES = {
    "name": "企业名称",
    "move": "变动",
    "before": "原位次",
    "after": "现位次",
    "score_before": "原得分",
    "score_after": "现得分",
    "why": "原因",
}


def _move_line(row: Mapping[Any, Any]) -> str:
    before, after = (
        "" if rank != rank else f"第 {rank:.0f} 位" for rank in (row["before"], row["after"])
    )
    places = " → ".join(filter(None, (before, after)))
    return f"  {row['name']}　{places}：{row['why']}"


def diff(run_a: Run | str | Path, run_b: Run | str | Path) -> Diff:
    """Compare the shortlists of two runs: what went in that differs, who moved and why.

    A run is the folder that ``rank`` wrote or what :func:`chainmatch.rank` returned.
    """
    a = Side(RunFolder.open(run_a))
    b = Side(RunFolder.open(run_b), a)
    lines = [line for firm in sorted(a.chosen | b.chosen) if (line := _moved(firm, a, b))]
    moves = moves_of(lines)
    causes = tuple(_causes(a.folder, b.folder))
    if not causes and len(moves):
        causes = (
            "名单、县情配置、产业链和程序版本都相同，结果却不同：请核对结果文件有没有被改动。",
        )
    return Diff(causes or ("名单、县情配置、产业链和程序版本完全相同。",), moves)


class Side:
    """One run of a comparison; firms have the ids of the ``other`` run where it knows them.

    The id of a firm changes when its credit code is added or put right: a firm that only one run
    knows by id is the one of the same name in the other, if that is one firm in both.
    """

    def __init__(self, folder: RunFolder, other: "Side | None" = None) -> None:
        self.folder = folder
        self.profile = folder.profile
        tables = {name: folder.table(name) for name in _FIRMS}
        self.names = {
            firm: normal_name(name)
            for table in tables.values()
            for firm, name in zip(table["firm_id"], table["name"], strict=True)
        }
        if other:
            known = _renamed(self.names, other.names)
            for table in tables.values():
                table["firm_id"] = [known.get(firm, firm) for firm in table["firm_id"]]
        self.shortlist = tables["shortlist"]
        self.scores, self.excluded, self.duplicates = (
            rows_by(tables[name], "firm_id") for name in ("scores", "excluded", "duplicates")
        )
        ranks = self.shortlist[["firm_id", "rank"]].itertuples(index=False, name=None)
        self.rank: dict[str, float] = dict(ranks)
        self.chosen = set(self.rank)

    def absent(self, firm: str) -> str:
        """Why a firm is not on the shortlist of this run."""
        if firm in self.scores:
            row = self.scores[firm]
            return why_not(row, self.shortlist, self.profile, self.folder.floors).rstrip("。")
        if firm in self.excluded:
            row = self.excluded[firm]
            return f"未通过准入条件“{row['gate']}”（{row['why'].rstrip('。')}）"
        if firm in self.duplicates:
            return f"当作重复并入“{self.duplicates[firm]['kept_name']}”"
        return "不在目标企业名单中"


_FIRMS = ("scores", "excluded", "duplicates", "shortlist")


def _renamed(own: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Return ids that only ``own`` knows → the id of the same name that only ``other`` knows."""
    ours, theirs = (Counter(side.values()) for side in (own, other))
    free = {name: firm for firm, name in other.items() if firm not in own and theirs[name] == 1}
    return {
        firm: free[name]
        for firm, name in own.items()
        if firm not in other and ours[name] == 1 and name in free
    }


def _moved(firm: str, a: Side, b: Side) -> tuple[object, ...] | None:
    before, after = a.rank.get(firm, math.nan), b.rank.get(firm, math.nan)
    if before == after:
        return None
    old, new = a.scores.get(firm), b.scores.get(firm)
    change = _change(old, new, a.folder.weights, b.folder.weights) if old and new else ""
    why = ""
    if math.isnan(before):
        why = f"先前{a.absent(firm)}"
        if old and obstacle(old, a.profile.entry, a.folder.floors) and not change:
            change = "入选条件放宽"
    elif math.isnan(after):
        why = f"现在{b.absent(firm)}"
    name = (new or old or {}).get("name", firm)
    scores = [row["score"] if row else math.nan for row in (old, new)]
    return (firm, name, move_of(before, after), before, after, *scores, reason_of(why, change))


def _change(old: Row, new: Row, before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Which parts of a score moved, largest first, and what other weights did to it.

    ``before`` and ``after`` are the weights; parts that only one run has are not compared.
    """
    texts = []
    if old["node"] != new["node"]:
        done = "拆分、改名为" if _renewed(old["node"], new["node"]) else "改为"
        texts.append(f"环节由“{node(old['node_name'])}”{done}“{node(new['node_name'])}”")
    if round(new["score"] - old["score"], 3):
        texts.append(f"得分 {figure(old['score'], 3)} → {figure(new['score'], 3)}")
    steps = []
    for part in parts_of(before.keys() & after.keys()):
        was, now = old[part.column], new[part.column]
        if same(was, now):
            continue
        told = " → ".join(figure(v) for v in (was, now))
        size = 1.0 if math.isnan(was) or math.isnan(now) else abs(now - was)
        steps.append((-size * before[part.name], f"{part.title} {told}"))
    texts += [text for _, text in sorted(steps)]
    if before.keys() != after.keys():
        texts.append("两次的分项不同，得分不能直接比")
    elif before != after:
        fixed = math.fsum(contributions(old, after).values())
        effect = fixed - math.fsum(contributions(old, before).values())
        if round(effect, 3):
            texts.append(f"权重变化使得分 {rounded(effect, 3):+}")
    return "，".join(texts)


def _renewed(old: str, new: str) -> bool:
    """Whether the bundled chains have split or renamed a node since the earlier run."""
    graph = read_chains()
    return new in ids_now(graph, old) and old not in graph


def _causes(one: RunFolder, two: RunFolder) -> Iterator[str]:
    """Sentences on what differed in what went in: lists, profile, chains, version."""
    a, b = one.manifest, two.manifest
    for key, title in INPUTS.items():
        old, new = (side["inputs"].get(key) for side in (a, b))
        if (old or {}).get("sha256") != (new or {}).get("sha256"):
            files = " → ".join(entry["file"] if entry else "无" for entry in (old, new))
            yield f"数据：{title}不同（{files}{_row_counts(a, b, key)}）"
    yield from _parts_changed(one, two)
    changed = _changed(_flat(a["profile"]), _flat(b["profile"]))
    for key, (old, new) in changed.items():
        if one.contract != two.contract and None in (old, new):
            continue  # keys came and went with the program
        kind = "权重" if key.startswith(("weights.", "gap_weights.")) else "县情配置"
        yield f"{kind}：{key} 由 {_short(old)} 改为 {_short(new)}"
    for key, title in (("chains", "产业链"), ("learned", "学得的数字")):
        for file, (old, new) in _changed(a.get(key, {}), b.get(key, {})).items():
            done = "新增" if old is None else "删除" if new is None else "内容不同"
            yield f"{title}：{file} {done}"
    if a["version"] != b["version"]:
        yield f"程序版本：{a['version']} → {b['version']}"


def _parts_changed(one: RunFolder, two: RunFolder) -> Iterator[str]:
    """A sentence where two runs score by other parts."""
    titles = [[part.title for part in side.parts] for side in (one, two)]
    if one.weights.keys() != two.weights.keys():
        yield "分项：由 " + " 改为 ".join("、".join(own) for own in titles)


def _row_counts(a: Mapping[str, Any], b: Mapping[str, Any], key: str) -> str:
    rows = [side.get("counts", {}).get(key, {}).get("rows") for side in (a, b)]
    return f"，{rows[0]} → {rows[1]} 行" if None not in rows else ""


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def _changed(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    keys = [*a, *(key for key in b if key not in a)]
    return {key: (a.get(key), b.get(key)) for key in keys if a.get(key) != b.get(key)}


def _short(value: Any) -> str:
    if value is None or value == []:
        return "未写"
    if isinstance(value, bool):
        return "是" if value else "否"
    text = "、".join(map(_entry, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _entry(value: Any) -> str:
    """Return one entry of a list of a profile: what it is called, and all else that it says."""
    if not isinstance(value, Mapping):
        return str(value)
    key = next((key for key in ("name", "product", "what") if key in value), "")
    rest = [_short(each) for name, each in value.items() if name != key and each not in ("", [])]
    return str(value.get(key, "")) + (f"（{'，'.join(rest)}）" if rest else "")
