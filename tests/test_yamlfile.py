"""What the reader of hand-written YAML says to each slip: the line, and what to do."""

import pytest
import yaml

from chainmatch.util import yaml as yamlfile
from chainmatch.util.yaml import YamlError, read_document

SLIPS = {
    "open bracket": ("chain: a\nname: [甲\nabout: 乙\n", 2, "方括号"),
    "open brace": ("chain: a\nb: {id: x\nc: 2\n", 2, "花括号"),
    "comma forgotten": ("- {id: a name: 甲}\n", 1, "花括号"),
    "open quote": ('a: 1\nb: "x\nc: 2\n', 2, "引号"),
    "backslash": ('a: "C:\\d"\n', 1, "反斜杠"),
    "tab": ("a:\n\tb: 1\n", 2, "Tab"),
    "at sign": ("a: 1\nb: @x\n", 2, "引号"),
    "star": ("a: 1\nb: [*x]\n", 2, "加引号"),
    "full-width colon": ("name：甲\nabout: 乙\n", 2, "中文冒号"),
    "indented too far": ("a: 1\n  b: 2\n", 2, "缩进"),
    "colon in text": ("about: 上游: 矿\n", 1, "加引号"),
    "list out of line": ("a:\n  - b\n - c\n", 3, "对齐"),
    "no colon": ("a: 1\nname\nc: 3\n", 2, "缺冒号"),
    "no blank after colon": ("a: 1\nname:2\nc: 3\n", 2, "空格"),
    "text behind quote": ('a: "x" y\n', 1, "引号"),
    "percent": ("a: 1\nb: %x\n", 2, "加引号"),
    "single quote": ("a: 1\nb: 'x\nc: 2\n", 2, "引号"),
    "tab behind blanks": ("a:\n  b: 1\n\tc: 2\n", 3, "Tab"),
    "star and blank": ("a: 1\nb: * x\n", 2, "加引号"),
    "key twice": ("a: 1\nb: 2\na: 3\n", 3, "重复出现"),
    "two documents": ("a: 1\n---\nb: 2\n", 2, "---"),
    "control character": ("名: 甲\nb: \x07\n", 2, "控制字符"),
    "key that is a list": ("? [a]\n: 1\n", 1, "键必须是文字"),
}


@pytest.fixture(params=["C", "Python"])
def read(tmp_path, request, monkeypatch):
    """The reader over the compiled parser and over the plain one, whose words differ."""
    if request.param == "Python":
        monkeypatch.setattr(yamlfile, "_Loader", yaml.BaseLoader)

    def read(text):
        (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
        return read_document(tmp_path / "a.yaml")

    return read


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_names_its_line_and_what_to_do(read, slip):
    text, line, word = SLIPS[slip]
    with pytest.raises(YamlError) as error:
        read(text)
    where, _, why = str(error.value).partition("：")
    assert where.endswith(f"a.yaml:{line}")
    assert word in why


def test_every_value_is_text_and_knows_its_line(read):
    document = read("# 注\na: 0111\nb:\n  - no\n  - {c: 1e3, d: ~}\n")
    assert document.data == {"a": "0111", "b": ["no", {"c": "1e3", "d": "~"}]}
    assert document.line(("a",)) == 2
    assert document.line(("b", 0)) == 4
    assert document.line(("b", 1, "c")) == 5
    assert document.line(("b", 1, "missing")) == 5


def test_an_empty_file_is_an_empty_mapping(read):
    assert read("# 只有注释\n").data == {}


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "[" * 100 + "]" * 100, "- " * 100])
def test_lists_in_each_other_without_end_do_not_exhaust_the_stack(read, text):
    with pytest.raises(YamlError, match=r":1：嵌套层数过多"):
        read(text)


def test_repeated_references_cannot_fill_the_memory(read):
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    with pytest.raises(YamlError, match="不支持以"):
        read(bomb)


def test_other_encodings_and_missing_files_are_named(tmp_path):
    (tmp_path / "a.yaml").write_bytes("名: 甲".encode("gb18030"))
    with pytest.raises(YamlError, match="UTF-8"):
        read_document(tmp_path / "a.yaml")
    with pytest.raises(YamlError, match="找不到文件"):
        read_document(tmp_path / "b.yaml")
