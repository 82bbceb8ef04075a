"""Print the oldest version that pyproject.toml admits of each dependency, as constraints for pip.

The floors of a package that two extras name may differ; the higher one holds.
"""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def floors() -> dict[str, str]:
    """Return package → the highest of the floors that the dependencies and extras name."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    found: dict[str, str] = {}
    for wanted in (*project["dependencies"], *(one for extra in extras for one in extra)):
        name, _, floor = re.sub(r"\[.*?\]", "", wanted).partition(">=")
        if floor:
            found[name] = max(found.get(name, ""), floor, key=_numbers)
    return found


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part]


if __name__ == "__main__":
    for package, floor in sorted(floors().items(), key=str):
        print(f"{package}=={floor}")
