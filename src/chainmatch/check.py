"""What a file would give, as text: ``chainmatch check`` prints it and writes nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from chainmatch.columns import column_of
from chainmatch.errors import OptionError, TableError
from chainmatch.identity import Resolution, link, resolve
from chainmatch.tables import Reading, read_firms, read_leads
from chainmatch.tables.headers import INPUT, Table
from chainmatch.tables.sources import Source

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
_SHOWN = 5
_MOST = 50_000  # firms whose names are compared pair by pair: beyond that it takes minutes
_MOST_LEADS = 5_000  # a longer list is never one of leads
_LIKELY = 0.5


def check_file(source: Source, *, mapping: Mapping[str, str] | None = None) -> str:
    """Return in Chinese what would be read from ``source`` and what would not.

    Says how the columns were understood, what was rejected and why, which rows are one firm (or
    which leads say the same) and how sure that is, and what is missing. A file is taken for the
    list, firms or leads, of which more columns are understood.

    Raises:
        TableError: the source cannot be read at all.
        OptionError: ``mapping`` names an unknown column.
    """
    reading, table, doubt = _read_either(source, mapping)
    blocks = [
        [*_head(reading, table), *doubt],
        _columns(reading, table),
        _rejects(reading.rejects),
        _repeated(reading.table) if table == "firms" else _twins(reading.table),
        _outcomes(reading.table) if table == "firms" else [],
        _missing(reading, table),
        ["提示："] + [f"  {note}" for note in reading.notes] if reading.notes else [],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _read_either(
    source: Source, mapping: Mapping[str, str] | None
) -> tuple[Reading, Table, list[str]]:
    """Return the reading, of what it is a list, and a line where that is open to doubt."""
    try:
        firms = read_firms(source, mapping=mapping)
    except TableError as error:
        if "没有找到“企业名称”" not in str(error):
            raise
        try:
            return read_leads(source, mapping=mapping), "leads", []
        except TableError:
            raise error from None
    # A list of leads may name the party of each lead; then more of it makes sense as leads.
    surely = len(firms.table) > _MOST_LEADS or "firm_id" in firms.mapping.values()
    leads = None if surely else _leads(source, mapping)
    if leads is None or _understood(leads) <= _understood(firms):
        return firms, "firms", []
    doubt = f"按线索表读取；如当作企业名单，可读入 {len(firms.table):,} 家企业"
    return leads, "leads", [doubt]


def _leads(source: Source, mapping: Mapping[str, str] | None) -> Reading | None:
    try:
        return read_leads(source, mapping=mapping)
    except (TableError, OptionError):  # no such list, or the mapping speaks of firms
        return None


def _understood(reading: Reading) -> int:
    return len(set(reading.mapping.values()))


def _head(reading: Reading, table: Table) -> list[str]:
    other = reading.furniture
    apart = f"（其中合计、表尾、重复表头等 {other:,} 行）" if other else ""
    return [
        f"有内容的行 {reading.rows:,} 行：读入 {len(reading.table):,} {_WHAT[table]}，"
        f"未读入 {len(reading.rejects):,} 行{apart}"
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
        rows = [f"{row}" for row in group["row"][:_SHOWN]]
        more = " 等" if len(group) > _SHOWN else ""
        lines.append(f"  {why}：{len(group):,} 行（第 {'、'.join(rows)} 行{more}）")
    return lines


# ---------------------------------------------------------------- said twice


def _repeated(table: pd.DataFrame) -> list[str]:
    """Say which rows are one firm beyond doubt, and which may be."""
    found = resolve(table, None)
    return [*_merged(table, found), *_doubtful(found.firms)] or ["没有发现重复的企业。"]


def _merged(table: pd.DataFrame, found: Resolution) -> list[str]:
    gone = found.duplicates
    if gone.empty:
        return []
    where = _places(table)
    by_code = int(gone["why"].str.startswith("统一社会信用代码相同").sum())
    ways = {"信用代码相同": by_code, "名称只是写法不同": len(gone) - by_code}
    counts = "，".join(f"{way} {count:,} 行" for way, count in ways.items() if count)
    columns = ("row", "name", "kept_id", "kept_name", "why")
    lines = [f"重复：{len(gone):,} 行与另一行确为同一企业（{counts}），排序时合并为一家："]
    for row, name, kept, kept_name, why in _first(gone, columns):
        lines.append(f"  第 {row} 行“{name}” = {where[kept, kept_name]}“{kept_name}”：{why}")
    return [*lines, *_more(len(gone), "行")]


def _doubtful(firms: pd.DataFrame) -> list[str]:
    if len(firms) > _MOST:
        return [f"名单超过 {_MOST:,} 家，没有逐对比较相近的名称；如有需要，运行 chainmatch link。"]
    links = link(firms)
    links = links[links["relation"] == "same"].sort_values(
        ["confidence", "left_id", "right_id"], ascending=[False, True, True]
    )
    if links.empty:
        return []
    where = _places(firms)
    likely = int((links["confidence"] >= _LIKELY).sum())
    count = f"{len(links):,} 对名称相近，其中 {likely:,} 对把握在五成以上"
    lines = [f"疑似重复：{count}；不合并，请人工核对："]
    columns = ("left_id", "left_name", "right_id", "right_name", "confidence", "why")
    for left, name, right, other, sure, why in _first(links, columns):
        pair = f"{where[left, name]}“{name}” ? {where[right, other]}“{other}”"
        lines.append(f"  {pair}：把握 {sure:.0%}，{why}")
    return [*lines, *_more(len(links), "对")]


def _first(table: pd.DataFrame, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    head = table.head(_SHOWN)
    yield from zip(*(head[name].tolist() for name in columns), strict=True)


def _more(count: int, unit: str) -> list[str]:
    return [f"  …… 另有 {count - _SHOWN:,} {unit}"] if count > _SHOWN else []


def _places(firms: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return (id, name) → where the firm stands; of rows with the same two the first."""
    columns = (firms[name].tolist() for name in ("firm_id", "name", "sheet", "row"))
    places: dict[tuple[str, str], str] = {}
    for firm_id, name, sheet, row in zip(*columns, strict=True):
        prefix = f"工作表“{sheet}”" if firms["sheet"].nunique() > 1 else ""
        places.setdefault((firm_id, name), f"{prefix}第 {row} 行")
    return places


