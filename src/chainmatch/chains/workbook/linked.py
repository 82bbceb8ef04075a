"""Chains as JSON-LD and back: the records of a chain file, each thing at an address of its own."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from chainmatch.chains.model import Chain
from chainmatch.errors import TableError, reason
from chainmatch.util.file_names import file_name
from chainmatch.util.yaml import MAX_BYTES, Document

CONTEXT: dict[str, Any] = {
    "@version": 1.1,
    "@vocab": "urn:chainmatch:term:",
    **{
        kind: {"@id": f"urn:chainmatch:{kind}:", "@prefix": True}
        for kind in ("chain", "segment", "node", "source")
    },
    "label": "http://www.w3.org/2000/01/rdf-schema#label",
    "title": "http://purl.org/dc/terms/title",
    "about": "http://purl.org/dc/terms/description",
    **{key: {"@type": "@id"} for key in ("of_segment", "from", "to", "at")},
}
# Key of the model -> key of the document, where they differ.
_KEYS = {"id": "@id", "name": "label", "segment": "of_segment", "nodes": "at"}
_BACK = {there: here for here, there in _KEYS.items()}
_ADDRESSES = frozenset({"@id", "of_segment", "from", "to"})
_TYPES = {
    "segments": "Segment",
    "nodes": "Node",
    "supplies": "Supply",
    "recycling": "Recycling",
    "shared": "SharedObject",
}


def linked_text(chains: Iterable[Chain]) -> str:
    """Return chains as one JSON-LD document; :func:`read_linked` gives the same chains."""
    graph = [_chain(chain) for chain in chains]
    return json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _chain(chain: Chain) -> dict[str, Any]:
    data = chain.model_dump(mode="json", by_alias=True)
    return {
        "@id": f"chain:{chain.chain}",
        "@type": "Chain",
        "label": chain.name,
        "about": chain.about,
        "names": data["names"],
        "sources": [
            {"@id": f"source:{chain.chain}/{quote(key)}", "@type": "Source", "key": key, **record}
            for key, record in data["sources"].items()
        ],
        **{
            part: [{"@type": kind, **_out(record, part, chain.chain)} for record in data[part]]
            for part, kind in _TYPES.items()
        },
    }


def _out(record: Mapping[str, Any], part: str, chain: str) -> dict[str, Any]:
    homes = {"segment": f"segment:{chain}/", "id": "node:", "from": "node:", "to": "node:"}
    if part == "segments":
        homes["id"] = homes["segment"]

    def value_of(key: str, value: Any) -> Any:
        if key in homes:
            return homes[key] + value
        if key == "nodes":
            return [f"node:{node}" for node in value]
        if key == "false_friends":
            return [{"word": word, "why": why} for word, why in value.items()]
        return value

    return {_KEYS.get(key, key): value_of(key, value) for key, value in record.items()}


def read_linked(path: Path) -> list[Document]:
    """Return a document a chain of a file that :func:`linked_text` wrote, edited perhaps.

    What is wrong inside a chain is left to the rules of chains; other forms of JSON-LD are refused.
    Raises TableError if it is no such file.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TableError(f"文件“{file_name(path)}”超过 {MAX_BYTES // 1_000_000} MB，请检查")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        return [Document(path, _chain_data(record), {}) for record in data["@graph"]]
    except OSError as error:
        raise TableError(f"文件“{file_name(path)}”无法读取（{reason(error)}）") from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        why = "不是 chainmatch chains export 写出的 JSON-LD"
        raise TableError(f"文件“{file_name(path)}”{why}") from None


def _chain_data(record: Mapping[str, Any]) -> dict[str, Any]:
    data = {key: record[key] for key in ("about", "names") if key in record}
    data |= {"chain": _named(record["@id"]), "name": record["label"]}
    data["sources"] = {
        source["key"]: {k: v for k, v in source.items() if k[0] != "@" and k != "key"}
        for source in record.get("sources", [])
    }
    return data | {part: [_in(r) for r in record[part]] for part in _TYPES if part in record}


def _in(record: Mapping[str, Any]) -> dict[str, Any]:
    return {_BACK.get(key, key): _meant(key, record[key]) for key in record if key != "@type"}


def _meant(key: str, value: Any) -> Any:
    if key == "at":
        return [_named(node) for node in value]
    if key in _ADDRESSES:
        return _named(value)
    if key == "false_friends":
        return {friend["word"]: friend["why"] for friend in value}
    return value


def _named(address: str) -> str:
    return address.partition(":")[2].rpartition("/")[2]
