"""The firms that are not on the shortlist, targets and local ones, for the search of the page.

Thousands of names would make a page slow if each were an element. They stand in it as one text
that the script cuts up when somebody first looks for a firm: a line ``<tab>reason`` heads the lines
``name<tab>detail`` of the firms it holds for. Of a long list it holds the first of each kind.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chainmatch.report import limits
from chainmatch.report.facts import barred, chain_names, duplicate_reason, records
from chainmatch.schema.words import INPUTS, node, number, word

if TYPE_CHECKING:
    from chainmatch.run import Run

_TOLD = 1_000  # local firms of which the page says why they pull others
Entry = tuple[str, str, str]  # reason, name, detail
_FULL = "名额或同环节、同片区、同集团的上限已满，或价值不及；explain 说明是哪一项。"


def beyond_text(run: "Run") -> str:
    """Return the firms by reason, scored ones first, as the page holds them; "" for none."""
    groups: dict[str, list[str]] = {}
    found = (*_scored(run), *_excluded(run), *_duplicates(run), *_local(run))
    for reason, name, detail in found:
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


def _local(run: "Run") -> Iterator[Entry]:
    """The local firms: where on the chains each stands, and who of the list may deal with it."""
    chains, deals = chain_names(run), _deals(run)
    for place, row in enumerate(records(run.survey.anchors.head(limits.PAGE))):
        why = row["why"] if place < _TOLD else ""
        what = why or "不在产业链的环节上"
        if row["node"]:
            what = f"{word(chains, row['chain'])}，{row['node_name']}。{why}".rstrip("。")
        dealt = deals.get(row["name"], [])
        also = f"。清单第{'、'.join(dealt)}位可与它洽谈" if dealt else ""
        yield "本地企业，不列入招商清单。", row["name"], f"{what}{also}"


def _deals(run: "Run") -> dict[str, list[str]]:
    """Return local firm → places on the shortlist of those whose partner it may be."""
    found: dict[str, list[str]] = {}
    for place, partners in run.shortlist[["rank", "partner_firms"]].itertuples(index=False):
        for name in dict.fromkeys(partner.name for partner in partners):
            found.setdefault(name, []).append(str(place))
    return found


def _flat(text: str) -> str:
    """Return a text on one line without tabs, as lines and tabs have a meaning here."""
    return " ".join(text.split())
