"""What two leads are worth to each other, what they say, and who is asked once, by hand.

All leads are invented; the nodes are those of the bundled chains.
"""

import math

import pandas as pd
import pytest

from chainmatch.chains.graph import read_chains
from chainmatch.decision.gaps import survey
from chainmatch.leads import NEED, PROJECT, WILL, LeadReader, assign, match_leads
from chainmatch.leads.clauses import read_things
from chainmatch.leads.figures import read_figures
from chainmatch.matching.tables import match
from chainmatch.profile import read_profile
from chainmatch.schema.columns import LEAD_INPUT, TABLES
from chainmatch.tables import Reading
from chainmatch.util.text import normalise
from conftest import firm_table


@pytest.fixture(scope="module")
def graph():
    return read_chains()


@pytest.fixture(scope="module")
def matched(graph):
    """Match leads (kind, text, amount) with each other."""
    profile = read_profile(graph=graph)

    firms = firm_table()
    nobody = (firms, match(firms, graph, top=None))
    found = survey(graph, nobody[1], firms, profile, nobody[1])

    def run(*leads):
        rows = [
            dict.fromkeys(LEAD_INPUT, "")
            | {"lead_id": f"X{number}", "title": f"线索{number}", "kind": kind, "text": text}
            | {"amount": rest[0] if rest else math.nan}
            for number, (kind, text, *rest) in enumerate(leads, start=1)
        ]
        reading = Reading(pd.DataFrame(rows), pd.DataFrame(), (), {}, len(rows))
        return match_leads(reading, graph, *nobody, *nobody, found, profile)

    return run


def of(table, lead, partner):
    """The row of one pair."""
    [row] = table[(table["lead_id"] == lead) & (table["partner_id"] == partner)].to_dict("records")
    return row


# --- projects and wills --------------------------------------------------------------------------


def pair(matched, project, will):
    table = matched((PROJECT, *project), (WILL, *will))
    first, second = of(table, "X1", "X2"), of(table, "X2", "X1")
    assert first["score"] == second["score"]  # it is one pair
    return first["score"], first["why"], second["why"]


def test_a_plant_that_is_too_small_counts_by_its_share(matched):
    def score(plant):
        project = (f"拟建数控刀片生产线，标准厂房{plant}平方米已建成",)
        return pair(matched, project, ("主营数控刀片，需厂房1万平方米",))[0]

    # No more than enough, and the less the smaller.
    assert score("2万") == score("1万") > score("5000") > score("2500")


def test_means_below_the_amount_count_by_their_share(matched):
    def told(means, words):
        score, why, back = pair(matched, ("拟建数控刀片生产线", 10000.0), ("主营数控刀片", means))
        assert f"意向投资{words}，项目需1亿元" in why
        assert why.startswith("投资意愿“线索2”") and back.startswith("项目“线索1”")
        return score

    assert told(20000.0, "2亿元") == told(10000.0, "1亿元") > told(5000.0, "5000万元")


def test_leads_are_matched_where_there_is_no_firm_at_all(matched):
    table = matched((NEED, "需要配合饲料"))
    assert table["partner_kind"].tolist() == [""]


# --- what a lead says ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what", "value"),
    [
        ("投资1万亿元", "amount", 1e8),
        ("投资3亿元", "amount", 3e4),
        ("投资2千万元", "amount", 2000),
        ("投资5百万元", "amount", 500),
        ("投资8千元", "amount", 0.8),
        ("投资500000元", "amount", 50),
        ("占地2公顷", "land", 30),
        ("占地1平方公里", "land", 1500),
        ("占地20000平方米", "land", 30),
        ("5万千瓦", "power", 50000),
        ("0.1GW", "power", 100000),
    ],
)
def test_units(text, what, value):
    [found] = [found for found in read_figures(normalise(text)) if found.what == what]
    assert (found.low, found.high) == (pytest.approx(value), pytest.approx(value))


def test_the_longest_of_the_words_that_govern_does(graph):
    found = LeadReader(graph).read("X1", NEED, "", "希望对接有机认证服务")
    assert found.unread == ("有机认证服务",)


def test_the_entries_of_a_list_share_what_stands_once():
    first, second, last = read_things("茶叶杀青、揉捻、色选设备")
    assert {first.machine, second.machine, last.machine} == {"设备"}
    assert {text for text, _ in second.shared} >= {"揉捻设备", "茶叶揉捻设备"}
    assert "杀青" in first.text and all(text.endswith("设备") for text, _ in first.shared)
    grown, last = read_things("香菇、木耳种植")
    assert ("香菇种植", 2) in grown.shared
    assert last.shared == ()  # it says it itself


# --- one-to-one ----------------------------------------------------------------------------------


def offered(*rows):
    """A table of matches from (lead, kind of lead, kind of partner, firm, score)."""
    lines = [
        (lead, kind, lead, "", number, of_, firm, firm, score, "")
        for number, (lead, kind, of_, firm, score) in enumerate(rows, start=1)
    ]
    return pd.DataFrame(lines, columns=list(TABLES["leads"]))


def test_what_a_lead_that_goes_empty_is_told():
    table = assign(
        offered(
            ("A", PROJECT, "target", "T1", 0.9),
            ("B", PROJECT, "target", "T1", 0.5),
            ("C", PROJECT, "lead", "A", 0.9),
        )
    )
    told = table.set_index("lead_id")
    assert told.loc["B", "why"].startswith("推荐的企业都已分给其他线索")
    assert told.loc["B", "given_up"] == "放弃“T1”，该企业分给A"
    assert told.loc["C", "why"].startswith("没有可约请的企业")
    assert told.loc[["B", "C"], "score"].tolist() == [0, 0]
    assert told["rank"].tolist() == [1, 1, 1]


def test_home_comes_first_where_it_is_no_weak_match():
    def chosen(kind, home):
        rows = (("A", kind, "target", "T1", 0.95), ("A", kind, "local", "L1", home))
        return assign(offered(*rows))["partner_id"].tolist()

    assert chosen(NEED, 0.5) == ["L1"]  # 0.5 + 0.5 > 0.95
    assert chosen(NEED, 0.49) == ["T1"]  # a weak match
    assert chosen(PROJECT, 0.5) == ["T1"]


def test_several_firms_for_a_lead_stand_by_worth():
    rows = [("A", PROJECT, "target", f"T{at}", at / 10) for at in (3, 1, 2)]
    table = assign(offered(*rows), per_lead=2)
    assert table["partner_id"].tolist() == ["T3", "T2"]
    assert table["rank"].tolist() == [1, 2]
    assert table["given_up"].tolist() == ["", ""]


def test_a_firm_that_fits_nothing_is_not_asked():
    assert assign(offered(("A", PROJECT, "target", "T1", 0.0)))["partner_id"].tolist() == [""]


def test_a_firm_given_up_may_stand_further_up_in_the_same_lead():
    ours = [("A", PROJECT, "target", firm, worth) for firm, worth in
            (("T1", 0.9), ("T2", 0.8), ("T3", 0.7))]  # fmt: skip
    table = assign(offered(*ours, ("B", PROJECT, "target", "T1", 0.95)), per_lead=2)
    assert table["partner_id"].tolist() == ["T2", "T3", "T1"]
    assert table["given_up"].tolist() == [
        "放弃“T1”，该企业分给B，匹配度由0.90变为0.80",
        "放弃“T2”，该企业已排在本线索，匹配度由0.80变为0.70",
        "",
    ]
