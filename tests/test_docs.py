"""Documentation that follows from the code stays in step with it."""

import re
import runpy
import shutil
import sys
from pathlib import Path

import pytest

from chainmatch import __all__ as public

ROOT = Path(__file__).parent.parent
RUN_BLOCK = re.compile(r"^```python$", re.M)
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", *sorted((ROOT / "docs").glob("*.md"))]
READMES = ("README.md", "README.zh.md")
WITH_SERVERS = ("spark.md",)  # run by the tests that start what these pages need
CODE = [
    page for page in PAGES
    if RUN_BLOCK.search(page.read_text("utf-8")) and page.name not in WITH_SERVERS
]  # fmt: skip


@pytest.mark.parametrize("name", ["cli.md", "columns.md"])
def test_generated_pages_are_current(name, tmp_path, monkeypatch):
    script = ROOT / "scripts" / "make_docs.py"
    monkeypatch.setattr(sys, "argv", [str(script), str(tmp_path)])
    monkeypatch.setenv("COLUMNS", "100")
    runpy.run_path(str(script), run_name="__main__")
    written = (tmp_path / name).read_text(encoding="utf-8")
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == written, "run make docs"


@pytest.mark.parametrize("page", CODE, ids=lambda page: page.name)
def test_python_blocks_run(page, sample_run, tmp_path, monkeypatch):
    """The blocks of a page run one after another beside data/ and out/; "no-run" leaves one out."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    shutil.copytree(sample_run, tmp_path / "out")  # a block may write there
    monkeypatch.chdir(tmp_path)
    run_blocks(page)


def run_blocks(page: Path) -> None:
    """Run the Python blocks of a page one after another in the present folder."""
    names: dict = {}
    for block in re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.S | re.M):
        exec(compile(block, page.name, "exec"), names)  # our own text, read from the repository


def test_every_page_stands_in_the_navigation():
    listed = re.findall(r": ([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M)
    assert {page.name for page in PAGES if page.parent == ROOT / "docs"} <= set(listed)
    assert len(listed) == len(set(listed))


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "docs/compared.md"])
def test_figures_that_are_repeated_stand_where_they_are_measured(page):
    """A figure measured anew must not live on in its old form elsewhere."""
    figure = re.compile(r"(?<![\d.])0?\.\d{2,3}(?!\d)|\d\.\d+ s\b")
    measured = "".join(
        (ROOT / "docs" / n).read_text("utf-8") for n in ("figures.md", "identity.md")
    )
    found = figure.findall((ROOT / page).read_text("utf-8"))
    assert len(found) >= 5
    assert [text for text in found if text not in measured] == []


@pytest.mark.parametrize(
    "pattern",
    [r"\]\(([^)]*\.\w+)\)", r"python benchmarks/\w+\.py", r"^chainmatch \w+", r"\d+\.\d+ s\b"],
)
def test_both_readmes_say_the_same(pattern):
    english, chinese = (
        set(re.findall(pattern, (ROOT / name).read_text("utf-8"), re.M)) - {*READMES}
        for name in READMES
    )
    assert english <= chinese and english


def test_the_blocks_of_both_readmes_run():
    assert {"README.md", "README.zh.md", "embedding.md"} <= {page.name for page in CODE}


def test_every_public_name_has_a_docstring():
    import chainmatch

    assert all(getattr(chainmatch, name).__doc__ for name in public if name != "__version__")


GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8").partition("## Words of the code")[2]
NAMED = [ROOT / "src" / "chainmatch" / part for part in ("matching", "identity", "names", "chains")]


def words_of_the_code() -> set[str]:
    paths = {path for folder in NAMED for path in folder.rglob("*.py")}
    sources = (path.read_text("utf-8") for path in paths)
    return {word for source in sources for word in re.findall(r"[A-Za-z_]+", source)}


def test_the_glossary_names_what_stands_in_the_code():
    named = re.findall(r"^\| `(\w+)` \|", GLOSSARY, re.M)
    assert len(named) > 10
    assert set(named) <= words_of_the_code()


def test_the_code_uses_no_word_that_was_given_up():
    given_up = re.findall(r"`(\w+)`", GLOSSARY.partition("Given up in")[2].partition(": ")[2])
    assert len(given_up) > 5
    assert not set(given_up) & words_of_the_code()
