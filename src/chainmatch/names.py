"""Company names: normal form, credit codes, parts, similarity and blocking."""

import csv
import json
import math
import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from operator import mul
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from chainmatch.resources import data_folder
from chainmatch.text import traditional

# Radicals that text recognition puts for characters and that NFKC leaves alone.
_RADICALS = dict(
    zip(
        "⺁⺇⺊⺎⺏⺐⺙⺝⺠⺢⺪⺬⺮⺶⺻⺼⻁⻄⻅⻆⻉⻋⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰",
        "厂几卜兀尢尢攵月民氵疋示竹羊聿月虎西见角贝车卤长门阝雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙",
        strict=True,
    )
)
_BRACKETS = str.maketrans("[]{}【】〔〕〖〗〈〉<>", "()()()()()()()")
_DROPPED = re.compile(
    r"[\s\u00ad\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u0000-\u001f]+"
)
_NOTE = re.compile(
    r"\((?:存续|在业|在营|开业|正常|迁[出入]|(?:已)?(?:吊销|注销|撤销)[^()]*|停业|歇业|清算中?|筹建)\)"
    r"|\((?:以下)?(?:简称|又称|又名|原名|原称|原|曾用名|别名|注|备注|已更名|更名为|现名|即)[:：]?[^()]*(?:\([^()]*\)[^()]*)*\)"
)
_EDGES = re.compile(r"^[.,。、;；:：'\"“”‘’`*#\-_~!?·]+|[.,。、;；:：'\"“”‘’`*#\-_~!?·]+$")
_QUOTES = re.compile(r"['\"“”‘’`「」『』《》]")
_DOTS = re.compile(r"[·•‧・∙⋅･]")


@cache
def _simplified() -> dict[int, str]:
    """Return the table of traditional characters and stray radicals for ``str.translate``."""
    return {
        **{ord(radical): character for radical, character in _RADICALS.items()},
        **traditional(),
    }


def normal_name(name: str) -> str:
    """Return the normal form of a company name: what two careful clerks would both write.

    Full-width letters, Kangxi radicals, traditional characters, every kind of bracket, blanks and
    invisible characters, quotation marks and trailing dots are evened out; notes such as
    ``(简称：…)`` go. Brackets stay as ``(`` and ``)``, letters become upper case.
    """
    text = unicodedata.normalize("NFKC", name).translate(_simplified()).translate(_BRACKETS)
    text = _DOTS.sub("·", _QUOTES.sub("", _DROPPED.sub("", text)))
    if "(" in text:
        text = _NOTE.sub("", text)
    return _EDGES.sub("", text).upper()


_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_VALUES = {letter: value for value, letter in enumerate(_CODE_LETTERS)}
_CODE_WEIGHTS = tuple(3**position % 31 for position in range(17))
_NOT_CODE = re.compile(r"[^0-9A-Z]")


def clean_code(code: object) -> str:
    """Return a credit code or registration number as letters and digits; "" if there is none.

    A number that a spreadsheet has rounded (9.13E+17, or an 18-digit float) has lost digits and
    is not a code any more. The letters O and I, which no code holds, are read as 0 and 1.
    """
    if code is None:
        return ""
    if isinstance(code, float):
        if not code.is_integer() or abs(code) >= 2**53:  # NaN is no integer
            return ""
        code = int(code)
    text = unicodedata.normalize("NFKC", str(code)).strip().upper()
    if re.fullmatch(r"\d+\.0+", text):
        text = text.split(".")[0]
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d+", text) or text in {"NAN", "NONE", "NULL", "NA", "N/A"}:
        return ""
    text = _NOT_CODE.sub("", text)
    return text.replace("O", "0").replace("I", "1") if len(text) == 18 else text


def valid_code(code: str) -> bool:
    """Return whether ``code`` is a unified social credit code with a right check digit.

    GB 32100-2015: 31 - (sum of value times 3**position modulo 31), over the first 17 characters.
    """
    if len(code) != 18 or not code[2:8].isdigit():
        return False
    try:
        values = [_CODE_VALUES[letter] for letter in code]
    except KeyError:
        return False
    return bool(values[17] == -sum(map(mul, values, _CODE_WEIGHTS)) % 31)


