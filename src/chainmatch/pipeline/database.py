"""Questions to the parts of a list that look at all of them, in bounded memory: DuckDB."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from chainmatch.errors import OutputError

_MEMORY = "1GB"  # what goes beyond is put on the disk
_THREADS = 2
_BATCH = 20_000
_PART = "CREATE MACRO part(name) AS CAST(parse_filename(name, true) AS BIGINT)"


class Database:
    """Answers SQL over Parquet files; what does not fit into memory goes to ``folder``.

    In a question ``files(…)`` are the rows of the files that it is asked with, and ``part(name)``
    is the number of the part that a file is of.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def rows(self, question: str, files: Sequence[Path]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of an answer, some thousand at a time.

        Raises:
            OutputError: the disk is full, or the memory is.
        """
        with self._answer(question, files) as answer:
            yield from answer.to_arrow_reader(_BATCH)

    def table(self, question: str, files: Sequence[Path]) -> pd.DataFrame:
        """Return an answer as a table; errors as above."""
        with self._answer(question, files) as answer:
            found: pd.DataFrame = answer.to_arrow_table().to_pandas()
            return found

    @contextmanager
    def _answer(self, question: str, files: Sequence[Path]) -> Iterator[Any]:
        import duckdb

        told = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
        question = question.replace("files(", f"read_parquet([{told}], ").replace(", )", ")")
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY,
            "temp_directory": str(self._folder),
            "threads": _THREADS,
        }
        try:
            # One for each question: what it took is given back.
            with duckdb.connect(config=settings) as connection:
                connection.execute(_PART)
                yield connection.sql(question)
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            why = str(error).partition("\n")[0]
            raise OutputError(
                f"{self._folder}：整理结果时磁盘空间或内存不足（{why}）；请清理磁盘或换一个位置。"
            ) from None
