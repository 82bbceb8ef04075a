"""The lists of a run: read, with what the manifest says of them, and their duplicates merged."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from chainmatch.identity.resolution import Resolution, resolve
from chainmatch.tables import Reading, read_firms, read_leads
from chainmatch.tables.sources import Source
from chainmatch.tables.sql import database_label, is_database
from chainmatch.util.file_names import file_name


@dataclass(frozen=True)
class Lists:
    """The lists of a run beside the targets.

    ``home`` are the local firms without duplicates; ``inputs`` is what the manifest says of the
    lists.
    """

    local: Reading
    home: Resolution
    leads: Reading | None
    inputs: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Targets:
    """The target firms: as read, without duplicates, and what the manifest says of them."""

    reading: Reading
    merged: Resolution
    input: Mapping[str, str]


@dataclass(frozen=True)
class Inputs:
    """All lists of a run, read."""

    lists: Lists
    targets: Targets


def read_inputs(
    targets: Source,
    local: Source,
    leads: "Source | None" = None,
    mapping: Mapping[str, str] | None = None,
) -> Inputs:
    """Read all lists of a run; arguments as for :func:`chainmatch.rank`."""
    lists = read_lists(local, leads, mapping=mapping)
    return Inputs(lists, read_targets(targets, mapping))


def read_targets(targets: Source, mapping: Mapping[str, str] | None = None) -> Targets:
    """Read the target firms of a run; arguments as for :func:`chainmatch.rank`."""
    reading = read_firms(targets, mapping=mapping)
    return Targets(reading, resolve(reading.table, None), input_of(targets, reading))


def read_lists(
    local: Source, leads: "Source | None" = None, *, mapping: Mapping[str, str] | None = None
) -> Lists:
    """Read the lists of a run beside the targets; arguments as for :func:`chainmatch.rank`."""
    own = read_firms(local, mapping=mapping)
    inputs = {"local": input_of(local, own)}
    hints = None if leads is None else read_leads(leads, mapping=mapping)
    if leads is not None and hints is not None:
        inputs["leads"] = input_of(leads, hints)
    return Lists(own, resolve(own.table, None), hints, inputs)


def input_of(source: "Source | None", reading: Reading) -> dict[str, str]:
    """Return what the manifest says of a list: its file and its sha256."""
    if isinstance(source, pd.DataFrame):
        digest = hashlib.sha256(source.to_csv(index=False).encode()).hexdigest()
        return {"file": "DataFrame", "sha256": digest}
    if isinstance(source, str) and is_database(source):  # what was read; no address, no password
        digest = hashlib.sha256(reading.table.to_csv(index=False).encode()).hexdigest()
        return {"file": database_label(source), "sha256": digest}
    path = Path(str(source))
    return {"file": file_name(path), "sha256": sha256_of(path)}


def sha256_of(path: Path) -> str:
    """Return the digest of a file, "" if there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
