"""A thousand hostile inputs: each is read right, its counts adding up, or refused in one line.

``HOSTILE=20`` makes twenty times as many.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from generator import LEAD_HEADERS, some_list, spoilt_text

from chainmatch import explain, match, read_chains, read_firms, read_leads, read_profile, resolve
from chainmatch.cli import main
from chainmatch.decision.gaps import survey
from chainmatch.errors import ChainmatchError
from chainmatch.leads import match_leads
from chainmatch.matching.matcher import Matcher
from chainmatch.pipeline.check import check
from chainmatch.profile import example
from chainmatch.report.files import write_table
from chainmatch.util.resources import data_folder

TIMES = int(os.environ.get("HOSTILE", "1"))


@pytest.fixture(scope="module")
def graph():
    return read_chains()


@pytest.fixture(scope="module")
def matcher(graph):
    return Matcher(graph)


def tried(attempt: Callable[[int], object], seeds: range) -> int:
    """Return how many inputs were read; refused ones have one line, nothing else is let pass."""
    read, wrong = 0, {}
    for seed in seeds:
        try:
            attempt(seed)
            read += 1
        except ChainmatchError as error:
            if not str(error) or "\n" in str(error):
                wrong[seed] = repr(error)
        except Exception as error:
            wrong[seed] = repr(error)[:300]
    assert not wrong
    return read


def test_lists_of_firms(tmp_path, graph, matcher):
    def attempt(seed: int) -> None:
        reading = read_firms(some_list(tmp_path, seed))
        assert reading.rows == len(reading.table) + len(reading.rejects)
        resolution = resolve(reading.table, None)
        assert len(reading.table) == len(resolution.firms) + len(resolution.duplicates)
        found = match(resolution.firms, graph, matcher=matcher)
        assert set(found["firm_id"]) == set(resolution.firms["firm_id"])
        assert found["fit"].dropna().between(0, 1).all()
        ending = ("csv", "xlsx", "parquet")[seed % 3]
        write_table(found, tmp_path / f"out.{ending}")
        write_table(reading.rejects, tmp_path / f"rejects.{ending}")
        if seed % 5 == 0:
            assert check(tmp_path / some_list(tmp_path, seed).name)

    assert tried(attempt, range(700 * TIMES)) > 200 * TIMES


def test_lists_of_leads(tmp_path, graph, matcher):
    none = read_firms(pd.DataFrame({"企业名称": ["茶县青山茶业有限公司"], "经营范围": ["茶叶"]}))
    fits = match(none.table, graph, matcher=matcher)
    profile = read_profile()
    found = survey(graph, fits, none.table, profile, fits)

    def attempt(seed: int) -> None:
        reading = read_leads(some_list(tmp_path, seed, LEAD_HEADERS))
        assert reading.rows == len(reading.table) + len(reading.rejects)
        matched = match_leads(
            reading, graph, none.table, fits, none.table, fits, found, profile,
            lexicon=matcher.lexicon,
        )  # fmt: skip
        assert set(matched["lead_id"]) == set(reading.table["lead_id"])

    assert tried(attempt, range(120 * TIMES)) > 30 * TIMES


def test_profiles(tmp_path, graph):
    texts = [example(name).read_text("utf-8") for name in ("qinling", "huanghai")]

    def attempt(seed: int) -> None:
        path = tmp_path / "a.yaml"
        spoilt = spoilt_text(texts[seed % 2], seed)
        path.write_bytes(spoilt.encode("utf-8", "surrogatepass"))
        read_profile(path, graph)

    tried(attempt, range(100 * TIMES))


def test_folders_of_chains(tmp_path):
    text = (data_folder("chains") / "clean-energy.yaml").read_text("utf-8")

    def attempt(seed: int) -> None:
        spoilt = spoilt_text(text, seed)
        (tmp_path / "clean-energy.yaml").write_bytes(spoilt.encode("utf-8", "surrogatepass"))
        read_chains(tmp_path)

    tried(attempt, range(40 * TIMES))


def test_folders_of_runs(sample_run, tmp_path):
    run = shutil.copytree(sample_run, tmp_path / "run")
    names = ["run.json", "shortlist.csv", "scores.csv", "gaps.csv", "excluded.csv", "links.csv"]
    firm = pd.read_csv(run / "scores.csv")["firm_id"][0]

    def attempt(seed: int) -> None:
        name = names[seed % len(names)]
        good = (run / name).read_text("utf-8-sig")
        spoilt = spoilt_text(good, seed).encode("utf-8", "surrogatepass")
        (run / name).write_bytes(spoilt)
        try:
            explain(firm, run)
        finally:
            (run / name).write_text(good, "utf-8-sig")

    tried(attempt, range(60 * TIMES))


def test_whole_runs(tmp_path, capsys):
    local = Path(__file__).parents[1] / "runs" / "lists" / "local.csv"
    for seed in range(12 * TIMES):
        hostile = some_list(tmp_path, seed)
        out = tmp_path / "out"
        code = main(["rank", str(hostile), "--local", str(local), "--quiet", "--out", str(out)])
        lines = capsys.readouterr().err.splitlines()
        assert (code, len(lines)) in ((0, 0), (2, 1))
        assert out.is_dir() == (code == 0)
        shutil.rmtree(out, ignore_errors=True)
