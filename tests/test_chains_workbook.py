"""Chains to Excel and back: nothing lost, nothing evaluated, every slip with sheet and row."""

import zipfile

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chainmatch.chains.graph import chain_files, check_chains, read_chains
from chainmatch.chains.model import STAGES, Chain
from chainmatch.chains.workbook import copy_chains, export_chains, import_chains
from chainmatch.chains.workbook.layout import SHEETS
from chainmatch.chains.writer import WIDTH, chain_text, scalar
from chainmatch.errors import ChainError, OutputError, TableError
from chainmatch.schema.activities import ACTIVITIES
from chainmatch.schema.columns import NEEDS
from conftest import COSTLY

# --- small chains of awkward words --------------------------------------------------------------

AWKWARD = [
    *(
        "=1+1",
        "+86",
        "-",
        "@甲",
        "'引",
        '"引"',
        "a: b",
        "甲 # 乙",
        "#",
        "- 甲",
        "[甲]",
        "{甲}",
        "&x",
    ),
    *("&x", "*x", "!x", "|", ">", "%x", "`x`", "0931", "1e3", "0x1F", "12:30", "2020-01-01", "~"),
    *("null", "no", "是", "true", "甲，乙", "甲、乙", "（甲）", "：", "？x", "ＡＢＣ"),
    *(
        "a\tb",
        "a  b",
        "\\n",
        "甲\u3000乙",
        "é",
        "😀",
        "<b>&amp;",
        "=HYPERLINK(1)",
        "\ufeff甲",
        "常识",
    ),
]
signs = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufffe\uffff"
)
lines = st.one_of(
    st.sampled_from(AWKWARD), st.text(signs, min_size=1, max_size=12), st.text("甲乙丙：、#\"' -=")
).map(str.strip)
texts = st.one_of(lines, st.lists(lines, min_size=2, max_size=2).map("\n".join)).map(str.strip)
texts = texts.filter(bool)
words = lines.filter(lambda word: len(word) > 1 and not set("，；。\t") & set(word))
kinds = st.sampled_from(["official", "standard", "report", "expert"])
slugs = st.from_regex(r"\A[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,5}){0,2}\Z")


@st.composite
def folders(draw):
    """One or two chains that break no rule: supplies run forward, no object is claimed twice."""
    ids = draw(st.lists(slugs, min_size=3, max_size=6, unique=True))
    chains = draw(st.lists(slugs, min_size=1, max_size=2, unique=True))
    used = set()
    return [draw(chain(chains[i], ids[i :: len(chains)], ids, used)) for i in range(len(chains))]


@st.composite
def chain(draw, chain_id, own, everyone, used):
    segments = draw(st.lists(slugs, min_size=1, max_size=3, unique=True))
    keys = draw(st.lists(words, max_size=2, unique=True))
    cites = st.sampled_from([*keys, "general knowledge"])
    nodes = [draw(node(node_id, segments, cites, used)) for node_id in own]
    pairs = [(u, v) for i, u in enumerate(everyone) for v in everyone[i + 1 :] if v in own]
    some = st.lists(st.sampled_from(pairs), max_size=3, unique=True) if pairs else st.just([])
    supplies = [
        [{"from": u, "to": v, "source": draw(cites), "why": draw(texts)} for u, v in draw(some)]
        for _ in range(2)
    ]
    shared = []
    if len(own) > 1 and draw(st.booleans()):
        both = draw(words.filter(lambda word: word not in used))
        used.add(both)
        for record in nodes[:2]:
            record["objects"].append(both)
        shared = [{"object": both, "nodes": own[:2], "why": draw(texts)}]
    return {
        "chain": chain_id,
        "name": draw(texts),
        "about": draw(texts),
        "names": draw(st.lists(lines.filter(lambda w: w and "\t" not in w), max_size=2)),
        "sources": {
            key: {"title": draw(texts), "url": draw(texts), "kind": draw(kinds)} for key in keys
        },
        "segments": [{"id": segment, "name": draw(texts)} for segment in segments],
        "nodes": nodes,
        "supplies": supplies[0],
        "recycling": supplies[1],
        "shared": shared,
    }


@st.composite
def node(draw, node_id, segments, cites, used):
    fresh = words.filter(lambda word: word not in used)
    found = draw(st.lists(fresh, min_size=1, max_size=4, unique=True))
    cut = draw(st.integers(1, len(found)))
    used.update(found)
    return {
        "id": node_id,
        "name": draw(texts),
        "segment": draw(st.sampled_from(segments)),
        "was": draw(
            st.lists(
                st.sampled_from(["旧矿甲", "old ore", "=1+旧", "旧、矿"]), max_size=2, unique=True
            )
        ),
        "stage": draw(st.sampled_from(list(STAGES))),
        "does": draw(texts),
        "activities": draw(st.lists(st.sampled_from(list(ACTIVITIES)), min_size=1, max_size=3)),
        "objects": found[:cut],
        "hints": found[cut:],
        "false_friends": {
            f"{a}{b}": c for a, b, c in draw(st.lists(st.tuples(words, words, texts), max_size=2))
        },
        "codes": draw(st.lists(st.sampled_from(["0931", "0111?", "3240"]), max_size=2)),
        "needs": draw(st.lists(st.sampled_from(list(NEEDS)), max_size=2)),
        "investments": [
            {"project": draw(texts), "amount": draw(texts), "source": draw(cites)}
            for _ in range(draw(st.integers(0, 1)))
        ],
    }


