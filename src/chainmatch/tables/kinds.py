"""What a row below a header is: a firm, a lead, a total, a footer, the heading of a group.

Every row that is no firm and no lead has its reason.
"""

import re

from chainmatch.tables.headers import Table
from chainmatch.tables.headings import COUNTED, FIRM_END, NUMBERED, speaks_for_itself
from chainmatch.tables.layout import Layout
from chainmatch.tables.sheets import Row
from chainmatch.tables.values import is_blank, name_of, raw_text, text_of
from chainmatch.util.text import simplified

TOTAL, FOOTER, HEADER, GROUP = "合计行", "表尾说明（备注、填报人等）", "重复的表头", "分组标题"
NO_DATA = (TOTAL, FOOTER, HEADER, GROUP)  # rows that a sheet needs, but that list nothing
UNMATCHED = "查询结果里没有匹配到这家企业"
FIRM_ENDS = ("公司", "厂", "社", "店")

_TOTAL = re.compile(
    r"(?:本页|本表|本类|本组|全县|全市|全省|全区|全部|以上|各项|企业)?(?:合计|总计|小计|共计|累计|总数)"
    r"(?:数|[家户个]数?)?(?:[:：(（\d].*)?|.{0,4}共有?\d+[家户个项条件宗名](?:企业|项目|单位)?"
)
_PAGE = (
    r"第\d+页.{0,3}(?:共?\d+页)?|共\d+页.{0,3}(?:第\d+页)?|\d+页?/\d+页|[-—]\d+[-—]|"
    r"page\d+(?:of\d+)?"
)
_FOOTER = re.compile(
    rf"(?i:{_PAGE})|"
    r"(?:备注|说明|注|附注|注释|数据来源|资料来源|来源|填报单位|填表单位|制表单位|填报日期|填报时间|填表日期|制表日期|制表时间|"
    r"截止日期|截至日期|导出时间|导出日期|打印时间|打印日期|联系方式|单位盖章|单位(?:[(（]盖章[)）]))\d?[:：].*|"
    r"(?:填报人|填表人|制表人|制表|填表|审核人?|复核人?|审批人?|签发人?|经办人|统计人|单位负责人|分管领导|主管领导|负责人|联系人|"
    r"联系电话)(?:[(（].*?[)）])?[:：]?[^公司厂社店]{0,40}|"
    r"[(（]?(?:排名不分先后|以下空白|以下无正文|此页无正文|转下页|接上页|续上表|续下表|续表|完)[)）]?|[-—]+完[-—]+|"
    r"(?:本名单|本表|以上(?:名单|数据|企业)|数据).{0,6}(?:由|截至|截止|来源|来自|为准|不分先后).*"
)
_UNMATCHED = re.compile(
    "(?:暂?未|没有?|无法|不能)(?:能|成功)?(?:匹配|查询|查找|查|找|检索|识别|搜索)(?:到|出)?"
    "(?:相关|对应|此|该|匹配|的)*(?:企业|公司|结果|数据|信息|记录|单位|主体)?|"
    "(?:匹配|查询|查|找)不到.{0,6}|(?:匹配|查询|查找)(?:失败|无结果)|"
    "(?:查?无|暂无)(?:此|该|相关|匹配|对应|的)+(?:企业|公司|结果|数据|信息|记录|单位|主体)"
)
# A name that can open no total, footer or group: nearly all; spares the searches for them.
_PLAIN_NAME = re.compile(
    "[^本全以各企合总總小共累纍一二三四五六七八九十第未暂无無没沒查匹数數(（:：][^:：]{2,}公司"
)
# The same for whole columns of plain names in simplified characters, as RE2 reads it.
PLAIN_OPENING = (
    rf"\A(?:{_PLAIN_NAME.pattern}|"
    "[^本全以各企合总小共累一二三四五六七八九十第备说注附数资来填制截单审复签经统分主负联计约"
    "未暂无没查匹导打排转接续此完页不找])"
)
# Where a heading may end, a name that stands alone in its row is looked at more closely.
HEADING_ENDS = "家户个项条件宗省市县区州盟旗镇乡办处道会类块域业列目组档级批单录表账册"
_LONGEST_HEADING = 60
_COUNT = re.compile(r"[共计约]*\d+(?:\.\d+)?[家户个条项万元亿]*")
_FIGURE = re.compile(r"[共计约]*[\d,]+(?:\.\d+)?[家户个项条件宗万亿元%]*")
_NUMBER = re.compile(r"[(（]?(?:[A-Za-z]{0,3}\d{1,7}|[一二三四五六七八九十百]+)[)）.、]?")
_CHINESE_NUMBER = re.compile(r"[(（]?[一二三四五六七八九十百]+[)）.、．]?")
_LETTER = re.compile(r"[^\W\d_]")


