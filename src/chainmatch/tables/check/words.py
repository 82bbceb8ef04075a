"""What a check found, and how it is put into words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chainmatch.schema.columns import column_of
from chainmatch.tables.headers import INPUT, Table
from chainmatch.util.rounding import percent

# What is lost without the column.
_NEEDED: dict[Table, dict[str, str]] = {
    "firms": {
        "scope": "无法判断企业做什么，只能看名称",
        "code": "查重和认出已在本地的企业只能靠名称",
        "region": "所在地区只能从信用代码、地址、名称推断",
        "capital": "企业实力未知，得分区间变宽",
        "established": "企业年限未知，得分区间变宽",
        "address": "同名企业难以区分",
        "status": "已注销、吊销的企业认不出来",
    },
    "leads": {
        "kind": "分不清是找投资主体、找项目还是找门路",
        "text": "只能看标题，难以判断要做什么",
        "industry": "所属产业只能从标题和内容推断",
        "region": "项目落在哪里未知",
        "amount": "投资规模未知，除非内容里写了",
        "registered": "内容相近的线索分不出先后",
    },
}
_WHAT: dict[Table, str] = {"firms": "家企业", "leads": "条线索"}
_FOR: dict[Table, str] = {"firms": "排序", "leads": "匹配"}
_POOR = 0.5
SHOWN = 5  # rows of a kind that are named


@dataclass(frozen=True)
class Checked:
    """What a check found, before it is put into words.

    table
        ``firms`` or ``leads``.
    mapping
        Header as written → column name.
    kept, rejects, other
        Rows that were read, that were not, and which of those are no data.
    refused
        Reason → how many rows were not read for it, and the first of them.
    filled
        Column → how many cells of it are filled.
    repeated
        Lines on what is said twice.
    outcomes
        Outcome of a visit → how many firms bear it.
    notes, doubt
        Sentences on what was noticed, and on what kind of list it is.
    """

    table: Table
    mapping: Mapping[str, str]
    kept: int
    rejects: int
    other: int
    refused: Mapping[str, tuple[int, list[int]]]
    filled: Mapping[str, int]
    repeated: list[str]
    outcomes: Mapping[str, int]
    notes: Sequence[str]
    doubt: list[str] = field(default_factory=list)

    def rate(self, name: str) -> float:
        """Return the share of a column's cells that are filled."""
        return self.filled.get(name, 0) / self.kept if self.kept else 0.0


def report(found: Checked) -> str:
    """Return in Chinese what a check found."""
    blocks = [
        [*_head(found), *found.doubt],
        _columns(found),
        _refused(found.refused),
        found.repeated,
        _outcomes(found),
        _missing(found),
        ["提示："] + [f"  {note}" for note in found.notes] if found.notes else [],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _head(found: Checked) -> list[str]:
    apart = f"（其中合计、表尾、重复表头等 {found.other:,} 行）" if found.other else ""
    return [
        f"有内容的行 {found.kept + found.rejects:,} 行：读入 {found.kept:,} {_WHAT[found.table]}，"
        f"未读入 {found.rejects:,} 行{apart}"
    ]


def _columns(found: Checked) -> list[str]:
    table = found.table
    headers: dict[str, list[str]] = {}
    for header, name in found.mapping.items():
        headers.setdefault(name, []).append(header)
    lines = ["列：表头 → 含义（填写率）"]
    for name in filter(headers.__contains__, INPUT[table]):
        title = column_of(table, name).title
        lines.append(f"  {'、'.join(headers[name])} → {title}（{percent(found.rate(name), 1)}）")
    if table == "firms":
        located = "，".join(
            f"{column_of(table, name).title} {percent(found.rate(name), 1)}"
            for name in ("province", "city", "county")
        )
        lines.append(f"  所在地推断：{located}")
    return lines


def _refused(refused: Mapping[str, tuple[int, list[int]]]) -> list[str]:
    lines = ["未读入的行："]
    for why, (count, first) in refused.items():
        more = " 等" if count > SHOWN else ""
        lines.append(f"  {why}：{count:,} 行（第 {'、'.join(map(str, first))} 行{more}）")
    return lines if refused else []


def _outcomes(found: Checked) -> list[str]:
    if not found.outcomes:
        return []
    told = "，".join(f"{outcome} {count:,}" for outcome, count in found.outcomes.items())
    return [f"走访结果：{told}，未填 {found.kept - sum(found.outcomes.values()):,}"]


def _missing(found: Checked) -> list[str]:
    lines = []
    for name, loss in _NEEDED[found.table].items():
        rate = found.rate(name)
        if rate < _POOR:
            state = "没有" if rate == 0 else f"只填了 {percent(rate)}"
            lines.append(f"  {column_of(found.table, name).title}{state}：{loss}")
    what = _FOR[found.table]
    return [f"欲得到好的{what}，还缺：", *lines] if lines else [f"{what}所需的列齐全。"]
