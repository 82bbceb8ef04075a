"""Why a node is a gap or none, as a sentence with local firms by name."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from chainmatch.decision.gaps.sides import Side, Sides
from chainmatch.decision.relatedness import Expectation

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"

_USUAL = 0.7  # a node expected from here on is said to be usual in places like ours


class Case(NamedTuple):
    """All of a node that its sentence speaks of."""

    node: str
    name: str
    kind: str
    status: str
    sides: Sides
    whole: float  # source-to-market paths that the node would complete
    usual: Expectation | None  # how usual the node is in places like ours


def listing(names: list[str], most: int) -> str:
    """Join names with 、; beyond ``most`` say how many there are."""
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown}等{len(names)}家"


def _near_names(side: Side, names: Mapping[str, list[str]]) -> list[str]:
    return list(dict.fromkeys(name for m in side.near for name in names.get(m, [])))


def beside(side: Side, names: Mapping[str, list[str]]) -> str:
    """Name the local firms one supply away on a side."""
    return listing(_near_names(side, names), 6)


def _named(nodes: Iterable[str], names: Mapping[str, list[str]], graph: "Graph") -> str:
    """``甲、乙（钨冶炼）``: two firms of the first held nodes, at most two nodes."""
    held = [m for m in nodes if names.get(m)]
    shown = [f"{listing(names[m], 2)}（{graph.nodes[m]['name']}）" for m in held[:2]]
    return "、".join(shown)


def _neighbours(
    sides: Sides, names: Mapping[str, list[str]], graph: "Graph", *, far: bool
) -> tuple[str, str]:
    """What stands up- and downstream by name; with ``far``, two supplies away if not next to it."""
    words = []
    for side, direction in zip(sides, ("上游", "下游"), strict=True):
        near, beyond = (_named(nodes, names, graph) for nodes in side)
        text = f"{direction}有{near}" if near else ""
        words.append(f"再隔一环的{direction}有{beyond}" if far and beyond and not near else text)
    return words[0], words[1]


def why(
    case: Case, names: Mapping[str, list[str]], graph: "Graph", obstacle: str, short: str
) -> str:
    """Return why a node is a gap or none.

    ``names`` are the local firms of each node, ``obstacle`` why it cannot be told or is closed,
    ``short`` what the county lacks for it.
    """
    lack = f"；要素短板：{short}" if short and case.kind else ""
    return f"{_state(case, names, graph, obstacle)}{_company(case, graph)}{lack}。"


def _state(case: Case, names: Mapping[str, list[str]], graph: "Graph", obstacle: str) -> str:
    here = names.get(case.node, [])
    if obstacle and not case.kind:
        lead = {"no-data": "无法判断", "missing": "不列为缺口"}.get(case.status)
        return f"{lead}：{obstacle}" if lead else f"本地已有{listing(here, 3)}；{obstacle}"
    up, down = _neighbours(case.sides, names, graph, far=case.kind == "fill")
    neighbours = "，".join(text for text in (up, down) if text)
    if case.kind == "fill":
        return f"本地{neighbours}，缺“{case.name}”{_completes(case)}"
    if case.kind == "extend":
        direction = "下游" if up else "上游"
        return f"本地{neighbours}，可向{direction}延伸到“{case.name}”{_completes(case)}"
    if case.kind == "strengthen":
        beside = f"；{neighbours}" if neighbours else ""
        return f"本地仅{listing(here, 3)}做“{case.name}”，有待做强{beside}"
    if case.kind == "start":
        return f"“{case.name}”及其直接上下游均未见本地企业，需整体引进"
    return f"本地已有{listing(here, 3)}做“{case.name}”"


def _completes(case: Case) -> str:
    return f"，补上即打通{case.whole:.0f}条从源头到市场的路径" if case.whole >= 1 else ""


def _company(case: Case, graph: "Graph") -> str:
    """What relatedness says of a gap, where it speaks clearly."""
    if not case.kind or case.usual is None or case.usual.probability < _USUAL:
        return ""
    names = [graph.nodes[node]["name"] for node in case.usual.kin if node in graph][:2]
    beside = f"，常与{'、'.join(f'“{name}”' for name in names)}并存" if names else ""
    return f"；产业构成与本县相近的地方多有这一环节{beside}"
