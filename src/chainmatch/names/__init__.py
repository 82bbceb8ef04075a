"""Company names: normal form, credit codes, parts, similarity and blocking.

``normal``, ``codes`` and ``parsing`` read one name, ``blocking`` finds names that could be meant,
``alignment`` says in what two differ, ``similarity`` how surely they are one firm's, ``spelling``
what a difference is worth;
``learned`` reads what was counted in real registrations.
"""

from chainmatch.names.alignment import MORE, differences, same_places
from chainmatch.names.blocking import NameIndex
from chainmatch.names.codes import clean_code, valid_code
from chainmatch.names.learned import brand_count, describes
from chainmatch.names.normal import key_of, normal_name, other_names
from chainmatch.names.parsing import NameParts, ParsedName, parse_name, parsed_name
from chainmatch.names.similarity import (
    CONTEXT_FEATURES,
    FEATURES,
    Candidate,
    Similarity,
    context_features,
    explain_names,
    judge,
    name_similarity,
    same_firm,
)
from chainmatch.names.spelling import spelling_confidence, spelling_kinds

__all__ = [
    "CONTEXT_FEATURES",
    "FEATURES",
    "MORE",
    "Candidate",
    "NameIndex",
    "NameParts",
    "ParsedName",
    "Similarity",
    "brand_count",
    "clean_code",
    "context_features",
    "describes",
    "differences",
    "explain_names",
    "judge",
    "key_of",
    "name_similarity",
    "normal_name",
    "other_names",
    "parse_name",
    "parsed_name",
    "same_firm",
    "same_places",
    "spelling_confidence",
    "spelling_kinds",
    "valid_code",
]
