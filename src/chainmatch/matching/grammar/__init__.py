"""The grammar of business scopes: a scope (经营范围) becomes items (经营项目).

A scope is a list of clauses (``；`` ``。`` or a line break between them), a clause a list of
segments (``、`` ``，`` ``：`` or a blank). A segment is an object, a verb, or both. The verb stands

=========  =============================  =============================================
place      example                        rule
=========  =============================  =============================================
on it      ``片剂制造；片剂销售``          the segment's own verbs count
after      ``片剂、颗粒剂的生产、销售``    verbs reach back over bare segments to the nearest ``，``
before     ``生产、销售：片剂、颗粒剂``    verbs reach forward to the next segment with its own
nowhere    ``片剂、颗粒剂``                the item is bare: its activities are unknown
=========  =============================  =============================================

Only verbs at the ends of a segment are verbs of the item: in ``食品加工机械销售`` a machine is
sold, nothing is processed. Brackets hold exclusions (``不含X`` ``X除外``), conditions
(``凭许可证经营``) or further items, which share the activity of what they stand behind. What a
scope excludes or only quotes from the law is no item.

Every function keeps positions: ``text[item.start:item.end]`` is the phrase as the firm wrote it.

A batch of scopes is read in steps, each of which looks at all of it at once: :mod:`.cleaning`
blanks out what is no trade, :mod:`.scope_batch` cuts the rest into clauses and tokens,
:mod:`.segments` reads each distinct token, :mod:`.clause_verbs` works out once for each sequence of
segments where verbs reach (:mod:`.verb_scope`), and :mod:`.reading` puts it together.
"""

from chainmatch.matching.grammar.activities import NOTHING
from chainmatch.matching.grammar.cleaning import is_branch_only
from chainmatch.matching.grammar.reading import (
    Item,
    Reading,
    read_clauses,
    read_scope,
    read_scopes,
)
from chainmatch.matching.grammar.scope_batch import ScopeBatch, cut
from chainmatch.matching.grammar.segments import TokenSegments, read_tokens

__all__ = [
    "NOTHING",
    "Item",
    "Reading",
    "ScopeBatch",
    "TokenSegments",
    "cut",
    "is_branch_only",
    "read_clauses",
    "read_scope",
    "read_scopes",
    "read_tokens",
]
