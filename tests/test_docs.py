"""Documentation that follows from the code stays in step with it."""

import re
import runpy
import sys
from pathlib import Path

import pytest

from chainmatch import __all__ as public

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["cli.md", "columns.md"])
def test_generated_pages_are_current(name, tmp_path, monkeypatch):
    script = ROOT / "scripts" / "make_docs.py"
    monkeypatch.setattr(sys, "argv", [str(script), str(tmp_path)])
    monkeypatch.setenv("COLUMNS", "100")
    runpy.run_path(str(script), run_name="__main__")
    written = (tmp_path / name).read_text(encoding="utf-8")
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == written, "run make docs"


def test_python_blocks_of_the_readme_run(monkeypatch):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})  # our own text, read from the repository


def test_every_public_name_has_a_docstring():
    import chainmatch

    assert all(getattr(chainmatch, name).__doc__ for name in public if name != "__version__")
