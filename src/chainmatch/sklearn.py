"""The matcher as a transformer of scikit-learn: texts of firms in, a fit for each node out.

::

    features = make_pipeline(ChainMatcher(by="chain"), StandardScaler())
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from pandas import isna
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import validate_data

from chainmatch.chains.graph import read_chains
from chainmatch.errors import OptionError
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.matches import Texts
from chainmatch.tables.headers import meaning_of, parse_header
from chainmatch.util.frames import frame_of
from chainmatch.util.resources import reads_learned


class ChainMatcher(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fits of firms to the chains, 0…1; nothing is learned from the rows, so ``fit`` is a no-op.

    Parameters
    ----------
    by : {"node", "chain"}
        One column a node, or one a chain: what :func:`chainmatch.match` says of either.
    chains : path, optional
        Folder of chain files; default the bundled five.

    A frame whose columns have names that a list of firms may have (``scope`` or 经营范围, ``name``,
    ``products``, ``industry_code``) is read by them, other columns left alone. Whatever has no such
    names, one column or several, is read as the business scope. A list of strings is one column.
    What is missing is unknown.
    """

    def __init__(self, by: str = "node", chains: str | Path | None = None) -> None:
        self.by = by
        self.chains = chains

    def fit(self, X: Any, y: Any = None) -> "ChainMatcher":  # noqa: N803 - the names of sklearn
        """Look at the columns; learn nothing."""
        self._texts_of(X, reset=True)
        return self

    def transform(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the fits: a row a firm, a column a name of :meth:`get_feature_names_out`.

        Raises ValueError for what is no table, ChainmatchError for another ``by`` or chains that
        cannot be read.
        """
        texts = self._texts_of(X, reset=False)
        found = np.zeros((len(texts.scope), len(self.get_feature_names_out())))
        first = 0
        for page in self._matcher().match_many(zip(*texts, strict=True)):
            part = found[first : first + len(page)]
            if self.by == "chain":
                part[:] = page.chain_fits
            else:
                best = page.best(None)
                part[page.fits.row[best], page.fits.node[best]] = page.fits.fit[best]
            first += len(page)
        return found.round(4)

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray:
        """Return the ids of the nodes or chains, in the order of the columns."""
        del input_features  # asked for by the interface
        matcher = self._matcher()
        names = matcher.chains.names if self.by == "chain" else matcher.nodes
        return np.array(names, dtype=object)

    def _matcher(self) -> Matcher:
        if self.by not in ("node", "chain"):
            raise OptionError(f"by={self.by!r}：只能是 node（按环节）或 chain（按产业链）。")
        return _matcher_of(None if self.chains is None else str(self.chains))

    def _texts_of(self, given: Any, *, reset: bool) -> Texts:
        """Check what was given as scikit-learn does; return its texts, "" where unknown."""
        if hasattr(given, "__arrow_c_stream__") and len(getattr(given, "shape", "rc")) != 1:
            given = frame_of(given)
        elif _is_column(given):
            given = np.array(list(given), dtype=object).reshape(-1, 1)
        meant = [_meaning(name) for name in getattr(given, "columns", ())]
        cells = validate_data(self, given, reset=reset, dtype=object, ensure_all_finite=False)
        if getattr(getattr(given, "dtype", None), "kind", "") == "c":
            raise ValueError("Complex data not supported")
        texts = [
            ["" if blank else str(cell) for cell, blank in zip(*column, strict=True)]
            for column in zip(cells.T, isna(cells).T, strict=True)
        ]
        blank = [""] * len(cells)
        told = {name: texts[meant.index(name)] for name in Texts._fields if name in meant}
        whole = ["；".join(filter(None, row)) for row in zip(*texts, strict=True)]
        return Texts(*((told or {"scope": whole}).get(name, blank) for name in Texts._fields))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _is_column(given: Any) -> bool:
    """Return whether something is one column of texts, and no table."""
    if isinstance(given, str) or getattr(given, "ndim", 1) != 1 or not hasattr(given, "__len__"):
        return False
    return any(isinstance(cell, str) for cell in given)


def _meaning(name: object) -> str:
    return meaning_of(parse_header(name), "firms", {}).column


@reads_learned
@lru_cache(maxsize=4)
def _matcher_of(chains: str | None) -> Matcher:
    """Return a matcher for chain files; an estimator stays small, and clones share it."""
    return Matcher(read_chains(chains))
