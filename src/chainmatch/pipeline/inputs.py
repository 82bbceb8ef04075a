"""Lists that go in: read here, or read before; and what the manifest says of them."""

import hashlib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from chainmatch.tables import Reading, read_firms, read_leads
from chainmatch.tables.sources import Source
from chainmatch.tables.sql import database_label, is_database
from chainmatch.util.file_names import file_name

List: TypeAlias = "Source | Reading"  # a list to read, or one that was read before


def firms_of(given: List, mapping: Mapping[str, str] | None) -> Reading:
    """Return a list of firms as read."""
    return given if isinstance(given, Reading) else read_firms(given, mapping=mapping)


def leads_of(given: List, mapping: Mapping[str, str] | None) -> Reading:
    """Return a list of leads as read."""
    return given if isinstance(given, Reading) else read_leads(given, mapping=mapping)


def input_of(source: List, reading: Reading) -> dict[str, str]:
    """Return the file of a list and its sha256."""
    if isinstance(source, Reading):
        digest = hashlib.sha256(source.table.to_csv(index=False).encode()).hexdigest()
        return {"file": "Reading", "sha256": digest}
    if isinstance(source, pd.DataFrame):
        digest = hashlib.sha256(source.to_csv(index=False).encode()).hexdigest()
        return {"file": "DataFrame", "sha256": digest}
    database = isinstance(source, str) and is_database(source)
    if database or not isinstance(source, str | PathLike):
        # What was read; no address, no password.
        digest = hashlib.sha256(reading.table.to_csv(index=False).encode()).hexdigest()
        label = database_label(source) if isinstance(source, str) else type(source).__name__
        return {"file": label, "sha256": digest}
    path = Path(source)
    return {"file": file_name(path), "sha256": sha256_of(path)}


def sha256_of(path: Path) -> str:
    """Return the digest of a file, "" if there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
