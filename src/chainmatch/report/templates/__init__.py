"""The templates of the page, the chain pictures and the texts, and how they are read."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent


@cache
def environment() -> "Environment":
    """Return the Jinja2 environment: everything is escaped except in plain text (``.txt``).

    Templates know the words of tables (``words``) and how figures are rounded.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    from chainmatch.schema import words
    from chainmatch.util import rounding

    found = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=select_autoescape((), ("txt",), default_for_string=True, default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    rules = {name: getattr(rounding, name) for name in ("figure", "percent", "rounded")}
    found.globals.update({"words": words, "rounding": rounding, **rules})
    return found


def text_of(name: str, **context: Any) -> str:
    """Return what a template of plain text says, without an end of line behind the last."""
    return environment().get_template(name).render(context).rstrip("\n")


@cache
def source(name: str) -> str:
    """Return a style sheet or script as it stands."""
    return (_FOLDER / name).read_text(encoding="utf-8")
