"""Text from outside is harmless wherever it comes out, and there is one way out."""

import ast
from io import BytesIO
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainmatch
from chainmatch.cli import main
from chainmatch.report.csvrows import can_write, write_arrow_rows
from chainmatch.report.files import write_csv
from chainmatch.util.cells import as_text, as_written, one_line, shown

FORMULAS = [
    *("=1+1", "＝1+1", "＋1", "－1+2", "＠SUM(A1)", " =1"),
    *("\u3000＝1", "\t=1", "\r=1", "\n", "\x00=1", "@a"),
]
SOURCES = sorted(Path(chainmatch.__path__[0]).rglob("*.py"))


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_could_compute_is_text(text):
    assert as_text(text) == f"'{text}"
    assert as_written(f"'{text}") == text


@given(st.one_of(st.text(), st.sampled_from(FORMULAS), st.text("=＝+'- \r\t茶")))
def test_a_text_comes_back_as_it_was_written(text):
    written = as_text(text)
    if not text.startswith("'"):
        assert as_written(written) == text
    assert not isinstance(as_text(written), str) or as_text(written) == written


@given(st.lists(st.text("=＝+－-@ \u3000\t茶1'\"", max_size=4), min_size=1, max_size=5))
def test_both_writers_of_csv_write_the_same(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    frame = pd.DataFrame({"name": texts, "scope": texts[::-1]})
    write_csv(frame, path, plain=True, header=False)
    table, file = pa.Table.from_pandas(frame, preserve_index=False), BytesIO()
    assert can_write(table)
    write_arrow_rows(table, file)
    assert file.getvalue() == path.read_bytes()


def test_headers_are_text_too(tmp_path):
    write_csv(pd.DataFrame({"＝1+1": ["a"]}), tmp_path / "a.csv", plain=True)
    assert (tmp_path / "a.csv").read_text("utf-8").splitlines()[0] == "'＝1+1"


@given(st.text())
def test_a_terminal_obeys_nothing(text):
    told = shown(text)
    assert len(told) == len(text)
    assert all(sign in "\n\t" or ord(sign) > 31 for sign in told)
    assert not set(told) & set("\x1b\x7f\x9b\u202e\u2066\ud800")
    assert "\n" not in one_line(text)


def test_names_with_escape_sequences_reach_no_terminal(tmp_path, capsys):
    path = tmp_path / "a\x1b[31m\n\x9b\u202e.csv"
    path.write_text("企业名称\n=cmd茶县青山茶业有限公司\n", encoding="utf-8")
    assert main(["check", str(path)]) == 0
    assert main(["find", "\x1b[2J茶", "--in", str(path)]) == 0
    assert (
        main(["rank", str(path), "--local", str(path), "--profile", str(path), "--out", "o"]) == 2
    )
    said = capsys.readouterr()
    assert not set(said.out + said.err) & set("\x1b\x9b\u202e")
    assert all(line.startswith(("提示：", "chainmatch：")) for line in said.err.splitlines())


def _calls(name: str) -> set[str]:
    """Return the files in which something of this name is called, e.g. ``csv.writer``."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name):
                found.add(path.relative_to(chainmatch.__path__[0]).as_posix())
    return found


def test_there_is_one_way_out():
    assert _calls("csv.writer") == {"report/files.py"}
    assert _calls("csv.DictWriter") == set()
    assert _calls(".to_csv") <= {"pipeline/inputs.py"}  # of which a digest is taken
    assert _calls(".to_excel") == _calls(".write_formula") == _calls(".write_url") == set()
    for path in _calls("xlsxwriter.Workbook"):
        assert "WORKBOOK_OPTIONS" in (Path(chainmatch.__path__[0]) / path).read_text("utf-8")
    for path in _calls("Environment"):
        assert "autoescape" in (Path(chainmatch.__path__[0]) / path).read_text("utf-8")
    spoken = {path for path in _calls("print") if not path.startswith("cli/")}
    assert spoken <= {"mcp/http.py", "server/service.py", "server/work.py"}  # addresses and JSON
