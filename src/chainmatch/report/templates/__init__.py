"""The templates of the page and of the chain picture, and how they are read."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent


@cache
def environment() -> "Environment":
    """Return the Jinja2 environment: everything is escaped unless a template says otherwise."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def source(name: str) -> str:
    """Return a style sheet or script as it stands."""
    return (_FOLDER / name).read_text(encoding="utf-8")
