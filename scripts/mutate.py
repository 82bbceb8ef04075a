"""Change the code in small ways and see whether the tests notice.

    python scripts/mutate.py src/chainmatch/decision --tests tests/test_golden.py --sample 120

Each mutant is one change of one place: a comparison shifted or turned round, ``and`` for ``or``, a
condition dropped or negated, another constant, ``-`` for ``+``, ``min`` for ``max``, nothing
returned, a call left out, a sentence said differently. The tests run on it until the first failure,
in a copy of the tree that is thrown away. What survives is printed with file, line and change:
either a test is missing, or the change makes no difference. In the latter case its key goes into
``mutants_equivalent.txt`` with the reason, and it is not tried again. A key names module, function
and change, so it outlives edits elsewhere in the file and a move of the file.

The libraries are loaded once for each process; every mutant runs in a fork of it. Needs Linux or
macOS. Exit code 1 if something survived.
"""

import argparse
import ast
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
EQUIVALENT = Path(__file__).with_name("mutants_equivalent.txt")
LIBRARIES = (
    "ahocorasick_rs docx hypothesis jinja2 networkx numpy openpyxl pandas pyarrow pydantic pytest "
    "python_calamine rapidfuzz scipy xlsxwriter yaml"
)
NOT_COPIED = shutil.ignore_patterns(
    ".*", "__pycache__", "site", "build", "dist", "out", "benchmarks", "notebooks"
)


class Mutant(NamedTuple):
    """One change: where it is, what it is called, and the whole module with it."""

    path: str  # relative to the tree
    line: int
    key: str
    source: str


# --- what is changed ---------------------------------------------------------------------------

SHIFTED: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of a node."""
    for kind in (_conditions, _values, _statements):
        yield from kind(node)


def _conditions(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left, ops, comparators):
            for at, op in enumerate(ops):
                for other in SHIFTED[type(op)]:
                    yield ast.Compare(left, [*ops[:at], other(), *ops[at + 1 :]], comparators)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for at in range(len(values)):
                rest = values[:at] + values[at + 1 :]
                yield ast.BoolOp(op, rest) if len(rest) > 1 else rest[0]
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.comprehension(target, source, ifs, is_async) if ifs:
            for at in range(len(ifs)):
                yield ast.comprehension(target, source, ifs[:at] + ifs[at + 1 :], is_async)


def _values(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(left, op, right) if type(op) in SHIFTED:
            yield from (ast.BinOp(left, other(), right) for other in SHIFTED[type(op)])
        case ast.UnaryOp(ast.USub(), operand):
            yield operand
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Call(ast.Name(name), args, keywords) if name in SWAPPED:
            yield ast.Call(ast.Name(SWAPPED[name]), args, keywords)
        case ast.Constant(value):
            yield from map(ast.Constant, _constants(value))


def _constants(value: object) -> Iterator[object]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, float):
        yield from (round(value * 1.1, 9), round(value * 0.9, 9)) if value else (0.1,)
    elif value == "":
        yield "※"
    elif isinstance(value, str) and any("\u4e00" <= letter <= "\u9fff" for letter in value):
        yield value + "※"


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.If(test, body, orelse):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.Return(ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.AugAssign(target, op, value):
            yield from (ast.AugAssign(target, other(), value) for other in SHIFTED[type(op)])
            yield ast.Pass()
        case ast.Expr(ast.Call() | ast.Await()):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()


# --- where -------------------------------------------------------------------------------------

Put = Callable[[ast.AST], None]


class _Place(NamedTuple):
    node: ast.AST
    put: Put  # another in its place
    scope: tuple[str, ...]  # class and function
    parent: ast.AST  # the expression or statement in which it stands


def mutants(path: Path) -> list[Mutant]:
    """Return all mutants of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found, seen = [], Counter[str]()
    for node, put, scope, parent in _places(tree, (), tree):
        before = _short(node)
        # A constant says little by itself.
        where = f"  in  {_short(parent)[:90]}" if isinstance(node, ast.Constant) else ""
        for other in changed(node):
            key = f"{'.'.join((path.stem, *scope))}: {before} → {_short(other)}{where}"
            seen[key] += 1
            number = f" (no. {seen[key]})" if seen[key] > 1 else ""
            put(other)
            source = ast.unparse(ast.fix_missing_locations(tree))
            put(node)
            found.append(Mutant(str(path.relative_to(ROOT)), _line(node), key + number, source))
    return found


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0) or getattr(getattr(node, "target", None), "lineno", 0))


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.If):  # its condition says which
        return f"if {_short(node.test)}"
    return " ".join(ast.unparse(node).split())


