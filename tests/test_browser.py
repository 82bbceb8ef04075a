"""The page in a real browser: it can be sorted, filtered, opened by mouse and keyboard, printed.

Skipped where playwright or a Chromium is missing; nothing is ever downloaded.
"""

from contextlib import contextmanager

import pytest

from browsing import BROWSER, launched, listened
from chainmatch.report.page import write_page
from conftest import tea_world
from report_run import AT, FORMULA, HOSTILE, IMAGE, SCRIPT, hostile_run

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1400, "height": 900}
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def tea(tmp_path_factory):
    path = tmp_path_factory.mktemp("tea") / "report.html"
    write_page(hostile_run(tea_world()), path)
    return path


@contextmanager
def opened(browser, path, anchor="", **options):
    """Open a page; leaving it holds that nothing was said, asked or popped up meanwhile."""
    options = {"viewport": WIDE, "reduced_motion": "reduce", **options}
    context, page, said = listened(browser, **options)
    page.on("request", lambda request: said.append(request.url))
    address = path.resolve().as_uri()
    page.goto(address + anchor)
    yield page
    context.close()
    assert {text.partition("#")[0] for text in said} == {address}


@pytest.fixture
def page(browser, tea):
    with opened(browser, tea) as found:
        yield found


def ranks(page):
    """The places of the firms that can be seen, from top to bottom."""
    return page.locator("tbody.firm").evaluate_all(
        "rows => rows.filter(row => row.checkVisibility()).map(row => Number(row.dataset.rank))"
    )


def cards(page):
    """The places of the firms whose cards can be seen."""
    return page.locator("tr.card").evaluate_all(
        "cards => cards.filter(c => c.checkVisibility()).map(c => Number(c.id.slice(5)))"
    )


def sorted_by(page):
    """Which columns say that they are sorted, and how."""
    return page.locator("#list thead th[aria-sort]").evaluate_all(
        "heads => heads.map(h => [h.firstElementChild.dataset.key, h.getAttribute('aria-sort')])"
    )


def open_all(page):
    page.get_by_role("button", name="全部展开").click()
    page.locator("details").evaluate_all("parts => parts.forEach(part => { part.open = true; })")


def chosen(page):
    return page.evaluate("document.activeElement.id || document.activeElement.className")


def overflow(page):
    """How much wider than its window the page is, in pixels."""
    root = "document.documentElement"
    return page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")


# --- the shortlist -------------------------------------------------------------------------------


def test_a_column_sorts_both_ways_and_says_so(page):
    assert (ranks(page), sorted_by(page)) == ([1, 2, 3], [["rank", "ascending"]])
    head = page.locator("#list thead")
    head.get_by_role("button", name="得分").click()
    assert (ranks(page), sorted_by(page)) == ([1, 2, 3], [["score", "descending"]])
    head.get_by_role("button", name="得分").press("Enter")
    assert (ranks(page), sorted_by(page)) == ([3, 2, 1], [["score", "ascending"]])
    head.get_by_role("button", name="序号").press("Space")
    assert (ranks(page), sorted_by(page)) == ([1, 2, 3], [["rank", "ascending"]])


def test_ties_keep_the_order_of_the_list(page):
    head = page.locator("#list thead")
    for _ in range(2):  # all are 较可靠
        head.get_by_role("button", name="依据").click()
        assert ranks(page) == [1, 2, 3]
    head.get_by_role("button", name="片区").click()  # 其他地区 before 长三角
    assert ranks(page) == [3, 1, 2]


def test_chinese_sorts_by_its_sound(page):
    page.locator("#list thead").get_by_role("button", name="产业链").click()
    assert ranks(page) == [3, 1, 2]  # chájī, zhìchá


def test_text_finds_names_nodes_and_quotes(page):
    find = page.get_by_label("查找")
    find.fill("茶机")
    assert ranks(page) == [3]
    find.fill("HYPERLINK  evil")
    assert ranks(page) == [3]
    assert page.get_by_role("status").inner_text() == "显示 1 家"
    find.fill("没有这样的词")
    assert ranks(page) == [] and page.locator("#none").is_visible()
    find.fill("")
    assert ranks(page) == [1, 2, 3] and not page.locator("#none").is_visible()


def outside(page):
    """What the search field says of firms beyond the list, one line a firm."""
    if not page.locator("#beyond").is_visible():
        return []
    return [text.replace("\n", " ") for text in page.locator("#outside li").all_inner_texts()]


def test_a_name_that_is_not_on_the_list_is_answered_too(page):
    find = page.get_by_label("查找")
    find.fill("SUM(1")  # T5: without a scope
    (said,) = outside(page)
    assert said.startswith(AT) and "未入选：可落户性未知" in said
    assert "第 3 位（共 5 家）" in said and page.locator("#none").is_visible()
    find.fill("alert(1)</SCRIPT")  # T6, struck off; T2 of the same name is on the list
    (said,) = outside(page)
    assert said.startswith(SCRIPT) and "已排除（登记状态异常）" in said and 2 in ranks(page)
    find.fill("cmd")  # T7 is a second row of T1
    (said,) = outside(page)
    assert ranks(page) == [1] and said.startswith(FORMULA) and "重复" in said and "已并入" in said
    assert page.locator("img").count() == 0
    for nothing in ("S", "", "没有这样的企业"):  # one letter is no question
        find.fill(nothing)
        assert outside(page) == []


