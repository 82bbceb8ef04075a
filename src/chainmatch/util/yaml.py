"""YAML that people edit: every scalar stays text, every value knows its line.

Plain YAML turns ``0111`` into a number and ``no`` into false, and silently lets the second of two
equal keys win. Chain files and profiles are read here instead.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from chainmatch.errors import ChainmatchError, reason
from chainmatch.util.file_names import check_name

Location = tuple[str | int, ...]
MAX_BYTES = 8_000_000
_DEEPEST = 60  # lists and mappings in each other; chain files have six

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class YamlError(ChainmatchError):
    """A file that is not well-formed: path, line from 1 (0: the whole file) and reason."""

    def __init__(self, path: Path, why: str, line: int = 0) -> None:
        self.line, self.why = line, why
        super().__init__(f"{path}{f':{line}' if line else ''}：{why}")


@dataclass(frozen=True)
class Document:
    """A parsed file: ``data`` of dicts, lists and strings, and the line of each location.

    ``titles``: key → what people see in its place, where they do not see the keys themselves.
    """

    path: Path
    data: Any
    lines: Mapping[Location, int]
    titles: Mapping[str, str] | None = None

    def line(self, location: Location) -> int:
        """Return the line of ``location`` or of the nearest thing around it, from 1."""
        for length in range(len(location), -1, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return 1

    def name(self, location: Location) -> str:
        """Return how to call ``location`` in a message."""
        if self.titles is not None:
            keys = [part for part in location if isinstance(part, str) and part in self.titles]
            return self.titles[keys[-1]] if keys else "内容"
        parts = (f"第 {part + 1} 项" if isinstance(part, int) else part for part in location)
        named = list(parts) or ["整个文件"]
        record = self._record(location[:2])
        return " › ".join([record, *named[2:]] if record else named)

    def _record(self, location: Location) -> str:
        """Return the name of a record in a list of records that have names, else ""."""
        value = self.data
        for part in location:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return ""
        name = value.get("name") or value.get("id") if isinstance(value, dict) else None
        return f"“{name}”" if len(location) == 2 and isinstance(name, str) else ""


def read_document(path: Path) -> Document:
    """Read one file. Raises :class:`YamlError` if it is missing, too large or not well-formed."""
    check_name(path, partial(YamlError, path))
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise YamlError(path, f"文件超过 {MAX_BYTES // 1_000_000} MB，不像是配置文件，请检查。")
        text = path.read_text(encoding="utf-8-sig") if size else ""
    except FileNotFoundError:
        raise YamlError(path, "找不到文件，请检查路径。") from None
    except UnicodeDecodeError:
        raise YamlError(path, "不是 UTF-8 编码，请另存为 UTF-8 后重试。") from None
    except OSError as error:
        raise YamlError(path, f"无法读取（{reason(error)}）。") from None
    try:
        builder = _Builder(text, path)
        data = builder.document()
    except yaml.MarkedYAMLError as error:
        line, why = _fault(error, text)
        raise YamlError(path, f"{why}。", line) from None
    except yaml.reader.ReaderError as error:
        # The compiled parser counts bytes, the plain one characters.
        before = text if error.encoding == "unicode" else text.encode().decode("latin-1")
        line = before[: error.position].count("\n") + 1
        raise YamlError(path, "有不可见的控制字符，请删去这个字符。", line) from None
    except yaml.YAMLError:
        raise YamlError(path, f"YAML 格式错误，{_CHECK}。") from None
    return Document(path, data, builder.lines)


_CHECK = "请检查缩进、冒号和引号"
_TOO_DEEP = "嵌套层数过多，无法读取"
# The sign at which an open quote or bracket, or a reference, began -> what to do.
_OPENED = {
    '"': "引号没有成对，或引号内有反斜杠 \\；请补上引号，反斜杠写成 \\\\",
    "'": "引号没有成对；请补上引号",
    "[": "方括号 [ ] 没有成对，或两项之间缺英文逗号",
    "{": "花括号 { } 没有成对，或两项之间缺英文逗号",
    "*": "文字以 * 开头时要加引号",
    "&": "文字以 & 开头时要加引号",
}
# The sign at which the parser could not go on.
_FOUND = {
    "\t": "缩进只能用空格，不能用 Tab",
    ":": "冒号的位置不对：可能是上一行用了中文冒号“：”，本行缩进多了，或文字里有“: ”而没有加引号",
    "-": "列表没有对齐：同一列表各项的“-”要左对齐，缩进比上一级多",
    **dict.fromkeys("@`%", "有不能打头的字符：以 @ ` % 开头的文字要加引号"),
}


def _fault(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """Return line and advice, by the kind of the error and the signs that its marks point at.

    The words of the parser differ by version and loader, its kinds and marks do not. It notices an
    open quote or bracket only where the text ends; the line is that where it opened.
    """
    begun, end = error.context_mark, error.problem_mark or error.context_mark
    opened, scanning = _sign(text, begun), isinstance(error, yaml.scanner.ScannerError)
    if begun and scanning and opened in tuple("[{"):  # its own limit; else the parser minds them
        return begun.line + 1, _TOO_DEEP
    if begun and opened in _OPENED:
        return begun.line + 1, _OPENED[opened]
    if begun and end and scanning and begun.line < end.line and _sign(text, end) != "\t":
        return begun.line + 1, "缺冒号：键后面要有英文冒号和一个空格，如 name: 钨矿采选"
    if end and end.line >= len(text.splitlines()):
        return end.line, "到文件末尾还有引号或括号没有成对；请补上"
    line = end.line + 1 if end else 1
    if advice := _FOUND.get(_sign(text, end)):
        return line, advice
    if isinstance(error, yaml.parser.ParserError):
        return line, "缩进没有对齐，或引号、方括号后面多了文字"
    return line, f"YAML 格式错误，{_CHECK}"


def _sign(text: str, mark: Any) -> str:
    """Return the character at a mark, "" at an end."""
    lines = re.split("[\n\x85\u2028\u2029]", text)
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    return line[mark.column] if mark and mark.column < len(line) else ""


class _Builder:
    """Builds values straight from the events of the parser: half the time of a tree of nodes."""

    def __init__(self, text: str, path: Path) -> None:
        self.lines: dict[Location, int] = {}
        self._events = _Loader(text)
        self._next: Callable[[], Any] = self._events.get_event
        self._path = path

    def document(self) -> Any:
        self._next()  # the stream starts
        if isinstance(self._next(), yaml.StreamEndEvent):
            return {}
        data = self._value(self._next(), ())
        self._next()  # the document ends
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._error(event, "一个文件只能写一份内容，请删去单独成行的“---”")
        return data

    def _value(self, event: Any, where: Location) -> Any:
        if len(where) > _DEEPEST:
            raise self._error(event, _TOO_DEEP)
        self.lines[where] = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := self._next(), yaml.SequenceEndEvent):
                items.append(self._value(event, (*where, len(items))))
            return items
        if isinstance(event, yaml.AliasEvent):
            raise self._error(event, "不支持以 * 引用别处的内容，请写出全文；文字以 * 开头时加引号")
        result: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, "键必须是文字，请改写")
            key = event.value
            if key in result:
                raise self._error(event, f"“{key}”重复出现，请合并为一处")
            line = _line(event)
            result[key] = self._value(self._next(), (*where, key))
            self.lines[(*where, key)] = line
        return result

    def _error(self, event: Any, why: str) -> YamlError:
        return YamlError(self._path, f"{why}。", _line(event))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def explain(
    error: ValidationError,
    document: Document,
    model: type[BaseModel],
    forms: Mapping[str, str] | None = None,
    english: Mapping[str, str] | None = None,
) -> list[tuple[int, str]]:
    """Translate what pydantic found into (line, Chinese sentence), all of it, in line order.

    ``forms``: pattern → what it asks for, in words. ``english``: a Chinese word that stands in the
    place of an English one → that one.
    """
    return sorted(
        (
            document.line(tuple(found["loc"])),
            f"{document.name(found['loc'])}：{_sentence(found, model, forms or {}, english or {})}",
        )
        for found in _distinct(error)
    )


def _distinct(error: ValidationError) -> list[Any]:
    """A list whose items are all wrong is not empty as well."""
    found = error.errors(include_url=False)
    inside = {tuple(one["loc"][:-1]) for one in found}
    return [one for one in found if one["type"] != "too_short" or one["loc"] not in inside]


def _sentence(
    found: Any, model: type[BaseModel], forms: Mapping[str, str], english: Mapping[str, str]
) -> str:
    value = found.get("input")
    shown = f"“{value}”" if isinstance(value, str | int | float) else "该内容"
    context = found.get("ctx", {})
    if found["type"] == "extra_forbidden":
        known = _fields_at(model, tuple(found["loc"][:-1]))
        return f"不认识的键{nearest(str(found['loc'][-1]), known)}"
    if found["type"] == "literal_error":
        options = list(_quoted(str(context.get("expected", ""))))
        return f"不认识的取值{nearest(str(value), options, english)}"
    meant = f"；是否想写“{english[value]}”？" if isinstance(value, str) and value in english else ""
    return _limit(found, shown, context, forms, meant) or f"{shown}写法不对"


def _limit(found: Any, shown: str, context: Any, forms: Mapping[str, str], meant: str) -> str:
    match found["type"]:
        case "missing":
            return "缺少必填项"
        case "string_pattern_mismatch":
            pattern = str(context.get("pattern"))
            return f"{shown}写法不对，应为{forms.get(pattern, pattern)}{meant}"
        case "string_too_short":
            return "内容不能为空"
        case "too_short":
            least = context.get("min_length", 1)
            return f"至少要有 {least} 项" if least > 1 else "内容不能为空"
        case "string_too_long":
            return f"文字超过 {context.get('max_length')} 个字，请缩短"
        case "value_error" | "assertion_error":
            return str(context.get("error", found["msg"]))
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            sign = {"greater_than_equal": "≥", "less_than_equal": "≤", "greater_than": ">"}
            limit = next(iter(context.values()))
            return f"{shown}超出范围，应 {sign.get(found['type'], '<')} {limit:g}"
        case kind if kind.endswith(("_type", "_parsing")):
            expected = kind.removesuffix("_type").removesuffix("_parsing")
            return f"{shown}类型不对，应为{_KINDS.get(expected, expected)}"
    return ""


_KINDS = {
    "string": "文字",
    "list": "列表，写成 [甲, 乙]",
    "tuple": "列表，写成 [甲, 乙]",
    "dict": "若干行“键: 值”",
    "model": "若干行“键: 值”",
    "model_attributes": "若干行“键: 值”",
    "float": "数字",
    "int": "整数",
    "bool": "true 或 false",
}


def _quoted(text: str) -> Iterator[str]:
    return (part for index, part in enumerate(text.split("'")) if index % 2)


def nearest(word: str, known: list[str], named: Mapping[str, str] | None = None) -> str:
    """Return ``“word”，是否想写“x”？`` for the nearest known word, else with the known words.

    ``named``: other names, such as Chinese ones, → known word; one of them beats any nearness.
    """
    meant = (named or {}).get(word)
    cutoff = 0.6 if len(word) > 2 else 0.5  # one of two characters: 消售 for 销售
    close = [meant] if meant in known else difflib.get_close_matches(word, known, 1, cutoff)
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
