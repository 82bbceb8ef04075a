"""Hostile inputs from a seed: the same seed gives the same input, on every machine."""

import datetime as dt
import random
from pathlib import Path

import pandas as pd
import xlsxwriter

SIGNS = (
    "茶叶生产销售万元亿年月日号省市县公司有限除外不含等的及、；（）()，。,;:：-－—=＝+@'"
    '"“”0123456789 \t\u3000'
)
ODD = [
    *("\x00", "\x1b[31m", "\r", "\n", "\u202e", "\u200b", "\ufeff", "\ufffe", "\x85", "\u2028"),
    *("😀", "ﷺ", "é", "\U0010ffff", "㐀", "＝1+1", "=HYPERLINK(1)", "<script>", "{{7*7}}", "%s%n"),
    *("_x000D_", "合计", "备注：", "NULL", "#REF!", "1e999", "-0", "NaN", "13800138000", "a@b.cn"),
]
HEADERS = [
    *("企业名称", "统一社会信用代码", "地区", "注册资本(万元)", "注册资本", "成立日期", "经营范围"),
    *(
        "主要产品",
        "行业代码",
        "地址",
        "经营状态",
        "企业类别",
        "荣誉资质",
        "firm_id",
        "序号",
        "备注",
    ),
    *(
        "法定代表人",
        "联系电话",
        "省份",
        "城市",
        "",
        "企业名称",
        "许可经营项目",
        "未知",
        "名称\n（全称）",
    ),
]
LEAD_HEADERS = [
    "编号",
    "线索类型",
    "项目名称",
    "项目简介",
    "产业",
    "落户地",
    "投资额（亿元）",
    "日期",
]
REAL = [
    "茶县青山茶业有限公司",
    "茶叶生产、销售；茶叶机械制造",
    "陕西省商洛市镇安县",
    "2019-03-04",
    "500万元",
]


def cell(chance: random.Random) -> object:
    """Return a cell as somebody might write it who wishes us ill, or knows no better."""
    kind = chance.randrange(12)
    if kind < 4:
        return chance.choice(REAL)
    if kind == 4:
        return None
    if kind == 5:
        return chance.choice([0, -1, 10**18, 2**63 - 1, 1e300, -1e-300, 40_000, 1e12, 60.5, True])
    if kind == 6:
        return chance.choice(
            [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.datetime(2020, 1, 2, 3, 4, 5), dt.time(1)]
        )
    if kind == 7:
        return chance.choice(ODD)
    if kind == 8:
        length = chance.choice([10, 300, 3_000, 33_000])
        unit = chance.choice(
            [*SIGNS, "合计", "茶叶、", "(a", "1万元", "a@", "生产、", "13800138000"]
        )
        return (unit * length)[:length]
    text = [chance.choice([*SIGNS, *ODD]) for _ in range(chance.randrange(1, 30))]
    return "".join(text)


def rows(chance: random.Random, headers: list[str]) -> list[list[object]]:
    """Return a table under some of the headers, in any order, with rows of any length."""
    head: list[object] = [chance.choice(headers) for _ in range(chance.randrange(1, 9))]
    if chance.random() < 0.8:
        head[0] = headers[2] if headers is LEAD_HEADERS else headers[0]
    table = [head]
    if chance.random() < 0.2:
        table.insert(0, [cell(chance)])
    for _ in range(chance.randrange(0, 12)):
        width = len(head) if chance.random() < 0.8 else chance.randrange(0, 12)
        row = [cell(chance) for _ in range(width)]
        if row and chance.random() < 0.6:
            row[0] = chance.choice(REAL)
        table.append(row)
    if chance.random() < 0.1:
        table.append(list(head))
    return table


def _csv(path: Path, table: list[list[object]], chance: random.Random) -> None:
    separator = chance.choice([",", ",", "\t", ";", "|"])
    quote = chance.choice(['"', '"', "", "'"])
    lines = [
        separator.join(f"{quote}{'' if c is None else c}{quote}" for c in row) for row in table
    ]
    encoding = chance.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    path.write_bytes(chance.choice(["\n", "\r\n"]).join(lines).encode(encoding, "replace"))


def _xlsx(path: Path, table: list[list[object]], chance: random.Random) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": chance.random() < 0.2}) as book:
        forms = [book.add_format({"num_format": f}) for f in ("General", "yyyy-mm-dd", "[h]:mm")]
        for _ in range(chance.choice([1, 1, 2])):
            sheet = book.add_worksheet()
            for at, row in enumerate(table):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(at, column, value[:32_767])
                    elif isinstance(value, dt.date | dt.time):
                        sheet.write_string(at, column, str(value))
                    elif value is not None:
                        sheet.write_number(at, column, float(value), chance.choice(forms))
            if chance.random() < 0.2 and len(table) > 2:
                sheet.merge_range(1, 0, len(table), 0, "合并")


def _parquet(path: Path, table: list[list[object]], chance: random.Random) -> None:
    head, *body = table
    frame = pd.DataFrame(
        {
            f"{title}" or f"列{at}": [str(row[at]) if at < len(row) else None for row in body]
            for at, title in enumerate(head)
        }
    )
    for name in frame.columns:
        if chance.random() < 0.3:
            frame[name] = pd.Series([chance.choice([2**62, -1, 5])] * len(frame)).astype(
                chance.choice(["int64", "float64", "timedelta64[us]", "datetime64[us]", "bool"])
            )
    frame.to_parquet(path, index=False)


def _html(path: Path, table: list[list[object]], chance: random.Random) -> None:
    lines = "".join(
        f"<tr>{''.join(f'<td colspan={chance.choice([1, 1, 1, 99999])}>{c}' for c in row)}</tr>"
        for row in table
    )
    path.write_bytes(f"<html><table>{lines}".encode("utf-8", "replace"))


def spoil(path: Path, chance: random.Random) -> None:
    """Change some bytes of a file, or cut it off."""
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 3, 30])):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data[: chance.choice([len(data), len(data), chance.randrange(len(data) + 1)])])


def some_list(folder: Path, seed: int, headers: list[str] = HEADERS) -> Path:
    """Write a hostile list and return its path."""
    chance = random.Random(seed)
    table = rows(chance, headers)
    ending, write = chance.choice(
        [("csv", _csv), ("csv", _csv), ("xlsx", _xlsx), ("parquet", _parquet), ("xls", _html)]
    )
    path = folder / f"{seed}.{ending}"
    write(path, table, chance)
    if chance.random() < 0.25:
        spoil(path, chance)
    return path


def spoilt_text(text: str, seed: int) -> str:
    """Return a text of lines (YAML, JSON, CSV) with some of them changed, doubled or gone."""
    chance = random.Random(seed)
    lines = text.splitlines()
    for _ in range(chance.choice([1, 1, 2, 5])):
        at = chance.randrange(len(lines))
        kind = chance.randrange(6)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[chance.randrange(len(lines))])
        elif kind == 2:
            head, colon, _ = lines[at].partition(":")
            lines[at] = f"{head}{colon} {str(cell(chance))[:5_000]}"
        elif kind == 3:
            lines[at] = lines[at].replace(" ", "", 2)
        elif kind == 4:
            spot = chance.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:spot] + chance.choice(ODD) + lines[at][spot:]
        else:
            lines[at] = chance.choice(["- " * 70, "&a [*a]", "x: {y: [", "weights: 1e999", "\t- a"])
        if not lines:
            break
    return "\n".join(lines)
