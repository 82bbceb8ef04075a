"""Learning from outcomes: shortlists come back with 签约, 在谈 or 拒绝; how good was the order?

**Reading.** A returned list is the shortlist as CSV or the sheet 目标企业清单 of the workbook, with
the column 结果 filled in. 签约 and 在谈 are successes, 拒绝 is a failure; 未联系 and blank cells
say nothing and are left out.

**Learning.** The chance of success is modelled as ``1 / (1 + exp(-(b + Σ β·part)))`` with β ≥ 0; an
unknown part counts as the mean of the known ones of its column. The loss is the negative
log-likelihood plus ``λ · Σ (β - κ·w)²`` with w the old weights and κ ≥ 0 free: where outcomes say
nothing, the proportions stay as they were. λ is the largest of ``_PENALTIES`` whose
cross-validated likelihood lies within one standard error of the best. The new weights are β scaled
to a sum of 1, in steps of 0.01.

**Judging.** Every firm is scored with weights that were learned without it (five folds); the order
is compared with that of the old weights and with "largest capital first".
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel

from chainmatch.decision.mean import weighted_mean
from chainmatch.errors import OptionError, TableError
from chainmatch.parts import PARTS
from chainmatch.schema.columns import COLUMNS, column_of
from chainmatch.tables.sources import Source, open_book
from chainmatch.util.rounding import figure, percent

GAINS = {"签约": 2, "在谈": 1, "拒绝": 0}
NOTHING = ("", "未联系")
LEAST = 40  # firms with an outcome
LEAST_EACH = 10  # successes, and failures
MARGIN = 0.01  # AUC by which new weights have to be better
_FOLDS = 5
_PENALTIES = (0.01, 0.1, 1.0, 10.0)
_CAPITAL = "注册资本"
_SEARCHED = 30  # rows in which the header is looked for


class Order(NamedTuple):
    """How good an order of firms is.

    ``auc`` is the chance that a success stands before a failure, ``precision`` k → share of
    successes among the first k, ``lift`` k → that share over the share of all, ``ndcg`` the
    normalised discounted cumulative gain (签约 2, 在谈 1, 拒绝 0) of the whole list.
    """

    auc: float
    precision: dict[int, float]
    lift: dict[int, float]
    ndcg: float


class Lesson(NamedTuple):
    """Weights that outcomes propose, and cross-validated figures of the three orders.

    ``better``: the new weights find successes clearly better than the old ones.
    """

    weights: dict[str, float]
    penalty: float
    outcomes: int
    successes: int
    learned: Order
    old: Order
    capital: Order

    @property
    def better(self) -> bool:
        """Whether the new order clearly beats the old one on firms it was not learned from."""
        return self.learned.auc > self.old.auc + MARGIN


_COLUMNS = tuple(part.column for part in PARTS)
_TITLES = {part.name: part.title for part in PARTS}


# --- reading -------------------------------------------------------------------------------------


def read_returned(sources: Sequence[Source]) -> pd.DataFrame:
    """Read returned shortlists: ``firm_id, name, outcome, score, capital`` and the parts.

    Rows without an outcome are left out; of a firm that comes back twice the last row counts.

    Raises
    ------
    TableError
        A file without the columns needed, or with a word in 结果 that is none of the four.
    """
    frames = [_read(source) for source in sources]
    table = pd.concat(frames, ignore_index=True)
    table = table[table["outcome"].isin(list(GAINS))]
    return table.drop_duplicates("firm_id", keep="last").reset_index(drop=True)


_NAMES = {
    title: name
    for name in ("firm_id", "name", "outcome", "score", *_COLUMNS)
    for title in (name, column_of("scores", name).title)
} | {"capital": "capital", _CAPITAL: "capital", f"{_CAPITAL}（万元）": "capital"}
_NUMBERS = ("score", "capital", *_COLUMNS)


def _read(source: Source) -> pd.DataFrame:
    book = open_book(source, lambda value: str(value).strip() in _NAMES)
    wanted = {"name", "outcome", *_COLUMNS}
    best: set[str] = set()
    for sheet in book.sheets:
        for at, row in enumerate(sheet.rows[:_SEARCHED]):
            header = [_NAMES.get(str(cell).strip().lstrip("\ufeff"), "") for cell in row]
            if wanted <= set(header):
                where = f"“{book.file}”" + (f"工作表“{sheet.name}”" if sheet.name else "")
                return _table(header, sheet.rows[at + 1 :], where, sheet.first + at + 1)
            best = max(best, wanted & set(header), key=len)
    titles = "、".join(COLUMNS[name].title for name in sorted(wanted - best))
    raise TableError(
        f"“{book.file}”：不是交回的清单，缺少列 {titles}；"
        "请用结果文件夹里的 shortlist.csv 或工作簿的“目标企业清单”，加上“结果”列。"
    )


def _table(
    header: list[str], rows: Sequence[Sequence[object]], where: str, first: int
) -> pd.DataFrame:
    lines = []
    for number, row in enumerate(rows, start=first):
        line = {n: c for n, c in zip(header, row, strict=False) if n}
        name, outcome = (_text(line.get(key)) for key in ("name", "outcome"))
        if not name:
            continue
        if outcome not in GAINS and outcome not in NOTHING:
            raise TableError(
                f"{where}第 {number} 行：结果写的是“{outcome[:20]}”，"
                f"只能填{'、'.join(GAINS)}、未联系，或留空。"
            )
        numbers = {key: _number(line.get(key)) for key in _NUMBERS}
        firm = _text(line.get("firm_id")) or name
        lines.append({"firm_id": firm, "name": name, "outcome": outcome, **numbers})
    return pd.DataFrame(lines, columns=["firm_id", "name", "outcome", *_NUMBERS])


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()


def _number(value: object) -> float:
    try:
        return float(_text(value).replace(",", "") or "nan")
    except ValueError:
        return math.nan


# --- judging -------------------------------------------------------------------------------------


def evaluate(returned: pd.DataFrame, ks: Sequence[int] = (5, 10, 20, 30)) -> dict[str, Order]:
    """Judge the order of the score and that of the capital on ``read_returned``.

    ``capital`` is the part ``substance`` where the list has no column of capital. Raises
    OptionError if there are not both successes and failures.
    """
    _both_kinds(returned, least=1, each=1)
    return {
        "score": _order(returned["score"].to_numpy(dtype=float), returned, ks),
        "capital": _order(_capital(returned), returned, ks),
    }


def _capital(returned: pd.DataFrame) -> np.ndarray:
    column = "capital" if returned["capital"].notna().any() else "substance"
    values: np.ndarray = returned[column].to_numpy(dtype=float)
    return values


def _success(returned: pd.DataFrame) -> np.ndarray:
    return np.array([GAINS[outcome] > 0 for outcome in returned["outcome"]])


def _order(values: np.ndarray, returned: pd.DataFrame, ks: Sequence[int]) -> Order:
    """Judge the order of falling values; unknown last, ties by firm id."""
    known = np.where(np.isnan(values), -np.inf, values)
    order = np.lexsort((returned["firm_id"].to_numpy(dtype=str), -known))
    success = _success(returned)
    gains = np.array([GAINS[outcome] for outcome in returned["outcome"]], dtype=float)
    won, lost = known[success], known[~success]
    above = (won[:, None] > lost[None]).mean() + 0.5 * (won[:, None] == lost[None]).mean()
    share = success.mean()
    precision = {k: float(success[order][:k].mean()) for k in ks if k <= len(values)}
    discount = 1 / np.log2(np.arange(len(values)) + 2)
    return Order(
        float(above),
        precision,
        {k: value / share for k, value in precision.items()},
        float(gains[order] @ discount / (np.sort(gains)[::-1] @ discount)),
    )


def _both_kinds(returned: pd.DataFrame, least: int, each: int) -> None:
    success = _success(returned) if len(returned) else np.zeros(0, dtype=bool)
    won, lost = int(success.sum()), int((~success).sum())
    missing = [
        text
        for text, count in (
            (f"{least - won - lost}家结果", least - won - lost),
            (f"{each - won}家签约或在谈", each - won),
            (f"{each - lost}家拒绝", each - lost),
        )
        if count > 0
    ]
    if missing:
        raise OptionError(
            f"交回的清单有{won + lost}家结果（签约或在谈{won}家，拒绝{lost}家），"
            f"至少要{least}家、每种{each}家；还差{'、'.join(missing)}。"
        )


# --- learning ------------------------------------------------------------------------------------


def learn_weights(returned: pd.DataFrame, old: BaseModel) -> Lesson:
    """Propose weights from outcomes (``read_returned``).

    Raises
    ------
    OptionError
        Too few outcomes; the message says how many are missing.
    """
    _both_kinds(returned, LEAST, LEAST_EACH)
    returned = returned.sort_values("firm_id", ignore_index=True)
    parts = returned[list(_COLUMNS)].to_numpy(dtype=float)
    success = _success(returned).astype(float)
    prior = np.array([getattr(old, part.name) for part in PARTS], dtype=float)
    prior = prior / prior.sum()
    fold = _folds(success)
    tried = [_held_out(parts, success, prior, penalty, fold) for penalty in _PENALTIES]
    best = _cautious([loss for loss, _ in tried])
    penalty, apart = _PENALTIES[best], tried[best][1]
    beta = fit_weights(parts, success, prior, penalty)[1]
    weights = _rounded(beta if beta.sum() > 0 else prior)
    ks = (10, 20, 30)
    return Lesson(
        weights,
        penalty,
        len(returned),
        int(success.sum()),
        _order(apart, returned, ks),
        _order(weighted_mean(parts, prior), returned, ks),
        _order(_capital(returned), returned, ks),
    )


def _cautious(losses: list[np.ndarray]) -> int:
    """The last (strongest) penalty that is within one standard error of the best."""
    means = [float(loss.mean()) for loss in losses]
    least = int(np.argmin(means))
    error = float(losses[least].std()) / math.sqrt(len(losses[least]))
    return max(n for n, mean in enumerate(means) if mean <= means[least] + error)


def _folds(success: np.ndarray) -> np.ndarray:
    """Fold of every row: successes and failures dealt out in turn, in the order of ids."""
    fold = np.zeros(len(success), dtype=int)
    for kind in (0.0, 1.0):
        at = np.flatnonzero(success == kind)
        fold[at] = np.arange(len(at)) % _FOLDS
    return fold


def _held_out(
    parts: np.ndarray, success: np.ndarray, prior: np.ndarray, penalty: float, fold: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The loss of every firm under a model without it, and its score with those weights."""
    loss, scores = np.zeros(len(success)), np.zeros(len(success))
    for number in range(_FOLDS):
        train, test = fold != number, fold == number
        mean = _means(parts[train])
        intercept, beta = fit_weights(parts[train], success[train], prior, penalty)
        value = intercept + np.where(np.isnan(parts[test]), mean, parts[test]) @ beta
        loss[test] = np.logaddexp(0, value) - success[test] * value
        weights = beta if beta.sum() > 0 else prior
        scores[test] = weighted_mean(parts[test], weights / weights.sum())
    return loss, scores


