"""What is said of a list: of its sheets and columns, and where no list was found."""

from collections.abc import Iterator, Sequence

from chainmatch.errors import NoListError, TableError
from chainmatch.schema.columns import column_of
from chainmatch.tables.guessing import columns_of_firms
from chainmatch.tables.headers import REQUIRED, SPARED, Table, is_known, parse_header
from chainmatch.tables.layout import Layout
from chainmatch.tables.rows import Body
from chainmatch.tables.sheets import Book, Sheet
from chainmatch.tables.values import is_blank


def is_returned(layout: Layout) -> bool:
    """Return whether a list is a shortlist of ours: it has our ids and a column for the outcome."""
    return {"firm_id", "outcome"} <= layout.columns.keys()


def no_rows(book: Book, sheet: Sheet, layout: Layout) -> TableError:
    """Return the error for a header without any row below it."""
    return TableError(
        f"{_where(book, sheet)}的表头在第 {layout.last + 1} 行，其下没有数据行；请检查是否导出完整"
    )


def _where(book: Book, sheet: Sheet) -> str:
    return f"文件“{book.file}”" + (f"的工作表“{sheet.name}”" if book.several else "")


def sheet_notes(
    book: Book,
    lists: Sequence[tuple[Sheet, Layout]],
    bodies: Sequence[tuple[Sheet, Body]],
) -> Iterator[str]:
    """Yield what is said of each sheet of a workbook."""
    if not book.several:
        if lists[0][0].hidden:
            yield f"工作表“{lists[0][0].name}”是隐藏的，已照常读取"
        return
    read = {
        id(sheet): (layout, body) for (sheet, layout), (_, body) in zip(lists, bodies, strict=True)
    }
    unread = []
    for sheet in book.sheets:
        hidden = "（隐藏）" if sheet.hidden else ""
        if id(sheet) in read:
            yield f"已读工作表“{sheet.name}”{hidden}：{_sheet_counts(*read[id(sheet)])}"
        elif any(not is_blank(value) for row in sheet.rows for value in row):
            unread.append(f"“{sheet.name}”{hidden}")
    if unread:
        returned = any(is_returned(layout) for _, layout in lists)
        why = "只读交回的清单（有“企业编号”和“结果”两列的表）" if returned else "没有找到名称一列"
        yield f"未读工作表{'、'.join(unread)}：{why}"


def _sheet_counts(layout: Layout, body: Body) -> str:
    kept = sum(len(segment.rows) for segment in body.segments)
    refused = f"，未读入 {len(body.rejects):,} 行" if body.rejects else ""
    return f"表头在第 {layout.last + 1} 行，读入 {kept:,} 行{refused}"


def column_notes(book: Book, parts: Sequence[tuple[Sheet, Layout]]) -> Iterator[str]:
    """Yield how columns were understood, and which were not read."""
    for sheet, layout in parts:
        where = f"工作表“{sheet.name}”" if book.several else ""
        yield from (where + note for note in _understood(layout))
        personal = [layout.headers[at].text for at in sorted(layout.personal)]
        if personal:
            yield f"{where}涉及个人信息的列未读：{'、'.join(personal)}"
        unused = [layout.headers[at].text for at in layout.unused]
        if unused:
            yield f"{where}未用的列：{'、'.join(unused)}（如有需要，用 --map 列名=name 等指明含义）"


def _understood(layout: Layout) -> Iterator[str]:
    """Yield how a list was understood, as far as its headers do not say so themselves."""
    if layout.known:
        yield f"按“{layout.known}”的样式读取"
    for header, name in layout.guessed:
        title = column_of("firms", name).title
        yield f"列“{header}”按内容看是{title}，已采用；如不对，用 --map 指明"
    for name in SPARED:
        texts = [layout.headers[at].text for at in layout.columns.get(name, ())]
        if len(texts) > 1 and not layout.blocks:
            spare = "、".join(f"“{text}”" for text in texts[1:])
            yield f"{column_of('firms', name).title}用“{texts[0]}”一列，空白时用{spare}"
    if layout.blocks:
        yield f"有 {len(layout.blocks)} 栏名单左右并排，逐栏读取"
    if "name" in layout.columns and layout.columns.keys().isdisjoint(("scope", "products")):
        yield "没有经营范围和主营产品两列，只能凭名称判断企业做什么"
    if layout.unit:
        yield f"表题写明单位是{layout.unit}，没有另写单位的金额按此读"


def no_list(book: Book, table: Table) -> TableError:
    """Say which headers were found where no list was."""
    wanted = "“企业名称”" if table == "firms" else "“标题”或“内容”"
    filled = [
        sheet for sheet in book.sheets if any(not is_blank(v) for row in sheet.rows for v in row)
    ]
    if not filled:
        return TableError(f"文件“{book.file}”里没有任何内容；请检查是否导出成功")
    sheet = filled[0]
    row = max(sheet.rows[:20], key=_header_likeness)
    found = "、".join(parse_header(v).text[:20] for v in row[:30] if not is_blank(v))
    name = REQUIRED[table][0]
    example = next((parse_header(v).text[:20] for v in row if not is_blank(v)), "列名")
    below = sheet.rows[sheet.rows.index(row) + 1 : 60]
    firms = [parse_header(row[at]).text for at in columns_of_firms(below, len(row))]
    alike = [text[:20] for text in firms if text] if table == "firms" else []
    doubt = f"其中{'、'.join(alike)}像企业名称；" if alike else ""
    return NoListError(
        f"{_where(book, sheet)}没有找到{wanted}一列；看到的表头是：{found}；{doubt}"
        f"请用 --map {(alike or [example])[0]}={name} 指明哪一列是{wanted}"
    )


def _header_likeness(row: Sequence[object]) -> tuple[int, int]:
    known = sum(1 for value in row if is_known(value, "firms") or is_known(value, "leads"))
    return known, sum(1 for value in row if isinstance(value, str) and 0 < len(value.strip()) <= 20)
