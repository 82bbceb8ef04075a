"""Change the code in small ways and see whether the tests notice.

    python scripts/mutate.py src/chainmatch/decision --tests tests/test_golden.py --sample 120

Each mutant is one change of one place: a comparison shifted or turned round, ``and`` for ``or``, a
condition dropped or negated, another constant, ``-`` for ``+``, ``min`` for ``max``, nothing
returned, a call left out, a sentence said differently. The tests run on it until the first failure,
in a copy of the tree that is thrown away. What survives is printed with file, line and change:
either a test is missing, or the change makes no difference. In the latter case its key goes into
``mutants_equivalent.txt`` with the reason, and it is not tried again. A key names module, function
and change, so it outlives edits elsewhere in the file and a move of the file.

Of the tests run, quickest first, those that enter the changed function on the code as it is (for
a change outside functions: the module). The code is loaded once for each process; every mutant is
put into a fork of it. Needs Linux or macOS. Exit code 1 if something survived.
"""

import argparse
import ast
import inspect
import multiprocessing
import os
import pickle
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
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
EQUIVALENT = Path(__file__).with_name("mutants_equivalent.txt")
LIBRARIES = (
    "ahocorasick_rs docx hypothesis jinja2 networkx numpy openpyxl pandas pyarrow pydantic pytest "
    "python_calamine rapidfuzz scipy xlsxwriter yaml"
)
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv*", ".*cache", ".hypothesis", "__pycache__", "site", "build", "dist", "out",
    "wheelhouse", "benchmarks", "notebooks",
)  # fmt: skip


class Mutant(NamedTuple):
    """One change: where it is, what it is called, and the whole module with it."""

    path: str  # relative to the tree
    line: int
    key: str
    function: str  # the outermost in which it is, with its class; "": none
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
                for other in SHIFTED.get(type(op), ()):
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
            yield from (ast.BinOp(left, other(), right) for other in SHIFTED.get(type(op), ()))
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
            yield from (
                ast.AugAssign(target, other(), value) for other in SHIFTED.get(type(op), ())
            )
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
    scope: tuple[str, ...]  # classes and functions
    function: str  # the outermost
    parent: ast.AST  # the expression or statement in which it stands


def mutants(path: Path) -> list[Mutant]:
    """Return all mutants of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found, seen = [], Counter[str]()
    for node, put, scope, function, parent in _places(tree, (), "", tree):
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
            at = str(path.relative_to(ROOT))
            found.append(Mutant(at, _line(node), key + number, function, source))
    return found


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0) or getattr(getattr(node, "target", None), "lineno", 0))


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.If):  # its condition says which
        return f"if {_short(node.test)}"
    return " ".join(ast.unparse(node).split())


def _places(
    node: ast.AST, scope: tuple[str, ...], function: str, parent: ast.AST
) -> Iterator[_Place]:
    """Yield every place at which something may be changed."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params", "format_spec"):
            continue
        values = value if isinstance(value, list) else [value]
        for at, child in enumerate(values):
            if not isinstance(child, ast.AST) or _passed_over(child):
                continue
            inner = (*scope, child.name) if isinstance(child, _SCOPES) else scope
            outer = function or ".".join(inner if isinstance(child, _FUNCTIONS) else ())
            yield _Place(child, _putter(node, field, value, at), inner, outer, parent)
            stands = isinstance(child, ast.expr | ast.stmt) and not isinstance(child, _SCOPES)
            yield from _places(child, inner, outer, child if stands else parent)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)


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


class Reach(NamedTuple):
    """What the tests do on the code as it is."""

    entered: dict[str, set[tuple[str, str]]]  # test → path and name of each function it enters
    seconds: dict[str, float]  # of each test
    at_import: set[tuple[str, str]]
    loaded: list[str]  # our modules

    def of(self, mutant: Mutant) -> list[str]:
        """Return the tests that could notice a mutant, the quickest first."""
        at = (mutant.path, mutant.function)
        if not mutant.function or at in self.at_import:
            at = (mutant.path, "")  # whatever enters the module
        found = [test for test, places in self.entered.items() if at in places]
        return sorted(found or self.entered, key=lambda test: (self.seconds[test], test))


class _Watch:
    """Notes which functions of some modules each test enters, and how long it takes."""

    def __init__(self, paths: set[str]) -> None:
        self._paths = {str(Path.cwd() / path): path for path in paths}
        self._now = self._imports = set[tuple[str, str]]()
        self._shared: dict[str, set[tuple[str, str]]] = {}  # by fixture
        self.reach = Reach({}, {}, self._imports, [])
        sys.settrace(self._note)

    def _note(self, frame: FrameType, _event: str, _what: object) -> None:
        if path := self._paths.get(frame.f_code.co_filename):
            self._now |= {(path, frame.f_code.co_qualname.split(".<locals>")[0]), (path, "")}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._now = places = self.reach.entered[item.nodeid] = set()
        begin = time.monotonic()
        found = yield
        self.reach.seconds[item.nodeid] = time.monotonic() - begin
        self._now = self._imports
        for name in getattr(item, "fixturenames", ()):
            places |= self._shared.get(name, set())
        return found

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """What is set up once for several tests is entered by all of them."""
        before = self._now
        if fixturedef.scope != "function":
            self._now = self._shared.setdefault(fixturedef.argname, set())
        found = yield
        self._now = before
        return found


