"""Who of the local firms is introduced to a target: by the product, in its own words."""

import pytest

from chainmatch.decision.gaps import survey
from chainmatch.decision.partners import PartnerBook, made_text, words_in
from chainmatch.matching.grammar import read_scope
from chainmatch.schema.records import BUYER, SUPPLIER
from teacounty import county_world


@pytest.fixture
def tea(world):
    return county_world(world)


def partners(world, evidence="红茶加工", made="茶园鲜叶加工\n红茶加工", node="making", **changes):
    world = world.but(**changes) if changes else world
    found = survey(world.graph, world.local_fits, world.locals, world.profile)
    return PartnerBook(found, world.graph).of(node, evidence, made)


def locals_with(world, column="scope", **cells):
    table = world.locals
    return table.assign(**{column: table["firm_id"].map(cells).fillna(table[column])})


def fits_with(world, column, **cells):
    table = world.local_fits
    return table.assign(**{column: table["firm_id"].map(cells).fillna(table[column])})


# --- who -----------------------------------------------------------------------------------------


def test_suppliers_and_buyers_name_the_product_themselves(tea):
    found = partners(tea)
    assert [(p.side, p.firm_id) for p in found] == [
        (SUPPLIER, "L1"),
        (SUPPLIER, "L2"),
        (SUPPLIER, "L3"),
        (BUYER, "L4"),
    ]
    supplier, buyer = found[0], found[-1]
    assert (supplier.name, supplier.product, supplier.phrase) == (
        "云岭茶园公司",
        "茶园",
        "茶园生产",
    )
    assert (buyer.name, buyer.product, buyer.phrase) == ("月溪饮品公司", "红茶", "红茶饮料生产")
    # Largest first; an unknown size is not none.
    assert [p.size for p in found[:3]] == pytest.approx([1.5, 0.3495, 0.3], abs=1e-4)


def test_who_does_the_same_at_home_is_no_partner(tea, make):
    rival = make.fits(("L1", "garden", 0.9), ("L1", "making", 0.9), ("L2", "garden", 0.9))
    rival = rival.assign(evidence="茶园生产")
    assert [p.firm_id for p in partners(tea, local_fits=rival)] == ["L2"]
    faint = rival.assign(fit=[0.9, 0.2, 0.9])  # it only mentions it
    assert [p.firm_id for p in partners(tea, local_fits=faint)] == ["L1", "L2"]


def test_a_shared_node_is_no_introduction(tea):
    """L1 stands next door, but neither text names what the other makes."""
    assert [p.side for p in partners(tea, made="鲜叶加工\n红茶加工")] == [BUYER]
    other = locals_with(tea, L4="果汁饮料生产")
    assert {p.side for p in partners(tea, locals=other)} == {SUPPLIER}
    vague = fits_with(tea, "evidence", L1="茶叶种植", L2="茶叶种植", L3="茶叶种植")
    assert {p.side for p in partners(tea, local_fits=vague)} == {BUYER}
    assert {p.side for p in partners(tea, evidence="茶叶加工")} == {SUPPLIER}


def test_what_a_buyer_only_sells_it_does_not_buy(tea):
    seller = locals_with(tea, L4="红茶销售；饮料生产")
    assert BUYER not in {p.side for p in partners(tea, locals=seller)}
    buys = locals_with(tea, L4="红茶收购；饮料生产")
    assert BUYER in {p.side for p in partners(tea, locals=buys)}


@pytest.mark.parametrize(
    ("scope", "buys"),
    [
        ("红茶饮料生产", True),
        ("红茶加工", True),
        ("红茶收购；饮料生产", True),
        ("收购：红茶；饮料生产", True),
        ("红茶生产", False),
        ("红茶（条形）的生产", False),
        ("生产：红茶、饮料", False),
    ],
)
def test_who_makes_the_very_product_does_not_buy_it(tea, scope, buys):
    made = locals_with(tea, L4=scope)
    assert (BUYER in {p.side for p in partners(tea, locals=made)}) == buys


def test_products_of_a_buyer_count_and_its_name_does_not(tea):
    plain = locals_with(tea, L4="饮料生产")
    assert BUYER not in {p.side for p in partners(tea, locals=plain)}
    stated = plain.assign(products=["", "", "", "红茶饮料", ""])
    assert BUYER in {p.side for p in partners(tea, locals=stated)}
    named = plain.assign(name=["甲", "乙", "丙", "月溪红茶饮品公司", "丁"])
    assert BUYER not in {p.side for p in partners(tea, locals=named)}  # a brand is no product


