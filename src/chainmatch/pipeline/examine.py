"""What can be said of firms row by row: fits, links, gates, and what they add to supply.

No row depends on its neighbours, so any cutting of a list into batches gives the same rows in the
same order. What is left over is a small table that travels on to the steps which look at the whole
list (duplicates, gaps, shortlist, leads).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from chainmatch.decision import gates
from chainmatch.decision.coverage import supplies
from chainmatch.identity.duplicates import duplicate_keys, fullness, id_keys
from chainmatch.identity.linking import Linker
from chainmatch.leads import NO_PARTNER
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.tables import match
from chainmatch.pipeline.engines.found import Tables
from chainmatch.profile import Profile
from chainmatch.schema.columns import TABLES
from chainmatch.tables.arrow import table_schema

KEYS = pa.schema([("position", pa.int64()), ("key", pa.int64())])
# What stays of a firm that is nobody's partner: who it is and where it stood.
_STAYS = ("firm_id", "name", "code", "province", "city", "source", "sheet", "row")


@dataclass(frozen=True)
class Examined:
    """Firms with what was found about each; tables with the columns of ``columns.TABLES``.

    ``fits`` are all fits of all ``firms``; ``excluded`` says which of them a gate stops,
    ``supplies`` which of them count for the supply of which nodes.
    """

    firms: pd.DataFrame
    links: pd.DataFrame
    fits: pd.DataFrame
    excluded: pd.DataFrame
    supplies: pd.DataFrame

    @cached_property
    def passed(self) -> pd.DataFrame:
        """The firms that no gate stops."""
        return gates.passed(self.firms, self.excluded)


def joined(examined: Sequence[Examined]) -> Examined:
    """Return what was found in several batches as one."""
    if len(examined) == 1:
        return examined[0]
    names = [field.name for field in fields(Examined)]
    tables = ([getattr(one, name) for one in examined] for name in names)
    return Examined(*(pd.concat(own, ignore_index=True) for own in tables))


@dataclass(frozen=True)
class Examination:
    """Holds target firms against the chains, the county and its firms ``home``.

    The tables found are those of :class:`Examined`. They speak of firms under their positions in
    the batch (``"0"``, ``"1"`` …), for several rows of a raw list may share an id. ``firms`` has
    one more column, ``filled``, for the search of duplicates.

    With ``lean``, for lists that do not fit into memory, a firm that can be no partner of a lead
    either leaves its texts and fits behind, and ``keys`` says what duplicates have in common.
    """

    matcher: Matcher
    profile: Profile
    home: pd.DataFrame
    lean: bool = False
    wanted: tuple[str, ...] = ()

    @property
    def schemas(self) -> Mapping[str, pa.Schema]:
        """The schemas of what is found."""
        found = {name: table_schema(name) for name in ("links", "excluded")}
        found["fits"] = table_schema("match")
        found["firms"] = table_schema("firms").append(pa.field("filled", pa.int64()))
        found["supplies"] = table_schema("match", ("firm_id", "node"))
        found["keys"] = KEYS
        return found

    def start(self) -> Callable[[pd.DataFrame], Tables]:
        """Get ready; return what examines firms."""
        matcher, profile, linker = self.matcher, self.profile, Linker(self.home)

        def examine(firms: pd.DataFrame) -> Tables:
            own = firms.assign(firm_id=[str(at) for at in range(len(firms))])
            fits = match(own, matcher.graph, top=None, matcher=matcher)
            links = linker.link(own)
            found = {
                "firms": firms.assign(filled=fullness(firms)),
                "links": links,
                "fits": fits,
                "excluded": gates.check(own, links, fits, profile, matcher.graph),
                "supplies": supplies(fits, matcher.graph, profile),
            }
            return _lean(found) if self.lean else found

        return examine


def _lean(found: dict[str, pd.DataFrame]) -> Tables:
    firms, fits = found["firms"], found["fits"]
    stopped = np.zeros(len(firms), dtype=bool)
    gone = found["excluded"]["gate"].isin(list(NO_PARTNER))
    stopped[found["excluded"].loc[gone, "firm_id"].astype(int).to_numpy()] = True
    keys = common_keys(firms)
    left = [name for name in TABLES["firms"] if name not in _STAYS]
    firms = firms.assign(**{name: firms[name].mask(stopped) for name in left})
    passed = ~stopped[fits["firm_id"].astype(int).to_numpy()]
    return {
        **found,
        "firms": firms,
        "fits": fits[passed],
        "keys": keys,
    }


def common_keys(firms: pd.DataFrame) -> pd.DataFrame:
    """Return what duplicates have in common: the position of a row, and a key that it has."""
    offsets, hashes = duplicate_keys(firms)
    # With these, rows that bear one id share a key, too.
    other = np.flatnonzero((firms["firm_id"] != firms["code"]).to_numpy())
    owners = np.concatenate([np.repeat(np.arange(len(firms)), np.diff(offsets)), other])
    keys = np.concatenate([hashes, id_keys(firms["firm_id"].iloc[other].tolist())])
    return pd.DataFrame({"position": owners, "key": keys})


class Settled(NamedTuple):
    """What duplicates mean for a batch: positions of rows that go, position → id that changes."""

    gone: np.ndarray
    ids: Mapping[int, str]


def settle(
    found: Callable[[str], pd.DataFrame], settled: Settled, wanted: Collection[str] | None = None
) -> Examined:
    """Return what an examination found, without the duplicates, under the ids that firms bear now.

    ``found`` gives its tables by name; ``wanted`` are the ids of the firms that are asked for.
    """
    firms = found("firms").drop(columns="filled")
    ids = firms["firm_id"].to_numpy(dtype=object, copy=True)
    for at, new in settled.ids.items():
        ids[at] = new
    stays = np.ones(len(ids), dtype=bool)
    stays[settled.gone] = False
    if wanted is not None:
        stays &= [firm in wanted for firm in ids]

    def own(name: str, key: str = "firm_id") -> pd.DataFrame:
        rows = found(name)
        at = rows[key].astype(int).to_numpy()
        kept = stays[at]
        return rows[kept].assign(**{key: ids[at[kept]]}).reset_index(drop=True)

    return Examined(
        firms[stays].assign(firm_id=ids[stays]).reset_index(drop=True),
        own("links", "left_id"), own("fits"), own("excluded"), own("supplies"),
    )  # fmt: skip
