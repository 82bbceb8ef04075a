"""Places: evidence taken together, traps of Chinese place names, zones and distances."""

import csv
import subprocess
import sys
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