def test_a_local_firm_is_answered_with_its_place_on_the_chain(page):
    page.get_by_label("查找").fill("月溪饮品")
    (said,) = outside(page)
    assert said.startswith("月溪饮品公司") and "茶饮料" in said and "本地企业" in said


def test_firms_beyond_the_list_are_not_answers_to_a_zone(page):
    page.get_by_label("查找").fill("SUM(1")
    page.locator("#by-zone").select_option("长三角")
    assert outside(page) == []


def test_the_bar_says_where_the_reader_is(page):
    here = page.locator(".guide a[aria-current]")
    assert here.all_inner_texts() == ["概览"]
    page.locator(".guide a", has_text="走访计划").click()
    page.wait_for_function("document.querySelector('.guide [aria-current]').hash === '#plan'")
    bar, title = page.locator(".guide").bounding_box(), page.locator("#plan-title").bounding_box()
    assert bar["y"] == 0 and title["y"] >= bar["height"]  # it stays, and hides nothing
    assert here.count() == 1


def test_enter_in_the_search_field_changes_nothing(page):
    page.get_by_label("查找").fill("cmd")
    page.get_by_label("查找").press("Enter")
    assert ranks(page) == [1]


def test_zones_and_chains_can_be_chosen(page):
    page.locator("#by-zone").select_option("长三角")
    assert ranks(page) == [1, 2]
    page.locator("#by-zone").select_option(label="其他地区")
    assert ranks(page) == [3]
    page.locator("#by-zone").select_option("")
    page.locator("#by-chain").select_option(label="茶")
    assert ranks(page) == [1, 2, 3]


@pytest.mark.parametrize("key", ["click", "Enter", "Space"])
def test_a_card_opens_and_closes(page, key):
    name, card = page.locator("#firm-1 .name"), page.locator("#card-1")
    assert not card.is_visible()
    for shown in (True, False):
        name.click() if key == "click" else name.press(key)
        assert card.is_visible() is shown
        assert name.get_attribute("aria-expanded") == str(shown).lower()
    assert not page.locator("#card-2").is_visible()


def test_all_cards_open_at_once(page):
    page.get_by_role("button", name="全部展开").click()
    assert cards(page) == [1, 2, 3]
    button = page.get_by_role("button", name="全部收起")
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert cards(page) == []


# --- the maps ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["click", "Enter", "Space"])
def test_a_node_opens_its_panel_and_escape_goes_back(page, key):
    node, panel = page.locator("a.node[data-node=making]"), page.locator("#node-making")
    assert not panel.is_visible()
    node.click() if key == "click" else node.press(key)
    assert panel.is_visible() and chosen(page) == "node-making"
    assert node.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert node.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.getAttribute('data-node')") == "making"


def test_a_panel_names_local_firms_and_best_targets(page):
    page.locator("a.node[data-node=garden]").click()
    text = page.locator("#node-garden").inner_text()
    assert "本地企业（3家）" in text and IMAGE in text and "双河茶场" in text
    page.locator("#node-garden .near a[data-open=making]").click()  # on to the next node
    assert not page.locator("#node-garden").is_visible()
    text = page.locator("#node-making").inner_text()
    assert "补链" in text and "本地企业\n\n未见" in text
    assert text.index(FORMULA) < text.index(SCRIPT)  # 0.9 before 0.7
    assert "清单第1位" in text and "契合 0.90" in text
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('data-node')") == "garden"


def test_a_target_in_a_panel_leads_to_its_card(page):
    page.locator("a.node[data-node=making]").click()
    page.locator("#node-making").get_by_role("link", name=FORMULA).click()
    assert page.locator("#card-1").is_visible() and not page.locator("#node-making").is_visible()
    assert page.evaluate("document.activeElement.textContent") == FORMULA


def test_the_cross_closes_a_panel(page):
    page.locator("a.node[data-node=drinks]").click()
    page.locator("#node-drinks .close").click()
    assert not page.locator("#node-drinks").is_visible()


# --- links that were passed on -------------------------------------------------------------------


def test_a_link_to_a_firm_opens_its_card(browser, tea):
    with opened(browser, tea, "#firm-3") as page:
        assert page.locator("#card-3").is_visible() and not page.locator("#card-1").is_visible()
        page.evaluate("location.hash = 'firm-2'")
        page.locator("#card-2").wait_for(state="visible")


def test_a_link_to_a_firm_lifts_the_filter(browser, tea):
    with opened(browser, tea) as page:
        page.get_by_label("查找").fill("cmd")
        page.evaluate("location.hash = 'firm-3'")
        page.locator("#card-3").wait_for(state="visible")
        assert ranks(page) == [1, 2, 3] and page.get_by_label("查找").input_value() == ""