class _Only:
    """Runs only some tests, in their order, and ends where one takes far longer than it should."""

    def __init__(self, tests: list[str], seconds: dict[str, float]) -> None:
        self._tests, self._seconds = {test: at for at, test in enumerate(tests)}, seconds
        signal.setitimer(signal.ITIMER_PROF, 120)  # of processor time, so that load kills nobody

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self._tests]
        items.sort(key=lambda item: self._tests[item.nodeid])

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        signal.setitimer(signal.ITIMER_PROF, 20 + 10 * self._seconds[item.nodeid])


def _begin(trees: Any) -> None:
    """Settle in a copy of the tree and load what no mutant changes."""
    tree = trees.get()
    os.chdir(tree)
    os.environ |= {
        "PYTHONPATH": f"{tree / 'src'}",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # a second for each mutant, and none is needed
    }
    sys.path[:0] = [f"{tree / 'src'}", f"{tree / 'tests'}"]
    for name in LIBRARIES.split():
        with suppress(ImportError):
            import_module(name)


def _killed(mutant: Mutant, tests: list[str], reach: Reach) -> tuple[Mutant, bool]:
    """Run the tests on a mutant; return whether they failed or took too long."""
    for name in reach.loaded:
        import_module(name)
    path = Path.cwd() / mutant.path
    original = path.read_bytes()
    path.write_text(mutant.source, encoding="utf-8")
    _forget(path)
    try:
        return mutant, not _in_a_fork(lambda: _test(mutant, original, tests, reach))
    finally:
        path.write_bytes(original)
        _forget(path)


def _forget(path: Path) -> None:
    """Remove the compiled module: it may be as old and as long as the next."""
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()


def _test(mutant: Mutant, original: bytes, tests: list[str], reach: Reach) -> int:
    at_import = (mutant.path, mutant.function) in reach.at_import
    if at_import or not _exchanged(mutant, original.decode()):
        for name in reach.loaded:
            del sys.modules[name]
    return _pytest(
        list(dict.fromkeys(test.split("::")[0] for test in tests)), _Only(tests, reach.seconds)
    )


def _exchanged(mutant: Mutant, original: str) -> bool:
    """Put the changed function in the place of the loaded one; return whether that will do.

    It will not for what happened when the module was loaded.
    """
    module = mutant.path.removeprefix("src/").removesuffix(".py").replace("/", ".")
    codes = [_code(source, mutant.function) for source in (mutant.source, _same(original))]
    if codes[0] is None or codes[0] == codes[1]:
        return False
    found: Any = sys.modules.get(module.removesuffix(".__init__"))
    for name in mutant.function.split("."):
        found = inspect.getattr_static(found, name, None)
    for inner in ("__func__", "fget", "func"):
        found = getattr(found, inner, found)
    found = inspect.unwrap(found)
    if not isinstance(found, FunctionType) or found.__code__.co_qualname != mutant.function:
        return False
    with suppress(ValueError):  # of a closure
        found.__code__ = codes[0]
        return True
    return False


def _same(source: str) -> str:
    return ast.unparse(ast.parse(source))


def _code(source: str, function: str) -> CodeType | None:
    """Return the code of a function of a module."""
    inner = [compile(source, "<mutant>", "exec", dont_inherit=True)]
    while inner:
        code = inner.pop()
        if code.co_qualname == function:
            return code
        inner += [const for const in code.co_consts if isinstance(const, CodeType)]
    return None


def _in_a_fork(what: Callable[[], int]) -> bool:
    """Return whether it gives 0; what it says is in the log."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # whatever it started
        return os.waitstatus_to_exitcode(status) == 0
    code = 1
    try:
        os.setpgid(0, 0)
        with (Path.cwd() / LOG).open("w", encoding="utf-8") as file:
            for stream in (1, 2):
                os.dup2(file.fileno(), stream)
        code = what()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _pytest(tests: list[str], plugin: object) -> int:
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests], [plugin]))


def _survey(paths: set[str], tests: list[str]) -> Reach:
    """Run the tests on the code as it is; exit if they fail."""
    kept = Path.cwd() / "reach.pickle"

    def watch() -> int:
        plugin = _Watch(paths)
        code = _pytest(tests, plugin)
        sys.settrace(None)
        plugin.reach.loaded.extend(name for name in sys.modules if name.startswith("chainmatch"))
        kept.write_bytes(pickle.dumps(plugin.reach))
        return code

    if not _in_a_fork(watch):
        said = (Path.cwd() / LOG).read_text(encoding="utf-8")
        raise SystemExit(f"{said}\nThe tests fail on the code as it is.")
    found: Reach = pickle.loads(kept.read_bytes())
    return found


def run(chosen: list[Mutant], tests: list[str], processes: int) -> set[Mutant]:
    """Return the mutants that survive the tests."""
    context = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees = context.Queue()
        for number in range(processes):
            tree = Path(folder) / str(number)
            shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
            trees.put(tree)
        # Not a Pool: its processes may have no children, and code under test may want some.
        with ProcessPoolExecutor(processes, context, _begin, (trees,)) as pool:
            reach = pool.submit(_survey, {mutant.path for mutant in chosen}, tests).result()
            print(f"{len(chosen)} mutants, {len(reach.seconds)} tests", flush=True)
            alive = set()
            jobs = [pool.submit(_killed, mutant, reach.of(mutant), reach) for mutant in chosen]
            for number, job in enumerate(as_completed(jobs), 1):
                mutant, killed = job.result()
                if not number % 10:
                    print(f"{number} done, {len(alive)} alive", flush=True)
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
    parser.add_argument("--tests", nargs="+", required=True, help="test files")
    parser.add_argument("--sample", type=int, help="try so many only")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default 1)")
    parser.add_argument("--processes", type=int, default=2)
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
    alive = run(chosen, options.tests, options.processes)
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
