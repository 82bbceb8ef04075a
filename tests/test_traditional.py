"""A list in traditional characters and full-width letters is the list that it was made from."""

from pathlib import Path

import pandas as pd
import pytest

from chainmatch.chains.graph import read_chains
from chainmatch.identity.linking import link
from chainmatch.identity.resolution import resolve
from chainmatch.identity.search import Finder
from chainmatch.matching.tables import match
from chainmatch.places.locating import locate
from chainmatch.tables import Reading, read_firms, read_leads
from chainmatch.tables.check import check_file
from chainmatch.util.resources import data_folder
from chainmatch.util.text import normalise, simplified, traditional

TRADITIONAL = {ord(new): chr(old) for old, new in traditional().items()}
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
SAMPLE = data_folder("sample")


def changed(text: str) -> str:
    return text.translate(TRADITIONAL).translate(WIDE)


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Reading, Reading]:
    path = SAMPLE / "local.csv"
    frame = pd.read_csv(path, encoding="gb18030", dtype=str, keep_default_na=False, header=None)
    # The first rows hold the title and the header; they are changed as well.
    other = tmp_path_factory.mktemp("traditional") / "本地企業.xlsx"
    frame.map(changed).to_excel(other, index=False, header=False)
    return read_firms(path), read_firms(other)


def test_the_table_is_one_for_one() -> None:
    assert all(len(new) == 1 for new in traditional().values())
    assert simplified("陝西省商洛市鎮安縣華為") == "陕西省商洛市镇安县华为"
    assert simplified("乾县甯夏著") == "乾县甯夏著"  # characters of today's names
    assert normalise("經營範圍：中藥飲片（不含銷售）") == normalise(
        "经营范围：中药饮片（不含销售）"
    )


def test_the_same_rows_firms_and_places(readings: tuple[Reading, Reading]) -> None:
    plain, other = readings
    assert set(other.mapping.values()) == set(plain.mapping.values())
    assert other.rows == plain.rows and len(other.table) == len(plain.table) > 500
    assert other.rejects["row"].tolist() == plain.rejects["row"].tolist()
    columns = ["firm_id", "code", "province", "city", "county", "zone", "capital", "currency"]
    columns += ["established", "status", "category"]
    pd.testing.assert_frame_equal(other.table[columns], plain.table[columns])
    assert (other.table["name"] != plain.table["name"]).mean() > 0.9  # shown as it was written


def test_the_same_firms_are_known_again(readings: tuple[Reading, Reading]) -> None:
    plain, other = (reading.table.assign(code="") for reading in readings)
    alone = resolve(plain, None)
    both = resolve(pd.concat([plain, other], ignore_index=True), None)
    assert len(both.firms) == len(alone.firms)
    found = link(other.head(50), plain).query("relation == 'same' and confidence > 0.9")
    assert set(other["firm_id"].head(50)) <= set(found["left_id"])
    first = plain["name"].iloc[0]
    assert Finder(plain).find(changed(first))["name"].iloc[0] == first


def test_the_same_trades(readings: tuple[Reading, Reading]) -> None:
    plain, other = (reading.table.head(120) for reading in readings)
    graph = read_chains()
    columns = ["firm_id", "node", "fit", "grade", "activity"]
    fits = match(plain, graph)
    assert (fits["node"] != "").sum() > 20
    pd.testing.assert_frame_equal(match(other, graph)[columns], fits[columns])


@pytest.mark.parametrize(
    ("region", "county"),
    [("陝西省商洛市鎮安縣", "镇安"), ("廣東廣州從化區", "从化"), ("臺灣", ""), ("內蒙古包頭", "")],
)
def test_places_in_traditional_characters(region: str, county: str) -> None:
    assert locate(region) == locate(simplified(region))
    assert locate(region).province and locate(region).county == county
    assert locate(name=f"{region}青嶺茶業有限公司").province == locate(region).province


def test_personal_columns_stay_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "企業名稱,註冊資本（萬元）,聯繫電話,聯絡人\n甲川茶業有限公司,８００,13912345678,張某某\n"
        "合計\n聯繫人：張某某\n",
        "utf-8",
    )
    reading = read_firms(path)
    (firm,) = reading.table.to_dict("records")
    assert (firm["name"], firm["capital"], firm["currency"]) == ("甲川茶業有限公司", 800.0, "CNY")
    assert reading.rejects["why"].tolist() == ["合计行", "表尾说明（备注、填报人等）"]
    assert "張某某" not in reading.rejects.to_csv() + check_file(path)


def test_leads_in_traditional_characters(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "編號,線索類型,標題,內容,總投資（億元）\nX1,有項目無投資主體,茶廠,擬建茶廠,２\n", "utf-8"
    )
    (lead,) = read_leads(path).table.to_dict("records")
    assert (lead["kind"], lead["amount"]) == ("有项目无投资主体", 20_000.0)
