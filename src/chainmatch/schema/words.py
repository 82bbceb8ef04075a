"""The words that cells of tables hold, in Chinese for people: each table of words once."""

STATUS: dict[str, str] = {
    "strong": "强",
    "present": "有",
    "weak": "弱",
    "missing": "缺",
    "no-data": "无数据",
}
GAP_KINDS: dict[str, str] = {
    "fill": "补链",
    "strengthen": "强链",
    "extend": "延链",
    "start": "建链",
}
WAYS: dict[str, str] = {"recruit": "可招", "grow": "需本地培育", "closed": "不接收"}
GRADES: dict[str, str] = {"confirmed": "确认", "likely": "较可靠", "uncertain": "不确定"}
PARTNERS: dict[str, str] = {
    "target": "目标企业",
    "local": "本地企业",
    "lead": "其他线索",
    "gap": "产业链缺口",
}
RELATIONS: dict[str, str] = {"same": "同一家企业", "branch": "总部与分支", "group": "同一集团"}
STAGES: dict[str, str] = {
    "upstream": "上游",
    "midstream": "中游",
    "downstream": "下游",
    "supporting": "配套",
}
OUTCOMES: tuple[str, ...] = ("签约", "在谈", "拒绝", "未联系")
