"""Reading by columns: what is called plain is left alone, and both ways of reading agree."""

import math
from datetime import date

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmatch.names import valid_code
from chainmatch.names.codes import _CODE_LETTERS, _CODE_VALUES, _CODE_WEIGHTS
from chainmatch.schema.columns import PERSONAL
from chainmatch.tables.arrow import firm_batch
from chainmatch.tables.bounds import MAX_CELL
from chainmatch.tables.finding import find_layout
from chainmatch.tables.headers import known_headers
from chainmatch.tables.packed import Piece, pack
from chainmatch.tables.pieces import PieceReader
from chainmatch.tables.plain import plain_codes, plain_names, plain_texts
from chainmatch.tables.rows import read_body
from chainmatch.tables.sheets import Sheet
from chainmatch.tables.values import UNKNOWN, Code, code_of, name_of, text_of, wording_of

# Full-width, traditional, of no width, other scripts, breaks, marks of formulas, half-used signs.
HOSTILE = (
    "\x00\t\n\r\x0b\x1c\x85\xa0\xad\u200b\u200d\u2028\u202e\u2060\u3000\ufeff\ufffe ＡＢ１２＆－"
    "無國電話總備說〇①Ⅳ㍿⽤豈٣५𠀀=+-@'’`*\",;|:：。.、()（）【】_x000D_$元万"
)
WORDS = [
    *sorted(UNKNOWN), "合计", "总计：3", "备注：", "填报人", "一、", "第二批", "（三）", "公司",
    "厂", "店", "有限公司", "企业名称", "联系电话", "_x000D_", "  ", "生产", "某某", "3家", "1E3",
    *PERSONAL, *sorted(known_headers("firms")),
]  # fmt: skip


def _code(head: str) -> str:
    """Close 17 characters with their check digit."""
    values = [_CODE_VALUES[ord(char)] for char in head]
    total = sum(v * w for v, w in zip(values, _CODE_WEIGHTS, strict=True))
    return head + _CODE_LETTERS[-total % 31]


pieces = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.sampled_from(HOSTILE), min_size=1, max_size=3),
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=6),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
)
texts = st.lists(pieces, max_size=4).map("".join)
firm_names = st.builds(
    "{}{}".format,
    st.text(st.sampled_from("甲乙丙丁山水本全四第备填州市区行业址"), min_size=1, max_size=8),
    st.sampled_from(["有限公司", "公司", "加油站", "经营部", "支行", "厂", "合作社", "医院", "号"]),
)
codes = st.one_of(
    st.builds(
        lambda place, rest: _code(f"91{place:06}{rest}"),
        st.integers(110000, 659999),
        st.text(st.sampled_from(_CODE_LETTERS), min_size=9, max_size=9),
    ),
    st.text(st.sampled_from(_CODE_LETTERS + "IOSVZ０１ a"), min_size=17, max_size=19),
)


def _array(cells: list[str | None]) -> pa.StringArray:
    return pa.array(cells, pa.string())


@settings(max_examples=400)
@given(st.lists(texts, min_size=1, max_size=8))
def test_plain_texts_are_left_as_they_are(cells):
    for cell, plain in zip(cells, plain_texts(_array(cells), MAX_CELL), strict=True):
        if plain:
            assert text_of(cell) == wording_of(cell) == cell
            assert len(cell) <= MAX_CELL


def test_what_is_plain_text():
    plain = ["", None, "茶叶生产、销售（不含收购）。", "A B 型", "x" * MAX_CELL]
    other = [
        "无",
        " 茶",
        "茶\n",
        "茶  叶",
        "茶_x000D_叶",
        "x" * (MAX_CELL + 1),
        "\u200b茶",
        "茶\x00",
    ]
    assert plain_texts(_array(plain + other), MAX_CELL).tolist() == [True] * 5 + [False] * 8


@settings(max_examples=400)
@given(
    st.lists(st.one_of(texts, firm_names, st.builds("{}{}".format, texts, firm_names)), min_size=1),
    st.sampled_from([{}, {"甲山支行": "name"}]),
)
def test_plain_names_are_those_of_firms(cells, mapping):
    layout = find_layout([["企业名称", "经营范围"]], "firms", {})
    for cell, plain in zip(cells, plain_names(_array(cells), mapping), strict=True):
        if plain:
            assert name_of(cell) == cell
            assert len(cell) <= MAX_CELL
            body = read_body(Sheet("", [[cell, ""]]), layout, "firms", mapping, 0)
            assert not body.rejects
            assert len(body.segments) == 1


def test_what_is_a_plain_name():
    plain = ["丽水市甲茶叶有限公司", "甲乙县第一中学", "丽水甲加油站", "甲乙（丽水）机械厂"]
    other = [
        *("合计三家公司", "填报单位负责人", "企业名称", "甲乙经营范围", "甲乙法人代表人选"),
        *("国營甲乙茶厂", None),
    ]
    assert plain_names(_array(plain + other), {}).tolist() == [True] * 4 + [False] * 7


@given(st.lists(st.one_of(codes, texts, st.none()), min_size=1))
def test_plain_codes_are_valid_ones(cells):
    for cell, plain in zip(cells, plain_codes(_array(cells)).tolist(), strict=True):
        assert plain == (isinstance(cell, str) and valid_code(cell))
        if plain:
            assert code_of(cell) == Code(cell, checked=True)


def test_a_slice_of_codes_is_looked_at_from_its_beginning():
    cells = [_code(f"9133110012345678{n}") for n in range(4)]
    column = _array([*cells[:2], "甲乙丙丁戊己", *cells[2:]])
    assert plain_codes(column.slice(1, 3)).tolist() == [True, False, True]


