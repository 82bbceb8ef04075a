"""``rank`` with target firms that Spark reads; everything else is the local run."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from chainmatch.identity.duplicates import merges
from chainmatch.identity.resolution import Resolution, distinct_ids, merge_table
from chainmatch.pipeline.inputs import read_lists
from chainmatch.pipeline.packing import count_supplies, unpack
from chainmatch.pipeline.rank import (
    County,
    Origin,
    Outcome,
    Progress,
    Run,
    conclude,
    read_case,
    settle,
    target_counts,
)
from chainmatch.pipeline.spark.failures import told
from chainmatch.pipeline.spark.listing import Listing, listing_of
from chainmatch.pipeline.spark.pieces import gather_packed
from chainmatch.profile import Profile
from chainmatch.schema.columns import TABLES
from chainmatch.tables.sources import Source

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def rank(
    targets: "DataFrame | Listing",
    local: Source,
    leads: "Source | None" = None,
    *,
    profile: str | Path | Profile | None = None,
    chains: str | Path | None = None,
    top: int | None = None,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Rank target firms that Spark reads; the run is that of :func:`chainmatch.rank`.

    Parameters
    ----------
    targets : pyspark.sql.DataFrame or Listing
        The list as an office keeps it, raw cells under their headers, or an opened file
        (:func:`open_listing`). Rows count as Spark reads them, so a frame must give them in the
        same order whenever it is asked.
    local, leads, profile, chains, top, mapping, progress
        As for :func:`chainmatch.rank`.

    What is gathered on the driver: of each firm that a gate stops who it is and why, of each other
    firm its row, links and fits.

    Raises
    ------
    ChainmatchError
        An input that cannot be read; EngineError where Spark fails.
    """
    step = progress or (lambda _: None)
    step("读取产业链和县情配置")
    case = read_case(profile, chains)
    step("读取名单")
    lists = read_lists(local, leads, mapping=mapping)
    with told():
        listing = _listing(targets, mapping)
        step("识别本地企业")
        county = settle(case, lists)
        step("识别经营范围，核对是否已在本地")
        found, packed = gather_packed(listing, case.graph, case.profile, county.home.firms)
    step("核对重复企业")
    everyone = packed.select(TABLES["firms"]).to_pandas()
    origin = Origin(found.reading(listing, everyone), listing.input)
    return conclude(county, _outcome(packed, origin, county, step), top=top, progress=step)


def _listing(targets: "DataFrame | Listing", mapping: Mapping[str, str] | None) -> Listing:
    if isinstance(targets, Listing):
        return targets
    said = {"file": "DataFrame", "sha256": ""}
    return listing_of(targets, targets.columns, said, mapping=mapping)


def _outcome(packed: pa.Table, origin: Origin, county: County, step: Progress) -> Outcome:
    """Take the steps that look at the whole list, on what was gathered."""
    everyone = origin.reading.table
    merged = merges(everyone, packed["filled"].to_pylist())
    duplicates = merge_table(everyone, merged)
    left = _without(packed, [merge.gone for merge in merged])
    examined = unpack(left, county.case.graph)
    candidates = Resolution(examined.firms, duplicates, examined.links)
    step("分析缺口")
    survey = county.survey(count_supplies(left))
    step("评分")
    scores = county.case.score(examined, survey)
    counts = target_counts(origin.reading, len(duplicates), len(examined.excluded), len(scores))
    return Outcome(origin, candidates, examined, survey, scores, counts)


def _without(packed: pa.Table, gone: list[int]) -> pa.Table:
    """Drop rows and make the ids of the others distinct."""
    stays = np.ones(packed.num_rows, dtype=bool)
    stays[gone] = False
    left = packed.filter(pa.array(stays))
    ids = pa.array(distinct_ids(left["firm_id"].to_pylist()), pa.string())
    return left.set_column(left.schema.get_field_index("firm_id"), "firm_id", ids)
