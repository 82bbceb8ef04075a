"""chainmatch: industry-chain graphs, gaps and shortlists that can be defended line by line.

The names below mirror the commands; each is loaded when it is first used, so that importing the
package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chainmatch._version import __version__
from chainmatch.errors import ChainmatchError

if TYPE_CHECKING:
    from chainmatch.chainbook import copy_chains, export_chains, import_chains
    from chainmatch.chains import check_chains, read_chains, trace
    from chainmatch.gaps import survey
    from chainmatch.identity import find, link, resolve
    from chainmatch.leads import match_leads
    from chainmatch.learning import evaluate, learn_weights, read_returned
    from chainmatch.profile import read_profile
    from chainmatch.ranking import rank
    from chainmatch.report import write_report
    from chainmatch.runs import diff, explain
    from chainmatch.scoring import score
    from chainmatch.sectors import match
    from chainmatch.shortlist import select
    from chainmatch.tables import read_firms, read_leads

_HOMES = {
    "check_chains": "chains",
    "copy_chains": "chainbook",
    "diff": "runs",
    "evaluate": "learning",
    "explain": "runs",
    "export_chains": "chainbook",
    "find": "identity",
    "import_chains": "chainbook",
    "learn_weights": "learning",
    "link": "identity",
    "match": "sectors",
    "match_leads": "leads",
    "rank": "ranking",
    "read_chains": "chains",
    "read_firms": "tables",
    "read_leads": "tables",
    "read_profile": "profile",
    "read_returned": "learning",
    "resolve": "identity",
    "score": "scoring",
    "select": "shortlist",
    "survey": "gaps",
    "trace": "chains",
    "write_report": "report",
}

__all__ = [
    "ChainmatchError",
    "__version__",
    "check_chains",
    "copy_chains",
    "diff",
    "evaluate",
    "explain",
    "export_chains",
    "find",
    "import_chains",
    "learn_weights",
    "link",
    "match",
    "match_leads",
    "rank",
    "read_chains",
    "read_firms",
    "read_leads",
    "read_profile",
    "read_returned",
    "resolve",
    "score",
    "select",
    "survey",
    "trace",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'chainmatch' has no attribute {name!r}")
    return getattr(import_module(f"chainmatch.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
