"""Which local firms an officer can introduce as suppliers or buyers, beside those that only count.

A guess is enough to be counted with its weight, but not to be promised by name:

- a firm whose evidence for the node is ``uncertain`` is not introduced;
- a shop is not introduced as wholesale: it buys there itself. Wholesale is a node with 批发 and
  without 零售 in its name; a shop is who calls itself one (某某药店, 门市部, 超市) or quotes 零售
  and no 批发.
"""

import re

_SHOP = re.compile("(?:店|药房|门市部|超市|商场|商城|专柜)(?:[（(][^（）()]*[）)])?$")


def introduced(name: str, node_name: str, grade: str, quote: str) -> bool:
    """Return whether a firm (by name, with its evidence) can be introduced for a node."""
    if grade == "uncertain":
        return False
    wholesale = "批发" in node_name and "零售" not in node_name
    return not (wholesale and _is_shop(name, quote))


def _is_shop(name: str, quote: str) -> bool:
    return bool(_SHOP.search(name)) or ("零售" in quote and "批发" not in quote)
