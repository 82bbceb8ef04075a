"""Run folders opened again: why a firm is in or out, and what moved between two runs."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from chainmatch.columns import COLUMNS
from chainmatch.errors import RunError
from chainmatch.scoring import COLUMN, PARTS, contributions

_GRADES = {
    "confirmed": "确认（经营范围与主营产品或行业代码一致）",
    "likely": "较可靠（仅凭经营范围，须核实）",
    "uncertain": "不确定（依据较弱，须核实）",
}


@dataclass(frozen=True)
class RunFolder:
    """A run folder as ``rank`` wrote it; tables are read when they are first asked for."""

    path: Path

    @classmethod
    def open(cls, path: str | Path) -> "RunFolder":
        """Open a folder. Raises RunError if it holds no run."""
        folder = Path(path)
        if not (folder / "run.json").is_file():
            raise RunError(f"{folder}：不是 rank 的结果文件夹（缺少 run.json），请检查路径。")
        return cls(folder)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What run.json says."""
        try:
            manifest = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        except (ValueError, OSError):
            raise RunError(f"{self.path / 'run.json'}：内容损坏，请重新运行 rank。") from None
        if not isinstance(manifest, dict):
            raise RunError(f"{self.path / 'run.json'}：内容损坏，请重新运行 rank。")
        return manifest

    def table(self, name: str) -> pd.DataFrame:
        """Return one table of the run; text columns hold "" for unknown."""
        path = self.path / f"{name}.csv"
        text = {n: str for n, c in COLUMNS.items() if c.kind in ("text", "date")}
        try:
            frame = pd.read_csv(path, dtype=text, encoding="utf-8-sig", keep_default_na=False,
                                na_values={n: [""] for n in COLUMNS if n not in text})  # fmt: skip
        except (OSError, ValueError):
            raise RunError(f"{path}：无法读取，请重新运行 rank。") from None
        return frame


def explain(firm: str, run: str | Path) -> str:
    """Return the evidence card of one firm, in Chinese; or why it is not on the shortlist.

    ``firm`` is a firm id or a name. Raises RunError if the firm is not in the run.
    """
    folder = RunFolder.open(run)
    for name, card in (("shortlist", _chosen), ("scores", _passed), ("excluded", _excluded)):
        row = _row(folder.table(name), firm)
        if row is not None:
            return card(row, folder)
    duplicate = _row(folder.table("duplicates"), firm)
    if duplicate is not None:
        return (
            f"{duplicate['name']}\n重复：已并入“{duplicate['kept_name']}”（{duplicate['why']}）。"
        )
    raise RunError(f"“{firm}”不在这次运算中，请用 chainmatch find 核对名称。")


def _row(frame: pd.DataFrame, firm: str) -> "pd.Series[Any] | None":
    found = frame[(frame["firm_id"] == firm) | (frame["name"] == firm)]
    return None if found.empty else found.iloc[0]


def _chosen(row: "pd.Series[Any]", folder: RunFolder) -> str:
    head = f"{row['name']}　精准招商清单第 {row['rank']} 位"
    stability = f"稳定度：{row['stability']:.0%}（200 次权重浮动中保留在清单的比例）"
    return "\n".join([head, *_card(row, folder), stability])


def _passed(row: "pd.Series[Any]", folder: RunFolder) -> str:
    last = folder.table("shortlist")
    head = f"{row['name']}　未入选清单"
    if last.empty:
        return "\n".join([head, *_card(row, folder)])
    lowest = last["score"].min()
    if row["score"] < lowest:
        reason = f"未入选原因：得分 {row['score']:.3f} 低于清单最低分 {lowest:.3f}。"
    else:
        rivals = last[last["node"] == row["node"]]["name"].tolist()
        taken = f"（{'、'.join(rivals[:3])}）" if rivals else ""
        reason = f"未入选原因：得分达到，但同环节、同片区或同集团的名额已被更优者占用{taken}。"
    return "\n".join([head, reason, *_card(row, folder)])


