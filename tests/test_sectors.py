"""The matcher on hand-read scopes of our own wording (``tests/scopes``) and on its laws."""

import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmatch.chains.graph import read_chains
from chainmatch.errors import OptionError
from chainmatch.matching.arrays import take
from chainmatch.matching.fit_model import FLOOR, Summary, read_model, read_other_trades
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.matches import Texts
from chainmatch.matching.tables import match, match_rows
from chainmatch.schema.columns import TABLES
from conftest import COSTLY
from evidence import columns, summary

SURE = 0.5
CASES = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "scopes").glob("*.yaml"))
}
GRAPH = read_chains()
MATCHER = Matcher(GRAPH)
SCOPES = [case["scope"] for cases in CASES.values() for case in cases]


@pytest.fixture(scope="module")
def graph():
    return GRAPH


@pytest.fixture(scope="module")
def matcher():
    return MATCHER


def read(matcher, chain, case):
    """Whether the best node of the chain is the expected one; forbidden nodes that were found."""
    fits = matcher.fits(case["scope"], case["name"])
    here = [fit for fit in fits if matcher.graph.nodes[fit.node]["chain"] == chain]
    sure = [fit.node for fit in fits if fit.fit >= SURE]
    best = here[0].node if here and (case["top"] or here[0].fit >= SURE) else None
    return best == case["top"], set(case.get("never") or ()) & set(sure)


def test_there_are_enough_hand_read_cases_and_half_are_hard():
    assert len(CASES) == 5
    assert all(len(cases) >= 30 for cases in CASES.values())
    assert all(sum(bool(c.get("never")) for c in cases) >= 15 for cases in CASES.values())


@pytest.mark.parametrize("chain", CASES)
def test_the_best_node_is_right_in_nineteen_of_twenty(matcher, chain):
    wrong = [c["name"] for c in CASES[chain] if not read(matcher, chain, c)[0]]
    assert len(wrong) <= 0.05 * len(CASES[chain]), wrong


def test_forbidden_nodes_are_not_claimed(matcher):
    found = [
        (case["name"], node)
        for chain, cases in CASES.items()
        for case in cases
        for node in read(matcher, chain, case)[1]
    ]
    forbidden = sum(len(c.get("never") or ()) for cases in CASES.values() for c in cases)
    assert len(found) <= 0.03 * forbidden, found


def fit_to(matcher, node, scope, **more):
    return next((f for f in matcher.fits(scope, **more) if f.node == node), None)


def node_of(graph, word, activity):
    """The one node that claims ``word`` with ``activity``."""
    nodes = [
        node
        for node, data in graph.nodes(data=True)
        if word in data["objects"] and activity in data["activities"]
    ]
    return nodes[0]


def test_making_is_not_selling(matcher, graph):
    makers = node_of(graph, "中药饮片", "make")
    made = fit_to(matcher, makers, "中药饮片生产、销售")
    sold = fit_to(matcher, makers, "中药饮片零售；中成药零售；化学药制剂零售；日用百货")
    assert made.fit >= SURE
    assert sold is None or sold.fit < 0.2


def test_what_is_excluded_is_not_offered(matcher, graph):
    makers = node_of(graph, "中药饮片", "make")
    assert fit_to(matcher, makers, "药品生产（不含中药饮片）") is None


def test_a_modifier_is_not_the_thing(matcher, graph):
    makers = node_of(graph, "中药饮片", "make")
    found = fit_to(matcher, makers, "中药饮片机械制造")
    assert found is None or found.fit < SURE


def test_a_long_shop_list_is_weaker_than_a_clear_word(matcher, graph):
    makers = node_of(graph, "硬质合金", "make")
    clear = fit_to(matcher, makers, "硬质合金生产")
    others = "、".join(f"五金{n}" for n in "甲乙丙丁戊己庚辛壬癸子丑寅卯")
    lost = fit_to(matcher, makers, f"{others}、硬质合金生产")
    assert lost.fit < clear.fit


