"""Learn what ``chainmatch.names`` ships in ``data/learned/names.json``.

    python scripts/fit_names.py REGISTRY.parquet

The file holds ``trade_words`` (words that end the core of many names behind many brands),
``brands`` (how many firms of REGISTRY bear a brand, from three on), ``scope_pairs`` (character
pairs that are common in business scopes: they describe a trade), the weights of the two logistic
scores and the counts they were learned from. REGISTRY needs the columns ``name``, ``scope``,
``province`` and ``city``. Questions are made from rows with an even number only; the benchmark
asks about the odd ones.
"""

import argparse
import collections
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from chainmatch import names
from chainmatch.names import learned as learning
from chainmatch.names import similarity
from chainmatch.names.comparing import pair_features
from chainmatch.names.parsing import cut_trade

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from name_variants import questions

# Words that end a trade whatever stands before them; too regular for the entropy to find.
ENDINGS = (
    *(
        "销售",
        "服务",
        "工程",
        "开发",
        "管理",
        "制造",
        "发展",
        "加工",
        "经营",
        "设备",
        "制品",
        "技术",
    ),
    *(
        "工业",
        "产品",
        "供应",
        "代理",
        "咨询",
        "设计",
        "研究",
        "维修",
        "安装",
        "检测",
        "租赁",
        "生产",
    ),
)
LEARNED = Path(__file__).parents[1] / "data" / "learned" / "names.json"


def entropy(counter: collections.Counter[str]) -> float:
    """Return the entropy of a count in bits."""
    share = np.array(list(counter.values())) / sum(counter.values())
    return float(-(share * np.log2(share)).sum())


def trade_words(all_names: list[str]) -> list[str]:
    """Return words of 2 to 5 characters that end many cores, behind many different brands.

    A word begins where the character before it is hard to guess: before 房地产 anything stands,
    before 地产 mostly 房, before 业贸易 mostly 工 or 实.
    """
    cores = [core for name in all_names if len(core := names.parsed_name(name).core) >= 4]
    known = frozenset(ENDINGS)
    for _ in range(3):  # each round looks before the words of the last one
        before: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        for core in cores:
            for stop in {len(core), cut_trade(core, known)}:
                for length in range(2, 6):
                    if stop - length >= 2:
                        before[core[stop - length : stop]][core[stop - length - 1]] += 1
        known |= {
            word
            for word, characters in before.items()
            if len(characters) >= 30 and entropy(characters) >= 5.2
        }
    return sorted(known)


def descriptions(all_names: list[str]) -> set[str]:
    """Return what stands alone between place and form in many places: 盐业, 农业生产资料."""
    alone: dict[str, set[str]] = collections.defaultdict(set)
    total: collections.Counter[str] = collections.Counter()
    for name in all_names:
        parsed = names.parsed_name(name)
        brand = parsed.parts.brand
        if brand and not parsed.branch:
            total[brand] += 1
            if brand == parsed.core and parsed.places:
                alone[brand].add(parsed.places[-1])
    return {
        brand
        for brand, places in alone.items()
        if len(places) >= 5 and len(places) >= 0.5 * total[brand]
    }


def common_brands(all_names: list[str], least: int = 3) -> dict[str, str]:
    """Return how many firms (not branches) bear each brand: count → brands, blank between."""
    parsed = (names.parsed_name(name) for name in all_names)
    counts = collections.Counter(p.parts.brand for p in parsed if p.parts.brand and not p.branch)
    groups: dict[int, list[str]] = collections.defaultdict(list)
    for brand, count in counts.items():
        if count >= least:
            groups[count].append(brand)
    return {str(count): " ".join(sorted(groups[count])) for count in sorted(groups, reverse=True)}


def scope_pairs(scopes: list[str], share: float = 0.0003) -> str:
    """Return the character pairs that stand in more than ``share`` of all business scopes."""
    counts: collections.Counter[str] = collections.Counter()
    for scope in scopes:
        text = "".join(c if "\u4e00" <= c <= "\u9fff" else " " for c in scope)
        counts.update({text[i : i + 2] for i in range(len(text) - 1)})
    return " ".join(
        sorted(p for p, n in counts.items() if " " not in p and n > share * len(scopes))
    )


def fit(rows: list[list[float]], labels: list[bool], features: tuple[str, ...]) -> dict[str, float]:
    """Return the weights of a logistic regression."""
    model = LogisticRegression(C=1.0, max_iter=3000).fit(np.array(rows, float), np.array(labels))
    weights = [round(float(weight), 4) for weight in model.coef_[0]]
    constant = round(float(model.intercept_[0]), 4)
    return {"constant": constant, **dict(zip(features, weights, strict=True))}


def learn_scores(frame: pd.DataFrame, learned: dict, count: int, save: Callable[[], None]) -> None:
    """Learn the pair score, then the score in context, from changed names of even rows."""
    all_names = frame["name"].tolist()
    where = list(zip(frame["province"], frame["city"].replace("N/A", ""), strict=True))
    asked = questions(all_names, list(range(0, len(all_names), 2)), count, seed=1, unanswerable=0.3)
    gone = {question.row for question in asked if not question.answerable}
    kept = [row for row in range(len(all_names)) if row not in gone]
    index = names.NameIndex([all_names[row] for row in kept])
    found = [
        [(kept[position], all_names[kept[position]], cosine) for position, cosine in candidates]
        for candidates in index.candidates_of([question.text for question in asked], 8)
    ]
    labels = [
        [row == question.row for row, _, _ in candidates]
        for question, candidates in zip(asked, found, strict=True)
    ]
    pairs = [
        pair_features(names.parsed_name(question.text), names.parsed_name(name))
        for question, candidates in zip(asked, found, strict=True)
        for _, name, _ in candidates
    ]
    flat = [label for group in labels for label in group]
    learned["pair"] = fit(pairs, flat, names.FEATURES)
    save()
    chance = random.Random(2)
    rows = []
    for question, candidates in zip(asked, found, strict=True):
        known = chance.randrange(3)  # lists say nothing, the province, or the city too
        places = [where[row][:known] + ("",) * (2 - known) for row, _, _ in candidates]
        home = where[question.row][:known] + ("",) * (2 - known)
        rows += names.context_features(question.text, candidates, places, home)
    learned["context"] = fit(rows, flat, names.CONTEXT_FEATURES)
    learned["learned_from"] = {"questions": len(asked), "pairs": len(flat), "names": len(kept)}
    save()


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("registry", type=Path)
    parser.add_argument("--questions", type=int, default=12000)
    options = parser.parse_args()
    frame = pd.read_parquet(options.registry)
    learned = json.loads(LEARNED.read_text(encoding="utf-8")) if LEARNED.is_file() else {}

    def save() -> None:
        text = json.dumps(learned, ensure_ascii=False, indent=1)
        LEARNED.write_text(text + "\n", encoding="utf-8")
        learning.learned.cache_clear()
        similarity.weights.cache_clear()
        learning.trade_words.cache_clear()
        names.parsed_name.cache_clear()

    learned["trade_words"] = trade_words(frame["name"].tolist())
    save()
    found = descriptions(frame["name"].tolist())
    learned["trade_words"] = sorted({*learned["trade_words"], *found})
    save()
    learned["brands"] = common_brands(frame["name"].tolist())
    learned["scope_pairs"] = scope_pairs(frame["scope"].tolist())
    save()
    learn_scores(frame, learned, options.questions, save)
    for model in ("pair", "context"):
        print(model, learned[model])


if __name__ == "__main__":
    main()
