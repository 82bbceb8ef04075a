"""The folder of a run read back: manifest, profile and tables."""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch.errors import RunError
from chainmatch.parts import Part, gap_parts_of, parts_of
from chainmatch.schema.columns import COLUMNS, CONTRACT, ROWS
from chainmatch.schema.currencies import money_text
from chainmatch.schema.records import TEXTS, partners_of, points_of, written
from chainmatch.schema.words import unknown
from chainmatch.util import missing
from chainmatch.util.cells import as_written
from chainmatch.util.file_names import check_name, on_disk
from chainmatch.util.replacing import put_back

if TYPE_CHECKING:
    from chainmatch.profile import Profile
    from chainmatch.run import Run

Row = dict[str, Any]

_REGISTERED = ("注册资本", "成立日期", "注册地址")
_TEXT = ("text", "date")
# What is lacking a name is called by its number.
_NAMED = {"node_name": "node", "kept_name": "kept_id", "left_name": "left_id"}
_NAMED |= {"right_name": "right_id"}


@dataclass(frozen=True)
class RunFolder:
    """A run folder as ``rank`` wrote it; tables are read when they are first asked for."""

    path: Path

    @classmethod
    def open(cls, path: "Run | str | Path") -> "RunFolder":
        """Open a folder, or a run in memory as if it had been written to one.

        Raises RunError for a folder that holds no run, or one of a newer contract, and for a run in
        pieces in memory, which holds a part of its tables only.
        """
        if not isinstance(path, str | PathLike):
            if path.gates is not None:
                raise RunError("分段运行的结果不全在内存里，请给出 rank 的结果文件夹。")
            return RunInHand(Path(), path)
        folder = Path(path)
        check_name(folder, RunError)
        _finish(folder)
        if not (folder / "run.json").is_file():
            raise RunError(f"{folder}：不是 rank 的结果文件夹（缺少 run.json），请检查路径。")
        found = cls(folder)
        if found.contract > CONTRACT:
            raise RunError(
                f"{folder}：由更新的 chainmatch {found.manifest['version']} 写出"
                f"（文件格式 {found.contract}，本程序读到 {CONTRACT}），请升级 chainmatch。"
            )
        return found

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What run.json says."""
        path = self.path / "run.json"
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, OSError):
            manifest = None
        wanted = {"version", "inputs", "profile", "chains"}
        if (
            not isinstance(manifest, dict)
            or not wanted <= manifest.keys()
            or not isinstance(manifest.get("contract", 0), int)
        ):
            raise RunError(f"{path}：内容损坏，请重新运行 rank。")
        return manifest

    @property
    def contract(self) -> int:
        """The number of the file contract; 0 for a folder written before there was one."""
        return int(self.manifest.get("contract", 0))

    @cached_property
    def profile(self) -> "Profile":
        """The county profile of the run, as far as the present program knows its keys.

        Weights are those of :attr:`weights`: a run of earlier days has other parts.
        """
        from pydantic import ValidationError

        from chainmatch.profile import Profile

        try:
            return Profile.model_validate(_known(self.manifest["profile"], Profile))
        except ValidationError:
            raise self._strange() from None

    @cached_property
    def weights(self) -> dict[str, float]:
        """The weights of the parts of the run, whatever parts it had."""
        found: dict[str, float] = self._weights("weights", parts_of)
        return found

    @cached_property
    def gap_weights(self) -> dict[str, float]:
        """The weights of the parts of a gap."""
        found: dict[str, float] = self._weights("gap_weights", gap_parts_of)
        return found

    @cached_property
    def floors(self) -> dict[str, float]:
        """The least values of parts that the run asked of a firm on the shortlist."""
        entry = self.manifest["profile"].get("entry", {})
        if "fit" not in self.weights and "fit" in entry:
            entry = {"sector": entry["fit"], **entry}  # what contract 1 called the fit
        return {part.name: entry[part.name] for part in self.parts if part.name in entry}

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the run's scores."""
        return parts_of(self.weights)

    def _weights(
        self, key: str, known: Callable[[Iterable[str]], tuple[Part, ...]]
    ) -> dict[str, float]:
        found = self.manifest["profile"].get(key)
        names = [part.name for part in known(found)] if isinstance(found, dict) else []
        if not names or not all(isinstance(found[name], int | float) for name in names):
            raise self._strange()
        return {name: float(found[name]) for name in names}

    def _strange(self) -> RunError:
        return RunError(f"{self.path / 'run.json'}：县情配置读不懂，请重新运行 rank。")

    def table(self, name: str) -> pd.DataFrame:
        """Return one table of the run; text columns hold "" for unknown.

        Columns that the program has learned since the run are there and unknown. Reasons, weak
        points and partners are records again (:mod:`chainmatch.schema.records`).
        """
        path = self.path / f"{name}.csv"
        check_name(path, RunError)
        row = {cell.column.name: cell for cell in ROWS[name]}
        try:
            header = pd.read_csv(path, nrows=0, encoding="utf-8-sig").columns
            numbers = [c for c in header if self._is_number(name, c)]
            frame = pd.read_csv(
                path,
                dtype={column: str for column in header if column not in numbers},
                encoding="utf-8-sig",
                keep_default_na=False,
                na_values={column: [""] for column in numbers},
            )
        except (OSError, ValueError):
            raise RunError(f"{path}：无法读取，请重新运行 rank。") from None
        lacking = sorted({name for name, cell in row.items() if cell.key} - set(header))
        if lacking:
            raise RunError(f"{path}：缺少列 {'、'.join(lacking)}，请重新运行 rank。")
        for column in frame.columns.difference(numbers):
            frame[column] = [as_written(text) for text in frame[column]]
        for column in row.keys() - set(header):
            unknown = "" if row[column].column.is_text else math.nan
            frame[column] = frame.get(_NAMED.get(column, ""), unknown)
        frame = _with_records(frame)
        old = [column for column in frame.columns if column not in row]
        return frame[[*row, *old]]

    def registered(self, firm_id: str) -> dict[str, str]:
        """Return what the list says of a firm of the shortlist: title → text, "" for unknown.

        Empty for any other firm, of which a folder keeps nothing of this.
        """
        path = self.path / on_disk("目标企业清单.csv")
        try:
            rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        except (OSError, ValueError):  # of earlier days, or taken away: nothing else needs it
            return {}
        if "企业编号" not in rows:
            return {}
        own = rows[rows["企业编号"].map(as_written).eq(firm_id)].head(1).to_dict("records")
        return {title: as_written(row.get(title, "")) for row in own for title in _REGISTERED}

    def _is_number(self, table: str, column: str) -> bool:
        parts = {part.column for part in (*self.parts, *gap_parts_of(self.gap_weights))}
        return column in parts or (column in COLUMNS and COLUMNS[column].kind not in _TEXT)