class NameParts(NamedTuple):
    """The parts of a company name in normal form; a part that is not there is empty.

    ``place`` as written, ``brand`` (字号), ``trade`` (行业), ``form`` (组织形式) of the firm, and
    ``branch``: what stands behind the firm's full name (柞水县分公司).
    """

    place: str
    brand: str
    trade: str
    form: str
    branch: str


# The name of a firm ends with its first 公司 (or bank, or co-operative); the rest is a branch.
_HEAD = re.compile(
    r"^(.{2,}?(?:公司|银行(?!股份|有限)|合作联社|信用社(?!联)|供销(?:合作)?社(?!联)|总厂))"
    r"(?!有限|股份|\(集团\)|\(有限|集团)(.+)$"
)
_FORM = re.compile(
    r"(?:(?:控股)?集团|\((?:控股)?集团\)|控股)?(?:股份)?(?:有限责任|有限|合作)?总?公司$"
    r"|农民专业合作社(?:联合社)?$|专业合作社$|合作社$|合作联社$|供销社$|信用社$|\((?:有限|普通|特殊普通)合伙\)$|有限合伙$"
    r"|股份合作制?企业$|个人独资企业$|总厂$|分厂$|厂$|研究院$|研究所$|设计院$|经营部$|门市部$|经销部$|销售部$|服务部$|供应站$"
    r"|加油站$|商行$|商店$|药店$|中心$|总店$|分店$|店$|商场$|工作室$|总社$|总站$|集团$"
)
_AREA = re.compile(
    r"(?:国家级?)?(?:经济技术|高新技术产业|高新技术|高新|经济|综合)(?:开发|示范|产业)?区|经济特区|保税区|新区|开发区|工业园区?"
)
_TOWN = re.compile(r"[\u4e00-\u9fff]{2,3}?(?:镇|乡|街道)(?=.{4})")
_BRACKETED = re.compile(r"\(([^()]*)\)")
_MARKS = re.compile(r"[()·.,:;、，。\-—_/&+*]")
_GROUP_WORDS = frozenset(("集团", "控股", "控股集团", "有限合伙", "普通合伙", "特殊普通合伙"))


_FORMER = 4  # level of the stem of a former district: a place only behind another (上海南汇)


class _PlaceWord(NamedTuple):
    short: str
    level: int
    provinces: frozenset[str]
    full: bool


