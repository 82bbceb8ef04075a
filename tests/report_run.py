"""A run over the tea world, whose names are as hostile as a list can be."""

import networkx as nx
import pandas as pd

from chainmatch.decision import gates
from chainmatch.decision.gaps import survey
from chainmatch.decision.scoring import score
from chainmatch.decision.shortlist import select
from chainmatch.identity.resolution import Resolution
from chainmatch.leads import match_leads
from chainmatch.run import Run
from chainmatch.schema.columns import LEAD_INPUT, TABLES
from chainmatch.tables import Reading
from conftest import World, link_table

FORMULA = "=cmd|' /C calc'!A0"
SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
PLUS = '+1+HYPERLINK("http://evil.example","x")'
AT = "@SUM(1+1)"
HOSTILE = {"T1": FORMULA, "T2": SCRIPT, "T3": IMAGE, "T4": PLUS, "T5": AT}

LEADS = [
    (
        "X1",
        "有项目无投资主体",
        FORMULA,
        f"拟建制茶厂，{SCRIPT}",
        "茶",
        "镇安",
        8000.0,
        "2024-01-02",
    ),
    ("X2", "有意愿无项目", IMAGE, "有意投资茶饮料", "茶", "杭州", None, ""),
    ("X3", "有需求无门路", "寻包装厂", "缺包装", "茶", "", None, ""),
    ("X4", "有需求无门路", "别的事", "与茶无关", "", "", None, ""),
]


def _reading(table: pd.DataFrame, rejects: list[tuple], notes: tuple[str, ...] = ()) -> Reading:
    bad = pd.DataFrame(rejects, columns=list(TABLES["rejects"]))
    return Reading(table, bad, notes, {}, len(table) + len(bad))


# What the tea county has and wants, and whom it would list: so that there is something to say.
COUNTY = {
    "resources": [{"product": "茶园", "much": 1.0}],
    "priorities": [{"what": "制茶", "weight": 1.0}],
    "entry": {"gap": 0.05},
}
SCOPES = {"T1": "茶叶制造、茶园鲜叶加工", "T5": ""}


def hostile_run(world: World) -> Run:
    """Run everything behind reading and matching; T6 is excluded, T7 a duplicate of T1.

    T1 works what L1 to L3 grow and makes what L4 uses; of T4 nobody knows where it sits, of T3 and
    T5 something is unknown that a firm on the list has to show.
    """
    world = world.but(profile=world.profile_with(**COUNTY))
    graph = world.graph.copy()
    nx.set_node_attributes(graph, {node: {} for node in graph}, "false_friends")
    graph.graph["shared"] = {}
    names = world.targets["firm_id"].map(HOSTILE)
    firms = world.targets.assign(name=names)
    firms["scope"] = firms["firm_id"].map(SCOPES).fillna(firms["scope"])
    firms.loc[firms["firm_id"] == "T4", ["province", "city", "zone", "region"]] = ""
    gone = firms.iloc[[0]].assign(firm_id="T6", name=SCRIPT, status="注销")
    firms = pd.concat([firms, gone], ignore_index=True)
    fits = world.target_fits.assign(
        name=world.target_fits["firm_id"].map(HOSTILE),
        evidence=[f"{name}{SCRIPT}" for name in world.target_fits["node_name"]],
    )
    local = world.locals.assign(name=[IMAGE, *world.locals["name"].tolist()[1:]])
    local["scope"] = local["firm_id"].map({"L4": "制茶饮料生产"}).fillna("茶叶")
    local_fits = world.local_fits.assign(
        name=world.local_fits["firm_id"].map(
            dict(zip(local["firm_id"], local["name"], strict=True))
        )
    )
    leads = pd.DataFrame(LEADS, columns=list(LEAD_INPUT)).astype({"amount": float})
    repeated = pd.DataFrame(
        [("T7", FORMULA, 9, "T1", FORMULA, SCRIPT)],
        columns=["firm_id", "name", "row", "kept_id", "kept_name", "why"],
    )
    none = repeated.iloc[:0]
    found = survey(graph, local_fits, local, world.profile, fits)
    excluded = gates.check(firms, world.links, fits, world.profile, graph)
    passed = firms[~firms["firm_id"].isin(excluded["firm_id"])]
    scores = score(passed, fits, found, link_table(), world.profile, graph)
    counts = {
        "targets": {"rows": 8, "other_rows": 0, "rejects": 1, "duplicates": 1,
                    "excluded": len(excluded), "scored": len(scores)},
        "local": {"rows": 5, "other_rows": 0, "rejects": 0, "duplicates": 0, "kept": 5},
        "leads": {"rows": 4, "other_rows": 0, "rejects": 0, "read": 4},
    }  # fmt: skip
    files = {"targets": f"{AT}.xlsx", "local": "local.csv", "leads": "leads.xlsx"}
    manifest = {
        "version": "0.0.0",
        "inputs": {key: {"file": file, "sha256": "ab" * 32} for key, file in files.items()},
        "profile": world.profile.model_dump(mode="json"),
        "chains": {},
        "counts": counts,
        "notes": {"targets": [f"说明{SCRIPT}"], "local": [], "leads": []},
    }
    return Run(
        graph=graph,
        profile=world.profile,
        targets=_reading(firms, [("t.xlsx", 12, "没有企业名称", FORMULA)]),
        local=_reading(local, []),
        leads=_reading(leads, []),
        candidates=Resolution(firms, repeated, world.links),
        home=Resolution(local, none, link_table()),
        fits=fits,
        local_fits=local_fits,
        survey=found,
        excluded=excluded,
        scores=scores,
        shortlist=select(scores, world.profile),
        lead_matches=match_leads(
            _reading(leads, []), graph, passed, fits, local, local_fits, found, world.profile
        ),
        manifest=manifest,
    )
