"""The folder of a run read back: manifest, profile and tables."""

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch.errors import RunError
from chainmatch.schema.columns import COLUMNS, CONTRACT, TABLES
from chainmatch.util.file_names import check_name
from chainmatch.util.replacing import put_back

if TYPE_CHECKING:
    from chainmatch.profile import Profile

Row = dict[str, Any]

_TEXT = ("text", "date")
# Without these nobody knows which firm or node a row is about; any other column may be lacking.
_NEEDED = {
    name: columns.split()
    for name, columns in {
        "shortlist": "rank firm_id name",
        "scores": "firm_id name node score",
        "gaps": "node",
        "locals": "firm_id name",
        "links": "left_id right_id",
        "excluded": "firm_id name",
        "duplicates": "firm_id name kept_id",
        "leads": "lead_id",
    }.items()
}
# What is lacking a name is called by its number.
_NAMED = {"node_name": "node", "kept_name": "kept_id", "left_name": "left_id"}
_NAMED |= {"right_name": "right_id"}


@dataclass(frozen=True)
class RunFolder:
    """A run folder as ``rank`` wrote it; tables are read when they are first asked for."""

    path: Path

    @classmethod
    def open(cls, path: str | Path) -> "RunFolder":
        """Open a folder. Raises RunError if it holds no run, or one of a newer contract."""
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
        """The county profile of the run."""
        from pydantic import ValidationError

        from chainmatch.profile import Profile

        try:
            return Profile.model_validate(self.manifest["profile"])
        except ValidationError:
            raise RunError(
                f"{self.path / 'run.json'}：县情配置与现在的程序不符，请重新运行 rank。"
            ) from None

    def table(self, name: str) -> pd.DataFrame:
        """Return one table of the run; text columns hold "" for unknown.

        A column that the folder lacks, for it was written before there was one, is unknown in every
        row. Raises RunError for one without which the rows say nothing.
        """
        path = self.path / f"{name}.csv"
        try:
            header = pd.read_csv(path, nrows=0, encoding="utf-8-sig").columns
            numbers = [c for c in header if c in COLUMNS and COLUMNS[c].kind not in _TEXT]
            frame = pd.read_csv(
                path,
                dtype={column: str for column in header if column not in numbers},
                encoding="utf-8-sig",
                keep_default_na=False,
                na_values={column: [""] for column in numbers},
            )
        except (OSError, ValueError):
            raise RunError(f"{path}：无法读取，请重新运行 rank。") from None
        lacking = [column for column in _NEEDED.get(name, ()) if column not in header]
        if lacking:
            raise RunError(f"{path}：缺少列 {'、'.join(lacking)}，请重新运行 rank。")
        for column in frame.columns.difference(numbers):
            frame[column] = [_unquoted(text) for text in frame[column]]
        for column in TABLES.get(name, ()):
            if column not in header:
                unknown = "" if COLUMNS[column].kind in _TEXT else math.nan
                frame[column] = frame.get(_NAMED.get(column, ""), unknown)
        return frame


def _finish(folder: Path) -> None:
    """Put back what a killed run left half done: a folder holds the files of one run."""
    try:
        put_back(folder)
    except OSError as error:
        raise RunError(
            f"{folder}：上次写出结果时被中断，文件不全（{error.strerror}）；请重新运行 rank。"
        ) from None


def _unquoted(text: str) -> str:
    """Undo the apostrophe that keeps a spreadsheet from reading text as a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@\t\r") else text
