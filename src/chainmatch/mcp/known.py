"""What questions are put to: the chains, and the folder of a finished run if there is one."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch._version import __version__
from chainmatch.chains.graph import chain_files, read_chains
from chainmatch.errors import OptionError
from chainmatch.identity.search import Finder
from chainmatch.matching.matcher import Matcher
from chainmatch.pipeline.inputs import sha256_of
from chainmatch.report.facts import Record, records
from chainmatch.report.runs.explaining import STATES, TABLES
from chainmatch.report.runs.folders import RunFolder
from chainmatch.schema.records import written
from chainmatch.util.file_names import file_name

if TYPE_CHECKING:
    import networkx as nx

    from chainmatch.report.runs.run_diff import Side
    from chainmatch.run import Run

_NO_RUN = "启动时没有给出运算结果；请用 chainmatch mcp --run 结果文件夹 重新启动。"


class Known:
    """Chains, matcher and run, each read when it is first asked for; nothing is ever written."""

    def __init__(
        self,
        run: str | Path | None = None,
        chains: str | Path | None = None,
        lists: Mapping[str, Any] | None = None,
    ) -> None:
        self._folder = None if run is None else RunFolder.open(run)
        self._chains = chains
        self._lists = dict(lists or {})
        self._tables: dict[str, pd.DataFrame] = {}
        self._lock = Lock()
        self.graph: nx.DiGraph[str] = read_chains(chains)

    @property
    def folder(self) -> RunFolder:
        """The folder of the run. Raises OptionError where none was given."""
        if self._folder is None:
            raise OptionError(_NO_RUN)
        return self._folder

    @cached_property
    def matcher(self) -> Matcher:
        """The matcher of the chains."""
        return Matcher(self.graph)

    @cached_property
    def firms(self) -> Finder:
        """All firms of the run by any form of their names."""
        tables = [self.table(name)[["firm_id", "name"]] for name in TABLES[1:]]
        return Finder(pd.concat(tables).drop_duplicates(ignore_index=True))

    @cached_property
    def side(self) -> "Side":
        """The run as a side of a comparison, which knows why a firm is not on its list."""
        from chainmatch.report.runs.run_diff import Side

        return Side(self.folder)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the run with its records; read once."""
        if name not in self._tables:
            self._tables[name] = self.folder.table(name)
        return self._tables[name]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables that name firms, by name."""
        return {name: self.table(name) for name in TABLES}

    def rows(self, name: str, **cells: str) -> list[Record]:
        """Return the rows of a table that hold these cells, as its file writes them."""
        table = self.table(name)
        for column, cell in cells.items():
            table = table[table[column] == cell]
        return records(written(table))

    def state(self, firm_id: str) -> str:
        """Return where in the run a firm stands, in Chinese."""
        tables = (name for name in TABLES if (self.table(name)["firm_id"] == firm_id).any())
        return STATES[next(tables)]

    def again(self) -> "tuple[Run, tuple[str, ...]]":
        """Return the run computed anew from its lists, once; what differs from then beside it."""
        with self._lock:
            return self._again

    @cached_property
    def _again(self) -> "tuple[Run, tuple[str, ...]]":
        from chainmatch.scenarios.rerun import run_again

        return run_again(self.folder.path, chains=self._chains, **self._lists)

    @cached_property
    def source(self) -> Record:
        """What answers stand on: version, chains, and of a run its lists with their digests."""
        chains = {file_name(path): sha256_of(path) for path in chain_files(self._chains)}
        found: Record = {"version": __version__, "chains": chains, "notes": []}
        if self._folder is None:
            return found
        manifest = self._folder.manifest
        if manifest["chains"] != chains:
            found["notes"] = ["产业链文件与运算时不同：识别和追溯按现在的，其余按运算时的。"]
        return found | {
            "run": self._folder.path.name,
            "run_version": manifest["version"],
            "inputs": manifest["inputs"],
            "counts": manifest.get("counts", {}),
        }

    def without_places(self, text: str) -> str:
        """Return a message without the folder in which the run lies."""
        if self._folder is None:
            return text
        return text.replace(str(self._folder.path), self._folder.path.name)
