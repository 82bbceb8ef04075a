"""How well hidden nodes are found again, as area under the curve (AUC).

One node of a city is hidden, and has to rank above all nodes that the city lacks; the mean is over
all hidden nodes of held-out cities.

python benchmarks/gaps.py REGISTRY.parquet
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from chainmatch.chains.graph import read_chains
from chainmatch.decision.gaps import survey
from chainmatch.decision.relate import learn, presence
from chainmatch.decision.relatedness import write_relatedness
from chainmatch.profile import read_profile
from chainmatch.schema.columns import TABLES

CITIES, HIDDEN, SEED = 60, 4, 1


def county(firms: pd.Series, graph) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fits and list of a city with so many firms at each node."""
    rows = [
        (f"{node}-{number}", node, graph.nodes[node]["activities"][0])
        for node, count in firms.items()
        for number in range(min(count, 20))
    ]
    ids = [row[0] for row in rows]
    fits = pd.DataFrame(columns=list(TABLES["match"]), index=range(len(rows)))
    fits = fits.assign(
        firm_id=ids, name=ids, node=[r[1] for r in rows], activity=[r[2] for r in rows], fit=0.9
    )
    listed = pd.DataFrame("", columns=list(TABLES["firms"]), index=range(len(rows)))
    listed = listed.assign(firm_id=ids, name=ids, scope="有", capital=np.nan)
    return fits.astype({"fit": float}), listed


def gap_scores(firms: pd.DataFrame, graph, profile, random) -> dict[str, float]:
    """AUC of the gap score and its parts, for gaps as the survey of a county finds them."""
    found: dict[str, list[float]] = {"score": [], "pull": [], "structure": []}
    for place in random.choice(len(firms), min(CITIES, len(firms)), replace=False):
        row = firms.iloc[place]
        held = row.index[row > 0]
        for node in random.choice(held, min(HIDDEN, len(held)), replace=False):
            fits, listed = county(row.where(row.index != node, 0), graph)
            gaps = survey(graph, fits, listed, profile).gaps.set_index("node")
            gaps = gaps[gaps["status"].eq("missing") & gaps["kind"].ne("")]
            if node not in gaps.index:
                continue
            for name, areas in found.items():
                own, others = gaps.loc[node, name], gaps[name].drop(node).dropna()
                if own == own:
                    areas.append((others < own).mean() + 0.5 * (others == own).mean())
    return {name: round(float(np.mean(areas)), 4) for name, areas in found.items()}


def main(registry: str) -> None:
    graph = read_chains()
    begin = time.perf_counter()
    firms = presence(registry, graph)
    print(f"matched in {time.perf_counter() - begin:.0f} s; {len(firms)} cities")
    begin = time.perf_counter()
    learned = learn(firms, graph)
    print(f"hidden nodes of held-out cities ({time.perf_counter() - begin:.0f} s):")
    for name, area in learned.held_out.items():
        print(f"  {name:12} {area:.4f}")
    random = np.random.default_rng(SEED)
    apart = random.random(len(firms)) < 0.3
    plain = read_profile()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "relatedness.json"
        file.write_text(write_relatedness(learn(firms[~apart], graph).model), encoding="utf-8")
        ours = plain.model_copy(update={"relatedness": str(file)})
        none = plain.model_copy(update={"relatedness": "none"})
        for title, profile in (("without relatedness", none), ("with relatedness", ours)):
            areas = gap_scores(firms[apart], graph, profile, np.random.default_rng(SEED))
            print(f"gaps of the survey {title}: {areas}")


if __name__ == "__main__":
    main(sys.argv[1])
