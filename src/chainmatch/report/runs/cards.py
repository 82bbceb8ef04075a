"""What is said of a firm of a run: why it is on the shortlist or not, in Chinese.

The sentences stand in the templates ``card.txt`` and ``local.txt``.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from chainmatch.decision.firm_facts import region_of
from chainmatch.decision.mean import contributions, widest
from chainmatch.decision.shortlist import why_not
from chainmatch.parts.fit import FIT
from chainmatch.places.locating import locate
from chainmatch.report.runs.card import Card
from chainmatch.report.runs.folders import Row, RunFolder
from chainmatch.report.templates import text_of
from chainmatch.schema.records import points_text, sides
from chainmatch.schema.words import RELATIONS, word
from chainmatch.util import missing
from chainmatch.util.missing import plain
from chainmatch.util.rounding import percent

Tables = Mapping[str, pd.DataFrame]

_GAPS = 5  # gaps beside a local firm
# What the data of a card take from the row of a scored firm as it is.
_TOLD = (
    "firm_id", "name", "rank", "region", "zone", "chain", "node", "node_name", "score", "low",
    "high", "stability", "grade", "evidence", "reasons", "weak_points",
)  # fmt: skip


def cards_of(asked: str, tables: Tables, folder: RunFolder) -> Iterator[Card]:
    """Cards of a firm id or an exact name: at most one as a target firm, and one as a local."""
    yield from _target_cards(asked, tables, folder)
    local = _rows(tables["locals"], asked)
    if local:
        yield _local(local[0], folder, tables)


def _target_cards(asked: str, tables: Tables, folder: RunFolder) -> Iterator[Card]:
    for name, card in (("shortlist", _scored), ("scores", _scored), ("excluded", _excluded)):
        rows = _rows(tables[name], asked)
        if rows:
            yield card(rows[0], folder, tables)
            yield from _namesakes(rows[1:])
            return
    merged = [row for row in _rows(tables["duplicates"], asked) if row["kept_id"] != asked]
    for row in merged[:1]:
        said = f"{row['name']}　重复\n已并入“{row['kept_name']}”：{row['why']}。"
        yield Card.of(said, {"state": "duplicates", **plain(row)})
        yield from cards_of(row["kept_id"], tables, folder)


def _rows(frame: pd.DataFrame, asked: str) -> list[Row]:
    match = (frame["name"] == asked) | (frame["firm_id"] == asked)
    return [{str(k): v for k, v in row.items()} for row in frame[match].to_dict("records")]


def _namesakes(rows: list[Row]) -> Iterator[Card]:
    if rows:
        ids = [row["firm_id"] for row in rows]
        said = f"另有 {len(rows)} 家同名企业，可按编号查看：{'、'.join(ids)}。"
        yield Card.of(said, {"state": "namesakes", "firm_ids": ids})


def _scored(row: Row, folder: RunFolder, tables: Tables) -> Card:
    said = said_of(row, folder, tables)
    told = {
        "state": "shortlist" if said["chosen"] else "scores",
        **{key: row[key] for key in _TOLD if key in row},
        **{key: said[key] for key in ("place", "count", "why_not", "km", "gap")},
        "parts": [
            {"name": part.name, "title": part.title, "value": row[part.column],
             "weight": folder.weights[part.name], "adds": said["added"][part.name]}
            for part in folder.parts
        ],
        "partners": [
            {"side": one.side, "name": one.name, "phrase": one.phrase}
            for one in row["partner_firms"]
        ],
        "links": _links(row["firm_id"], folder),
        "ask_first": said["widest"].question if said["widest"] else "",
    }  # fmt: skip
    return Card.of(text_of("card.txt", points_text=points_text, **said), plain(told))


def said_of(row: Row, folder: RunFolder, tables: Tables) -> dict[str, Any]:
    """Return what the card of a firm tells: ``row`` is its row of the shortlist, or of the scores.

    Beside rows and sentences these are figures that stand in no file: ``place`` among ``count``,
    ``km`` to the county, what each part has ``added``, how much ``narrower`` the interval would be.
    """
    profile, weights, chosen = folder.profile, folder.weights, "rank" in row
    scores = tables["scores"]["firm_id"].tolist()
    gaps, links = folder.table("gaps"), folder.table("links")
    kin = links.loc[links["left_id"] == row["firm_id"], "right_name"].tolist()
    part = widest(row, weights)
    return {
        "row": row,
        "chosen": chosen,
        "place": scores.index(row["firm_id"]) + 1,
        "count": len(tables["shortlist"] if chosen else scores),
        "why_not": "" if chosen else why_not(row, tables["shortlist"], profile, folder.floors),
        "gap": next(iter(gaps[gaps["node"] == row["node"]].to_dict("records")), None),
        "partners": sides(row["partner_firms"]),
        "kin": list(_kin(row["firm_id"], folder)),
        "introduced_by": next(iter(kin), ""),
        "profile": profile,
        "team": profile.team_of(row["zone"]),
        "in_zone": row["zone"] in profile.zones,
        "km": region_of(locate(row["region"], code=row["firm_id"], name=row["name"]), profile)[-1],
        "parts": folder.parts,
        "added": contributions(row, weights),
        "weakest": [points_text([point]) for point in row["weak_points"]],
        "doubted": any(
            point.title == FIT.title and "须先核实" in point.text for point in row["weak_points"]
        ),
        "widest": part,
        "narrower": weights[part.name] / math.fsum(weights.values()) if part else 0.0,
    }


def _excluded(row: Row, folder: RunFolder, _: Tables) -> Card:
    lines = [
        f"{row['name']}　未通过准入条件，没有打分",
        f"条件：{row['gate']}",
        f"原因：{row['why']}",
    ]
    told = {"state": "excluded", **row, "links": _links(row["firm_id"], folder)}
    return Card.of("\n".join([*lines, *_kin(row["firm_id"], folder)]), plain(told))


def _links(firm: str, folder: RunFolder) -> list[Row]:
    """The rows that link a target firm to local ones."""
    links = folder.table("links")
    found: list[Row] = links[links["left_id"] == firm].to_dict("records")
    return found


def _kin(firm: str, folder: RunFolder) -> Iterator[str]:
    for link in _links(firm, folder):
        relation = word(RELATIONS, link["relation"])
        why = f"：{link['why']}" if link["why"] else ""
        sure = f"置信度 {percent(link['confidence'])}"
        yield f"与本地企业的关系：{link['right_name']}，{relation}（{sure}）{why}"


def _local(row: Row, folder: RunFolder, tables: Tables) -> Card:
    chosen, gaps = tables["shortlist"], folder.table("gaps")
    partner_of = [
        name
        for name, partners in chosen[["name", "partner_firms"]].itertuples(index=False)
        if any(partner.name == row["name"] for partner in partners)
    ]
    up, down = (
        missing.text_of(gaps[column]).str.contains(row["name"], regex=False)
        for column in ("upstream_local", "downstream_local")
    )
    beside = gaps[(up | down) & gaps["kind"].ne("")]
    ordered = beside.sort_values(["score", "node"], ascending=[False, True])
    said = {
        "place": tables["locals"]["firm_id"].tolist().index(row["firm_id"]) + 1,
        "partner_of": partner_of,
        "beside": ordered["node_name"].head(_GAPS).tolist(),
    }
    told = {"state": "locals", **plain(row), **said}
    return Card.of(text_of("local.txt", row=row, **said), told)
