"""Typed matching of leads (线索): reading their prose, proposing partners, assigning them."""

from chainmatch.leads.assign import assign
from chainmatch.leads.book import NO_PARTNER
from chainmatch.leads.clauses import KINDS, NEED, PROJECT, WILL
from chainmatch.leads.matching import match_leads, read_all
from chainmatch.leads.prospects import Scout, chosen_groups
from chainmatch.leads.reading import LeadReader, LeadReading

__all__ = [
    "KINDS",
    "NEED",
    "NO_PARTNER",
    "PROJECT",
    "WILL",
    "LeadReader",
    "LeadReading",
    "Scout",
    "assign",
    "chosen_groups",
    "match_leads",
    "read_all",
]
