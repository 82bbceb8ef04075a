"""A world of five nodes, five local firms and five target firms that can be argued by hand.

The chain is tea. Goods flow

    garden (茶园) ─┐
                   ├→ making (制茶) ─→ drinks (茶饮料)
    machines (茶机)┘                     ↑
    packaging (包装) ────────────────────┘

so there are three source-to-market paths: garden-making-drinks, machines-making-drinks and
packaging-drinks. At home three firms grow tea, one makes drinks, one only sells made tea; nobody
makes tea, machines or packaging. What follows:

=========  ============  ==========  ==========================================================
node       E             status      kind
=========  ============  ==========  ==========================================================
garden     3.5           strong      none
making     0             missing     fill: garden is held before it, drinks behind it
drinks     0.9           weak        strengthen
machines   0             missing     start: making is missing; drinks is two supplies away
packaging  0             missing     extend: drinks is held behind it
=========  ============  ==========  ==========================================================
"""

import os
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from chainmatch.profile import Profile
from chainmatch.schema.columns import TABLES

# The same examples on every machine, however slow; HYPOTHESIS_PROFILE=wide looks for new ones.
UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, **UNHURRIED)
settings.register_profile("wide", max_examples=1000, **UNHURRIED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
# For a law over whole scorings, lists or files: a fraction of the examples of either profile.
COSTLY = settings(max_examples=settings().max_examples // 4)

# They begin first: where files are dealt out to several processes, none is left alone at the end.
LONGEST = (
    "test_spark.py", "test_stream_rank.py", "test_whatif.py", "test_serve_processes.py",
    "test_generated.py", "test_stream.py", "test_serve_fuzz.py", "test_embedding.py",
    "test_golden.py", "test_serve_docs.py", "test_encodings.py", "test_training.py",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


NODES = {
    # id: name, stage, activities, needs
    "garden": ("茶园", "upstream", ("grow",), ("farmland",)),
    "machines": ("茶机", "supporting", ("make",), ("plant", "skills")),
    "making": ("制茶", "midstream", ("make",), ("plant", "water")),
    "packaging": ("包装", "supporting", ("make",), ("plant", "env-capacity")),
    "drinks": ("茶饮料", "downstream", ("make", "trade"), ("water", "licence")),
}
SUPPLIES = [
    ("garden", "making"),
    ("machines", "making"),
    ("making", "drinks"),
    ("packaging", "drinks"),
]


def tea_graph() -> nx.DiGraph:
    graph = nx.DiGraph()
    for node, (name, stage, activities, needs) in NODES.items():
        graph.add_node(
            node, name=name, chain="tea", segment="all", stage=stage, does=name, objects=(name,),
            hints=(), activities=activities, codes=(), needs=needs, investments=(),
            settles="anywhere", unlisted="",
        )  # fmt: skip
    graph.add_edges_from(SUPPLIES, source="general knowledge", flow="material", of=())
    graph.graph.update(
        chains={"tea": {"name": "茶", "about": ""}}, segments={("tea", "all"): "茶"}, recycling=[]
    )
    return graph


def firm_table(*rows: dict) -> pd.DataFrame:
    """A table of firms; what a row does not say is unknown."""
    table = pd.DataFrame([dict.fromkeys(TABLES["firms"], "") | row for row in rows])
    table = table.reindex(columns=list(TABLES["firms"]))
    table["capital"] = pd.to_numeric(table["capital"], errors="coerce")
    return table


NAMES = {
    "L1": "云岭茶园公司",
    "L2": "青坪茶业公司",
    "L3": "双河茶场",
    "L4": "月溪饮品公司",
    "L5": "南街茶庄",
}


def fit_table(*rows: tuple) -> pd.DataFrame:
    """A table of fits from (firm_id, node, fit) or (firm_id, node, fit, activity)."""
    lines = []
    for firm, node, fit, *activity in rows:
        name, _, activities, _ = NODES.get(node, ("", "", ("",), ""))
        grade = "likely" if fit >= 0.5 else "uncertain"
        what = (firm, NAMES.get(firm, firm), "tea" if node else "", node, name, fit, grade)
        lines.append(
            (*what[:6], fit, what[6], activity[0] if activity else activities[0], f"{name}生产")
        )
    return pd.DataFrame(lines, columns=list(TABLES["match"])).astype({"fit": float})


def link_table(*rows: tuple) -> pd.DataFrame:
    """A table of links from (left_id, right_id, relation, confidence)."""
    lines = [(a, a, b, b, relation, confidence, "") for a, b, relation, confidence in rows]
    return pd.DataFrame(lines, columns=list(TABLES["links"])).astype({"confidence": float})


@dataclass(frozen=True)
class World:
    graph: nx.DiGraph
    locals: pd.DataFrame
    local_fits: pd.DataFrame
    targets: pd.DataFrame
    target_fits: pd.DataFrame
    links: pd.DataFrame
    profile: Profile

    def but(self, **changes) -> "World":
        return replace(self, **changes)

    def profile_with(self, **changes) -> Profile:
        return Profile.model_validate(self.profile.model_dump() | changes)


@pytest.fixture
def world() -> World:
    return tea_world()


def tea_world() -> World:
    local = {
        "province": "陕西",
        "city": "商洛",
        "county": "镇安",
        "scope": "茶叶",
        "category": "私企",
    }
    hangzhou = {"province": "浙江", "city": "杭州", "zone": "长三角", "region": "浙江杭州"}
    lanzhou = {"province": "甘肃", "city": "兰州", "region": "甘肃兰州"}
    return World(
        graph=tea_graph(),
        locals=firm_table(
            {"firm_id": "L1", "name": "云岭茶园公司", "capital": 10000, "currency": "CNY", **local},
            {"firm_id": "L2", "name": "青坪茶业公司", "capital": 50, "currency": "CNY", **local},
            {"firm_id": "L3", "name": "双河茶场", **local},
            {"firm_id": "L4", "name": "月溪饮品公司", "capital": 800, "currency": "CNY", **local},
            {"firm_id": "L5", "name": "南街茶庄", "capital": 10, "currency": "CNY", **local},
        ),
        local_fits=fit_table(
            ("L1", "garden", 0.9),
            ("L2", "garden", 0.8),
            ("L3", "garden", 0.9),
            ("L4", "drinks", 0.9),
            ("L4", "packaging", 0.2),
            ("L5", "making", 0.5, "trade"),
        ),
        targets=firm_table(
            {
                "firm_id": "T1",
                "name": "杭州龙舌制茶公司",
                "capital": 5000,
                "currency": "CNY",
                "established": "2010-05-01",
                "scope": "茶叶制造",
                **hangzhou,
            },
            {
                "firm_id": "T2",
                "name": "杭州新芽茶叶公司",
                "capital": 5000,
                "currency": "CNY",
                "established": "2010-05-01",
                "scope": "茶叶加工",
                **hangzhou,
            },
            {"firm_id": "T3", "name": "兰州洁盒包装公司", "scope": "包装制造", **lanzhou},
            {
                "firm_id": "T4",
                "name": "杭州转轮茶机公司",
                "capital": 5000,
                "currency": "CNY",
                "established": "2010-05-01",
                "scope": "茶机制造",
                **hangzhou,
            },
            {
                "firm_id": "T5",
                "name": "杭州满坡茶园公司",
                "capital": 5000,
                "currency": "CNY",
                "established": "2010-05-01",
                "scope": "茶叶种植",
                **hangzhou,
            },
        ),
        target_fits=fit_table(
            ("T1", "making", 0.9),
            ("T1", "garden", 0.3),
            ("T2", "making", 0.7),
            ("T3", "packaging", 0.9),
            ("T4", "machines", 0.9),
            ("T5", "garden", 0.9),
        ),
        links=link_table(),
        profile=Profile.model_validate(
            {
                "name": "茶县",
                "home": {"province": "陕西", "city": "商洛", "county": "镇安"},
                "zones": {"长三角": 1.0},
                "endowments": {"farmland": 0.8, "plant": 0.6, "water": 1.0, "licence": None},
                "as_of": date(2026, 1, 1),
            }
        ),
    )


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory) -> Path:
    """The folder that ``chainmatch rank --sample`` writes; made once, only read."""
    from chainmatch.cli import main

    folder = tmp_path_factory.mktemp("sample-run") / "out"
    assert main(["rank", "--sample", "--out", str(folder), "--quiet"]) == 0
    return folder


@pytest.fixture
def make():
    """The builders of small tables: ``make.firms``, ``make.fits``, ``make.links``."""

    class Make:
        firms = staticmethod(firm_table)
        fits = staticmethod(fit_table)
        links = staticmethod(link_table)

    return Make


@pytest.fixture(scope="session")
def postgres():
    """The port of a real PostgreSQL; skips where none is installed."""
    from postgres import started

    with started() as port:
        yield port
