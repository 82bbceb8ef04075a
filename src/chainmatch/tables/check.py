"""What a file would give, as text: ``chainmatch check`` prints it and writes nothing."""

from collections.abc import Mapping

import pandas as pd

from chainmatch.columns import column_of
from chainmatch.errors import TableError
from chainmatch.tables.headers import INPUT, Table
from chainmatch.tables.reading import Reading, read_firms, read_leads
from chainmatch.tables.sources import Source

# What a ranking lacks without the column.
_NEEDED = {
    "scope": "无法判断企业做什么，只能看名称",
    "code": "查重和认出已在本地的企业只能靠名称",
    "region": "所在地区只能从信用代码、地址、名称推断",
    "capital": "企业实力未知，得分区间变宽",
    "established": "企业年限未知，得分区间变宽",
    "address": "同名企业难以区分",
    "status": "已注销、吊销的企业认不出来",
}
_POOR = 0.5


def check_file(source: Source, *, mapping: Mapping[str, str] | None = None) -> str:
    """Return in Chinese what would be read from ``source``, what rejected and why, what is missing.

    A list of leads is recognised where no column names a firm.

    Raises:
        TableError: the source cannot be read at all.
        OptionError: ``mapping`` names an unknown column.
    """
    reading, table = _read_either(source, mapping)
    blocks = [
        _head(reading, table),
        _columns(reading, table),
        _rejects(reading.rejects),
        _missing(reading, table),
        ["提示："] + [f"  {note}" for note in reading.notes] if reading.notes else [],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _read_either(source: Source, mapping: Mapping[str, str] | None) -> tuple[Reading, Table]:
    try:
        return read_firms(source, mapping=mapping), "firms"
    except TableError as error:
        if "没有找到“企业名称”" not in str(error):
            raise
        try:
            return read_leads(source, mapping=mapping), "leads"
        except TableError:
            raise error from None


def _head(reading: Reading, table: Table) -> list[str]:
    what = "家企业" if table == "firms" else "条线索"
    return [
        f"数据行 {reading.rows:,} 行：读入 {len(reading.table):,} {what}，"
        f"未读入 {len(reading.rejects):,} 行"
    ]


def _fill(values: "pd.Series[object]") -> float:
    known = values.notna() & (values.astype(str) != "")
    return float(known.mean()) if len(values) else 0.0


def _columns(reading: Reading, table: Table) -> list[str]:
    headers: dict[str, list[str]] = {}
    for header, name in reading.mapping.items():
        headers.setdefault(name, []).append(header)
    lines = ["列：表头 → 含义（填写率）"]
    for name in filter(headers.__contains__, INPUT[table]):
        title, rate = column_of(table, name).title, _fill(reading.table[name])
        lines.append(f"  {'、'.join(headers[name])} → {title}（{rate:.1%}）")
    if table == "firms":
        located = "，".join(
            f"{column_of(table, name).title} {_fill(reading.table[name]):.1%}"
            for name in ("province", "city", "county")
        )
        lines.append(f"  所在地推断：{located}")
    return lines


def _rejects(rejects: pd.DataFrame) -> list[str]:
    if rejects.empty:
        return []
    lines = ["未读入的行："]
    for why, group in rejects.groupby("why", sort=False):
        rows = [f"{row}" for row in group["row"][:5]]
        more = " 等" if len(group) > 5 else ""
        lines.append(f"  {why}：{len(group):,} 行（第 {'、'.join(rows)} 行{more}）")
    return lines


def _missing(reading: Reading, table: Table) -> list[str]:
    if table != "firms":
        return []
    lines = []
    for name, loss in _NEEDED.items():
        rate = _fill(reading.table[name])
        if rate < _POOR:
            state = "没有" if rate == 0 else f"只填了 {rate:.0%}"
            lines.append(f"  {column_of(table, name).title}{state}：{loss}")
    return ["欲得到好的排序，还缺：", *lines] if lines else ["排序所需的列齐全。"]
