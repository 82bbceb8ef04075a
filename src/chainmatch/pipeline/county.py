"""``gaps`` and ``leads``: what a county misses, and who could be the partner of a lead."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from chainmatch.chains.graph import read_chains
from chainmatch.decision import gates
from chainmatch.decision.gaps import survey
from chainmatch.identity.resolution import resolve
from chainmatch.leads import assign, match_leads
from chainmatch.matching.tables import match
from chainmatch.pipeline.engines.found import Progress, silent
from chainmatch.pipeline.home import PROFILE, home_notes
from chainmatch.profile import read_profile
from chainmatch.report.files import check_table_path, write_table
from chainmatch.tables import read_firms, read_leads
from chainmatch.tables.headers import SharedMapping
from chainmatch.tables.sources import Source
from chainmatch.util.notices import tell


def gaps_file(
    local: Source,
    out: str | Path,
    *,
    targets: "Source | None" = None,
    profile: str | Path | None = None,
    chains: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Write the gaps of a county, as the command ``gaps`` does, and return them.

    With the ``targets`` of a run they are those of the run; without, supply is unknown.
    """
    target, mapping = check_table_path(out), SharedMapping(mapping)
    progress("读取名单")
    graph, county = read_chains(chains), read_profile(profile)
    home = resolve(read_firms(local, mapping=mapping).table, None).firms
    tell(PROFILE, home_notes(home, county))
    progress("识别经营范围")
    fits = None
    if targets is not None:
        wanted = resolve(read_firms(targets, mapping=mapping).table, home).firms
        fits = match(wanted, graph, top=None)
    mapping.check()
    progress("分析缺口")
    found = survey(graph, match(home, graph, top=None), home, county, fits)
    progress("写出结果")
    write_table(found.gaps, target, plain=plain)
    return found.gaps


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
    progress: Progress = silent,
) -> pd.DataFrame:
    """Write the partners of leads, as the command ``leads`` does, and return them.

    ``one_to_one`` assigns them.
    """
    target, mapping = check_table_path(out), SharedMapping(mapping)
    progress("读取名单")
    graph, county = read_chains(chains), read_profile(profile)
    read = read_leads(leads, mapping=mapping)
    home = resolve(read_firms(local, mapping=mapping).table, None).firms
    wanted = resolve(read_firms(targets, mapping=mapping).table, home)
    mapping.check()
    tell(PROFILE, home_notes(home, county))
    progress("识别经营范围")
    local_fits, fits = (match(firms, graph, top=None) for firms in (home, wanted.firms))
    progress("匹配线索")
    found = survey(graph, local_fits, home, county, fits)
    excluded = gates.check(wanted.firms, wanted.links, fits, county, graph)
    matched = match_leads(
        read, graph, wanted.firms, fits, home, local_fits, found, county, excluded=excluded
    )
    told = assign(matched) if one_to_one else matched
    progress("写出结果")
    write_table(told, target, plain=plain)
    return told
