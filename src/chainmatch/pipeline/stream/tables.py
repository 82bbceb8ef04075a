"""The long tables of a run, written from its parts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import pandas as pd

from chainmatch.pipeline.rank import Run
from chainmatch.pipeline.stream.folder import PartFolder
from chainmatch.pipeline.stream.judging import EXCLUDED, LINKS
from chainmatch.pipeline.stream.merging import Merges
from chainmatch.pipeline.stream.ordering import OrderedScores
from chainmatch.report.parts import join_csv, write_rows
from chainmatch.schema.columns import TABLES
from chainmatch.tables.reading import reject_frame

Writers = Mapping[str, Callable[[Path], None]]


def long_tables(
    run: Run, folder: PartFolder, count: int, merged: Merges, scores: OrderedScores, *, plain: bool
) -> Writers:
    """Return, by file name without suffix, what writes each table of which ``run`` holds a part.

    ``count`` is the number of parts in ``folder``.
    """
    parts = [folder.result(number) for number in range(count)]
    others = [reading.rejects for reading in run.readings[1:]]
    file = run.manifest["inputs"]["targets"]["file"]
    rejects = chain(piece_rejects(folder, count, file), others)

    def scored(path: Path) -> None:
        scores.write(path, plain=plain)

    def joined(table: str, suffix: str) -> Callable[[Path], None]:
        files = [part.with_suffix(suffix) for part in parts]
        return lambda path: join_csv(files, TABLES[table], path, plain=plain)

    def written(table: str, frames: Iterable[pd.DataFrame]) -> Callable[[Path], None]:
        rows = _rows(frames, TABLES[table], folder.path / f"{table}.rows")
        return lambda path: join_csv(rows, TABLES[table], path, plain=plain)

    return {
        "scores": scored,
        "excluded": joined("excluded", EXCLUDED),
        "links": joined("links", LINKS),
        "rejects": written("rejects", rejects),
        "duplicates": written("duplicates", _duplicates(merged, run)),
    }


def piece_rejects(folder: PartFolder, count: int, file: str) -> Iterator[pd.DataFrame]:
    """Yield the rows that the first ``count`` pieces rejected, as tables."""
    for number in range(count):
        yield reject_frame([(file, *reject) for reject in folder.rejects(number)])


def _duplicates(merged: Merges, run: Run) -> Iterator[pd.DataFrame]:
    yield from merged.tables()
    yield run.home.duplicates


def _rows(frames: Iterable[pd.DataFrame], columns: Sequence[str], path: Path) -> Iterator[Path]:
    """Write each table as rows of CSV to ``path`` and yield it."""
    for frame in frames:
        write_rows(frame[list(columns)], path)
        yield path


def head(frames: Iterable[pd.DataFrame], columns: Sequence[str], most: int) -> pd.DataFrame:
    """Return the first ``most`` rows of all tables."""
    found: list[pd.DataFrame] = []
    left = most
    for frame in frames:
        if not left:
            break
        found.append(frame.head(left))
        left -= len(found[-1])
    whole = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(columns))
    return whole[list(columns)]
