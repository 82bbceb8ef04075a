"""Every column of every table, once, and the row of every table: what each of its cells may hold.

Machine files carry the names, people's files the titles. Readers, writers, the JSON Schemas of the
file contract, the models of the service and the page of columns all look here, so a column cannot
mean two things. What stands here is read from ``data/words``.
"""

from dataclasses import dataclass
from typing import Literal, cast

from chainmatch.parts import GAP_PARTS, PARTS, Part
from chainmatch.schema import words
from chainmatch.util.resources import data_rows

Kind = Literal["text", "number", "integer", "share", "date"]

# The number of the file contract (data/contract/<number>/). It goes up when a file or column of a
# run folder goes or changes its meaning; new ones leave it. Folders without a number are read as 0.
CONTRACT = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``kind`` ``share`` is a number in 0…1; ``aliases`` are headers seen in lists."""

    name: str
    title: str
    kind: Kind
    meaning: str
    aliases: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether a cell holds text, "" where unknown, and not a number."""
        return self.kind in ("text", "date")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row: its column, whether it is always filled, and the few words it may hold.

    Without its ``key`` cells nobody knows which firm or node a row is about; what else a file lacks
    is unknown.
    """

    column: Column
    filled: bool
    key: bool
    words: tuple[str, ...]


def _part(part: Part) -> Column:
    return Column(part.column, part.title, "share", f"part: {part.english.lower()}; {part.formula}")


# Group → its columns. A few names mean one thing in one group and another in the next.
_GROUPS: dict[str, dict[str, Column]] = {
    group: {part.column: _part(part) for part in parts}
    for group, parts in (("gap parts", GAP_PARTS), ("parts", PARTS))
}
for _row in data_rows("words/columns.csv"):
    _GROUPS.setdefault(_row["group"], {})[_row["name"]] = Column(
        _row["name"], _row["title"], cast(Kind, _row["kind"]), _row["meaning"],
        tuple(_row["aliases"].split()),
    )  # fmt: skip

COLUMNS = {name: column for group in _GROUPS.values() for name, column in group.items()}
FIRM_INPUT = tuple(_GROUPS["firm input"])
LEAD_INPUT = tuple(_GROUPS["lead input"])
# The group that a table means where a name is in several: the status of a firm, of a node.
_OWN = {
    "gaps": "gap parts",
    "scores": "parts",
    "shortlist": "parts",
    "firms": "firm input",
    "leads": "lead input",
}

# What a node may ask of a site (chain files) and a county may offer (profiles).
NEEDS = {row["need"]: row["title"] for row in data_rows("words/needs.csv")}

# A column whose header holds one of these is about a person; it is never read into a result.
PERSONAL: tuple[str, ...] = (
    *("法定代表", "法人代表", "法人", "代表人", "负责人", "联系人", "联络人", "经办人", "姓名"),
    *("电话", "手机", "座机", "联系方式", "传真", "邮箱", "mail", "身份证", "微信", "qq", "家庭"),
    *("理事长", "董事长", "总经理", "厂长", "场长", "领导"),
)


def column_of(table: str, name: str) -> Column:
    """Return column ``name`` as ``table`` means it."""
    return _GROUPS.get(_OWN.get(table, ""), {}).get(name) or COLUMNS[name]


def _cells() -> dict[str, tuple[Cell, ...]]:
    found: dict[str, list[Cell]] = {}
    for row in data_rows("words/tables.csv"):
        table, name, says = row["table"], row["column"], row["cell"].split()
        if name == "(parts)":
            own = [Cell(part, False, False, ()) for part in _GROUPS[_OWN[table]].values()]
        else:
            allowed = tuple(getattr(words, row["words"])) if row["words"] else ()
            own = [Cell(column_of(table, name), "filled" in says, "key" in says, allowed)]
        found.setdefault(table, []).extend(own)
    return {table: tuple(cells) for table, cells in found.items()}


ROWS = _cells()
TABLES = {table: tuple(cell.column.name for cell in cells) for table, cells in ROWS.items()}


def titles(table: str) -> dict[str, str]:
    """Return name → Chinese title for the columns of ``table``, in their order."""
    return {name: column_of(table, name).title for name in TABLES[table]}
