# %% [markdown]
# # 5. Learn from outcomes
#
# Shortlists come back with the column 结果 filled in: 签约, 在谈, 拒绝 or 未联系. Was the order any
# good, and would other weights have been better? There are no real outcomes in this repository, so
# this notebook makes some up from weights that it knows, and sees whether they are found again.

# %%
import numpy as np
import pandas as pd

import chainmatch
from chainmatch.util.resources import data_folder

sample = data_folder("sample")
targets = chainmatch.read_firms(sample / "targets.xlsx").table.head(1500)
local = chainmatch.read_firms(sample / "local.csv").table
county = chainmatch.read_profile()
scores = chainmatch.rank(targets, local, profile=county, top=10).scores
print(f"{len(scores)} 家企业有得分")

# %% [markdown]
# **Visits that were made up.** In truth, we say, the resources and the region decide, and the
# size of a firm hardly counts. A visit succeeds with a chance that follows from those weights.

# %%
from chainmatch.parts import PARTS

truth = dict.fromkeys((part.name for part in PARTS), 0.0)
truth |= {"fit": 0.1, "gap": 0.1, "resources": 0.45, "region": 0.3, "substance": 0.05}
random = np.random.default_rng(7)
parts = scores[[part.column for part in PARTS]].fillna(0.5).to_numpy()
worth = parts @ [truth[part.name] for part in PARTS]
success = random.random(len(scores)) < 1 / (1 + np.exp(-20 * (worth - np.median(worth))))
kind = np.where(random.random(len(scores)) < 0.3, "签约", "在谈").astype(object)
outcome = np.where(success, kind, "拒绝")
outcome[random.random(len(scores)) < 0.2] = "未联系"

# %% [markdown]
# **What comes back.** The office fills the column in the workbook; a CSV with the same columns
# will do. 未联系 and blank cells say nothing and are left out.

# %%
back = scores.assign(rank=range(1, len(scores) + 1), 结果=outcome)
back.to_csv("交回.csv", index=False, encoding="utf-8-sig")
returned = chainmatch.read_returned(["交回.csv"])
print(f"{len(back)} 行 → {len(returned)} 家有结果")
print(returned["outcome"].value_counts().to_string())

# %% [markdown]
# **Was the order good?** `auc` is the chance that a success stood before a failure: 0.5 is chance.
# Beside it the order that anybody could have made, the largest first.

# %%
from chainmatch.decision.learning import evaluation_text

orders = chainmatch.evaluate(returned)
print(evaluation_text(orders, returned))

# %% [markdown]
# **What would have been better?** `learn_weights` is careful: it stays near the old weights where
# the outcomes say little, and judges every firm by weights that were learned without it.

# %%
from chainmatch.decision.learning import lesson_text

lesson = chainmatch.learn_weights(returned, county.weights)
print(lesson_text(lesson, county.weights))

# %%
shown = {"原权重": county.weights.model_dump(), "新权重": lesson.weights, "真实": truth}
table = pd.DataFrame(shown).loc[list(truth)]
print(table.round(2).to_string())
assert lesson.better
assert abs(table["新权重"] - table["真实"]).sum() < abs(table["原权重"] - table["真实"]).sum()

# %% [markdown]
# A few outcomes are no reason to change anything, and chainmatch says so.

# %%
try:
    chainmatch.learn_weights(returned.head(20), county.weights)
except chainmatch.ChainmatchError as error:
    print(error)
