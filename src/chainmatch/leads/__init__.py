"""Typed matching of leads (线索): reading their prose, proposing partners, assigning them."""

from chainmatch.leads.assign import assign
from chainmatch.leads.clauses import KINDS, NEED, PROJECT, WILL
from chainmatch.leads.firms import group_of
from chainmatch.leads.matching import match_leads, read_all
from chainmatch.leads.prospects import Scout, chosen_groups
from chainmatch.leads.reading import LeadReader, LeadReading

__all__ = [
    "KINDS",
    "NEED",
    "PROJECT",
    "WILL",
    "LeadReader",
    "LeadReading",
    "Scout",
    "assign",
    "chosen_groups",
    "group_of",
    "match_leads",
    "read_all",
]
