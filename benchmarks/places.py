"""Places of registrations: how often province and city are right, and rows a second.

    python benchmarks/places.py REGISTRY.parquet

The truth are the columns ``province`` and ``city`` of REGISTRY. It writes the districts of a
municipality as its cities and lumps counties under 省直辖县, so cities are judged without those.
"""

import argparse
import time
from pathlib import Path

import pandas as pd

from chainmatch.places.locating import locate

MUNICIPALITIES = {"北京", "天津", "上海", "重庆"}
NO_CITY = {"N/A", "省直辖县"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("registry", type=Path)
    frame = pd.read_parquet(parser.parse_args().registry).fillna("")
    code, address, name = (frame[column].tolist() for column in ("uscc", "address", "name"))
    blank = [""] * len(frame)
    measured("code, address and name", frame, zip(code, address, name, strict=True))
    measured("address alone", frame, zip(blank, address, blank, strict=True))


def measured(title: str, frame: pd.DataFrame, rows) -> None:
    rows = list(rows)
    start = time.perf_counter()
    found = [locate(code=code, address=address, name=name) for code, address, name in rows]
    seconds = time.perf_counter() - start
    truth = list(zip(frame["province"], frame["city"], strict=True))
    province = [place.province == one for place, (one, _) in zip(found, truth, strict=True)]
    city = [
        place.city == own
        for place, (one, own) in zip(found, truth, strict=True)
        if one not in MUNICIPALITIES and own not in NO_CITY
    ]
    print(
        f"{title:24s} province {sum(province) / len(province):.4f}  "
        f"city {sum(city) / len(city):.4f}  {len(rows) / seconds:,.0f} rows/s"
    )


if __name__ == "__main__":
    main()
