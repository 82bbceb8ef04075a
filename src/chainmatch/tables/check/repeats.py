"""What stands twice in a list: rows that are one firm, or may be; leads that say the same."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from chainmatch.identity.linking import link
from chainmatch.identity.resolution import resolve
from chainmatch.tables.check.words import SHOWN
from chainmatch.util.rounding import percent

MOST = 50_000  # firms whose names are compared pair by pair: beyond that it takes minutes
_LIKELY = 0.5


def repeated(table: pd.DataFrame) -> list[str]:
    """Say which rows are one firm beyond doubt, and which may be."""
    found = resolve(table, None)
    gone = found.duplicates
    return said_twice(merged_lines(gone, gone["why"].tolist(), table), found.firms)


def said_twice(merged: list[str], firms: pd.DataFrame | None) -> list[str]:
    """Return the lines on firms that stand twice.

    ``merged`` are those of :func:`merged_lines`, ``firms`` those that are left, or None where they
    are more than ``MOST``.
    """
    doubtful = (
        [f"名单超过 {MOST:,} 家，没有逐对比较相近的名称；如有需要，运行 chainmatch link。"]
        if firms is None or len(firms) > MOST
        else _doubtful(firms)
    )
    return [*merged, *doubtful] or ["没有发现重复的企业。"]


def merged_lines(gone: pd.DataFrame, why: Sequence[str], firms: pd.DataFrame) -> list[str]:
    """Say which rows are merged.

    ``gone`` is the table of duplicates, or its beginning; ``why`` the reasons of all; ``firms``
    holds at least the rows that have id and name of one that is kept.
    """
    if not why:
        return []
    where = _places(firms)
    by_code = sum(reason.startswith("统一社会信用代码相同") for reason in why)
    ways = {"信用代码相同": by_code, "名称只是写法不同": len(why) - by_code}
    counts = "，".join(f"{way} {count:,} 行" for way, count in ways.items() if count)
    columns = ("row", "name", "kept_id", "kept_name", "why")
    lines = [f"重复：{len(why):,} 行与另一行确为同一企业（{counts}），排序时合并为一家："]
    for row, name, kept, kept_name, reason in _first(gone, columns):
        lines.append(f"  第 {row} 行“{name}” = {where[kept, kept_name]}“{kept_name}”：{reason}")
    return [*lines, *_more(len(why), "行")]


def _doubtful(firms: pd.DataFrame) -> list[str]:
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
        lines.append(f"  {pair}：把握 {percent(sure)}，{why}")
    return [*lines, *_more(len(links), "对")]


def _first(table: pd.DataFrame, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    head = table.head(SHOWN)
    yield from zip(*(head[name].tolist() for name in columns), strict=True)


def _more(count: int, unit: str) -> list[str]:
    return [f"  …… 另有 {count - SHOWN:,} {unit}"] if count > SHOWN else []


def _places(firms: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return (id, name) → where the firm stands; of rows with the same two the first."""
    columns = (firms[name].tolist() for name in ("firm_id", "name", "sheet", "row"))
    places: dict[tuple[str, str], str] = {}
    for firm_id, name, sheet, row in zip(*columns, strict=True):
        prefix = f"工作表“{sheet}”" if firms["sheet"].nunique() > 1 else ""
        places.setdefault((firm_id, name), f"{prefix}第 {row} 行")
    return places


def alike(leads: pd.DataFrame) -> list[str]:
    """Say which leads of one kind say the same."""
    from chainmatch.identity.sameness import Filed, twins  # loads the vocabulary of the chains

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
    for one, other, sure in pairs[:SHOWN]:
        lines.append(
            f"  {one.lead_id}“{one.title}” ? {other.lead_id}“{other.title}”：相似 {percent(sure)}"
        )
    return [*lines, *_more(len(pairs), "对")]
