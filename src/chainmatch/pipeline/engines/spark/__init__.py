"""The same functions on Spark: rows and numbers are those of the local run.

:class:`Spark` goes through a raw list for ``rank``, ``match_file`` and ``link_file``; ``match`` and
``link`` make of a Spark DataFrame of firms another one. Rows travel as Arrow record batches
(``mapInArrow``); what looks at a whole list works on the driver, on the small result. What a step
needs is built once in each Python worker process. Needs the extra ``spark`` and Java; importing
this package needs neither.
"""

from chainmatch.pipeline.engines.spark.arrow import gather
from chainmatch.pipeline.engines.spark.engine import Spark
from chainmatch.pipeline.engines.spark.firms import link, match
from chainmatch.pipeline.engines.spark.session import session
from chainmatch.pipeline.engines.spark.sources import open_listing

__all__ = ["Spark", "gather", "link", "match", "open_listing", "session"]
