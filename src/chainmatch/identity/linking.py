"""Links between two lists, or inside one: pairs worth judging, and what each pair is.

Pairs come from close names, equal codes and shared rare brands; ``relations`` judges each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from chainmatch.identity.relations import Firm, Link, firms_of, relation
from chainmatch.names import NameIndex, judge
from chainmatch.schema.columns import TABLES
from chainmatch.util.frames import ArrowStream, frame_of

_NAMED = ("firm_id", "name")
_FLOOR = 0.25  # cosine below which two names cannot be one firm
_GROUP_MATES = 12  # a brand borne by more firms of the other list says nothing
_RANK = {"same": 0, "branch": 1, "group": 2}


class Linker:
    """Links firms to a fixed list: build once, ask with any number of tables.

    A firm's links depend on the firm and the fixed list alone.
    """

    def __init__(self, right: pd.DataFrame) -> None:
        self.firms = firms_of(right)
        self._index = NameIndex([firm.name for firm in self.firms])
        self._by_code: dict[str, list[int]] = defaultdict(list)
        self._by_brand: dict[str, list[int]] = defaultdict(list)
        self._by_firm: dict[str, list[int]] = defaultdict(list)
        for firm in self.firms:
            if firm.code:
                self._by_code[firm.code].append(firm.row)
            for name in (firm.parsed, *firm.others):
                self._by_firm[name.firm_key].append(firm.row)
            if len(firm.parsed.parts.brand) > 1:
                self._by_brand[firm.parsed.parts.brand].append(firm.row)

    def link(self, left: pd.DataFrame) -> pd.DataFrame:
        """Return the links of ``left`` to the fixed list, as :func:`link`."""
        firms = firms_of(left)
        return _link_table(self._judged(self._candidates(firms, False), firms), firms, self.firms)

    def link_itself(self) -> pd.DataFrame:
        """Return the links among the rows of the fixed list, each pair once."""
        pairs: dict[tuple[int, int], float] = {}
        for (a, b), probability in self._candidates(self.firms, True).items():
            if a != b:
                pair = (min(a, b), max(a, b))
                pairs[pair] = max(pairs.get(pair, 0.0), probability)
        return _link_table(self._judged(pairs, self.firms), self.firms, self.firms)

    def _candidates(self, left: list[Firm], itself: bool) -> dict[tuple[int, int], float]:
        """Return the pairs worth judging: (left, right) → probability of the names."""
        pairs: dict[tuple[int, int], float] = {}
        keyed = ((*pair, 0.0) for pair in self._keyed(left))
        for first, second, probability in (*self._near(left, itself), *keyed):
            pairs[first, second] = max(pairs.get((first, second), 0.0), probability)
        return pairs

    def _near(self, left: list[Firm], itself: bool) -> Iterator[tuple[int, int, float]]:
        """Yield (left, right, probability) of pairs with close names."""
        right = self.firms
        found = self._index.candidates_of([firm.name for firm in left], 8, _FLOOR)
        for firm, candidates in zip(left, found, strict=True):
            others = [
                (position, right[position].name, cosine)
                for position, cosine in candidates
                if not (itself and position == firm.row)
            ]
            if not others:
                continue
            places = [(right[position].province, right[position].city) for position, _, _ in others]
            for candidate in judge(firm.name, others, places, (firm.province, firm.city)):
                yield firm.row, candidate.position, candidate.probability

    def _keyed(self, left: list[Firm]) -> Iterator[tuple[int, int]]:
        """Yield pairs with an equal code, and pairs that share a brand that few bear."""
        for firm in left:
            for row in self._by_code.get(firm.code, ()):
                yield firm.row, row
            keys = [name.firm_key for name in (firm.parsed, *firm.others)]
            found = (self._by_brand.get(firm.parsed.parts.brand, ()), *map(self._mates, keys))
            for mates in found:
                if len(mates) <= _GROUP_MATES:
                    for row in mates:
                        yield firm.row, row

    def _mates(self, key: str) -> Sequence[int]:
        return self._by_firm.get(key, ())

    def _judged(self, pairs: Mapping[tuple[int, int], float], left: list[Firm]) -> list[Link]:
        """Return the relations of the pairs, best first for each left row."""
        links = (relation(left[a], self.firms[b], p) for (a, b), p in sorted(pairs.items()))
        kept = [link for link in links if link]
        return sorted(kept, key=lambda link: (link.left, _RANK[link.relation], -link.confidence))


def _link_table(links: Iterable[Link], left: list[Firm], right: list[Firm]) -> pd.DataFrame:
    rows = [
        (
            left[link.left].firm_id,
            left[link.left].name,
            right[link.right].firm_id,
            right[link.right].name,
            link.relation,
            link.confidence,
            link.why,
        )
        for link in links
    ]
    return pd.DataFrame(rows, columns=list(TABLES["links"]))


def link(
    left: pd.DataFrame | ArrowStream, right: pd.DataFrame | ArrowStream | None = None
) -> pd.DataFrame:
    """Return the links between two firms tables (columns ``TABLES["links"]``).

    Tables are pandas or whatever offers an Arrow C stream. Without ``right``: the links among the
    rows of ``left``, each pair once. Rows are ordered as in ``left``; of each firm ``same`` comes
    before ``branch`` and ``group``, surer before less sure. Raises TableError for no table or one
    without ``firm_id`` and ``name``.
    """
    first = frame_of(left, needed=_NAMED)
    if right is None:
        return Linker(first).link_itself()
    return Linker(frame_of(right, needed=_NAMED)).link(first)
