"""What is installed offline: wheels for each system and Python; an environment without index."""

import os
import platform
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from floors import floors  # noqa: E402
from wheelhouse import PYTHONS, SYSTEMS  # noqa: E402

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# How uv calls the systems of the wheelhouse.
TARGETS = {
    "linux-x86_64": "x86_64-manylinux_2_28",
    "linux-aarch64": "aarch64-manylinux_2_28",
    "windows-amd64": "x86_64-pc-windows-msvc",
}


def run(*command, **options):
    options = {"capture_output": True, "text": True, **options}
    return subprocess.run([str(part) for part in command], check=False, **options)


unreached: list[str] = []  # asking again and again takes a minute


def uv(*options):
    if unreached:
        pytest.skip("no package index can be reached")
    environment = {"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt", **os.environ}
    command = [sys.executable, "-m", "uv", "pip", "compile", "--no-header", "--no-annotate"]
    command += ["--only-binary", ":all:", *options]
    done = run(*command, cwd=ROOT, env=environment)
    if "dns error" in done.stderr or "error sending request" in done.stderr:
        unreached.append(done.stderr)
        pytest.skip("no package index can be reached")
    return done


def test_the_wheelhouse_serves_the_pythons_that_are_admitted():
    assert PROJECT["requires-python"] == ">=3.11,<3.15"
    assert PYTHONS == ("3.11", "3.12", "3.13", "3.14")


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_locked_package_has_a_wheel(python, system):
    target = ("--python-version", python, "--python-platform", TARGETS[system])
    done = uv("--no-deps", *target, "requirements/run.txt")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_floors_have_wheels(python, system):
    target = ("--python-version", python, "--python-platform", TARGETS[system])
    done = uv("--resolution", "lowest-direct", *target, "pyproject.toml")
    assert done.returncode == 0, done.stderr
    pins = dict(line.split("==") for line in done.stdout.splitlines() if "==" in line)
    wanted = {name.replace("_", "-").lower(): floor for name, floor in floors().items()}
    own = {name.partition(">")[0].replace("_", "-").lower() for name in PROJECT["dependencies"]}
    for name in own:
        assert (pins[name] + ".").startswith(wanted[name] + "."), name


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements/*.txt")), ids=lambda p: p.stem)
def test_a_lock_pins_everything_by_hash_and_names_no_index(lock):
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    entries = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert entries and all("==" in entry and entry.endswith("\\") for entry in entries)
    assert text.count("--hash=sha256:") >= len(entries)


def test_the_locks_are_those_of_the_project():
    """A dependency that was added or raised without ``make lock`` is found here."""
    from packaging.requirements import Requirement

    pins = {}
    for line in (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").splitlines():
        if "==" in line:
            name, _, rest = line.partition("==")
            pins[name] = rest.split()[0]
    for wanted in map(Requirement, PROJECT["dependencies"]):
        name = wanted.name.replace("_", "-").lower()
        assert name in pins, f"run make lock: {name} is not in requirements/run.txt"
        assert wanted.specifier.contains(pins[name]), f"run make lock: {name} {pins[name]}"


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="the wheelhouse of this system is not made",
)
def test_a_bare_environment_installs_from_the_wheelhouse_and_ranks(tmp_path):
    uv("--no-deps", "requirements/build.txt")  # skips without an index
    house = tmp_path / "wheelhouse"
    python = "{}.{}".format(*sys.version_info)
    here = ("--system", f"linux-{platform.machine()}", "--python", python)
    made = run(sys.executable, ROOT / "scripts" / "wheelhouse.py", "--out", house, *here)
    assert made.returncode == 0, made.stderr
    venv.create(tmp_path / "bare", with_pip=True)
    programs = tmp_path / "bare" / "bin"
    # No configuration of this machine, and an index that is nowhere.
    bare = {
        "PATH": "/usr/bin:/bin", "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/", "HOME": str(tmp_path),
    }  # fmt: skip
    install = ("install", "--no-index", "--find-links", house, "chainmatch")
    done = run(programs / "pip", *install, env=bare, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rank = ("rank", "--sample", "--out", "out", "--quiet")
    done = run(programs / "chainmatch", *rank, env=bare, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "精准招商清单.xlsx").is_file()
    notice = next((tmp_path / "bare").rglob("chainmatch-*.dist-info/licenses/NOTICE"))
    assert "CC BY-NC-SA 4.0" in notice.read_text(encoding="utf-8")