@cache
def _place_words() -> dict[str, _PlaceWord]:
    """Return the words for places at the head of a name: word → short form, level, provinces."""
    folder = data_folder("places")
    common = frozenset((folder / "common_words.txt").read_text(encoding="utf-8").split())
    words: dict[str, _PlaceWord] = {"中国": _PlaceWord("中国", 0, frozenset(), True)}
    with (folder / "divisions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            level = int(row["level"])
            short = row[("province", "city", "county")[level - 1]]
            current = not row["until"]
            # A former name keeps its own stem: a firm called 户县… writes 户县, not 鄠邑.
            stem = short if current else re.sub(r"(?:地区|市|县|区|盟|旗)$", "", row["name"])
            stem = stem if len(stem) > 1 else row["name"]
            forms = ((row["name"], level, True), (stem, level if current else _FORMER, False))
            for word, level, full in forms:
                if len(word) < 2 or (not full and level > 2 and word in common):
                    continue
                known = words.get(word)
                provinces = frozenset((row["province"],)) | (known.provinces if known else set())
                if known is None or level < known.level:
                    words[word] = _PlaceWord(stem, level, provinces, full)
                else:
                    words[word] = known._replace(provinces=provinces)
    return words


@cache
def _learned() -> dict[str, Any]:
    """Return the learned figures: trade words and the weights of the similarity."""
    text = (data_folder("learned") / "names.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


@cache
def _trade_words() -> frozenset[str]:
    return frozenset(_learned()["trade_words"])


@cache
def _brand_counts() -> dict[str, int]:
    groups: dict[str, str] = _learned()["brands"]
    return {brand: int(count) for count, brands in groups.items() for brand in brands.split()}


def brand_count(brand: str) -> int:
    """Return how many of 200,000 registered firms bear a brand; 0 stands for two or fewer."""
    return _brand_counts().get(brand, 0)


def _leading_places(text: str, provinces: frozenset[str]) -> tuple[int, list[str]]:
    """Return how far the places at the head of ``text`` reach, and their short forms.

    ``provinces``: those of a place in brackets; 海林 in 海林装饰(上海) is a brand then.
    """
    words = _place_words()
    position = 0
    found: list[str] = []
    for _ in range(4):
        for length in range(min(11, len(text) - position - 2), 1, -1):
            word = words.get(text[position : position + length])
            if word is None or text[position + length] in "路街":
                continue
            if word.level == _FORMER and not found:
                continue
            if provinces and word.level and not word.full and not provinces & word.provinces:
                continue
            position += length
            found.append(word.short)
            provinces = (provinces & word.provinces) or word.provinces
            break
        else:
            area = _AREA.match(text, position) if found else None
            area = area or (_TOWN.match(text, position) if found else None)
            if area is None or len(text) - area.end() < 2:
                break
            found.append(area[0])
            position = area.end()
    return position, found


def _cut_trade(core: str, words: frozenset[str]) -> int:
    """Return where the trade begins in ``core``: the longest tail made of trade words."""
    start = len(core)
    while start > 0:
        for length in range(min(6, start), 1, -1):
            # A brand has two characters or none.
            if start - length != 1 and core[start - length : start] in words:
                start -= length
                break
        else:
            break
    return start


class ParsedName(NamedTuple):
    """What comparing needs of one name. ``places`` are short forms, senior first."""

    normal: str
    key: str  # normal form without marks
    firm_key: str  # the same without the branch part
    parts: NameParts
    places: tuple[str, ...]
    core: str  # brand + trade
    kind: str  # class of the legal form
    branch: str  # branch part without marks


@cache
def _scope_pairs() -> frozenset[str]:
    return frozenset(_learned()["scope_pairs"].split())


def describes(brand: str) -> bool:
    """Return whether what stands in the place of a brand is the wording of a trade (外轮供应).

    Most of its character pairs are then common in business scopes.
    """
    pairs = [brand[i : i + 2] for i in range(len(brand) - 1)]
    known = _scope_pairs()
    return sum(pair in known for pair in pairs) >= 0.6 * len(pairs)


def differ_in_number(a: ParsedName, b: ParsedName) -> bool:
    """Return whether two names count differently: 第二 and 第四."""
    return _ORDINAL.findall(a.core + a.branch) != _ORDINAL.findall(b.core + b.branch)


def _kind(form: str) -> str:
    """Return the class of a legal form; 有限公司 and 有限责任公司 are one."""
    group = "集团" if "集团" in form else ""
    if not form.endswith("公司"):
        return form.strip("()") or group
    if "股份" in form:
        return group + "股份"
    return group + ("有限" if "有限" in form else "公司")


@lru_cache(maxsize=1 << 16)
def parsed_name(name: str) -> ParsedName:
    """Parse a name for comparing; remembered, because candidates come up again and again."""
    normal = normal_name(name)
    head = _HEAD.match(normal)
    firm, branch = (head[1], head[2]) if head else (normal, "")
    if branch and not _MARKS.sub("", branch):
        branch = ""
    form_match = _FORM.search(firm)
    form = form_match[0] if form_match and form_match.start() > 1 else ""
    rest = firm[: len(firm) - len(form)] if form else firm
    inside: list[str] = []
    place_text = ""
    provinces: frozenset[str] = frozenset()
    if "(" in rest:
        for bracket in _BRACKETED.finditer(rest):
            word = _place_words().get(bracket[1])
            if word is not None:
                inside.append(word.short)
                place_text += bracket[1]
                provinces |= word.provinces
            elif bracket[1] in _GROUP_WORDS:
                form = bracket[1] + form
        rest = _BRACKETED.sub(
            lambda m: "" if m[1] in _place_words() or m[1] in _GROUP_WORDS else m[0], rest
        )
    end, places = _leading_places(rest, provinces)
    core = _MARKS.sub("", rest[end:])
    if not core and places:  # 上海公司: nothing but a place
        core, end = rest, 0
        places = []
    cut = _cut_trade(core, _trade_words())
    parts = NameParts(rest[:end] + place_text, core[:cut], core[cut:], form, branch)
    return ParsedName(
        normal,
        _MARKS.sub("", normal),
        _MARKS.sub("", firm),
        parts,
        (*places, *inside),
        core,
        _kind(form),
        _MARKS.sub("", branch),
    )


def parse_name(name: str) -> NameParts:
    """Cut a company name into place, brand, trade, legal form and branch part."""
    return parsed_name(name).parts


# Blocking: character unigrams and bigrams, weighted by how rare they are, in plain numpy. Fitting
# scikit-learn's vectoriser would cost more time to import than a whole run takes.

_COMMON_GRAM = 0.03  # grams in a larger share of the names find nothing
_SMALL = 100  # up to so many names every gram is used
_RELATIVE = 0.5  # names that reach less than this share of the best score are not returned
_CELLS = 1 << 21  # scores held at once


def _points(keys: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the code points of all keys in one array, and the key that each belongs to."""
    lengths = np.fromiter((len(key) for key in keys), np.int64, len(keys))
    text = "".join(keys).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(text, np.uint32).astype(np.int64), np.repeat(np.arange(len(keys)), lengths)


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sorted distinct values; np.unique hashes large arrays, which is much slower."""
    ordered: NDArray[np.int64] = np.sort(values)
    fresh: NDArray[np.bool_] = np.diff(ordered, prepend=ordered[:1] - 1) != 0
    return ordered[fresh]


class NameIndex:
    """Finds, among many names, those that share rare characters and pairs with a question.

    The weights come from the names of the index alone, so a question gets the same answer whatever
    it is asked together with.
    """

    def __init__(self, names: Sequence[str]) -> None:
        keys = [_MARKS.sub("", normal_name(name)) for name in names]
        self._size = len(keys)
        self._characters = np.zeros(0, np.int64)
        self._characters = _distinct(_points(keys)[0])
        owners, grams = self._grams(keys)
        # One sort gives the postings: by gram, then by name.
        both = _distinct(grams * max(self._size, 1) + owners)
        owners, grams = both % max(self._size, 1), both // max(self._size, 1)
        first = np.flatnonzero(np.diff(grams, prepend=-1))
        counts = np.diff(first, append=len(grams))
        self._vocabulary = grams[first]
        self._weights = np.log((1 + self._size) / (1 + counts)) + 1
        squares = np.repeat(self._weights**2, counts)
        norms = np.sqrt(np.bincount(owners, squares, minlength=self._size))
        self._scale = 1 / np.maximum(norms, 1e-9)
        self._postings = owners.astype(np.int32)
        self._starts = np.append(first, len(grams))
        self._default = float(np.log(1 + self._size) + 1)  # of a gram that no name has

    def __len__(self) -> int:
        return self._size

    def _grams(self, keys: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (owner, gram) of every character and pair; unknown characters share number 0."""
        points, owner = _points(keys)
        if not len(points):
            return owner, points
        numbers = np.searchsorted(self._characters, points)
        known = self._characters[np.minimum(numbers, len(self._characters) - 1)] == points
        numbers = np.where(known, numbers + 1, 0)
        base = len(self._characters) + 1
        inner = owner[1:] == owner[:-1]
        pairs = numbers[:-1][inner] * base + numbers[1:][inner]
        return (
            np.concatenate([owner, owner[1:][inner]]),
            np.concatenate([numbers + base * base, pairs]),
        )

    def candidates(self, name: str, limit: int = 10, floor: float = 0.0) -> list[tuple[int, float]]:
        """Return up to ``limit`` (position, cosine 0…1) of the nearest names, best first.

        Names below ``floor`` or below half of the best one are left out.
        """
        return self.candidates_of([name], limit, floor)[0]

    def candidates_of(
        self, names: Sequence[str], limit: int = 10, floor: float = 0.0
    ) -> list[list[tuple[int, float]]]:
        """Return :meth:`candidates` of each name."""
        if not len(self._vocabulary):
            return [[] for _ in names]
        keys = [_MARKS.sub("", normal_name(name)) for name in names]
        owners, grams = self._grams(keys)
        order = np.lexsort((grams, owners))
        owners, grams = owners[order], grams[order]
        fresh = (np.diff(grams, prepend=-1) != 0) | (np.diff(owners, prepend=-1) != 0)
        owners, grams = owners[fresh], grams[fresh]
        places = np.searchsorted(self._vocabulary, grams)
        places = np.minimum(places, len(self._vocabulary) - 1)
        known = self._vocabulary[places] == grams
        weight = np.where(known, self._weights[places], self._default)
        norms = np.sqrt(np.bincount(owners, weight**2, minlength=len(keys)))
        useful = known & self._useful(places, owners, known, len(keys))
        owners, places = owners[useful], places[useful]
        results: list[list[tuple[int, float]]] = []
        step = max(1, _CELLS // self._size)
        for start in range(0, len(keys), step):
            stop = min(start + step, len(keys))
            part = slice(*np.searchsorted(owners, (start, stop)))
            results += self._best(
                owners[part] - start, places[part], norms[start:stop], limit, floor
            )
        return results

    def _useful(
        self,
        places: NDArray[np.int64],
        owners: NDArray[np.int64],
        known: NDArray[np.bool_],
        questions: int,
    ) -> NDArray[np.bool_]:
        """Return which grams are worth following: the rare ones, where a name has enough."""
        if self._size <= _SMALL:
            return known
        counts = self._starts[places + 1] - self._starts[places]
        rare: NDArray[np.bool_] = known & (counts <= max(self._size * _COMMON_GRAM, 30))
        enough = np.bincount(owners, rare, minlength=questions) >= 4
        useful: NDArray[np.bool_] = rare | ~enough[owners]
        return useful

    def _best(
        self,
        owners: NDArray[np.int64],
        places: NDArray[np.int64],
        norms: NDArray[np.float64],
        limit: int,
        floor: float,
    ) -> list[list[tuple[int, float]]]:
        """Return the best names for a few questions, by adding up the postings of their grams."""
        starts = self._starts[places]
        counts = self._starts[places + 1] - starts
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        hits = self._postings[np.repeat(starts - ends + counts, counts) + np.arange(total)]
        cells = np.repeat(owners * self._size, counts) + hits
        gains = np.repeat(self._weights[places] ** 2, counts)
        scores = np.bincount(cells, gains, minlength=len(norms) * self._size)
        table = scores.reshape(len(norms), self._size) * self._scale
        least = np.maximum(table.max(axis=1) * _RELATIVE, np.maximum(norms * floor, 1e-9))
        cells = np.flatnonzero(table >= least[:, None])
        rows, columns = cells // self._size, cells % self._size
        values = table.ravel()[cells]
        order = np.lexsort((columns, -values, rows))
        rows, columns, values = rows[order], columns[order], values[order] / norms[rows[order]]
        kept = np.arange(len(rows)) - np.searchsorted(rows, rows) < limit
        found: list[list[tuple[int, float]]] = [[] for _ in norms]
        for row, column, value in zip(
            rows[kept].tolist(), columns[kept].tolist(), values[kept].tolist(), strict=True
        ):
            found[row].append((column, min(1.0, value)))
        return found


# Similarity: features that can be read aloud, weighed by a logistic regression.

_ORDINAL = re.compile(r"[一二三四五六七八九十百\d]+")
FEATURES = (
    "same_key",
    "same_firm",
    "core_equal",
    "core_ratio",
    "key_ratio",
    "brand_equal",
    "brand_ratio",
    "trade_ratio",
    "contained",
    "place_equal",
    "place_missing",
    "place_conflict",
    "kind_equal",
    "kind_conflict",
    "branch_one",
    "branch_ratio",
    "branch_differs",
    "number_conflict",
    "brand_swap",
    "brand_swap_known",
    "core_edits",
    "one_edit",
    "short_core",
    "brandless",
)


def same_places(a: ParsedName, b: ParsedName) -> float:
    """Return 1 where the finest places are equal, 0 where one is missing, -1 in conflict."""
    if not a.places or not b.places:
        return 1.0 if not a.places and not b.places else 0.0
    if a.places[-1] == b.places[-1]:
        return 1.0
    first, second = set(a.places), set(b.places)
    return 0.0 if first <= second or second <= first else -1.0


def same_firm(a: ParsedName, b: ParsedName) -> bool:
    """Return whether two names are one but for spelling.

    Either nothing but marks differs, or the finest place, the core, the class of the legal form and
    the branch are equal.
    """
    if a.key == b.key:
        return bool(a.key)
    return (
        a.core == b.core != ""
        and a.kind == b.kind
        and a.branch == b.branch
        and a.places[-1:] == b.places[-1:]
    )


def _ratio(a: str, b: str) -> float:
    return fuzz.ratio(a, b) / 100 if a or b else 1.0


def _features(a: ParsedName, b: ParsedName) -> list[float]:
    """Return the values of ``FEATURES`` for two names, context-free and symmetrical."""
    one_branch = bool(a.branch) != bool(b.branch)
    place = same_places(a, b)
    left, right = (a.firm_key, b.firm_key) if one_branch else (a.key, b.key)
    shorter, longer = sorted((a.core, b.core), key=len)
    branches = bool(a.branch) and bool(b.branch)
    brands = a.parts.brand, b.parts.brand
    # Another character in the brand is a slip, or another firm: surely so where both are known.
    swap = brands[0] != brands[1] and all(brands) and a.core != b.core
    known = swap and brand_count(brands[0]) > 0 and brand_count(brands[1]) > 0
    kind_conflict = (a.kind != b.kind) and bool(a.kind) and bool(b.kind)
    return [
        a.key == b.key,
        same_firm(a, b),
        a.core == b.core and bool(a.core),
        _ratio(a.core, b.core),
        _ratio(left, right),
        a.parts.brand == b.parts.brand and bool(a.parts.brand),
        _ratio(a.parts.brand, b.parts.brand),
        _ratio(a.parts.trade, b.parts.trade),
        len(shorter) >= 2 and shorter in longer,
        place > 0,
        place == 0,
        place < 0,
        a.kind == b.kind,
        kind_conflict,
        one_branch,
        _ratio(a.branch, b.branch) if branches else 0.0,
        branches and a.branch != b.branch,
        not one_branch and differ_in_number(a, b),
        swap and abs(len(brands[0]) - len(brands[1])) == 0,
        (brand_count(brands[0]) > 0) + known if swap else 0,
        min(Levenshtein.distance(a.core, b.core, score_cutoff=4), 4) / 4,
        0 < Levenshtein.distance(left, right, score_cutoff=1) < 2,
        min(len(shorter), 6) / 6,
        not (a.parts.brand and b.parts.brand),
    ]


class Similarity(NamedTuple):
    """``value`` 0…1 that two names are written for one firm, and what it rests on.

    ``parts`` holds the similarity of each part, ``why`` one Chinese sentence.
    """

    value: float
    parts: dict[str, float]
    why: str


@cache
def _weights(model: str, features: tuple[str, ...]) -> tuple[float, tuple[float, ...]]:
    learned = _learned()[model]
    return learned["constant"], tuple(learned[name] for name in features)


def _logistic(model: str, features: tuple[str, ...], values: Sequence[float]) -> float:
    constant, weights = _weights(model, features)
    total = constant + sum(w * value for w, value in zip(weights, values, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _pair_score(a: ParsedName, b: ParsedName) -> float:
    return _logistic("pair", FEATURES, _features(a, b))


# A pair among the other candidates for one question: is it the best, and by how much?
CONTEXT_FEATURES = (
    "pair",
    "cosine",
    "lead",
    "behind",
    "province_equal",
    "province_conflict",
    "city_equal",
    "city_conflict",
    "twins",
    "brand_mates",
    "place_missing",
    "same_firm",
    "branch_one",
)


class Candidate(NamedTuple):
    """One possible answer. ``probability`` that the question is written for this firm or for a
    branch of it (or the other way round); ``same`` where only the spelling differs."""

    position: int
    probability: float
    same: bool


def judge(
    question: str,
    found: Sequence[tuple[int, str, float]],
    places: Sequence[tuple[str, str]] = (),
    home: tuple[str, str] = ("", ""),
) -> list[Candidate]:
    """Return calibrated candidates, best first.

    ``found`` holds (position, name, cosine) of what :class:`NameIndex` returned for ``question``;
    ``places`` the (province, city) of each, ``home`` that of the question; "" is unknown.
    """
    values = context_features(question, found, places, home)
    result = [
        Candidate(position, _logistic("context", CONTEXT_FEATURES, row), bool(row[11]))
        for (position, _, _), row in zip(found, values, strict=True)
    ]
    return sorted(result, key=lambda candidate: (-candidate.probability, candidate.position))


def context_features(
    question: str,
    found: Sequence[tuple[int, str, float]],
    places: Sequence[tuple[str, str]] = (),
    home: tuple[str, str] = ("", ""),
) -> list[list[float]]:
    """Return the values of ``CONTEXT_FEATURES`` for each candidate of one question."""
    asked = parsed_name(question)
    parsed = [parsed_name(name) for _, name, _ in found]
    scores = [_pair_score(asked, other) for other in parsed]
    logits = [math.log((score + 1e-6) / (1 - score + 1e-6)) for score in scores]
    ordered = sorted(logits, reverse=True)
    rows = []
    for number, (other, logit, (_, _, cosine)) in enumerate(
        zip(parsed, logits, found, strict=True)
    ):
        rival = ordered[0] if logit < ordered[0] else (ordered[1] if len(ordered) > 1 else -14.0)
        province, city = places[number] if places else ("", "")
        known = bool(home[0] and province)
        known_city = known and home[0] == province and bool(home[1] and city)
        rows.append(
            [
                logit,
                cosine,
                min(max(logit - rival, 0.0), 6.0),
                min(max(rival - logit, 0.0), 6.0),
                known and home[0] == province,
                known and home[0] != province,
                known_city and home[1] == city,
                known_city and home[1] != city,
                math.log1p(sum(p.core == other.core for p in parsed) - 1),
                math.log1p(sum(p.parts.brand == other.parts.brand for p in parsed) - 1),
                same_places(asked, other) == 0,
                same_firm(asked, other),
                bool(asked.branch) != bool(other.branch),
            ]
        )
    return rows


def name_similarity(a: str, b: str) -> Similarity:
    """Return how surely two names are written for one firm, from the names alone.

    A branch and its firm score as one firm; :func:`chainmatch.identity.link` tells them apart.
    """
    first, second = parsed_name(a), parsed_name(b)
    values = dict(zip(FEATURES, _features(first, second), strict=True))
    place = same_places(first, second)
    parts = {
        "place": (place + 1) / 2,
        "brand": values["brand_ratio"],
        "trade": values["trade_ratio"],
        "form": 1.0 if first.kind == second.kind else 0.0,
        "branch": values["branch_ratio"] if first.branch and second.branch
        else float(first.branch == second.branch),
    }  # fmt: skip
    return Similarity(_pair_score(first, second), parts, explain_names(first, second))


def explain_names(a: ParsedName, b: ParsedName) -> str:
    """Say in one Chinese sentence in what two parsed names agree and differ."""
    if a.key == b.key:
        return "名称规范后相同"
    notes = []
    for title, left, right in (
        ("地名", "".join(a.places), "".join(b.places)),
        ("字号", a.parts.brand, b.parts.brand),
        ("行业", a.parts.trade, b.parts.trade),
        ("组织形式", a.parts.form, b.parts.form),
        ("分支", a.branch, b.branch),
    ):
        if left != right:
            notes.append(f"{title}“{left or '无'}”与“{right or '无'}”")
    same = "字号相同，" if a.parts.brand and a.parts.brand == b.parts.brand else ""
    return same + ("、".join(notes) + "不同" if notes else "仅标点或写法不同")
