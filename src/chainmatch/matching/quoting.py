"""Which stretch of a scope to quote for a wording."""

import numpy as np

from chainmatch.matching.grammar import Page, Reading

QUOTE = 60  # longest quotation, in characters
_BLANK = np.zeros(0x110000, bool)
_BLANK[[code for code in range(0x3001) if chr(code).isspace()]] = True


def quotations(
    page: Page, read: Reading, segment: np.ndarray, start: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the spans to quote for wordings at ``start:end``, each in its segment.

    The item with its verb if that is short enough, else the item, else the wording.
    """
    first = np.minimum(read.start[segment], read.verb_start[segment])
    last = np.maximum(read.end[segment], read.verb_end[segment])
    codes = page.codes
    # A condition in front of the item: (凭许可证经营)肉类加工.
    for number in np.flatnonzero(codes[first] == ord("(")).tolist():
        closed = page.text.rfind(")", int(first[number]), int(start[number])) + 1
        first[number] = max(int(first[number]), closed)
    long = last - first > QUOTE
    first = np.where(long, read.start[segment], first)
    last = np.where(long, np.maximum(read.end[segment], end), last)
    long = last - first > QUOTE
    first, last = np.where(long, start, first), np.where(long, end, last)
    while (blank := (first < last) & _BLANK[codes[first]]).any():
        first += blank
    while (blank := (first < last) & _BLANK[codes[last - 1]]).any():
        last -= blank
    return first, last
