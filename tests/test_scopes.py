import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.matching.grammar import cut, is_branch_only, read_scope, read_scopes, read_tokens
from chainmatch.matching.grammar.segments import alternatives
from chainmatch.matching.string_batch import concat
from chainmatch.schema.verbs import FILLERS_AFTER, TECHNIQUE, VERBS

MAKE, GROW, TRADE = {"make"}, {"grow"}, {"trade"}
PRODUCE = MAKE | GROW  # 生产 says either


def read(text):
    """Core of each item that names something → its activities."""
    return {
        text[item.core_start : item.core_end]: set(item.activities)
        for item in read_scope(text)
        if item.place != "verb"
    }


def test_the_verb_stands_on_the_item():
    assert read("片剂制造；胶囊销售") == {"片剂": MAKE, "胶囊": TRADE}


def test_the_verb_stands_behind_the_list():
    expected = {"片剂": PRODUCE | TRADE, "颗粒剂": PRODUCE | TRADE}
    assert read("片剂、颗粒剂的生产、销售") == expected
    assert read("片剂、颗粒剂的生产和销售。") == expected
    assert read("片剂，颗粒剂生产及销售") == expected


def test_the_verb_stands_before_the_list():
    expected = {"片剂": PRODUCE | TRADE, "颗粒剂": PRODUCE | TRADE}
    assert read("生产、销售：片剂、颗粒剂") == expected
    assert read("生产销售片剂、颗粒剂") == expected


def test_a_verb_with_a_colon_reaches_bare_clauses_behind_it():
    assert read("生产：片剂；丸剂。散剂") == {"片剂": PRODUCE, "丸剂": PRODUCE, "散剂": PRODUCE}
    assert read("生产：片剂；丸剂零售；散剂")["丸剂"] == TRADE


def test_an_item_without_a_verb_is_bare():
    assert read("太阳能电池片、庭院灯。") == {"太阳能电池片": set(), "庭院灯": set()}


def test_a_verb_behind_does_not_cross_a_comma_between_lists():
    assert read("片剂、颗粒剂，药材、山货收购") == {
        "片剂": set(),
        "颗粒剂": set(),
        "药材": TRADE,
        "山货": TRADE,
    }


def test_an_own_verb_is_not_overwritten():
    assert read("药材种植，土产、饮片销售") == {"药材": GROW, "土产": TRADE, "饮片": TRADE}
    assert read("销售茶叶、食用菌种植") == {"茶叶": TRADE, "食用菌": GROW}


def test_chains_of_verbs():
    assert read("茶叶种植、加工、销售")["茶叶"] == GROW | MAKE | TRADE
    assert read("养殖、销售虹鳟鱼") == {"虹鳟鱼": GROW | TRADE}


def test_verbs_inside_a_noun_are_not_verbs_of_the_item():
    assert read("食品加工机械销售") == {"食品加工机械": TRADE}
    assert read("保健食品零售") == {"保健食品": TRADE}
    assert read("纺织品批发") == {"纺织品": TRADE}
    assert read("定制式义齿生产") == {"定制式义齿": PRODUCE}


def test_a_trade_that_stands_alone_gives_nobody_its_verb():
    assert read("卷烟、雪茄烟、纺织")["卷烟"] == set()
    assert read("组织成员种植天麻、猪苓") == {"天麻": GROW, "猪苓": GROW}


def test_standard_items():
    text = (
        "一般项目：光伏设备及元器件制造；光伏设备及元器件销售（除依法须经批准的项目外，"
        "凭营业执照依法自主开展经营活动）许可项目：茶叶制品生产（依法须经批准的项目，"
        "经相关部门批准后方可开展经营活动，具体经营项目以审批结果为准）"
    )
    items = [(text[i.core_start : i.core_end], set(i.activities)) for i in read_scope(text)]
    assert items == [
        ("光伏设备及元器件", MAKE),
        ("光伏设备及元器件", TRADE),
        ("茶叶制品", PRODUCE),
    ]


def test_exclusions_are_no_items():
    assert read("农副产品（不含棉花、蚕茧）收购") == {"农副产品": TRADE}
    assert read("金属（除钨、锡外）销售") == {"金属": TRADE}
    assert read("化工产品（危险品除外）销售") == {"化工产品": TRADE}
    assert "烟花" not in read("百货零售，不含烟花、爆竹；茶叶销售")
    assert read("百货零售，不含烟花、爆竹；茶叶销售")["茶叶"] == TRADE
    assert not any("钨" in core for core in read("除钨以外的金属加工"))
    assert read("除尘设备制造") == {"除尘设备": MAKE}


