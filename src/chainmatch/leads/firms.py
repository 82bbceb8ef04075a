"""Firms as partners of a lead: who does what it seeks, how well, and why.

The score of a firm is the clearness of the lead's mention × the weighted mean of the known parts:

fit (0.4)
    The firm's fit to the node.
words (0.3)
    Of the lead's own wordings for the node that the firm's scope, products or name hold: half the
    best, half the mean; with a weight of 0.3 against 0.7 also the best wording of what the lead
    has or does (水电 for who repairs its turbines); where buyers are sought, what the lead
    sells weighs 0.7. A wording held in part counts half its pairs of characters.
scale (0.15)
    ``1 + log10(capital / (0.2 · amount)) / 2`` within 0…1: a fifth of the amount is the least
    share of own capital in an investment. Unknown without capital in yuan or without amount.
zone (0.1)
    Priority of the target's zone. Where the lead wants partners from certain zones, only firms
    of these zones are proposed.
home (0.05)
    For projects: local firms one supply away from the node, ``W / (W + levels.partners)``.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from chainmatch.leads.book import WEAK, Book, Doing, Firm, Partner, mean, money, yuan
from chainmatch.leads.clauses import NEED, PROJECT, WILL
from chainmatch.leads.reading import BEYOND, LeadReading, Mention
from chainmatch.profile import Profile
from chainmatch.util.text import normalise

WEIGHTS = {"fit": 0.4, "words": 0.3, "scale": 0.15, "zone": 0.1, "home": 0.05}
OWN_CAPITAL = 0.2  # least share of own capital in an investment
CONTEXT = 0.3  # share of what a lead has or does in the part ``words``
BOUGHT = 0.7  # share of what a lead sells in the part ``words`` of a buyer
SURE = 0.65  # fit from which a weak match that holds no wording of the lead is still proposed
FAR_TOO_SMALL = 0.2  # part ``scale`` below which the sentence says so
SAME_TRADE = 0.6  # a local firm of the same trade as the investor: a joint venture, or a rival

_DEALS = re.compile("收购|购销|销售|批发|零售|经销|贸易")
_BRANCH = re.compile("^(.+?公司).+$")


def joins(reading: LeadReading, book: Book) -> tuple[Mention, ...]:
    """Where local firms would meet an investor: its inputs, its buyers, its own trade."""
    found = [mention._replace(way="supply") for mention in reading.seeks]
    for mention in reading.offers:
        if mention.way != "do":
            continue
        found.append(mention._replace(weight=mention.weight * SAME_TRADE, way="same"))
        if reading.seeks:  # it says itself whom it wants
            continue
        sides = (
            ("supply", book.graph.predecessors(mention.node)),
            ("buy", book.graph.successors(mention.node)),
        )
        for way, nodes in sides:
            for node in sorted(nodes):
                if book.chains[node] == book.chains[mention.node]:
                    weight = mention.weight * BEYOND
                    found.append(mention._replace(node=node, weight=weight, way=way, words=()))
    best: dict[str, Mention] = {}
    for mention in found:
        if mention.node not in best or mention.weight > best[mention.node].weight:
            best[mention.node] = mention
    return tuple(best.values())


def firm_partners(
    kind: str, reading: LeadReading, mentions: Iterable[Mention], book: Book
) -> Iterator[Partner]:
    """Yield the firms of one list that do what the mentions name, each with score and reason."""
    for mention in mentions:
        home = book.neighbours(mention.node)[0]
        known_home = home if kind == "target" and reading.kind == PROJECT else math.nan
        for doing in book.doing(kind, mention.node):
            firm = doing.firm
            zone = _zone(firm, reading, book.profile, kind)
            if zone is None or (mention.way == "deal" and not _DEALS.search(firm.text)):
                continue
            parts = {
                "fit": doing.fit,
                "words": _words(mention, reading, firm.text),
                "scale": _scale(firm.capital, reading),
                "zone": zone,
                "home": known_home,
            }
            score = mention.weight * mean(parts, WEIGHTS)
            if score < WEAK and parts["words"] == 0 and doing.fit < SURE:
                continue
            why = _firm_why(kind, reading, mention, doing, parts, book)
            group = group_of(firm.name)
            yield Partner(kind, firm.id, firm.name, score, why, mention.node, group)


def group_of(name: str) -> str:
    """Return what no two partners of one lead may share: the name of the firm without a branch."""
    return _BRANCH.sub(r"\1", name)


def _words(mention: Mention, reading: LeadReading, text: str) -> float:
    """The part ``words`` of a firm with this text; unknown where the lead has no word for it."""
    own = _own_words(reading)
    named = share_held(dict.fromkeys(mention.words), text)
    if mention.way in ("buy", "deal") and own:  # who buys it should say so
        bought = share_held(dict.fromkeys(own), text)
        return (1 - BOUGHT) * (named if named == named else bought) + BOUGHT * bought
    if not own or mention.way == "same" or reading.kind == WILL or named != named:
        return named
    return (1 - CONTEXT) * named + CONTEXT * max(_held(word, text) for word in own)


def share_held(words: Iterable[str], text: str) -> float:
    """Half the best, half the mean of how much of each wording the text holds; NaN for none."""
    held = [_held(_normal(word), text) for word in words]
    return (max(held) + math.fsum(held) / len(held)) / 2 if held else math.nan


_normal = lru_cache(maxsize=1 << 12)(normalise)  # the few words of a lead, firm after firm


def _held(word: str, text: str) -> float:
    """1 if the text holds the wording, else half the share of its pairs of characters."""
    if word in text:
        return 1.0
    pairs = [word[index : index + 2] for index in range(len(word) - 1)]
    return 0.5 * sum(pair in text for pair in pairs) / len(pairs) if pairs else 0.0


def _scale(capital: float, reading: LeadReading) -> float:
    if reading.kind == WILL or reading.amount is None or not capital > 0:
        return math.nan
    needed = OWN_CAPITAL * max(reading.amount[0], 1e-9)
    return min(1.0, max(0.0, 1 + math.log10(capital / needed) / 2))


def _zone(firm: Firm, reading: LeadReading, profile: Profile, kind: str) -> float | None:
    """The part ``zone``; None where the lead wants partners from elsewhere."""
    if reading.zones:
        if firm.zone in reading.zones or firm.province in reading.zones:
            return 1.0
        return None if firm.province else math.nan
    if kind == "local" or not firm.province:
        return math.nan
    if firm.zone in profile.zones:
        return profile.zones[firm.zone]
    home = firm.province == profile.home.province
    return profile.in_province if home else profile.elsewhere


# --- words ---------------------------------------------------------------------------------------


def _firm_why(
    kind: str,
    reading: LeadReading,
    mention: Mention,
    doing: Doing,
    parts: Mapping[str, float],
    book: Book,
) -> str:
    """The reason in one sentence, without its full stop."""
    firm = doing.firm
    where = "名称" if doing.quote in firm.name else "经营范围"
    told = [_relation(kind, reading, mention, doing, book), f"{where}写明“{doing.quote}”"]
    wanted = (*mention.words, *_own_words(reading)) if mention.way == "buy" else mention.words
    held = [word for word in wanted if len(word) > 1 and normalise(word) in firm.text]
    if held and not any(word in doing.quote for word in held):
        told.append(f"并写有“{held[0]}”")
    elif not held and mention.way == "do" and reading.kind != WILL:
        told.append(f"未直接写明“{mention.word}”")
    if kind == "target" and reading.kind == PROJECT and reading.amount and firm.capital > 0:
        apart = "，实力与项目悬殊" if parts["scale"] < FAR_TOO_SMALL else ""
        told.append(f"注册资本{yuan(firm.capital)}，项目需{money(reading.amount)}{apart}")
    if kind == "target" and firm.zone:
        told.append(f"位于{firm.zone}")
    if kind == "target" and reading.kind == PROJECT:
        neighbour = book.neighbours(mention.node)[1]
        told += [f"本地有{neighbour}等可配套"] if neighbour else []
    if firm.outcome:
        told.append(f"此前走访结果为“{firm.outcome}”")
    return "，".join(told)


def _relation(kind: str, reading: LeadReading, mention: Mention, doing: Doing, book: Book) -> str:
    here = "本地企业" if kind == "local" else "该企业"
    name = book.names[mention.node]
    trades = doing.activity == "trade" and reading.kind == NEED
    match mention.way:
        case "buy":
            return f"{here}处在下游“{name}”环节，可采购{_own(reading)}"
        case "deal":
            return f"{here}经营同类产品，可代销或收购{_own(reading)}"
        case "same":
            return f"{here}同在“{name}”环节，可合资或盘活存量"
    if reading.kind == PROJECT:
        return f"从事项目所需的“{name}”"
    if trades and {"make", "grow"} & set(book.graph.nodes[mention.node]["activities"]):
        return f"{here}经销“{name}”类产品，可供货"
    if reading.kind == WILL:
        return f"{here}处在“{name}”环节，可为其配套供应"
    return f"{here}从事所需的“{name}”"


def _own_words(reading: LeadReading) -> tuple[str, ...]:
    """The wordings of what the lead has or does."""
    return tuple(word for offer in reading.offers if offer.way == "do" for word in offer.words)


def _own(reading: LeadReading) -> str:
    words = [offer.word for offer in reading.offers if offer.way == "do"]
    return f"“{words[0]}”" if words else "其产品"
