"""Parts and scores: what a target firm is worth to the county, part by part.

Every part is 0…1 or unknown (NaN), rounded to four digits before it is used, so that the table
holds exactly what the score was computed from.

sector
    The firm's fit to the node.
gap
    The weighted mean of the node's gap parts × what is left to fill, ``1 - E / levels.strong`` (1
    for a missing node), × the priority of its chain × how far what the firm does there can be set
    up in another county (``settle`` of the profile). 0 where the node is no gap because it is held
    already; unknown where the local list could not have shown the node.
partners
    Mean over the two sides of the node of ``W / (W + levels.partners)``, with W the sum of weights
    (fit × size as in ``gaps``) of the local firms one supply away, each firm once.
    A side whose nodes all lack data is unknown; a side without nodes is left out. By name stand the
    heaviest that can be introduced (``gaps.introducing``), of a firm and its branches
    one.
region
    Mean of the priority of the firm's zone (``zones``, ``in_province``, ``elsewhere``) and of
    closeness ``1 / (1 + km / levels.near_km)``; of one of them where the other is unknown.
scale
    Mean of capital, ``log10(capital / 50) / 3`` between 500 thousand and 500 million yuan, and age,
    ``years / 10``, both within 0…1, capital counted twice; titles held lift it to at least their
    own value and never lower it. Age alone says nothing about strength: without capital and titles
    the part is unknown. Capital in a foreign currency is unknown.
name
    The highest confidence of a link to a local firm (same group or brand); 0 if there is none.

``score = Σ w·part / Σ w`` over the known parts. ``low`` and ``high`` put 0 and 1 for each unknown
part. A firm is scored at the node where its score is highest (then by fit, then by node id) among
those where it could enter the shortlist, if there are any. Evidence that only branches may act on
(限分支机构经营) makes the grade ``uncertain`` at most.
"""

from chainmatch.decision.scoring.firms import Region, region_of, scale
from chainmatch.decision.scoring.grades import GRADES, fills
from chainmatch.decision.scoring.mean import COLUMN, PARTS, TITLE, contributions, weighted_mean
from chainmatch.decision.scoring.settling import settled
from chainmatch.decision.scoring.table import score

__all__ = [
    "COLUMN",
    "GRADES",
    "PARTS",
    "TITLE",
    "Region",
    "contributions",
    "fills",
    "region_of",
    "scale",
    "score",
    "settled",
    "weighted_mean",
]
