"""The grammar of business scopes: a scope (经营范围) becomes items (经营项目).

A scope is a list of clauses (``；`` ``。`` or a line break between them), a clause a list of segments
(``、`` ``，`` ``：`` or a blank). A segment is an object, a verb, or both. The verb of an object stands

=========  =============================  =============================================
place      example                        rule
=========  =============================  =============================================
on it      ``片剂制造；片剂销售``          the segment's own verbs count
after      ``片剂、颗粒剂的生产、销售``    verbs reach back over bare segments to the nearest ``，``
before     ``生产、销售：片剂、颗粒剂``    verbs reach forward to the next segment with its own
nowhere    ``片剂、颗粒剂``                the item is bare: its activities are unknown
=========  =============================  =============================================

Only verbs at the ends of a segment are verbs of the item: in ``食品加工机械销售`` a machine is sold,
nothing is processed. Brackets hold exclusions (``不含X`` ``X除外``), conditions (``凭许可证经营``) or
further items, which share the activity of what they stand behind. What a scope excludes or only
quotes from the law is no item.

Every function keeps positions: ``text[item.start:item.end]`` is the phrase as the firm wrote it.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

NOTHING: frozenset[str] = frozenset()

# Verbs as scopes use them. Several activities: the verb alone does not decide between them.
VERBS: dict[str, frozenset[str]] = {
    verb: frozenset(activities.split("+"))
    for activities, verbs in {
        "make": "生产 制造 加工 制作 组装 装配 冶炼 精炼 提炼 熔炼 冶炼加工 开采 采选 采掘 露天开采 地下开采 "
        "选矿 洗选 粉磨 提取 酿造 酿制 发酵 屠宰 宰杀 缫丝 织造 纺织 印染 锻造 铸造 压延 浇铸 灌装 分装 炮制 "
        "炒制 精制 初制 初加工 深加工 精加工 来料加工 粗加工 制售 产销 自产自销 自产 烘干 腌制 冷冻加工 切割 印制 "
        "定制 研磨 合成 代加工 委托加工 生产加工 加工制造 改装 再生 开采加工 采矿 采石 种植加工",
        "grow": "种植 栽培 养殖 饲养 繁育 培育 育苗 育种 放养 繁殖 捕捞 采集 造林 抚育 营造 选育 制种 种养 种养殖 "
        "养蚕 放牧 种植业 养殖业 孵化 采种",
        "trade": "销售 批发 零售 批零 购销 经销 代销 收购 贸易 买卖 出售 出口 进口 进出口 代购 代购代销 采购 销 "
        "零批 批零兼营 批发兼零售 零售兼批发 专卖 内销 外销 直销 营销 展销 调拨 供销 分销 购买 销售自产 互联网销售 "
        "网上销售 售卖 兼零售 兼批发 供应 贩卖 总经销 经销批发 批发零售",
        "serve": "服务 咨询 设计 规划 策划 维修 修理 维护 保养 检修 租赁 出租 代办 培训 诊疗 接待 监理 勘察 勘测 "
        "评估 认证 清洗 中介 维保 养护 管护 护理 保洁 清运 治疗 预订 代理 推广 指导 转让 技术服务 技术咨询 出具 "
        "售后服务 测绘 包装 策划服务 看护 照料 防治 洗涤 美容 保健 按摩 导游 配餐 理疗 康复 疗养 代售",
        "operate": "运营 营运 管理 投资 运输 发电 供电 供热 供水 供气 仓储 储存 贮存 物流 客运 货运 餐饮 住宿 演出 "
        "表演 游览 体验 教育 配送 储运 充电 观光 养老 放映 旅游 开办 运行 输电 配电 售电 充装 展览 展示 处置 "
        "回收 利用 综合利用 处理 冷藏 装卸 停放 托管 组织 举办 度假 采摘 垂钓 拆解",
        "operate+trade": "经营 兼营 主营 专营 自营 零售经营",
        "operate+build": "建设 建造 开发建设",
        "operate+research": "开发 综合开发",
        "build": "施工 安装 承包 承建 总承包 专业承包 分包 装修 装饰 改造 修缮 调试 铺设 架设 承装 承修 承试 敷设 "
        "安装调试 施工总承包 安装施工 绿化",
        "research": "研发 研究 研究开发 试验 研制 技术开发 技术研发 技术研究 开发研制 科研 实验",
        "research+serve": "检测 检验 化验 检测服务 质检 鉴定 监测",
    }.items()
    for verb in verbs.split()
}

# Verbs that may stand in front of their object. Not every verb may: 保健食品 is a food, 康复器材 a tool.
_LEADING = (
    "销售 批发 零售 批零 经销 购销 收购 代销 代购代销 采购 出口 进口 进出口 营销 经营 兼营 主营 专营 自营 制造 研发 "
    "研制 承接 承包 开采 采选 零售兼批发 批发兼零售 批发零售 产销 制售 生产销售 供应 出售 承建 承装 承修 承试"
).split()
_LEADING_UNLESS_NOUN = (
    "生产 加工 制作 种植 养殖 饲养 栽培 设计 安装 维修 修理 维护 施工 开发 租赁 出租 繁育 培育 冶炼 酿造 组装 装配 "
    "研究 运营 管理 建设 投资 屠宰 提取 生产加工 加工制造 种养 育苗 捕捞 回收 处理 提供 开发建设 技术开发 研究开发"
).split()

_JOINERS = "以及 并且 和 及 与 或 并 兼 暨".split()
_FILLERS_BEFORE = (
    "一般经营项目 许可经营项目 前置许可项目 一般项目 许可项目 经营范围 经营项目 主要从事 主要经营 兼营范围 "
    "从事 主要 承接 承揽 开展 提供 专业 自行 自主 依法 国内 各类 各种 接受委托 受托 以下 有关 相关 其他 其它 "
    "涉及 对 为 可 其中 凭许可证 许可 增 另 以 集 在"
).split()
_FILLERS_AFTER = (
    "等 业务 项目 活动 的 之 相关 有关 技术 一体化 一条龙 以及 和 及 与 并 兼 或 及其 其 为主 自产产品 全过程 "
    "工作 事业 一体 新 型 专业 推广应用 应用"
).split()


def _alternatives(words: list[str], *, backwards: bool = False) -> str:
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word[::-1] if backwards else word) for word in ordered)


_VERB = _alternatives(list(VERBS))
_FILL = "\x1f"  # stands for bracketed text, so that positions stay
_GONE = "\x1e"  # stands for excluded text
_JOIN = "\x1d"  # stands for a joiner between a verb and what follows it

_NOUN_BEHIND = "品|式|型|性|者|商|机械|机具|机(?!电)|器(?!材)|场|线|厂|业|区|基地|园|设备|装置|工具|用|技术|资料|系统|软件|服务"
_PREFIX = re.compile(
    f"(?:(?:{_alternatives(_LEADING)})(?!线|网|渠道|部|点|店|商|业|额)"
    f"|(?:{_alternatives(_LEADING_UNLESS_NOUN)})(?!{_NOUN_BEHIND})"
    f"|(?:{_VERB})(?=$)|{_alternatives(_FILLERS_BEFORE)}|{_alternatives(_JOINERS)}|[\\s{_FILL}])+"
)
_SUFFIX = re.compile(
    f"(?:{_alternatives(list(VERBS), backwards=True)}"
    f"|{_alternatives(_FILLERS_AFTER, backwards=True)}|[\\s{_FILL}])+"
)
_VERB_AT = re.compile(_VERB)
_VERB_THEN_JOINER = re.compile(f"({_VERB})({_alternatives(_JOINERS)})(?=.)")

_CLAUSE = re.compile(r"(?:[^;。\n()]++|\([^()]*+(?:\([^()]*+\)[^()]*+)*+\)|[()])+")
_BRACKET = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
_SEGMENT = re.compile(f"[^、,: {_JOIN}]+")

_EXCLUDES = re.compile(
    "不含|不包括|不包含|不得|不准|不许|禁止|严禁|不涉及|不从事|不经营|不带有|不设|不提供|不包|不具有|不另附|未经|非经"
)
_EXCEPT = re.compile(
    f"(?:^|(?<=[,、:({_FILL}但]))除(?![外尘臭湿草虫锈雪霜油氧磷硫渣鼠颤垢螨冰味斑毛污杂铁氟砷盐菌四])"
    "[^;。]{1,120}?(?:以外|之外|(?<!户|国|海|野|省|境|室)外)(?![贸销科线卖观包墙])"
)
_EXCLUDING_BRACKET = re.compile(
    r"^[,、\s]*(?:(?:以上|均|但|其中|上述|经营范围|各项|项目|内容|产品|商品|都)*)"
    r"(?:不含|不包|除|非|不得|禁止|严禁|不涉及|不从事|不设|不另附|不经营|不准|不提供|未经|国家.{0,12}(?:禁止|限制))"
    r"|(?:除外|以外|外)[,。\s]*$|除外"
)
_CONDITION = re.compile(
    r"许可证|资质证|资质|审批|批准|凭|有效期|依法|以上|具体|另行|为准|核定|方可|前置|证书|国家有关|法律|法规|规定|范围内"
)
_HEADING = re.compile(
    "(?:一般|许可|前置许可|后置许可)?(?:经营)?(?:项目|范围)(?:以登记机关核准为准)?[:]"
)
_BRANCH_ONLY = re.compile("限.{0,4}分支|限分公司|分支机构经营|分公司经营|限下属")

# Sentences of the law and of the registry: they name no trade of the firm.
_BOILERPLATE = re.compile(
    "法律[、,]?(?:行政)?法规[^;。]{0,40}?(?:禁止|应当许可|规定)[^;。]*[;。]?"
    "|(?:依法)?须经(?:相关部门)?(?:审批|批准)的(?:项目|经营项目)?[^;。)]{0,50}"
    "|企业依法自主选择经营项目[^)]*"
    "|(?:未经|经)(?:相关部门)?(?:批准|审批|许可)[^;。)]{0,24}(?:不得|方可)[^;。)]{0,24}"
    "|凭(?:有效)?(?:营业执照|许可证|资质)[^,;。)]{0,24}(?:经营|活动)"
    "|(?:国家)?限定(?:公司|企业)经营[^;。)]{0,30}"
    "|市场主体自主选择经营[^;。)]*"
)

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_TRANSLATION: dict[int, str | int] = {
    **_FULL_WIDTH,
    **{ord(char): "(" for char in "【[［〔〖{｛"},
    **{ord(char): ")" for char in "】]］〕〗}｝"},
    **{ord(char): " " for char in "\t\r\u3000\u00a0\u2002\u2003\u2009\u200b\ufeff〓*＊"},
    **{ord(char): ";" for char in "；;"},
    **{ord(char): "、" for char in "､﹑·•"},
    ord("｡"): "。",
    ord("⽤"): "用",
}


class Item(NamedTuple):
    """One thing in a scope.

    ``start:end`` is its span, ``core_start:core_end`` the span without verbs at its ends,
    ``verb_start:verb_end`` the segment that gave it its verb (its own span if none did).
    ``activities`` is empty for a bare item. ``place`` says where the verb stood: ``own``,
    ``before``, ``after`` or ``bare``; ``verb`` is a segment of verbs alone. ``branch`` marks what only branches may do.
    """

    start: int
    end: int
    core_start: int
    core_end: int
    verb_start: int
    verb_end: int
    activities: frozenset[str]
    place: str
    branch: bool = False


class Clause(NamedTuple):
    """The items of one clause, sorted, and the verbs that it hands on to bare clauses behind it.

    ``masked`` is the clause with brackets and exclusions blanked out.
    """

    items: tuple[Item, ...]
    carried: frozenset[str]
    masked: str

    def item_at(self, position: int) -> Item | None:
        """Return the item that holds ``position``; None where it is excluded or says nothing."""
        inside = self.masked[position] == _FILL
        for item in reversed(self.items):
            if item.start <= position < item.end and (self.masked[item.start] == _FILL) == inside:
                return None if self.masked[position] == _GONE else item
        return None

    def order(self, item: Item) -> int:
        """Return the number of an item among those that name something, from 0."""
        return sum(other.place != "verb" for other in self.items if other < item)

    @property
    def count(self) -> int:
        """Number of items that name something."""
        return sum(item.place != "verb" for item in self.items)


def normalise(text: str) -> str:
    """Return ``text`` with one form for each sign, position by position (same length).

    Full-width signs become half-width, all brackets round, blanks of all kinds one blank; Kangxi
    radicals and compatibility ideographs become the characters they stand for.
    """
    text = text.translate(_TRANSLATION)
    if text.isascii() or not _COMPATIBILITY.search(text):
        return text
    return _COMPATIBILITY.sub(_one_for_one, text)


_COMPATIBILITY = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\uff00-\uffef]")


def _one_for_one(found: re.Match[str]) -> str:
    folded = unicodedata.normalize("NFKC", found[0])
    return folded if len(folded) == 1 else found[0]


def clauses(normal: str) -> Iterator[tuple[int, str]]:
    """Yield (position, text) of each clause of a normalised scope, boilerplate blanked out."""
    if "批准" in normal or "许可" in normal or "法规" in normal or "限定" in normal:
        normal = _BOILERPLATE.sub(_blank, normal)
    if ":" in normal:
        normal = _HEADING.sub(lambda found: ";" * len(found[0]), normal)
    for found in _CLAUSE.finditer(normal):
        yield found.start(), found[0]


def read_scope(text: str) -> list[Item]:
    """Return the items of a scope in order. Never fails; excluded phrases are left out."""
    items: list[Item] = []
    carried = NOTHING
    for offset, clause in clauses(normalise(text)):
        found = read_clause(clause, carried)
        carried = found.carried
        items += [_shift(item, offset) for item in found.items]
    return items


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _shift(item: Item, offset: int) -> Item:
    return item._replace(
        start=item.start + offset,
        end=item.end + offset,
        core_start=item.core_start + offset,
        core_end=item.core_end + offset,
        verb_start=item.verb_start + offset,
        verb_end=item.verb_end + offset,
    )


@lru_cache(maxsize=1 << 15)
def read_clause(clause: str, carried: frozenset[str] = NOTHING) -> Clause:
    """Read one normalised clause; positions are relative to it.

    ``carried`` are the verbs of an earlier ``生产、销售：`` that reach a clause without any verb.
    """
    masked, nested = _mask(clause)
    reader = _Reader(masked, carried)
    reader.read()
    items = reader.items
    hosts = [_host(items, start) for start, _ in nested]
    for (start, end), host in zip(nested, hosts, strict=True):
        items = items + _bracket_items(clause[start:end], start, host)
    if "限" in clause and _BRANCH_ONLY.search(clause):
        items = _mark_branch_only(items, clause)
    return Clause(tuple(sorted(items)), reader.handed_on, masked)


def _host(items: list[Item], position: int) -> Item | None:
    return next((item for item in reversed(items) if item.start <= position), None)


def _mark_branch_only(items: list[Item], clause: str) -> list[Item]:
    """``X（限分支机构经营）`` marks X; ``以上限…`` and words outside brackets mark the clause."""
    marks = [
        found
        for found in _BRACKET.finditer(clause)
        if _BRANCH_ONLY.search(found[0]) and not re.search("以[上下]", found[0])
    ]
    if not marks:
        return [item._replace(branch=True) for item in items]
    return [
        item._replace(branch=any(item.start <= m.start() <= item.end for m in marks))
        for item in items
    ]


def _mask(clause: str) -> tuple[str, list[tuple[int, int]]]:
    """Blank out brackets and exclusions; return the rest and the brackets that hold items."""
    nested: list[tuple[int, int]] = []

    def mask_bracket(found: re.Match[str]) -> str:
        content = found[0][1:-1]
        excluding = _EXCLUDING_BRACKET.search(content)
        if content and not excluding and not _CONDITION.search(content) and not _BRANCH_ONLY.search(content):
            nested.append((found.start() + 1, found.end() - 1))
        return _FILL * len(found[0])

    masked = _BRACKET.sub(mask_bracket, clause) if "(" in clause else clause
    masked = masked.replace("(", " ").replace(")", " ")
    if "除" in masked:
        masked = _EXCEPT.sub(lambda found: _GONE * len(found[0]), masked)
    return _VERB_THEN_JOINER.sub(lambda m: m[1] + _JOIN * len(m[2]), masked), nested


def _bracket_items(content: str, offset: int, host: Item | None) -> list[Item]:
    """Items inside a bracket; those without a verb share the activity of what stands before."""
    default = host.activities if host else NOTHING
    found = read_clause(content.replace("(", " ").replace(")", " "))
    return [
        _shift(item if item.activities else item._replace(activities=default), offset)
        for item in found.items
    ]


class _Segment(NamedTuple):
    start: int
    end: int
    before: frozenset[str]
    after: frozenset[str]
    core_start: int
    core_end: int
    separator: str  # the sign in front of the segment
    colon: bool  # a colon follows

    @property
    def only_verbs(self) -> bool:
        return self.core_start >= self.core_end


class _Reader:
    """Walks the segments of one masked clause and gives each its verbs."""

    def __init__(self, masked: str, carried: frozenset[str]) -> None:
        self.masked = masked
        self.carried = carried
        self.items: list[Item] = []
        self.handed_on = NOTHING
        self._reach = NOTHING  # verbs that reach forward
        self._reach_span = (0, 0)  # where they stand
        self._group: list[int] = []  # items that a verb behind them would still reach
        self._closed = False  # the group has its verbs; a further verb adds to them
        self._mixed = "、" in masked and "," in masked

    def read(self) -> None:
        excluding = False
        for segment in self._segments():
            if segment.separator != "、":
                excluding = False
            opener = _EXCLUDES.search(self.masked, segment.start, segment.end)
            if opener and not excluding:
                excluding = True
                if opener.start() > segment.start:
                    self._take(_cut(self.masked, segment, opener.start()))
                continue
            if not excluding and self.masked.find("除外", segment.start, segment.end) < 0:
                self._take(segment)
        if self.carried and not any(item.activities for item in self.items):
            self.items = [
                item._replace(activities=self.carried, place="before") for item in self.items
            ]
            self.handed_on = self.carried

    def _segments(self) -> Iterator[_Segment]:
        end = 0
        for found in _SEGMENT.finditer(self.masked):
            separator = self.masked[end : found.start()]
            end = found.end()
            colon = self.masked.startswith(":", end)
            sign = next((sign for sign in ",: " if sign in separator), "、")
            yield _segment(self.masked, found.start(), end, sign, colon)

    def _take(self, segment: _Segment) -> None:
        if self._mixed and segment.separator == "," and not segment.only_verbs:
            self._group, self._closed = [], False
        if segment.only_verbs:
            self._take_verbs(segment)
        else:
            self._take_item(segment)

    def _take_verbs(self, segment: _Segment) -> None:
        verbs = segment.before | segment.after
        if not verbs:
            return
        first = not any(item.place != "verb" for item in self.items)
        self._append(segment, verbs, "verb")
        if segment.colon or first:
            self._reach_forward(segment, verbs, more=first)
            self._group, self._closed = [], False
            if segment.colon:
                self.handed_on = self._reach
            return
        for index in self._group[:-1]:
            item = self.items[index]
            self.items[index] = _given(item, segment, item.activities | verbs)
        self._closed = True

    def _take_item(self, segment: _Segment) -> None:
        if self._closed:
            self._group, self._closed = [], False
        if segment.before:
            first = not any(item.place != "verb" for item in self.items)
            self._reach_forward(segment, segment.before, more=first)
            self._group = []
        if segment.after:
            if not segment.before:
                self._reach_back(segment)
            own = segment.before | segment.after
            self._append(segment, own | (self._reach if segment.before else NOTHING), "own")
            self._closed = True
        elif self._reach:
            self._append(segment, self._reach, "own" if segment.before else "before")
        else:
            self._append(segment, NOTHING, "bare")
        if segment.colon:
            self._group, self._closed = [], False

    def _reach_forward(self, segment: _Segment, verbs: frozenset[str], *, more: bool) -> None:
        start = self._reach_span[0] if more and self._reach else segment.start
        self._reach = self._reach | verbs if more else verbs
        self._reach_span = (start, segment.end)

    def _reach_back(self, segment: _Segment) -> None:
        bare = [index for index in self._group if not self.items[index].activities]
        for index in bare:
            self.items[index] = _given(self.items[index], segment, segment.after)
        self._group = bare

    def _append(self, segment: _Segment, activities: frozenset[str], place: str) -> None:
        self._group.append(len(self.items))
        span = (segment.start, segment.end, segment.core_start, segment.core_end)
        verb = self._reach_span if place == "before" else span[:2]
        self.items.append(Item(*span, *verb, activities, place))


def _given(item: Item, segment: _Segment, activities: frozenset[str]) -> Item:
    """Give an item the verbs of a segment behind it."""
    place = item.place if item.activities else "after"
    return item._replace(activities=activities, place=place, verb_end=segment.end)


def _segment(masked: str, start: int, end: int, separator: str, colon: bool) -> _Segment:
    text = masked[start:end]
    before = _PREFIX.match(text)
    head = before.end() if before else 0
    after = _SUFFIX.match(text[:head - 1 if head else None:-1]) if head < len(text) else None
    tail = len(text) - (after.end() if after else 0)
    verbs_before = _activities(text[:head])
    verbs_after = _activities(text[tail:])
    core_start = start + (head if verbs_before or head == len(text) else _filler_end(text, head))
    core_end = start + (tail if verbs_after else len(text))
    if text.strip(_GONE) == "":
        core_end = core_start
    return _Segment(
        start, end, verbs_before, verbs_after, core_start, core_end, separator, colon
    )


def _filler_end(text: str, head: int) -> int:
    return head if head and head < len(text) else 0


def _cut(masked: str, segment: _Segment, end: int) -> _Segment:
    return _segment(masked, segment.start, end, segment.separator, colon=False)


@lru_cache(maxsize=1 << 14)
def _activities(text: str) -> frozenset[str]:
    found = [VERBS[match[0]] for match in _VERB_AT.finditer(text)]
    return NOTHING.union(*found) if found else NOTHING
