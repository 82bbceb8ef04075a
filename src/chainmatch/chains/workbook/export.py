"""Chains as sheets and a workbook: names for ids, Chinese for English, drop-downs, notes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chainmatch.chains.model import GENERAL_KNOWLEDGE, Chain
from chainmatch.chains.workbook.layout import BY_NAME, GENERAL, SHEETS, VOCABULARY, Column
from chainmatch.errors import OutputError
from chainmatch.util.xlsx import FIXED_PROPERTIES, WORKBOOK_OPTIONS

MAX_CELL = 32_767  # characters, the limit of Excel
_ROWS = 20_000  # that the drop-downs reach down to


def sheet_rows(chains: Sequence[Chain]) -> dict[str, list[list[str]]]:
    """Return the cells of every sheet. Raises OutputError where one is too long for Excel."""
    chain_name = _names({chain.chain: chain.name for chain in chains})
    node_name = _names({node.id: node.name for chain in chains for node in chain.nodes})
    rows: dict[str, list[list[str]]] = {sheet.name: [] for sheet in SHEETS}
    for chain in chains:
        segment_name = _names({segment.id: segment.name for segment in chain.segments})
        general = GENERAL_KNOWLEDGE if GENERAL in chain.sources else GENERAL
        names = {
            "chain": chain_name,
            "node": node_name,
            "segment": segment_name,
            "source": {GENERAL_KNOWLEDGE: general},
        }
        for sheet, record in _records(chain):
            cells = [
                _cell(column, record.get(column.key, ""), names, f"{sheet}“{chain.name}”")
                for column in BY_NAME[sheet].columns
            ]
            rows[sheet].append(cells)
    return rows


def _records(chain: Chain) -> Iterator[tuple[str, dict[str, Any]]]:
    own = {"chain": chain.chain}
    yield "产业链", chain.model_dump(include={"chain", "name", "about", "names"})
    for segment in chain.segments:
        yield "细分链", own | segment.model_dump()
    for node in chain.nodes:
        yield "环节", own | node.model_dump()
        for word, why in node.false_friends.items():
            yield "误导词", {"node": node.id, "word": word, "why": why}
        for investment in node.investments:
            yield "投资", {"node": node.id, **investment.model_dump()}
    for sheet, supplies in (("供给关系", chain.supplies), ("循环利用", chain.recycling)):
        for supply in supplies:
            yield sheet, own | supply.model_dump(by_alias=True)
    for key, source in chain.sources.items():
        yield "来源", own | {"id": key, **source.model_dump()}
    for rule in chain.shared:
        yield "共用宾语", own | rule.model_dump()


def _names(named: Mapping[str, str]) -> dict[str, str]:
    """Return id → what stands for it in the workbook: its name where that is unmistakable."""
    count = Counter(named.values())
    return {
        key: name if count[name] == 1 and name not in named and "\n" not in name else key
        for key, name in named.items()
    }


def _cell(column: Column, value: Any, names: Mapping[str, Mapping[str, str]], where: str) -> str:
    match column.kind:
        case "chain" | "node" | "segment":
            text = names[column.kind][value]
        case "nodes":
            text = _join([names["node"][node] for node in value])
        case "source":
            text = names["source"].get(value, value)
        case "stage" | "settles" | "kind" | "flow" | "activities" | "needs":
            chosen = [value] if isinstance(value, str) else value
            words = {english: word for word, english in VOCABULARY[column.kind].items()}
            text = _join([words[word] for word in chosen])
        case "list" | "codes":
            text = _join(value)
        case _:
            text = value
    if len(text) > MAX_CELL:
        raise OutputError(
            f"{where}：“{column.title}”共 {len(text):,} 字，"
            f"超过 Excel 单元格 {MAX_CELL:,} 字的上限。"
        )
    return str(text)


def _join(items: Sequence[str]) -> str:
    """Join by 、, or one a line where an item holds that sign; a line end says that it is so."""
    if not any("、" in item for item in items):
        return "、".join(items)
    return "\n".join(items) + ("\n" if len(items) == 1 else "")


def write_book(chains: Sequence[Chain], path: Path) -> None:
    """Write the workbook."""
    import xlsxwriter

    rows = sheet_rows(chains)

    with xlsxwriter.Workbook(str(path), WORKBOOK_OPTIONS) as book:
        book.set_properties({**FIXED_PROPERTIES, "title": "产业链", "subject": "产业链文件"})
        head = book.add_format(
            {"bold": True, "bg_color": "#D9E7E5", "bottom": 1, "valign": "vcenter"}
        )
        body = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for sheet in SHEETS:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 3 if sheet.name == "环节" else 1)
            page.autofilter(0, 0, max(1, len(rows[sheet.name])), len(sheet.columns) - 1)
            for k, column in enumerate(sheet.columns):
                page.set_column(k, k, column.width, body)
                page.write_string(0, k, column.title, head)
                page.write_comment(0, k, _note(column), {"author": "chainmatch", "x_scale": 2.2})
                _offer(page, column, k, rows)
            for number, cells in enumerate(rows[sheet.name], start=1):
                if sheet.name == "环节":
                    page.set_row(number, 62)
                for k, text in enumerate(cells):
                    if text:
                        page.write_string(number, k, text, body)


def _note(column: Column) -> str:
    return f"{'必填' if column.required else '可留空'}。{column.note}"


def _offer(page: Any, column: Column, k: int, rows: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """Offer the known words in a drop-down; other words are refused only where just one may be."""
    lists: dict[str, Any] = {
        **{kind: list(words) for kind, words in VOCABULARY.items()},
        "chain": f"='产业链'!$B$2:$B${len(rows['产业链']) + 100}",
        "segment": f"='细分链'!$C$2:$C${len(rows['细分链']) + 500}",
        "node": f"='环节'!$C$2:$C${len(rows['环节']) + 1000}",
    }
    if column.kind not in lists:
        return
    choice = {
        "validate": "list",
        "source": lists[column.kind],
        "show_error": column.kind in ("stage", "settles", "kind", "flow"),
        "error_title": column.title,
        "error_message": column.note,
    }
    page.data_validation(1, k, _ROWS, k, choice)
