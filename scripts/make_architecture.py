"""Draw the house as it stands: docs/architecture.svg and the table in docs/architecture.md.

    python scripts/make_architecture.py [FOLDER]

Parts and rows are those that tests/test_layers.py holds; sentences are the first lines of the
packages, arrows the imports. Nothing is drawn by hand.
"""

import ast
import re
import runpy
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).parent.parent
BOX, GAP, HIGH, STEP = 150, 22, 44, 92
BEGIN, END = "<!-- parts -->", "<!-- end of parts -->"


def main(folder: Path) -> None:
    """Write picture and table into a folder."""
    layers = runpy.run_path(str(ROOT / "tests" / "test_layers.py"))
    rows = [sorted(parts - {"__init__", "_version"}) for parts in layers["ROWS"]]
    arrows = _arrows(layers)
    (folder / "architecture.svg").write_text(_picture(rows, arrows), encoding="utf-8")
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    block = f"{BEGIN}\n{_table(rows, layers)}{END}"
    page = re.sub(f"{BEGIN}.*?{END}", lambda _: block, page, flags=re.S)
    (folder / "architecture.md").write_text(page, encoding="utf-8")


def _arrows(layers: dict) -> set[tuple[str, str]]:
    part_of, tree_of, imported = (layers[name] for name in ("part_of", "tree_of", "imported"))
    return {
        (part_of(module), part_of(other))
        for module in layers["MODULES"]
        for other in imported(tree_of(module))
        if part_of(module) != part_of(other)
    }


def _table(rows: list[list[str]], layers: dict) -> str:
    lines = ["| part | what it is for |", "|---|---|"]
    for part in (part for row in rows for part in row):
        said = ast.get_docstring(layers["tree_of"](part)) or ""
        first = " ".join(said.split("\n\n")[0].split())
        lines.append(f"| `{part}` | {first} |")
    return "\n".join(lines) + "\n"


def _picture(rows: list[list[str]], arrows: set[tuple[str, str]]) -> str:
    wide = max(len(row) for row in rows) * (BOX + GAP) + GAP
    place = {}
    for number, row in enumerate(rows):
        left = (wide - len(row) * (BOX + GAP) + GAP) / 2
        for k, part in enumerate(row):
            place[part] = (left + k * (BOX + GAP), 20 + number * STEP)
    high = 20 + len(rows) * STEP
    shapes = []
    for start, end in sorted(arrows):
        if start in place and end in place:
            (x, y), (u, v) = place[start], place[end]
            x, y, u = x + BOX / 2, y + HIGH, u + BOX / 2
            bend = (v - y) / 2
            shapes.append(
                f'<path d="M{x:.0f} {y:.0f}C{x:.0f} {y + bend:.0f} {u:.0f} {v - bend:.0f} '
                f'{u:.0f} {v:.0f}" fill="none" stroke="#8aa" stroke-opacity=".45"/>'
            )
    for part, (x, y) in place.items():
        shapes.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{BOX}" height="{HIGH}" rx="6" fill="#f4f8f8" '
            f'stroke="#134f55"/><text x="{x + BOX / 2:.0f}" y="{y + HIGH / 2 + 5:.0f}" '
            f'text-anchor="middle" font-family="sans-serif" font-size="14">{escape(part)}</text>'
        )
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high}" '
        f'role="img" aria-label="parts of chainmatch and their imports">\n{body}\n</svg>\n'
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
