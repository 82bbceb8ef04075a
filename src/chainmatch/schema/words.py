"""The words that cells of tables hold, in Chinese for people, and what they mean. Each once."""

import math
from collections.abc import Mapping

from chainmatch.schema.activities import ACTIVITIES
from chainmatch.util.resources import data_rows
from chainmatch.util.rounding import UNKNOWN, figure

_LABELS = list(data_rows("words/labels.csv"))


def _labels(table: str, what: str = "word") -> dict[str, str]:
    return {row["key"]: row[what] for row in _LABELS if row["table"] == table}


STATUS, STATUS_MEANING = _labels("status"), _labels("status", "meaning")
GAP_KINDS, GAP_MEANING = _labels("gap kind"), _labels("gap kind", "meaning")
WAYS, WAY_MEANING = _labels("way"), _labels("way", "meaning")
GRADES, GRADE_MEANING = _labels("grade"), _labels("grade", "meaning")
PARTNERS = _labels("partner")
RELATIONS = _labels("relation")
STAGES = _labels("stage")
INPUTS = _labels("input")
SIDES = _labels("side")
OUTCOMES: tuple[str, ...] = ("签约", "在谈", "拒绝", "未联系")
NO_ZONE = "其他地区"
NO_PROVINCE = "省份不详"
NO_CITY = "城市不详"
NO_NODE = "不在产业链内"


def word(table: Mapping[str, str], key: object) -> str:
    """Return the Chinese word for ``key``, or ``key`` itself if the table has none."""
    return table.get(str(key), str(key))


def number(value: object) -> str:
    """Return a score with two digits; 未知 for an unknown one."""
    return UNKNOWN if unknown(value) else figure(float(str(value)))


def unknown(value: object) -> bool:
    """Return whether a cell is empty: None, NaN or a missing integer."""
    return (
        value is None
        or str(value) in ("", "<NA>")
        or (isinstance(value, float) and math.isnan(value))
    )


def node(name: object) -> str:
    """Return the name of a node; 不在产业链内 for a firm that no chain knows."""
    return NO_NODE if unknown(name) else str(name)


def stage(key: object) -> str:
    """Return 上游, 中游, 下游 or 配套."""
    return word(STAGES, key)


def activities(keys: object, most: int = 9) -> str:
    """Return the activities of a node, joined with 、; 等 stands for those beyond ``most``."""
    if not isinstance(keys, tuple):
        return ""
    return "、".join(word(ACTIVITIES, key) for key in keys[:most]) + "等" * (len(keys) > most)