def test_a_name_alone_is_weak_and_with_the_scope_strong(matcher, graph):
    makers = node_of(graph, "硬质合金", "make")
    named = fit_to(matcher, makers, "货物进出口", name="某地硬质合金有限公司")
    written = fit_to(matcher, makers, "硬质合金制造")
    both = fit_to(matcher, makers, "硬质合金制造", name="某地硬质合金有限公司")
    assert named.fit < SURE < written.fit <= both.fit


def test_a_name_counts_as_far_as_the_scope_bears_it_out(matcher, graph):
    makers = node_of(graph, "硬质合金", "make")
    named = fit_to(matcher, makers, "硬质合金销售；五金零售", name="某地硬质合金有限公司")
    unnamed = fit_to(matcher, makers, "硬质合金销售；五金零售")
    assert unnamed.fit < named.fit < SURE


def test_talking_about_a_thing_is_less_than_doing_it(matcher):
    offers = fit_to(matcher, "integrated-circuits", "集成电路技术服务")
    designs = fit_to(matcher, "integrated-circuits", "集成电路研发")
    assert 0.05 < offers.fit < designs.fit
    assert offers.evidence[0].kind == "technique"
    assert offers.activity == "research"


def test_what_is_only_named_is_not_studied(matcher):
    listed = "中成药、化学药制剂、抗生素、生化药品、生物制品"
    named = fit_to(matcher, "pharma-rd-cro", listed, name="某地医药有限公司")
    studies = fit_to(matcher, "pharma-rd-cro", "生物制品的研究", name="某地医药有限公司")
    assert named is None or named.fit < 0.2
    assert studies.fit >= SURE


def test_where_technique_is_the_trade_spreading_it_is_the_trade(matcher):
    found = fit_to(matcher, "agri-services", "农业技术推广服务")
    assert found.fit >= SURE
    assert found.evidence[0].kind == "stated"


@pytest.mark.parametrize("chain", CASES)
def test_more_said_later_never_takes_from_what_was_said_first(matcher, chain):
    for case in CASES[chain]:
        fits = matcher.match_batch(Texts([case["scope"]], [""], [""], [""])).fits
        for first, count in zip(fits.first.tolist(), fits.count.tolist(), strict=True):
            own = np.arange(first, first + count)
            whole = summary(take(fits.evidence, own), 9)
            for left_out in own[:-1]:
                fewer = summary(take(fits.evidence, own[own != left_out]), 9)
                assert fewer.lead <= whole.lead
                assert fewer.focus <= whole.focus


def test_what_evidence_adds_up_to():
    evidence = columns(
        ("scope", 3, 0.8, 1), ("name", 0, 0.6, 0), ("products", 0, 0.5, 0), ("scope", 9, 0.4, 3)
    )
    assert summary(evidence, items=4) == pytest.approx(
        Summary(
            best=0.8,
            breadth=0.4 / 3,
            lead=0.8 / 1.25,
            focus=2 / 4,
            name=0.6,  # at most 0.3 of it, and what the scope bears out: 0.18 + 0.8
            stated=0.5,
        )
    )


def test_what_is_quoted_together_counts_once():
    evidence = columns(("scope", 3, 0.9, 1), ("scope", 7, 0.6, 2), ("scope", 7, 0.3, 2))
    assert summary(evidence, items=2).breadth == pytest.approx(0.3 / 3)


def test_a_name_speaks_for_its_chain_or_for_a_trade_outside_all(matcher):
    names = [
        "某地风电设备有限公司",
        "某地新能源汽车有限公司",
        "某地汽车部件有限公司",
        "某地制造有限公司",
    ]
    signs = matcher.chains.words.signs(names)
    assert signs[:, matcher.chains.names.index("clean-energy")].tolist() == [1, 1, -1, 0]