@pytest.mark.parametrize("behind", ["", "；茶叶销售", "。茶叶销售", "\n茶叶销售"])
def test_an_exclusion_that_is_cut_off_offers_nothing_of_what_follows(behind):
    found = read(f"饰品加工(除危险化学品、废塑料及电镀,金属表面处理{behind}")
    assert found == {"饰品": MAKE} | ({"茶叶": TRADE} if behind else {})
    assert "棉花" not in "".join(read(f"农副产品收购（不含棉花，蚕茧{behind}"))


def test_an_exclusion_that_is_no_bracket_of_its_own_hides_nothing():
    assert read("金属加工(除尘设备制造") == {"金属": MAKE, "除尘设备": MAKE}
    assert read("金属加工(除钨以外，锡销售")["锡"] == TRADE
    # The law takes the end of the bracket along.
    text = "环保设备制造（不含国家法律、行政法规限制、禁止类）；汽车零部件制造"
    assert read(text)["汽车零部件"] == MAKE


def test_brackets_with_items_share_the_activity():
    found = read("林产品（含板栗、核桃）加工")
    assert found["林产品"] == MAKE
    assert {"含板栗", "板栗"} & found.keys()
    assert found["核桃"] == MAKE


def test_the_law_and_the_registry_name_no_trade():
    text = (
        "法律、法规、国务院决定规定禁止的不得经营；法律、法规、国务院决定规定应当许可（审批）的，"
        "经审批机关批准后凭许可（审批）文件经营;"
    )
    assert not any(core.strip() in ("法律", "法规") for core in read(text))
    assert read("（依法须经批准的项目，经相关部门批准后方可开展经营活动）") == {}


def test_branch_only():
    items = read_scope("中药饮片零售（限分支机构经营）；茶叶销售")
    assert [item.branch for item in items] == [True, False]
    items = read_scope("以下限分支机构经营：住宿、餐饮")
    assert all(item.branch for item in items)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("限分支机构经营", True), ("限下属企业经营", True), ("限属下企业经营", True),
        ("限本公司下属单位经营", True), ("分公司经营", True),
        ("限于属下稀土矿经营", True), ("限上年销售", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_left_to_branches(text, left):
    assert is_branch_only(text) is left
    assert read_scope(f"食品生产（{text}）")[0].branch is (left and "限" in text)


def test_clauses_do_not_end_inside_brackets():
    batch = cut(["甲（乙；丙）丁；戊"])
    spans = zip(batch.clauses.start[: batch.outer], batch.clauses.end[: batch.outer], strict=True)
    assert [batch.text[start:end] for start, end in spans] == ["甲(乙;丙)丁", "戊"]
    assert batch.clauses.host.tolist() == [-1, -1, 0, 0]  # 乙 and 丙 stand inside the first


def test_quotations_hold_object_and_verb():
    text = "本厂生产、销售：片剂、颗粒剂。片剂、丸剂的加工"
    items = [item for item in read_scope(text) if item.place != "verb"]
    quotes = [text[i.verb_start : i.verb_end] for i in items]
    assert quotes[-2:] == ["片剂、丸剂的加工", "丸剂的加工"]


WORDS = "片剂 茶叶 光伏组件 不含 除 外 除外 （ ） ( 、 ， ； 。 ： 的 和 限分支机构经营"
PIECES = [*list(VERBS)[:60], *WORDS.split(" ")]
SCOPES = st.one_of(
    st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=24).map("".join)
)


@given(SCOPES)
def test_any_text_is_read_and_positions_are_inside_it(text):
    for item in read_scope(text):
        assert 0 <= item.start <= item.core_start <= len(text)
        assert item.start < item.end <= len(text)
        assert item.core_start <= item.core_end <= item.end
        assert 0 <= item.verb_start <= item.verb_end <= len(text)


@given(SCOPES)
def test_items_are_numbered_from_the_first(text):
    orders = [item.order for item in read_scope(text) if item.place != "verb"]
    assert orders == list(range(len(orders)))


@given(SCOPES)
def test_every_activity_is_a_known_one(text):
    known = frozenset().union(*VERBS.values())
    assert all(item.activities <= known for item in read_scope(text))


def item_at(scope, word):
    """The innermost item around a word."""
    position = scope.index(word)
    around = [item for item in read_scope(scope) if item.start <= position < item.end]
    return min(around, key=lambda item: item.end - item.start)


