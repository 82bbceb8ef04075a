"""Linking company names: accuracy, honesty, speed and memory, next to what others would use.

    python benchmarks/identity.py REGISTRY.parquet [LISTED.csv] [--questions 3000] [--seed 7]

Task V: changed names of odd rows of REGISTRY (``chainmatch.training.changes``), a fifth without
an answer, against all names: with names alone, with province and city, and as ``identity.link``
puts it. Task M: the same of names that were changed in two and in three ways. Task S: short names
against full names, from LISTED (columns ``name`` and, if there, ``short``; else short forms are
made of the first characters of brand and trade). Every method answers the same questions in the
same run. Task F: questions to ``identity.Finder`` over all names, by kind. Task L: 4,413 changed
names to all names, timed. Task P: task V on 20,000 names with splink beside it, where splink 5 is
installed (``pip install splink``). The operating point of ``identity.link`` is a confidence of 0.5:
from there on a link ``same`` or ``branch`` is given as more likely than not.
"""

import argparse
import random
import resource
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from chainmatch import names
from chainmatch.identity.linking import link
from chainmatch.identity.pinyin import initials, spellings
from chainmatch.identity.search import Finder
from chainmatch.training.changes import Question, change, questions

Answer = tuple[int, float]  # row (-1 = none) and score


def ours(known: list[str], asked: list[str], places: list, homes: list) -> list[Answer]:
    """Answer with the index and the calibrated score of chainmatch."""
    index = names.NameIndex(known)
    answers = []
    for text, home, candidates in zip(asked, homes, index.candidates_of(asked, 8), strict=True):
        found = [(position, known[position], cosine) for position, cosine in candidates]
        where = [places[position] for position, _ in candidates] if places else ()
        best = names.judge(text, found, where, home)
        answers.append((best[0].position, best[0].probability) if best else (-1, 0.0))
    return answers


def best_links(left: pd.DataFrame, right: pd.DataFrame) -> list[Answer]:
    """Answer with the surest link ``same`` or ``branch`` of ``identity.link``."""
    links = link(left, right)
    links = links[links["relation"] != "group"].sort_values(
        ["confidence"], ascending=False, kind="stable"
    )
    best = links.drop_duplicates("left_id").set_index("left_id")
    found = zip(best.index, best["right_id"], best["confidence"], strict=True)
    answers = {own: (int(other), float(score)) for own, other, score in found}
    return [answers.get(own, (-1, 0.0)) for own in left["firm_id"]]


