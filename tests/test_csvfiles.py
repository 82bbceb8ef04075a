"""CSV files: what a reader gets back is what the table held, and no cell is a formula."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.report.files import write_csv
from chainmatch.report.parts import join_csv
from chainmatch.util.cells import as_text

# What is read holds no carriage return: every break of a line is a line feed by then.
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)
ROWS = st.lists(
    st.tuples(
        st.one_of(WORDS, st.sampled_from(["=1+1", '说"是"，', "两\n行", "@甲", "a,b"]), st.none()),
        st.floats(allow_nan=True, allow_infinity=False),
        st.integers(-(2**53), 2**53),
    ),
    max_size=6,
)


def written(frame, **options):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "表.csv"
        write_csv(frame, path, **options)
        return path.read_bytes()


def table(rows):
    frame = pd.DataFrame(rows, columns=["名称", "得分", "行号"])
    return frame.astype({"得分": "float64", "行号": "int64"})


@given(ROWS)
def test_every_cell_comes_back_and_text_is_no_formula(rows):
    text = written(table(rows)).decode("utf-8-sig")
    head, *found = csv.reader(io.StringIO(text, newline=""))
    assert head == ["名称", "得分", "行号"]
    for (name, score, number), (one, two, three) in zip(rows, found, strict=True):
        said = name or ""
        assert one == as_text(said)
        assert two == ("" if score != score else f"{score:.10g}")
        assert three == str(number)


@given(ROWS)
def test_the_file_is_the_one_that_pandas_writes(rows):
    frame = table([(name and f"甲{name}", *rest) for name, *rest in rows])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "表.csv"
        frame.to_csv(
            path, index=False, encoding="utf-8-sig", lineterminator="\n", float_format="%.10g"
        )
        assert written(frame) == path.read_bytes()


def test_missing_numbers_are_empty_and_whole_numbers_have_no_point():
    frame = pd.DataFrame(
        {"有无": pd.array([1, None], dtype="Int64"), "混": pd.Series([0.5, None], dtype=object)}
    )
    assert written(frame, plain=True) == "有无,混\n1,0.5\n,\n".encode()


def test_pieces_are_written_without_a_header_and_without_a_mark():
    frame = table([("甲", 1.0, 2)])
    assert written(frame, plain=True, header=False) == "甲,1,2\n".encode()
    assert written(frame.iloc[:0]) == b"\xef\xbb\xbf" + "名称,得分,行号\n".encode()


ODD = st.one_of(
    st.text(st.sampled_from("=+-@\t\r\n\0\"',; \\茶𠀀\ufeff"), max_size=5), WORDS, st.none()
)


@given(
    st.lists(
        st.tuples(ODD, st.one_of(st.floats(), st.none()), ODD, st.integers(-(2**63), 2**63 - 1)),
        max_size=6,
    ),
    st.integers(1, 4),
)
def test_columns_are_written_like_cells(rows, size):
    schema = pa.schema(
        [("a", pa.string()), ("b", pa.float64()), ("c", pa.string()), ("d", pa.int64())]
    )
    columns = zip(*rows, strict=True) if rows else [[], [], [], []]
    arrays = [
        pa.array(list(column), field.type) for column, field in zip(columns, schema, strict=True)
    ]
    whole = pa.Table.from_arrays(arrays, schema=schema)
    frame = whole.to_pandas()
    bycells = written(frame, plain=True, header=False)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "part"
        pieces = [pa.Table.from_batches([batch]) for batch in whole.to_batches(size)]
        for parts in (pieces, [frame]):
            join_csv(parts, schema.names, path, plain=True)
            assert path.read_bytes() == b"a,b,c,d\n" + bycells


def test_rows_of_mixed_cells_are_written_like_cells():
    frame = pd.DataFrame(
        {
            "a": pd.Series(["=1", 2, None, True], dtype=object),
            "b": pd.Series(["甲", "a,b", '"', ""], dtype="str"),
            "c": [True, False, True, False],
        }
    )
    for columns in (["a", "b"], ["b", "c"], ["b"]):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "part"
            join_csv([frame], columns, path, plain=True)
            rows = written(frame[columns], plain=True, header=False)
            assert path.read_bytes() == f"{','.join(columns)}\n".encode() + rows
