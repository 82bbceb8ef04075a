"""Two runs give what is kept in ``golden``; ``make golden`` takes changes over (golden_runs.py)."""

from difflib import unified_diff

import pytest

from golden_runs import RUNS, expected, outputs

_SHOWN = 60  # lines of the difference shown of a file


@pytest.mark.parametrize("name", RUNS)
def test_the_run_gives_what_is_kept(name, request):
    """All that differs is shown; with ``-x``, which asks for the first failure, the first."""
    kept = expected(name)
    differences = []
    for file, found in outputs(name):
        before = kept.pop(file, "")
        if found != before:
            differences.append(_difference(file, before, found))
            if request.config.getoption("maxfail") == 1:
                break
    else:
        differences += [_difference(file, before, "") for file, before in kept.items()]
    if differences:
        text = "\n".join(differences)
        pytest.fail(f"{text}\nIf this is what is wanted: make golden, and read git diff.", False)


def _difference(file, kept, found):
    lines = list(
        unified_diff(
            kept.splitlines(), found.splitlines(), f"kept/{file}", f"found/{file}", "", "", 0, ""
        )
    )
    more = [f"… {len(lines) - _SHOWN} more lines"] if len(lines) > _SHOWN else []
    return "\n".join([*lines[:_SHOWN], *more])
