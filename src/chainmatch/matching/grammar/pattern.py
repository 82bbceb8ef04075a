"""Regular expressions for tables of words."""

import re
from collections.abc import Iterable
from typing import Any


def alternatives(words: Iterable[str], *, backwards: bool = False) -> str:
    """Return an expression that matches the longest of ``words``, or of the words read backwards.

    Words with the same beginning share it, so that few of hundreds of words are tried.
    """
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for char in reversed(word) if backwards else word:
            branch = branch.setdefault(char, {})
        branch[""] = {}
    return _expression(tree)


def _expression(tree: dict[str, Any]) -> str:
    branches = [re.escape(char) + _expression(tree[char]) for char in sorted(tree) if char]
    if not branches:
        return ""
    if len(branches) == 1 and "" not in tree:
        return branches[0]
    return f"(?:{'|'.join(branches)}){'?' if '' in tree else ''}"
