"""YAML that people edit: every scalar stays text, every value knows its line.

Plain YAML turns ``0111`` into a number and ``no`` into false, and silently lets the second of two
equal keys win. Chain files and profiles are read here instead.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from chainmatch.errors import ChainmatchError

Location = tuple[str | int, ...]
MAX_BYTES = 8_000_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ChainmatchError):
    """A file that is not well-formed; the message holds file, line and reason."""


@dataclass(frozen=True)
class Document:
    """A parsed file: ``data`` of dicts, lists and strings, and the line of each location."""

    path: Path
    data: Any
    lines: Mapping[Location, int]

    def line(self, location: Location) -> int:
        """Return the line of ``location`` or of the nearest thing around it, from 1."""
        for length in range(len(location), -1, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return 1


def read_document(path: Path) -> Document:
    """Read one file. Raises :class:`YamlError` if it is missing, too large or not well-formed."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise YamlError(
                f"{path}：文件超过 {MAX_BYTES // 1_000_000} MB，不像是配置文件，请检查。"
            )
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise YamlError(f"{path}：找不到文件，请检查路径。") from None
    except UnicodeDecodeError:
        raise YamlError(f"{path}：不是 UTF-8 编码，请另存为 UTF-8 后重试。") from None
    except OSError as error:
        raise YamlError(f"{path}：无法读取（{error.strerror}）。") from None
    lines: dict[Location, int] = {}
    try:
        root = yaml.compose(text, Loader=_Loader)
        data = {} if root is None else _convert(root, (), lines, path)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise YamlError(
            f"{path}:{line}：YAML 格式错误（{error.problem}），请检查缩进、冒号和引号。"
        ) from None
    except yaml.YAMLError as error:
        raise YamlError(f"{path}：YAML 格式错误（{error}），请检查文件内容。") from None
    except RecursionError:
        raise YamlError(f"{path}：嵌套层数过多，无法读取。") from None
    return Document(path, data, lines)


def _convert(node: yaml.Node, where: Location, lines: dict[Location, int], path: Path) -> Any:
    lines[where] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_convert(item, (*where, i), lines, path) for i, item in enumerate(node.value)]
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise YamlError(f"{path}:{line}：键必须是文字，请改写。")
        if key in result:
            raise YamlError(f"{path}:{line}：“{key}”重复出现，请合并为一处。")
        result[key] = _convert(value_node, (*where, key), lines, path)
        lines[(*where, key)] = line
    return result


def explain(
    error: ValidationError, document: Document, model: type[BaseModel]
) -> list[tuple[int, str]]:
    """Translate what pydantic found into (line, Chinese sentence), all of it, in line order."""
    return sorted(
        (document.line(tuple(found["loc"])), _sentence(found, model))
        for found in error.errors(include_url=False)
    )


def _sentence(found: Any, model: type[BaseModel]) -> str:
    where = " › ".join(str(part + 1) if isinstance(part, int) else part for part in found["loc"])
    value = found.get("input")
    shown = f"“{value}”" if isinstance(value, str | int | float) else "该内容"
    context = found.get("ctx", {})
    match found["type"]:
        case "extra_forbidden":
            known = _fields_at(model, tuple(found["loc"][:-1]))
            return f"{where}：不认识的键{nearest(str(found['loc'][-1]), known)}"
        case "missing":
            return f"{where}：缺少必填项"
        case "literal_error":
            options = list(_quoted(str(context.get("expected", ""))))
            return f"{where}：{shown}不在允许的取值之内{nearest(str(value), options)}"
        case "string_pattern_mismatch":
            return f"{where}：{shown}写法不对，应符合 {context.get('pattern')}"
        case "too_short" | "string_too_short":
            return f"{where}：内容不能为空"
        case "value_error" | "assertion_error":
            return f"{where}：{context.get('error', found['msg'])}"
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            sign = {"greater_than_equal": "≥", "less_than_equal": "≤", "greater_than": ">"}
            limit = next(iter(context.values()))
            return f"{where}：{shown}超出范围，应 {sign.get(found['type'], '<')} {limit:g}"
        case kind if kind.endswith(("_type", "_parsing")):
            expected = kind.removesuffix("_type").removesuffix("_parsing")
            return f"{where}：{shown}类型不对，应为{_KINDS.get(expected, expected)}"
    return f"{where}：{found['msg']}"


_KINDS = {
    "string": "文字",
    "list": "列表",
    "tuple": "列表",
    "dict": "键值对",
    "model": "键值对",
    "model_attributes": "键值对",
    "float": "数字",
    "int": "整数",
    "bool": "true 或 false",
}


def _quoted(text: str) -> Iterator[str]:
    return (part for index, part in enumerate(text.split("'")) if index % 2)


def nearest(word: str, known: list[str]) -> str:
    """Return ``，是否想写“x”？`` for the nearest known word, else the list of known words."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"“{word}”，是否想写“{close[0]}”？"
    return f"“{word}”，可用：{'、'.join(known[:24])}" if known else f"“{word}”"


def _fields_at(model: Any, where: Location) -> list[str]:
    """Walk the annotations of ``model`` down to ``where``; return the keys that are known there."""
    for part in where:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            field = _by_alias(model, part)
            model = field.annotation if field else None
        else:
            model = next((arg for arg in get_args(model)[::-1] if arg is not Ellipsis), None)
        while get_args(model) and not isinstance(model, type):
            inner = [arg for arg in get_args(model) if arg not in (Ellipsis, type(None))]
            if not inner or _is_container(model):
                break
            model = inner[0]
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return []


def _is_container(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) in (list, tuple, dict)


def _by_alias(model: type[BaseModel], key: str) -> Any:
    return next((f for n, f in model.model_fields.items() if key in (n, f.alias)), None)
