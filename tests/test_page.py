"""The page holds everything, asks nothing from outside and runs nothing out of a list."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from chainmatch.parts import PARTS
from chainmatch.report import facts
from chainmatch.report.beyond import beyond_text
from chainmatch.report.opportunities import opportunities
from chainmatch.report.page import write_page
from report_run import HOSTILE, hostile_run

VOID = {"meta", "input", "br", "img", "link", "hr"}
LOADS = {"src", "srcset", "action", "formaction", "data", "poster", "background", "ping"}


class Page(HTMLParser):
    """Collects elements, ids, text and what stands inside scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        inside = self.open[-1] if self.open else ""
        if inside == "script":
            self.scripts.append(data)
        elif inside != "style":
            self.words.append(data)

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]


@pytest.fixture
def run(world):
    return hostile_run(world)


@pytest.fixture
def text(run, tmp_path) -> str:
    path = tmp_path / "report.html"
    write_page(run, path)
    return path.read_text(encoding="utf-8")


@pytest.fixture
def page(text) -> Page:
    return Page(text)


def test_elements_are_nested_and_ids_unique(page):
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))


def test_nothing_is_loaded_from_outside(page, text):
    for tag, attrs in page.elements:
        assert not LOADS & attrs.keys(), (tag, attrs)
        assert attrs.get("href", "#").startswith("#")
        assert tag not in {"link", "iframe", "object", "embed", "base", "img", "video", "audio"}
    assert "@import" not in text
    assert set(re.findall(r"url\(([^)]*)\)", text)) <= {"#arrow-tea", "#arrow-tea-back"}


def test_hostile_names_are_text_and_nothing_else(page, text):
    words = "".join(page.words)
    for name in HOSTILE.values():
        assert name in words
    assert len(page.scripts) == 1 and "alert(1)" not in page.scripts[0]
    assert not [attrs for _, attrs in page.elements if any(key.startswith("on") for key in attrs)]
    assert "<script>alert" not in text and "<img" not in text


def test_policy_allows_only_the_script_of_the_page(page):
    policy = next(a["content"] for t, a in page.elements if t == "meta" and "http-equiv" in a)
    digest = base64.b64encode(hashlib.sha256(page.scripts[0].encode()).digest()).decode()
    assert "default-src 'none'" in policy and f"script-src 'sha256-{digest}'" in policy


def test_every_shortlisted_firm_has_a_row_and_a_card(page, run):
    for rank in run.shortlist["rank"]:
        assert f"firm-{rank}" in page.ids and f"card-{rank}" in page.ids


def test_map_has_every_node_and_each_has_its_panel(page, run):
    drawn = [attrs["data-node"] for _, attrs in page.elements if "data-node" in attrs and
             attrs.get("class", "").startswith("node")]  # fmt: skip
    assert sorted(drawn) == sorted(run.graph)
    for node in run.graph:
        assert f"node-{node}" in page.ids
    links = [attrs["href"][1:] for _, attrs in page.elements if "href" in attrs]
    assert set(links) <= set(page.ids)


def test_contributions_shown_add_up_to_the_score(page, run, text):
    card = text[text.index('id="card-1"') : text.index('id="firm-2"')]
    numbers = [float(n) for n in re.findall(r'<td class="num">(\d\.\d{3})</td>', card)]
    *parts, total = numbers
    assert sum(parts) == pytest.approx(total, abs=0.003)
    assert total == pytest.approx(run.shortlist["score"].iloc[0], abs=0.0005)


def test_parts_stand_in_the_order_of_the_registry(text):
    card = text[text.index('id="card-1"') : text.index('id="firm-2"')]
    at = [card.index(f'<th scope="row">{part.title}</th>') for part in PARTS]
    assert at == sorted(at)
    for part in PARTS:
        assert part.meaning in text  # what it looks at, beside its weight


