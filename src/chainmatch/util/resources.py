"""Where the bundled data lie: chains, profiles, sample, learned figures, places."""

from functools import cache
from pathlib import Path


@cache
def data_folder(name: str) -> Path:
    """Return the bundled folder ``data/<name>``.

    A checkout is looked up before the installed copy: an editable install copies the data once,
    and an edit of a chain file must be seen at once.
    """
    package = Path(__file__).parents[1]
    checkout = package.parent.parent / "data" / name
    if checkout.is_dir() and (package.parent.parent / "pyproject.toml").is_file():
        return checkout
    return package / "data" / name
