"""Chains as a workbook and as a folder of one's own: export, import, copy.

Analysts work in Excel. One workbook holds a folder of chains, one sheet a kind of record, in
Chinese words; reading it back gives the same chains. Every cell is text, never a formula.
"""

from chainmatch.chains.workbook.export import export_chains
from chainmatch.chains.workbook.folders import copy_chains, import_chains

__all__ = ["copy_chains", "export_chains", "import_chains"]
