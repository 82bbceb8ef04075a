"""Firms examined in batches of any size give the run that the whole list gives."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmatch.identity.resolution import resolve
from chainmatch.pipeline.batches import candidate_batches, firm_frame
from chainmatch.pipeline.inputs import read_lists
from chainmatch.pipeline.packing import count_supplies, packed_schema, unpack
from chainmatch.pipeline.rank import read_case, settle
from chainmatch.schema.columns import TABLES
from chainmatch.tables import read_firms
from chainmatch.tables.arrow import table_schema
from chainmatch.util.resources import data_folder

SAMPLE = data_folder("sample")
FIRMS = 400


@pytest.fixture(scope="module")
def county():
    return settle(read_case(None, None), read_lists(SAMPLE / "local.csv"))


@pytest.fixture(scope="module")
def firms(county):
    """Target firms without duplicates, some of them local firms, one struck off."""
    table = read_firms(SAMPLE / "targets.xlsx").table.head(FIRMS)
    table = pd.concat([table, county.home.firms.head(3)], ignore_index=True)
    table.loc[5, "status"] = "注销"
    return resolve(table, None).firms


@pytest.fixture(scope="module")
def whole(county, firms):
    return county.examiner.examine(firms)


def cut(firms, sizes):
    """The firms in batches of these sizes; what is left over is one more batch."""
    batches, start = [], 0
    for size in [*sizes, len(firms)]:
        part = firms.iloc[start : start + size]
        columns = {n: part[n].tolist() for n in part.columns}
        batches.append(pa.RecordBatch.from_pydict(columns, schema=table_schema("firms")))
        start += len(part)
    return batches


def packed(firms, sizes, county):
    batches = candidate_batches(cut(firms, sizes), county.examiner)
    return pa.Table.from_batches(list(batches), packed_schema())


@pytest.fixture(scope="module")
def once(county, firms):
    return packed(firms, [], county)


def same(found, wanted):
    wanted = wanted.reset_index(drop=True)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, check_exact=True)


def test_unpacked_rows_are_what_was_found_of_the_whole_list(once, county, firms, whole):
    found = unpack(once, county.case.graph)
    assert {"已在本地", "登记状态异常", "分支机构"} <= set(found.excluded["gate"])
    same(found.excluded, whole.excluded)
    same(found.links, whole.links)
    passed = whole.fits["firm_id"].isin(whole.passed["firm_id"])
    same(found.fits, whole.fits[passed])
    assert found.fits["node"].eq("").any()  # a firm outside the chains is scored too
    same(found.passed.reset_index(drop=True), whole.passed)


@settings(max_examples=5)
@given(sizes=st.lists(st.integers(0, 150), max_size=5))
def test_any_cutting_gives_the_same_packed_rows(once, county, firms, sizes):
    assert packed(firms, sizes, county).combine_chunks().equals(once)


def test_the_supply_of_a_node_is_counted_over_all_firms(once, county, whole):
    counts = count_supplies(once)
    assert sum(counts.values()) > 100
    same(county.survey(counts).gaps, county.survey(whole.fits).gaps)


def test_scores_of_pieces_are_the_scores_of_the_whole(once, county, whole):
    survey = county.survey(whole.fits)
    graph = county.case.graph
    pieces = [once.slice(start, 90) for start in range(0, once.num_rows, 90)]
    scores = pd.concat([county.case.score(unpack(piece, graph), survey) for piece in pieces])
    scores = scores.sort_values(["score", "firm_id"], ascending=[False, True], ignore_index=True)
    same(scores, county.case.score(whole, survey))


def test_stopped_firms_leave_their_texts_behind(once):
    stopped = once.filter(pc.not_equal(once["gate"], ""))
    assert stopped.num_rows > 20
    assert stopped["scope"].null_count == stopped.num_rows
    assert stopped["name"].null_count == 0
    assert pc.sum(pc.list_value_length(stopped["fits"])).as_py() == 0
    passed = once.filter(pc.equal(once["gate"], ""))
    assert passed["scope"].null_count == 0


def test_raw_rows_may_share_an_id(county, firms):
    twice = pd.concat([firms.head(2), firms.head(2)], ignore_index=True)
    found = packed(twice, [], county)
    assert found.slice(0, 2).combine_chunks().equals(found.slice(2).combine_chunks())


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
    assert packed_schema().names[: len(schema)] == schema.names
