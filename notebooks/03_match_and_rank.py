# %% [markdown]
# # 3. Match and rank
#
# From target firms to a shortlist, one verb at a time. To be quick this file takes the first 400
# of the sample's 4,413 targets; `chainmatch rank --sample --out out` takes them all.

# %%
import chainmatch
from chainmatch.decision import gates
from chainmatch.util.resources import data_folder

sample = data_folder("sample")
graph, county = chainmatch.read_chains(), chainmatch.read_profile()
home = chainmatch.resolve(chainmatch.read_firms(sample / "local.csv").table, None).firms
targets = chainmatch.read_firms(sample / "targets.xlsx").table.head(400)

# %% [markdown]
# **Who is who.** Duplicates are merged, relations to local firms are linked with a confidence and
# a reason.

# %%
wanted = chainmatch.resolve(targets, home)
print(f"{len(targets)} 行 = {len(wanted.firms)} 家 + {len(wanted.duplicates)} 行重复")
print(
    wanted.links[["left_name", "right_name", "relation", "confidence", "why"]].to_string(
        index=False
    )
)

# %% [markdown]
# **What do they do?** Making, selling and exclusions are told apart before any wording is looked
# up.

# %%
from chainmatch.matching.matcher import Matcher

matcher = Matcher(graph)
for scope in ("食用菌种植、加工", "食用菌销售", "食用菌加工机械制造", "农产品加工（不含食用菌）"):
    best = [f"{graph.nodes[f.node]['name']} {f.fit:.2f}" for f in matcher.fits(scope)[:2]]
    print(f"{scope}：{'、'.join(best) or '看不出'}")

# %%
fits = chainmatch.match(wanted.firms, graph, top=None)
local_fits = chainmatch.match(home, graph, top=None)
found = chainmatch.survey(graph, local_fits, home, county, fits)

# %% [markdown]
# **Gates.** A hard condition stops a firm with a reason; nothing unknown stops anybody.

# %%
stopped = gates.check(wanted.firms, wanted.links, fits, county, graph)
print(stopped["gate"].value_counts().to_string())
passed = wanted.firms[~wanted.firms["firm_id"].isin(stopped["firm_id"])]

# %% [markdown]
# **Scores.** Six parts, each known or unknown; unknown parts widen the interval `low`…`high`.

# %%
scores = chainmatch.score(passed, fits, found, wanted.links, county, graph)
shown = ["name", "node_name", "score", "low", "high", "weak_points"]
print(scores[shown].head(8).to_string(index=False))
widest = scores.assign(width=scores["high"] - scores["low"]).sort_values("width").tail(3)
print(widest[["name", "low", "high", "weak_points"]].to_string(index=False))

# %% [markdown]
# The contributions of the parts add up to the score.

# %%
from chainmatch.decision.mean import contributions

first = scores.iloc[0]
added = contributions(first, county.weights)
print({part: round(value, 3) for part, value in added.items()}, round(sum(added.values()), 5))

# %% [markdown]
# **Shortlist.** Not the top of a column: one per group, spread over nodes and zones.

# %%
chosen = chainmatch.select(scores, county, top=10)
print(chosen[["rank", "name", "node_name", "zone", "score", "stability"]].to_string(index=False))
print(
    "得分前十而未入选的：", "、".join(set(scores["name"].head(10)) - set(chosen["name"])) or "没有"
)
