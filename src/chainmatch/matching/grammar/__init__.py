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

A page of scopes is read in steps, each of which looks at all of it at once: :mod:`.cleaning` blanks
out what is no trade, :mod:`.scope_batch` cuts the rest into clauses and tokens, :mod:`.vocabulary`
reads each token once (:mod:`.segments`; the verbs behind objects: :mod:`.endings`),
:mod:`.sequences` works out once for each block of segments (:mod:`.blocks`) where verbs reach
(:mod:`.verb_scope`), and :mod:`.reading` puts it together.
"""

from chainmatch.matching.grammar.activities import NOTHING
from chainmatch.matching.grammar.items import Item, read_scope, read_scopes
from chainmatch.matching.grammar.reading import Reader, Reading
from chainmatch.matching.grammar.scope_batch import Page, cut

__all__ = ["NOTHING", "Item", "Page", "Reader", "Reading", "cut", "read_scope", "read_scopes"]