def _means(parts: np.ndarray) -> np.ndarray:
    known = ~np.isnan(parts)
    mean: np.ndarray = np.nansum(parts, axis=0) / np.maximum(known.sum(axis=0), 1)
    return mean


def fit_weights(
    parts: np.ndarray, success: np.ndarray, prior: np.ndarray, penalty: float
) -> tuple[float, np.ndarray]:
    """Fit the logistic model of the module; return b and β (one a part, never below 0).

    ``parts`` are n firms × parts in 0…1, NaN where unknown; ``success`` is 1, 0, or between them
    how good a firm was found to be.
    """
    from scipy.optimize import minimize

    filled = np.where(np.isnan(parts), _means(parts), parts)

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        intercept, scale, beta = point[0], point[1], point[2:]
        value = intercept + filled @ beta
        away = beta - scale * prior
        residual = 1 / (1 + np.exp(-np.clip(value, -30, 30))) - success
        slope = np.concatenate(
            ([residual.sum()], [-2 * penalty * (away @ prior)], residual @ filled)
        )
        slope[2:] += 2 * penalty * away
        return float(
            (np.logaddexp(0, value) - success * value).sum() + penalty * away @ away
        ), slope

    start = np.concatenate(([0.0, 1.0], prior))
    bounds = [(None, None), (0.0, 100.0), *[(0.0, 100.0)] * len(prior)]
    point = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(point[0]), point[2:]


