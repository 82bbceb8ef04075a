"""The file contract as JSON Schema: one schema for every file of a run folder that machines read.

A table is described as the array of its rows, a row as an object: text is a string ("" where
unknown), a number is a number (``null`` where unknown). ``required`` names the columns in the order
of the file; columns may be added behind them without a new number of the contract.
"""

from typing import Any

from chainmatch.profile import Profile
from chainmatch.report.book import Field
from chainmatch.report.sheets import described, fields_of
from chainmatch.schema.columns import CONTRACT, ROWS, Cell
from chainmatch.util.resources import packaged

Schema = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
# Files of a run folder, and what `match --by node` writes.
_FILES = (
    *("shortlist", "scores", "gaps", "locals", "links", "excluded", "duplicates", "rejects"),
    *("leads", "match"),
)
_FROM_ONE = ("rank", "row")


def schemas() -> dict[str, Schema]:
    """Return name → JSON Schema, draft 2020-12; the title of a schema is the file it is for."""
    found = {name: _table(name) for name in _FILES}
    found |= {
        said["file"]: _rows(f"{name}.csv", {f.title: _office_cell(f) for f in fields_of(name)})
        for name, said in described().items()
        if "file" in said
    }
    found["run"] = _manifest()
    return {
        name: {"$schema": _DRAFT, "$id": f"urn:chainmatch:contract:{CONTRACT}:{name}", **schema}
        for name, schema in found.items()
    }


# --- tables --------------------------------------------------------------------------------------


def _table(name: str) -> Schema:
    return _rows(f"{name}.csv", {cell.column.name: _cell(cell) for cell in ROWS[name]})


def _rows(file: str, cells: dict[str, Schema]) -> Schema:
    return {
        "title": file,
        "type": "array",
        "items": {"type": "object", "required": list(cells), "properties": cells},
    }


def _cell(cell: Cell) -> Schema:
    about = {"title": cell.column.title, "description": cell.column.meaning}
    if cell.words:
        return {**about, "enum": [*cell.words, *([] if cell.filled else [""])]}
    if cell.column.is_text:
        return {**about, "type": "string", **({"minLength": 1} if cell.filled else {})}
    type_ = "integer" if cell.column.kind == "integer" else "number"
    limits: Schema = {"minimum": 1 if cell.column.name in _FROM_ONE else 0}
    if cell.column.kind == "share":
        limits["maximum"] = 1
    return {**about, "type": type_ if cell.filled else [type_, "null"], **limits}


def _office_cell(field: Field) -> Schema:
    if field.style == "integer":
        return {"type": ["integer", "null"], "minimum": 0}
    if field.style in ("score", "share"):
        return {"type": ["number", "null"], "minimum": 0, "maximum": 1}
    if field.style == "money":
        return {"type": ["number", "null"], "minimum": 0}
    return {"type": "string"}


# --- run.json ------------------------------------------------------------------------------------


def _manifest() -> Schema:
    found: Schema = packaged(__file__, "manifest.yaml")["schema"]
    profile = _open(Profile.model_json_schema(mode="serialization"))
    definitions = profile.pop("$defs")  # where its references look for them
    contract = {"const": CONTRACT, **found["properties"]["contract"]}
    properties = {**found["properties"], "contract": contract, "profile": profile}
    return {"title": found["title"], "$defs": definitions, **found, "properties": properties}


def _open(schema: Any) -> Any:
    """Let records have more members: a new one must not break who checks with this schema."""
    if isinstance(schema, list):
        return [_open(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _open(part)
        for key, part in schema.items()
        if not (key == "additionalProperties" and part is False)
    }