def lay(folder, chains):
    folder.mkdir(exist_ok=True)
    for number, record in enumerate(chains):
        text = yaml.safe_dump(record, allow_unicode=True, sort_keys=False)
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    return folder


def same(a, b):
    """Whether two graphs are equal in every attribute of nodes, edges and graph."""
    return (
        dict(a.nodes(data=True)) == dict(b.nodes(data=True))
        and {(u, v): data for u, v, data in a.edges(data=True)}
        == {(u, v): data for u, v, data in b.edges(data=True)}
        and unordered(a.graph) == unordered(b.graph)
    )


def unordered(data):
    """The data of a graph whatever the order of its files."""
    was = {word: sorted(nodes) for word, nodes in data["was"].items()}
    return {**data, "recycling": sorted(data["recycling"]), "was": was}


@settings(
    COSTLY,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
)
@given(chains=folders())
def test_there_and_back_loses_nothing(chains, tmp_path_factory):
    place = tmp_path_factory.mktemp("book")
    before = read_chains(lay(place / "a", chains))
    book = export_chains(place / "a", place / "b.xlsx")
    import_chains(book, place / "c")
    assert same(before, read_chains(place / "c"))


@settings(max_examples=300, deadline=None)
@given(text=texts)
def test_every_text_survives_as_a_scalar(text):
    source = f"[{scalar(text)}, {{k: {scalar(text)}}}]"
    assert yaml.load(source, Loader=yaml.CBaseLoader) == [text, {"k": text}]
    assert yaml.safe_load(source) == [text, {"k": text}]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return export_chains(None, tmp_path_factory.mktemp("five") / "五条链.xlsx")


def test_the_bundled_chains_go_there_and_back(book, tmp_path):
    files = import_chains(book, tmp_path)
    assert [file.name for file in files] == [path.name for path in chain_files()]
    five, again = read_chains(), read_chains(tmp_path)
    assert same(five, again)
    assert list(five) == list(again)
    assert list(five.edges) == list(again.edges)


def test_the_workbook_holds_no_formula_and_the_same_bytes_each_time(book, tmp_path):
    with zipfile.ZipFile(book) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == len(SHEETS)
        assert not any(b"<f>" in archive.read(name) for name in sheets)
    assert export_chains(None, tmp_path / "again.xlsx").read_bytes() == book.read_bytes()


def test_the_workbook_explains_itself(book):
    pages = openpyxl.load_workbook(book)
    assert pages.sheetnames == [sheet.name for sheet in SHEETS]
    for sheet in SHEETS:
        page = pages[sheet.name]
        assert [cell.value for cell in page[1]] == [column.title for column in sheet.columns]
        assert all(cell.comment and len(cell.comment.text) > 5 for cell in page[1])
        assert page.freeze_panes
    offered = {v.formula1 for v in pages["环节"].data_validations.dataValidation}
    assert '"上游,中游,下游,配套"' in offered
    assert any("生产" in source for source in offered)


def test_written_files_are_wrapped_and_stable(book, tmp_path):
    import_chains(book, tmp_path)
    for path in tmp_path.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert chain_text(Chain.model_validate(yaml.load(text, yaml.CBaseLoader))) == text
        lists = [line for line in text.splitlines() if line.startswith("      ") and ", " in line]
        assert all(sum(1 + (sign > "\u2e80") for sign in line) <= WIDTH for line in lists)


# --- slips ---------------------------------------------------------------------------------------


@pytest.fixture
def edited(book, tmp_path):
    """Change the workbook as an analyst would, import it, return the problems."""

    def edited(change):
        pages = openpyxl.load_workbook(book)
        change(pages)
        pages.save(tmp_path / "改.xlsx")
        with pytest.raises(ChainError) as error:
            import_chains(tmp_path / "改.xlsx", tmp_path / "out")
        assert not list((tmp_path / "out").glob("*")), "something was written"
        return error.value.problems

    return edited


def at(pages, sheet, row, title):
    page = pages[sheet]
    column = next(cell.column for cell in page[1] if cell.value == title)
    return page.cell(row, column)


