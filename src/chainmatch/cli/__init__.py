"""The command line: a translation of the library, with no rule of its own.

``commands.yaml`` says which commands and options there are and which function each calls; the
functions stand in a file a group, take what was parsed, call the library and write or print what it
returns. Exit codes: 0 done, 2 input or options are wrong, 1 a fault of ours.
"""

import atexit
import gc
import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

from chainmatch.cli.parsing import keep_inputs, parser
from chainmatch.cli.speaking import speaking
from chainmatch.errors import ChainmatchError
from chainmatch.util.cells import one_line
from chainmatch.util.file_names import name_problem
from chainmatch.util.notices import listening
from chainmatch.util.resources import use_learned

__all__ = ["main", "parser"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    stopped: list[int] = [signal.SIGINT]
    with speaking(given), _stopping_in_order(given, stopped):
        return _run(given, stopped)


def _run(argv: Sequence[str], stopped: Sequence[int]) -> int:
    # Tables and caches are many objects without cycles that live long: the collector would walk
    # them again and again for a quarter of the time of a run, and free nothing.
    gc.set_threshold(1_000_000, 20, 100)
    atexit.register(gc.freeze)
    # Threads of numpy that wait in a circle, on the core that another process could use.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = parser().parse_args(argv)
    if not arguments.call:
        arguments.shown.print_help()
        return 0
    try:
        keep_inputs(arguments)
        if getattr(arguments, "learned", None):
            use_learned(arguments.learned)
        module, _, function = arguments.call.partition(".")
        command = getattr(import_module(f"chainmatch.cli.{module}"), function)
        with _noticed(arguments):
            command(arguments)
    except ChainmatchError as error:
        print(f"chainmatch：{one_line(error)}", file=sys.stderr)
        return 2
    except (OSError, UnicodeError) as error:
        why = name_problem(error, argv)
        if not why:
            raise
        print(f"chainmatch：{one_line(why)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(f"chainmatch：{str(stop) or '已中断，未写出任何文件。'}", file=sys.stderr)
        return 128 + stopped[-1]
    return 0


@contextmanager
def _noticed(arguments: Namespace) -> Iterator[None]:
    """Print on the error stream, at the end, what was noticed in the lists that were read."""
    # check prints it among the rest, the service logs it when it starts
    own = arguments.call in ("lists.check", "serve.serve")
    with listening() as heard:
        try:
            yield
        finally:
            for note in () if own or getattr(arguments, "quiet", False) else heard:
                print(f"提示：{note}", file=sys.stderr)


@contextmanager
def _stopping_in_order(argv: Sequence[str], stopped: list[int]) -> Iterator[None]:
    """Let whoever ends this process, or closes its terminal, stop it as Ctrl+C does.

    The signal is added to ``stopped``. What serves has its own way to end.
    """

    def stop(number: int, _: object) -> None:
        stopped.append(number)
        raise KeyboardInterrupt

    main_thread = threading.current_thread() is threading.main_thread()
    numbers = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")]  # Windows lacks one
    ours = [
        number
        for number in numbers
        if number is not None and signal.getsignal(number) is signal.SIG_DFL
    ]
    own = bool(argv) and argv[0] in ("serve", "mcp")
    ours = ours if main_thread and not own else []
    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
