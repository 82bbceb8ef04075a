"""Kinds of misreading, ten invented lines of each: words of other trades, grammar, wordings."""

import pytest

from chainmatch.chains.graph import read_chains
from chainmatch.matching.matcher import Matcher

SURE = 0.5
MATCHER = Matcher(read_chains())

# Words of another trade: the node must not be sure.
OTHER_TRADES = [
    ("chemical-drugs", "硫化胶囊、橡胶隔膜制造"),
    ("chemical-drugs", "毒死蜱颗粒剂、草甘膦水剂生产"),
    ("chemical-drugs", "洗衣片剂、沐浴片剂的生产、销售"),
    ("pharma-equipment", "餐厨垃圾发酵设备制造"),
    ("pharma-equipment", "生产：润滑油灌装机、涂料灌装机"),
    ("led-optoelectronics", "整流二极管、稳压二极管制造"),
    ("pv-modules", "太阳能热利用装备、太阳能集热管制造"),
    ("machine-tools-automation", "数控车床加工；磨床来料加工"),
    ("edible-oil", "非食用植物油加工"),
    ("seeds-seedlings", "仿真花卉、塑料花卉制造"),
    ("fruit-growing", "塑料水果、仿真水果生产"),
    ("medical-consumables", "日用口罩（非医用）生产"),
    ("silk-weaving", "蚕丝面膜生产"),
    ("agri-food-machinery", "污泥烘干设备制造"),
]

# Grammar: (node, scope, whether it is sure).
GRAMMAR = [
    ("pig-farming", "生产：预混料（猪、牛、羊）、浓缩饲料（生猪、家禽）", False),
    ("cattle-sheep-farming", "屠宰机械（牛、羊用）制造", False),
    ("meat-products", "肉制品（腊肉、酱卤肉）生产", True),
    ("tailings-solid-waste", "水泥砖（所用原料粉煤灰、炉渣外购）生产", False),
    ("tailings-solid-waste", "生产以尾矿、粉煤灰为主要原料的加气砌块", False),
    ("tea-growing", "对茶叶种植、旅游景区项目的投资", False),
    ("solar-plants", "对茶叶种植、光伏电站项目的投资", True),
    ("freshwater-aquaculture", "投资水产养殖", False),
    ("wind-farms", "一般项目：风力发电技术服务", False),
    ("copper-smelting", "铜矿、锌矿的采选、冶炼", True),
    ("vanadium-materials", "钒矿开采、冶炼、销售", True),
    ("livestock-slaughter", "生猪养殖、屠宰、销售", True),
    ("freshwater-aquaculture", "鱼、虾、蟹养殖", True),
    ("herb-buying", "中药材种植、收购", True),
    ("agri-food-machinery", "一般项目：农、林、牧、副、渔业专业机械的制造", True),
    ("ready-frozen-meals", "一般项目：食品、酒、饮料及茶生产专用设备制造", False),
    ("grid-works", "许可项目：电力设施承装、承修、承试", True),
    ("fish-processing", "畜禽与水产品的配合饲料生产", False),
]

# Wordings that the chains know: the node is sure.
WORDINGS = [
    ("wall-materials", "煤矸石砖、页岩砖制造"),
    ("transformers-switchgear", "输变电设备制造；高低压电器生产"),
    ("environmental-equipment", "环境污染防治设备制造"),
    ("fish-processing", "水产品冷冻、销售"),
    ("packaging-printing", "包装装潢印刷品排版、制版、印刷"),
    ("plastic-packaging", "生产经营胶袋"),
    ("lead-zinc-mining", "铅锌矿浮选"),
    ("cutting-tools", "砂轮、磨具制造"),
    ("castings-machine-parts", "水泵、阀门制造"),
    ("grid-works", "电力工程安装；电力设施承装"),
    ("building-glass-fibre", "玻璃丝布加工"),
    ("precast-concrete", "砼结构件、水泥涵管制造"),
]


def fit(node, scope):
    return next((fit.fit for fit in MATCHER.fits(scope) if fit.node == node), 0.0)


@pytest.mark.parametrize(("node", "scope"), OTHER_TRADES)
def test_a_word_of_another_trade_is_not_claimed(node, scope):
    assert fit(node, scope) < SURE


@pytest.mark.parametrize(("node", "scope", "sure"), GRAMMAR)
def test_what_a_sentence_says_is_what_is_read(node, scope, sure):
    assert (fit(node, scope) >= SURE) == sure


@pytest.mark.parametrize(("node", "scope"), WORDINGS)
def test_a_wording_is_known(node, scope):
    assert fit(node, scope) >= SURE


def test_a_false_friend_anywhere_in_the_item_leaves_other_items_alone():
    assert fit("chemical-drugs", "轮胎胶囊制造；片剂、注射剂生产") >= SURE


# What a firm's name, products or industry say, beside a licence that many trades need: (node, name,
# scope, products, industry).
BESIDE = [
    ("solar-plants", "某川光伏发电有限公司", "发电业务、输电业务、供（配）电业务", "", ""),
    ("wind-farms", "某岭风力发电有限公司", "许可项目：发电业务、输电业务、供（配）电业务", "", ""),
    ("herbal-slices", "某谷中药饮片有限公司", "许可项目：药品生产", "", ""),
    ("edible-oil", "某坪菜籽油有限公司", "许可项目：食品生产；食品销售", "", ""),
    ("bottled-water", "某泉矿泉水有限公司", "许可项目：饮料生产；食品生产", "", ""),
    ("homestay", "某谷民宿有限公司", "许可项目：住宿服务；餐饮服务", "", ""),
    ("pig-farming", "某坪生猪养殖有限公司", "许可项目：动物饲养", "", ""),
    ("pv-modules", "某川光电科技有限公司", "", "光伏组件", ""),
    ("herbal-slices", "某岭药业有限公司", "许可项目：药品生产", "中药饮片", ""),
    ("mushroom-products", "某坪食品有限公司", "许可项目：食品生产", "香菇酱、菌汤包", ""),
    ("herbal-slices", "某岭药业有限公司", "许可项目：药品生产", "", "中药饮片加工"),
]


@pytest.mark.parametrize(("node", "name", "scope", "products", "industry"), BESIDE)
def test_a_licence_means_what_the_rest_says(node, name, scope, products, industry):
    assert MATCHER.fits(scope, name, products, industry)[0].node == node


@pytest.mark.parametrize(
    ("node", "name"),
    [("pig-farming", "某坪生猪养殖专业合作社"), ("tea-making", "某岭绿茶加工厂")],
)
def test_a_name_alone_says_something_but_is_not_sure(node, name):
    found = {fit.node: fit.fit for fit in MATCHER.fits("", name)}
    assert 0.2 <= found[node] < SURE


def test_a_licence_alone_speaks_weakly():
    assert fit("ready-frozen-meals", "许可项目：食品生产") < fit("condiments", "酱油制造")
