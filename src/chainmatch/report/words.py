"""What the words of the tables are called in Chinese, and how numbers are written. Once."""

import math
from collections.abc import Mapping

from chainmatch.chains.model import STAGES
from chainmatch.schema.activities import ACTIVITIES
from chainmatch.util.rounding import UNKNOWN, figure

STATUS: dict[str, str] = {
    "strong": "强",
    "present": "有",
    "weak": "弱",
    "missing": "缺",
    "no-data": "无数据",
}
STATUS_MEANING: dict[str, str] = {
    "strong": "本地企业较强",
    "present": "本地已有企业",
    "weak": "本地企业偏弱",
    "missing": "未见本地企业",
    "no-data": "名单看不出有无",
}
GAP_KINDS: dict[str, str] = {
    "fill": "补链",
    "strengthen": "强链",
    "extend": "延链",
    "start": "建链",
}
GAP_MEANING: dict[str, str] = {
    "fill": "上下游本地都有企业，中间缺这一环",
    "strengthen": "本地有企业，但偏弱",
    "extend": "上游或下游有本地企业，可顺势延伸",
    "start": "直接上下游都没有本地企业，需整体引进",
}
GRADES: dict[str, str] = {"confirmed": "确认", "likely": "较可靠", "uncertain": "不确定"}
GRADE_MEANING: dict[str, str] = {
    "confirmed": "经营范围与主营产品或行业代码一致",
    "likely": "凭经营范围判断，走访前须核实",
    "uncertain": "依据较弱，须先核实",
}
PARTNERS: dict[str, str] = {
    "target": "目标企业",
    "local": "本地企业",
    "lead": "其他线索",
    "gap": "产业链缺口",
}
RELATIONS: dict[str, str] = {"same": "同一家企业", "branch": "总部与分支", "group": "同一集团"}
INPUTS: dict[str, str] = {"targets": "目标企业名单", "local": "本地企业名单", "leads": "招商线索"}
PARTS: dict[str, str] = {
    "sector": "行业契合",
    "gap": "缺口价值",
    "partners": "本地配套",
    "region": "区域因素",
    "scale": "企业实力",
    "name": "亲缘关系",
}
PART_MEANING: dict[str, str] = {
    "sector": "经营范围与环节的契合程度",
    "gap": "补这一环节对本地产业链的价值，兼顾企业能否到外县落户",
    "partners": "本地上下游企业有多少",
    "region": "是否重点片区、路程远近",
    "scale": "注册资本、年限、荣誉",
    "name": "与本地企业同集团或同字号",
}
GAP_PARTS: dict[str, str] = {
    "pull": "本地牵引",
    "structure": "链条结构",
    "feasibility": "要素条件",
    "supply": "招商资源",
}
# What an officer may write into the column 结果 before the file comes back.
OUTCOMES: tuple[str, ...] = ("签约", "在谈", "拒绝", "未联系")
NO_ZONE = "其他地区"
NO_PROVINCE = "省份不详"
NO_CITY = "城市不详"


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


def stage(key: object) -> str:
    """Return 上游, 中游, 下游 or 配套."""
    return word(STAGES, key)


def activities(keys: object, most: int = 9) -> str:
    """Return the activities of a node, joined with 、; 等 stands for those beyond ``most``."""
    if not isinstance(keys, tuple):
        return ""
    return "、".join(word(ACTIVITIES, key) for key in keys[:most]) + "等" * (len(keys) > most)
