"""Company names: normal form, credit codes, parts, similarity and blocking.

``normal``, ``codes`` and ``parsing`` read one name, ``blocking`` finds names that could be meant,
``similarity`` says how surely two are one firm's and ``spelling`` what a difference is worth;
``learned`` reads what was counted in real registrations.
"""

from chainmatch.names.blocking import NameIndex
from chainmatch.names.codes import clean_code, valid_code
from chainmatch.names.learned import brand_count, describes
from chainmatch.names.normal import normal_name
from chainmatch.names.parsing import NameParts, ParsedName, parse_name, parsed_name
from chainmatch.names.similarity import (
    CONTEXT_FEATURES,
    FEATURES,
    Candidate,
    Similarity,
    context_features,
    differ_in_number,
    explain_names,
    judge,
    name_similarity,
    same_firm,
    same_places,
)
from chainmatch.names.spelling import difference, spelling_confidence

__all__ = [
    "CONTEXT_FEATURES",
    "FEATURES",
    "Candidate",
    "NameIndex",
    "NameParts",
    "ParsedName",
    "Similarity",
    "brand_count",
    "clean_code",
    "context_features",
    "describes",
    "differ_in_number",
    "difference",
    "explain_names",
    "judge",
    "name_similarity",
    "normal_name",
    "parse_name",
    "parsed_name",
    "same_firm",
    "same_places",
    "spelling_confidence",
    "valid_code",
]
