"""Learn every file of learned figures from a registry of one's own (``chainmatch train``).

``matching`` learns what the matcher reads, ``naming`` what names are told apart by,
:mod:`chainmatch.decision.relate` which nodes live together; ``changes`` writes names as careless
people do.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from chainmatch.chains.graph import read_chains
from chainmatch.decision.relate import learn as learn_relatedness
from chainmatch.decision.relate import presence
from chainmatch.decision.relatedness import write_relatedness
from chainmatch.errors import OutputError, TableError, reason
from chainmatch.matching.fit_model import read_model
from chainmatch.tables import iter_firms
from chainmatch.tables.sources import Source
from chainmatch.training import matching, naming
from chainmatch.util.atomic import check_folder
from chainmatch.util.file_names import check_name
from chainmatch.util.missing import text_of
from chainmatch.util.resources import forget_learned, use_learned

LEAST = 3000  # firms of a registry; fewer give too few changed names to learn from
LEAST_LABELLED = 100
STEPS = 5
_READ = ("name", "scope", "province", "city")


class Trained(NamedTuple):
    """What was learned from how much, and how good it is on what it was not learned from.

    ``judged`` is None without labels; ``related`` maps signal → AUC and is None where the registry
    holds too few cities.
    """

    firms: int
    judged: matching.Judged | None
    related: dict[str, float] | None


def train(
    registry: Source,
    out: str | Path,
    labels: str | Path | None = None,
    *,
    chains: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Trained:
    """Learn all figures and write them to the folder ``out``; afterwards they are in use.

    Parameters
    ----------
    registry : path or DataFrame
        Registrations with name and scope; with regions, relatedness is learned too.
    labels : path, optional
        CSV with ``name``, ``scope`` and one column for each chain, by its Chinese name: 1, 0, or
        empty where nobody knows. Without, ``fit.json`` is not written, and hand-set weights serve.

    Raises
    ------
    TableError
        Too few firms; the message says how many are needed.
    """
    step = progress or (lambda _: None)
    folder = _empty_folder(Path(out))
    graph = read_chains(chains)
    labelled = None if labels is None else _labelled(labels, graph)
    step("读取登记数据")
    firms = pd.concat([_texts(reading.table) for reading in iter_firms(registry)])
    if len(firms) < LEAST:
        raise TableError(f"登记数据只有 {len(firms):,} 家企业，至少要 {LEAST:,} 家。")
    folder.mkdir(parents=True, exist_ok=True)
    step("统计词语")
    scopes = firms.loc[firms["scope"] != "", "scope"].tolist()
    _write(folder / "borders.json", matching.learn_borders(graph, scopes))
    use_learned(folder)
    _write(folder / "frequencies.json", matching.count_words(graph, scopes))
    step("学习名称比对")
    naming.learn_names(firms, lambda learned: _write(folder / "names.json", learned, indent=1))
    step("学习契合度")
    judged = None
    if labelled is not None:
        model = read_model()
        counted = {"registrations": model.registrations, "words": model.frequencies}
        weights, judged = matching.learn(graph, counted, labelled)
        _write(folder / "fit.json", _rounded(weights))
    step("学习环节关联")
    related = _relate(registry, graph, folder)
    return Trained(len(firms), judged, related)


def _texts(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({name: text_of(table[name]).tolist() for name in _READ})


def _labelled(path: str | Path, graph: Any) -> pd.DataFrame:
    wanted = ["name", "scope", *(data["name"] for data in graph.graph["chains"].values())]
    check_name(Path(path), TableError)
    try:
        table = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    except OSError as error:
        raise TableError(f"标注文件“{path}”无法读取（{reason(error)}）。") from None
    except ValueError:
        raise TableError(f"标注文件“{path}”不是 UTF-8 的 CSV；请另存后重试。") from None
    missing = [name for name in wanted if name not in table]
    if missing:
        raise TableError(
            f"标注文件“{path}”缺少列 {'、'.join(missing)}；每条产业链一列，填 1、0 或留空。"
        )
    if len(table) < LEAST_LABELLED:
        raise TableError(f"标注文件只有 {len(table)} 家企业，至少要 {LEAST_LABELLED} 家。")
    table["name"], table["scope"] = table["name"].fillna(""), table["scope"].fillna("")
    for name in wanted[2:]:
        values = set(table[name].dropna())
        if values != {"0", "1"}:
            found = "、".join(sorted(values)) or "空"
            raise TableError(f"标注文件的列“{name}”要有 1 和 0，此外只能留空；看到的是：{found}。")
    return table


def _relate(registry: Source, graph: Any, folder: Path) -> dict[str, float] | None:
    try:
        found = learn_relatedness(presence(registry, graph), graph)
    except TableError:  # too few cities; a county without relatedness is ranked all the same
        return None
    (folder / "relatedness.json").write_text(write_relatedness(found.model), encoding="utf-8")
    return found.held_out


def _empty_folder(folder: Path) -> Path:
    """Return a folder that can be written to and holds nothing; it may have to be made."""
    if check_folder(folder).exists() and any(folder.iterdir()):
        raise OutputError(f"文件夹“{folder}”不是空的；请换一个，以免新旧数字混在一起。")
    return folder


def _write(path: Path, content: object, indent: int = 0) -> None:
    """Write a file and bring it into use: what is learned next rests on it."""
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    path.write_text(text + "\n", encoding="utf-8")
    forget_learned()


def _rounded(weights: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {
        name: {key: round(float(value), 4) for key, value in numbers.items()}
        for name, numbers in weights.items()
    }
