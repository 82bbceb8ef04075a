"""The target firms that are not on the shortlist, for the search field of the page.

Thousands of names would make a page slow if each were an element. They stand in it as one text
that the script cuts up when somebody first looks for a firm: a line ``<tab>reason`` heads the lines
``name<tab>detail`` of the firms it holds for. Of a long list it holds the first of each kind.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chainmatch.report import limits
from chainmatch.report.facts import barred, duplicate_reason, records
from chainmatch.schema.words import INPUTS, node, number

if TYPE_CHECKING:
    from chainmatch.run import Run

Entry = tuple[str, str, str]  # reason, name, detail
_FULL = "名额或同环节、同片区、同集团的上限已满，或价值不及；explain 说明是哪一项。"


def beyond_text(run: "Run") -> str:
    """Return the firms by reason, scored ones first, as the page holds them; "" for none."""
    groups: dict[str, list[str]] = {}
    for reason, name, detail in (*_scored(run), *_excluded(run), *_duplicates(run)):
        groups.setdefault(_flat(reason), []).append(f"{_flat(name)}\t{_flat(detail)}")
    return "\n".join(f"\t{reason}\n" + "\n".join(firms) for reason, firms in groups.items())


def _scored(run: "Run") -> Iterator[Entry]:
    chosen = set(run.shortlist["firm_id"])
    total = f"共 {run.manifest['counts']['targets']['scored']:,} 家"
    for place, row in enumerate(records(run.scores.head(limits.PAGE)), start=1):
        if row["firm_id"] not in chosen:
            why = barred(row, run) or _FULL
            yield (
                f"未入选：{why}",
                row["name"],
                f"得分 {number(row['score'])}，第 {place:,} 位（{total}），"
                f"{node(row['node_name'])}",
            )


def _excluded(run: "Run") -> Iterator[Entry]:
    for row in limits.excluded(run, limits.PAGE):
        yield f"已排除（{row['gate']}）：{row['why']}", row["name"], ""


def _duplicates(run: "Run") -> Iterator[Entry]:
    for row in limits.repeated(run, limits.PAGE):
        if row["list"] == INPUTS["targets"]:
            yield "重复", row["name"], duplicate_reason(row)


def _flat(text: str) -> str:
    """Return a text on one line without tabs, as lines and tabs have a meaning here."""
    return " ".join(text.split())
