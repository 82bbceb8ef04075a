"""Text from outside on its way out: the one place that makes it harmless, wherever it is written.

A CSV file that a spreadsheet opens takes text for a formula; a terminal obeys signs that it should
show. Workbooks hold text as text (:mod:`chainmatch.util.xlsx`), pages escape it.
"""

import re

_SIGNS = "=+@＝＋－＠-"  # the last one as a sign, not as a range
_BEFORE = "\\x00-\\x20\u00a0\u200b\u3000\ufeff"  # what a spreadsheet drops before it looks
FORMULA = rf"\A(?:[{_BEFORE}]*[{_SIGNS}]|[\t\r\n])"  # as RE2 reads it, too
_FORMULA = re.compile(FORMULA)
_FIRST = frozenset(_SIGNS + "\u00a0\u200b\u3000\ufeff" + "".join(map(chr, range(0x21))))
# Signs that move a terminal's cursor, colour it, or turn the order of what is read.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def as_text(value: object) -> object:
    """Return text with a leading apostrophe if a spreadsheet would take it for a formula."""
    if isinstance(value, str) and value[:1] in _FIRST and _FORMULA.match(value):
        return f"'{value}"
    return value


def as_written(text: str) -> str:
    """Return what :func:`as_text` was given."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text[1:]) else text


def shown(text: str) -> str:
    """Return text for a terminal: each sign that it would obey becomes �, lines stay lines."""
    return _CONTROLS.sub("\ufffd", text)


def one_line(text: object) -> str:
    """Return a message on one line."""
    return " ".join(str(text).splitlines())