def test_the_uncertain_are_not_introduced(tea):
    doubtful = fits_with(tea, "grade", L1="uncertain")
    assert "L1" not in {p.firm_id for p in partners(tea, local_fits=doubtful)}


@pytest.mark.parametrize("name", ["云岭茶园公司北街分公司", "云岭茶园门市部", "云岭宾馆"])
def test_branches_and_shops_are_not_introduced(tea, name):
    fits = fits_with(tea, "name", L1=name)
    assert "L1" not in {p.firm_id for p in partners(tea, local_fits=fits)}


def test_of_one_house_one_is_named_the_largest(tea):
    fits = fits_with(tea, "name", L2="云岭茶园公司")
    found = [p.firm_id for p in partners(tea, local_fits=fits) if p.side == SUPPLIER]
    assert found == ["L1", "L3"]


def test_one_firm_may_stand_on_both_sides(tea, make):
    fits = make.fits(("L4", "garden", 0.9), ("L4", "drinks", 0.9))
    found = partners(tea, local_fits=fits)
    assert [(p.side, p.firm_id) for p in found] == [(SUPPLIER, "L4"), (BUYER, "L4")]


def test_only_the_next_node_counts(tea):
    drinks = partners(tea, node="drinks", evidence="茶饮料生产", made="茶园红茶饮料")
    assert drinks == ()  # gardens are two supplies away
    assert partners(tea, node="garden", evidence="茶园种植", made="茶园") == ()


# --- words ---------------------------------------------------------------------------------------


def test_a_longer_word_hides_those_in_it():
    assert words_in("核桃油生产", ("核桃油", "核桃")) == ("核桃油",)
    assert words_in("核桃油、核桃加工", ("核桃油", "核桃")) == ("核桃油", "核桃")
    assert words_in("板栗", ("核桃",)) == ()


@pytest.mark.parametrize("word", ["包装", "建筑材料"])
def test_words_for_kinds_of_goods_name_no_product(tea, word):
    """They are in every fifth scope: that both write them says nothing."""
    graph = tea.graph.copy()
    graph.nodes["garden"]["objects"] = (word, "茶")
    fits = fits_with(tea, "evidence", L1=f"{word}种植茶")
    found = partners(tea, made=f"{word}茶", graph=graph, local_fits=fits)
    assert [p.side for p in found] == [BUYER]  # by 红茶, but no supplier by 包装


def test_the_text_of_what_is_made():
    scope = "茶叶种植、红茶加工；红茶销售；核桃收购；包装盒；旅游服务；茶具研发"
    text = made_text(scope, "乌龙茶", read_scope(scope))
    lines = text.split("\n")
    assert lines[0] == "乌龙茶"
    assert {"茶叶种植", "红茶加工", "核桃收购", "包装盒"} <= set(lines)
    assert not {"红茶销售", "旅游服务", "茶具研发"} & set(lines)
    assert made_text("", "", []) == ""


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("红茶加工", True),
        ("鲜叶加工\n红茶饮料", True),
        ("小红茶杯加工", False),  # a short word has to begin what is named
        ("茶杯（红茶用）加工", True),
        ("绿茶加工", False),
    ],
)
def test_a_short_word_has_to_begin_what_is_named(tea, made, named):
    buyers = locals_with(tea, column="products", L4=made).assign(scope="")
    sides = {p.side for p in partners(tea, locals=buyers)}
    assert (BUYER in sides) == named


def test_words_of_what_the_county_has_name_products_however_common(tea):
    """包装 names no product by itself; a county that has it means one."""
    graph = tea.graph.copy()
    graph.nodes["garden"]["objects"] = ("包装",)
    fits = fits_with(tea, "evidence", L1="包装种植")
    owned = tea.profile_with(resources=[{"product": "茶园", "words": ["包装"]}])
    for profile, side in ((tea.profile, []), (owned, [SUPPLIER])):
        found = partners(
            tea, evidence="", made="包装", graph=graph, local_fits=fits, profile=profile
        )
        assert [p.side for p in found] == side