def _twins(leads: pd.DataFrame) -> list[str]:
    """Say which leads of one kind say the same."""
    from chainmatch.leads.sameness import Filed, twins  # loads the vocabulary of the chains

    columns = (leads[n].tolist() for n in ("lead_id", "kind", "title", "text", "registered"))
    filed = [Filed(*values) for values in zip(*columns, strict=True)]
    place = {lead.lead_id: number for number, lead in enumerate(filed)}
    pairs = [
        (one, other, sure)
        for lead, alike in twins(filed).items()
        for one, (other, sure) in ((filed[place[lead]], pair) for pair in alike)
        if place[lead] < place[other.lead_id]
    ]
    if not pairs:
        return ["没有发现内容重复的线索。"]
    lines = [f"疑似重复：{len(pairs):,} 对线索内容相近，请核对："]
    for one, other, sure in pairs[:_SHOWN]:
        lines.append(
            f"  {one.lead_id}“{one.title}” ? {other.lead_id}“{other.title}”：相似 {sure:.0%}"
        )
    return [*lines, *_more(len(pairs), "对")]


# ---------------------------------------------------------------- what is there, what is not


def _outcomes(firms: pd.DataFrame) -> list[str]:
    counts = firms["outcome"][firms["outcome"] != ""].value_counts(sort=False)
    if counts.empty:
        return []
    told = "，".join(f"{outcome} {count:,}" for outcome, count in counts.items())
    return [f"走访结果：{told}，未填 {len(firms) - int(counts.sum()):,}"]


def _missing(reading: Reading, table: Table) -> list[str]:
    lines = []
    for name, loss in _NEEDED[table].items():
        rate = _fill(reading.table[name])
        if rate < _POOR:
            state = "没有" if rate == 0 else f"只填了 {rate:.0%}"
            lines.append(f"  {column_of(table, name).title}{state}：{loss}")
    what = _FOR[table]
    return [f"欲得到好的{what}，还缺：", *lines] if lines else [f"{what}所需的列齐全。"]
