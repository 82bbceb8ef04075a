"""chainmatch: industry-chain graphs, gaps and shortlists that can be defended line by line.

The names below mirror the commands; each is loaded when it is first used, so that importing the
package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chainmatch._version import __version__
from chainmatch.errors import ChainmatchError

if TYPE_CHECKING:
    from chainmatch.chains.graph import check_chains, read_chains, trace
    from chainmatch.chains.plain import plain_graph
    from chainmatch.chains.workbook import copy_chains, export_chains, import_chains
    from chainmatch.decision.gaps import survey
    from chainmatch.decision.learning import evaluate, learn_weights, read_returned
    from chainmatch.decision.scoring import score
    from chainmatch.decision.shortlist import select
    from chainmatch.identity.linking import link
    from chainmatch.identity.resolution import resolve
    from chainmatch.identity.search import find
    from chainmatch.leads import match_leads
    from chainmatch.matching.tables import match
    from chainmatch.pipeline.draft import draft_profile
    from chainmatch.pipeline.rank import rank
    from chainmatch.profile import read_profile
    from chainmatch.report.brief import read_brief, write_brief
    from chainmatch.report.folder import write_report
    from chainmatch.report.runs import diff, explain
    from chainmatch.scenarios.whatif import whatif
    from chainmatch.tables import read_firms, read_leads
    from chainmatch.tables.arrow import to_arrow, to_polars
    from chainmatch.training.train import train
    from chainmatch.util.resources import use_learned

_HOMES = {
    "check_chains": "chains.graph",
    "copy_chains": "chains.workbook",
    "diff": "report.runs",
    "draft_profile": "pipeline.draft",
    "evaluate": "decision.learning",
    "explain": "report.runs",
    "export_chains": "chains.workbook",
    "find": "identity.search",
    "import_chains": "chains.workbook",
    "learn_weights": "decision.learning",
    "link": "identity.linking",
    "match": "matching.tables",
    "match_leads": "leads",
    "plain_graph": "chains.plain",
    "rank": "pipeline.rank",
    "read_brief": "report.brief",
    "read_chains": "chains.graph",
    "read_firms": "tables",
    "read_leads": "tables",
    "read_profile": "profile",
    "read_returned": "decision.learning",
    "resolve": "identity.resolution",
    "score": "decision.scoring",
    "select": "decision.shortlist",
    "survey": "decision.gaps",
    "trace": "chains.graph",
    "to_arrow": "tables.arrow",
    "to_polars": "tables.arrow",
    "train": "training.train",
    "use_learned": "util.resources",
    "whatif": "scenarios.whatif",
    "write_brief": "report.brief",
    "write_report": "report.folder",
}

__all__ = [
    "ChainmatchError",
    "__version__",
    "check_chains",
    "copy_chains",
    "diff",
    "draft_profile",
    "evaluate",
    "explain",
    "export_chains",
    "find",
    "import_chains",
    "learn_weights",
    "link",
    "match",
    "match_leads",
    "plain_graph",
    "rank",
    "read_brief",
    "read_chains",
    "read_firms",
    "read_leads",
    "read_profile",
    "read_returned",
    "resolve",
    "score",
    "select",
    "survey",
    "to_arrow",
    "to_polars",
    "trace",
    "train",
    "use_learned",
    "whatif",
    "write_brief",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'chainmatch' has no attribute {name!r}")
    return getattr(import_module(f"chainmatch.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
