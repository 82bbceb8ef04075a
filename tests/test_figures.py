"""Figures: the same bytes from every Python, one rounding for one figure wherever it stands."""

import hashlib
import math
import os
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainmatch
from chainmatch.decision.county import feasibility
from chainmatch.leads.book import mean
from chainmatch.matching.fit_model import summarise_chain
from chainmatch.report.folder import PAGE, WORKBOOK
from chainmatch.report.runs import explain
from chainmatch.util.missing import mean_known
from chainmatch.util.rounding import figure, percent, rounded

# --- sums ----------------------------------------------------------------------------------------

# Added one after the other, ten tenths are less than 1: the sum up to Python 3.11, not later.
TENTHS = [0.1] * 10


def test_means_are_those_of_exact_sums():
    assert mean_known(*TENTHS) == 0.1
    parts = {str(number): 1.0 for number in range(10)}
    assert mean(parts, dict.fromkeys(parts, 0.1)) == 1.0
    assert mean(dict(zip(parts, TENTHS, strict=True)), dict.fromkeys(parts, 1.0)) == 0.1


def test_what_is_added_up_does_not_hang_on_the_order():
    fits = [0.9, 1e-17, 1e-17, 1e-17]
    assert summarise_chain([0, *fits[:3]], 0, 1, 0).further == math.fsum(fits[:3])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_a_mean_is_nearer_to_the_exact_one_than_any_other_number(values):
    exact = sum(map(Fraction, values))
    assert mean_known(*values) == float(exact) / len(values)


def test_a_county_is_judged_alike_in_any_order(world):
    needs = ("water", "plant", "farmland")
    found = {feasibility(order, world.profile) for order in (needs, needs[::-1])}
    assert len(found) == 1


def _others() -> list[str]:
    """Other interpreters on this machine: by name, and those that CHAINMATCH_PYTHONS lists."""
    named = filter(None, os.environ.get("CHAINMATCH_PYTHONS", "").split(os.pathsep))
    found = (shutil.which(f"python3.{minor}") for minor in range(11, 20))
    return sorted({*named, *filter(None, found)} - {sys.executable})


def _has_what_it_needs(python: str) -> str:
    """Return the version of an interpreter that can run chainmatch, else ""."""
    ask = "import sys, chainmatch.cli, chainmatch.pipeline.rank; print(sys.version)"
    done = subprocess.run(
        [python, "-c", ask], env=_env(), capture_output=True, text=True, check=False
    )
    return "" if done.returncode else done.stdout.split()[0]


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(chainmatch.__file__).parent.parent)}


def test_other_versions_of_python_write_the_same_bytes(sample_run, tmp_path):
    able = {version: one for one in _others() if (version := _has_what_it_needs(one))}
    own = sys.version.split()[0].rpartition(".")[0]
    able = {version: one for version, one in able.items() if version.rpartition(".")[0] != own}
    if not able:
        pytest.skip("no other Python here that has what chainmatch needs")
    for version, python in able.items():
        out = tmp_path / version
        command = [python, "-m", "chainmatch.cli", "rank", "--sample", "--out", str(out)]
        subprocess.run([*command, "--quiet"], env=_env(), check=True)
        assert _digests(out) == _digests(sample_run), version


def _digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


# --- rounding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.145, "0.15"), (0.285, "0.29"), (0.125, "0.13"), (0.1249, "0.12"), (1, "1.00"),
     (0.1 + 0.2 - 0.155, "0.15"), (-0.125, "-0.13"), (math.nan, "未知")],
)  # fmt: skip
def test_half_goes_up_as_in_a_spreadsheet(value, shown):
    assert figure(value) == shown


def test_shares_and_large_numbers():
    assert [percent(share) for share in (0.925, 0.145, 1, 0)] == ["93%", "15%", "100%", "0%"]
    assert percent(0.98765, 1) == "98.8%"
    assert percent(math.nan) == "未知"
    assert f"{rounded(1234.5, 0):,}" == "1,235"
    assert f"{rounded(1e40, 0)}" == f"{10**40}"


def _in_excel(cell) -> str:
    """What Excel shows of a number: fifteen digits, rounded half up by its format."""
    digits = {"0.00": 2, "0%": 0}[cell.number_format]
    value = cell.value * (100 if cell.number_format == "0%" else 1)
    return f"{rounded(float(f'{value:.15g}'), digits)}" + "%" * (cell.number_format == "0%")


def test_page_workbook_and_card_show_the_same_figures(sample_run):
    sheet = openpyxl.load_workbook(sample_run / WORKBOOK)["目标企业清单"]
    heads = [cell.value for cell in sheet[3]]
    page = (sample_run / PAGE).read_text("utf-8")
    rows = pd.read_csv(sample_run / "shortlist.csv")
    cells = r'data-label="得分">.*?<b>(.*?)</b>.*?data-label="稳定度" class="num">(.*?)<'
    shown = re.findall(cells, page, re.DOTALL)
    assert len(shown) == len(rows) > 10
    for (score, stability), firm, cells in zip(
        shown, rows["firm_id"], sheet.iter_rows(min_row=4), strict=False
    ):
        named = dict(zip(heads, cells, strict=True))
        assert score == _in_excel(named["综合得分"])
        assert stability == _in_excel(named["稳定度"])
        assert f"稳定度：{stability}（" in explain(firm, sample_run)
