"""A part is added in one place: with a ninth part in the registry, everything speaks of it.

The registry is read when the library is imported, so the nine parts live in a process of their own.
"""

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
PROGRAM = """
import sys
sys.path.insert(0, {tests!r})
import chainmatch.parts as parts

MOON = parts.Part(
    name="moon",
    title="月相条件",
    english="Phase of the moon",
    meaning="月亮圆不圆",
    formula="0.25 for every firm",
    weight=0.5,
    value=lambda facts: facts["fit"].to_numpy(dtype=float) * 0 + 0.25,
    weak=0.9,
    weakness=lambda facts: "月亮不圆",
    reason=lambda facts: "月亮圆",
    unknown="月相不详",
    question="月亮几时圆",
    column="moon_part",
)
parts.PARTS = (*parts.PARTS, MOON)

import json
from pathlib import Path

import openpyxl
import pandas as pd
from jsonschema import Draft202012Validator

from chainmatch import diff, explain
from chainmatch.decision.learning import learn_weights, read_returned, with_weights
from chainmatch.decision.mean import contributions
from chainmatch.profile import Profile, profile_text
from chainmatch.report.brief import read_brief
from chainmatch.report.contract import schemas
from chainmatch.report.folder import write_report
from chainmatch.report.runs import RunFolder
from chainmatch.schema.columns import column_of
from conftest import tea_world
from report_run import hostile_run

world = tea_world()
assert Profile.model_validate({{"name": "县", "home": {{"province": "陕西", "city": "商洛"}}}}) \
    .weights.moon == 0.5
run = hostile_run(world)
assert run.scores["moon_part"].eq(0.25).all()
folder = write_report(run, Path({out!r}))

# Files for machines, and their contract.
row = RunFolder.open(folder).table("scores").iloc[0].to_dict()
added = contributions(row, RunFolder.open(folder).weights)
assert list(added)[-1] == "moon" and abs(sum(added.values()) - row["score"]) < 1e-6
schema = schemas()
for name in ("scores", "shortlist"):
    assert schema[name]["items"]["properties"]["moon_part"]["title"] == "月相条件"
assert "月相条件" in schema["office-targets"]["items"]["properties"]
told = json.loads((folder / "run.json").read_text("utf-8"))
assert told["profile"]["weights"]["moon"] == 0.5
assert "moon" in json.dumps(schema["run"])

# Files for people.
book = openpyxl.load_workbook(folder / "精准招商清单.xlsx")
sheet = book["目标企业清单"]
at = [cell.value for cell in sheet[3]].index("月相条件")
assert sheet[4][at].value == 0.25
about = [cell for line in book["说明"].iter_rows(values_only=True) for cell in line if cell]
assert "月相条件" in about and any("月亮圆不圆" in text for text in about)
page = (folder / "report.html").read_text("utf-8")
assert '<th scope="row">月相条件</th>' in page and "月亮圆不圆" in page and "月亮不圆" in page
brief = read_brief("T1", folder)
assert ("月相条件", "0.25") in brief.parts
assert any("月亮几时圆" in question for question in brief.questions)
card = explain("T1", folder)
assert "月相条件：0.25" in card and "月相条件：月亮不圆" in card
assert "清单相同" in diff(folder, folder).text()
column = column_of("scores", "moon_part")
assert (column.title, column.kind) == ("月相条件", "share") and "0.25 for every" in column.meaning

# Learning.
rows = pd.concat([RunFolder.open(folder).table("shortlist")] * 30, ignore_index=True)
rows["firm_id"] = [str(n) for n in range(len(rows))]
rows["outcome"] = ["签约" if n % 2 else "拒绝" for n in range(len(rows))]
rows["moon_part"] = [float(n % 2) for n in range(len(rows))]
rows.drop(columns=["partner_firms", "reasons", "weak_points"]).to_csv(folder / "back.csv")
lesson = learn_weights(read_returned([folder / "back.csv"]), world.profile.weights)
assert lesson.weights["moon"] == max(lesson.weights.values())
assert "moon: " in with_weights(profile_text(), lesson.weights)

# Documentation and the service.
sys.argv = ["make_docs.py", {out!r}]
import runpy
runpy.run_path({script!r}, run_name="__main__")
assert "| `moon_part` | 月相条件 |" in (folder / "columns.md").read_text("utf-8")
"""


def test_a_ninth_part_is_known_everywhere(tmp_path):
    program = PROGRAM.format(
        tests=str(TESTS),
        out=str(tmp_path / "out"),
        script=str(TESTS.parent / "scripts" / "make_docs.py"),
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
