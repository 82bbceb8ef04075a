"""Places: evidence taken together, traps of Chinese place names, zones and distances."""

import csv
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.places import Place, distance_km, locate, zone_of
from chainmatch.util.resources import data_folder

REGISTRY = Path(__file__).parents[1] / ".." / "shared" / "data" / "registry_200k.parquet"


def test_places_are_public_and_loaded_when_they_are_used() -> None:
    """Other systems import them from the package; its mere import loads no table, no automaton."""
    code = (
        "import sys, chainmatch.places as places\n"
        "before = 'chainmatch.places.locating' in sys.modules\n"
        "from chainmatch.places import Place, distance_km, locate, zone_of\n"
        "print(before, *locate(region='', address='陕西省商洛市镇安县', name='')[:3])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert done.stdout.decode("utf-8").split() == ["False", "陕西", "商洛", "镇安"]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("陕西省商洛市镇安县", ("陕西", "商洛", "镇安")),
        ("镇安", ("陕西", "商洛", "镇安")),
        ("商洛地区商县", ("陕西", "商洛", "商州")),
        ("陕西省商洛镇安县", ("陕西", "商洛", "镇安")),  # no town called 商洛
        ("北京市北京市海淀区", ("北京", "北京", "海淀")),
        ("天津静海", ("天津", "天津", "静海")),
        ("广东省 深圳市 南山区", ("广东", "深圳", "南山")),
        ("吉林省", ("吉林", "", "")),
        ("吉林市", ("吉林", "吉林", "")),
        ("吉林省吉林市", ("吉林", "吉林", "")),
        ("朝阳市", ("辽宁", "朝阳", "")),
        ("北京朝阳", ("北京", "北京", "朝阳")),
        ("朝阳区", ("", "", "")),  # in 北京 or in 长春
        ("海南州", ("青海", "海南", "")),
        ("海南", ("海南", "", "")),
        ("三明市", ("福建", "三明", "")),  # not 明溪, whose seat once bore the name
        ("重庆万县", ("重庆", "重庆", "万州")),
        ("杨凌示范区", ("陕西", "咸阳", "杨陵")),
        ("西安", ("陕西", "西安", "")),  # not 西安区 of 辽源
        ("河南省济源市", ("河南", "济源", "济源")),
        ("达仁镇", ("", "", "")),
        ("", ("", "", "")),
    ],
)
def test_region(region: str, expected: tuple[str, str, str]) -> None:
    assert locate(region=region)[:3] == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("东莞市莞城区东城路", ("广东", "东莞", "")),  # 城区 is a district of 晋城
        ("台湾风情街12号", ("", "", "")),
        ("南京路100号", ("", "", "")),
        ("中山大道3号", ("", "", "")),
        ("上海市南京路100号", ("上海", "上海", "")),
        ("广州市天河区中山大道西", ("广东", "广州", "天河")),
        ("洛阳镇街上", ("", "", "")),
        ("上海市闸北区共和新路", ("上海", "上海", "静安")),
        ("深圳市场路5号", ("", "", "")),
        ("鼓楼区中山路", ("", "", "")),
    ],
)
def test_address(address: str, expected: tuple[str, str, str]) -> None:
    assert locate(address=address)[:3] == expected


