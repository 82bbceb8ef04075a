"""How registrations are read, against readings by hand.

    python benchmarks/reading.py SCOPES.csv

``SCOPES.csv`` has ``name, scope, part`` and nodes (``|`` between several): ``main`` (the main
business, at most one), ``also``, and ``maybe``, which count neither way. Nodes that were split
since are looked up by what they were.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

import chainmatch
from chainmatch.chains.graph import ids_now, read_chains
from chainmatch.tables import read_firms

SURE = 0.2  # fits below this are not printed


def main() -> None:
    path = Path(sys.argv[1])
    graph = read_chains()
    labels = pd.read_csv(path, dtype=str, keep_default_na=False)
    firms = read_firms(path).table
    firms["firm_id"] = [str(row) for row in range(len(firms))]
    if firms["name"].tolist() != labels["name"].str.strip().tolist():
        raise SystemExit(f"{path}: names are read otherwise than they are written")
    fits = chainmatch.match(firms, graph, top=None)
    fits = fits[fits["fit"].ge(SURE)].sort_values(["fit", "node"], ascending=[False, True])
    by_firm = dict(list(fits.groupby("firm_id")))
    kinds = [("all", labels.index), *labels.groupby("part").groups.items()]
    print(
        f"{'':12}{'firms':>7}{'best':>8}{'main':>8}{'of 3':>8}{'pairs':>8}{'right':>8}{'none':>8}"
    )
    for kind, rows in kinds:
        figures = judge([Firm(labels.loc[row], by_firm.get(str(row)), graph) for row in rows])
        print(f"{kind:12}{len(rows):7}" + "".join(f"{figure:8.3f}" for figure in figures))


class Firm:
    """A row of labels beside what was found; nodes are called as the labels call them."""

    def __init__(self, row: pd.Series, found: pd.DataFrame | None, graph) -> None:
        named = {key: list(filter(None, row[key].split("|"))) for key in ("main", "also", "maybe")}
        called = {
            node: label for own in named.values() for label in own for node in ids_now(graph, label)
        }
        self.main, self.maybe = set(named["main"]), set(named["maybe"])
        self.true = self.main | set(named["also"])
        order = [] if found is None else found["node"].tolist()
        mains = [] if found is None else found.sort_values("main", ascending=False)["node"].tolist()
        self.found, self.leading = (
            list(dict.fromkeys(called.get(node, node) for node in own)) for own in (order, mains)
        )


def judge(firms: Iterable[Firm]) -> list[float]:
    """Best node right; main business is the leading node, among three; pairs found; right; none."""
    best, main, three, pairs, right, none = ([] for _ in range(6))
    for firm in firms:
        sure = [node for node in firm.found if node not in firm.maybe]
        if sure and firm.true:
            best.append(sure[0] in firm.true)
        if firm.main:
            main.append(bool(firm.leading) and firm.leading[0] in firm.main)
            three.append(bool(firm.main & set(firm.leading[:3])))
        pairs += [node in firm.found for node in sorted(firm.true)]
        right += [node in firm.true for node in sure]
        if not firm.true and not firm.maybe:
            none.append(bool(firm.found))
    return [sum(found) / len(found) if found else float("nan") for found in
            (best, main, three, pairs, right, none)]  # fmt: skip


if __name__ == "__main__":
    main()
