"""How records show themselves in a notebook: a few lines, and short tables."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_LONGEST = 60  # characters of a cell


def block(title: str, *parts: str) -> str:
    """Return HTML: a title and parts, each a table (:class:`Html`) or a line."""
    lines = [part if isinstance(part, Html) else f"<div>{escape(part)}</div>" for part in parts]
    return f"<p><b>{escape(title.strip('<>'))}</b></p>{''.join(lines)}"


class Html(str):
    """A text that is HTML already."""

    __slots__ = ()


def frame_html(frame: "pd.DataFrame", titles: Mapping[str, str], most: int = 30) -> Html:
    """Return the columns of a table that have titles, its first rows, and how many there are."""
    rows = zip(*(frame[name].head(most).tolist() for name in titles), strict=True)
    more = f"<div>共 {len(frame):,} 行，列出前 {most} 行</div>" if len(frame) > most else ""
    return Html(table_html(titles.values(), rows) + more)


def table_html(titles: Iterable[str], rows: Iterable[Iterable[object]]) -> Html:
    """Return a table of rows."""
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    cell = '<td style="text-align:left">'
    told = ("".join(f"{cell}{escape(_cell(value))}</td>" for value in row) for row in rows)
    body = "".join(f"<tr>{row}</tr>" for row in told)
    return Html(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def _cell(value: object) -> str:
    """Return a cell as it reads: unknown is empty, a number has three digits, a text is cut."""
    if value is None or value != value:
        return ""
    text = str(value)
    if isinstance(value, float):
        text = f"{value:.3g}" if abs(value) < 1 else f"{value:,.10g}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