def test_a_trade_outside_all_chains_in_the_name_speaks_against_every_chain(matcher):
    scope = "变压器、开关柜制造；五金销售"
    plain, other = (
        matcher.match(scope, name).chain_fits["clean-energy"]
        for name in ("某地制造有限公司", "某地轨道车辆制造有限公司")
    )
    assert 0 < other < plain


def test_no_word_of_another_trade_is_a_word_of_a_chain(graph):
    ours = {word for data in graph.graph["chains"].values() for word in data["names"]}
    assert not ours & set(read_other_trades())


def test_a_scope_alone_never_confirms(matcher):
    grades = {fit.grade for scope in SCOPES for fit in matcher.fits(scope)}
    assert grades <= {"likely", "uncertain"}


def test_products_beside_the_scope_confirm(matcher, graph):
    makers = node_of(graph, "硬质合金", "make")
    found = fit_to(matcher, makers, "硬质合金制造、销售", products="硬质合金棒材生产")
    assert found.grade == "confirmed"


@pytest.mark.parametrize("scope", SCOPES)
def test_evidence_stands_word_for_word_where_it_says(matcher, scope):
    for fit in matcher.fits(scope):
        assert FLOOR <= fit.fit <= 1
        for piece in fit.evidence:
            assert piece.quote
            assert scope[piece.start : piece.end] == piece.quote
            assert 0 <= piece.strength <= 1


@COSTLY
@given(st.lists(st.sampled_from(SCOPES), min_size=1, max_size=15), st.randoms())
def test_a_row_never_depends_on_its_neighbours(scopes, random):
    """Alone, in a batch, in any order, for the first time or again: the same to the last bit."""
    shuffled = random.sample(scopes, len(scopes))
    [together] = Matcher(GRAPH).match_many((scope, "", "", "") for scope in shuffled)
    for scope, found in zip(shuffled, together, strict=True):
        alone = MATCHER.match(scope)
        assert (alone.fits, alone.items) == (found.fits, found.items)
        assert alone.chain_fits == found.chain_fits


def test_threads_may_share_a_matcher(matcher):
    """Texts sent to a service at once are answered like each alone."""
    wanted = [matcher.match(scope).fits for scope in SCOPES]
    shared = Matcher(GRAPH)
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads interrupt each other in the middle of everything
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda scope: shared.match(scope).fits, SCOPES))
    finally:
        sys.setswitchinterval(usual)
    assert found == wanted


def test_a_matcher_sent_to_another_process_says_the_same(graph):
    model = read_model()
    doubtful = replace(model, factors={**model.factors, "name": 0.0})
    sent = pickle.loads(pickle.dumps(Matcher(graph, doubtful)))
    assert sent.model == doubtful != model
    kept = Matcher(graph, doubtful)
    rows = [(scope, "安康茶叶有限公司", "", "") for scope in SCOPES]
    one, other = ([match.fits for match in next(m.match_many(rows))] for m in (sent, kept))
    assert one == other


def test_streams_come_back_in_order_whatever_the_batch(matcher, monkeypatch):
    rows = [(str(n), f"企业{n}", scope, "", "") for n, scope in enumerate(SCOPES)]
    wanted = [(firm, name, found.fits) for firm, name, found in match_rows(rows, matcher)]
    monkeypatch.setattr("chainmatch.matching.matcher.BATCH_SIZE", 7)
    assert [(firm, name, m.fits) for firm, name, m in match_rows(iter(rows), matcher)] == wanted
    assert [firm for firm, *_ in wanted] == [firm for firm, *_ in rows]
    assert list(match_rows([], matcher)) == []


