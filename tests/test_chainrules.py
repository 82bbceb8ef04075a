"""Slips that an analyst makes in a real chain file: one problem, at its line, in plain words."""

import pytest

from chainmatch.chains.graph import check_chains
from chainmatch.chains.workbook import copy_chains

FILE = "green-industry.yaml"
CYCLE = "  - {from: cutting-tools, to: tungsten-mining, source: S05}\n"
LOOP = "  - {from: cutting-tools, to: cutting-tools, source: S05}\n"

# name: (what stands in the file, what is written instead, lines from there to the problem, words)
SLIPS = {
    "key in a node": (
        "    hints: [有色金属矿,",
        "    hins: [有色金属矿,",
        0,
        "“hins”，是否想写“hints”",
    ),
    "key at the top": ("recycling:\n", "recyling:\n", 0, "“recyling”，是否想写“recycling”"),
    "stage": ("stage: upstream", "stage: upsteam", 0, "是否想写“upstream”"),
    "stage in Chinese": ("stage: upstream", "stage: 上游", 0, "是否想写“upstream”"),
    "activity": ("activities: [make]", "activities: [mke]", 0, "是否想写“make”"),
    "activity in Chinese": ("activities: [make]", "activities: [生产]", 0, "是否想写“make”"),
    "no list": ("activities: [make]", "activities: make", 0, "应为列表，写成 [甲, 乙]"),
    "need": ("needs: [ore, water,", "needs: [ore, watr,", 0, "是否想写“water”"),
    "need in Chinese": ("needs: [ore, water,", "needs: [ore, 用水,", 0, "是否想写“water”"),
    "node": (
        "{from: tungsten-mining,",
        "{from: tungsten-minning,",
        0,
        "“tungsten-mining”（钨矿采选）",
    ),
    "node by name": ("{from: tungsten-mining,", "{from: 钨矿采选,", 0, "是否想写“tungsten-mining”"),
    "source": ("source: general knowledge,", "source: general knowlege,", 0, "“general knowledge”"),
    "source of an investment": ("source: S05}", "source: S55}", 0, "不认识的来源“S55”"),
    "no source": (", source: GB175}", "}", 0, "source：缺少必填项"),
    "segment": ("segment: tungsten\n", "segment: tungstn\n", 0, "是否想写“tungsten”"),
    "segment by name": ("segment: tungsten\n", "segment: 钨\n", 0, "是否想写“tungsten”"),
    "eaten zero": ('codes: ["0931"]', "codes: [931]", 0, "应为四位数字的行业小类代码，如 0931"),
    "unknown code": ('codes: ["0931"]', 'codes: ["0999"]', 0, "没有代码 0999"),
    "object twice": ("objects: [钨矿,", "objects: [钨矿, 钨矿,", 0, "“钨矿”写了不止一次"),
    "one character": ("objects: [钨矿,", "objects: [钨, 钨矿,", 0, "只有一个字"),
    "Chinese comma": ("objects: [钨矿,", "objects: [铼矿，锗矿, 钨矿,", 0, "请用英文逗号"),
    "claimed twice": (
        "objects: [仲钨酸铵,",
        "objects: [仲钨酸铵, 钨精矿,",
        0,
        "“钨矿采选”和“仲钨酸铵",
    ),
    "chain twice": ("chain: green-industry", "chain: clean-energy", 0, "已在 clean-energy.yaml 中"),
    "cycle": ("supplies:\n", f"supplies:\n{CYCLE}", 1, "→ 硬质合金 → 切削刀具与数控刀片，循环"),
    "own buyer": (
        "supplies:\n",
        f"supplies:\n{LOOP}",
        1,
        "切削刀具与数控刀片 → 切削刀具与数控刀片",
    ),
    "supply twice": (
        "recycling:\n",
        "  - {from: tungsten-mining, to: tungsten-smelting, source: S05}\nrecycling:\n",
        0,
        "已在 green-industry.yaml 中写过",
    ),
    "supply of others": (
        "supplies:\n",
        "supplies:\n  - {from: tea-making, to: homestay, source: S05}\n",
        1,
        "两端都不在本链",
    ),
    "Chinese colon": ("    name: 钨矿采选", "    name：钨矿采选", 0, "英文冒号"),
    "tab": ("    name: 钨矿采选", "\tname: 钨矿采选", 0, "不能用 Tab"),
    "open bracket": ('codes: ["0931"]', 'codes: ["0931"', 0, "方括号"),
    "no dash": ("  - id: tungsten-smelting", "    id: tungsten-smelting", 0, "“id”重复出现"),
    "reason forgotten": ("钨矿机械: 做的是设备", "钨矿机械", 0, "缺冒号"),
}


