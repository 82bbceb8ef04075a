"""The tea world of conftest in a county that says what it has, builds and wants.

Tea gardens are grown by households (``grower``) and are what the county has. A tea park will need
packaging; making tea is wanted first. T1 works leaves from gardens into black tea, L4 makes drinks
of black tea: each names what the other side makes, so their own phrases introduce them.
"""

from dataclasses import replace

from conftest import World

COUNTY = {
    "resources": [{"product": "茶园", "much": 0.9, "words": ["茶叶"]}],
    "projects": [{"name": "茶文化园", "needs": ["包装"], "weight": 0.6}],
    "priorities": [{"what": "制茶"}, {"what": "茶饮料", "weight": 0.5}],
}


def county_world(world: World, **changes) -> World:
    """Return the world in such a county; ``changes`` are of its profile."""
    graph = world.graph.copy()
    graph.nodes["garden"]["settles"] = "grower"
    graph.nodes["making"]["objects"] = ("制茶", "红茶")
    return replace(
        world,
        graph=graph,
        targets=_with(world.targets, "scope", T1="茶园鲜叶加工；红茶加工", T3="包装盒制造"),
        target_fits=_with(world.target_fits, "evidence", T1="红茶加工", T3="包装盒制造"),
        locals=_with(world.locals, "scope", L4="红茶饮料生产"),
        profile=world.profile_with(**COUNTY | changes),
    )


def _with(table, column: str, **cells: str):
    """The table with other words in a column, by firm."""
    return table.assign(**{column: table["firm_id"].map(cells).fillna(table[column])})
