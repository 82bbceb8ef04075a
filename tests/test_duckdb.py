"""The SQL functions say what the functions of the library say, row by row, vector by vector."""

import duckdb
import pandas as pd
import pytest

import chainmatch.duckdb
from chainmatch import ChainmatchError, match, read_chains, read_firms
from chainmatch.errors import OptionError
from chainmatch.matching.matcher import Matcher
from chainmatch.names import name_similarity, normal_name
from chainmatch.places import locate
from chainmatch.schema.columns import TABLES
from chainmatch.util.resources import data_folder

NAMES = ("chainmatch_match", "chainmatch_place", "chainmatch_name", "chainmatch_similarity")


@pytest.fixture(scope="module")
def firms():
    return read_firms(data_folder("sample") / "local.csv").table


@pytest.fixture(scope="module")
def connection(firms):
    with duckdb.connect() as opened:
        assert chainmatch.duckdb.register(opened) == NAMES
        many = pd.concat([firms] * 5, ignore_index=True)  # more than one vector
        opened.register("firms", many.assign(number=range(len(many))))
        yield opened


def test_match_is_that_of_the_library(connection, firms):
    found = connection.sql(
        "SELECT number, unnest(chainmatch_match(scope, name, products, industry_code), "
        "recursive := true) FROM firms ORDER BY number"
    ).df()
    known = match(firms, read_chains(), top=3)
    known = known[known["node"].ne("")].reset_index(drop=True)
    assert len(found) == 5 * len(known)
    columns = list(TABLES["match"][2:])
    first = found[found["number"] < len(firms)][columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, known[columns], check_dtype=False)
    last = found[found["number"] >= 4 * len(firms)][columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(last, first)


def test_names_places_and_similarities_are_those_of_the_library(connection, firms):
    rows = connection.sql(
        "SELECT chainmatch_name(name), chainmatch_place(region, code, address, name), "
        "chainmatch_similarity(name, 'X县黛麓菌菇公司') FROM firms ORDER BY number LIMIT 300"
    ).fetchall()
    columns = firms[["name", "region", "code", "address"]].head(300)
    for (normal, place, similar), (name, *told) in zip(
        rows, columns.itertuples(index=False), strict=True
    ):
        assert normal == normal_name(name)
        known = locate(*told, name)._asdict()
        assert place == {key: value or None for key, value in known.items()}
        assert similar == name_similarity(name, "X县黛麓菌菇公司").value


def test_what_is_unknown_is_null_and_finds_nothing(connection):
    (row,) = connection.sql(
        "SELECT chainmatch_match(NULL, NULL, NULL, NULL), chainmatch_match('理发', '', '', ''), "
        "chainmatch_place(NULL, NULL, NULL, NULL), chainmatch_name(NULL), "
        "chainmatch_similarity(NULL, '甲')"
    ).fetchall()
    assert row == ([], [], dict.fromkeys(("province", "city", "county", "zone")), None, None)
    none = connection.sql("SELECT chainmatch_name(name) FROM firms WHERE false").fetchall()
    assert none == []


def test_constants_beside_columns_hold_for_every_row(connection):
    rows = connection.sql(
        "SELECT chainmatch_match('茶叶种植', name, NULL, NULL)[1].node FROM firms"
    ).fetchall()
    assert {node for (node,) in rows} == {"tea-growing"}


def test_several_threads_find_the_same(connection):
    question = (
        "SELECT sum(f.fit), count(*) FROM "
        "(SELECT unnest(chainmatch_match(scope, name, products, industry_code)) AS f FROM firms)"
    )
    found = []
    for threads in (1, 4):
        connection.execute(f"SET threads = {threads}")
        found.append(connection.sql(question).fetchall()[0])
    assert found[0][0] == pytest.approx(found[1][0]) and found[0][1] == found[1][1]


def test_what_is_odd_brings_nothing_down(connection):
    odd = [
        "=1+1",
        "\x00",
        "厂" * 100_000,
        "\u202e<script>",
        "', DROP TABLE firms; --",
        "（" * 5_000,
    ]
    for text in odd:
        row = connection.execute(
            "SELECT chainmatch_match($1, $1, $1, $1), chainmatch_place($1, $1, $1, $1), "
            "chainmatch_name($1), chainmatch_similarity($1, $1)",
            [text],
        ).fetchall()[0]
        assert isinstance(row[0], list) and isinstance(row[2], str) and 0 <= row[3] <= 1


def test_registering_again_replaces_and_names_can_be_chosen(tmp_path):
    with duckdb.connect() as opened:
        chainmatch.duckdb.register(opened, top=1)
        chainmatch.duckdb.register(opened, top=2)
        (nodes,) = opened.sql(
            "SELECT chainmatch_match('茶叶种植；茶叶加工；光伏组件制造', NULL, NULL, NULL)"
        ).fetchall()[0]
        assert len(nodes) == 2
        assert chainmatch.duckdb.register(opened, prefix="cm_")[0] == "cm_match"
        assert opened.sql("SELECT cm_name('甲 厂')").fetchall() == [("甲厂",)]
        for wrong in ({"prefix": "1; --"}, {"prefix": "a b"}, {"top": 0}):
            with pytest.raises(OptionError):
                chainmatch.duckdb.register(opened, **wrong)
        with pytest.raises(ChainmatchError):
            chainmatch.duckdb.register(opened, chains=tmp_path / "none")


def test_one_matcher_serves_all(connection):
    """Built at registration, not for every vector."""
    calls = []
    original = Matcher.__init__
    try:
        Matcher.__init__ = lambda self, *args: (calls.append(1), original(self, *args))[1]
        connection.sql("SELECT count(chainmatch_match(scope, name, '', '')) FROM firms").fetchall()
    finally:
        Matcher.__init__ = original
    assert calls == []
