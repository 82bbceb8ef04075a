"""Run folders opened again: why a firm is in or out, and what moved between two runs."""

from chainmatch.runs.cards import explain
from chainmatch.runs.folders import RunFolder
from chainmatch.runs.moves import Diff, diff

__all__ = ["Diff", "RunFolder", "diff", "explain"]