def tfidf(known: list[str], asked: list[str]) -> list[Answer]:
    """Answer with the nearest name by TF-IDF of characters and pairs (raw names)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2))
    table = vectorizer.fit_transform(known).T.tocsr()
    answers = []
    for start in range(0, len(asked), 200):
        scores = vectorizer.transform(asked[start : start + 200]) @ table
        for row in range(scores.shape[0]):
            part = slice(scores.indptr[row], scores.indptr[row + 1])
            best = int(np.argmax(scores.data[part]))
            answers.append((int(scores.indices[part][best]), float(scores.data[part][best])))
    return answers


def wratio(known: list[str], asked: list[str]) -> list[Answer]:
    """Answer with rapidfuzz WRatio, the usual first choice."""
    from rapidfuzz import fuzz, process

    answers = []
    for text in asked:
        _, score, position = process.extractOne(text, known, scorer=fuzz.WRatio)
        answers.append((position, score / 100))
    return answers


def without_kin(
    asked: list[Question], answers: list[Answer], rows: list[int], all_names: list[str]
) -> list[Answer]:
    """Drop answers to questions without an answer that name the firm of a branch, or a branch.

    They are right (the relation is ``branch``), so they count neither as a hit nor as a false link.
    """
    result = []
    for question, (position, score) in zip(asked, answers, strict=True):
        kin = False
        if position >= 0 and not question.answerable:
            gone = names.parsed_name(all_names[question.row])
            found = names.parsed_name(all_names[rows[position]])
            kin = gone.core == found.core and bool(gone.branch) != bool(found.branch)
        result.append((-1, 0.0) if kin else (position, score))
    return result


def report(title: str, asked: list[Question], answers: list[Answer], rows: list[int]) -> None:
    """Print top-1, best F1, recall at 98 % precision and false links of the unanswerable."""
    right = np.array(
        [
            q.answerable and a[0] >= 0 and rows[a[0]] == q.row
            for q, a in zip(asked, answers, strict=True)
        ]
    )
    score = np.array([a[1] for a in answers])
    answerable = np.array([q.answerable for q in asked])
    print(f"{title:22s}", end=" ")
    order = np.argsort(-score, kind="stable")
    hits, count = np.cumsum(right[order]), np.arange(1, len(order) + 1)
    last = np.append(score[order][1:] != score[order][:-1], True)  # thresholds between ties only
    precision, recall = hits / count, hits / answerable.sum()
    f1 = np.where(last, 2 * precision * recall / np.maximum(precision + recall, 1e-9), 0)
    good = last & (precision >= 0.98)
    at98 = recall[good].max() if good.any() else 0.0
    silent = (~answerable).sum()
    falsely = np.cumsum(~answerable[order]) / max(silent, 1)
    careful = last & (falsely <= 0.01)
    at_one = recall[careful].max() if careful.any() else 0.0
    print(
        f"top-1 {right.sum() / answerable.sum():.3f}  best F1 {f1.max():.3f}"
        f"  recall at 98 % precision {at98:.3f}, at 1 % false links {at_one:.3f};"
        f" {at_point(right, score, answerable, 0.5)}; {at_point(right, score, answerable, 0.9)}"
    )


def at_point(right: np.ndarray, score: np.ndarray, answerable: np.ndarray, point: float) -> str:
    """Return precision, recall and false links of the unanswerable from a score on."""
    given = score >= point
    return (
        f"from {point}: precision {right[given].mean():.3f}, "
        f"recall {right[given].sum() / answerable.sum():.3f}, "
        f"false links {given[~answerable].mean():.2%}"
    )


def honesty(asked: list[Question], answers: list[Answer], rows: list[int]) -> None:
    """Print how often answers of each confidence are right, and what goes wrong at 0.5."""
    bins: dict[int, list[bool]] = {}
    wrong: Counter[str] = Counter()
    for question, (position, score) in zip(asked, answers, strict=True):
        right = question.answerable and position >= 0 and rows[position] == question.row
        bins.setdefault(min(int(score * 10), 9), []).append(right)
        if score >= 0.5 and not right:
            wrong[question.kind + ("" if question.answerable else " (no answer)")] += 1
        if score < 0.5 and question.answerable:
            wrong["missed " + question.kind] += 1
    for tenth, hits in sorted(bins.items()):
        share = np.mean(hits)
        print(f"  {tenth / 10:.1f}-{tenth / 10 + 0.1:.1f}  n {len(hits):5d}  right {share:.3f}")
    print("  wrong at 0.5:", dict(wrong.most_common(12)))


def timed(title: str, count: int, answer: Callable[[], list[Answer]]) -> list[Answer]:
    """Run and print questions a second (index included) and the peak of memory so far."""
    start = time.perf_counter()
    answers = answer()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{title:22s} {seconds:6.1f} s  {count / seconds:7,.0f} questions/s  peak {peak:,.0f} MB")
    return answers


class Task(NamedTuple):
    """Task V: the questions, the rows that are left, and where all rows are."""

    asked: list[Question]
    rows: list[int]
    all_names: list[str]
    where: list[tuple[str, str]]

    @property
    def texts(self) -> list[str]:
        """Return the questions as written."""
        return [question.text for question in self.asked]

    @property
    def known(self) -> list[str]:
        """Return the names that are left."""
        return [self.all_names[row] for row in self.rows]

    @property
    def homes(self) -> list[tuple[str, str]]:
        """Return (province, city) of each question."""
        return [self.where[question.row] for question in self.asked]


def task_of(frame: pd.DataFrame, count: int, seed: int, changes: int = 1) -> Task:
    """Make the questions and take out the rows of those that have no answer."""
    all_names = frame["name"].tolist()
    odd = list(range(1, len(all_names), 2))
    asked = questions(all_names, odd, count, seed, changes=changes)
    gone = {question.row for question in asked if not question.answerable}
    rows = [row for row in range(len(all_names)) if row not in gone]
    where = list(zip(frame["province"], frame["city"].replace("N/A", ""), strict=True))
    return Task(asked, rows, all_names, where)


def table(firm_names: list[str], places: list[tuple[str, str]]) -> pd.DataFrame:
    """Return a firms table whose ids are positions."""
    frame = pd.DataFrame({"firm_id": [str(i) for i in range(len(firm_names))], "name": firm_names})
    frame[["province", "city"]] = places
    return frame


def variants(task: Task, slow: int) -> None:
    """Task V."""
    texts, known, homes = task.texts, task.known, task.homes
    places = [task.where[row] for row in task.rows]
    print(f"V: {len(texts)} questions, {len(known):,} names")
    left, right = table(texts, homes), table(known, places)
    methods: dict[str, Callable[[], list[Answer]]] = {
        "chainmatch, names": lambda: ours(known, texts, [], [("", "")] * len(texts)),
        "chainmatch, and place": lambda: ours(known, texts, places, homes),
        "identity.link": lambda: best_links(left, right),
        "TF-IDF": lambda: tfidf(known, texts),
    }
    for title, answer in methods.items():
        answers = timed(title, len(texts), answer)
        answers = without_kin(task.asked, answers, task.rows, task.all_names)
        report(title, task.asked, answers, task.rows)
        if title != "TF-IDF":
            honesty(task.asked, answers, task.rows)
    if slow:
        answers = timed("rapidfuzz WRatio", slow, lambda: wratio(known, texts[:slow]))
        answers = without_kin(task.asked[:slow], answers, task.rows, task.all_names)
        report(f"rapidfuzz WRatio ({slow})", task.asked[:slow], answers, task.rows)


def several_changes(frame: pd.DataFrame, count: int, seed: int) -> None:
    """Task M."""
    for changes in (2, 3):
        task = task_of(frame, count, seed + changes, changes)
        places = [task.where[row] for row in task.rows]
        left, right = table(task.texts, task.homes), table(task.known, places)
        print(f"M: {count} questions of {changes} changes")
        answers = timed("identity.link", count, lambda a=left, b=right: best_links(a, b))
        answers = without_kin(task.asked, answers, task.rows, task.all_names)
        report("identity.link", task.asked, answers, task.rows)
        honesty(task.asked, answers, task.rows)


def made_short(name: str) -> str:
    """Return a short form as exchanges make them: 秦云节能 of 北京秦云暖通节能技术股份有限公司."""
    parts = names.parse_name(name)
    return parts.brand[:4] if len(parts.brand) > 3 else parts.brand[:2] + parts.trade[:2]


def share_equal(found: list[str], wanted: list[str]) -> float:
    """Return the share of questions that found the name they were made from."""
    return float(np.mean([a == b for a, b in zip(found, wanted, strict=True)]))


def short_names(listed: pd.DataFrame) -> None:
    """Task S."""
    from rapidfuzz import fuzz, process

    full = listed["name"].tolist()
    short = listed["short"].tolist() if "short" in listed else [made_short(name) for name in full]
    print(f"S: {len(full)} short names{'' if 'short' in listed else ' (made by rule)'}")
    finder = Finder(
        pd.DataFrame({"firm_id": [str(i) for i in range(len(full))], "name": full})
    ).ready()
    start = time.perf_counter()
    mine = [" ".join(finder.find(text, 1)["name"]) for text in short]
    speed = len(full) / (time.perf_counter() - start)
    print(f"  chainmatch find {share_equal(mine, full):.3f}  {speed:.0f}/s")
    for scorer in (fuzz.WRatio, fuzz.partial_ratio):
        best = [process.extractOne(text, full, scorer=scorer)[0] for text in short]
        print(f"  {scorer.__name__} {share_equal(best, full):.3f}")
    print(f"  TF-IDF {share_equal([full[row] for row, _ in tfidf(full, short)], full):.3f}")


def typed(name: str, kind: str, chance: random.Random) -> str:
    """Return what a user would type to find ``name``."""
    core = names.parsed_name(name).core
    if kind == "short":
        return made_short(name)
    if kind == "brand":
        return names.parse_name(name).brand or core
    if kind in ("typo_swap", "typo_missing", "typo_other"):
        return change(name, kind, chance)
    if kind in ("pinyin", "pinyin of four"):
        return spellings(core if kind == "pinyin" else core[:4])[0].lower()
    if kind in ("initials", "initials of four"):
        return initials(core if kind == "initials" else core[:4])
    return {"common word": "有限公司"}.get(kind, name)


KINDS = (
    *("exact", "short", "brand", "typo_missing", "typo_other", "typo_swap"),
    *("pinyin", "pinyin of four", "initials", "initials of four", "common word"),
)


def look_up(frame: pd.DataFrame, count: int, seed: int) -> None:
    """Task F."""
    chance = random.Random(seed)
    firms = pd.DataFrame({"firm_id": frame["uscc"], "name": frame["name"]})
    start = time.perf_counter()
    finder = Finder(firms).ready()
    print(f"F: {len(firms):,} names loaded in {time.perf_counter() - start:.1f} s")
    picked = chance.sample(firms["name"].tolist(), count)
    for kind in KINDS:
        spent, first, ten = [], 0, 0
        for name in picked:
            text = typed(name, kind, chance)
            start = time.perf_counter()
            found = finder.find(text)["name"].tolist()
            spent.append(time.perf_counter() - start)
            first, ten = first + (found[:1] == [name]), ten + (name in found)
        median, most = np.median(spent) * 1000, max(spent) * 1000
        print(
            f"  {kind:17s} first {first / count:.2f}, among ten {ten / count:.2f};"
            f" median {median:.0f} ms, most {most:.0f} ms"
        )


def linking(frame: pd.DataFrame, count: int, seed: int) -> None:
    """Task L."""
    task = task_of(frame, count, seed)
    left, right = table(task.texts, task.homes), table(task.all_names, task.where)
    start = time.perf_counter()
    found = link(left, right)
    seconds = time.perf_counter() - start
    print(f"L: {len(left):,} x {len(right):,} names in {seconds:.1f} s, {len(found):,} links")


def splinked(task: Task) -> list[Answer]:
    """Answer with splink on DuckDB: name, first and last characters, place; trained by EM."""
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    def frame(texts: list[str], places: list[tuple[str, str]]) -> pd.DataFrame:
        keys = [names.normal_name(text) for text in texts]
        parts = [names.parse_name(text) for text in texts]
        return pd.DataFrame(
            {
                "unique_id": range(len(texts)),
                "name": keys,
                "core": [part.brand + part.trade for part in parts],
                "brand": [part.brand or None for part in parts],
                "head": [key[:4] for key in keys],
                "tail": [(part.brand + part.trade)[-4:] for part in parts],
                "province": [place[0] or None for place in places],
                "city": [place[1] or None for place in places],
            }
        )

    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.97, 0.92, 0.85]),
            cl.JaroWinklerAtThresholds("core", [0.95, 0.85]),
            cl.ExactMatch("province"),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("head"),
            block_on("brand"),
            block_on("tail", "city"),
            block_on("substr(core, 1, 2)", "city"),
        ],
    )
    places = [task.where[row] for row in task.rows]
    database = DuckDBAPI()
    tables = [
        database.register(frame(texts, where), dataset_display_name=title)
        for title, texts, where in (
            ("asked", task.texts, task.homes),
            ("known", task.known, places),
        )
    ]
    linker = Linker(tables, settings, log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("name")], recall=0.5)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("head"))
    training.estimate_parameters_using_expectation_maximisation(block_on("brand", "city"))
    pairs = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    swapped = pairs["source_dataset_l"] == "known"
    pairs["asked"] = pairs["unique_id_l"].where(~swapped, pairs["unique_id_r"])
    pairs["known"] = pairs["unique_id_r"].where(~swapped, pairs["unique_id_l"])
    best = pairs.sort_values(["match_probability", "known"], ascending=[False, True])
    best = best.drop_duplicates("asked").set_index("asked")
    answers = dict(
        zip(best.index, zip(best["known"], best["match_probability"], strict=True), strict=True)
    )
    return [answers.get(number, (-1, 0.0)) for number in range(len(task.asked))]


def peers(frame: pd.DataFrame, count: int, seed: int) -> None:
    """Task P."""
    task = task_of(frame.sample(20_000, random_state=seed).reset_index(drop=True), count, seed)
    print(f"P: {len(task.asked)} questions, {len(task.known):,} names")
    places = [task.where[row] for row in task.rows]
    left, right = table(task.texts, task.homes), table(task.known, places)
    methods = {"identity.link": lambda: best_links(left, right), "splink": lambda: splinked(task)}
    for title, answer in methods.items():
        try:
            answers = timed(title, len(task.asked), answer)
        except ImportError:
            print(f"{title}: not installed, skipped")
            continue
        answers = without_kin(task.asked, answers, task.rows, task.all_names)
        report(title, task.asked, answers, task.rows)


def main() -> None:
    """Run all tasks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("registry", type=Path)
    parser.add_argument("listed", type=Path, nargs="?")
    parser.add_argument("--questions", type=int, default=3000)
    parser.add_argument("--slow", type=int, default=200, help="questions for slow methods")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    frame = pd.read_parquet(options.registry)
    variants(task_of(frame, options.questions, options.seed), options.slow)
    several_changes(frame, options.questions, options.seed)
    linking(frame, 4413, options.seed)
    look_up(frame, 200, options.seed)
    peers(frame, 1500, options.seed)
    if options.listed:
        short_names(pd.read_csv(options.listed, dtype=str, keep_default_na=False))


if __name__ == "__main__":
    main()