def test_a_term_with_a_sign_in_it_is_found(matcher):
    """医疗诊断、监护及治疗设备 is one thing, though 、 stands in it."""
    crossing = {
        hit.term: {owner.node for owner in hit.owners if not owner.hint}
        for word in matcher.lexicon.terms_with("、")
        for hit in matcher.lexicon.find(word)
        if hit.term == word
    }
    assert len(crossing) > 5
    for word, nodes in crossing.items():
        found = matcher.match(f"茶具（含{word}）；{word}；鞋帽").fits
        assert nodes <= {fit.node for fit in found}, word


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(), max_size=60), st.sampled_from(SCOPES))
def test_no_text_makes_it_fail(text, scope):
    for mixed in (text, text + scope, scope + text):
        assert all(0 <= fit.fit <= 1 for fit in MATCHER.fits(mixed, text))


def firms(*rows):
    return pd.DataFrame(rows, columns=["firm_id", "name", "scope"])


def test_the_table_by_node_has_a_row_for_every_firm(graph):
    table = match(firms(("1", "甲", "硬质合金制造"), ("2", "乙", "理发")), graph)
    assert list(table.columns) == list(TABLES["match"])
    assert set(table["firm_id"]) == {"1", "2"}
    assert table[table["firm_id"] == "2"]["chain"].tolist() == [""]


def test_the_table_by_chain_has_one_number_a_chain(graph):
    table = match(firms(("1", "甲", "硬质合金制造"), ("2", "乙", "理发")), graph, by="chain")
    assert list(table.columns) == ["firm_id", "name", *graph.graph["chains"]]
    assert table.loc[0, "green-industry"] > 0.5
    assert (table.iloc[1, 2:] == 0).all()


def test_top_limits_the_rows_of_a_firm(graph):
    scope = "硬质合金、光伏组件、中药饮片、食用菌、锂电池制造"
    assert len(match(firms(("1", "甲", scope)), graph, top=2)) == 2
    assert len(match(firms(("1", "甲", scope)), graph, top=None)) > 2


def test_an_unknown_table_is_refused(graph):
    with pytest.raises(OptionError, match="node"):
        match(firms(), graph, by="segment")


def test_a_common_word_is_less_specific_than_a_rare_one():
    model = read_model()
    counted = sorted(model.frequencies, key=model.frequencies.get)
    assert model.specificity(counted[-1]) < model.specificity(counted[0]) <= 1
    assert 0 < model.specificity("从未见过的写法") <= 1


def test_the_phrase_in_tables_is_not_cut_between_two_verbs(graph):
    firm = {"firm_id": ["1"], "name": ["甲"], "products": [""], "industry_code": [""]}
    found = match(pd.DataFrame(firm | {"scope": ["生产与销售新型显示器"]}), graph)
    assert found["evidence"].tolist()[0] == "生产与销售新型显示器"


@pytest.mark.parametrize(
    ("scope", "quoted"),
    [
        ("绿茶生产加工；花茶、红茶分装销售", "绿茶生产加工"),  # what it opens with, not red tea
        ("制造、销售：照明电器，灯具；灯饰开发、设计", "制造、销售：照明电器"),
        ("房屋租赁；茶叶生产、加工", "茶叶生产、加工"),  # what comes first says nothing of it
        (
            "中药饮片（含毒性饮片、净制、切制、炒制）；代用茶生产",
            "中药饮片（含毒性饮片、净制、切制、炒制）",
        ),
        (
            "生产经营方便食品（方便面）、调味料",
            "生产经营方便食品（方便面）",
        ),  # not cut at its bracket
        ("片剂、丸剂（蜜丸、水蜜丸）", "丸剂（蜜丸、水蜜丸）"),  # no scrap out of a bracket
        ("房屋租赁；糕点、面包制造", "糕点、面包制造"),  # nor the end of a list alone
    ],
)
def test_a_firm_is_quoted_with_what_it_says_first_of_the_node(graph, scope, quoted):
    firm = {"firm_id": ["1"], "name": ["甲"], "products": [""], "industry_code": [""]}
    found = match(pd.DataFrame(firm | {"scope": [scope]}), graph)
    assert found["evidence"].tolist()[0] == quoted
