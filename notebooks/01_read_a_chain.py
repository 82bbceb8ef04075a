# %% [markdown]
# # 1. Read a chain
#
# An industry chain (产业链) is a directed graph: nodes (环节) are what firms do at one step,
# edges are supplies, in the direction in which goods flow. All five chains lie in one
# `networkx.DiGraph`, because they feed each other: what one sells, another buys.

# %%
import chainmatch

graph = chainmatch.read_chains()
for chain, data in graph.graph["chains"].items():
    nodes = [node for node, owner in graph.nodes(data="chain") if owner == chain]
    print(f"{data['name']}　{len(nodes)} 个环节：{data['about']}")

own = dict(graph.nodes(data="chain"))
crossing = [(u, v) for u, v in graph.edges if own[u] != own[v]]
print(f"{len(crossing)} 条供给关系跨链，例如：")
for u, v in crossing[:3]:
    print(f"{graph.nodes[u]['name']} → {graph.nodes[v]['name']}")

# %% [markdown]
# A node knows its wordings (`objects`), the activities that count there, and what it needs of a
# place. Selling herbs is not processing them: at 中药饮片 only `make` counts.

# %%
node = next(node for node, name in graph.nodes(data="name") if name == "中药饮片")
data = graph.nodes[node]
print(data["name"], data["activities"], data["needs"])
print("上游：", "、".join(graph.nodes[n]["name"] for n in graph.pred[node]))
print("下游：", "、".join(graph.nodes[n]["name"] for n in graph.succ[node]))

# %% [markdown]
# `trace` follows supplies between any two wordings; it need not be told the exact name of a node.

# %%
found = chainmatch.trace(graph, "钨精矿", "刀具")
for path in found.paths[:3]:
    print(" → ".join(graph.nodes[n]["name"] for n in path))

# %% [markdown]
# Every supply says where it is known from. What is common knowledge says so; it carries no
# source.

# %%
sources = [source for _, _, source in graph.edges(data="source")]
known = sum(source != "general knowledge" for source in sources)
print(f"{len(sources)} 条供给关系，{known} 条注明出处")

# %% [markdown]
# A picture of one chain: shown here by a notebook, and written as one self-contained file.

# %%
from chainmatch.report.chainmap import chain_svg, draw_chain

draw_chain(graph, "特色农产", "特色农产.svg")
chain_svg(graph, "specialty-agri")
