"""The verbs of business scopes and the activities they name; joiners and fillers around them.

Plain tables, read by :mod:`chainmatch.util.text`. Words are separated by blanks.
"""

# What speaks about a thing and does not do it: 医药技术开发 stands in the scope of any drug dealer.
TECHNIQUE = "technique"

# Several activities: the verb alone does not decide between them.
_BY_ACTIVITY: dict[str, str] = {
    "make+grow": "生产 自产",
    "make+grow+trade": "产销 生产销售 产供销 自产自销",
    "make+trade": "制售",
    "make": (
        "制造 加工 制作 压榨 榨取 熬制 蒸馏 裁剪 烧制 烘焙 焙烤 冲压 成型 喷涂 净化加工 拼装 "
        "组装 装配 冶炼 精炼 提炼 熔炼 冶炼加工 开采 采选 采掘 露天开采 "
        "地下开采 选矿 洗选 粉磨 提取 酿造 酿制 发酵 屠宰 宰杀 缫丝 榨油 酿酒 制茶 织造 纺织 "
        "印染 锻造 铸造 "
        "压延 浇铸 灌装 分装 印刷 炮制 炒制 精制 初制 初加工 深加工 精加工 来料加工 粗加工 "
        "烘干 腌制 冷冻加工 切割 印制 定制 研磨 合成 代加工 委托加工 "
        "生产加工 加工制造 改装 再生 开采加工 采矿 采石 种植加工"
    ),
    "grow": (
        "种植 栽培 养殖 饲养 繁育 培育 育苗 育种 放养 繁殖 捕捞 采集 造林 抚育 营造 选育 制种 "
        "种养 种养殖 养蚕 养蜂 养猪 养鸡 养鱼 养牛 养羊 养鸭 放牧 种植业 养殖业 孵化 采种"
    ),
    "trade": (
        "销售 批发 零售 批零 购销 经销 代销 收购 贸易 买卖 出售 出口 进口 进出口 代购 "
        "代购代销 采购 销 零批 批零兼营 批发兼零售 零售兼批发 专卖 内销 外销 直销 营销 展销 "
        "调拨 供销 分销 购买 销售自产 互联网销售 网上销售 售卖 兼零售 兼批发 供应 贩卖 总经销 "
        "经销批发 批发零售"
    ),
    "serve": (
        "服务 咨询 设计 规划 策划 维修 修理 维护 运维 运行维护 保养 检修 租赁 出租 代办 "
        "培训 诊疗 接待 监理 勘察 勘测 评估 认证 清洗 中介 维保 养护 管护 护理 保洁 "
        "清运 治疗 预订 代理 推广 指导 转让 出具 售后服务 测绘 包装 策划服务 看护 照料 防治 洗涤 "
        "美容 保健 按摩 导游 配餐 理疗 康复 疗养 代售"
    ),
    "operate": (
        "运营 营运 管理 投资 运输 发电 供电 供热 供水 供气 仓储 储存 贮存 物流 客运 货运 餐饮 "
        "住宿 演出 表演 游览 体验 教育 配送 储运 充电 观光 养老 放映 旅游 开办 运行 输电 配电 "
        "售电 充装 展览 展示 处置 回收 利用 综合利用 处理 冷藏 装卸 停放 托管 举办 度假 "
        "采摘 垂钓 拆解"
    ),
    "operate+trade": ("经营 兼营 主营 专营 自营 零售经营"),
    "operate+build": ("建设 建造 开发建设"),
    "operate+research": ("开发 综合开发"),
    "build": (
        "施工 安装 承包 承建 总承包 专业承包 分包 装修 装饰 改造 修缮 调试 铺设 架设 承装 "
        "承修 承试 敷设 安装调试 施工总承包 安装施工 绿化"
    ),
    "research": ("研发 研究 研究开发 试验 研制 开发研制 科研 实验"),
    TECHNIQUE: (
        "技术服务 技术咨询 技术开发 技术研发 技术研究 技术转让 技术推广 技术培训 技术支持 技术交流 "
        "技术指导 技术推广服务 技术咨询服务 技术开发服务 技术转让服务 技术支持服务 技术培训服务"
    ),
    "research+serve": ("检测 检验 检测服务 质检 鉴定 监测"),
}

VERBS: dict[str, frozenset[str]] = {
    verb: frozenset(activities.split("+"))
    for activities, verbs in _BY_ACTIVITY.items()
    for verb in verbs.split()
}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Verbs that may stand in front of their object. Not every verb may: 保健食品 is a food.
LEADING = _words(
    "销售 批发 零售 批零 经销 购销 收购 代销 代购代销 采购 出口 进口 进出口 营销 经营 兼营 "
    "主营 专营 自营 制造 研发 研制 承接 承包 开采 采选 零售兼批发 批发兼零售 批发零售 产销 "
    "制售 生产销售 供应 出售 承建 承装 承修 承试"
)
# These too, unless what follows makes a noun of them: 加工机械, 养殖场.
LEADING_UNLESS_NOUN = _words(
    "生产 加工 制作 种植 养殖 饲养 栽培 设计 安装 维修 修理 维护 施工 开发 租赁 出租 繁育 "
    "培育 冶炼 酿造 组装 装配 研究 运营 管理 建设 投资 屠宰 提取 生产加工 加工制造 种养 育苗 "
    "捕捞 回收 处理 提供 开发建设 技术开发 研究开发"
)
# What makes a noun of a verb; regular expressions.
NOUN_ENDS = _words(
    "品 式 型 性 者 商 机械 机具 机(?!电) 器(?!材) 场 线 厂 业 区 基地 园 设备 装置 工具 用 "
    "技术 资料 系统 信息系统 软件 服务"
)
JOINERS = _words("以及 并且 和 及 与 或 并 兼 暨")
FILLERS_BEFORE = _words(
    "组织成员 为成员提供 一般经营项目 许可经营项目 前置许可项目 一般项目 许可项目 "
    "经营范围 经营项目 主要从事 "
    "主要经营 兼营范围 从事 主要 承接 承揽 开展 提供 专业 自行 自主 依法 国内 各类 各种 "
    "接受委托 受托 以下 有关 相关 其他 其它 涉及 对 为 可 其中 成员 凭许可证 许可 增 另 以 集 在"
)
FILLERS_AFTER = _words(
    "等 业务 项目 活动 的 之 相关 有关 技术 一体化 一条龙 以及 和 及 与 并 兼 或 及其 其 为主 "
    "自产产品 全过程 工作 事业 一体 新 型 专业 推广应用 应用"
)

# These name a trade when they stand alone in a list (卷烟、纺织、餐饮), they give none a verb.
TRADES = frozenset(
    _words(
        "纺织 印染 印刷 包装 餐饮 住宿 旅游 客运 货运 物流 仓储 运输 发电 供电 养老 教育 美容 "
        "保健 按摩 理疗 康复 疗养 导游 表演 演出 展览 投资 采摘 垂钓 度假 游览 清洗 绿化 装饰 "
        "装修 "
        "发酵 铸造 锻造 采矿 采石 选矿 造林 养蚕 养蜂 养猪 养鸡 养鱼 养牛 养羊 养鸭 榨油 酿酒 "
        "制茶 屠宰 广告 配餐"
    )
)
