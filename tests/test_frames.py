"""Frames of every kind go in, Arrow comes out, and whatever the kind, the same is found."""

from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

import chainmatch
from chainmatch.errors import OptionError, TableError
from chainmatch.schema.columns import COLUMNS, TABLES
from chainmatch.tables import iter_firms
from chainmatch.util.frames import frame_of

ROWS = {
    "企业名称": ["云岭制茶有限公司", "青坪光伏科技有限公司", "双河理发店", None],
    "经营范围": ["茶叶加工、销售", "光伏组件制造", None, "无名之行"],
    "统一社会信用代码": ["91611025MA0000001X", None, "", None],
    "注册资本（万元）": [300, 1200, None, 5],
}


def polars(table):
    return pytest.importorskip("polars").DataFrame(table)


def categorical(table):
    import polars as pl
    import polars.selectors as cs

    return polars(table).with_columns(cs.string().cast(pl.Categorical))


def relation(table):
    import duckdb

    connection = duckdb.connect()
    connection.register("given", pa.table(table))
    return connection.table("given")


KINDS = {
    "polars": polars,
    "polars categorical": categorical,
    "arrow": pa.table,
    "arrow batch": pa.RecordBatch.from_pydict,
    "arrow reader": lambda table: pa.table(table).to_reader(1),
    "arrow dictionary": lambda table: pa.table(
        {name: pa.array(cells).dictionary_encode() for name, cells in table.items()}
    ),
    "duckdb": relation,
}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


def test_a_list_is_read_alike_from_every_kind(kind):
    known = chainmatch.read_firms(pd.DataFrame(ROWS))
    found = chainmatch.read_firms(kind(ROWS))
    for one in (known, found):
        assert one.rows == 4 == len(one.table) + len(one.rejects)
    ignored = ["source"]
    pd.testing.assert_frame_equal(
        found.table.drop(columns=ignored), known.table.drop(columns=ignored)
    )
    pieces = pd.concat([piece.table for piece in iter_firms(kind(ROWS), size=2)])
    assert pieces["name"].tolist() == known.table["name"].tolist()
    assert found.table["capital"].tolist()[:2] == [300, 1200]


FIRMS = {
    "firm_id": ["a", "b", "c"],
    "name": ["云岭制茶有限公司", "云岭制茶公司", "青坪光伏科技有限公司"],
    "scope": ["茶叶加工", None, "光伏组件制造"],
}


def test_matching_and_linking_take_every_kind(kind):
    graph = chainmatch.read_chains()
    table = pd.DataFrame(FIRMS)
    whole = table.assign(scope=table["scope"].fillna(""), products="", industry_code="")
    for by in ("node", "chain"):
        found, known = (chainmatch.match(one, graph, by=by) for one in (kind(FIRMS), whole))
        pd.testing.assert_frame_equal(found, known)
    pd.testing.assert_frame_equal(chainmatch.link(kind(FIRMS)), chainmatch.link(table))
    across = chainmatch.link(kind(FIRMS), table)
    pd.testing.assert_frame_equal(across, chainmatch.link(table, table))
    assert set(across["relation"]) == {"same"} and len(across) >= 3


@pytest.mark.parametrize("name", ["polars", "arrow reader", "duckdb"])
def test_a_run_takes_every_kind(name):
    kind = KINDS[name]
    local = {"企业名称": ["月溪饮品有限公司"], "经营范围": ["茶饮料生产"], "所在地": ["陕西商洛"]}
    runs = [
        chainmatch.rank(make(ROWS), local if make is pd.DataFrame else pa.table(local), top=3)
        for make, local in ((kind, local), (pd.DataFrame, pd.DataFrame(local)))
    ]
    assert runs[0].scores["name"].tolist() == runs[1].scores["name"].tolist()
    pd.testing.assert_frame_equal(runs[0].scores, runs[1].scores)
    assert len(runs[0].manifest["inputs"]["targets"]["sha256"]) == 64


