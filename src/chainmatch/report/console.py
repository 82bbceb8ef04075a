"""What a command prints: tables aligned for Chinese, and the summary of a run."""

from collections.abc import Sequence
from pathlib import Path
from unicodedata import east_asian_width

import pandas as pd

from chainmatch.report.facts import doubts, shortage
from chainmatch.report.folder import MANIFEST, PAGE, WORKBOOK
from chainmatch.run import Run
from chainmatch.schema.columns import COLUMNS
from chainmatch.util.rounding import figure

LINES = 10


def table(frame: pd.DataFrame, widest: int = 30) -> str:
    """Return a table under Chinese titles, columns aligned in a terminal's cells."""
    titles = [COLUMNS[name].title if name in COLUMNS else str(name) for name in frame.columns]
    rows = [[_cell(value, widest) for value in row] for row in frame.itertuples(index=False)]
    widths = [max(_width(cell) for cell in column) for column in zip(titles, *rows, strict=True)]
    rule = ["─" * width for width in widths]
    return "\n".join(_line(cells, widths) for cells in (titles, rule, *rows))


def summary(run: Run, folder: Path) -> str:
    """Return the first lines of the shortlist, the counts and where the files are."""
    names = ["rank", "name", "region", "node_name", "score", "low", "high", "stability"]
    counts = run.manifest["counts"]["targets"]
    return "\n".join(
        [
            *(f"请先核对：{doubt}\n" for doubt in doubts(run)),
            table(run.shortlist[names].head(LINES)),
            "",
            f"目标企业 {counts['rows']} 行 = 评分 {counts['scored']} + 排除 {counts['excluded']}"
            f" + 重复 {counts['duplicates']} + 无法读取 {counts['rejects']}；"
            f"清单共 {len(run.shortlist)} 家。",
            *(f"{why}。" for why in [shortage(run)] if why),
            f"工作簿：{folder / WORKBOOK}",
            f"网页：　{folder / PAGE}",
            f"数据表：{folder / 'shortlist.csv'} 等，说明见 {folder / MANIFEST}",
        ]
    )


def _cell(value: object, widest: int) -> str:
    if isinstance(value, float):
        return "" if value != value else figure(value)
    text = " ".join(str(value).split())
    if _width(text) <= widest:
        return text
    while _width(text) > widest - 1:
        text = text[:-1]
    return text + "…"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)
    )
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
