"""Imports point down only: a module imports from rows below it, never from its own row."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "chainmatch"

# Rows of the design, top first; helpers stand in the row where they are used.
ROWS = [
    {"__init__", "cli"},
    {"server"},
    {"chainbook", "spark", "stream"},
    {"report"},
    {"ranking", "runs", "learning", "check"},
    {"leads"},
    {"batches"},
    {"packing"},
    {"candidates", "inputs"},
    {"shortlist"},
    {"scoring", "gates", "relate"},
    {"gaps", "identity", "sectors"},
    {
        "tables",
        "profile",
        "relatedness",
        "chainviews",
        "chainyaml",
        "duplicates",
        "linking",
        "finding",
        "prefilter",
    },
    {"chains"},
    {"chainrules"},
    {"chainmodel", "relations"},
    {"names", "places", "lexicon", "pinyin", "scopes"},
    {"borders"},
    {"laid"},
    {"text", "aside", "columns", "yamlfile", "fitmodel", "syllables", "known", "divisions"},
    {"errors", "collector", "resources", "_version", "verbs", "stack"},
]
LEVEL = {name: level for level, names in enumerate(ROWS) for name in names}
FILES = sorted(PACKAGE.rglob("*.py"))


def home(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chainmatch"):
            parts = node.module.split(".")[1:]
            found |= {parts[0]} if parts else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found |= {parts[1] for parts in names if parts[0] == "chainmatch" and len(parts) > 1}
    return found & LEVEL.keys()


def test_every_module_has_a_row():
    assert {home(path) for path in FILES} == set(LEVEL)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path):
    own = home(path)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    upward = {name for name in imported(tree) - {own} if LEVEL[name] <= LEVEL[own]}
    assert not upward, f"{own} imports {sorted(upward)} from its own row or above"
