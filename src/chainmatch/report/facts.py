"""What the workbook and the page both tell of a run, put together once."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from chainmatch.decision.shortlist import obstacle, why_not
from chainmatch.parts import PARTS
from chainmatch.parts.fit import FIT
from chainmatch.schema.currencies import money_text
from chainmatch.schema.words import INPUTS, unknown

if TYPE_CHECKING:
    from chainmatch.run import Run

Record = dict[str, Any]


class LeadCase(NamedTuple):
    """One lead (record of the list of leads) and its matches, best first."""

    lead: Record
    matches: tuple[Record, ...]


class Input(NamedTuple):
    """One list that went in: what it is, file, first digits of its sha256 and notes on it."""

    title: str
    file: str
    digest: str
    notes: tuple[str, ...]


def records(frame: pd.DataFrame) -> list[Record]:
    """Return the rows of a table as dictionaries, text cells never missing."""
    names = [str(name) for name in frame.columns]
    columns = [
        frame[name].fillna("").tolist()
        if not pd.api.types.is_numeric_dtype(frame[name])
        else frame[name].astype(object).where(frame[name].notna(), None).tolist()
        for name in frame.columns
    ]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def inputs(run: "Run") -> list[Input]:
    """Return the lists of a run in the order in which they are named."""
    given, notes = run.manifest["inputs"], run.manifest["notes"]
    return [
        Input(title, given[key]["file"], given[key]["sha256"][:12], tuple(notes.get(key, ())))
        for key, title in INPUTS.items()
        if key in given
    ]


def doubts(run: "Run") -> tuple[str, ...]:
    """Return what makes one doubt the whole run, to be said before anything else."""
    return tuple(run.manifest["notes"].get("profile", ()))


def shortage(run: "Run") -> str:
    """Say why the shortlist is shorter than was asked for; "" if it is not."""
    asked = run.manifest.get("asked", 0)
    lacking = asked - len(run.shortlist)
    return (
        f"名额{asked}家，少列{lacking}家：其余企业够不上入选条件，"
        "或者同一环节、片区、集团的名额已满"
        if lacking > 0
        else ""
    )


def sums(run: "Run") -> list[str]:
    """Return the sentences that show that no row was lost."""
    counts = run.manifest["counts"]
    wanted, own = counts["targets"], counts["local"]
    found = [
        f"目标企业 {wanted['rows']:,} 行 = 评分 {wanted['scored']:,} 家 + 排除 "
        f"{wanted['excluded']:,} 家 + 重复 {wanted['duplicates']:,} 行 + 无法读取 "
        f"{wanted['rejects']:,} 行",
        f"本地企业 {own['rows']:,} 行 = 采用 {own['kept']:,} 家 + 重复 "
        f"{own['duplicates']:,} 行 + 无法读取 {own['rejects']:,} 行",
    ]
    if "leads" in counts:
        hints = counts["leads"]
        found.append(
            f"招商线索 {hints['rows']:,} 行 = 采用 {hints['read']:,} 条 + 无法读取 "
            f"{hints['rejects']:,} 行"
        )
    other = sum(part.get("other_rows", 0) for part in counts.values())
    if other:
        found.append(f"另有 {other:,} 行是合计、表尾或重复的表头，不是数据，不计入上面的行数")
    return found


def home_name(run: "Run") -> str:
    """Return where the county lies, as one name."""
    home = run.profile.home
    return place_name(home.province, home.city, home.county)


def place_name(*units: str) -> str:
    """Return a place as one name, from province down to county; a name that repeats stands once."""
    return "".join(dict.fromkeys(units))


def chain_names(run: "Run") -> dict[str, str]:
    """Return chain id → Chinese name."""
    return {chain: str(data["name"]) for chain, data in run.graph.graph["chains"].items()}


def segment_name(run: "Run", chain: str, segment: str) -> str:
    """Return the Chinese name of a segment."""
    return str(run.graph.graph["segments"].get((chain, segment), segment))


def barred(row: Record, run: "Run") -> str:
    """Say what keeps a row of scores from the shortlist; "" if nothing does."""
    return obstacle(_with_numbers(row), run.profile.entry)


def absence(row: Record, run: "Run") -> str:
    """Say why a row of scores is not on the shortlist."""
    return why_not(_with_numbers(row), run.shortlist, run.profile)


def _with_numbers(row: Record) -> Record:
    """Return a row of scores with NaN for parts that are unknown, as tables have it."""
    values = {part.column: row[part.column] for part in PARTS}
    return row | {c: math.nan if value is None else value for c, value in values.items()}


def gap_reasons(run: "Run") -> dict[str, str]:
    """Return node → why it is a gap, or what stands there."""
    return dict(zip(run.survey.gaps["node"], run.survey.gaps["why"], strict=True))


def anchors(run: "Run") -> list[Record]:
    """Return the local firms that pull others, strongest first, with their number."""
    found = run.survey.anchors[run.survey.anchors["anchor"] > 0]
    return [row | {"number": number} for number, row in enumerate(records(found), start=1)]


def shortlisted(run: "Run") -> list[Record]:
    """Return the shortlist with what the lists say of each firm: province, city, address …

    ``money`` is the capital as the list states it, ``place`` where it sits in one form (as the list
    has it where that cannot be read), ``short`` and ``in_short`` the firm in one sentence.
    """
    columns = ["firm_id", "province", "city", "county", "address", "capital", "currency",
               "established", "honours", "scope", "products"]  # fmt: skip
    firms = run.candidates.firms[columns].drop_duplicates("firm_id")
    reasons = gap_reasons(run)
    return [
        firm
        | {"short": short_pieces(firm, reasons.get(firm["node"], "")), "money": money(firm)}
        | {"in_short": in_short(firm, reasons.get(firm["node"], ""))}
        | {"place": place_name(firm["province"], firm["city"], firm["county"]) or firm["region"]}
        for firm in records(run.shortlist.merge(firms, on="firm_id", how="left"))
    ]


def money(firm: Record) -> str:
    """Return the registered capital as the list states it; "" where it does not."""
    return "" if unknown(firm["capital"]) else money_text(firm["capital"], firm["currency"])


def in_short(firm: Record, gap_why: str = "") -> str:
    """Return a firm in one sentence: what it makes, what here calls for it, what speaks against it.

    Where nothing here calls for it by name, the sentence says how its node stands here: the first
    thing that ``gap_why`` (of the table of gaps) says of it.
    """
    return "；".join(filter(None, short_pieces(firm, gap_why))) + "。"


def short_pieces(firm: Record, gap_why: str = "") -> tuple[str, str, str]:
    """Return the three pieces of :func:`in_short`; "" where there is nothing to say.

    Against it speaks first what is wrong with the firm, then what is lacking here. What was quoted
    once is not quoted again.
    """
    here = {part.title for part in PARTS if part.here}
    does = [point.text for point in firm["reasons"] if point.title == FIT.title]
    makes = does[0] if does else f"经营范围写有“{firm['evidence']}”"
    calls = [point.text for point in firm["reasons"] if point.title in here]
    calls = [text for text in calls if not any(text != other and text in other for other in calls)]
    weak = sorted(firm["weak_points"], key=lambda point: point.title in here)
    against = f"不足：{weak[0].text}" if weak else ""
    if firm["evidence"] in makes:
        against = against.replace(f"“{firm['evidence']}”", "这一项")
    return makes, "；".join(calls) or gap_why.partition("；")[0].rstrip("。"), against


def lead_cases(run: "Run") -> list[LeadCase]:
    """Return every lead with its matches, in the order of the list."""
    if run.leads is None:
        return []
    matches: dict[str, list[Record]] = {}
    for row in records(run.lead_matches):
        matches.setdefault(row["lead_id"], []).append(row)
    return [
        LeadCase(lead, tuple(matches.get(lead["lead_id"], ()))) for lead in records(run.leads.table)
    ]


def duplicates(run: "Run") -> Iterator[Record]:
    """Yield the rows that were folded into another row of the same list, with ``list`` said."""
    for key, found in (("targets", run.candidates.duplicates), ("local", run.home.duplicates)):
        for row in records(found):
            yield row | {"list": INPUTS[key]}


def duplicate_reason(row: Record) -> str:
    """Return the sentence that says what a duplicate was folded into."""
    kept, why = row.get("kept_name", ""), row.get("why", "")
    return f"已并入“{kept}”" + (f"：{why}" if why else "")
