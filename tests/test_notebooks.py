"""The notebooks run from top to bottom in an empty folder, and show something in every cell."""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.py"))
CELL = re.compile(r"^# %%(?: \[(\w+)\])?\n", re.M)
# What each must have said; the words follow from the sample and the chains.
SAYS = {
    "01_read_a_chain.py": ("特色农产", "钨矿采选 → ", "条注明出处"),
    "02_find_the_gaps.py": ("= 575 家", "missing", "事业单位"),
    "03_match_and_rank.py": ("400 行 = ", "食用菌加工机械制造：", "stability"),
    "04_explain_and_compare.py": ("最薄弱的几点", "未入选原因", "权重", "逐字节相同"),
    "05_learn_from_outcomes.py": ("家有结果", "按资本排", "新权重", "至少"),
}


WAYS = ("_repr_svg_", "_repr_html_")
# How a notebook shows what a table alone does not say.
SHOWS = {
    "01_read_a_chain.py": ["_repr_svg_"],
    "02_find_the_gaps.py": ["_repr_svg_"],
    "04_explain_and_compare.py": ["_repr_html_", "_repr_html_"],
}


def last_values(path):
    """Run a notebook cell by cell, as a notebook does; yield what each cell's last line gives."""
    names: dict = {"__name__": "__main__"}
    for cell in CELL.split(path.read_text("utf-8"))[2::2]:
        tree = ast.parse(cell)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path.name, "exec"), names)
        if last is not None:
            yield eval(compile(ast.Expression(last.value), path.name, "eval"), names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    values = list(last_values(path))
    said = capsys.readouterr().out
    assert all(words in said for words in SAYS[path.name]), said
    ways = [(way, value) for value in values for way in WAYS if hasattr(value, way)]
    assert [way for way, _ in ways] == SHOWS.get(path.name, [])
    for way, value in ways:
        ElementTree.fromstring(f"<all>{getattr(value, way)()}</all>")  # whole, names escaped


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_prose_and_code_in_turn(path):
    kinds = CELL.findall(path.read_text("utf-8"))
    assert kinds[0] == "markdown" and kinds.count("markdown") >= 5
    assert "" in kinds


def test_the_notebooks_in_their_order():
    assert [path.name for path in NOTEBOOKS] == list(SAYS)
