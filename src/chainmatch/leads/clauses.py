"""Clauses of a lead, cut at the words that govern: what is offered, what is sought.

Plain tables of words and the cutting by them; :mod:`chainmatch.leads.reading` says what it means
and finds the nodes.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from chainmatch.matching.grammar import NOTHING
from chainmatch.schema.verbs import VERBS

PROJECT, WILL, NEED = "有项目无投资主体", "有意愿无项目", "有需求无门路"
KINDS = (PROJECT, WILL, NEED)

# --- words that govern ---------------------------------------------------------------------------


def _any(words: str) -> str:
    return "|".join(sorted(words.split(), key=lambda word: (-len(word), word)))


# Behind these stands what is wanted from others.
_SEEK = _any(
    "需要 急需 需求 需引进 需对接 需 寻找 寻求 寻 缺少 缺乏 紧缺 急缺 欠缺 无规范 没有 缺 求购 "
    "拟采购 征集 招引 拟引进 计划引进 引进 希望引入 引入 希望对接 希望 对接 期待 诚邀 适合 适宜 "
    "适于 靠近 要求 租赁 租用 年消化 年需 意向租赁 意向租用 面向 招募 寻访 征求 盼"
)
# Behind these stands what is to be built or started.
_BUILD = _any(
    "拟建设 拟建 拟新建 拟投资 拟 规划 打造 新建 计划建设 计划 意向投资 意向建 意向 有意 "
    "投资建设 布局 谋划 建成后生产"
)
# Behind these stands what there is.
_HAVE = _any(
    "依托 利用 围绕 年产 年加工 年出栏 已形成 已建 已有 现有 拥有 全县种植 主营 主要从事 "
    "从事 流转 持有 具备 掌握 盘活 是一家"
)
# These are words of their own in the middle of a clause (建设指标, 循环水养殖); at its beginning or
# behind another of these words they govern, 生产 also behind what something is made of.
_STARTS_HAVE = _any("种植 养殖 经营 运营 生产 加工")
_STARTS_BUILD = _any("建设 投资 开发 发展 生产 加工 转产 回乡")
_CUE = re.compile(
    f"(?P<seek>{_SEEK})|(?P<have>{_HAVE})|(?P<build>{_BUILD}|(?<![新改扩已拟修组筹在])建(?![设筑材议成厂]))"
    f"|(?P<starts>{_STARTS_HAVE}|{_STARTS_BUILD})"
)
_MADE_OF = re.compile("^(?:利用|以|用|将)")

# These govern what stands before them in their clause.
HAD = re.compile("年产|已建成|已投产|为原料|为主|扩建|外销|创建配套|\\d(?:\\.\\d+)?万?亩|产能$")
WORK = re.compile("改造|治理|大修|检修|升级|技改|整治")
_WITH = re.compile("^[^与同和]*+(?P<with>[与同和](?P<partner>[^,;。]*)合作)")

# What a phrase asks for beside the thing itself.
BUYERS = re.compile(
    "下游|客户|销路|销售渠道|渠道|买家|采购商|收购商|经销商|代理商|商超|电商|销售企业|客源|市场开拓|订单"
)
# What names no trade: capital, places, conditions.
VAGUE = re.compile(
    "\\d|投资|资金|融资|地区|长期|就近|本地|合作|主体|人才|政策|渠道|专业|优质|水源|企业$|^.$"
)
DEALERS = re.compile("渠道|经销|代理|商超|电商|销售企业|收购商|贸易商|销路")
SUPPLIERS = re.compile("上游|供应商|供应|供货商|货源|原料供|配套|厂商|采购|集采|求购|进货")
INVESTOR = re.compile("投资者|战略投资|融资|缺资金|资金|投资方|投资主体|龙头企业|合作方|入股")
SALES = re.compile("销售|批发|零售|经销|贸易|商贸|配送|出口|进口|代理|集采|采购")

# A site is a condition, no trade: 标准化厂房 asks for no operator of parks.
SITE = re.compile(
    r"(?:[十百万千]?万?级|\d{1,9}级|GMP)?(?:标准化?|通用|工业|洁净|现成|闲置|存量|空置){0,6}"
    "(?:厂房|厂区|用地|土地|场地|产业园区?|工业园区?|示范园|集中区|开发区|目的地)"
)

# Who speaks: 某钨业公司, 某民宿集群.
_PARTY_END = (
    "有限责任公司|股份有限公司|有限公司|供应链企业|投资公司|公司|企业|合作社|集团|工厂|加工厂|药厂|"
    "茶厂|纸厂|油厂|建材厂|水泥厂|厂|养殖园|园区|产业园|集群|医院|学校|景区|农场|牧场|旅行社|机构|"
    "酒店|基地|协会|园|场|社|店|商会|大户"
)
_PARTY = re.compile(f"^(?P<place>.{{0,8}}?)某(?P<party>.+?(?:{_PARTY_END}))(?P<rest>.*)$")

_CLAUSE = re.compile(r"[^,;。!?\n:]+")
_LIST = re.compile(r"、|一体化?的?|及其|以及|及|和(?!牛)|与|或者|或|兼|/")

# What may stand behind the head of a thing: forms of organisation, of works, of making. The longest
# first: none is given back, so that nothing is tried twice.
_TAILS = (
    "平方米 规范化 标准化 供应商 服务商 运营商 采购商 经销商 投资方 投资者 产业链 生产线 综合体 "
    "主产区 主产地 合作社 半成品 MW GW kW 千瓦 兆瓦 精深 加工 生产 制造 制作 种植 栽培 养殖 提取 "
    "灌装 精制 初制 组装 封装 冶炼 经营 运营 销售 批发 零售 采购 供应 供货 服务 建设 开发 投资 "
    "运维 管理 研发 连锁 循环 长期 就近 企业 公司 厂家 厂商 单位 机构 客户 渠道 团队 龙头 行业 "
    "产业 产品 系列 制品 项目 基地 车间 中心 工程 工厂 集群 一体 为主 棒材 原料 产区 配套 合作 "
    "入驻 一期 二期 三期 扩产 工作 业务 技术 设计 能力 产能 成套 轻工 步道 系统 建厂 西迁 产地 "
    "基础 资源 协会 集团 农户 大户 市场 货源 成品 营销 管护 生态 扩建 扩能 投产 达产 余 吨 袋 棒 "
    "亩 套 台 条 座 家 院 床 个 深 精 初 粗 厂 类 等 园 的 之 包 场"
)
TAIL = re.compile(
    rf"(?:\s|\([^)]{{0,60}}\)|\d[\d.,]{{0,20}}+|[万亿千百]|{'|'.join(_TAILS.split())}){{0,40}}+"
    "(?:改造.*)?"
)
# Says nothing of a thing by itself.
GENERIC = re.compile(
    "(?:技术|服务|系统|设备|装置|产品|材料|工程|项目|管理|开发|设计|咨询|生产|制造|加工|销售|供应|经营|建设|投资|"
    "企业|公司|单位|机构|中心|基地|平台|智能|智慧|专业|综合|绿色|新型|高端|现代|自动|自动化|信息|网络|国际|有限|"
    "行业|产业|配套|成套|本地|农业|工业|电子|机械|运营|营销|培训|维修|安装|检测|化工|食品|用品|制品)+"
)
MACHINES = re.compile("成套设备|自动化设备|设备|装备|机械|机具|仪器")
RAW = re.compile("原料|主产区|产区|货源|鲜|万亩|年消化|基地")

_VERB = re.compile("|".join(sorted(map(re.escape, VERBS), key=lambda verb: (-len(verb), verb))))


class Stretch(NamedTuple):
    """A piece of a clause under one word that governs it; ``side`` is ``seek`` or ``offer``."""

    text: str
    side: str
    cue: str


class Thing(NamedTuple):
    """One entry of a list; ``shared`` are its forms together with what the list says once.

    A form is (text, end of the entry in it). ``verbs`` are the entry's own or the list's;
    ``machine`` is the word for machines that the entry ends in or shares.
    """

    text: str
    shared: tuple[tuple[str, int], ...]
    verbs: frozenset[str]
    machine: str


def read_title(title: str, kind: str) -> list[Stretch]:
    """Cut a normalised title: who speaks (某钨业公司), and what it wants."""
    found = _PARTY.match(title)
    if found:
        rest = [Stretch(found["rest"], "seek", "")] if kind == NEED and found["rest"] else []
        return [Stretch(found["party"], "offer", ""), *rest]
    side = {PROJECT: "seek", WILL: "offer"}.get(kind, "seek")
    return [Stretch(part, side, "") for part in re.split("[:,;。]", title) if part]


def read_stretches(text: str, kind: str) -> list[Stretch]:
    """Cut a normalised text into its governed stretches, in order."""
    clauses = [found[0] for found in _CLAUSE.finditer(text)]
    seeking = any(_CUE.search(clause) and _CUE.search(clause)["seek"] for clause in clauses)  # type: ignore[index]
    return [stretch for clause in clauses for stretch in _clause(clause, kind, seeking)]


def _clause(clause: str, kind: str, seeking: bool) -> Iterator[Stretch]:
    """Cut a clause at the words that govern; each stretch reaches to the next of them."""
    partner = _WITH.search(clause)
    if partner:
        clause = clause[: partner.start("with")]
        yield Stretch(partner["partner"], "seek", "合作")
    cues = _cues(clause)
    head = clause[: cues[0].start()] if cues else clause
    if head.strip():
        yield Stretch(head, _ungoverned(clause, head, kind, seeking), "")
    ends = [*(cue.start() for cue in cues[1:]), len(clause)]
    for cue, end in zip(cues, ends, strict=False):
        piece = clause[cue.end() : end]
        if piece.strip():
            yield Stretch(piece, _governed(cue, piece, kind), cue[0])


def _cues(clause: str) -> list[re.Match[str]]:
    kept: list[re.Match[str]] = []
    for cue in _CUE.finditer(clause):
        follows = cue.start() == (kept[-1].end() if kept else 0)
        made = cue[0] in ("生产", "加工") and _MADE_OF.match(clause) and cue.end() < len(clause)
        if not cue["starts"] or follows or made:
            kept.append(cue)
    return kept


def _ungoverned(clause: str, head: str, kind: str, seeking: bool) -> str:
    if kind == WILL or HAD.search(clause):
        return "offer"
    if kind == NEED:
        return "offer" if seeking and not WORK.search(head) else "seek"
    return "seek"


def _governed(cue: re.Match[str], piece: str, kind: str) -> str:
    if cue["starts"]:
        had = re.fullmatch(_STARTS_HAVE, cue[0]) and cue.start() == 0
        return "seek" if kind == PROJECT and not had else "offer"
    if cue["have"] or HAD.search(piece):
        return "offer"
    if cue["build"]:
        return "seek" if kind == PROJECT else "offer"
    return "seek"


def read_things(text: str) -> list[Thing]:
    """Cut a stretch into the entries of its list, each with what the list says once for all."""
    parts = [part for part in map(str.strip, _LIST.split(text)) if part]
    if not parts:
        return []
    last = next((i for i, part in enumerate(parts) if MACHINES.search(part)), len(parts) - 1)
    found = MACHINES.search(parts[last])
    machine = found[0] if found else ""
    ending = parts[last] if not machine else machine[-2:]
    tails = [ending[-size:] for size in range(2, min(8, len(ending)) + 1)]
    first = parts[0]
    heads = ["", *(first[:size] for size in range(2, min(5, len(first))))]
    verbs = activities_of(parts[-1])
    things = []
    for index, part in enumerate(parts):
        core = part.replace(machine, "") if machine and index == last else part
        forms: list[tuple[str, int]] = []
        if machine and index <= last:
            chosen = heads if index else [""]
            forms = [(head + core + tails[-1], len(head + core)) for head in chosen]
        elif index < last:
            forms = [(part + tail, len(part)) for tail in tails]
        own = activities_of(part) or verbs
        things.append(Thing(part, tuple(forms), own, machine if index <= last else ""))
    return things


def activities_of(text: str) -> frozenset[str]:
    """Return the activities that the verbs of a text name."""
    found = [VERBS[verb[0]] for verb in _VERB.finditer(text)]
    return NOTHING.union(*found)
