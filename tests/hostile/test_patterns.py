"""No pattern of the package takes longer than a cell is long: none grows faster than its text.

Every compiled pattern is found by walking the modules, and tried with strings made of its own
signs and words. Time of this process is compared with itself: four times the text may not take
eight times as long.
"""

import ast
import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

import chainmatch

# What the compiled form of a pattern is made of: private, but the only place where it is said.
parser = importlib.import_module("re._parser")
SLOW = 0.001  # seconds of 1,500 characters: what needs less is not looked at twice
TINY = (12, 16, 20)  # where one that doubles with each sign shows before it takes for ever
SHORT, LONG = 1_500, 6_000
_IMPORT = re.compile(r"^from \S+ import (?:\([^)]*\)|.*)$", re.MULTILINE)
NOT_YET = ("chainmatch.leads.wording",)  # still grow with the square of what a lead asks for
SAMPLES = {"category_digit": "1", "category_space": " ", "category_word": "a"}


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(chainmatch.__path__, "chainmatch."):
        if "migrations" in found.name or found.name.endswith("__main__"):
            continue
        with suppress(ModuleNotFoundError):  # of an extra that is not here
            yield importlib.import_module(found.name)


def _inside(value: object, depth: int = 0) -> Iterator[re.Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple | set | frozenset | dict) and depth < 3:
        inner = value.values() if isinstance(value, dict) else value
        for one in list(inner)[:5_000]:
            yield from _inside(one, depth + 1)


def _uses(module: ModuleType, name: str) -> set[str]:
    """Return how a pattern is used: ``sub`` for whatever looks for it anywhere in a text."""
    places = [module] if name.startswith("_") else list(_modules())
    text = "\n".join(_IMPORT.sub("", inspect.getsource(place)) for place in places)
    found = re.findall(rf"(?<![\w.]){re.escape(name)}\b(?:\.(\w+))?(?! *[:=] *re\.)", text)
    used = {use for use in found if use != "pattern"}
    return used if used and used <= {"match", "fullmatch"} else {"sub"}


def _patterns() -> dict[str, tuple[re.Pattern, set[str]]]:
    found: dict[tuple[str | bytes, int], tuple[str, re.Pattern, set[str]]] = {}
    for module in _modules():
        if module.__name__ in NOT_YET:
            continue
        for name, value in vars(module).items():
            for pattern in _inside(value):
                key = pattern.pattern, pattern.flags
                if key not in found:
                    uses = _uses(module, name) if value is pattern else {"sub"}
                    found[key] = f"{module.__name__}.{name}", pattern, uses
    for pattern, name, use in _written_in_place():
        found.setdefault((pattern.pattern, pattern.flags), (name, pattern, {use}))
    return {f"{name} {at}": (p, uses) for at, (name, p, uses) in enumerate(found.values())}


def _written_in_place() -> Iterator[tuple[re.Pattern, str, str]]:
    """Yield the patterns that are written where they are used: ``re.sub("…", …)``."""
    for path in sorted(Path(chainmatch.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
                and node.func.attr != "compile"
            ):
                use = node.func.attr if node.func.attr in ("match", "fullmatch") else "sub"
                yield re.compile(node.args[0].value), path.stem, use


def _signs(tree: object) -> Iterator[str]:
    """Yield a sign for whatever a pattern asks for, in its order."""
    for kind, value in tree:
        name = str(kind).lower()
        if name == "literal":
            yield chr(value)
        elif name in ("not_literal", "any"):
            yield "x"
        elif name == "in":
            yield from list(_signs_of_set(value))[:4]
        elif name == "category":
            yield SAMPLES.get(str(value).lower(), "-")
        else:
            for part in _parts(name, value):
                yield from _signs(part)


def _parts(name: str, value: object) -> list:
    """Return the patterns inside a part of a pattern."""
    if name == "branch":
        return value[1]
    if name == "subpattern":
        return [value[3]]
    if name.endswith("_repeat"):
        return [value[2]]
    if name in ("assert", "assert_not"):
        return [value[1]]
    return [value] if name == "atomic_group" else []


def _signs_of_set(parts: list) -> Iterator[str]:
    for kind, value in parts:
        name = str(kind).lower()
        if name == "literal":
            yield chr(value)
        elif name == "range":
            yield chr(value[0])
        elif name == "category":
            yield SAMPLES.get(str(value).lower(), "-")
        elif name == "negate":
            yield "x"


def _hostile(pattern: re.Pattern) -> Iterator[tuple[str, str]]:
    """Yield a beginning and what is to be repeated behind it."""
    text = pattern.pattern
    text = text if isinstance(text, str) else text.decode("latin-1")
    signs = list(dict.fromkeys(_signs(parser.parse(text, pattern.flags & re.VERBOSE))))
    yield from (("", sign) for sign in signs[:40])
    for first in signs[:8]:
        for second in signs[:8]:
            if first != second:
                yield "", first + second
                yield first, second
    words = dict.fromkeys(re.findall(r"[\u4e00-\u9fff]{2,}|[A-Za-z]{3,}", text))
    yield from (("", word) for word in list(words)[:40])


def _spent(pattern: re.Pattern, use: str, begin: str, unit: str, length: int) -> float:
    text = begin + unit * max(1, length // len(unit)) + "\x00"
    cell = text if isinstance(pattern.pattern, str) else text.encode("utf-8")
    given = (cell[:0], cell) if use == "sub" else (cell,)
    start = time.process_time()
    getattr(pattern, use)(*given)
    return time.process_time() - start


def _grows(pattern: re.Pattern, uses: set[str]) -> str:
    """Return what a pattern takes too long for, or ""."""
    for begin, unit in _hostile(pattern):
        for use in uses:
            told = f"{use}: {begin!r} + {unit!r}…"
            for length in TINY:
                if min(_spent(pattern, use, begin, unit, length) for _ in range(2)) > SLOW:
                    return f"{told} takes very long at {length} characters"
            if _spent(pattern, use, begin, unit, SHORT) < SLOW:
                continue
            short, long = (
                min(_spent(pattern, use, begin, unit, length) for _ in range(3))
                for length in (SHORT, LONG)
            )
            if short > SLOW and long > 8 * short:
                return f"{told} {short:.4f} s, four times of it {long:.4f} s"
    return ""


def test_no_pattern_grows_faster_than_its_text():
    patterns = _patterns()
    assert len(patterns) > 150
    grown = {name: why for name, (p, uses) in patterns.items() if (why := _grows(p, uses))}
    assert not grown


@pytest.mark.parametrize("bad", [r"\s+$", r"(?:a|aa)+b", r"\d+元", r"(?:与).*合作"])
def test_patterns_that_grow_are_noticed(bad):
    assert _grows(re.compile(bad), {"sub"})


@pytest.mark.parametrize("good", [r"[0-9]元", r"(?<!\d)\d++元", r"^(?:(?!与).)*+与.*合作"])
def test_patterns_that_do_not_are_let_pass(good):
    assert not _grows(re.compile(good), {"sub"})
