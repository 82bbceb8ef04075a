"""The page on the architecture says what the code is."""

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["architecture.svg", "architecture.md"])
def test_picture_and_table_follow_the_code(name, tmp_path, monkeypatch):
    script = ROOT / "scripts" / "make_architecture.py"
    monkeypatch.setattr(sys, "argv", [str(script), str(tmp_path)])
    runpy.run_path(str(script), run_name="__main__")
    kept = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert (tmp_path / name).read_text(encoding="utf-8") == kept, "run make docs"
