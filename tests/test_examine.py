"""Firms examined in batches of any size give what the whole list gives."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainmatch
from chainmatch.decision import gates
from chainmatch.identity.resolution import resolve
from chainmatch.leads import NO_PARTNER
from chainmatch.matching.matcher import Matcher
from chainmatch.pipeline.engines.found import Found, MemoryPart
from chainmatch.pipeline.examine import Examination, Settled, settle
from chainmatch.pipeline.whole import County, InMemory
from chainmatch.profile import read_profile
from chainmatch.schema.columns import TABLES
from chainmatch.tables import read_firms
from chainmatch.tables.arrow import firm_frame, table_schema
from chainmatch.util.resources import data_folder

SAMPLE = data_folder("sample")
FIRMS = 400
NOTHING = Settled(np.array([], dtype=int), {})


@pytest.fixture(scope="module")
def matcher():
    return Matcher(chainmatch.read_chains())


@pytest.fixture(scope="module")
def home():
    return resolve(read_firms(SAMPLE / "local.csv").table, None).firms


@pytest.fixture(scope="module")
def firms(home):
    """Target firms without duplicates, some of them local firms, one struck off."""
    table = read_firms(SAMPLE / "targets.xlsx").table.head(FIRMS)
    table = pd.concat([table, home.head(3)], ignore_index=True)
    table.loc[5, "status"] = "注销"
    return resolve(table, None).firms


@pytest.fixture(scope="module")
def examine(matcher, home):
    return Examination(matcher, read_profile(), home).start()


@pytest.fixture(scope="module")
def whole(examine, firms):
    return settle(examine(firms).__getitem__, NOTHING)


def cut(firms, sizes):
    """The firms in batches of these sizes; what is left over is one more batch."""
    start = 0
    for size in [*sizes, len(firms)]:
        part = firms.iloc[start : start + size].reset_index(drop=True)
        start += len(part)
        if len(part):
            yield part


def same(found, wanted):
    found, wanted = found.reset_index(drop=True), wanted.reset_index(drop=True)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, check_exact=True)


def in_memory(parts):
    found = [MemoryPart(part) for part in parts]
    return InMemory(Found(found, 0, 0, 0, list, (), {}, {}))


def test_what_is_found_is_what_the_functions_say(whole, firms, home, matcher):
    graph = matcher.graph
    links = chainmatch.link(firms, home)
    fits = chainmatch.match(firms, graph, top=None)
    excluded = gates.check(firms, links, fits, read_profile(), graph)
    assert {"已在本地", "登记状态异常", "分支机构"} <= set(excluded["gate"])
    same(whole.firms, firms)
    same(whole.links, links)
    same(whole.fits, fits)
    same(whole.excluded, excluded)


@settings(max_examples=5, deadline=None)
@given(sizes=st.lists(st.integers(1, 150), max_size=5))
def test_any_cutting_gives_the_same_supplies_and_scores(examine, matcher, firms, home, sizes):
    profile = read_profile()
    fits = chainmatch.match(home, matcher.graph, top=None)
    results = []
    for parts in ([firms], cut(firms, sizes)):
        listed = in_memory([examine(part) for part in parts])
        counts = listed.supplies()
        assert sum(counts.values()) > 100
        survey = chainmatch.survey(matcher.graph, fits, home, profile, counts)
        results.append(listed.score(County(matcher.graph, profile, survey, None, None)))
    same(results[1], results[0])


def test_the_supply_of_a_node_may_be_counted_or_given_as_fits(whole, matcher, home):
    fits = chainmatch.match(home, matcher.graph, top=None)
    county = (matcher.graph, fits, home, read_profile())
    counts = whole.supplies["node"].value_counts().to_dict()
    same(chainmatch.survey(*county, counts).gaps, chainmatch.survey(*county, whole.fits).gaps)


def test_who_can_be_no_partner_leaves_its_texts_of_a_long_list_behind(matcher, home, firms, whole):
    found = Examination(matcher, read_profile(), home, lean=True).start()(firms)
    gone = whole.excluded.loc[whole.excluded["gate"].isin(NO_PARTNER), "firm_id"]
    stopped = firms["firm_id"].isin(gone).to_numpy()
    assert 0 < stopped.sum() < len(whole.excluded)  # the others may still serve a lead
    assert found["firms"]["scope"][stopped].isna().all()
    assert found["firms"]["scope"][~stopped].notna().all()
    assert found["firms"]["name"].notna().all()
    lean = settle(found.__getitem__, NOTHING)
    same(lean.passed, whole.passed)
    same(lean.fits, whole.fits[~whole.fits["firm_id"].isin(gone)])
    same(lean.supplies, whole.supplies)


def test_raw_rows_may_share_an_id_and_are_told_apart_later(examine, firms):
    twice = pd.concat([firms.head(2), firms.head(2)], ignore_index=True)
    found = examine(twice).__getitem__
    ids = firms["firm_id"].tolist()
    left = settle(found, Settled(np.array([2]), {3: "new"}))
    assert left.firms["firm_id"].tolist() == [*ids[:2], "new"]
    fits = left.fits.groupby("firm_id")["node"].agg(list)
    assert fits["new"] == fits[ids[1]]


def test_unknown_columns_of_a_batch_are_unknown_cells():
    batch = pa.RecordBatch.from_pydict({"name": ["某某公司"], "capital": [5]})
    frame = firm_frame(batch)
    assert list(frame.columns) == list(TABLES["firms"])
    assert (frame.at[0, "name"], frame.at[0, "capital"], frame.at[0, "scope"]) == (
        "某某公司",
        5,
        "",
    )
    assert np.isnan(firm_frame(batch.select(["name"])).at[0, "capital"])


def test_schemas_of_the_contract():
    schema = table_schema("firms")
    assert schema.names == list(TABLES["firms"])
    assert (schema.field("capital").type, schema.field("row").type) == (pa.float64(), pa.int64())
    assert schema.field("established").type == pa.string()