def test_a_link_to_a_node_opens_its_panel(browser, tea):
    with opened(browser, tea, "#node-packaging") as page:
        assert page.locator("#node-packaging").is_visible()
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.getAttribute('data-node')") == "packaging"


@pytest.mark.parametrize("anchor", ["#firm-99", "#node-no-such", "#firm-%E0%A4%A", "#node-%3Cb%3E"])
def test_a_broken_link_does_no_harm(browser, tea, anchor):
    with opened(browser, tea, anchor) as page:
        assert ranks(page) == [1, 2, 3] and not page.locator(".panel.shown").count()


# --- what came out of a list ---------------------------------------------------------------------


def test_hostile_names_are_shown_as_they_are(page):
    names = page.locator("#list .name").all_inner_texts()
    assert names == [HOSTILE[firm] for firm in ("T1", "T2", "T4")]
    assert page.locator("img").count() == 0 and page.locator("script").count() == 1
    open_all(page)
    assert SCRIPT in page.locator("#data").inner_text()


def test_the_policy_stops_scripts_and_requests_that_got_in_all_the_same(browser, tea):
    page = browser.new_page()
    stopped: list[str | None] = []
    page.on("requestfailed", lambda request: stopped.append(request.failure))
    page.goto(tea.resolve().as_uri())
    page.evaluate(
        "window.refused = [];"
        "document.addEventListener('securitypolicyviolation', event => "
        "window.refused.push(event.effectiveDirective))"
    )
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend',"
        "'<img src=https://evil.example/x onerror=window.boom=1><a id=bad href=javascript:boom=1>')"
    )
    page.locator("#bad").evaluate("link => link.click()")
    page.wait_for_function("window.refused.length >= 3")  # the picture, its script, the link
    refused = page.evaluate("window.refused")
    assert sorted(refused) == ["img-src", "script-src-attr", "script-src-elem"]
    assert page.evaluate("window.boom") is None and stopped == ["csp"]
    page.close()


# --- phones, paper, and without scripts ----------------------------------------------------------


def test_a_phone_shows_everything_without_scrolling_sideways(browser, tea):
    with opened(browser, tea, viewport=PHONE) as page:
        assert overflow(page) == 0
        open_all(page)
        assert overflow(page) == 0
        page.locator("a.node[data-node=making]").click()
        panel = page.locator("#node-making").bounding_box()
        assert panel["x"] == 0 and panel["width"] == PHONE["width"] and overflow(page) == 0
        node = page.locator("a.node[data-node=making]").bounding_box()
        assert node["y"] + node["height"] <= panel["y"]  # still in sight above its panel


def test_a_phone_can_sort(browser, tea):
    with opened(browser, tea, viewport=PHONE) as page:
        page.locator("#list thead").get_by_role("button", name="序号").click()
        assert ranks(page) == [3, 2, 1]


def test_print_shows_every_card_and_no_controls(browser, tea):
    with opened(browser, tea) as page:
        page.locator("a.node[data-node=making]").click()
        page.emulate_media(media="print")
        assert cards(page) == [1, 2, 3]
        assert page.locator(".map").is_visible()
        hidden = (".filters", ".tabs", ".hint", ".guide", "#node-making", ".end")
        assert not any(page.locator(name).first.is_visible() for name in hidden)
        page.emulate_media(media="screen")
        assert not page.locator("#card-1").is_visible()


def test_paper_has_the_explanations_and_leads_open(browser, tea):
    with opened(browser, tea) as page:
        page.evaluate(
            "window.addEventListener('beforeprint', () => "
            "{ window.counted = document.querySelectorAll('details[open]').length; })"
        )
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
        assert page.evaluate("counted") == page.locator("details:is(.how, .lead)").count() == 5
        assert page.locator("details[open]").count() == 0


def test_without_scripts_everything_can_be_read(browser, tea):
    with opened(browser, tea, java_script_enabled=False, viewport=PHONE) as page:
        assert cards(page) == [1, 2, 3]
        assert not page.locator(".filters").is_visible()
        page.locator("#card-1 a[href='#node-making']").click()
        page.locator("#node-making").wait_for(state="visible")


# --- the bundled sample --------------------------------------------------------------------------


def test_the_page_of_the_sample(browser, sample_run):
    assert (sample_run / "report.html").stat().st_size < 3_000_000
    with opened(browser, sample_run / "report.html", viewport=PHONE) as page:
        assert overflow(page) == 0 and ranks(page) == list(range(1, 31))
        open_all(page)
        assert overflow(page) == 0
        page.set_viewport_size(WIDE)
        assert overflow(page) == 0
        tabs = page.get_by_role("tab")
        assert tabs.count() == 5
        tabs.first.press("ArrowLeft")  # round to the last
        assert tabs.last.get_attribute("aria-selected") == "true"
        assert page.locator(".map:visible").count() == 1
        shown = page.locator(".chainmap:visible a.node")
        assert shown.count() > 20
        shown.first.press("Enter")
        page.locator(".panel.shown").wait_for(state="visible")
        page.keyboard.press("Escape")
        page.locator("#summary a[data-firm]").first.click()
        assert page.evaluate("document.activeElement.closest('tbody').id") == "firm-1"