def _excluded(row: "pd.Series[Any]", _: RunFolder) -> str:
    return f"{row['name']}　未通过准入条件\n条件：{row['gate']}\n原因：{row['why']}"


def _card(row: "pd.Series[Any]", folder: RunFolder) -> list[str]:
    weights = folder.manifest["profile"]["weights"]
    gaps = folder.table("gaps").set_index("node")
    why = gaps["why"].get(row["node"], "")
    lines = [
        f"环节：{row['node_name']}　契合 {row['sector']:.2f}　{_GRADES.get(row['grade'], '')}",
        f"依据原文：“{row['evidence']}”",
        f"缺口：{why}",
        f"本地伙伴：{row['partner_firms'] or '未发现'}",
        f"得分：{row['score']:.3f}（区间 {row['low']:.3f}～{row['high']:.3f}）",
    ]
    given = contributions(row.to_dict(), weights)
    lines += [
        f"  {COLUMNS[COLUMN[part]].title}："
        + (f"{row[COLUMN[part]]:.2f}，贡献 {given[part]:.3f}" if part in given else "未知")
        for part in PARTS
    ]
    unknown = [part for part in PARTS if part not in given]
    if unknown:
        widest = max(unknown, key=lambda part: weights[part])
        title = COLUMNS[COLUMN[widest]].title
        lines.append(f"补充“{title}”的信息最能缩小得分区间。")
    lines.append(f"薄弱点：{row['weak_points']}")
    return lines


# --- what moved ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Diff:
    """Two runs compared: ``causes`` are Chinese sentences, ``moves`` one row a firm that moved.

    ``moves`` has the columns ``firm_id, name, move, before, after, score_before, score_after``;
    ``move`` is 新进, 退出, 上升 or 下降.
    """

    causes: tuple[str, ...]
    moves: pd.DataFrame


def diff(run_a: str | Path, run_b: str | Path) -> Diff:
    """Compare the shortlists of two runs and say what differed in what went in."""
    a, b = RunFolder.open(run_a), RunFolder.open(run_b)
    return Diff(_causes(a.manifest, b.manifest), _moves(a.table("shortlist"), b.table("shortlist")))


def _causes(a: dict[str, Any], b: dict[str, Any]) -> tuple[str, ...]:
    inputs = {"targets": "目标企业名单", "local": "本地企业名单", "leads": "线索"}
    found = [
        f"数据：{title}不同" for key, title in inputs.items() if _digest(a, key) != _digest(b, key)
    ]
    before, after = a["profile"], b["profile"]
    changed = sorted(
        key for key in before.keys() | after.keys() if before.get(key) != after.get(key)
    )
    found += [f"县情配置：{key} 不同" for key in changed]
    if a["chains"] != b["chains"]:
        found.append("产业链文件不同")
    if a["version"] != b["version"]:
        found.append(f"程序版本不同：{a['version']} → {b['version']}")
    return tuple(found) or ("两次运算的输入、配置和版本完全相同。",)


def _digest(manifest: dict[str, Any], key: str) -> Any:
    return manifest["inputs"].get(key, {}).get("sha256")


def _moves(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    columns = ["firm_id", "name", "rank", "score"]
    both = a[columns].merge(b[columns], on="firm_id", how="outer", suffixes=("_a", "_b"))
    lines = [
        (r.firm_id, r.name_b if isinstance(r.name_b, str) else r.name_a, move, r.rank_a, r.rank_b,
         r.score_a, r.score_b)
        for r in both.sort_values(["rank_b", "rank_a", "firm_id"]).itertuples()
        if (move := _move(r.rank_a, r.rank_b))
    ]  # fmt: skip
    names = ["firm_id", "name", "move", "before", "after", "score_before", "score_after"]
    return pd.DataFrame(lines, columns=names)


def _move(before: float, after: float) -> str:
    if before != before:
        return "新进"
    if after != after:
        return "退出"
    return "" if before == after else ("上升" if after < before else "下降")
