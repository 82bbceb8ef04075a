"""The folder of a run: tables for machines, workbook and page for people, manifest for both."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from chainmatch.report.files import write_csv
from chainmatch.report.page import write_page
from chainmatch.report.sheets import office_lists
from chainmatch.report.workbook import write_workbook
from chainmatch.run import Run
from chainmatch.schema.columns import CONTRACT
from chainmatch.util.atomic import whole_folder
from chainmatch.util.file_names import on_disk

WORKBOOK = "精准招商清单.xlsx"
PAGE = "report.html"
MANIFEST = "run.json"


def write_report(
    run: Run,
    out: str | Path,
    *,
    plain: bool = False,
    longer: Mapping[str, Callable[[Path], None]] | None = None,
) -> Path:
    """Write every file of a run to the folder ``out`` and return it.

    ``longer`` says how to write those tables (by file name without suffix) of which the run holds
    a part only. The same run gives the same bytes. Raises OutputError if the place cannot
    be written.
    """
    folder = Path(out)
    with whole_folder(folder) as temporary:
        write_page(run, temporary / PAGE)
        _write_tables(run, temporary, plain, longer or {})
        told = {**run.manifest, "contract": CONTRACT}
        manifest = json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)
        (temporary / MANIFEST).write_text(manifest + "\n", encoding="utf-8")
    return folder


def _write_tables(
    run: Run, folder: Path, plain: bool, longer: Mapping[str, Callable[[Path], None]]
) -> None:
    for name, frame in run.tables().items():
        path = folder / f"{name}.csv"
        if name in longer:
            longer[name](path)
        else:
            write_csv(frame, path, plain=plain)
    for name, frame in office_lists(run).items():
        write_csv(frame, folder / on_disk(f"{name}.csv"), plain=plain)
    write_workbook(run, folder / on_disk(WORKBOOK))
