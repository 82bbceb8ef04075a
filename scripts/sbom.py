"""Print the bill of materials of the locked runtime dependencies, as CycloneDX JSON.

    python scripts/sbom.py > sbom.cdx.json

Versions and conditions are those of ``requirements/run.txt``, licences those that the installed
packages state. Same lock, same bytes: no clock, no serial number.
"""

import json
import re
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from chainmatch import __version__

LOCK = Path(__file__).parents[1] / "requirements" / "run.txt"
# Needed on other systems only, so not installed where this runs.
ELSEWHERE = {"colorama": "BSD-3-Clause"}
# What packages without a licence expression say -> the identifier of SPDX.
SPDX = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "mit": "MIT",
    "mit license": "MIT",
    "psf-2.0": "PSF-2.0",
}


def locked() -> list[Requirement]:
    """Return the pins of the lock, without their hashes."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    return [Requirement(line.rstrip("\\ ")) for line in lines if re.match(r"\w", line)]


def version(pin: Requirement) -> str:
    """Return the one version that a pin admits."""
    return next(iter(pin.specifier)).version


def licence(name: str) -> dict[str, object]:
    """Return the licence that a package states, as CycloneDX writes it."""
    try:
        stated = metadata(name)
    except PackageNotFoundError:
        return {"license": {"id": ELSEWHERE[name]}}
    if expression := stated.get("License-Expression"):
        return {"expression": expression}
    classified = [
        line.rpartition(" :: ")[2]
        for line in stated.get_all("Classifier") or []
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    for said in ((stated.get("License") or "").partition("\n")[0].strip(), *classified):
        if said.lower() in SPDX:
            return {"license": {"id": SPDX[said.lower()]}}
        if re.fullmatch(r"[\w.-]+-[\d.]+(?: (?:AND|OR) [\w.-]+)*", said):
            return {"expression": said}
    return {"license": {"name": (stated.get("License") or " ".join(classified)).partition("\n")[0]}}


def reference(pin: Requirement) -> str:
    """Return the package URL of a pin."""
    return f"pkg:pypi/{canonicalize_name(pin.name)}@{version(pin)}"


def component(pin: Requirement) -> dict[str, object]:
    """Return one package."""
    condition = [{"name": "chainmatch:marker", "value": str(pin.marker)}] if pin.marker else []
    return {
        "type": "library",
        "bom-ref": reference(pin),
        "name": pin.name,
        "version": version(pin),
        "purl": reference(pin),
        "licenses": [licence(pin.name)],
        **({"properties": condition} if condition else {}),
    }


def needs(name: str, pins: list[Requirement]) -> list[str]:
    """Return the packages of the lock that a package asks for, without its extras."""
    try:
        asked = [Requirement(one) for one in requires(name) or []]
    except PackageNotFoundError:
        return []
    names = {canonicalize_name(one.name) for one in asked if "extra" not in str(one.marker)}
    return sorted(reference(pin) for pin in pins if canonicalize_name(pin.name) in names)


def bill() -> dict[str, object]:
    """Return the whole bill."""
    pins = locked()
    own = f"pkg:pypi/chainmatch@{__version__}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "chainmatch",
                "version": __version__,
                "purl": own,
                "licenses": [licence("chainmatch")],
            }
        },
        "components": [component(pin) for pin in pins],
        "dependencies": [
            {"ref": own, "dependsOn": needs("chainmatch", pins)},
            *({"ref": reference(pin), "dependsOn": needs(pin.name, pins)} for pin in pins),
        ],
    }


if __name__ == "__main__":
    print(json.dumps(bill(), ensure_ascii=False, indent=1))