# Each address, and what it says from the province down.
KINDS = {
    "free-trade and development zones": """
        中国（河南）自由贸易试验区郑州片区（经开）第八大街1号|河南 郑州
        中国（陕西）自由贸易试验区西安市高新区唐延路1号|陕西 西安
        中国（上海）自由贸易试验区临港新片区环湖西二路888号|上海 上海
        中国(广东)自由贸易试验区广州市南沙区海滨路1号|广东 广州 南沙
        中国（福建）自由贸易试验区厦门片区象屿路97号|福建 厦门
        中国（湖北）自由贸易试验区武汉片区高新大道|湖北 武汉
        中国（辽宁）自由贸易试验区大连经济技术开发区|辽宁 大连
        中国（浙江）自由贸易试验区舟山市定海区|浙江 舟山 定海
        中国（四川）自由贸易试验区川南临港片区泸州市龙马潭区|四川 泸州 龙马潭
        海南自由贸易港洋浦经济开发区|海南 儋州
        深圳市前海深港合作区南山街道|广东 深圳
        珠海市横琴新区环岛东路|广东 珠海
        青岛西海岸新区长江西路|山东 青岛 黄岛
        成都市天府新区华阳街道|四川 成都
    """,
    "government quarters, towns before counties": """
        安徽省合肥市政务区怀宁路1号|安徽 合肥
        安徽省合肥市政务文化新区|安徽 合肥
        浙江省 织里镇 吴兴区|浙江 湖州 吴兴
        浙江省织里镇湖州市吴兴区富民路|浙江 湖州 吴兴
        江苏省周庄镇昆山市|江苏 苏州 昆山
        广东省 虎门镇 东莞市|广东 东莞
        陕西省云盖寺镇镇安县|陕西 商洛 镇安
        织里镇 浙江省湖州市吴兴区|浙江 湖州 吴兴
    """,
    "roads and lakes called like places": """
        江苏常州五一路1号|江苏 常州
        湖南长沙五一大道|湖南 长沙
        广西柳州三一路|广西 柳州
        江西南昌八一大道|江西 南昌
        山东济南泰山路|山东 济南
        江苏无锡太湖大道|江苏 无锡
        浙江杭州西湖大道|浙江 杭州
        浙江杭州南山路|浙江 杭州
        湖北武汉东湖路|湖北 武汉
        江苏南京洪泽湖路|江苏 南京
        泰山路15号|
        黄河路2号|
        洪泽湖大道1号|
        鄱阳湖西路|
        太湖新城金融街|
        太湖国家旅游度假区|
        新区泰山路2号|
        郊区黄河路|
        洞庭湖路|
        微山湖路1号|
        青海湖路1号|
        巢湖路|
        安徽合肥巢湖路|安徽 合肥
        辽宁沈阳青年大街|辽宁 沈阳
        江苏盐城建湖路|江苏 盐城
    """,
    "labels": """
        生产地址：陕西省商洛市山阳县1号|陕西 商洛 山阳
        总部：北京市海淀区|北京 北京 海淀
        注册地址:江苏省苏州市吴江区|江苏 苏州 吴江
        厂址：湖南省浏阳市|湖南 长沙 浏阳
        办公地址陕西省西安市雁塔区|陕西 西安 雁塔
        地址：四川省成都市郫都区|四川 成都 郫都
        住所：镇安县永乐镇|陕西 商洛 镇安
        企业地址 山东省青岛市|山东 青岛
        位于河南省洛阳市|河南 洛阳
        （总部）广东省佛山市顺德区|广东 佛山 顺德
        1、注册地：浙江省宁波市鄞州区|浙江 宁波 鄞州
        总部地址：上海市浦东新区|上海 上海 浦东
    """,
    "signs between levels": """
        四川省.成都市.郫都区|四川 成都 郫都
        四川省·成都市·郫都区|四川 成都 郫都
        四川省-成都市-郫都区|四川 成都 郫都
        四川省—成都市—郫都区|四川 成都 郫都
        四川省/成都市/郫都区|四川 成都 郫都
        四川省>成都市>郫都区|四川 成都 郫都
        四川省。成都市。郫都区|四川 成都 郫都
        四川省,成都市,郫都区|四川 成都 郫都
        四川省 成都市 郫都区|四川 成都 郫都
        四川省_成都市_郫都区|四川 成都 郫都
        [四川省][成都市][郫都区]|四川 成都 郫都
        [\"四川省\",\"成都市\",\"郫都区\"]|四川 成都 郫都
        陕西→商洛→镇安|陕西 商洛 镇安
    """,
    "divisions of once": """
        四川省成都市郫县|四川 成都 郫都
        云南省昆明市晋宁县1号|云南 昆明 晋宁
        吉林省四平市公主岭市1号|吉林 长春 公主岭
        安徽省巢湖市庐江县1号|安徽 合肥 庐江
        安徽省巢湖市居巢区|安徽 合肥 巢湖
        安徽省巢湖市无为县|安徽 芜湖 无为
        安徽省巢湖市含山县|安徽 马鞍山 含山
        山东省莱芜市莱城区|山东 济南 莱芜
        山东省莱芜市钢城区|山东 济南 钢城
        湖北省襄樊市襄阳区|湖北 襄阳 襄州
        湖北省襄樊市樊城区|湖北 襄阳 樊城
        陕西省西安市户县|陕西 西安 鄠邑
        西安市高陵县|陕西 西安 高陵
        河北省保定市满城县|河北 保定 满城
        四川省资阳市简阳市|四川 成都 简阳
        安徽省六安市寿县|安徽 淮南 寿县
        安徽省安庆市枞阳县|安徽 铜陵 枞阳
        浙江省杭州市江干区|浙江 杭州 上城
        江苏省苏州市沧浪区|江苏 苏州 姑苏
        江苏省苏州市吴江市|江苏 苏州 吴江
        江苏省南京市下关区|江苏 南京 鼓楼
        江苏省南京市白下区|江苏 南京 秦淮
        江苏省徐州市铜山县|江苏 徐州 铜山
        北京市宣武区|北京 北京 西城
        上海市卢湾区|上海 上海 黄浦
        天津市塘沽区|天津 天津 滨海
        重庆市江津市|重庆 重庆 江津
        重庆市万盛区|重庆 重庆 綦江
        广东省广州市萝岗区|广东 广州 黄埔
        广东省广州市从化市|广东 广州 从化
        广东省清远市清新县|广东 清远 清新
        河北省石家庄市桥东区|河北 石家庄 长安
        黑龙江省伊春市西林区|黑龙江 伊春 金林
        新疆哈密地区哈密市|新疆 哈密 伊州
        云南省玉溪市江川县|云南 玉溪 江川
        辽宁省大连市普兰店市|辽宁 大连 普兰店
        山东省章丘市|山东 济南 章丘
        河南省陕县|河南 三门峡 陕州
    """,
    "divisions since 2025": """
        重庆市两江新区|重庆 重庆 两江
        重庆市渝北区|重庆 重庆 两江
        新疆岑岭县|新疆 喀什 岑岭
        新疆草湖市|新疆 草湖 草湖
        新疆和安县|新疆 和田 和安
        新疆白杨市|新疆 白杨 白杨
    """,
    "suffixes that are none, and some that are": """
        佛山市顺德区容桂街道|广东 佛山 顺德
        深圳市场路5号|
        镇安县政府大院|陕西 商洛 镇安
        西安市委党校|陕西 西安
        佛山市容桂镇|广东 佛山
        深圳市政设计院|
        河南省项城市政府路|河南 周口 项城
        合肥市政协|安徽 合肥
        山西省太原市郊区|山西 太原
        山西省大同市城区|山西 大同 平城
        山西省大同市矿区|山西 大同 云冈
        安徽省合肥市郊区|安徽 合肥 包河
        大同市南郊区|山西 大同 平城
    """,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        line.strip().split("|")
        for table in KINDS.values()
        for line in table.split("\n")
        if "|" in line
    ],
)
def test_kinds_of_addresses(text: str, expected: str) -> None:
    for found in (locate(address=text), locate(region=text)):
        assert " ".join(filter(None, found[:3])) == expected