@dataclass(frozen=True)
class RunInHand(RunFolder):
    """A run in memory that is read as its folder would be."""

    run: "Run"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What run.json would say."""
        return {**self.run.manifest, "contract": CONTRACT}

    def registered(self, firm_id: str) -> dict[str, str]:
        """Return what the list says of any target firm: title → text, "" for unknown."""
        firms = self.run.candidates.firms
        for firm in missing.rows_of(firms[firms["firm_id"].eq(firm_id)].head(1)):
            money = (
                "" if unknown(firm["capital"]) else money_text(firm["capital"], firm["currency"])
            )
            told = (money, firm["established"], firm["address"])
            return dict(zip(_REGISTERED, told, strict=True))
        return {}

    def table(self, name: str) -> pd.DataFrame:
        """Return one table of the run as :meth:`RunFolder.table` does."""
        return _with_records(written(self.run.tables()[name]).reset_index(drop=True))


def _with_records(frame: pd.DataFrame) -> pd.DataFrame:
    for column in TEXTS.keys() & set(frame.columns):
        read = partners_of if column == "partner_firms" else points_of
        frame[column] = pd.Series(list(map(read, frame[column])), frame.index, dtype=object)
    return frame


def _known(data: Any, model: Any) -> Any:
    """Return what a run said of a profile without the keys that the model does not know."""
    if not isinstance(data, dict):
        return data
    found = {}
    for key, value in data.items():
        if key in model.model_fields:
            inner = model.model_fields[key].annotation
            nested = isinstance(inner, type) and hasattr(inner, "model_fields")
            found[key] = _known(value, inner) if nested else value
    return found


def _finish(folder: Path) -> None:
    """Put back what a killed run left half done: a folder holds the files of one run."""
    try:
        put_back(folder)
    except OSError as error:
        raise RunError(
            f"{folder}：上次写出结果时被中断，文件不全（{error.strerror}）；请重新运行 rank。"
        ) from None
