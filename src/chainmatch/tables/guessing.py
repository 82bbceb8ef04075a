"""What a column holds by its values, where its header does not say: codes, firms, places."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from chainmatch.names import valid_code
from chainmatch.tables.headers import INPUT, Table
from chainmatch.tables.headings import FIRM_END, is_place
from chainmatch.tables.layout import Layout
from chainmatch.tables.values import text_of

MOST, SOME, FEW = 0.8, 0.6, 0.2  # shares of the values that decide
_LEAST = 2  # filled cells that decide

Rows = Sequence[Sequence[object]]


def is_firm(text: str) -> bool:
    """Return whether a text looks like the full name of a firm."""
    return len(text) >= 4 and FIRM_END.search(text) is not None


def share(rows: Rows, at: int, test: Callable[[str], bool]) -> float:
    """Return the share of the filled cells of a column that pass a test; 0 of too few."""
    texts = [text for row in rows if at < len(row) and (text := text_of(row[at]))]
    return sum(map(test, texts)) / len(texts) if len(texts) >= _LEAST else 0.0


def by_values(layout: Layout, rows: Rows, table: Table) -> Layout:
    """Return a layout with the columns that the first ``rows`` below its header give away.

    A column whose header is not understood may hold codes or places that no other column holds.
    Of several columns that may be the name, one that holds no firms gives way to one that does.
    """
    if layout.blocks or table != "firms":
        return layout
    found = dict(layout.columns)
    guessed = dict(layout.guessed)
    at = found["name"][0]
    if share(rows, at, is_firm) < FEW:
        others = [other for other in (*found["name"][1:], *layout.candidates) if other != at]
        better = next((other for other in others if share(rows, other, is_firm) >= SOME), None)
        if better is not None:
            found["name"] = (better,)
            guessed[layout.headers[better].text] = "name"
    tests = {"code": valid_code, **({} if "address" in found else {"region": is_place})}
    used = {position for positions in found.values() for position in positions}
    for name, test in tests.items():
        for other in layout.unused:
            if name not in found and other not in used and share(rows, other, test) >= MOST:
                found[name] = (other,)
                guessed[layout.headers[other].text] = name
                used.add(other)
    if found == layout.columns:
        return layout
    columns = {name: found[name] for name in INPUT[table] if name in found}
    left = {*layout.unused, *(set(layout.columns["name"]) - used)}
    unused = tuple(sorted(other for other in left if other not in used))
    return replace(layout, columns=columns, unused=unused, guessed=tuple(guessed.items()))


def columns_of_firms(rows: Rows, width: int) -> list[int]:
    """Return the columns that hold names of firms by their values."""
    return [at for at in range(width) if share(rows, at, is_firm) >= SOME]
