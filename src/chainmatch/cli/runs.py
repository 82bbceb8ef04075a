"""Commands on the folder of a run: ``explain``, ``brief``, ``diff``, ``whatif``."""

import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from chainmatch.cli.engines import Steps
from chainmatch.cli.parsing import read_mapping
from chainmatch.errors import OptionError

if TYPE_CHECKING:
    from chainmatch.scenarios.whatif import WhatIf


def explain(arguments: Namespace) -> None:
    """Why a firm is on the shortlist or not."""
    from chainmatch.report.runs import explain

    card = explain(arguments.firm, arguments.run)
    print(_json(card) if arguments.json else card)


def brief(arguments: Namespace) -> None:
    """The visit brief of a firm."""
    from chainmatch.report.brief import read_brief, write_brief

    if arguments.out is None and not arguments.json:
        raise OptionError("请用 --out 指明简报文件（.docx），或用 --json 在屏幕上显示。")
    if arguments.out is not None:
        write_brief(arguments.firm, arguments.run, arguments.out)
    if arguments.json:
        print(_json(read_brief(arguments.firm, arguments.run)))
    else:
        print(f"已写出 {arguments.out}")


def diff(arguments: Namespace) -> None:
    """What moved between two runs."""
    from chainmatch.report.runs import diff

    found = diff(arguments.run_a, arguments.run_b)
    print(_json(found) if arguments.json else found.text())


def whatif(arguments: Namespace) -> None:
    """What changes if target firms come, and what would lift one firm onto the list."""
    from chainmatch.report.files import check_path
    from chainmatch.scenarios.rerun import run_again
    from chainmatch.scenarios.whatif import whatif

    out = check_path(arguments.out, ".json", ".csv") if arguments.out is not None else None
    with Steps(2, arguments.quiet) as step:
        step("按原来的名单重新计算")
        run, notes = run_again(
            arguments.run, targets=arguments.targets, local=arguments.local,
            leads=arguments.leads, chains=arguments.chains, mapping=read_mapping(arguments.map),
        )  # fmt: skip
        step("试算")
        found = whatif(arguments.firms, run)
    if arguments.json:
        print(_json(found))
    elif not arguments.quiet:
        print("\n".join([*(f"注意：{note}。" for note in notes), found.text()]))
    if out:
        written = _write_tables(found, out, plain=arguments.plain)
        if not (arguments.quiet or arguments.json):
            print(f"\n已写出 {'、'.join(map(str, written))}")


class _Told(Protocol):
    def as_dict(self) -> dict[str, Any]: ...


def _json(told: _Told) -> str:
    return json.dumps(told.as_dict(), ensure_ascii=False, indent=2)


def _write_tables(found: "WhatIf", out: Path, *, plain: bool) -> list[Path]:
    from chainmatch.report.files import write_table, write_text

    if out.suffix.lower() == ".json":
        write_text(_json(found) + "\n", out)
        return [out]
    files = {out.with_suffix(f".{name}.csv"): table for name, table in found.tables().items()}
    for path, table in files.items():
        write_table(table, path, plain=plain)
    return list(files)