def test_a_bracket_in_front_of_an_item_does_not_hide_it():
    assert item_at("(凭许可证经营)肉类加工", "肉类").activities == MAKE
    scope = "收购药材(含天麻)、(野生、家种)猪苓"
    assert item_at(scope, "猪苓").activities == TRADE
    assert item_at(scope, "天麻").activities == TRADE


def test_where_verbs_reach_does_not_depend_on_what_is_named():
    objects = [("片剂", "颗粒剂", "茶叶"), ("核桃", "光伏组件", "天麻")]
    for a, b, c in objects:
        found = read(f"{a}、{b}，{c}的生产；收购：{b}，{a}")
        assert (found[a], found[b], found[c]) == (TRADE, TRADE, PRODUCE)


@given(st.lists(st.text("生产加工销", min_size=1, max_size=4), min_size=1), st.text("生产加工销"))
def test_an_expression_for_words_matches_the_longest_of_them(words, text):
    found = re.match(alternatives(words), text)
    fitting = [word for word in words if text.startswith(word)]
    assert (found[0] if found else None) == max(fitting, key=len, default=None)
    back = re.match(alternatives(words, backwards=True), text[::-1])
    ending = [word[::-1] for word in words if text.endswith(word)]
    assert (back[0] if back else None) == max(ending, key=len, default=None)


def test_a_joiner_inside_a_noun_joins_no_verbs():
    assert read("输配电及控制设备制造") == {"输配电及控制设备": MAKE}
    assert read("检测及控制系统研发") == {"检测及控制系统": {"research"}}
    assert read("茶叶种植及茶具销售") == {"茶叶": GROW, "茶具": TRADE}


def test_an_information_system_for_management_is_a_thing():
    assert read("管理信息系统、电表的制造") == {"管理信息系统": MAKE, "电表": MAKE}


def test_technical_services_speak_about_the_verb_in_front_of_them():
    assert read("食用菌种植技术服务") == {"食用菌": {TECHNIQUE}}
    assert read("食用菌种植、技术服务") == {"食用菌": GROW | {TECHNIQUE}}
    assert read("医药技术开发") == {"医药": {TECHNIQUE}}
    assert read("医药的研究开发、技术转让") == {"医药": {"research", TECHNIQUE}}


def test_a_long_list_is_read_like_a_short_one():
    objects = [f"物{n}" for n in range(40)]
    items = [
        item for item in read_scope("、".join(objects) + "的生产；片剂") if item.place != "verb"
    ]
    assert [set(item.activities) for item in items] == [PRODUCE] * 40 + [set()]
    assert [item.order for item in items] == list(range(41))
    assert items[0].verb_end == items[39].end
    assert items[7].verb_start == items[7].start


def test_a_comma_between_lists_stops_a_verb_however_long_the_list():
    items = read_scope("甲，乙，丙，丁，戊、己的生产")
    assert [set(item.activities) for item in items] == [set()] * 4 + [PRODUCE] * 2


@given(st.lists(SCOPES, max_size=5))
def test_scopes_that_are_read_together_are_read_like_each_alone(scopes):
    assert read_scopes(scopes) == [read_scope(scope) for scope in scopes]


PARTS = st.sampled_from([*VERBS, *FILLERS_AFTER, "茶叶", "售", "网", "务", " ", "𠮷", "x"])


@given(st.lists(st.lists(PARTS, max_size=5).map("".join), min_size=1, max_size=6))
def test_behind_an_object_stand_the_longest_verbs_and_fillers(texts):
    """Where no joiner and no exclusion cuts a token, its object ends where they begin."""
    words = (alternatives(own, backwards=True) for own in (VERBS, FILLERS_AFTER))
    behind = re.compile(f"(?:{'|'.join(words)}|\\s)*")
    segments = read_tokens(concat(texts))
    for number, text in enumerate(texts):
        own = segments.token == number
        if own.sum() != 1 or not segments.after[own][0]:
            continue
        start, core_end = int(segments.core_start[own][0]), int(segments.core_end[own][0])
        assert len(text) - core_end == behind.match(text[start:][::-1]).end()


def test_a_bracket_behind_a_token_makes_it_no_other():
    scope = "茶叶种植、核桃；茶叶种植（凭许可证经营）、核桃（不含板栗），茶叶种植"
    assert list(cut([scope]).token_texts) == ["茶叶种植", "核桃"]


def test_rare_characters_of_four_bytes_change_nothing_else():
    common, rare = (
        "吉田茶叶种植、核桃（含吉品）销售；板栗",
        "𠮷田茶叶种植、核桃（含𠮷品）销售；板栗",
    )
    assert read_scope(rare) == read_scope(common)