def _rounded(beta: np.ndarray) -> dict[str, float]:
    """Scale to a sum of exactly 1 in steps of 0.01: largest remainders are rounded up."""
    exact = 100 * beta / beta.sum()
    steps = np.floor(exact).astype(int)
    for index in np.argsort(steps - exact, kind="stable")[: 100 - int(steps.sum())]:
        steps[index] += 1
    return {part.name: int(step) / 100 for part, step in zip(PARTS, steps, strict=True)}


# --- the profile ---------------------------------------------------------------------------------


def with_weights(text: str, weights: Mapping[str, float]) -> str:
    """Return the text of a profile with other weights; everything else, comments too, stays."""
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if re.match(r"weights\s*:", line)), None)
    if start is None:
        return text.rstrip("\n") + "\n\n" + _block(weights)
    if lines[start].partition(":")[2].split("#")[0].strip():  # weights: {…}, maybe over some lines
        end = start + 1
        while "}" not in "".join(lines[start:end]) and end < len(lines):
            end += 1
        return "".join([*lines[:start], _block(weights), *lines[end:]])
    end = start + 1
    while end < len(lines) and re.match(r"\s|#|$", lines[end]):
        end += 1
    left: dict[str, Any] = dict(weights)
    for at in range(start + 1, end):
        found = re.match(r"(\s+)(\w+)(\s*:\s*)([^\s#]+)(.*)", lines[at], re.DOTALL)
        if found and found[2] in left:
            head, name, colon, _, rest = found.groups()
            lines[at] = f"{head}{name}{colon}{left.pop(name):.2f}{rest}"
    lines[start + 1 : start + 1] = [f"  {name}: {value:.2f}\n" for name, value in left.items()]
    return "".join(lines)