def test_every_county_since_2000_is_placed_by_the_path_of_its_time() -> None:
    """Written as it stood then (吉林省四平市公主岭市), it lies where the table says today."""
    with (data_folder("places") / "divisions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    provinces = {row["province"]: row["name"] for row in rows if row["level"] == "1"}
    spans = [(row, int(row["since"]), int(row["until"] or 9999)) for row in rows]
    own = defaultdict(list)  # what a city was called, and when
    for row, since, until in spans:
        own[row["code"]].append((row["name"], since, until))
    wrong = []
    for row, since, until in spans:
        if row["level"] != "3" or until < 2000:
            continue
        above = [
            city
            for city, begun, ended in own[row["code"][:4] + "00"]
            if begun <= until and ended >= max(since, 2000)
        ]
        for city in above or [""]:
            path = provinces[row["province"]] + city + row["name"]
            if locate(address=path)[:3] != (row["province"], row["city"], row["county"]):
                wrong.append(path)
    assert wrong == []


def test_context_settles_which_place_of_one_name_is_meant() -> None:
    assert locate(region="吉林省长春市", address="朝阳区建国路")[:3] == ("吉林", "长春", "朝阳")
    assert locate(region="北京市", address="朝阳区建国路")[:3] == ("北京", "北京", "朝阳")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "秦玉联合网络通信有限公司柞水县分公司",
            ("陕西", "商洛", "柞水"),
        ),  # the branch, not the firm
        ("北京海淀某某科技有限公司", ("北京", "北京", "海淀")),
        ("某某(苏州)管业有限公司", ("江苏", "苏州", "")),
        ("平安保险公司", ("", "", "")),
        ("东风汽车公司", ("", "", "")),
        ("河北新华纸业有限公司", ("河北", "", "")),  # 新华 is a brand here
    ],
)
def test_name(name: str, expected: tuple[str, str, str]) -> None:
    assert locate(name=name)[:3] == expected


