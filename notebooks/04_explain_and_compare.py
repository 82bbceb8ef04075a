# %% [markdown]
# # 4. Explain and compare
#
# A shortlist is worth what can be said about each line. A run answers, and so does its folder
# later, without the lists: why is this firm on it, why is that one not, and what moved since last
# month? Again a part of the sample.

# %%
import chainmatch
from chainmatch.util.resources import data_folder

sample = data_folder("sample")
targets = chainmatch.read_firms(sample / "targets.xlsx").table.head(150)
local = chainmatch.read_firms(sample / "local.csv").table.head(120)
county = chainmatch.read_profile()

run = chainmatch.rank(targets, local, profile=county, top=10)
chainmatch.write_report(run, "三月")
run

# %% [markdown]
# The evidence card of the first firm: the exact phrase, the gap, the local firms by name, the
# three weakest points.

# %%
first = run.shortlist["name"].iloc[0]
card = chainmatch.explain(first, run)
print(card)

# %% [markdown]
# The same as data, for a program; `chainmatch explain … --json` prints it.

# %%
[(part["title"], part["value"], part["adds"]) for part in card.as_dict()["cards"][0]["parts"]]

# %% [markdown]
# "Why not" is answered as well, for firms below the line and for firms that a gate stopped.

# %%
listed = set(run.shortlist["firm_id"])
below = next(row for row in run.scores.itertuples() if row.firm_id not in listed)
print(chainmatch.explain(below.name, "三月").splitlines()[1])
print(chainmatch.explain(run.excluded["name"].iloc[0], "三月"))

# %% [markdown]
# Now the county thinks again and gives the region more weight. `diff` says who moved, and
# that it was the weights and not the data that moved them.

# %%
data = county.model_dump()
data["weights"]["region"] = 0.5
changed = chainmatch.rank(targets, local, profile=type(county).model_validate(data), top=10)
chainmatch.write_report(changed, "四月")
moved = chainmatch.diff("三月", "四月")
print(moved.text())
moved

# %% [markdown]
# The same run gives the same bytes, so that a difference is always a difference of something that
# went in.

# %%
from pathlib import Path

chainmatch.write_report(run, "再写一次")
same = [
    path.read_bytes() == Path("再写一次", path.name).read_bytes()
    for path in sorted(Path("三月").iterdir())
]
print(f"{len(same)} 个文件，{sum(same)} 个逐字节相同")
assert all(same)
