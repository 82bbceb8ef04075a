"""A workbook back to chains: every row becomes a record, every problem knows its sheet and row.

Rows are turned into the documents that chain files would have given, with a number for each row in
the place of a line; from there on the rules are those of the files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from chainmatch.chains.graph import read_documents
from chainmatch.chains.model import GENERAL_KNOWLEDGE, Chain
from chainmatch.chains.rules import nearest_node
from chainmatch.chains.workbook.delimited import read_sheets
from chainmatch.chains.workbook.layout import BY_NAME, GENERAL, SHEETS, VOCABULARY, Column, Sheet
from chainmatch.chains.workbook.linked import read_linked
from chainmatch.errors import ChainError, TableError
from chainmatch.tables.files import kind_of
from chainmatch.tables.workbooks import read_workbook
from chainmatch.util.yaml import Document, Location, nearest

_LISTS = {
    "细分链": "segments",
    "环节": "nodes",
    "供给关系": "supplies",
    "循环利用": "recycling",
    "共用宾语": "shared",
}
_TITLES = {
    **{column.key: column.title for sheet in SHEETS for column in sheet.columns},
    **{part: sheet for sheet, part in _LISTS.items()},
    "sources": "来源",
    "investments": "投资",
    "false_friends": "误导词",
    "chain": "编号",
}
# Where a rule points to a key of the file, a workbook has a sheet.
_IN_SHEETS = {
    "循环利用请写到 recycling": "循环利用请写到“循环利用”表",
    "或在 shared 中说明理由": "或在“共用宾语”表中说明理由",
    "请用英文逗号 , 分成几项": "请用顿号（、）分成几项",
    "请写到所属的链文件": "请把“产业链”列改成其中一端所在的链",
}
_SLUG_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


class _Row(NamedTuple):
    place: int
    cells: Mapping[str, str]


@dataclass
class _Reading:
    """The rows that have been seen, and the problems found in them by number of the row."""

    rows: list[str] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def place(self, sheet: str, row: int) -> int:
        self.rows.append(f"工作表“{sheet}”第 {row} 行")
        return len(self.rows) - 1

    def wrong(self, place: int, why: str) -> None:
        self.problems.append((place, why))


def read_book(path: Path) -> list[Chain]:
    """Return the chains of a workbook, of a folder with its sheets as CSV, or of JSON-LD.

    Raises ChainError with every problem by sheet and row, TableError if it is no workbook.
    """
    if path.suffix.lower() == ".jsonld":
        return _linked(path)
    reading = _Reading()
    tables = _tables(_pages(path), reading)
    book = _Book(tables, reading)
    files, found = read_documents(book.documents(path.name), book.nodes)
    for problem in found:
        if problem.level == "error":
            reading.wrong(problem.line, _in_sheets(problem.why))
    if reading.problems:
        messages = dict.fromkeys(sorted(reading.problems))
        raise ChainError([f"{reading.rows[place]}：{why}" for place, why in messages])
    return [file.chain for file in files]


def _pages(path: Path) -> Mapping[str, Sequence[Sequence[object]]]:
    if path.is_dir():
        return read_sheets(path)
    kind = kind_of(path)
    if kind not in ("xlsx", "xls", "ods"):
        raise TableError(f"文件“{path.name}”不是工作簿；请给出 chainmatch chains export 写出的文件")
    return {page.name.strip(): page.rows for page in read_workbook(path, kind).sheets}


def _linked(path: Path) -> list[Chain]:
    files, found = read_documents(read_linked(path))
    if errors := [f"{path.name}：{problem.why}" for problem in found if problem.level == "error"]:
        raise ChainError(list(dict.fromkeys(errors)))
    return [file.chain for file in files]


def _in_sheets(why: str) -> str:
    for key, sheet in _IN_SHEETS.items():
        why = why.replace(key, sheet)
    return why.removeprefix("shared：")


# --- cells ---------------------------------------------------------------------------------------


def _tables(
    found: Mapping[str, Sequence[Sequence[object]]], reading: _Reading
) -> dict[str, list[_Row]]:
    """Return the rows of every known sheet, cells by key; blank rows are left out."""
    tables: dict[str, list[_Row]] = {sheet.name: [] for sheet in SHEETS}
    for sheet in SHEETS:
        if sheet.name in found:
            tables[sheet.name] = _table(sheet, found[sheet.name], reading)
        if sheet.needed and not tables[sheet.name]:
            why = "表中没有内容" if sheet.name in found else "缺少这个工作表"
            reading.wrong(reading.place(sheet.name, 1), why)
    for name, rows in found.items():
        if name not in BY_NAME and any(map(_filled, rows)):
            why = f"不认识的工作表{nearest(name, list(BY_NAME))}；不需要的工作表请删去"
            reading.wrong(reading.place(name, 1), why)
    return tables


def _filled(row: Sequence[object]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in row)


def _table(sheet: Sheet, rows: Sequence[Sequence[object]], reading: _Reading) -> list[_Row]:
    place = reading.place(sheet.name, 1)
    titles = {column.title: column.key for column in sheet.columns}
    keys: dict[int, str] = {}  # by place in the row; "" is a column that was found wrong
    for k, cell in enumerate(rows[0] if rows else ()):
        title = str(cell or "").strip()
        key = titles.get(title, "")
        if title and not key:
            reading.wrong(place, f"不认识的列{nearest(title, list(titles))}")
        elif key and key in keys.values():
            reading.wrong(place, f"“{title}”列写了两次")
            key = ""
        if title:
            keys[k] = key
    for column in sheet.columns:
        if column.required and column.key not in keys.values():
            reading.wrong(place, f"缺少“{column.title}”列")
    return [
        _row(reading.place(sheet.name, number), keys, row, reading)
        for number, row in enumerate(rows[1:], start=2)
        if _filled(row)
    ]


def _row(place: int, keys: Mapping[int, str], row: Sequence[object], reading: _Reading) -> _Row:
    cells: dict[str, str] = {}
    for k, cell in enumerate(row):
        try:
            text = _as_text(cell)
        except ValueError as error:
            reading.wrong(place, str(error))
            continue
        if text and k not in keys:
            reading.wrong(place, f"“{text[:20]}”所在的列没有标题")
        elif text and keys[k]:
            cells[keys[k]] = text
    return _Row(place, cells)


def _as_text(cell: object) -> str:
    """Return a cell as text; a whole number without decimals. Raises ValueError: what to do."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        raise ValueError(f"单元格是逻辑值 {str(cell).upper()}，请改成文本")
    if isinstance(cell, date | time | timedelta):
        raise ValueError(f"单元格被认成了日期或时间（{cell}），请把格式设为文本后重新填写")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    text = str(cell).replace("\r\n", "\n")
    return text if text.strip() else ""