def test_code_gives_the_place_of_registration() -> None:
    assert locate(code="91611025123456789X")[:3] == ("陕西", "商洛", "镇安")
    assert locate(code="91610000123456789X")[:3] == ("陕西", "", "")
    assert locate(code="610125100001234")[:3] == ("陕西", "西安", "鄠邑")  # 户县 until 2016
    assert locate(code="12345") == Place("", "", "", "")


def test_address_moves_a_firm_within_its_province_but_not_out_of_it() -> None:
    code = "91611025123456789X"
    assert locate(code=code, address="陕西省西安市雁塔区").city == "西安"
    assert locate(code=code, address="上海市浦东新区")[:3] == ("陕西", "商洛", "镇安")
    both = locate(code=code, region="上海", address="上海市浦东新区")
    assert both[:3] == ("上海", "上海", "浦东")


def test_zones() -> None:
    for region, zone in {
        "河北": "京津冀",
        "苏州": "长三角",
        "深圳": "粤港澳",
        "四川": "成渝",
        "西安": "关中",
        "商洛": "",
        "陕西": "",
    }.items():
        assert locate(region=region).zone == zone
    assert zone_of("陕西", "宝鸡") == "关中"


def test_distance_between_prefectures() -> None:
    home, near, far = locate("商洛"), locate("西安"), locate("深圳")
    assert distance_km(home, home) == 0
    assert 90 < distance_km(home, near) < 120
    assert 1250 < distance_km(home, far) < 1400
    assert distance_km(home, locate("陕西")) is None


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=60), st.text(max_size=40))
def test_any_text_gives_a_place_without_holes(
    region: str, code: str, address: str, name: str
) -> None:
    place = locate(region, code, address, name)
    assert place.city or not place.county
    assert place.province or not place.city


def test_every_current_division_is_found_by_its_full_path() -> None:
    with (data_folder("places") / "divisions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    provinces = {row["province"]: row["name"] for row in rows if row["level"] == "1"}
    current = [row for row in rows if not row["until"]]
    cities = {(row["province"], row["city"]): row["name"] for row in current if row["level"] == "2"}
    for row in current:
        if row["level"] == "3":
            city = cities.get((row["province"], row["city"]), "")
            path = provinces[row["province"]] + city + row["name"]
            assert locate(region=path)[:3] == (row["province"], row["city"], row["county"]), path


@pytest.mark.skipif(not REGISTRY.is_file(), reason="needs the shared registrations")
def test_registrations() -> None:
    import pandas as pd

    frame = pd.read_parquet(REGISTRY).iloc[::10]
    rows = list(
        zip(frame.uscc, frame.address, frame["name"], frame.province, frame.city, strict=True)
    )
    found = [locate(code=row[0], address=row[1], name=row[2]) for row in rows]
    right = [place.province == row[3] for place, row in zip(found, rows, strict=True)]
    assert sum(right) / len(rows) >= 0.999
    # The truth writes districts as the cities of a municipality and lumps counties under 省直辖县.
    judged = [
        place.city == row[4]
        for place, row in zip(found, rows, strict=True)
        if row[3] not in {"北京", "天津", "上海", "重庆"} and row[4] not in {"N/A", "省直辖县"}
    ]
    assert sum(judged) / len(judged) >= 0.99
