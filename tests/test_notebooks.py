"""The notebooks run from top to bottom in an empty folder, and show something in every cell."""

import re
import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.py"))
CELL = re.compile(r"^# %%(?: \[(\w+)\])?\n", re.M)
# What each must have said; the words follow from the sample and the chains.
SAYS = {
    "01_read_a_chain.py": ("特色农产", "钨矿采选 → ", "条注明出处"),
    "02_find_the_gaps.py": ("= 575 家", "missing", "事业单位"),
    "03_match_and_rank.py": ("400 行 = ", "食用菌加工机械制造：", "stability"),
    "04_explain_and_compare.py": ("最薄弱的三点", "未入选原因", "权重", "逐字节相同"),
}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(path), run_name="__main__")
    said = capsys.readouterr().out
    assert all(words in said for words in SAYS[path.name]), said


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_prose_and_code_in_turn(path):
    kinds = CELL.findall(path.read_text("utf-8"))
    assert kinds[0] == "markdown" and kinds.count("markdown") >= 5
    assert "" in kinds


def test_four_notebooks():
    assert [path.name for path in NOTEBOOKS] == list(SAYS)
