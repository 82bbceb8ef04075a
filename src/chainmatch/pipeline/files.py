"""What the commands on lists do: read, ask one function, write one table."""

from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from chainmatch.chains.graph import chain_files, read_chains
from chainmatch.decision import gates
from chainmatch.decision.gaps import survey
from chainmatch.errors import OptionError
from chainmatch.identity.linking import link
from chainmatch.identity.resolution import resolve
from chainmatch.leads import assign, match_leads
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.tables import match
from chainmatch.pipeline.engines.folder import parts_of
from chainmatch.pipeline.engines.found import DiskPart, Engine, Found, Place
from chainmatch.pipeline.engines.local import Local
from chainmatch.pipeline.examine import Linking, Matching, Step, match_schema
from chainmatch.pipeline.inputs import input_of, sha256_of
from chainmatch.profile import read_profile
from chainmatch.report.files import check_table_path, write_rejects, write_table
from chainmatch.report.parts import check_result_path, join_parts
from chainmatch.tables import read_firms, read_leads
from chainmatch.tables.sources import Source

Progress = Callable[[str], None]


class Summary(NamedTuple):
    """How many rows of a list were read as firms, how many rows of all lists were rejected.

    ``path`` is the file of those beside the result; None where there are none.
    """

    firms: int
    rejects: int
    path: Path | None


def _silent(_: str) -> None:
    """Nobody is told."""


def match_file(  # noqa: PLR0913
    firms: Source,
    out: str | Path,
    *,
    by: str = "node",
    top: int = 3,
    chains: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
    progress: Progress = _silent,
    engine: Engine | None = None,
) -> Summary:
    """Match a list; the file ``out`` is that of :func:`chainmatch.match` written out.

    Parameters
    ----------
    firms : path
        What the engine reads.
    out : path
        ``.csv`` or ``.parquet``; where all is held in memory ``.xlsx`` as well.
    by, top, chains, mapping
        As for the command ``match``.
    plain
        CSV without byte order mark.
    progress
        Called with the Chinese name of each step as it begins.
    engine
        What goes through the list; default this process. The file is the same.

    Raises
    ------
    ChainmatchError
        An input that cannot be read, a place that cannot be written; what is finished is kept
        where the run can go on.
    """
    engine = engine or Local()
    target = _check(out, engine)
    progress("读取名单")
    graph = read_chains(chains)
    match_schema(graph, by)  # says at once what is no way to match
    digests = {path.name: sha256_of(path) for path in chain_files(chains)}
    place = Place(
        parts_of(target),
        {"command": "match", "by": by, "top": top, "chains": digests, "format": target.suffix},
    )
    progress("识别经营范围")
    step = Matching(Matcher(graph), by, top)
    with engine.each(step, firms, mapping, place) as found:
        progress("写出结果")
        return _write(found, step, target, [], plain=plain)


def link_file(
    left: Source,
    right: "Source | None",
    out: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
    progress: Progress = _silent,
    engine: Engine | None = None,
) -> Summary:
    """Link a list to one that is held in memory, or find the duplicates inside it.

    ``out`` as by the command ``link``; the other parameters and errors as for :func:`match_file`.
    """
    engine = engine or Local()
    target = _check(out, engine)
    progress("读取名单")
    if right is None:
        if engine.bounded:
            raise OptionError(
                "分段或 --engine spark 只比对两份名单；请给出名单二，或去掉 --engine spark。"
            )
        return _link_inside(left, target, mapping, progress, plain=plain)
    other = read_firms(right, mapping=mapping)
    digest = input_of(right, other)["sha256"]
    place = Place(parts_of(target), {"command": "link", "right": digest, "format": target.suffix})
    progress("比对企业")
    step = Linking(other.table)
    with engine.each(step, left, mapping, place) as found:
        progress("写出结果")
        return _write(found, step, target, [other.rejects], plain=plain)


def _link_inside(
    firms: Source,
    out: Path,
    mapping: Mapping[str, str] | None,
    progress: Progress,
    *,
    plain: bool,
) -> Summary:
    read = read_firms(firms, mapping=mapping)
    progress("比对企业")
    found = link(read.table)
    progress("写出结果")
    write_table(found, out, plain=plain)
    beside = write_rejects([read.rejects], out, plain=plain)
    return Summary(len(read.table), len(read.rejects), beside)


def gaps_file(
    local: Source,
    out: str | Path,
    *,
    targets: "Source | None" = None,
    profile: str | Path | None = None,
    chains: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
    progress: Progress = _silent,
) -> None:
    """Write the gaps of a county, as the command ``gaps`` does."""
    target = check_table_path(out)
    progress("读取名单")
    graph, county = read_chains(chains), read_profile(profile)
    home = resolve(read_firms(local, mapping=mapping).table, None).firms
    progress("识别经营范围")
    fits = None
    if targets is not None:
        wanted = resolve(read_firms(targets, mapping=mapping).table, home).firms
        fits = match(wanted, graph, top=None)
    progress("分析缺口")
    found = survey(graph, match(home, graph, top=None), home, county, fits)
    progress("写出结果")
    write_table(found.gaps, target, plain=plain)


def leads_file(  # noqa: PLR0913
    leads: Source,
    targets: Source,
    local: Source,
    out: str | Path,
    *,
    one_to_one: bool = False,
    profile: str | Path | None = None,
    chains: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
    progress: Progress = _silent,
) -> None:
    """Write the partners of leads, as the command ``leads`` does; ``one_to_one`` assigns them."""
    target = check_table_path(out)
    progress("读取名单")
    graph, county = read_chains(chains), read_profile(profile)
    read = read_leads(leads, mapping=mapping)
    home = resolve(read_firms(local, mapping=mapping).table, None).firms
    wanted = resolve(read_firms(targets, mapping=mapping).table, home)
    progress("识别经营范围")
    local_fits, fits = (match(firms, graph, top=None) for firms in (home, wanted.firms))
    progress("匹配线索")
    found = survey(graph, local_fits, home, county, fits)
    excluded = gates.check(wanted.firms, wanted.links, fits, county, graph)
    passed = wanted.firms[~wanted.firms["firm_id"].isin(excluded["firm_id"])]
    matched = match_leads(read, graph, passed, fits, home, local_fits, found, county)
    progress("写出结果")
    write_table(assign(matched) if one_to_one else matched, target, plain=plain)


def _check(out: str | Path, engine: Engine) -> Path:
    """Return where a result can be written; raise OutputError before any work is done."""
    return check_result_path(out) if engine.bounded else check_table_path(out)


def _write(
    found: Found, step: Step, out: Path, others: list[pd.DataFrame], *, plain: bool
) -> Summary:
    """Write the table of a step, and beside it what could not be read."""
    first = found.parts[0]
    if isinstance(first, DiskPart):
        rows = (part.rows("rows") for part in found.parts if isinstance(part, DiskPart))
        join_parts(rows, step.schemas["rows"], out, plain=plain)
    else:
        write_table(first.table("rows"), out, plain=plain)
    beside = write_rejects(chain(found.rejects(), others), out, plain=plain)
    return Summary(found.firms, found.rejected + sum(map(len, others)), beside)
