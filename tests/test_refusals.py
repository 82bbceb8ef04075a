"""What the county takes from nobody, held against what firms do."""

import pytest

from chainmatch.decision.refusals import Refusals
from chainmatch.matching.grammar import read_scope
from chainmatch.profile import Refusal


def done(scope, *words):
    return Refusals([Refusal(what=word) for word in words]).done(scope, read_scope(scope))


@pytest.mark.parametrize(
    ("scope", "word", "refused"),
    [
        ("五金制造、电镀", "电镀", True),
        ("电镀加工", "电镀", True),
        ("金属表面处理（含电镀）", "电镀", True),
        ("五金制造（电镀除外）", "电镀", False),
        ("五金制造（不含电镀）；电镀设备制造；电镀设备销售", "电镀", False),
        ("电镀设备制造", "电镀", False),
        ("电镀产品加工", "电镀", True),
        ("纺织品加工，印染除外", "印染", False),
        ("纺织布印染", "印染", True),
        ("纺织、印染", "印染", True),  # a process that is a verb
        ("印染技术研发", "印染", False),
        ("印染设备制造、销售", "印染", False),
        ("电镀技术研发", "电镀", False),
        ("水泥熟料销售", "水泥熟料生产", False),
        ("水泥熟料", "水泥熟料生产", False),  # a thing without a verb is not made for sure
        ("生产、销售：石灰、水泥熟料", "水泥熟料生产", True),
        ("烟花爆竹零售", "烟花爆竹生产", False),
        ("烟花爆竹制造", "烟花爆竹制造", True),
        ("铅锌冶炼；铅冶炼", "铅冶炼", True),
        ("加工铅；铅制品销售", "铅冶炼", False),
        ("", "电镀", False),
    ],
)
def test_it_hits_what_is_done_and_nothing_else(scope, word, refused):
    found = done(scope, word)
    assert (found is not None) == refused
    if found:
        assert found.refusal.what == word
        assert found.phrase in scope  # the firm's own words


def test_the_share_is_by_place_in_what_is_made():
    assert done("电镀加工", "电镀").share == 1
    # First of two: 1 of 1 + 1 / 1.25; second of two: the rest.
    assert done("电镀加工；五金制造", "电镀").share == pytest.approx(1 / 1.8, abs=1e-4)
    assert done("五金制造；电镀加工", "电镀").share == pytest.approx(0.8 / 1.8, abs=1e-4)
    # What is only sold is nothing that is made.
    assert done("电镀加工；五金销售", "电镀").share == 1
    assert done("五金、电镀加工", "电镀").share == pytest.approx(0.8 / 1.8, abs=1e-4)


def test_several_refusals_add_up_and_the_first_is_quoted():
    found = done("印染加工；五金制造；电镀加工", "电镀", "印染")
    assert (found.phrase, found.refusal.what) == ("印染加工", "印染")
    assert found.share == pytest.approx((1 + 1 / 1.5) / (1 + 1 / 1.25 + 1 / 1.5), abs=1e-4)


def test_nothing_is_refused_where_nothing_is_named():
    assert done("五金制造") is None
    assert Refusals([]).named("东山造纸有限公司") is None


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("保定东山造纸有限公司", True),
        ("保定东山造纸设备有限公司", False),  # makes machines for it
        ("保定东山纸业有限公司", False),  # the scope has to say so
        ("造纸村茶业有限公司", False),
        ("保定东山水泥熟料有限公司", False),  # a product: it may only sell it
    ],
)
def test_a_name_that_is_a_process(name, refused):
    refusals = Refusals([Refusal(what="造纸"), Refusal(what="水泥熟料生产")])
    found = refusals.named(name)
    assert (found is not None) == refused
    assert not found or found.what == "造纸"