HEADERS = {
    "企业名称": st.one_of(firm_names, firm_names, texts, st.none()),
    "统一社会信用代码": st.one_of(codes, codes, texts, st.none()),
    "经营范围": st.one_of(st.just("茶叶生产、销售（不含收购）。"), texts, st.none()),
    "主要产品": st.one_of(texts, st.none()),
    "省": st.one_of(st.sampled_from(["浙江省", "江西"]), texts, st.none()),
    "市": st.one_of(st.sampled_from(["丽水市", "上饶"]), texts, st.none()),
    "地址": st.one_of(st.sampled_from(["浙江省丽水市莲都区", "甲路3号"]), texts),
    "注册资本": st.one_of(st.sampled_from(["500", "100-200万元", "3万美元", "若干"]), texts),
    "成立日期": st.one_of(st.sampled_from(["2020-01-02", "2020年", "昨日"]), texts),
    "企业编号": st.one_of(codes, st.just("x0123456789abcdef"), texts),
    "登记状态": st.one_of(st.sampled_from(["存续", "存續"]), texts),
}
WANTED = [
    (),
    ("firm_id", "name", "scope", "products", "industry_code"),
    ("firm_id", "name", "code", "province", "city", "address"),
]


@st.composite
def lists(draw):
    optional = sorted(set(HEADERS) - {"企业名称"})
    chosen = draw(st.lists(st.sampled_from(optional), unique=True))
    headers = draw(st.permutations(["企业名称", *chosen]))
    row = st.tuples(*(HEADERS[header] for header in headers))
    rows = draw(st.lists(row, max_size=8))
    if draw(st.booleans()):
        rows.insert(draw(st.integers(0, len(rows))), tuple(headers))
    if draw(st.booleans()):
        rows.insert(draw(st.integers(0, len(rows))), tuple(reversed(headers)))
    return headers, rows


def _read(headers, rows, wanted, cuts, by_columns, kind=None):
    """Read rows in pieces, either way; return all that is said of them."""
    layout = find_layout([headers], "firms", {})
    reader = PieceReader("list", False, {}, wanted)
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        part = [list(row) for row in rows[start:end]]
        columns = zip(*part, strict=True) if part else [[] for _ in headers]
        raw = part
        if by_columns:
            arrays = [pa.array(list(column), kind) for column in columns]
            raw = pa.RecordBatch.from_arrays(arrays, names=list(map(str, range(len(headers)))))
        read = reader.read(Piece(start + 2, raw), layout)
        found.append(_said(read))
        layout = read.layout
    return found


def _said(read):
    """Return all that is said of a piece."""
    batch = firm_batch(read.records)
    batch.validate(full=True)
    said = (read.rejects, dict(read.tally.counts), read.tally.first_row, read.tally.notes())
    return batch.to_pydict(), batch.schema, *said, read.headers, read.kept, read.layout


@settings(max_examples=150, deadline=None)
@given(
    lists(),
    st.sampled_from(WANTED),
    st.data(),
    st.sampled_from([pa.string(), pa.large_string()]),
)
def test_lists_read_either_way_are_equal(drawn, wanted, data, kind):
    headers, rows = drawn
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=2)))
    byrows = _read(headers, rows, wanted, cuts, by_columns=False)
    assert _read(headers, rows, wanted, cuts, by_columns=True, kind=kind) == byrows


def test_columns_of_other_kinds_are_read_cell_by_cell():
    headers = ["企业名称", "统一社会信用代码", "注册资本", "成立日期", "主要产品", "地址"]
    rows = [
        ("丽水甲茶叶有限公司", _code("91331100123456789"), 500.0, date(2020, 1, 2), 7, "甲路1号"),
        ("合计", None, math.nan, None, 3, ""),
        ("丽水乙茶叶有限公司", "不是代码", math.nan, date(2021, 1, 2), None, "甲路" * MAX_CELL),
        ("丽水丙茶叶有限公司", _code("91331100123456780"), 0.0, None, 12, "甲路3号"),
    ]
    for wanted in WANTED:
        byrows = _read(headers, rows, wanted, [], by_columns=False)
        assert _read(headers, rows, wanted, [], by_columns=True) == byrows
        assert byrows[0][2][0].row == 3


@st.composite
def texts_of_lists(draw):
    """A text table: rows may be shorter or longer than the header, or blank."""
    headers, rows = draw(lists())
    usual = [["" if cell is None else cell for cell in row] for row in rows]
    stray = st.one_of(st.just([]), st.lists(texts, min_size=1, max_size=len(headers) + 2))
    for row in draw(st.lists(stray, max_size=2)):
        usual.insert(draw(st.integers(0, len(usual))), row)
    return headers, usual


@settings(max_examples=150, deadline=None)
@given(texts_of_lists(), st.sampled_from(WANTED), st.integers(1, 9))
def test_packed_rows_are_read_like_lists(drawn, wanted, size):
    headers, rows = drawn
    layout = find_layout([headers], "firms", {})
    reader = PieceReader("list", True, {}, wanted)
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        piece = pack(start + 2, part, len(headers), most_odd=1.0)
        assert piece.packed
        assert list(map(list, piece.raw())) == part
        read = reader.read(piece, layout)
        assert _said(read) == _said(reader.read(Piece(start + 2, part), layout))
        layout = read.layout


def test_rows_that_are_no_columns_stay_rows():
    assert not pack(2, [["甲", "乙"], ["丙"]], 2).packed
    assert not pack(2, [["甲\ud800", "乙"]], 2).packed
    assert not pack(2, [["甲", "乙"]], 0).packed
    piece = pack(7, [["甲", "乙"]] * 10 + [["丙"]], 2)
    assert piece.packed
    assert [*map(list, piece.raw([10, 0]))] == [["丙"], ["甲", "乙"]]