def _places(node: ast.AST, scope: tuple[str, ...], parent: ast.AST) -> Iterator[_Place]:
    """Yield every place at which something may be changed."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params", "format_spec"):
            continue
        values = value if isinstance(value, list) else [value]
        for at, child in enumerate(values):
            if not isinstance(child, ast.AST) or _passed_over(child):
                continue
            inner = (*scope, child.name) if isinstance(child, _SCOPES) else scope
            yield _Place(child, _putter(node, field, value, at), inner, parent)
            stands = isinstance(child, ast.expr | ast.stmt) and not isinstance(child, _SCOPES)
            yield from _places(child, inner, child if stands else parent)


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _putter(node: ast.AST, field: str, value: Any, at: int) -> Put:
    def put(other: ast.AST) -> None:
        if isinstance(value, list):
            value[at] = other
        else:
            setattr(node, field, other)

    return put


def _passed_over(node: ast.AST) -> bool:
    """Docstrings, imports, what is for the type checker, ``__all__`` and names of types."""
    match node:
        case ast.Expr(ast.Constant()) | ast.Import() | ast.ImportFrom():
            return True
        case ast.If(ast.Name("TYPE_CHECKING")):
            return True
        case ast.Assign([ast.Name("__all__")]):
            return True
        case ast.AnnAssign(_, ast.Name("TypeAlias")):
            return True
        case ast.keyword("strict"):  # of zip: what it would find are slips of ours
            return True
    return False


# --- running -----------------------------------------------------------------------------------

LOG = "mutant.log"  # what the tests said last
_TREE = Path()  # the copy of this process
_TESTS: list[str] = []


def _begin(trees: Any, tests: list[str]) -> None:
    """Settle in a copy of the tree and load what no mutant changes."""
    global _TREE, _TESTS
    _TREE, _TESTS = trees.get(), tests
    os.chdir(_TREE)
    os.environ |= {
        "PYTHONPATH": f"{_TREE / 'src'}",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # a second for each mutant, and none is needed
    }
    sys.path[:0] = [f"{_TREE / 'src'}", f"{_TREE / 'tests'}"]
    for name in LIBRARIES.split():
        with suppress(ImportError):
            import_module(name)


def _killed(mutant: Mutant, patience: float) -> tuple[Mutant, bool]:
    """Run the tests on a mutant; return whether they failed or took too long."""
    path = _TREE / mutant.path
    original = path.read_bytes()
    path.write_text(mutant.source, encoding="utf-8")
    _forget(path)
    try:
        return mutant, not _pass(patience)
    finally:
        path.write_bytes(original)
        _forget(path)


def _forget(path: Path) -> None:
    """Remove the compiled module: it may be as old and as long as the next."""
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()


def _pass(patience: float) -> bool:
    child = os.fork()
    if not child:
        _test_and_exit(_TREE / LOG)
    end = time.monotonic() + patience
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)  # with whatever it started
    os.waitpid(child, 0)
    return False


def _test_and_exit(log: Path) -> None:
    code = 1
    try:
        os.setpgid(0, 0)
        with log.open("w", encoding="utf-8") as file:
            for stream in (1, 2):
                os.dup2(file.fileno(), stream)
        import pytest

        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *_TESTS]))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _baseline() -> tuple[float, str]:
    """Return how long the tests take on the code as it is, and what they say if they fail."""
    begin = time.monotonic()
    good = _pass(600)
    said = (_TREE / LOG).read_text(encoding="utf-8")
    return time.monotonic() - begin, "" if good else said or "The tests say nothing."


def run(chosen: list[Mutant], tests: list[str], processes: int, timeout: float) -> set[Mutant]:
    """Return the mutants that survive the tests."""
    context = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees = context.Queue()
        for number in range(processes):
            tree = Path(folder) / str(number)
            shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
            trees.put(tree)
        # Not a Pool: its processes may have no children, and code under test may want some.
        with ProcessPoolExecutor(processes, context, _begin, (trees, tests)) as pool:
            seconds, failure = pool.submit(_baseline).result()
            if failure:
                sys.exit(f"{failure}\nThe tests fail on the code as it is.")
            patience = timeout or 20 + 5 * seconds
            print(f"{len(chosen)} mutants; the tests take {seconds:.1f} s as it is", flush=True)
            alive = set()
            jobs = [pool.submit(_killed, mutant, patience) for mutant in chosen]
            for number, job in enumerate(as_completed(jobs), 1):
                mutant, killed = job.result()
                if not number % 50:
                    print(f"{number} done", flush=True)
                if not killed:
                    alive.add(mutant)
                    print(f"alive: {mutant.path}:{mutant.line}  {mutant.key}", flush=True)
            return alive


# --- the command -------------------------------------------------------------------------------


def equivalents() -> set[str]:
    """Return the keys of changes that are known to make no difference."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines() if EQUIVALENT.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("modules", nargs="+", type=Path, help="modules, or folders of modules")
    parser.add_argument("--tests", nargs="+", required=True, help="test files, the surest first")
    parser.add_argument("--sample", type=int, help="try so many only")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default 1)")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=0, help="seconds for each mutant")
    parser.add_argument("--key", default="", help="only those whose key holds this")
    parser.add_argument("--list", action="store_true", help="only list the mutants")
    options = parser.parse_args()
    paths = [
        path.resolve()
        for one in options.modules
        for path in (sorted(one.rglob("*.py")) if one.is_dir() else [one])
    ]
    known = equivalents()
    found = [mutant for path in paths for mutant in mutants(path)]
    chosen = [one for one in found if one.key not in known and options.key in one.key]
    if options.sample is not None and options.sample < len(chosen):
        chosen = random.Random(options.seed).sample(chosen, options.sample)
    if options.list:
        print(*(f"{mutant.path}:{mutant.line}  {mutant.key}" for mutant in chosen), sep="\n")
        return 0
    alive = run(chosen, options.tests, options.processes, options.timeout)
    _print_table(found, chosen, alive, known)
    return bool(alive)


def _print_table(
    found: list[Mutant], chosen: list[Mutant], alive: set[Mutant], known: set[str]
) -> None:
    print(
        f"\n{'module':44} {'places':>7} {'equivalent':>10} {'tried':>6} {'killed':>7} {'alive':>6}"
    )
    tables = [
        Counter(mutant.path for mutant in group)
        for group in (found, [m for m in found if m.key in known], chosen, alive)
    ]
    for path in [*tables[0], ""]:
        places, same, tried, left = (table[path] if path else table.total() for table in tables)
        name = path or "all"
        print(f"{name:44} {places:7} {same:10} {tried:6} {tried - left:7} {left:6}")
    for mutant in sorted(alive, key=lambda one: (one.path, one.line, one.key)):
        print(f"{mutant.path}:{mutant.line}  {mutant.key}")


if __name__ == "__main__":
    sys.exit(main())