SLIPS = {
    "stage": ("环节", 3, "阶段", "上流", "不认识的取值“上流”，是否想写“上游”"),
    "activity": ("环节", 4, "经营活动", "生产、消售", "“消售”，是否想写“销售”"),
    "need": ("环节", 5, "要素", "用水、耕地园", "“耕地园”，是否想写“耕地园地”"),
    "code": ("环节", 6, "行业代码", "9999", "没有代码 9999"),
    "eaten zero": (
        "环节",
        7,
        "行业代码",
        931,
        "“931”写法不对，应为四位数字的行业小类代码",
    ),
    "segment": ("环节", 8, "细分链", "光付", "不认识的细分链“光付”"),
    "node": ("供给关系", 9, "供方", "多晶硅料厂", "不认识的供方“多晶硅料厂”"),
    "node id": ("供给关系", 9, "需方", "polysilicn", "是否想写“polysilicon”"),
    "source": ("供给关系", 10, "来源", "S999", "不认识的来源“S999”"),
    "chain": ("细分链", 2, "产业链", "清洁能原", "是否想写“清洁能源”"),
    "no name": ("环节", 11, "名称", None, "名称：缺少必填项"),
    "date": ("来源", 2, "标题", __import__("datetime").date(2024, 5, 1), "认成了日期"),
    "two ids": ("环节", 14, "编号", "polysilicon", "已在 改.xlsx 中使用"),
    "chinese id": ("环节", 12, "编号", "钨矿", "应为小写英文字母、数字和连字符"),
    "comma": ("环节", 13, "宾语", "甲乙，丙丁", "请用顿号（、）分成几项"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_names_its_sheet_and_row(edited, slip):
    sheet, row, title, value, said = SLIPS[slip]
    problems = edited(lambda pages: setattr(at(pages, sheet, row, title), "value", value))
    here = [problem for problem in problems if problem.startswith(f"工作表“{sheet}”第 {row} 行：")]
    assert any(said in problem for problem in here), problems


def test_all_slips_are_reported_at_once(edited):
    def change(pages):
        for sheet, row, title, value, _ in SLIPS.values():
            at(pages, sheet, row, title).value = value

    problems = "\n".join(edited(change))
    assert [said for *_, said in SLIPS.values() if said not in problems] == []


def test_a_cycle_is_printed_in_chinese_names(edited):
    def change(pages):
        page = pages["供给关系"]
        chain, start, end, *_ = (cell.value for cell in page[2])
        page.append([chain, end, start, "常识"])

    assert any("成环" in problem and "“循环利用”表" in problem for problem in edited(change))


def test_sheets_and_columns_are_known_ones(edited):
    def change(pages):
        pages["供给关系"].title = "供给"
        pages["环节"].cell(1, 3).value = "名子"
        pages["来源"].cell(3, 9).value = "随手写的"

    problems = "\n".join(edited(change))
    assert "工作表“供给”第 1 行：不认识的工作表“供给”" in problems
    assert "工作表“环节”第 1 行：不认识的列“名子”" in problems
    assert "缺少“名称”列" in problems
    assert "工作表“来源”第 3 行：“随手写的”所在的列没有标题" in problems


def test_a_new_row_may_use_names_or_ids(book, tmp_path):
    pages = openpyxl.load_workbook(book)
    new = ["清洁能源", "ice-storage", "冰蓄冷", "储能锂电", "下游", "=A1+1 的冰", "经营、施工"]
    pages["环节"].append([*new, "冰蓄冷\n蓄冷空调", None, "4420", "电力"])
    pages["环节"].cell(pages["环节"].max_row, 6).data_type = "s"
    pages["供给关系"].append(["clean-energy", "grid-retail", "冰蓄冷", "常识"])
    pages["供给关系"].cell(pages["供给关系"].max_row, 2).value = "polysilicon"
    pages.save(tmp_path / "b.xlsx")
    import_chains(tmp_path / "b.xlsx", tmp_path / "out")
    graph = read_chains(tmp_path / "out")
    assert graph.nodes["ice-storage"]["does"] == "=A1+1 的冰"
    assert graph.nodes["ice-storage"]["objects"] == ("冰蓄冷", "蓄冷空调")
    assert graph.edges["polysilicon", "ice-storage"]["source"] == "general knowledge"


# --- folders -------------------------------------------------------------------------------------


def test_import_does_not_mix_with_other_chains(book, tmp_path):
    (tmp_path / "old.yaml").write_text("chain: old\n", encoding="utf-8")
    with pytest.raises(OutputError, match=r"old\.yaml"):
        import_chains(book, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["old.yaml"]


def test_import_may_be_repeated(book, tmp_path):
    first = [path.read_bytes() for path in import_chains(book, tmp_path)]
    assert [path.read_bytes() for path in import_chains(book, tmp_path)] == first


def test_what_is_no_workbook_is_named(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(TableError, match="不是工作簿"):
        import_chains(tmp_path / "a.csv", tmp_path / "out")
    with pytest.raises(OutputError, match="xlsx"):
        export_chains(None, tmp_path / "a.csv")


def test_files_with_errors_are_not_exported(tmp_path):
    (tmp_path / "a.yaml").write_text("chain: a\n", encoding="utf-8")
    with pytest.raises(ChainError, match=r"a\.yaml"):
        export_chains(tmp_path, tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()


def test_copies_read_like_the_bundled_chains_and_are_never_overwritten(tmp_path):
    copy_chains(tmp_path / "mine")
    assert same(read_chains(), read_chains(tmp_path / "mine"))
    assert check_chains(tmp_path / "mine").empty
    with pytest.raises(OutputError, match="没有复制"):
        copy_chains(tmp_path / "mine")
