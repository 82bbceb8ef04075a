"""Which of a firm's fits are of its main business: what it may be scored at."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from chainmatch.util.missing import among

MAINLY = 0.5  # of the best
_CLEAR = 0.2  # a fit below this does not say that a firm belongs where the county takes nobody


def main_business(fits: pd.DataFrame, closed: Collection[str]) -> pd.DataFrame:
    """Return the fits whose ``√(fit · main)`` is at least half that of the firm's best one.

    A firm that no chain knows, or only a closed node and hardly that, has one row without a node:
    it is scored outside the chains. Every firm of ``fits`` keeps at least one row.
    """
    worth = np.sqrt(fits["fit"].astype(float) * fits["main"].astype(float))
    own = fits[worth >= MAINLY * worth.groupby(fits["firm_id"]).transform("max")]
    hardly = among(own["node"], closed) & (own["fit"] < _CLEAR)
    rest = own[~hardly]
    lost = own[hardly & ~among(own["firm_id"], rest["firm_id"].tolist())].drop_duplicates("firm_id")
    nothing = {"node": "", "node_name": "", "fit": 0.0, "main": 0.0, "grade": "", "evidence": ""}
    return pd.concat([rest, lost.assign(**nothing)]) if len(lost) else rest
