"""Imports point down only: a part imports parts below it, and no module imports itself in a round.

A part is a package or a module at the top of the library; a few inner packages have rows of their
own, because they stand higher than the package that holds them.
"""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "chainmatch"

# Rows of the design, top first; helpers stand in the row where they are used.
ROWS = [
    {"__init__", "cli"},
    {"mcp"},
    {"server"},
    {"scenarios"},
    {"chains.workbook", "duckdb", "pipeline", "sklearn"},
    {"report"},
    {"run", "training"},
    {"leads"},
    {"decision"},
    {"profile", "tables"},
    {"chains"},
    {"matching"},
    {"identity"},
    {"names", "schema"},
    {"parts", "places"},
    {"util"},
    {"errors", "_version"},
]
LEVEL = {part: level for level, parts in enumerate(ROWS) for part in parts}
FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    """``chains.graph``; of a package its own name, ``__init__`` of the library itself."""
    name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {module_of(path): path for path in FILES}


def part_of(module: str) -> str:
    """The longest name in a row that holds the module."""
    names = module.split(".")
    heads = (".".join(names[:length]) for length in range(len(names), 0, -1))
    return next((head for head in heads if head in LEVEL), names[0])


def imported(tree: ast.AST) -> set[str]:
    """The modules of the library that a syntax tree imports, here or inside a function."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chainmatch"):
            home = node.module.removeprefix("chainmatch").removeprefix(".")
            whole = {f"{home}.{alias.name}".removeprefix(".") for alias in node.names}
            inner = whole & MODULES.keys()
            found |= inner | ({home or "__init__"} if whole - inner else set())
        elif isinstance(node, ast.Import):
            names = {alias.name for alias in node.names if alias.name.startswith("chainmatch")}
            found |= {name.removeprefix("chainmatch").lstrip(".") or "__init__" for name in names}
    return found


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def test_every_part_has_a_row():
    tops = {name.split(".")[0] for name in MODULES}
    assert tops == {part for part in LEVEL if "." not in part}
    assert set(LEVEL) <= MODULES.keys()


def test_imports_are_absolute():
    nodes = [(name, node) for name in MODULES for node in ast.walk(tree_of(name))]
    assert [name for name, node in nodes if isinstance(node, ast.ImportFrom) and node.level] == []


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module):
    own = part_of(module)
    parts = {part_of(name) for name in imported(tree_of(module))} - {own}
    upward = {part for part in parts if LEVEL[part] <= LEVEL[own]}
    assert not upward, f"{module} imports {sorted(upward)} from its own row or above"


def test_a_package_loads_nothing_heavy_before_it_is_used():
    thick = ("__init__", "duckdb", "leads", "names", "parts", "profile", "run", "sklearn", "tables")
    light = [part for part in LEVEL if "." not in part and part not in thick]
    names = [f"chainmatch.{part}" for part in light]
    heavy = "('pandas', 'numpy', 'networkx', 'pydantic', 'pyarrow')"
    code = f"import sys, {', '.join(names)}\nprint([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_no_module_imports_itself_in_a_round():
    """Lazy imports count; what only the type checker reads does not."""
    arrows = nx.DiGraph()
    for module, path in MODULES.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        arrows.add_edges_from((module, other) for other in imported(_Runtime().visit(tree)))
    rounds = [sorted(ring) for ring in nx.strongly_connected_components(arrows) if len(ring) > 1]
    assert rounds == []


class _Runtime(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.AST | None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return None
        return self.generic_visit(node)
