"""Learn what tells company names apart: ``names.json``.

``trade_words`` (words that end the core of many names behind many brands), ``brands`` (how many
firms of the registry bear a brand, from three on), ``scope_pairs`` (character pairs that are common
in business scopes: they describe a trade), the weights of the three logistic scores and the counts
they were learned from. Questions are made from rows with an even number only; the benchmark asks
about the odd ones.
"""

import collections
import random
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from chainmatch import names
from chainmatch.names.parsing import cut_trade
from chainmatch.names.similarity import pair_features
from chainmatch.names.spelling import SPELLING_FEATURES, spelling_features, spelling_kinds
from chainmatch.training.changes import Question, questions

Save = Callable[[dict[str, Any]], None]

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
QUESTIONS = 12_000


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
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=3000).fit(np.array(rows, float), np.array(labels))
    weights = [round(float(weight), 4) for weight in model.coef_[0]]
    constant = round(float(model.intercept_[0]), 4)
    return {"constant": constant, **dict(zip(features, weights, strict=True))}


class Case(NamedTuple):
    """A question and the names that an index found for it: (row, name, cosine)."""

    question: Question
    found: list[tuple[int, str, float]]

    @property
    def labels(self) -> list[bool]:
        """Return which of the found names the question was made from."""
        return [row == self.question.row for row, _, _ in self.found]


def changed(
    all_names: list[str], rows: list[int], count: int, seed: int, unanswerable: float
) -> list[Question]:
    """Return ``count`` changed names: half in one way, a third in two, the others in three."""
    parts = (count - count // 3 - count // 6, count // 3, count // 6)
    made: list[Question] = []
    for changes, part in enumerate(parts, 1):
        used = {question.row for question in made}
        left = [row for row in rows if row not in used]
        made += questions(all_names, left, part, seed + 100 * changes, unanswerable, changes)
    return made


def cases(all_names: list[str], asked: list[Question]) -> list[Case]:
    """Ask an index of all names but those of the questions without an answer."""
    gone = {question.row for question in asked if not question.answerable}
    kept = [row for row in range(len(all_names)) if row not in gone]
    index = names.NameIndex([all_names[row] for row in kept])
    found = index.candidates_of([question.text for question in asked], 8)
    return [
        Case(question, [(kept[at], all_names[kept[at]], cosine) for at, cosine in candidates])
        for question, candidates in zip(asked, found, strict=True)
    ]


Region = tuple[str, str]  # province and city; "" is unknown


def placed(case: Case, where: list[Region], known: int) -> tuple[list[Region], Region]:
    """Return the regions of the found names and of the question: none, one or both parts known."""
    rows = (*(row for row, _, _ in case.found), case.question.row)
    places = [_known(where[row], known) for row in rows]
    return places[:-1], places[-1]


def _known(region: Region, parts: int) -> Region:
    return region[0] if parts > 0 else "", region[1] if parts > 1 else ""


def learn_scores(frame: pd.DataFrame, learned: dict[str, Any], count: int, save: Save) -> None:
    """Learn the pair score, then the score in context, from changed names of even rows."""
    all_names = frame["name"].tolist()
    where = list(zip(frame["province"], frame["city"], strict=True))
    even = list(range(0, len(all_names), 2))
    asked = changed(all_names, even, count, seed=1, unanswerable=0.3)
    made = cases(all_names, asked)
    labels = [label for case in made for label in case.labels]
    pairs = [
        pair_features(names.parsed_name(case.question.text), names.parsed_name(name))
        for case in made
        for _, name, _ in case.found
    ]
    learned["pair"] = fit(pairs, labels, names.FEATURES)
    save(learned)
    chance = random.Random(2)
    rows = []
    for case in made:
        # Lists say nothing, the province, or the city too.
        places, home = placed(case, where, chance.randrange(3))
        rows += names.context_features(case.question.text, case.found, places, home)
    learned["context"] = fit(rows, labels, names.CONTEXT_FEATURES)
    learned["learned_from"] = {
        "questions": len(asked),
        "pairs": len(labels),
        "names": len(all_names) - sum(not question.answerable for question in asked),
    }
    save(learned)


def learn_spelling(frame: pd.DataFrame, learned: dict[str, Any], count: int) -> None:
    """Learn how surely names that differ are one firm's, beside names of real neighbours.

    Questions are fresh changed names of even rows, a fifth without an answer, and half as many
    names as they are registered, all without an answer: what is found for those is another firm.
    """
    all_names = frame["name"].tolist()
    where = list(zip(frame["province"], frame["city"], strict=True))
    even = list(range(0, len(all_names), 2))
    asked = changed(all_names, even, count, seed=3, unanswerable=0.2)
    used = {question.row for question in asked}
    others = random.Random(4).sample([row for row in even if row not in used], count // 2)
    asked += [Question(all_names[row], "registered", row, answerable=False) for row in others]
    chance = random.Random(5)
    rows, labels = [], []
    for case in cases(all_names, asked):
        known = chance.randrange(3)
        places, home = placed(case, where, known)
        text = case.question.text
        one = names.parsed_name(text)
        found = [(at, name, cosine) for at, (_, name, cosine) in enumerate(case.found)]
        for candidate in names.judge(text, found, places, home):
            other = names.parsed_name(case.found[candidate.position][1])
            there = places[candidate.position]
            apart = any(a and b and a != b for a, b in zip(home, there, strict=True))
            kinds = spelling_kinds(one, other, candidate.probability)
            if kinds and not apart and not candidate.same:
                rows.append(spelling_features(one, other, kinds, candidate.probability))
                labels.append(case.labels[candidate.position])
    learned["spelling"] = fit(rows, labels, SPELLING_FEATURES)
    learned["learned_from"]["spellings"] = len(labels)


def learn_names(frame: pd.DataFrame, save: Save) -> dict[str, Any]:
    """Learn from the columns ``name, scope, province, city``; "" is unknown.

    Each step rests on those before it, so ``save`` has to bring what is learned into use.
    """
    all_names = frame["name"].tolist()
    count = min(QUESTIONS, len(frame) // 15)
    learned: dict[str, Any] = {"trade_words": trade_words(all_names)}
    save(learned)
    learned["trade_words"] = sorted({*learned["trade_words"], *descriptions(all_names)})
    save(learned)
    learned["brands"] = common_brands(all_names)
    learned["scope_pairs"] = scope_pairs(frame["scope"].tolist())
    save(learned)
    learn_scores(frame, learned, count, save)
    learn_spelling(frame, learned, count)
    save(learned)
    return learned
