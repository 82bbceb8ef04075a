"""Which lists are large: long enough that pieces and several processes are worth their while."""

from pathlib import Path

from chainmatch.tables.files import kind_of
from chainmatch.tables.sql import is_database
from chainmatch.util.file_names import readable

LARGE_ROWS = 100_000
LARGE_BYTES = 32 << 20  # of text: some 100,000 rows with scopes


def can_stream(source: str | Path) -> bool:
    """Return whether a source can be gone through in pieces: a text table or a Parquet file.

    Raises:
        TableError: it is missing, empty or no table at all.
    """
    if isinstance(source, str) and is_database(source):
        return False
    return kind_of(Path(source)) in ("text", "parquet")


def is_large(source: str | Path) -> bool:
    """Return whether a source is long, and can be gone through in pieces; errors as above."""
    if not can_stream(source):
        return False
    path = Path(source)
    if kind_of(path) == "text":
        return path.stat().st_size >= LARGE_BYTES
    return rows_of(path) >= LARGE_ROWS


def rows_of(path: Path) -> int:
    """Return about how many rows a list has: exactly for Parquet, line breaks for text."""
    if kind_of(path) == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return int(pq.read_metadata(readable(path)).num_rows)
        except (pa.ArrowException, OSError, ValueError):
            return 0  # damaged: reading it says so
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b""))
