"""The schema that editors use is the model that reads."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from chainmatch.chains.graph import chain_files, read_chains
from chainmatch.chains.model import SCHEMA_FILE, chain_schema
from chainmatch.schema.columns import NEEDS

BUNDLED = chain_files()
SCHEMA = json.loads((BUNDLED[0].parent / SCHEMA_FILE).read_text(encoding="utf-8"))


@pytest.fixture
def chain():
    """A bundled file as an editor parses it, numbers and all."""
    return yaml.safe_load(BUNDLED[0].read_text(encoding="utf-8"))


def slips(data):
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(data)]


def test_the_schema_file_is_what_the_model_says():
    assert chain_schema() == SCHEMA, "run scripts/make_schema.py"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_editors_find_nothing_wrong_in_the_bundled_files(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# yaml-language-server: $schema={SCHEMA_FILE}\n")
    assert slips(yaml.safe_load(text)) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("stage", "upstrem"), ("needs", ["watr"]), ("codes", [931]), ("objets", []), ("objects", [])],
)
def test_editors_mark_a_slip(chain, field, value):
    chain["nodes"][0][field] = value
    assert len(slips(chain)) == 1


def test_every_field_is_explained_in_two_languages():
    records = [SCHEMA, *SCHEMA["$defs"].values()]
    for record in records:
        for name, field in record["properties"].items():
            chinese, _, english = field["description"].partition(" / ")
            assert not chinese.isascii(), name
            assert english, name


def test_the_needs_of_the_schema_are_the_closed_list():
    assert SCHEMA["$defs"]["Node"]["properties"]["needs"]["items"]["enum"] == list(NEEDS)


def test_other_files_beside_the_chains_do_not_disturb(tmp_path):
    for path in BUNDLED:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / SCHEMA_FILE).write_text("{}", encoding="utf-8")
    assert list(read_chains(tmp_path).nodes) == list(read_chains().nodes)
    assert Path(SCHEMA_FILE) not in [Path(path.name) for path in chain_files(tmp_path)]
