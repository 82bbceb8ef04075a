"""The same functions on a Spark DataFrame: rows and numbers are those of the local run.

Rows travel as Arrow record batches (``mapInArrow``) through the pure functions of
``pipeline.batches``; what looks at a whole list works on the driver, on the small result. The
matcher is built once in each Python worker process. Needs the extra ``spark`` and Java; importing
this package needs neither.
"""

from chainmatch.pipeline.spark.arrow import gather
from chainmatch.pipeline.spark.firms import link, match
from chainmatch.pipeline.spark.ranking import rank
from chainmatch.pipeline.spark.results import link_file, match_file
from chainmatch.pipeline.spark.session import session
from chainmatch.pipeline.spark.sources import open_listing

__all__ = [
    "gather", "link", "link_file", "match", "match_file", "open_listing", "rank", "session",
]  # fmt: skip
