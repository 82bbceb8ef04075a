"""Find the header of a list: the row, or the pair of rows, that says most."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chainmatch.tables.guessing import by_values, columns_of_firms
from chainmatch.tables.headers import (
    FAMILY,
    LONGEST_HEADER,
    REQUIRED,
    Header,
    Table,
    full_key,
    meaning_of,
    parse_header,
)
from chainmatch.tables.headings import lies_elsewhere, title_says, titles_of, unit_of
from chainmatch.tables.layout import Layout, build_layout
from chainmatch.tables.values import is_blank, raw_text, text_of

SEARCHED_ROWS = 60
_UNKNOWN_ROWS = 20  # that are searched for a header without a known name column


def find_layout(
    rows: Sequence[Sequence[object]], table: Table, mapping: Mapping[str, str], sheet: str = ""
) -> Layout | None:
    """Return the layout of the list in ``rows``, or None where no row names a required column.

    The header is the row, or the pair of rows, with the most columns understood; on ties the one
    that names its subject in the words that we know, then the first.
    What it does not say, the values below it may, and the titles above it and the name of the
    ``sheet``.
    """
    rows = rows[:SEARCHED_ROWS]
    best: Layout | None = None
    most = (0, 0)
    for index in range(len(rows)):
        for layout in _layouts_at(rows, index, table, mapping):
            said = (len(layout.columns), -_rank(layout, table, mapping))
            if best is None or said > most:
                best, most = layout, said
    if best is None and table == "firms":
        best = _by_firms(rows, mapping)
    if best is None:
        return None
    best = by_values(best, rows[best.last + 1 :], table)
    titles = titles_of(rows[: best.first])
    given = title_says(titles, sheet, table, best.columns)
    if table == "firms" and "region" in given:
        at = best.columns["name"][0]
        names = [text_of(row[at]) for row in rows[best.last + 1 :] if at < len(row)]
        if lies_elsewhere(given["region"], names):
            del given["region"]
    return best.told(given, unit_of(titles))


def _rank(layout: Layout, table: Table, mapping: Mapping[str, str]) -> int:
    """Return how well a header names what a list is of: 企业名称 better than a title 重点企业."""
    names = (at for name in REQUIRED[table] for at in layout.columns.get(name, ())[:1])
    return min(meaning_of(layout.headers[at], table, mapping).rank // FAMILY for at in names)


def _by_firms(rows: Sequence[Sequence[object]], mapping: Mapping[str, str]) -> Layout | None:
    """Return the layout of a list whose name column only its values give away, if it is one."""
    for index, row in enumerate(rows[:_UNKNOWN_ROWS]):
        headers = [parse_header(_short(value)) for value in row]
        meanings = [meaning_of(header, "firms", mapping) for header in headers]
        firms = columns_of_firms(rows[index + 1 :], len(headers))
        unsure = [at for at in firms if headers[at].text and not meanings[at].column]
        if len(unsure) == 1 and any(meaning.column for meaning in meanings):
            text = headers[unsure[0]].text
            layout = build_layout(
                headers, index, index, "firms", {**mapping, full_key(text): "name"}
            )
            return layout and replace(layout, guessed=((text, "name"),))
    return None


def _layouts_at(
    rows: Sequence[Sequence[object]], index: int, table: Table, mapping: Mapping[str, str]
) -> list[Layout]:
    top = [_short(value) for value in rows[index]]
    single = build_layout([parse_header(value) for value in top], index, index, table, mapping)
    found = [] if single is None else [single]
    if index + 1 < len(rows) and _may_be_header(rows[index + 1], table):
        bottom = [_short(value) for value in rows[index + 1]]
        headers = _two_rows(top, bottom, table, mapping)
        pair = build_layout(headers, index, index + 1, table, mapping)
        if pair is not None and _is_pair(single, bottom, pair, table, mapping):
            found.insert(0, pair)
    return found


def _short(value: object) -> str:
    text = "" if is_blank(value) else raw_text(value)
    return text if len(text) <= 2 * LONGEST_HEADER else ""


def _may_be_header(row: Sequence[object], table: Table) -> bool:
    """Return whether ``row`` could be the lower half of a header: short words, no figures."""
    cells = [value for value in row if not is_blank(value)]
    if not cells or not all(
        isinstance(value, str) and len(value) <= LONGEST_HEADER for value in cells
    ):
        return False
    headers = [parse_header(value) for value in cells]
    return any(_says_something(header, table) for header in headers)


def _says_something(header: Header, table: Table) -> bool:
    return _is_unit_only(header) or bool(meaning_of(header, table, {}).column)


def _is_unit_only(header: Header) -> bool:
    return bool(header.unit) and not header.key


def _is_pair(
    single: Layout | None,
    bottom: Sequence[str],
    pair: Layout,
    table: Table,
    mapping: Mapping[str, str],
) -> bool:
    """Return whether two rows are one header: together they must say more than either alone."""
    alone = build_layout([parse_header(value) for value in bottom], 0, 0, table, mapping)
    if alone is not None and len(alone.columns) >= len(pair.columns):
        return False
    if single is None or len(pair.columns) > len(single.columns):
        return True
    understood = [bool(meaning_of(header, table, mapping).column) for header in single.headers]
    filled = [(at, parse_header(value)) for at, value in enumerate(bottom) if value]
    return all(
        _is_unit_only(header)
        or (_says_something(header, table) and not (at < len(understood) and understood[at]))
        for at, header in filled
    )


def _two_rows(
    top: Sequence[str], bottom: Sequence[str], table: Table, mapping: Mapping[str, str]
) -> list[Header]:
    """Join two header rows; a merged upper cell reaches over the blank cells to its right."""
    width = max(len(top), len(bottom))
    upper, headers = "", []
    for at in range(width):
        above = top[at] if at < len(top) else ""
        below = bottom[at] if at < len(bottom) else ""
        upper = above or (upper if below else "")
        choices = [parse_header(text) for text in (below, upper + below, above) if text]
        known = [header for header in choices if meaning_of(header, table, mapping).column]
        header = (known or choices or [parse_header("")])[0]
        unit = next((choice.unit for choice in choices if choice.unit), "")
        headers.append(header._replace(unit=header.unit or unit))
    return headers
