"""A chain as YAML that people like to read and to compare: the order of the model, one supply a
line, lists wrapped at 100 columns."""

import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from itertools import groupby
from typing import Any
from unicodedata import east_asian_width

import yaml

from chainmatch.chains.model import SCHEMA_FILE, Chain, Node

WIDTH = 100

_NUMBER_LIKE = re.compile(r"[-+.]?[0-9][0-9_.,:+eExXoO-]*\??")
_RESOLVER: Any = yaml.resolver.Resolver()
_STRING = "tag:yaml.org,2002:str"


def chain_text(chain: Chain) -> str:
    """Return the chain as the text of a chain file; reading it gives the same chain."""
    lines = [f"# yaml-language-server: $schema={SCHEMA_FILE}"]
    for key in ("chain", "name", "about"):
        lines.append(f"{key}: {scalar(getattr(chain, key))}")
    if chain.names:
        lines += _list("names", chain.names, 0)
    if chain.sources:
        lines += ["", "sources:"]
        for key, source in chain.sources.items():
            lines += _record(source.model_dump(exclude_defaults=True), 2, scalar(key))
    lines += ["", "segments:"]
    for segment in chain.segments:
        lines += _record(segment.model_dump(), 2)
    lines += ["", "nodes:", *_nodes(chain)]
    for part in ("supplies", "recycling", "shared"):
        records = getattr(chain, part)
        if records:
            lines += ["", f"{part}:"]
            for record in records:
                lines += _record(record.model_dump(by_alias=True, exclude_defaults=True), 2)
    return "\n".join(lines) + "\n"


def _nodes(chain: Chain) -> Iterator[str]:
    names = {segment.id: segment.name for segment in chain.segments}
    blank = False
    for segment, nodes in groupby(chain.nodes, key=lambda node: node.segment):
        if blank:
            yield ""
        yield f"  # --- {' '.join(names[segment].split())} ---"
        for i, node in enumerate(nodes):
            yield from ["", *_node(node)] if i else _node(node)
        blank = True


def _node(node: Node) -> Iterator[str]:
    yield f"  - id: {scalar(node.id)}"
    for key in ("name", "segment", "stage", "settles", "unlisted", "does"):
        if (value := getattr(node, key)) != Node.model_fields[key].default:
            yield f"    {key}: {scalar(value)}"
    for key in ("was", "activities", "objects", "hints"):
        if getattr(node, key):
            yield from _list(key, getattr(node, key), 4)
    if node.false_friends:
        yield "    false_friends:"
        for word, why in node.false_friends.items():
            yield f"      {scalar(word)}: {scalar(why)}"
    if node.codes:
        yield from _list("codes", node.codes, 4)
    if node.needs:
        yield from _list("needs", node.needs, 4)
    if node.investments:
        yield "    investments:"
        for investment in node.investments:
            yield from _record(investment.model_dump(), 6)


def _list(key: str, items: Iterable[str], indent: int) -> list[str]:
    words = [scalar(item) for item in items]
    lines, line = [], f"{' ' * indent}{key}: ["
    for number, word in enumerate(words):
        piece = word + ("]" if number == len(words) - 1 else ",")
        joined = line + piece if line.endswith("[") else f"{line} {piece}"
        if _columns(joined) > WIDTH and not line.endswith("["):
            lines.append(line)
            joined = " " * (indent + 2) + piece
        line = joined
    return [*lines, line]


def _record(record: Mapping[str, object], indent: int, key: str = "") -> list[str]:
    """One line in braces where it fits into the width, else one line a field."""
    start = f"{' ' * indent}{key}:" if key else f"{' ' * indent}-"
    fields = [f"{name}: {_flow(value)}" for name, value in record.items()]
    line = f"{start} {{{', '.join(fields)}}}"
    if _columns(line) <= WIDTH:
        return [line]
    deeper = " " * (indent + 2)
    if key:
        return [start, *(deeper + field for field in fields)]
    return [f"{start} {fields[0]}", *(deeper + field for field in fields[1:])]


def _flow(value: object) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(scalar(str(item)) for item in value)}]"
    return scalar(str(value))


def _columns(line: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line)


def scalar(text: str) -> str:
    """Return ``text`` as a YAML scalar: plain where no reader could take it for anything else."""
    plain = yaml.emitter.Emitter(StringIO(), allow_unicode=True).analyze_scalar(text)
    if (
        plain.allow_flow_plain
        and not plain.multiline
        and not _NUMBER_LIKE.fullmatch(text)
        and _RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == _STRING
    ):
        return text
    quoted = yaml.dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return str(quoted).rstrip("\n")
