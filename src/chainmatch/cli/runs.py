"""Commands on the folder of a run: ``explain``, ``brief``, ``diff``, ``whatif``."""

import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from chainmatch.cli.engines import Steps
from chainmatch.cli.parsing import read_mapping
from chainmatch.errors import OutputError

if TYPE_CHECKING:
    from chainmatch.scenarios.whatif import WhatIf


def explain(arguments: Namespace) -> None:
    """Why a firm is on the shortlist or not."""
    from chainmatch.report.runs import explain

    print(explain(arguments.firm, arguments.run))


def brief(arguments: Namespace) -> None:
    """The visit brief of a firm."""
    from chainmatch.report.brief import write_brief

    write_brief(arguments.firm, arguments.run, arguments.out)
    print(f"已写出 {arguments.out}")


def diff(arguments: Namespace) -> None:
    """What moved between two runs."""
    from chainmatch.report.runs import diff

    print(diff(arguments.run_a, arguments.run_b).text())


def whatif(arguments: Namespace) -> None:
    """What changes if target firms come, and what would lift one firm onto the list."""
    from chainmatch.scenarios.rerun import run_again
    from chainmatch.scenarios.whatif import whatif

    out = _tables_path(arguments.out)
    with Steps(2, arguments.quiet) as step:
        step("按原来的名单重新计算")
        run, notes = run_again(
            arguments.run, targets=arguments.targets, local=arguments.local,
            leads=arguments.leads, chains=arguments.chains, mapping=read_mapping(arguments.map),
        )  # fmt: skip
        step("试算")
        found = whatif(arguments.firms, run)
    if not arguments.quiet:
        print("\n".join([*(f"注意：{note}。" for note in notes), found.text()]))
    if out:
        written = _write_tables(found, out, plain=arguments.plain)
        if not arguments.quiet:
            print(f"\n已写出 {'、'.join(map(str, written))}")


def _tables_path(path: str | None) -> Path | None:
    """Return where tables can be written; raise OutputError before any work is done."""
    if path is None:
        return None
    from chainmatch.util.atomic import check_folder

    out = Path(path)
    if out.suffix.lower() not in (".json", ".csv"):
        raise OutputError(f"{out}：结果文件应以 .json 或 .csv 结尾。")
    if out.is_dir():
        raise OutputError(f"{out}：是文件夹，请给出文件名。")
    check_folder(out.parent)
    return out


def _write_tables(found: "WhatIf", out: Path, *, plain: bool) -> list[Path]:
    from chainmatch.report.files import write_table, write_text

    if out.suffix.lower() == ".json":
        write_text(json.dumps(found.records(), ensure_ascii=False, indent=2) + "\n", out)
        return [out]
    files = {out.with_suffix(f".{name}.csv"): table for name, table in found.tables().items()}
    for path, table in files.items():
        write_table(table, path, plain=plain)
    return list(files)
