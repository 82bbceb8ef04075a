"""Chains as a workbook, in formats of other programs, as a folder of one's own.

Analysts work in Excel. One workbook holds a folder of chains, one sheet a kind of record, in
Chinese words; reading it back gives the same chains. Every cell is text, never a formula. Other
programs get the same in their formats (:mod:`chainmatch.chains.workbook.formats`).
"""

from chainmatch.chains.workbook.folders import copy_chains, import_chains
from chainmatch.chains.workbook.formats import export_chains

__all__ = ["copy_chains", "export_chains", "import_chains"]
