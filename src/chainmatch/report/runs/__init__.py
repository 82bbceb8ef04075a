"""Run folders opened again: why a firm is in or out, and what moved between two runs."""

from typing import TYPE_CHECKING, Any

from chainmatch.report.runs.explaining import explain
from chainmatch.report.runs.folders import RunFolder

if TYPE_CHECKING:
    from chainmatch.report.runs.run_diff import Diff, diff

__all__ = ["Diff", "RunFolder", "diff", "explain"]


def __getattr__(name: str) -> Any:
    # Comparing needs all the rules of scoring, which take as long to load as explaining takes.
    if name not in ("Diff", "diff"):
        raise AttributeError(f"module 'chainmatch.report.runs' has no attribute {name!r}")
    from chainmatch.report.runs import run_diff

    return getattr(run_diff, name)
