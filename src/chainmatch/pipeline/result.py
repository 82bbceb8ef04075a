"""The table that a command writes of a list, and what could not be read beside it."""

from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from chainmatch.pipeline.engines.found import DiskPart, Engine, Found, Step
from chainmatch.report.files import check_table_path, write_rejects, write_table
from chainmatch.report.parts import check_result_path, join_parts


class Summary(NamedTuple):
    """How many rows of a list were read as firms, how many rows of all lists were rejected.

    ``path`` is the file of those beside the result; None where there are none.
    """

    firms: int
    rejects: int
    path: Path | None


def check_out(out: str | Path, engine: Engine) -> Path:
    """Return where a result can be written; raise OutputError before any work is done."""
    return check_result_path(out) if engine.bounded else check_table_path(out)


def write_rows(
    found: Found, step: Step, out: Path, others: list[pd.DataFrame], *, plain: bool
) -> Summary:
    """Write the table ``rows`` of a step, and beside it what could not be read.

    ``others`` are such rows of other lists.
    """
    first = found.parts[0]
    if isinstance(first, DiskPart):
        rows = (part.rows("rows") for part in found.parts if isinstance(part, DiskPart))
        join_parts(rows, step.schemas["rows"], out, plain=plain)
    else:
        write_table(first.table("rows"), out, plain=plain)
    beside = write_rejects(chain(found.rejects(), others), out, plain=plain)
    return Summary(found.firms, found.rejected + sum(map(len, others)), beside)
