"""The verbs of business scopes and the activities they name; joiners and fillers around them."""

from chainmatch.util.resources import data_rows

# What speaks about a thing and does not do it: 医药技术开发 stands in the scope of any drug dealer.
TECHNIQUE = "technique"

_LISTS = {row["list"]: tuple(row["words"].split()) for row in data_rows("words/verbs.csv")}

# Several activities: the verb alone does not decide between them.
VERBS: dict[str, frozenset[str]] = {
    verb: frozenset(name.removeprefix("verb ").split("+"))
    for name, verbs in _LISTS.items()
    if name.startswith("verb ")
    for verb in verbs
}
# Verbs that may stand in front of their object. Not every verb may: 保健食品 is a food.
LEADING = _LISTS["leading"]
# These too, unless what follows makes a noun of them: 加工机械, 养殖场.
LEADING_UNLESS_NOUN = _LISTS["leading unless noun"]
# What makes a noun of a verb; regular expressions.
NOUN_ENDS = _LISTS["noun ends"]
JOINERS = _LISTS["joiners"]
FILLERS_BEFORE = _LISTS["fillers before"]
FILLERS_AFTER = _LISTS["fillers after"]
# These name a trade when they stand alone in a list (卷烟、纺织、餐饮), they give none a verb.
TRADES = frozenset(_LISTS["trades"])
