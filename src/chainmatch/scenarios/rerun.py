"""A run folder computed again: the folder holds what came out, a what-if needs what went in.

The lists are looked for by the name that ``run.json`` keeps: beside the reader, in the run folder,
beside it, and among the sample that ships. A list is taken only if it is, byte for byte, the one of
the run.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chainmatch.decision.shortlist import select
from chainmatch.errors import RunError
from chainmatch.pipeline.inputs import sha256_of
from chainmatch.pipeline.rank import rank
from chainmatch.report.runs.folders import RunFolder
from chainmatch.run import Run
from chainmatch.schema.words import INPUTS
from chainmatch.tables.sql import is_database
from chainmatch.util.resources import data_folder

_OPTIONS = {"targets": "--targets", "local": "--local", "leads": "--leads"}


def run_again(
    path: str | Path,
    *,
    targets: str | Path | None = None,
    local: str | Path | None = None,
    leads: str | Path | None = None,
    chains: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
) -> tuple[Run, tuple[str, ...]]:
    """Return the run of a folder, and what differs from then, in Chinese.

    ``targets``, ``local`` and ``leads`` say where the lists are now; ``chains`` and ``mapping`` are
    those of the run. Raises RunError if a list or chain file is missing or not the one of the run.
    """
    folder = RunFolder.open(path)
    given = {"targets": targets, "local": local, "leads": leads}
    wanted = folder.manifest["inputs"]
    sources = {kind: _found(folder, kind, entry, given[kind]) for kind, entry in wanted.items()}
    length = int(folder.manifest["top"])
    longest = max(length, folder.profile.capacity.top)
    found = rank(
        sources["targets"], sources["local"], sources.get("leads"),
        profile=folder.profile, chains=chains, top=longest, mapping=mapping,
    )  # fmt: skip
    for kind, entry in wanted.items():
        if found.manifest["inputs"][kind]["sha256"] != entry["sha256"]:
            raise RunError(_other(kind, sources[kind], entry))
    run = _as_long(found, length)
    if run.manifest["chains"] != folder.manifest["chains"]:
        raise RunError(
            f"{folder.path}：产业链文件与运算时不同；用 --chains 指出当时的，或重新运行 rank。"
        )
    return run, _notes(run, folder)


def _found(
    folder: RunFolder, kind: str, entry: Mapping[str, Any], given: "str | Path | None"
) -> "str | Path":
    wanted = str(entry["sha256"])
    title, name, option = INPUTS[kind], str(entry["file"]), _OPTIONS[kind]
    if given is not None:
        if is_database(str(given)) or sha256_of(Path(given)) == wanted:
            return given
        if not Path(given).is_file():
            raise RunError(f"{given}：没有这个文件，请检查 {option}。")
        raise RunError(_other(kind, given, entry))
    near = (Path(), folder.path, folder.path.parent, data_folder("sample"))
    there = [place / name for place in near if (place / name).is_file()]
    for file in there:
        if sha256_of(file) == wanted:
            return file
    if there:
        raise RunError(_other(kind, there[0], entry))
    raise RunError(
        f"{folder.path} 用的{title}“{name}”不在当前文件夹，也不在结果文件夹旁；"
        f"请用 {option} 指出它现在在哪里。"
    )


def _other(kind: str, found: object, entry: Mapping[str, Any]) -> str:
    return (
        f"{found}：与这次运算所用的{INPUTS[kind]}“{entry['file']}”内容不同（sha256 不符）；"
        f"请用 {_OPTIONS[kind]} 指出原来的文件，或用现在的名单重新运行 rank。"
    )


def _as_long(run: Run, found: int) -> Run:
    """A list may have been asked for that is shorter than the profile says."""
    if len(run.shortlist) <= found:
        return run
    shortlist = select(run.scores, run.profile, top=found)
    return replace(run, shortlist=shortlist, manifest={**run.manifest, "top": found})


def _notes(run: Run, folder: RunFolder) -> tuple[str, ...]:
    notes = []
    if run.manifest["version"] != folder.manifest["version"]:
        was, now = folder.manifest["version"], run.manifest["version"]
        notes.append(f"结果文件夹由 chainmatch {was} 写出，这里按 {now} 重新计算")
    if run.manifest["learned"] != folder.manifest.get("learned", {}):
        notes.append("学得的数字（data/learned）与当时不同，这里按现在的计算")
    listed = folder.table("shortlist")["firm_id"].tolist()
    if run.shortlist["firm_id"].tolist() != listed:
        notes.append("重新计算的清单与文件夹里的不同；以下的“原来”按重新计算的结果")
    return tuple(notes)