class Torn:
    """A stream that breaks off in the middle."""

    def __arrow_c_stream__(self, requested_schema=None):
        schema = pa.schema([("企业名称", pa.string())])

        def batches():
            yield pa.record_batch({"企业名称": ["甲厂"]})
            raise OSError("gone")

        return pa.RecordBatchReader.from_batches(schema, batches()).__arrow_c_stream__()


def series():
    return pytest.importorskip("polars").Series([1, 2])


def lazy():
    return polars(ROWS).lazy()


WRONG = {
    "number": lambda: 7, "nothing": lambda: None, "list": lambda: [1, 2], "bytes": lambda: b"a.csv",
    "a type": lambda: pa.Table, "column": lambda: pa.array([1]), "series": series, "lazy": lazy,
    "torn": Torn,
}  # fmt: skip


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG)
def test_what_is_no_table_is_refused_in_one_chinese_line(make):
    graph = chainmatch.read_chains()
    ways = (
        chainmatch.read_firms,
        lambda table: chainmatch.match(table, graph),
        chainmatch.link,
        lambda table: chainmatch.rank(table, pd.DataFrame(ROWS)),
        chainmatch.to_arrow,
    )
    for way in ways:
        with pytest.raises(TableError) as told:
            way(make())
        assert "\n" not in str(told.value) and "表格" in str(told.value)
    if make is lazy:
        assert ".collect()" in str(told.value)


def test_a_table_without_the_columns_is_refused():
    graph = chainmatch.read_chains()
    with pytest.raises(TableError, match="缺少列“firm_id”"):
        chainmatch.match(pa.table({"scope": ["茶叶加工"]}), graph)
    with pytest.raises(TableError, match="缺少列“name”"):
        chainmatch.link(pa.table({"firm_id": ["a"]}))
    twice = pd.DataFrame([["a", "甲", "乙"]], columns=["firm_id", "scope", "scope"])
    with pytest.raises(TableError, match="2 列都叫“scope”"):
        chainmatch.match(twice, graph)


def test_cells_that_are_no_text_are_written_out():
    odd = pd.DataFrame({"scope": [7, None, float("nan"), Decimal("1.5"), "茶"]})
    assert frame_of(odd, texts=["scope"])["scope"].tolist() == ["7", "", "", "1.5", "茶"]
    plain = pd.DataFrame({"scope": ["茶", "药"]})
    assert frame_of(plain, texts=["scope"]) is plain  # nothing is copied


def test_results_go_out_as_arrow_in_the_types_of_the_contract(sample_run):
    from chainmatch.report.runs import RunFolder

    folder = RunFolder.open(sample_run)
    for name in ("shortlist", "scores", "gaps", "locals", "links", "excluded", "leads"):
        table = folder.table(name)
        found = chainmatch.to_arrow(table)
        assert found.column_names == list(TABLES[name]) and found.num_rows == len(table)
        for field in found.schema:
            numeric = pa.types.is_floating(field.type) or pa.types.is_integer(field.type)
            assert numeric != COLUMNS[field.name].is_text, (name, field)
    shortlist = folder.table("shortlist")
    rows = chainmatch.to_arrow(shortlist).to_pylist()
    assert rows[0]["rank"] == 1 and isinstance(rows[0]["reasons"], str)


def test_what_is_unknown_is_null_on_its_way_out():
    found = chainmatch.to_arrow(pd.DataFrame({"score": [0.5, float("nan")], "own": ["a", None]}))
    assert found.to_pylist() == [{"score": 0.5, "own": "a"}, {"score": None, "own": None}]


def test_polars_comes_out_as_it_went_in():
    pl = pytest.importorskip("polars")
    fits = chainmatch.match(pl.DataFrame(FIRMS), chainmatch.read_chains())
    found = chainmatch.to_polars(fits)
    assert isinstance(found, pl.DataFrame)
    assert found["fit"].to_list() == fits["fit"].tolist()
    assert found.schema["evidence"] == pl.String


def test_without_polars_one_line_says_so(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(OptionError, match="pip install polars"):
        chainmatch.to_polars(pd.DataFrame({"a": [1]}))
