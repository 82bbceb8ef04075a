"""The first pass over long lists: it may keep a row too many, never one too few."""

import re
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import chainmatch
import chainmatch.matching.prefilter
from chainmatch.chains.graph import read_chains
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.matches import Texts
from chainmatch.matching.prefilter import Prefilter
from chainmatch.pipeline import stream
from chainmatch.pipeline.batches import match_batches
from chainmatch.pipeline.stream import Options
from chainmatch.util.text import form, normalise, odd_characters

pytest.importorskip("polars")

SCOPES = Path(__file__).parent / "scopes"
PAGE = Path(__file__).parents[1] / "docs" / "chain-files.md"
TEXTS = [
    case["scope"] for path in sorted(SCOPES.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]  # fmt: skip
WORDS = ["桐油", "发电机组", "LED灯具", "电线、电缆", "供(配)电业务", "中药饮片", "B2B平台"]
OTHER_FORMS: dict[str, list[str]] = {}
for _char in odd_characters():
    if not "\ud800" <= _char <= "\udfff":
        OTHER_FORMS.setdefault(form(_char), []).append(_char)


@pytest.fixture
def always(monkeypatch):
    """Ask of the shortest lists, whatever most rows name."""
    monkeypatch.setattr(chainmatch.matching.prefilter, "_FEW", 0)
    monkeypatch.setattr(chainmatch.matching.prefilter, "_MOST", 1.0)


def asked(words):
    prefilter = Prefilter(words)
    prefilter.learn(rows=1, silent=1)
    return prefilter


def may_name(prefilter, *columns):
    found = prefilter.may_name([pa.array(column, pa.string()) for column in columns])
    return None if found is None else found.to_pylist()


def odd(word, random):
    """A wording as somebody else may write it: other widths, other characters, other signs."""
    return "".join(random.choice([char, *OTHER_FORMS.get(char, ())]) for char in word)


@pytest.mark.usefixtures("always")
@given(st.sampled_from(WORDS), st.text(max_size=8), st.text(max_size=8), st.randoms())
def test_a_wording_is_seen_in_whatever_characters_it_is_written(word, before, behind, random):
    text = before + odd(word, random) + behind
    text = text.encode(errors="replace").decode()
    assert word in normalise(text)
    assert may_name(asked(WORDS), [text]) == [True]


@pytest.mark.usefixtures("always")
def test_it_tells_rows_apart_in_any_of_the_columns():
    scopes = ["桐油销售", "餐饮服务", "餐饮服务", "發電機組的销售", "ＬＥＤ灯具", "", "桐 油"]
    names = ["", "某某桐油有限公司", "某某公司", "", "", "", ""]
    found = may_name(asked(WORDS), scopes, names)
    assert found == [True, True, False, True, True, False, False]


@pytest.mark.usefixtures("always")
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*TEXTS, "", "日用百货销售", "餐饮服务"]),
            st.sampled_from(["", "某某天麻种植有限公司", "某某公司"]),
            st.sampled_from(["", "中药饮片", "茶杯"]),
            st.sampled_from(["", "C2730", "F5199"]),
            st.randoms(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_lines_are_the_same_as_without_it(matcher, rows):
    columns = zip(*((odd(row[0], row[4]), *row[1:4]) for row in rows), strict=True)
    names = ("scope", "name", "products", "industry_code")
    batch = pa.RecordBatch.from_pydict(
        {"firm_id": [str(n) for n in range(len(rows))], **dict(zip(names, columns, strict=True))}
    )
    wanted = chainmatch.match(batch.to_pandas(), matcher.graph, matcher=matcher)
    for _ in range(2):
        found = pa.Table.from_batches(match_batches([batch], matcher)).to_pandas()
        pd.testing.assert_frame_equal(found, wanted, check_dtype=False, check_exact=True)
    assert may_name(matcher.prefilter, ["餐饮服务"]) is not None  # the second time it was asked


@pytest.fixture(scope="module")
def matcher():
    return Matcher(read_chains())


def test_it_is_asked_only_where_that_pays():
    few, many = ["餐饮"] * 100, ["餐饮"] * 5_000
    prefilter = Prefilter(["桐油"])
    assert may_name(prefilter, many) is None  # nobody has said anything yet
    prefilter.learn(rows=5_000, silent=1_000)
    assert may_name(prefilter, many) is None
    prefilter.learn(rows=100, silent=100)
    assert may_name(prefilter, many) is None
    prefilter.learn(rows=5_000, silent=4_000)
    assert may_name(prefilter, few) is None
    assert may_name(prefilter, many) == [False] * 5_000
    assert may_name(prefilter, ["桐油"] * 5_000) == [True] * 5_000
    assert may_name(prefilter, many) is None  # most rows named something
    prefilter.learn(rows=5_000, silent=5_000)
    assert may_name(prefilter, many) is None  # and that is remembered


def test_weak_evidence_is_no_silence(matcher):
    scopes = ["房屋租赁", "中药饮片生产", "销售：日用百货、服装、文具、五金、茶叶、家电、图书"]
    found = matcher.match_batch(Texts(scopes, [""] * 3, [""] * 3, [""] * 3))
    assert [bool(one.clear) for one in found] == [False, True, False]
    assert [bool(one.fits) for one in found] == [False, True, True]
    assert found.silent == 1


def test_without_polars_every_row_is_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)  # importing it fails
    prefilter = Prefilter(["桐油"])
    for _ in range(2):
        prefilter.learn(rows=5_000, silent=5_000)
        assert may_name(prefilter, ["餐饮"] * 5_000) is None


@pytest.fixture(scope="module")
def own_chain(tmp_path_factory):
    """The chain of the documentation without what leads to the bundled ones."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    text = next(block for block in blocks if "chain: tung-oil" in block)
    lines = [line for line in text.splitlines() if not re.search("seeds-seedlings|cabin", line)]
    folder = tmp_path_factory.mktemp("own")
    (folder / "tung-oil.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_long_list_and_a_chain_of_ones_own_give_the_same_file(own_chain, tmp_path, monkeypatch):
    scopes = [*TEXTS, "油桐种植；桐油生产、销售", "桐油漆制造"]
    rows = [(f"某某第{n}公司", scopes[n % len(scopes)]) for n in range(15_000)]
    pd.DataFrame(rows, columns=["企业名称", "经营范围"]).to_csv(tmp_path / "list.csv", index=False)
    told, may = [], Prefilter.may_name

    def spy(prefilter, columns):
        told.append(may(prefilter, columns))
        return told[-1]

    monkeypatch.setattr(Prefilter, "may_name", spy)
    options = Options(jobs=1, size=5_000)
    stream.match(tmp_path / "list.csv", tmp_path / "fast.csv", chains=own_chain, options=options)
    assert told[0] is None
    assert [0 < found.true_count < 200 for found in told[1:]] == [True, True]
    monkeypatch.setitem(sys.modules, "polars", None)  # importing it fails
    stream.match(tmp_path / "list.csv", tmp_path / "plain.csv", chains=own_chain, options=options)
    assert told[-1] is None
    assert (tmp_path / "fast.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()
