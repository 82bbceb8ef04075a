"""首报首谈: leads that say the same thing twice, and partners named for several leads."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz.fuzz import ratio

from chainmatch.util.text import normalise

SAME = 85.0  # similarity (0…100) of title and text from which two leads say the same

_SIGNS = re.compile(r"[\W_]+")


class Filed(NamedTuple):
    """When and as what a lead was filed; ``registered`` is an ISO date or ""."""

    lead_id: str
    kind: str
    title: str
    text: str
    registered: str


def twins(leads: Sequence[Filed]) -> dict[str, list[tuple[Filed, float]]]:
    """Return lead id → leads of the same kind that say the same, with the similarity 0…1."""
    texts = [_SIGNS.sub("", normalise(lead.title + lead.text)) for lead in leads]
    found: dict[str, list[tuple[Filed, float]]] = defaultdict(list)
    for i, one in enumerate(leads):
        for j in range(i + 1, len(leads)):
            other = leads[j]
            if one.kind != other.kind or not texts[i] or not texts[j]:
                continue
            similarity = ratio(texts[i], texts[j], score_cutoff=SAME)
            if similarity:
                found[one.lead_id].append((other, similarity / 100))
                found[other.lead_id].append((one, similarity / 100))
    return dict(found)


def first_filed(leads: Iterable[Filed]) -> list[Filed]:
    """Return leads in the order in which they were filed; undated ones last, ties as listed."""
    return sorted(leads, key=lambda lead: (not lead.registered, lead.registered))


def shared(partners: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], list[str]]:
    """Return (partner kind, partner id) → lead ids, where more than one lead names the partner."""
    named: dict[tuple[str, str], list[str]] = defaultdict(list)
    for lead_id, kind, partner in partners:
        if partner and kind != "gap":
            named[kind, partner].append(lead_id)
    return {key: list(dict.fromkeys(ids)) for key, ids in named.items() if len(set(ids)) > 1}


def note(lead_id: str, ids: Sequence[str], filed: Mapping[str, Filed]) -> str:
    """Say that several leads name one partner, and which of them speaks first."""
    first = first_filed(filed[other] for other in ids)[0]
    others = "、".join(other for other in ids if other != lead_id)
    if first.lead_id == lead_id:
        return f"首报首谈：{others}也推荐此对象，由本线索先谈"
    when = f"（{first.registered}登记）" if first.registered else ""
    return f"首报首谈：{others}也推荐此对象，由{first.lead_id}{when}先谈"
