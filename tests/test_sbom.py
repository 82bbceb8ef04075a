"""The bill of materials names every locked package with version and licence."""

import json
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BILL = runpy.run_path(str(ROOT / "scripts" / "sbom.py"))


def test_the_bill_holds_the_lock():
    bill = BILL["bill"]()
    assert bill == json.loads(json.dumps(bill))
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    pins = [line.split()[0] for line in lock.splitlines() if line[:1].isalpha()]
    assert [f"{one['name']}=={one['version']}" for one in bill["components"]] == pins
    for one in bill["components"]:
        said = one["licenses"][0]
        assert said.get("expression") or "id" in said["license"], one["name"]


def test_what_is_needed_is_in_the_bill():
    bill = BILL["bill"]()
    known = {one["bom-ref"] for one in bill["components"]}
    known.add(bill["metadata"]["component"]["bom-ref"])
    needed = {ref for one in bill["dependencies"] for ref in one["dependsOn"]}
    assert needed <= known
    # Nothing is in the lock that nothing asks for, but for Windows and the oldest Python.
    loose = {ref.rpartition("@")[0].rpartition("/")[2] for ref in known - needed}
    assert loose <= {"chainmatch", "colorama"} or sys.version_info >= (3, 12)
