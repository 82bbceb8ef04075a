"""Coverage, gaps and anchors: what local firms do at each node, and which nodes are worth filling.

**Coverage.** ``E(n)``, the expected number of local producers at a node, is the sum over local
firms of fit × size. A firm counts from ``levels.fit`` on, and only with an activity that the node
counts; where a node counts anything but ``trade``, selling is no coverage. ``size`` is 1 up to 10
million yuan of registered capital or where the capital is unknown, ``log10(capital / 100)`` above
(capital in 万元), 3 at most. Status is ``strong`` from ``levels.strong`` on, ``present`` from
``levels.present`` on, ``weak`` above 0, else ``missing``; ``no-data`` where the list could not have
shown a firm: it is empty or without scopes, no row of it shows any activity that the node counts,
or the profile lists the node under ``unlisted``. Presence ``p(n) = E / (E + levels.strong)``,
unknown for ``no-data``.

**Parts of a gap**, each 0…1 or unknown:

pull
    Mean over the two sides that exist of ``1 - Π(1 - p(m)) · Π(1 - 0.4 p(k))``, with m the nodes
    one supply away and k those two supplies away. Nodes without data are left out; a side that
    knows nothing is unknown.
structure
    Mean of two shares. One is ``log(1 + closed) / log(1 + most)``. ``closed`` counts the
    source-to-market paths of the chain through the node; a path counts 1 if all its other nodes are
    held, and half as much for each further node that is missing (three quarters for one that is
    weak or without data). ``most`` is the largest number of paths through one node of the chain.
    Both come from one pass down and one up in topological order. It is unknown for a node without
    supplies inside its chain. The other is how far a place that holds the nodes held here would be
    expected to hold this one (:mod:`chainmatch.decision.relatedness`); it is unknown where nothing
    was learned about the node or the list shows nothing. It speaks in ``why`` from 0.7 on, with the
    two held kin that say so most.
feasibility
    Half the weakest, half the mean of the known endowments that the node needs; unknown if none is.
supply
    ``min(1, targets / levels.targets)`` with ``targets`` the target firms from ``levels.fit`` on
    that do, and not only sell, what the node names.

The gap's score is the weighted mean of the known parts (``gap_weights``).

**Anchors.** Anchor strength of a local firm = max over its nodes of fit × size × what hangs on the
node, where a neighbour counts 1 one supply away and 0.4 two supplies away.
"""

from chainmatch.decision.gaps.coverage import counts, supplies
from chainmatch.decision.gaps.endowments import feasibility, shortages
from chainmatch.decision.gaps.paths import Paths, count_paths
from chainmatch.decision.gaps.surveying import Survey, survey

__all__ = [
    "Paths",
    "Survey",
    "count_paths",
    "counts",
    "feasibility",
    "shortages",
    "supplies",
    "survey",
]
