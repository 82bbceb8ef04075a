"""Gather every wheel that chainmatch needs on computers without a network.

    python scripts/wheelhouse.py --out FOLDER [--system windows-amd64 --python 3.12]

The versions and hashes are those of ``requirements/run.txt``. Without ``--system`` and ``--python``
all of ``SYSTEMS`` and ``PYTHONS`` are served from the one folder. Needs ``packaging`` and
``hatchling``, which ``requirements/build.txt`` holds.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# glibc 2.28: Debian 10, RHEL 8, Ubuntu 20.04, 麒麟 V10, 统信 UOS 20 and newer.
_GLIBC = [f"manylinux_2_{minor}" for minor in range(28, 16, -1)] + ["manylinux2014"]
SYSTEMS = {
    "linux-x86_64": [f"{libc}_x86_64" for libc in _GLIBC],
    "linux-aarch64": [f"{libc}_aarch64" for libc in _GLIBC],
    "windows-amd64": ["win_amd64"],
}


def locked(lock: Path, python: str, system: str) -> str:
    """Return the part of a lock that holds for a Python and a system, without its conditions.

    pip holds conditions against the computer that it runs on, not against the one it loads for.
    """
    windows = system.startswith("windows")
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "win32" if windows else "linux",
        "platform_system": "Windows" if windows else "Linux",
        "os_name": "nt" if windows else "posix",
        "platform_machine": "AMD64" if windows else system.partition("-")[2],
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    kept = []
    for entry in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        text, *hashes = entry.partition("#")[0].split(" --hash=")
        if not text.strip():
            continue
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate(environment):
            pin = f"{wanted.name}{wanted.specifier}"
            kept.append(" --hash=".join([pin, *map(str.strip, hashes)]))
    return "\n".join(kept) + "\n"


def pip(*options: str) -> None:
    """Run pip; raises CalledProcessError if it fails."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def gather(lock: Path, out: Path, python: str, system: str) -> None:
    """Load the wheels for one Python and one system."""
    platforms = [option for name in SYSTEMS[system] for option in ("--platform", name)]
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "lock.txt"
        wanted.write_text(locked(lock, python, system), encoding="utf-8")
        # The lock was resolved for this Python; pip would ask whether the running one may have it.
        what = ("--no-deps", "--only-binary=:all:", "--ignore-requires-python", *platforms)
        where = ("--python-version", python, "--dest", str(out), "--requirement", str(wanted))
        pip("download", "--require-hashes", *what, *where)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "wheelhouse")
    parser.add_argument("--lock", type=Path, default=ROOT / "requirements" / "run.txt")
    parser.add_argument("--python", action="append", choices=PYTHONS)
    parser.add_argument("--system", action="append", choices=SYSTEMS)
    options = parser.parse_args()
    for system in options.system or SYSTEMS:
        for python in options.python or PYTHONS:
            print(f"{system} Python {python}", flush=True)
            gather(options.lock, options.out, python, system)
    build = ("--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(options.out))
    pip("wheel", *build, str(ROOT))
    wheels = list(options.out.glob("*.whl"))
    size = sum(wheel.stat().st_size for wheel in wheels) / 1e6
    print(f"{len(wheels)} wheels, {size:,.0f} MB in {options.out}")


if __name__ == "__main__":
    main()
