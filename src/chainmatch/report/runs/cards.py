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
from chainmatch.places.locating import locate
from chainmatch.report.runs.folders import Row, RunFolder
from chainmatch.report.templates import text_of
from chainmatch.schema.records import points_text, sides
from chainmatch.schema.words import RELATIONS, word
from chainmatch.util import missing
from chainmatch.util.rounding import percent

Tables = Mapping[str, pd.DataFrame]

_GAPS = 5  # gaps beside a local firm


def cards_of(asked: str, tables: Tables, folder: RunFolder) -> Iterator[str]:
    """Cards of a firm id or an exact name: at most one as a target firm, and one as a local."""
    yield from _target_cards(asked, tables, folder)
    local = _rows(tables["locals"], asked)
    if local:
        yield _local(local[0], folder, tables)


def _target_cards(asked: str, tables: Tables, folder: RunFolder) -> Iterator[str]:
    for name, card in (("shortlist", _scored), ("scores", _scored), ("excluded", _excluded)):
        rows = _rows(tables[name], asked)
        if rows:
            yield card(rows[0], folder, tables)
            yield from _namesakes(rows[1:])
            return
    merged = [row for row in _rows(tables["duplicates"], asked) if row["kept_id"] != asked]
    for row in merged[:1]:
        yield f"{row['name']}　重复\n已并入“{row['kept_name']}”：{row['why']}。"
        yield from cards_of(row["kept_id"], tables, folder)


def _rows(frame: pd.DataFrame, asked: str) -> list[Row]:
    match = (frame["name"] == asked) | (frame["firm_id"] == asked)
    return [{str(k): v for k, v in row.items()} for row in frame[match].to_dict("records")]


def _namesakes(rows: list[Row]) -> Iterator[str]:
    if rows:
        ids = "、".join(row["firm_id"] for row in rows)
        yield f"另有 {len(rows)} 家同名企业，可按编号查看：{ids}。"


def _scored(row: Row, folder: RunFolder, tables: Tables) -> str:
    return text_of("card.txt", points_text=points_text, **said_of(row, folder, tables))


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
        "widest": part,
        "narrower": weights[part.name] / math.fsum(weights.values()) if part else 0.0,
    }


def _excluded(row: Row, folder: RunFolder, _: Tables) -> str:
    lines = [
        f"{row['name']}　未通过准入条件，没有打分",
        f"条件：{row['gate']}",
        f"原因：{row['why']}",
    ]
    return "\n".join([*lines, *_kin(row["firm_id"], folder)])


def _kin(firm: str, folder: RunFolder) -> Iterator[str]:
    links = folder.table("links")
    for link in links[links["left_id"] == firm].to_dict("records"):
        relation = word(RELATIONS, link["relation"])
        why = f"：{link['why']}" if link["why"] else ""
        sure = f"置信度 {percent(link['confidence'])}"
        yield f"与本地企业的关系：{link['right_name']}，{relation}（{sure}）{why}"


def _local(row: Row, folder: RunFolder, tables: Tables) -> str:
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
    return text_of(
        "local.txt",
        row=row,
        place=tables["locals"]["firm_id"].tolist().index(row["firm_id"]) + 1,
        partner_of=partner_of,
        beside=ordered["node_name"].head(_GAPS).tolist(),
    )
