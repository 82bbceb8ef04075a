"""Where the bundled data lie: chains, profiles, sample, learned figures, places."""

import csv
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from chainmatch.errors import OptionError

Reader = TypeVar("Reader", bound=Callable[..., Any])


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


def data_rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a bundled table, ``data/<name>``: CSV with a header."""
    folder, _, file = name.rpartition("/")
    with (data_folder(folder) / file).open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


@cache
def packaged(module: str, name: str) -> Any:
    """Return what the YAML file ``name`` says that stands beside a module (its ``__file__``)."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = Path(module).with_name(name).read_text(encoding="utf-8")
    return yaml.load(text, loader)  # noqa: S506 - it is a safe one


# --- learned figures ----------------------------------------------------------------------------

# A folder of ``chainmatch train``, or "none". The environment, because every process that a run
# starts inherits it: helpers, workers, the runs of the service.
LEARNED = "CHAINMATCH_LEARNED"
FILES = ("borders.json", "fit.json", "frequencies.json", "names.json", "relatedness.json")
_readers: list[Any] = []


def use_learned(where: str | Path | None) -> None:
    """Let this process and those that it starts use the learned figures of a folder.

    ``"none"`` works without any, ``None`` with those that ship. What the folder does not hold is
    done without. Call it before anything is matched: a matcher keeps the figures it was built with.

    Raises OptionError if there are no learned figures in the folder.
    """
    if where is None:
        os.environ.pop(LEARNED, None)
    elif where == "none" or any((Path(where) / name).is_file() for name in FILES):
        os.environ[LEARNED] = "none" if where == "none" else str(Path(where).resolve())
    else:
        raise OptionError(
            f"文件夹“{where}”里没有学得的数字（{'、'.join(FILES)}）；"
            "请用 chainmatch train 生成，或写 none 表示不用。"
        )
    forget_learned()


def learned_file(name: str) -> Path | None:
    """Return the file of learned figures that is in use, or None to do without."""
    chosen = os.environ.get(LEARNED, "")
    if chosen == "none":
        return None
    file = (Path(chosen) if chosen else data_folder("learned")) / name
    return file if file.is_file() else None


def learned_files() -> list[Path]:
    """Return all files of learned figures that are in use, in the order of their names."""
    return [file for file in map(learned_file, FILES) if file]


def reads_learned(reader: Reader) -> Reader:
    """Mark a cached function whose answers rest on learned figures."""
    _readers.append(reader)
    return reader


def forget_learned() -> None:
    """Let what was read of learned figures be read again."""
    for reader in _readers:
        reader.cache_clear()
