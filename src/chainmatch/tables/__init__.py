"""Lists of firms and leads as offices keep them come in; every row is read or rejected.

``read_firms`` and ``read_leads`` find the header by its words, read every sheet that is a list, and
return a ``Reading``: the table, the rejects with file, sheet, row and reason, and what was noticed.
"""

from chainmatch.tables.reading import Reading, iter_firms, read_firms, read_leads

__all__ = ["Reading", "iter_firms", "read_firms", "read_leads"]