def _block(weights: Mapping[str, float]) -> str:
    rows = [f"  {name}: {value:.2f}  # {_TITLES[name]}\n" for name, value in weights.items()]
    return "weights:\n" + "".join(rows)


# --- words ---------------------------------------------------------------------------------------


def lesson_text(lesson: Lesson, old: BaseModel) -> str:
    """Return what was learned, for people."""
    total = math.fsum(old.model_dump().values())
    lines = [f"依据 {lesson.outcomes} 家走访结果（签约或在谈 {lesson.successes} 家）："]
    lines += [
        f"  {_TITLES[part]}　{figure(getattr(old, part) / total)} → {figure(weight)}"
        for part, weight in lesson.weights.items()
    ]
    lines.append("交叉验证（每家都用不含它的结果学得的权重打分）：")
    orders = {"新权重": lesson.learned, "原权重": lesson.old, "按资本排": lesson.capital}
    return "\n".join([*lines, *(_order_line(title, order) for title, order in orders.items())])


def evaluation_text(orders: Mapping[str, Order], returned: pd.DataFrame) -> str:
    """Return the figures of ``evaluate`` for people."""
    success = int(_success(returned).sum())
    share = percent(success / len(returned))
    titles = {"score": "清单得分", "capital": "按资本排"}
    return "\n".join(
        [
            f"{len(returned)} 家有结果，签约或在谈 {success} 家（{share}）。",
            *(_order_line(titles[name], order) for name, order in orders.items()),
            "AUC：成的排在不成的前面的机会，0.5 为随机；提升：前 k 家的成功率是全部的几倍。",
        ]
    )


def _order_line(title: str, order: Order) -> str:
    tops = "".join(
        f"，前{k}家成功率 {percent(order.precision[k])}（提升 {figure(order.lift[k])}）"
        for k in order.precision
    )
    return f"  {title}　AUC {figure(order.auc)}，nDCG {figure(order.ndcg)}{tops}"
