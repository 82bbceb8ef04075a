"""Write the parts of docs/ that follow from the code: docs/cli.md and docs/columns.md.

    python scripts/make_docs.py [FOLDER]

A test holds the committed files to what this script writes.
"""

import sys
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from pathlib import Path

from chainmatch.cli import parser
from chainmatch.schema.columns import COLUMNS, TABLES, column_of

DOCS = Path(__file__).parent.parent / "docs"
KINDS = {"text": "text", "number": "number", "integer": "integer", "share": "0…1", "date": "date"}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cli.md").write_text(cli(), encoding="utf-8")
    (folder / "columns.md").write_text(columns(), encoding="utf-8")


def cli() -> str:
    """Return the help of every command as Markdown."""
    head = "# Commands\n\nWritten by `make docs` from the code. Exit codes: 0 done, 2 the input or "
    head += "the options are wrong, 1 a fault of ours.\n"
    parts = [
        f"## {command.prog}\n\n```\n{command.format_help().strip()}\n```" for command in walk()
    ]
    return head + "\n" + "\n\n".join(parts) + "\n"


def walk(command: ArgumentParser | None = None) -> Iterator[ArgumentParser]:
    command = command or parser()
    yield command
    for action in command._actions:
        if isinstance(action, _SubParsersAction):
            for child in action.choices.values():
                yield from walk(child)


def columns() -> str:
    """Return every column of every table as Markdown."""
    head = "# Columns\n\nWritten by `make docs` from `data/words/`. CSV files carry "
    head += "the names, the workbook the Chinese titles. Unknown is an empty cell, never 0.\n"
    return head + "".join(table(name) for name in TABLES) + aliases()


def table(name: str) -> str:
    rows = [column_of(name, column) for column in TABLES[name]]
    lines = [f"| `{c.name}` | {c.title} | {KINDS[c.kind]} | {c.meaning} |" for c in rows]
    return f"\n## {name}\n\n| name | title | kind | meaning |\n|---|---|---|---|\n" + joined(lines)


def aliases() -> str:
    named = [column for column in COLUMNS.values() if column.aliases]
    lines = [f"| `{c.name}` | {c.title}、{'、'.join(c.aliases)} |" for c in named]
    head = "\n## Headers that are recognised\n\nBlanks, line breaks and units in brackets do not "
    head += "matter; `--map 列名=name` covers the rest.\n\n| name | headers |\n|---|---|\n"
    return head + joined(lines)


def joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
