"""The commands on lists of any size: in pieces, in several processes, in bounded memory.

A list is cut into pieces (:mod:`chainmatch.tables.pieces`); each piece is read and worked on by
itself (``pipeline.batches``), by as many processes as asked for. What is found goes to a
folder of parts beside the result; when all parts are there they become the result, whole or not at
all. A run that was stopped goes on from its finished parts.
"""

from chainmatch.pipeline.stream.checking import check
from chainmatch.pipeline.stream.ordered_pool import default_jobs
from chainmatch.pipeline.stream.ranking import rank
from chainmatch.pipeline.stream.verbs import link, match
from chainmatch.pipeline.stream.work import Options

__all__ = ["Options", "check", "default_jobs", "link", "match", "rank"]
