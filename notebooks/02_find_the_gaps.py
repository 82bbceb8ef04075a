# %% [markdown]
# # 2. Find the gaps
#
# Which nodes are strong, weak or missing at home? The only witness is the list of local firms, so
# the first question is always what that list could have shown.

# %%
import chainmatch
from chainmatch.util.resources import data_folder

graph = chainmatch.read_chains()
county = chainmatch.read_profile()
reading = chainmatch.read_firms(data_folder("sample") / "local.csv")
print(f"{reading.rows} 行 = {len(reading.table)} 家 + {len(reading.rejects)} 行未读入")

# %% [markdown]
# Duplicates first: two rows of one firm would count twice.

# %%
home = chainmatch.resolve(reading.table, None)
print(home.duplicates[["name", "kept_name", "why"]].to_string(index=False))

# %% [markdown]
# Then the scopes. `top=None` keeps every fit of a firm, not only its three best.

# %%
fits = chainmatch.match(home.firms, graph, top=None)
shown = ["name", "node_name", "fit", "grade", "activity", "evidence"]
print(fits.sort_values("fit", ascending=False)[shown].head(8).to_string(index=False))

# %% [markdown]
# `survey` adds up coverage and judges every node. Without a list of targets the part `supply`
# (招商资源) is unknown; it is left out of the score, not counted as 0.

# %%
found = chainmatch.survey(graph, fits, home.firms, county)
print(found.gaps.groupby(["chain", "status"]).size().unstack(fill_value=0))

# %%
gaps = found.gaps[found.gaps["kind"] != ""].sort_values(["score", "node"], ascending=[False, True])
from chainmatch.parts import GAP_PARTS

parts = ["node_name", "kind", "way", "score", *(part.column for part in GAP_PARTS)]
print(gaps[parts].head(10).to_string(index=False))
print(gaps["why"].iloc[0])

# %% [markdown]
# The same on the map of one chain: dark is strong, dashed is missing, the bar is the gap's score.

# %%
from chainmatch.report.chainmap import chain_svg

by_node = found.gaps.set_index("node")
is_gap = by_node["kind"] != ""
chain_svg(
    graph,
    "modern-medicine",
    by_node["status"].to_dict(),
    by_node.loc[is_gap, "score"].to_dict(),
    by_node["kind"].to_dict(),
)

# %% [markdown]
# "Missing" and "no data" are different words. Public hospitals are no enterprises: they stand in
# no list of firms. Say so in the profile, and the node is reported as 无数据 instead of a gap.

# %%
node = gaps.loc[gaps["status"] == "missing", "node"].iloc[0]
told = type(county).model_validate(
    county.model_dump() | {"unlisted": {node: "从业的都是事业单位，不在企业名单内"}}
)
again = chainmatch.survey(graph, fits, home.firms, told).gaps.set_index("node").loc[node]
print(again["node_name"], again["status"], again["why"])

# %% [markdown]
# Anchors (链主) are the local firms on which most hangs.

# %%
print(found.anchors[["name", "node_name", "anchor", "evidence"]].head(5).to_string(index=False))
