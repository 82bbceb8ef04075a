"""Families of headers: what a header means by the words that it is made of.

A header such as 主要产品和服务 or 拟认定企业名称 is read word by word: words in front that leave
the meaning alone, the word that says what the column holds, words behind it. The words stand in
``data/words/headers.csv``, which people extend; a header with any other word in it is not
understood, unless it ends with a word that decides.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from chainmatch.util.resources import data_rows

_FRONT, _CORE, _TAIL, _JOINT = 1, 2, 4, 8
_ROLES = {"front": _FRONT, "core": _CORE, "tail": _TAIL, "must": _TAIL, "joint": _JOINT}


class _Family(NamedTuple):
    """The words of one column, each with its roles; ``must``: a tail has to follow.

    A header that is one of ``whole``, or closes with one of ``ends``, is read whatever else it
    says, one that holds a word of ``never`` is not (except as a whole).
    """

    column: str
    roles: dict[str, int]
    whole: frozenset[str]
    ends: tuple[str, ...]
    never: frozenset[str]
    must: bool

    def reads(self, key: str) -> bool:
        """Return whether a header consists of words of this family. Linear in its length."""
        if key in self.whole:
            return True
        if any(word in key for word in self.never):
            return False
        if key.endswith(self.ends):
            return True
        longest = max(map(len, self.roles))
        states = [_FRONT, *[0] * len(key)]  # how far a reading may have come at each place
        for start, state in enumerate(states):
            for end in range(start + 1, min(start + longest, len(key)) + 1) if state else ():
                role = self.roles.get(key[start:end], 0)
                if role & _FRONT:
                    states[end] |= state & (_FRONT | _CORE)
                if role & _CORE and state & (_FRONT | _CORE):
                    states[end] |= _CORE
                if role & _TAIL and state & (_CORE | _TAIL):
                    states[end] |= _TAIL
                if role & _JOINT and end < len(key):
                    states[end] |= state
        return bool(states[-1] & (_TAIL if self.must else _CORE | _TAIL))


def family_of(key: str, table: str) -> str:
    """Return the column of ``table`` that a header means by its words, "" if none.

    ``key`` is the header in its plain form (see ``parse_header``).
    """
    return next((family.column for family in _families(table) if family.reads(key)), "")


def family_ends() -> Iterator[str]:
    """Yield the words that a header of firms may end with."""
    for family in _families("firms"):
        yield from (*family.whole, *family.ends)
        yield from (word for word, role in family.roles.items() if role & (_CORE | _TAIL))


@cache
def _families(table: str) -> tuple[_Family, ...]:
    words: dict[tuple[str, str], list[str]] = {}
    columns: dict[str, None] = {}
    for row in data_rows("words/headers.csv"):
        if row["table"] in ("", table):
            words.setdefault((row["column"], row["part"]), []).extend(row["words"].split())
            if row["column"]:
                columns[row["column"]] = None

    def said(column: str, parts: Iterable[str]) -> Iterator[tuple[str, str]]:
        for part in parts:
            for word in (*words.get(("", part), ()), *words.get((column, part), ())):
                yield part, word

    families = []
    for column in columns:
        roles: dict[str, int] = {}
        for part, word in said(column, _ROLES):
            roles[word] = roles.get(word, 0) | _ROLES[part]
        whole, ends, never = (
            tuple(word for _, word in said(column, [part])) for part in ("whole", "ends", "not")
        )
        must = (column, "must") in words
        families.append(_Family(column, roles, frozenset(whole), ends, frozenset(never), must))
    return tuple(families)
