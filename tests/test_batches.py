"""Streams of record batches give the rows of the small functions, however they are cut."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import chainmatch
from chainmatch.errors import OptionError
from chainmatch.identity.linking import Linker
from chainmatch.matching.matcher import Matcher
from chainmatch.pipeline.link import link_batches
from chainmatch.pipeline.match import match_batches, match_schema
from chainmatch.schema.columns import TABLES
from chainmatch.tables import read_firms
from chainmatch.tables.arrow import table_schema
from chainmatch.util.resources import data_folder
from conftest import COSTLY

SCOPES = Path(__file__).parent / "scopes"
SAMPLE = data_folder("sample")


@pytest.fixture(scope="module")
def matcher():
    return Matcher(chainmatch.read_chains())


@pytest.fixture(scope="module")
def firms():
    """Firms of every chain with hard scopes, one without any wording, one without a scope."""
    cases = [
        case for path in sorted(SCOPES.glob("*.yaml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))[:8]
    ]  # fmt: skip
    rows = [(f"x{n}", case["name"], case["scope"], "", "") for n, case in enumerate(cases)]
    rows.insert(3, ("none", "某某公司", "日用百货", "", ""))
    rows.insert(5, ("blank", "某某天麻种植有限公司", "", "中药饮片", "C2730"))
    names = ["firm_id", "name", "scope", "products", "industry_code"]
    return pd.DataFrame(rows, columns=names)


def cut(firms: pd.DataFrame, sizes: list[int]) -> list[pa.RecordBatch]:
    """The rows in batches of these sizes; what is left over is one more batch."""
    batches, start = [], 0
    for size in [*sizes, len(firms)]:
        part = firms.iloc[start : start + size]
        batches.append(pa.RecordBatch.from_pydict({n: part[n].tolist() for n in part.columns}))
        start += len(part)
    return batches


def frame(batches) -> pd.DataFrame:
    return pa.Table.from_batches(list(batches)).to_pandas()


@pytest.mark.parametrize("by", ["node", "chain"])
@COSTLY
@given(sizes=st.lists(st.integers(0, 12), max_size=8), top=st.sampled_from([1, 3, None]))
def test_any_cutting_gives_the_rows_of_match(firms, matcher, by, sizes, top):
    wanted = chainmatch.match(firms, matcher.graph, by=by, top=top, matcher=matcher)
    found = frame(match_batches(cut(firms, sizes), matcher, by=by, top=top))
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, check_exact=True)


def test_the_schema_is_fixed_and_of_plain_strings(firms, matcher):
    for by in ("node", "chain"):
        schema = match_schema(matcher.graph, by)
        assert {str(field.type) for field in schema} == {"string", "double"}
        assert all(b.schema == schema for b in match_batches(cut(firms, [4]), matcher, by=by))
    assert match_schema(matcher.graph).names == list(TABLES["match"])


def test_missing_columns_and_nulls_are_unknown(matcher):
    told = pa.RecordBatch.from_pydict(
        {"firm_id": ["a", "b"], "name": ["某某公司", None], "scope": ["中药饮片生产", None]}
    )
    found = frame(match_batches([told], matcher, top=1)).fillna("?")
    assert found["name"].tolist() == ["某某公司", ""]
    assert found["node"].tolist()[1] == ""
    assert found["fit"].tolist()[1] == 0
    assert found["evidence"].tolist() == ["中药饮片生产", ""]


def test_dictionaries_and_large_strings_are_read_as_text(firms, matcher):
    wanted = frame(match_batches(cut(firms, []), matcher))
    for kind in (pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        table = pa.Table.from_pandas(firms, preserve_index=False)
        batches = table.cast(pa.schema([(n, kind) for n in table.column_names])).to_batches()
        pd.testing.assert_frame_equal(frame(match_batches(batches, matcher)), wanted)


def test_nothing_in_nothing_out(firms, matcher):
    assert list(match_batches([], matcher)) == []
    assert list(match_batches(cut(firms.iloc[:0], []), matcher)) == []


@pytest.fixture(scope="module")
def lists():
    """Local firms of the sample, and target firms of which some are links and some are none."""
    local = read_firms(SAMPLE / "local.csv").table
    targets = read_firms(SAMPLE / "targets.xlsx").table
    named = chainmatch.link(targets, local)["left_id"].unique()[:20]
    mixed = pd.concat([targets.head(40), targets[targets["firm_id"].isin(named)]])
    return mixed.reset_index(drop=True), local


@settings(max_examples=10)
@given(sizes=st.lists(st.integers(0, 25), max_size=5))
def test_any_cutting_gives_the_links_of_link(lists, sizes):
    targets, local = lists
    wanted = chainmatch.link(targets, local)
    assert len(wanted) > 10
    found = frame(link_batches(cut(targets, sizes), Linker(local)))
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, check_exact=True)


def test_links_have_the_schema_even_where_there_are_none(lists):
    targets, local = lists
    stranger = targets.head(1).assign(name="某某某某公司", code="", address="")
    (batch,) = link_batches(cut(stranger, []), Linker(local))
    assert batch.num_rows == 0
    assert batch.schema == table_schema("links")


def test_another_by_is_refused(matcher):
    with pytest.raises(OptionError, match="环节"):
        next(match_batches([], matcher, by="firm"))


def test_a_batch_longer_than_a_page_gives_one_batch(firms, matcher, monkeypatch):
    (whole,) = match_batches(cut(firms, []), matcher)
    monkeypatch.setattr("chainmatch.matching.matcher.BATCH_SIZE", 3)
    (paged,) = match_batches(cut(firms, []), matcher)
    assert paged.equals(whole)