def why_no_data(row: Row, layout: Layout, table: Table, wide: bool) -> tuple[str, str]:
    """Return why a row is no firm or lead, "" if it is one; and the heading that it is, if any.

    ``wide``: one of its cells reaches over several columns.
    """
    return _why_no_lead(row, layout, wide) if table == "leads" else _why_no_firm(row, layout, wide)


def _why_no_firm(row: Row, layout: Layout, wide: bool) -> tuple[str, str]:
    name = name_in(row, layout)
    if _PLAIN_NAME.fullmatch(name):
        return "", ""
    first = next((text for text in map(name_of, row) if text), "")
    named = len(name) >= 2 and _LETTER.search(name) and not _COUNT.fullmatch(name)
    aside = _aside(name) or ("" if named else _aside(first))
    if aside:
        return aside, ""
    if _UNMATCHED.fullmatch(name):
        return UNMATCHED, ""
    heading = _heading(row, layout, "firms", wide)
    if heading:
        return GROUP, heading
    if named:
        return "", ""
    return _why_no_name(row, layout, name), ""


def name_in(row: Row, layout: Layout) -> str:
    """Return the name of a firm: of several columns of names the first that says one."""
    for at in layout.columns["name"]:
        name = name_of(cell_in(row, at))
        if name:
            return name
    return ""


def cell_in(row: Row, at: int) -> object:
    """Return a cell of a row that may be too short."""
    return row[at] if at < len(row) else None


def _heading(row: Row, layout: Layout, table: Table, wide: bool) -> str:
    """Return the heading of a group that a row is, "" if it is none.

    A heading stands alone in its row, but for a number in front of it and figures behind it. It
    has a Chinese number or a count, reaches over the columns, or is a place or a kind by its words.
    """
    cells = [(at, text) for at, value in enumerate(row) if (text := text_of(value))]
    serial = len(cells) > 1 and _NUMBER.fullmatch(cells[0][1]) is not None
    chinese = serial and _CHINESE_NUMBER.fullmatch(cells[0][1]) is not None
    (at, title), *rest = cells[serial:] or [(0, "")]
    keys = (name for key in ("name", "title", "text") for name in layout.columns.get(key, ()))
    if (
        not 0 < len(title) <= _LONGEST_HEADING
        or at > max(keys)
        or not all(_FIGURE.fullmatch(text) for _, text in rest)
    ):
        return ""
    counted = bool(COUNTED.search(title)) or any(_COUNT.fullmatch(text) for _, text in rest)
    numbered = NUMBERED.match(title) is not None
    alone = not serial and not rest
    if FIRM_END.search(COUNTED.sub("", title)):  # 一、县属公司 in a list that says more of firms
        return title if numbered and alone and len(layout.columns) > 1 else ""
    if chinese or COUNTED.search(title) or (numbered and (alone or counted)):
        return title
    by_words = table == "firms" and speaks_for_itself(title)
    wide = wide or (table == "firms" and at in layout.serial and not _NUMBER.fullmatch(title))
    return title if (alone and wide) or (by_words and not serial and (alone or counted)) else ""


def _why_no_lead(row: Row, layout: Layout, wide: bool) -> tuple[str, str]:
    texts = [
        text_of(cell_in(row, at))
        for name in ("title", "text")
        for at in layout.columns.get(name, ())
    ]
    first = next((text for text in map(text_of, row) if text), "")
    aside = next((why for why in map(_aside, (first, *texts[:1])) if why), "")
    if aside and len("".join(texts)) <= 40:
        return aside, ""
    heading = _heading(row, layout, "leads", wide)
    if heading:
        return GROUP, heading
    if any(_LETTER.search(text) for text in texts):
        return "", ""
    return "只有序号" if _only_serial(row, layout, "lead_id") else "标题和内容都没有", ""


def _why_no_name(row: Row, layout: Layout, name: str) -> str:
    if _only_serial(row, layout):
        return "只有序号"
    if not name:
        return "没有企业名称"
    return "企业名称过短" if _LETTER.search(name) and len(name) < 2 else "企业名称只有数字或符号"


def _aside(text: str) -> str:
    """Return the reason if a text opens a total or a footer."""
    squeezed = simplified(text.replace(" ", "").replace("\u3000", ""))
    if _TOTAL.fullmatch(squeezed):
        return TOTAL
    return FOOTER if _FOOTER.fullmatch(squeezed) else ""


def _only_serial(row: Row, layout: Layout, key: str = "") -> bool:
    """Return whether all that the row holds is its running number."""
    serial = layout.serial | set(layout.columns.get(key, ()))
    mapped = {at for positions in layout.columns.values() for at in positions}
    filled = [at for at, value in enumerate(row) if not is_blank(value)]
    return all(at in serial or (len(filled) == 1 and at not in mapped) for at in filled) and all(
        _NUMBER.fullmatch(raw_text(row[at]).strip()) for at in filled
    )
