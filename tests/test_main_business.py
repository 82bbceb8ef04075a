"""Which fits are of a firm's main business."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.decision.main_business import main_business
from conftest import COSTLY, fit_table

SHARE = st.floats(0, 1).map(lambda value: round(value, 4))


def rows(*lines):
    """Fits of (firm, node, fit, main)."""
    table = fit_table(*((firm, node, fit) for firm, node, fit, _ in lines))
    return table.assign(main=[float(main) for *_, main in lines])


def kept(table, closed=()):
    found = main_business(table, closed)
    return list(zip(found["firm_id"], found["node"], strict=True))


def test_what_is_half_as_good_as_the_best_is_main_business():
    table = rows(
        ("A", "making", 0.8, 0.8),
        ("A", "garden", 0.4, 0.4),  # half
        ("A", "drinks", 0.9, 0.17),  # √.153 = .391: less than .4
        ("B", "machines", 0.1, 0.1),  # the best of its own firm
    )
    assert kept(table) == [("A", "making"), ("A", "garden"), ("B", "machines")]


def test_who_belongs_hardly_to_a_closed_node_stands_outside_the_chains():
    table = rows(("A", "making", 0.19, 0.5), ("B", "making", 0.2, 0.5))
    assert kept(table, {"making"}) == [("B", "making"), ("A", "")]
    lost = main_business(table, {"making"}).set_index("firm_id").loc["A"]
    assert (lost["fit"], lost["main"], lost["grade"], lost["evidence"]) == (0, 0, "", "")
    assert kept(table) == [("A", "making"), ("B", "making")]
    # Whoever has another node stays there, and once.
    table = rows(("A", "making", 0.19, 0.5), ("A", "garden", 0.15, 0.5), ("A", "drinks", 0.1, 0.5))
    assert kept(table, {"making"}) == [("A", "garden"), ("A", "drinks")]
    assert kept(table, {"making", "garden", "drinks"}) == [("A", "")]


@COSTLY
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ABC"),
            st.sampled_from(["garden", "making", "drinks", "machines"]),
            SHARE,
            SHARE,
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda line: line[:2],
    ),
    st.sets(st.sampled_from(["garden", "making"])),
)
def test_every_firm_keeps_a_row_and_none_depends_on_another(lines, closed):
    table = rows(*lines)
    found = main_business(table, closed)
    assert set(found["firm_id"]) == set(table["firm_id"])
    assert not found.duplicated(["firm_id", "node"]).any()
    apart = pd.concat([main_business(own, closed) for _, own in table.groupby("firm_id")])
    assert set(kept(table, closed)) == set(zip(apart["firm_id"], apart["node"], strict=True))


def test_a_firm_that_no_chain_knows_keeps_its_row():
    assert kept(rows(("A", "", 0.0, 0.0)), {"making"}) == [("A", "")]
    assert main_business(rows(), ()).empty
