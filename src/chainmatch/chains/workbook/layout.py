"""The sheets and columns of a workbook of chains, and the words that stand in its cells."""

from typing import NamedTuple

from chainmatch.chains.model import FLOWS, SETTLES, SOURCE_KINDS
from chainmatch.schema.activities import ACTIVITIES
from chainmatch.schema.columns import NEEDS
from chainmatch.schema.words import STAGES

GENERAL = "常识"  # stands for GENERAL_KNOWLEDGE
# Kind of a column whose cells hold words of a closed list -> Chinese word -> English one.
VOCABULARY: dict[str, dict[str, str]] = {
    "stage": {chinese: english for english, chinese in STAGES.items()},
    "settles": {chinese: english for english, chinese in SETTLES.items()},
    "activities": {chinese: english for english, chinese in ACTIVITIES.items()},
    "kind": {chinese: english for english, chinese in SOURCE_KINDS.items()},
    "flow": {chinese: english for english, chinese in FLOWS.items()},
    "needs": {chinese: english for english, chinese in NEEDS.items()},
}


class Column(NamedTuple):
    """A column of the workbook. ``kind`` says how a cell is written and read.

    ``text``; ``list`` and ``codes`` of words; ``stage``, ``settles``, ``kind``, ``flow``,
    ``activities``, ``needs`` of ``VOCABULARY``; ``chain``, ``segment``, ``node``, ``nodes`` by name
    or id; ``source`` by id or ``GENERAL``.
    """

    key: str
    title: str
    kind: str
    width: int
    note: str
    required: bool = True


class Sheet(NamedTuple):
    """A sheet of the workbook; ``needed``: a workbook without it is no book of chains."""

    name: str
    columns: tuple[Column, ...]
    needed: bool = False


_CHAIN = Column("chain", "产业链", "chain", 14, "产业链的名称或编号，先在“产业链”表中列出。")
_NODE = Column("node", "环节", "node", 26, "环节的名称或编号，先在“环节”表中列出。")
_SOURCE = Column("source", "来源", "source", 14, f"“来源”表中的编号；没有公开出处时写“{GENERAL}”。")
_ID = "小写英文字母、数字和连字符，以字母开头，如 tungsten-mining。"
_LIST = "几项之间用顿号（、）隔开；某一项本身含顿号时，改为一行一项（Alt+Enter 换行）。"
_SUPPLY = (
    _CHAIN._replace(note="这条关系写在哪条产业链的文件里；两端至少有一端在这条链上。"),
    Column("from", "供方", "node", 26, "上游环节的名称或编号：货物从这里流出。"),
    Column("to", "需方", "node", 26, "下游环节的名称或编号：货物流到这里。"),
    _SOURCE,
    Column("why", "理由", "text", 50, "一句话：没有公开出处时，为什么有这条关系。", False),
    Column("flow", "供什么", "flow", 12, f"{'、'.join(FLOWS.values())}；不写是主要原料。", False),
    Column("of", "哪几种", "list", 24, f"供方有几种原料时，流向这里的是哪几种。{_LIST}", False),
)

SHEETS = (
    Sheet(
        "产业链",
        (
            Column("chain", "编号", "text", 18, f"产业链编号：{_ID}导入后也是文件名。"),
            Column("name", "名称", "text", 14, "产业链的中文名称，不能与别的链相同。"),
            Column("about", "简介", "text", 80, "一句话介绍。"),
            Column(
                "names", "企业名称用字", "list", 60, f"企业名称里表明属于本链的字词。{_LIST}", False
            ),
        ),
        True,
    ),
    Sheet(
        "细分链",
        (
            _CHAIN,
            Column("id", "编号", "text", 22, f"细分链编号：{_ID}"),
            Column("name", "名称", "text", 18, "细分链的中文名称；行的顺序就是画图的顺序。"),
        ),
        True,
    ),
    Sheet(
        "环节",
        (
            _CHAIN,
            Column("id", "编号", "text", 26, f"环节编号，在全部产业链中唯一：{_ID}"),
            Column("name", "名称", "text", 24, "环节的中文名称，照此印出。"),
            Column("segment", "细分链", "segment", 14, "名称或编号，先在“细分链”表中列出。"),
            Column("stage", "阶段", "stage", 8, f"{'、'.join(STAGES.values())}之一。"),
            Column("does", "做什么", "text", 40, "一句话：这个环节的企业做什么。"),
            Column(
                "activities",
                "经营活动",
                "activities",
                16,
                f"算数的经营活动，可以几项，用顿号隔开：{'、'.join(ACTIVITIES.values())}。",
            ),
            Column(
                "objects",
                "宾语",
                "list",
                70,
                f"经营范围里的写法，有一个且经营活动相符，就算在此环节。{_LIST}",
            ),
            Column(
                "hints", "提示词", "list", 30, f"有利于判断、但不足以判断的写法。{_LIST}", False
            ),
            Column(
                "codes",
                "行业代码",
                "codes",
                18,
                "GB/T 4754-2017 四位小类代码，用顿号隔开，如 0931；拿不准时后面加 ?。",
                False,
            ),
            Column(
                "needs",
                "要素",
                "needs",
                24,
                f"场地必须具备的条件，用顿号隔开：{'、'.join(NEEDS.values())}。",
                False,
            ),
            Column(
                "settles",
                "落户方式",
                "settles",
                14,
                f"这类企业能否到外县落户，留空即{SETTLES['anywhere']}：{'、'.join(SETTLES.values())}。",
                False,
            ),
            Column(
                "was",
                "从前叫",
                "list",
                24,
                f"从前的编号和名称：改名或拆分之前的，旧配置、旧结果据此找到它。{_LIST}",
                False,
            ),
            Column(
                "unlisted",
                "名单外原因",
                "text",
                30,
                "企业名单里为什么看不到做这一环节的单位；看得到的留空。",
                False,
            ),
        ),
        True,
    ),
    Sheet("供给关系", _SUPPLY),
    Sheet("循环利用", _SUPPLY),
    Sheet(
        "来源",
        (
            _CHAIN,
            Column("id", "编号", "text", 12, "来源编号，如 S01；供给关系和投资引用它。"),
            Column("title", "标题", "text", 80, "谁、何时、说了什么。"),
            Column("url", "网址", "text", 60, "网址，可留空。", False),
            Column(
                "kind",
                "类别",
                "kind",
                18,
                f"留空即{SOURCE_KINDS['report']}：{'、'.join(SOURCE_KINDS.values())}。",
                False,
            ),
        ),
    ),
    Sheet(
        "共用宾语",
        (
            _CHAIN,
            Column("object", "宾语", "text", 24, "本链几个环节都要用的宾语。"),
            Column("nodes", "环节", "nodes", 50, f"共用它的环节，名称或编号。{_LIST}"),
            Column("why", "理由", "text", 60, "为什么可以共用。"),
        ),
    ),
    Sheet(
        "投资",
        (
            _NODE,
            Column("project", "项目", "text", 40, "公开报道的项目名称。"),
            Column("amount", "金额", "text", 16, "照原文并带单位，如 9.68亿元。"),
            _SOURCE,
        ),
    ),
    Sheet(
        "误导词",
        (
            _NODE,
            Column("word", "误导词", "text", 30, "含有本环节的宾语或提示词、意思却不同的写法。"),
            Column("why", "理由", "text", 60, "它其实是什么意思。", False),
        ),
    ),
)
BY_NAME = {sheet.name: sheet for sheet in SHEETS}
