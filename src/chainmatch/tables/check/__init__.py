"""What a file would give, as text: ``chainmatch check`` prints it and writes nothing."""

from collections.abc import Mapping

import pandas as pd

from chainmatch.errors import NoListError, OptionError, TableError
from chainmatch.tables import Reading, read_firms, read_leads
from chainmatch.tables.check.repeats import MOST, alike, merged_lines, repeated, said_twice
from chainmatch.tables.check.words import SHOWN, Checked, report
from chainmatch.tables.headers import Table
from chainmatch.tables.sources import Source

__all__ = [
    "MOST", "MOST_LEADS", "SHOWN", "Checked", "check_file", "filled_cells", "merged_lines",
    "outcomes", "report", "said_twice",
]  # fmt: skip

MOST_LEADS = 5_000  # a longer list is never one of leads


def check_file(source: Source, *, mapping: Mapping[str, str] | None = None) -> str:
    """Return in Chinese what would be read from ``source`` and what would not.

    Says how the columns were understood, what was rejected and why, which rows are one firm (or
    which leads say the same) and how sure that is, and what is missing. A file is taken for the
    list, firms or leads, of which more columns are understood.

    Raises:
        TableError: the source cannot be read at all.
        OptionError: ``mapping`` names an unknown column.
    """
    reading, table, doubt = _read_either(source, mapping)
    return report(_checked(reading, table, doubt))


def _checked(reading: Reading, table: Table, doubt: list[str]) -> Checked:
    rows = reading.table
    refused = {
        str(why): (len(group), group["row"].head(SHOWN).tolist())
        for why, group in reading.rejects.groupby("why", sort=False)
    }
    return Checked(
        table,
        reading.mapping,
        len(rows),
        len(reading.rejects),
        reading.furniture,
        refused,
        filled_cells(rows),
        repeated(rows) if table == "firms" else alike(rows),
        outcomes(rows) if table == "firms" else {},
        reading.notes,
        doubt,
    )


def filled_cells(table: pd.DataFrame) -> dict[str, int]:
    """Return how many cells of each column are filled."""
    known = table.notna() & (table.astype(str) != "")
    return {str(name): int(count) for name, count in known.sum().items()}


def outcomes(firms: pd.DataFrame) -> dict[str, int]:
    """Return how many firms bear each outcome of a visit, as they first come."""
    told = firms["outcome"][firms["outcome"] != ""]
    return {str(outcome): int(n) for outcome, n in told.value_counts(sort=False).items()}


def _read_either(
    source: Source, mapping: Mapping[str, str] | None
) -> tuple[Reading, Table, list[str]]:
    """Return the reading, of what it is a list, and a line where that is open to doubt."""
    try:
        firms = read_firms(source, mapping=mapping)
    except NoListError as error:
        try:
            return read_leads(source, mapping=mapping), "leads", []
        except TableError:
            raise error from None
    # A list of leads may name the party of each lead; then more of it makes sense as leads.
    surely = len(firms.table) > MOST_LEADS or "firm_id" in firms.mapping.values()
    leads = None if surely else _leads(source, mapping)
    if leads is None or _understood(leads) <= _understood(firms):
        return firms, "firms", []
    doubt = f"按线索表读取；如当作企业名单，可读入 {len(firms.table):,} 家企业"
    return leads, "leads", [doubt]


def _leads(source: Source, mapping: Mapping[str, str] | None) -> Reading | None:
    try:
        return read_leads(source, mapping=mapping)
    except (TableError, OptionError):  # no such list, or the mapping speaks of firms
        return None


def _understood(reading: Reading) -> int:
    return len(set(reading.mapping.values()))
