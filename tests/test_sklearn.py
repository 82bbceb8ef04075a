"""The transformer keeps the rules of scikit-learn, and says what ``match`` says."""

import pickle

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from chainmatch import match, read_chains, read_firms
from chainmatch.errors import ChainmatchError, OptionError
from chainmatch.sklearn import ChainMatcher
from chainmatch.util.resources import data_folder

# None is expected to fail. Those of scikit-learn that need an array library of their own skip
# themselves, and those for what needs fitting do not apply to what is never fitted.
EXPECTED_TO_FAIL: dict[str, str] = {}


@parametrize_with_checks(
    [ChainMatcher(), ChainMatcher(by="chain")],
    expected_failed_checks=lambda estimator: EXPECTED_TO_FAIL,
)
def test_the_rules_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def firms():
    return read_firms(data_folder("sample") / "local.csv").table


@pytest.mark.parametrize("by", ["node", "chain"])
def test_fits_are_those_of_match(firms, by):
    found = ChainMatcher(by).set_output(transform="pandas").fit_transform(firms)
    known = match(firms, read_chains(), by=by, top=None)
    if by == "node":
        known = known[known["node"].ne("")].assign(row=known["firm_id"])
        known = known.pivot_table(index="row", columns="node", values="fit", aggfunc="max")
        known = known.reindex(index=firms["firm_id"], columns=found.columns).fillna(0.0)
    else:
        known = known[list(found.columns)]
    assert found.shape == (len(firms), len(read_chains()) if by == "node" else 5)
    np.testing.assert_allclose(found.to_numpy(), known.to_numpy(), atol=1e-4)


def test_columns_are_known_by_their_names():
    english = pd.DataFrame({"name": ["云岭制茶公司"], "scope": ["茶叶加工"], "seen": [7]})
    chinese = pd.DataFrame({"经营范围": ["茶叶加工"], "企业名称": ["云岭制茶公司"]})
    first, second = (ChainMatcher().fit_transform(frame) for frame in (english, chinese))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, ChainMatcher().fit_transform(["茶叶加工"]))  # the name counts


def test_texts_come_as_lists_columns_and_frames_of_any_kind():
    texts = ["茶叶种植", "光伏组件制造", ""]
    matcher = ChainMatcher("chain").fit(texts)
    known = matcher.transform(texts)
    assert known.max(axis=1)[2] == 0 and (known[:2].max(axis=1) > 0.5).all()
    ways = [tuple(texts), pd.Series(texts), np.array(texts), np.array(texts, dtype=object)]
    ways += [[[text] for text in texts], pd.DataFrame({"scope": [*texts[:2], None]})]
    polars = pytest.importorskip("polars")
    ways += [polars.DataFrame({"scope": [*texts[:2], None]}), polars.Series(texts)]
    ways.append(pa.table({"scope": texts}))
    for way in ways:
        np.testing.assert_array_equal(ChainMatcher("chain").fit_transform(way), known)


def test_a_code_that_is_a_number_is_read():
    found = ChainMatcher().set_output(transform="pandas")
    row = found.fit_transform(pd.DataFrame({"scope": ["加工"], "industry_code": [2740]})).iloc[0]
    assert row.max() > 0


def test_a_row_does_not_depend_on_its_neighbours(firms):
    matcher = ChainMatcher()
    whole = matcher.fit_transform(firms)
    other = ChainMatcher().fit(firms.head(3)).transform(firms.tail(50))
    np.testing.assert_array_equal(whole[-50:], other)


def test_it_stands_in_a_pipeline_and_travels(firms):
    some = firms[firms["scope"].ne("")].head(200)
    grows = some["scope"].str.contains("种植")
    pipeline = make_pipeline(ChainMatcher(), LogisticRegression()).fit(some, grows)
    assert pipeline.score(some, grows) > max(grows.mean(), 1 - grows.mean())
    again = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(again.predict(some), pipeline.predict(some))
    assert len(pickle.dumps(pipeline)) < 10_000  # no matcher travels with it
    assert clone(pipeline[0]).get_params() == {"by": "node", "chains": None}


def test_names_of_columns_are_ids():
    names = ChainMatcher("chain").get_feature_names_out()
    assert names.tolist() == list(read_chains().graph["chains"])
    assert set(ChainMatcher().get_feature_names_out()) == set(read_chains())


def test_wrong_options_are_told_in_chinese(tmp_path):
    with pytest.raises(OptionError, match="只能是 node"):
        ChainMatcher(by="firm").fit_transform(["茶"])
    with pytest.raises(ChainmatchError):
        ChainMatcher(chains=tmp_path / "none").fit_transform(["茶"])
    for wrong in ("茶", 7, None, [1, 2]):
        with pytest.raises(ValueError):
            ChainMatcher().fit_transform(wrong)
