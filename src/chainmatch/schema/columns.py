"""Every column of every table, once: name, Chinese title, type, meaning and, for input, aliases.

Machine files carry the names, people's files the titles. The readers, the writers and the
documentation all look here, so a column cannot mean two things.
"""

from dataclasses import dataclass
from typing import Literal

from chainmatch.parts import GAP_PARTS, PARTS, Part

Kind = Literal["text", "number", "integer", "share", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``kind`` ``share`` is a number in 0…1; ``aliases`` are headers seen in lists."""

    name: str
    title: str
    kind: Kind
    meaning: str
    aliases: tuple[str, ...] = ()


def _column(name: str, title: str, kind: Kind, meaning: str, aliases: str = "") -> Column:
    return Column(name, title, kind, meaning, tuple(aliases.split()))


_FIRM_INPUT = (
    _column(
        "name",
        "企业名称",
        "text",
        "registered name of the firm",
        "单位名称 公司名称 企业全称 公司全称 单位全称 企业名 公司名 单位名 市场主体名称 商户名称 "
        "机构名称 法人单位名称 法人单位 法人单位详细名称 单位详细名称 法人名称 主体名称 "
        "纳税人名称 企业（机构）名称 客商名称 客户名称 字号名称 名称 全称 企业 公司 单位 company "
        "company_name firm",
    ),
    _column(
        "code",
        "统一社会信用代码",
        "text",
        "unified social credit code, 18 characters with a check digit",
        "统一信用代码 社会信用代码 统一社会信用码 统一代码 信用代码 信用码 "
        "统一社会信用代码/注册号 社会统一信用代码 纳税人识别号 税号 注册号 工商注册号 营业执照号 "
        "营业执照注册号 组织机构代码 机构代码 uscc usci credit_code",
    ),
    _column(
        "region",
        "所在地区",
        "text",
        "place as the list states it: province, city, county or town",
        "地区 所在地 区域 省市 省市区 省市县 所属地区 所属区域 所属省市 所在省市 所在区域 注册地 "
        "来源地 行政区划 省份 所属省份 所在省份 所在省 省 城市 所属城市 所在城市 所在市 地市 "
        "地级市 市 区县 县区 所属区县 所在区县 所在县 所在县区 县 区 镇办 镇街 乡镇 所在乡镇 "
        "所在镇 所属镇办 镇 province city county",
    ),
    _column(
        "capital",
        "注册资本",
        "number",
        "registered capital in units of 10,000 of its currency (万元)",
        "注册资金 注册资本金 注册资本总额 注册资本额 认缴资本 认缴注册资本 认缴出资额 开办资金 "
        "注册资本金额 资本 资金 registered_capital",
    ),
    _column(
        "established",
        "成立日期",
        "date",
        "date of registration, ISO 8601",
        "成立时间 注册日期 注册时间 设立日期 设立时间 登记日期 登记时间 核准日期 开业日期 "
        "开业时间 成立年份 成立年月 注册年份 established_date",
    ),
    _column(
        "scope",
        "经营范围",
        "text",
        "registered business scope, word for word",
        "业务范围 经营业务范围 经营业务 经营项目 经营内容 许可经营项目 一般经营项目 许可项目 "
        "一般项目 经营范围及主营业务 经营范围及方式 business_scope",
    ),
    _column(
        "products",
        "主营产品",
        "text",
        "main products or main business as the list states them",
        "主要产品 主营业务 主要业务 主营产品或服务 主要产品或服务 主要产品及服务 主导产品 "
        "主要产品名称 产品名称 产品 主营 主营业务活动 主要业务活动 主营项目",
    ),
    _column(
        "industry_code",
        "行业代码",
        "text",
        "GB/T 4754-2017 code",
        "国民经济行业代码 国民经济行业分类代码 行业分类代码 国标行业代码 所属行业代码 行业小类代码",
    ),
    _column(
        "address",
        "注册地址",
        "text",
        "registered address",
        "企业地址 公司地址 单位地址 住所 注册地址/住所 经营地址 经营场所 生产经营地址 生产经营地 "
        "详细地址 办公地址 通讯地址 通信地址 联系地址 地址 住址",
    ),
    _column(
        "status",
        "登记状态",
        "text",
        "state of the registration: 存续, 吊销, 注销 …",
        "经营状态 企业状态 工商状态 存续状态 登记情况 状态",
    ),
    _column(
        "category",
        "企业类别",
        "text",
        "ownership class of a local firm: 央企, 国企, 省属企业, 私企",
        "企业性质 单位性质 企业类型 公司类型 经济类型 所有制 所有制性质 类别 性质",
    ),
    _column(
        "honours",
        "企业荣誉",
        "text",
        "titles held: 上市, 专精特新, 高新技术企业 …",
        "荣誉 荣誉称号 资质荣誉 荣誉资质 企业资质 资质 称号 上市情况 上市状态 企业标签",
    ),
    _column(
        "firm_id",
        "企业编号",
        "text",
        "credit code where valid, else a short hash of normalised name and place",
    ),
    _column(
        "outcome",
        "结果",
        "text",
        "outcome of a visit: 签约, 在谈, 拒绝, 未联系",
        "走访结果 对接结果 洽谈结果 对接情况 洽谈情况 走访情况 跟进情况 进展情况",
    ),
)

_FIRM_DERIVED = (
    _column("currency", "币种", "text", "currency of the capital: CNY, USD …; empty = unknown"),
    _column("province", "省份", "text", "province in short form (陕西); empty = unknown"),
    _column("city", "城市", "text", "prefecture in short form (商洛); empty = unknown"),
    _column("county", "区县", "text", "county or district; empty = unknown"),
    _column("zone", "片区", "text", "economic zone: 京津冀, 长三角, 粤港澳, 成渝 …; empty = none"),
    _column("source", "来源文件", "text", "file that the row was read from"),
    _column("sheet", "工作表", "text", "sheet of the file; empty for formats without sheets"),
    _column("row", "行号", "integer", "row in the file as a spreadsheet counts, from 1"),
)

_FIT = (
    _column("chain", "产业链", "text", "chain id"),
    _column("segment", "细分链", "text", "segment id within the chain"),
    _column("node", "环节编号", "text", "node id"),
    _column("node_name", "环节", "text", "Chinese name of the node"),
    _column("stage", "位置", "text", "upstream, midstream, downstream or supporting"),
    _column("fit", "契合度", "share", "how surely the firm does what the node names"),
    _column("main", "主业程度", "share", "how far the node is the firm's main business"),
    _column("grade", "依据等级", "text", "confirmed, likely or uncertain"),
    _column("activity", "经营活动", "text", "make, grow, trade, serve, operate, build or research"),
    _column("evidence", "依据原文", "text", "phrases quoted from scope, products or name"),
)

_GAP = (
    _column("status", "现状", "text", "strong, present, weak, missing or no-data"),
    _column(
        "kind", "类型", "text", "of a gap: fill, strengthen, extend or start; of a lead: 线索类型"
    ),
    _column("score", "综合得分", "share", "weighted mean of the known parts"),
    _column("way", "招引方式", "text", "recruit, grow or closed"),
    _column("local_firms", "本地企业", "text", "local firms at the node, by name"),
    _column("upstream_local", "本地上游", "text", "local firms just upstream, by name"),
    _column("downstream_local", "本地下游", "text", "local firms just downstream, by name"),
    _column("targets", "目标企业数", "integer", "target firms that fit the node"),
    _column("why", "说明", "text", "the reason in one Chinese sentence"),
)

_SCORE = (
    _column("rank", "序号", "integer", "place in the list, from 1"),
    _column("low", "得分下限", "share", "score if every unknown part were 0"),
    _column("high", "得分上限", "share", "score if every unknown part were 1"),
    _column("partner_firms", "本地伙伴", "text", "local firms that would supply or buy, by name"),
    _column("reasons", "推荐理由", "text", "what speaks for the firm, part by part"),
    _column("weak_points", "薄弱点", "text", "the weakest points of the case, at most three"),
    _column("stability", "稳定度", "share", "share of 200 draws of weights that keep the firm"),
)

_LINK = (
    _column("left_id", "左表编号", "text", "firm_id in the first list"),
    _column("left_name", "左表企业", "text", "name in the first list"),
    _column("right_id", "右表编号", "text", "firm_id in the second list"),
    _column("right_name", "右表企业", "text", "name in the second list"),
    _column("relation", "关系", "text", "same, branch or group"),
    _column("confidence", "置信度", "share", "probability that the relation holds"),
    _column("kept_id", "并入编号", "text", "firm_id of the row that a duplicate was folded into"),
    _column("kept_name", "并入企业", "text", "name of the row that a duplicate was folded into"),
)

_OTHER = (
    _column("file", "文件", "text", "file that holds the row"),
    _column("text", "内容", "text", "the row, or a part of it, as it stands"),
    _column("gate", "未通过条件", "text", "name of the gate that excluded the firm"),
    _column("remedy", "解除办法", "text", "what would lift the exclusion"),
    _column("anchor", "带动力", "number", "anchor strength of a local firm, 0 or more"),
)

_LEAD_INPUT = (
    _column("lead_id", "线索编号", "text", "number of the lead", "编号 线索号 项目编号 序号"),
    _column(
        "kind",
        "线索类型",
        "text",
        "有项目无投资主体, 有意愿无项目 or 有需求无门路",
        "线索类别 项目类型 建议类型 分类 类型 类别",
    ),
    _column(
        "title",
        "标题",
        "text",
        "title of the lead",
        "线索标题 线索名称 项目名称 建议名称 需求名称 题目 名称 项目 线索",
    ),
    _column(
        "text",
        "内容",
        "text",
        "what the lead says, word for word",
        "线索内容 项目内容 建议内容 建设内容 建设内容及规模 建设规模及内容 需求内容 具体需求 "
        "需求描述 合作意向 合作内容 投资意向 意向内容 项目简介 项目概况 基本情况 主要内容 简介 "
        "描述 详情 诉求 需求",
    ),
    _column(
        "industry",
        "所属产业",
        "text",
        "industry that the lead names",
        "产业 产业链 所属产业链 产业类别 产业类型 行业 所属行业 行业类别",
    ),
    _column(
        "region",
        "所在地区",
        "text",
        "place of the lead: town, park or county",
        "地区 所在地 地点 建设地点 项目地点 项目所在地 落户地 拟落户地 镇办 乡镇 所在镇 所属镇办 "
        "区域",
    ),
    _column(
        "amount",
        "金额",
        "number",
        "amount in 万元",
        "投资额 总投资 总投资额 投资总额 计划投资 计划总投资 拟投资 拟投资额 投资金额 投资规模 "
        "意向金额 意向投资 需求金额 资金",
    ),
    _column(
        "registered",
        "登记日期",
        "date",
        "date of the lead",
        "登记时间 收集日期 收集时间 录入日期 填报日期 提出日期 日期 时间",
    ),
)

_LEAD = (
    _column("nodes", "涉及环节", "text", "nodes that the lead seeks"),
    _column("partner_kind", "对象类型", "text", "target, local, lead or gap"),
    _column("partner_id", "对象编号", "text", "id of the partner"),
    _column("partner_name", "推荐对象", "text", "name of the partner"),
    _column("given_up", "放弃的对象", "text", "what a lead would have had if it stood alone"),
)


def _part(part: Part) -> Column:
    return Column(part.column, part.title, "share", f"part: {part.english.lower()}; {part.formula}")


_PART_COLUMNS = tuple(map(_part, PARTS))
_GAP_PART_COLUMNS = tuple(map(_part, GAP_PARTS))

COLUMNS: dict[str, Column] = {
    column.name: column
    for group in (
        *(_GAP_PART_COLUMNS, _PART_COLUMNS, _LEAD_INPUT, _FIRM_INPUT, _FIRM_DERIVED),
        *(_FIT, _GAP, _SCORE, _LINK, _OTHER, _LEAD),
    )
    for column in group
}

# The number of the file contract (data/contract/<number>/). It goes up when a file or column of a
# run folder goes or changes its meaning; new ones leave it. Folders without a number are read as 0.
CONTRACT = 2


def _names(columns: tuple[Column, ...]) -> str:
    return " ".join(column.name for column in columns)


_SCORED = (
    f"firm_id name region zone chain node node_name score low high {_names(_PART_COLUMNS)} "
    "grade evidence partner_firms reasons weak_points"
)

TABLES: dict[str, tuple[str, ...]] = {
    name: tuple(names.split())
    for name, names in {
        "firms": "firm_id name code region province city county zone capital currency established "
        "scope products industry_code address status category honours outcome source sheet row",
        "rejects": "file row why text",
        "match": "firm_id name chain node node_name fit main grade activity evidence",
        "links": "left_id left_name right_id right_name relation confidence why",
        "gaps": "chain segment node node_name stage status kind way score "
        f"{_names(_GAP_PART_COLUMNS)} local_firms upstream_local downstream_local targets why",
        "leads": "lead_id kind title nodes rank partner_kind partner_id partner_name score why",
        "shortlist": f"rank {_SCORED} stability",
        "scores": _SCORED,
        "locals": "firm_id name category chain node node_name fit grade evidence anchor why",
        "excluded": "firm_id name gate why",
        "duplicates": "firm_id name row kept_id kept_name why",
    }.items()
}

FIRM_INPUT = tuple(column.name for column in _FIRM_INPUT)
LEAD_INPUT = tuple(column.name for column in _LEAD_INPUT)

# A few names mean one thing in a list and another in a result: the status of a firm, of a node.
_OWN = {
    "gaps": {column.name: column for column in _GAP_PART_COLUMNS},
    **{name: {column.name: column for column in _PART_COLUMNS} for name in ("scores", "shortlist")},
    "firms": {column.name: column for column in _FIRM_INPUT},
    "leads": {column.name: column for column in _LEAD_INPUT},
}

# What a node may ask of a site (chain files) and a county may offer (profiles).
NEEDS: dict[str, str] = {
    "water": "用水",
    "hydropower": "水能",
    "geothermal": "地热",
    "wind": "风能",
    "sunshine": "日照",
    "power": "电力",
    "grid": "接网容量",
    "heat": "蒸汽供热",
    "gas": "天然气",
    "land": "建设用地",
    "plant": "厂房",
    "forest": "林地",
    "farmland": "耕地园地",
    "ore": "矿产资源",
    "env-capacity": "环境容量",
    "chemical-park": "化工园区",
    "cold-chain": "冷链",
    "transport": "交通运输",
    "labour": "劳动力",
    "skills": "技术工人",
    "scenery": "景观文化资源",
    "licence": "专项许可",
}

# A column whose header holds one of these is about a person; it is never read into a result.
PERSONAL: tuple[str, ...] = (
    *("法定代表", "法人代表", "法人", "代表人", "负责人", "联系人", "联络人", "经办人", "姓名"),
    *("电话", "手机", "座机", "联系方式", "传真", "邮箱", "mail", "身份证", "微信", "qq", "家庭"),
)


def column_of(table: str, name: str) -> Column:
    """Return column ``name`` as ``table`` means it."""
    return _OWN.get(table, {}).get(name) or COLUMNS[name]


def titles(table: str) -> dict[str, str]:
    """Return name → Chinese title for the columns of ``table``, in their order."""
    return {name: column_of(table, name).title for name in TABLES[table]}
