"""What a chain file may hold: the model that reads it, and its JSON Schema for editors."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chainmatch.schema.activities import ACTIVITIES, Activity
from chainmatch.schema.columns import NEEDS
from chainmatch.schema.words import STAGES as STAGES  # noqa: PLC0414 - theirs too

Stage = Literal["upstream", "midstream", "downstream", "supporting"]
# Whether such a business settles in a county that it does not come from, and how.
Settles = Literal["anywhere", "operator", "base", "grower", "site", "local", "public"]

SETTLES: dict[str, str] = {
    "anywhere": "可异地建厂",
    "operator": "可异地开发运营",
    "base": "可异地建基地",
    "grower": "多由本地种养",
    "site": "依附矿山场址",
    "local": "就地服务",
    "public": "公共事业",
}
GENERAL_KNOWLEDGE = "general knowledge"
SourceKind = Literal["official", "standard", "report", "expert"]
SOURCE_KINDS: dict[str, str] = {
    "official": "法规、规划与统计分类",
    "standard": "标准",
    "report": "公开报告与数据",
    "expert": "专家判断",
}
# What flows from one node to another; a county's resources are carried on with materials alone.
Flow = Literal[
    "material", "auxiliary", "part", "equipment", "energy", "packaging", "service", "goods", "waste"
]
FLOWS: dict[str, str] = {
    "material": "主要原料",
    "auxiliary": "辅料药剂",
    "part": "零部件",
    "equipment": "设备工具",
    "energy": "能源",
    "packaging": "包装",
    "service": "服务",
    "goods": "成品",
    "waste": "副产废料",
}
SCHEMA_FILE = "chain.schema.json"

_SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_CODE = r"^[0-9]{4}\??$"
_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]*$"
_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]*$"

# What a pattern, or a Chinese word in the place of an English one, should have been.
FORMS: dict[str, str] = {
    _SLUG: "小写英文字母、数字和连字符，以字母开头，如 tungsten-mining",
    _CODE: "四位数字的行业小类代码，如 0931，拿不准时后面加 ?",
    _TEXT: "没有不可见控制字符的文字",
    _LINE: "没有换行的文字",
}
ENGLISH: dict[str, str] = {
    chinese: english
    for words in (STAGES, ACTIVITIES, NEEDS, SETTLES, SOURCE_KINDS, FLOWS)
    for english, chinese in words.items()
}

Slug = Annotated[str, Field(pattern=_SLUG, max_length=60)]
Code = Annotated[str, Field(pattern=_CODE)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=_TEXT)
]
MaybeText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=_TEXT)]
Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_LINE)
]


def _about(chinese: str, english: str) -> Any:
    return Field(description=f"{chinese} / {english}")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Record):
    """来源：一条供给关系或投资的公开出处 / Where a supply or an investment was published."""

    title: Annotated[Text, _about("标题：谁、何时、说了什么", "title: who, when, what it says")]
    url: Annotated[MaybeText, _about("网址，可留空", "address, may be empty")] = ""
    kind: Annotated[
        SourceKind,
        Field(
            description="来源类别：official 法规、规划、统计分类，standard 标准，"
            "report 公开报告与数据（不写即是），expert 专家判断 / how good a source it is"
        ),
    ] = "report"


class Segment(_Record):
    """细分链：产业链的一个部分 / A part of a chain."""

    id: Annotated[Slug, _about("编号：小写英文、数字、连字符", "id: lower-case slug")]
    name: Annotated[Text, _about("中文名称", "Chinese name")]


class Investment(_Record):
    """公开的项目投资规模 / A published project size."""

    project: Annotated[Text, _about("项目名称", "name of the project")]
    amount: Annotated[Text, _about("金额，照原文并带单位，如 9.68亿元", "as published, with unit")]
    source: Annotated[Word, _about("来源编号，见 sources", "id of a source")]


class Node(_Record):
    """环节：企业在链上某一步做的事 / What firms do at one step of a chain."""

    id: Annotated[
        Slug,
        _about(
            "编号：小写英文、数字、连字符；在全部链中唯一",
            "lower-case slug, unique over all chains",
        ),
    ]
    name: Annotated[Text, _about("中文名称，照此印出", "Chinese name as printed")]
    was: Annotated[
        tuple[Word, ...],
        _about(
            "从前的编号和名称：本环节改名或由它拆出；拆成几个时各写一遍",
            "earlier ids and names; a node that was split is named by each of its parts",
        ),
    ] = ()
    segment: Annotated[Slug, _about("所属细分链的编号", "id of its segment")]
    stage: Annotated[
        Stage,
        _about(
            "upstream 上游、midstream 中游、downstream 下游、supporting 配套",
            "where it stands in the chain",
        ),
    ]
    settles: Annotated[
        Settles,
        Field(
            description="落户方式：anywhere 可异地建厂（不写即是）、operator 可异地开发运营（景区、"
            "酒店、养老）、base 可异地建基地（电站、良种、冷库）、grower 多由本地农户合作社种养、"
            "site 依附矿山场址、local 就地服务或销售半径很小、public 公共事业"
            " / whether such firms settle away from home"
        ),
    ] = "anywhere"
    unlisted: Annotated[
        MaybeText,
        _about(
            "为什么企业名单里看不到做这一环节的单位，如 公立医院是事业单位；看得到的不写",
            "why those who do it stand in no list of firms; empty where they do",
        ),
    ] = ""
    does: Annotated[Text, _about("一句话：这个环节的企业做什么", "one line: what firms here do")]
    activities: Annotated[
        tuple[Activity, ...],
        Field(
            min_length=1,
            description="算数的经营活动：make 生产、grow 种养、trade 销售、serve 服务、"
            "operate 经营、build 施工、research 研发 / which activities count",
        ),
    ]
    objects: Annotated[
        tuple[Word, ...],
        Field(
            min_length=1,
            description="宾语：经营范围里的写法，通常 8 到 20 个以上；有一个且活动相符就算在此环节"
            " / terms of business scopes; one with a counting activity places a firm here",
        ),
    ]
    hints: Annotated[
        tuple[Word, ...],
        _about("提示词：有利但不足以判断的写法", "terms that speak for the node, never decide"),
    ] = ()
    false_friends: Annotated[
        dict[Word, MaybeText],
        _about(
            "误导词: 理由；含某个宾语但意思不同的更长写法",
            "longer terms that hold an object and mean something else, with the reason",
        ),
    ] = {}
    codes: Annotated[
        tuple[Code, ...],
        _about("GB/T 4754-2017 四位小类代码，加引号；? 表示拿不准", "GB/T 4754-2017, quoted"),
    ] = ()
    needs: Annotated[
        tuple[str, ...],
        Field(
            description="要素：场地必须具备的条件 / what a site must offer",
            json_schema_extra={"items": {"type": "string", "enum": list(NEEDS)}},
        ),
    ] = ()
    investments: Annotated[
        tuple[Investment, ...], _about("公开的项目投资规模", "published project sizes")
    ] = ()


class Supply(_Record):
    """供给关系：货物从一个环节流向另一个 / Goods flow from one node to another."""

    start: Annotated[Slug, Field(alias="from", description="供方环节编号 / id of the supplier")]
    end: Annotated[Slug, Field(alias="to", description="需方环节编号 / id of the buyer")]
    source: Annotated[
        Word,
        _about(
            f"来源编号，见 sources；没有公开出处写 {GENERAL_KNOWLEDGE}",
            f"id of a source, or {GENERAL_KNOWLEDGE}",
        ),
    ]
    why: Annotated[
        MaybeText,
        _about(
            "一句话理由：没有公开出处时，为什么有这条关系", "the reasoning where no source says so"
        ),
    ] = ""
    flow: Annotated[
        Flow,
        Field(
            description="供的是什么：material 主要原料，auxiliary 辅料药剂，part 零部件，"
            "equipment 设备工具，energy 能源，packaging 包装，service 服务，goods 成品，"
            "waste 副产废料 / what flows"
        ),
    ] = "material"
    of: Annotated[
        tuple[Word, ...],
        _about(
            "供方有几种原料时，流向这里的是哪几种", "which of the supplier's materials flow here"
        ),
    ] = ()


class Shared(_Record):
    """共用宾语：允许同一条链的几个环节用同一个宾语 / Lets several nodes own one object."""

    object: Annotated[Word, _about("宾语", "the object")]
    nodes: Annotated[
        tuple[Slug, ...], Field(min_length=2, description="环节编号 / ids of the nodes")
    ]
    why: Annotated[Text, _about("为什么可以共用", "why they may share it")]


class Chain(_Record):
    """产业链文件：一个文件一条链 / One chain file."""

    chain: Annotated[Slug, _about("产业链编号：小写英文、数字、连字符", "id of the chain, a slug")]
    name: Annotated[Text, _about("产业链中文名称", "Chinese name of the chain")]
    about: Annotated[Text, _about("一句话介绍", "one line")]
    names: Annotated[
        tuple[Word, ...],
        _about("企业名称里表明属于本链的字词", "words of firm names that speak for the chain"),
    ] = ()
    sources: Annotated[
        dict[Word, Source], _about("来源编号: 标题、网址", "what supplies and investments cite")
    ] = {}
    segments: Annotated[
        tuple[Segment, ...],
        Field(min_length=1, description="细分链，按画图的顺序 / parts, in drawing order"),
    ]
    nodes: Annotated[tuple[Node, ...], Field(min_length=1, description="环节 / nodes")]
    supplies: Annotated[
        tuple[Supply, ...],
        _about("供给关系，不能成环；一端可在别的链", "supplies without a cycle"),
    ] = ()
    recycling: Annotated[
        tuple[Supply, ...], _about("循环利用：回流的供给", "loops, kept beside the supplies")
    ] = ()
    shared: Annotated[
        tuple[Shared, ...], _about("共用宾语及理由", "objects that several nodes may own")
    ] = ()


def chain_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a chain file, descriptions Chinese / English."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Chain.model_json_schema(by_alias=True),
        "title": "chainmatch 产业链文件 / chain file",
    }