@pytest.fixture
def folder(tmp_path):
    copy_chains(tmp_path)
    return tmp_path


def write(folder, old, new, name=FILE):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_one_error_at_its_line(folder, slip):
    old, new, offset, words = SLIPS[slip]
    line = write(folder, old, new) + offset
    found = check_chains(folder)
    errors = found[found["level"] == "error"]
    assert [(error.file, error.line) for error in errors.itertuples()] == [(FILE, line)]
    assert words in errors["why"].iloc[0]


def errors(folder):
    found = check_chains(folder)
    return {(e.file, e.line, e.why) for e in found[found["level"] == "error"].itertuples()}


def test_a_slip_hides_no_other_in_its_file_or_in_others(folder):
    lines = {
        (name, write(folder, old, new, name))
        for name, old, new in [
            (FILE, "stage: upstream", "stage: upsteam"),
            (FILE, "needs: [power", "needs: [pover"),
            (FILE, "{from: tungsten-powder,", "{from: tungsten-powdr,"),
            ("clean-energy.yaml", "activities: [make]", "activities: [mak]"),
            ("clean-energy.yaml", "source: general knowledge,", "source: S00,"),
            ("eco-wellness.yaml", "segments:\n", "segmants:\n"),
            ("modern-medicine.yaml", 'codes: ["0511"]', 'codes: ["0000"]'),
        ]
    }
    assert {(file, line) for file, line, _ in errors(folder)} >= lines


def test_a_cycle_is_printed_beside_other_errors(folder):
    write(folder, "supplies:\n", f"supplies:\n{CYCLE}")
    write(folder, "stage: upstream", "stage: upsteam", "specialty-agri.yaml")
    write(folder, "source: general knowledge,", "source: S00,")
    whys = [why for _, _, why in errors(folder)]
    assert len(whys) == 3
    assert sum("成环：切削刀具与数控刀片 → 钨矿采选 → " in why for why in whys) == 1


def test_every_knot_of_supplies_has_its_cycle(folder):
    write(folder, "supplies:\n", f"supplies:\n{CYCLE}")
    back = "  - {from: tea-making, to: tea-growing, source: GB14456}\n"
    write(folder, "supplies:\n", f"supplies:\n{back}", "specialty-agri.yaml")
    assert {file for file, _, why in errors(folder) if "成环" in why} == {
        FILE,
        "specialty-agri.yaml",
    }


@pytest.mark.parametrize("text", ["", "hello", "- a\n", "\x00", "nodes: [", "nodes:\n\t- id: a\n"])
def test_a_file_that_cannot_be_read_is_not_blamed_on_the_others(folder, text):
    (folder / FILE).write_text(text, encoding="utf-8")
    write(folder, "{from: polysilicon,", "{from: polysilicn,", "clean-energy.yaml")
    found = errors(folder)
    assert {file for file, _, _ in found} == {FILE, "clean-energy.yaml"}
    assert [why for file, _, why in found if file != FILE] == [
        "不认识的环节“polysilicn”，是否想写“polysilicon”（多晶硅料）？"
    ]


def test_a_supply_against_the_stages_names_both(folder):
    back = "  - {from: cutting-tools, to: scrap-collection, source: S05}\n"
    line = write(folder, "supplies:\n", f"supplies:\n{back}") + 1
    found = check_chains(folder)
    assert [(w.file, w.line, w.level) for w in found.itertuples()] == [(FILE, line, "warning")]
    assert "“切削刀具与数控刀片”（下游）→“再生资源回收”（上游）" in found["why"].iloc[0]
