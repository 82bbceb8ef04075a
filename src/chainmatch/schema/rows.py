"""The row of every table: what each of its cells may hold.

The JSON Schemas of the file contract, the models of the service and the page of columns are all
made from these rows; run folders are read by them.
"""

from dataclasses import dataclass

from chainmatch.schema.activities import ACTIVITIES
from chainmatch.schema.columns import TABLES, Column, column_of
from chainmatch.schema.words import GAP_KINDS, GRADES, PARTNERS, RELATIONS, STAGES, STATUS, WAYS

# Cells that are never empty; every other one may be, which means unknown or none.
_FILLED = {
    "shortlist": "rank firm_id name chain node node_name score low high grade evidence stability",
    "scores": "firm_id name score low high",
    "gaps": "chain segment node node_name stage status way targets why",
    "locals": "firm_id name anchor",
    "links": "left_id left_name right_id right_name relation confidence why",
    "excluded": "firm_id name gate why",
    "duplicates": "firm_id name row kept_id kept_name why",
    "rejects": "file row why",
    "leads": "lead_id rank why",
    "match": "firm_id name",
}
_WORDS = {
    ("gaps", "stage"): STAGES,
    ("gaps", "status"): STATUS,
    ("gaps", "kind"): GAP_KINDS,
    ("gaps", "way"): WAYS,
    ("links", "relation"): RELATIONS,
    ("leads", "partner_kind"): PARTNERS,
    ("match", "activity"): ACTIVITIES,
    **{(table, "grade"): GRADES for table in ("shortlist", "scores", "locals", "match")},
}
# Without these nobody knows which firm or node a row is about; what else a file lacks is unknown.
_KEYS = {
    "shortlist": "rank firm_id name",
    "scores": "firm_id name node score",
    "gaps": "node",
    "locals": "firm_id name",
    "links": "left_id right_id",
    "excluded": "firm_id name",
    "duplicates": "firm_id name kept_id",
    "leads": "lead_id",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row: its column, whether it is always filled, and the few words it may hold."""

    column: Column
    filled: bool
    words: tuple[str, ...]

    @property
    def is_text(self) -> bool:
        """Whether the cell holds text, "" where unknown, and not a number."""
        return self.column.kind in ("text", "date")

    @property
    def is_whole(self) -> bool:
        """Whether the cell holds a whole number."""
        return self.column.kind == "integer"


def row_of(table: str) -> tuple[Cell, ...]:
    """Return the cells of a row of a table, in their order."""
    filled = _FILLED.get(table, "").split()
    return tuple(
        Cell(column_of(table, name), name in filled, tuple(_WORDS.get((table, name), ())))
        for name in TABLES[table]
    )


def keys_of(table: str) -> tuple[str, ...]:
    """Return the columns without which a table cannot be read."""
    return tuple(_KEYS.get(table, "").split())