def test_beside_each_name_stands_its_sentence(page, run):
    words = "".join(page.words)
    for firm in facts.shortlisted(run):
        assert firm["in_short"] in words
    for anchor in facts.anchors(run):
        assert anchor["name"] in words and anchor["why"] in words


def test_unknown_is_called_unknown(text, run):
    rank = run.shortlist.loc[run.shortlist["region_part"].isna(), "rank"].iloc[0]
    card = text[text.index(f'id="card-{rank}"') :]
    card = card[: card.index("</tbody>\n<tbody") if "</tbody>\n<tbody" in card else None]
    assert "未知" in card and "补充“区域因素”的信息最能缩小区间" in card


def test_tables_and_buttons_speak_to_a_screen_reader(page):
    kinds = [tag for tag, _ in page.elements]
    assert kinds.count("table") == kinds.count("caption")
    sortable = [attrs for tag, attrs in page.elements if tag == "button" and "data-key" in attrs]
    assert len(sortable) == 7
    assert [a["aria-sort"] for t, a in page.elements if "aria-sort" in a] == ["ascending"]
    cards = [attrs for tag, attrs in page.elements if tag == "button" and "aria-expanded" in attrs]
    assert {attrs["aria-controls"] for attrs in cards} <= set(page.ids)
    for tag, attrs in page.elements:
        if tag in ("input", "select"):
            assert "id" in attrs


def test_counts_stand_on_the_page(page):
    words = "".join(page.words)
    assert "目标企业 8 行 = 评分 5 家 + 排除 1 家 + 重复 1 行 + 无法读取 1 行" in words


def test_firms_beyond_the_list_stand_under_their_reasons(run):
    names = run.candidates.firms.set_index("firm_id")["name"]
    reason, found = "", []
    for line in beyond_text(run).split("\n"):
        head, _, rest = line.partition("\t")
        reason, found = (rest, found) if not head else (reason, [*found, (head, reason)])
    assert all(reason for _, reason in found)
    chosen = set(run.shortlist["firm_id"])
    expected = [names[firm] for firm in run.scores["firm_id"] if firm not in chosen]
    expected += [*run.excluded["name"], *run.candidates.duplicates["name"]]
    expected += [*run.survey.anchors["name"]]
    assert sorted(name for name, _ in found) == sorted(expected)


def test_a_local_firm_is_found_with_its_place_on_the_chain_and_who_may_deal_with_it(run):
    local = beyond_text(run).partition("\t本地企业，不列入招商清单。\n")[2]
    lines = dict(line.split("\t") for line in local.split("\n"))
    assert lines["月溪饮品公司"].startswith("茶，茶饮料。")
    dealt = {partner.name for partners in run.shortlist["partner_firms"] for partner in partners}
    assert dealt and all(("可与它洽谈" in lines[name]) == (name in dealt) for name in lines)


def test_gaps_stand_in_two_lists_with_their_firms_or_the_reason_why_there_is_none(page, run):
    words = "".join(page.words)
    wanted = words[words.index("最值得招的环节") : words.index("需本地培育的环节")]
    grown = words[words.index("需本地培育的环节") : words.index("链主企业")]
    for gap in opportunities(run, "recruit"):
        assert gap["node_name"] in wanted and (gap["listed"] or gap["answer"] in wanted)
        assert all(name in wanted for _, name in gap["firms"])
    assert [gap["node_name"] in grown for gap in opportunities(run, "grow")] == []
    assert "没有。" in grown


def test_no_name_can_be_taken_for_a_reason(run):
    run.excluded["name"] = "\t茶\n\t公司\t"
    assert "\n茶 公司\t" in f"\n{beyond_text(run)}"


def test_page_is_small_and_the_same_again(run, tmp_path):
    one, two = tmp_path / "1.html", tmp_path / "2.html"
    write_page(run, one)
    write_page(run, two)
    assert one.read_bytes() == two.read_bytes()
    assert one.stat().st_size < 150_000