def _split(text: str) -> list[str]:
    parts = text.split("\n" if "\n" in text else "、")
    return [part.strip() for part in parts if part.strip()]


# --- rows become documents -----------------------------------------------------------------------


class _Book:
    """The documents of a workbook; words of people become ids on the way.

    Once a wrong word has been reported, its record is left out; a node stays, with a stand-in for
    the word, so that whatever else is wrong with it is found as well.
    """

    def __init__(self, tables: Mapping[str, Sequence[_Row]], reading: _Reading) -> None:
        self._tables = tables
        self._reading = reading
        self._data: dict[str, dict[str, Any]] = {}
        self._lines: dict[str, dict[Location, int]] = {}
        self._owners: dict[str, tuple[str, int]] = {}  # node -> chain, place in its list
        self._chains = dict(_named(tables["产业链"], "chain"))
        self._segments = _segments(tables["细分链"], self._chains)
        self.nodes = dict(_named(tables["环节"], "id"))

    def documents(self, name: str) -> list[Document]:
        """Return one document a chain, all under the ``name`` of the workbook."""
        for row in self._tables["产业链"]:
            self._add_chain(row)
        for sheet, part in _LISTS.items():
            for row in self._tables[sheet]:
                self._add_record(row, sheet, part)
        for row in self._tables["来源"]:
            self._add_source(row)
        for row in self._tables["投资"]:
            self._add_investment(row)
        for row in self._tables["误导词"]:
            self._add_friend(row)
        return [
            Document(Path(name), data, self._lines[chain], _TITLES)
            for chain, data in self._data.items()
        ]

    def _add_chain(self, row: _Row) -> None:
        chain = row.cells.get("chain", "").strip()
        if chain in self._data:
            why = f"产业链编号“{chain}”已经用过，编号不能重复" if chain else "编号：缺少必填项"
            self._reading.wrong(row.place, why)
            return
        self._data[chain] = self._values(row, "产业链", chain)
        self._lines[chain] = {(): row.place}

    def _add_record(self, row: _Row, sheet: str, part: str) -> None:
        chain = self._chain_of(row)
        if chain is None:
            return
        before = len(self._reading.problems)
        values = self._values(row, sheet, chain)
        if part != "nodes" and len(self._reading.problems) > before:
            return
        records = self._data[chain].setdefault(part, [])
        self._lines[chain][part, len(records)] = row.place
        if part == "nodes" and "id" in values:
            self._owners.setdefault(values["id"], (chain, len(records)))
        records.append(values)

    def _add_source(self, row: _Row) -> None:
        chain = self._chain_of(row)
        if chain is None:
            return
        values = self._values(row, "来源", chain)
        key = values.pop("id", "")
        sources = self._data[chain].setdefault("sources", {})
        if key in sources or not key:
            why = f"来源编号“{key}”已经用过，编号不能重复" if key else "编号：缺少必填项"
            self._reading.wrong(row.place, why)
            return
        sources[key] = values
        self._lines[chain]["sources", key] = row.place

    def _add_investment(self, row: _Row) -> None:
        owner = self._owner_of(row)
        if owner is None:
            return
        chain, place = owner
        values = self._values(row, "投资", chain)
        values.pop("node", None)
        investments = self._data[chain]["nodes"][place].setdefault("investments", [])
        self._lines[chain]["nodes", place, "investments", len(investments)] = row.place
        investments.append(values)

    def _add_friend(self, row: _Row) -> None:
        owner = self._owner_of(row)
        if owner is None:
            return
        chain, place = owner
        word = row.cells.get("word", "").strip()
        friends = self._data[chain]["nodes"][place].setdefault("false_friends", {})
        if word in friends or not word:
            why = f"误导词“{word}”在这个环节已经写过" if word else "误导词：缺少必填项"
            self._reading.wrong(row.place, why)
            return
        friends[word] = row.cells.get("why", "")
        self._lines[chain]["nodes", place, "false_friends", word] = row.place

    # --- words -----------------------------------------------------------------------------------

    def _chain_of(self, row: _Row) -> str | None:
        """Return the chain that a row names; None, and a problem, if there is no such chain."""
        word = row.cells.get("chain", "")
        return self._known(row, word, self._chains, BY_NAME["细分链"].columns[0])

    def _owner_of(self, row: _Row) -> tuple[str, int] | None:
        word = row.cells.get("node", "")
        node = self._known(row, word, self.nodes, BY_NAME["投资"].columns[0])
        return self._owners.get(node) if node else None

    def _values(self, row: _Row, sheet: str, chain: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in BY_NAME[sheet].columns:
            if column.key in row.cells and (column.kind != "chain" or sheet == "产业链"):
                value = self._value(row, column, chain)
                if value is not None:
                    values[column.key] = value
        return values

    def _value(self, row: _Row, column: Column, chain: str) -> Any:
        text = row.cells[column.key]
        match column.kind:
            case "segment":
                known = self._segments.get(chain, {})
                return self._known(row, text, known, column) or next(iter(known), None)
            case "node":
                return self._known(row, text, self.nodes, column)
            case "nodes":
                found = (self._known(row, w, self.nodes, column) for w in _split(text))
                return [node for node in found if node]
            case "stage":
                return self._worded(row, text.strip(), column) or "midstream"
            case "settles" | "kind" | "flow":
                usual = {"settles": "anywhere", "kind": "report", "flow": "material"}[column.kind]
                return (text.strip() and self._worded(row, text.strip(), column)) or usual
            case "activities" | "needs":
                words = [self._worded(row, word, column) for word in _split(text)]
                stand_in = ["research"] if column.kind == "activities" and words else []
                return [word for word in words if word] or stand_in
            case "source":
                return self._source(text.strip(), chain)
            case "list" | "codes":
                return _split(text)
        return text

    def _source(self, word: str, chain: str) -> str:
        """常识 is general knowledge, unless the chain has a source of that very name."""
        own = {
            row.cells.get("id", "").strip()
            for row in self._tables["来源"]
            if _id_of(row.cells.get("chain", ""), self._chains) == chain
        }
        return GENERAL_KNOWLEDGE if word == GENERAL and GENERAL not in own else word

    def _worded(self, row: _Row, word: str, column: Column) -> str | None:
        words = VOCABULARY[column.kind]
        if word in words:
            return words[word]
        if word in words.values():
            return word
        self._reading.wrong(row.place, f"{column.title}：不认识的取值{nearest(word, list(words))}")
        return None

    def _known(self, row: _Row, word: str, known: Mapping[str, str], column: Column) -> str | None:
        """Return the id of what a word names; None, and a problem, if that is not one thing."""
        word = word.strip()
        found = _id_of(word, known)
        if found is not None:
            return found
        if not word:
            why = f"{column.title}：缺少必填项"
        elif word in known.values():
            why = f"{column.title}：有几个都叫“{word}”，请改写编号"
        elif column.kind in ("node", "nodes") and set(word) <= _SLUG_SIGNS:
            why = f"{column.title}：不认识的环节{nearest_node(word, known)}"
        else:
            close = get_close_matches(word, [*known.values(), *known], n=1)
            meant = f"，是否想写“{close[0]}”？" if close else f"，请先在“{column.title}”表中列出"
            why = f"{column.title}：不认识的{column.title}“{word}”{meant}"
        self._reading.wrong(row.place, why)
        return None


def _named(rows: Sequence[_Row], key: str) -> Iterator[tuple[str, str]]:
    """Yield id and name of every row that has an id."""
    for row in rows:
        if row.cells.get(key, "").strip():
            yield row.cells[key].strip(), row.cells.get("name", "").strip()


def _segments(rows: Sequence[_Row], chains: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {chain: {} for chain in chains}
    for row in rows:
        chain = _id_of(row.cells.get("chain", ""), chains)
        if chain is not None:
            found[chain] |= _named([row], "id")
    return found


def _id_of(word: str, known: Mapping[str, str]) -> str | None:
    """Return the id that ``word`` is, or the only one that has it as its name."""
    word = word.strip()
    if word in known:
        return word
    named = [key for key, name in known.items() if name == word]
    return named[0] if len(named) == 1 and word else None
