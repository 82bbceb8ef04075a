"""The page for people who use a keyboard, a screen reader, or see little contrast."""

from itertools import pairwise

import pytest

from test_browser import PHONE, WIDE, browser, chosen, opened, pytestmark, tea

__all__ = ["browser", "pytestmark", "tea"]

# Roles that somebody can act on.
CONTROLS = {"button", "link", "tab", "searchbox", "combobox", "checkbox", "DisclosureTriangle"}

# Text that can be seen, with its contrast to what lies behind it. A text in a picture lies on the
# frame of its node or on the band.
CONTRAST = """
place => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (front, back) => front.slice(0, 3)
    .map((v, i) => v * front[3] / 255 + back[i] * (1 - front[3] / 255));
  const behind = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const node = at.closest && at.closest('svg a.node, svg g.node, svg g.band');
      if (node && node.querySelector('rect') && at.tagName !== 'svg') {
        layers.push(rgba(getComputedStyle(node.querySelector('rect')).fill));
        at = node.closest('svg');
      }
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3]) layers.push(colour);
      if (colour[3] === 255) break;
    }
    return layers.reverse().reduce((back, front) => over(front, back), [255, 255, 255]);
  };
  const found = [], walker = document.createTreeWalker(
    document.querySelector(place), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility({visibilityProperty: true})) continue;
    if (element.closest('title,script,style,.hide,.skip')) continue;
    const style = getComputedStyle(element), back = behind(element);
    const front = over(rgba(element.closest('svg') ? style.fill : style.color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), bold = style.fontWeight >= 600;
    const wanted = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < wanted) found.push([text.slice(0, 20), element.className + '', ratio.toFixed(2)]);
    window.checked = (window.checked || 0) + 1;
  }
  return found;
}
"""


@pytest.fixture
def sample(browser, sample_run):
    with opened(browser, sample_run / "report.html", viewport=WIDE) as page:
        yield page


def tree(page):
    """What a screen reader is told: the nodes of the accessibility tree that are not ignored."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    return [node for node in nodes if not node.get("ignored")]


def test_every_control_has_a_name_and_no_two_words_for_one(sample):
    sample.locator("#firm-1 .name").click()
    sample.locator(".chainmap:visible a.node").first.press("Enter")
    controls = [node for node in tree(sample) if node["role"]["value"] in CONTROLS]
    assert len(controls) > 150
    nameless = [node for node in controls if not node.get("name", {}).get("value", "").strip()]
    assert nameless == []
    assert {"button", "link", "tab", "searchbox", "combobox"} <= {
        node["role"]["value"] for node in controls
    }


def test_a_reader_finds_landmarks_headings_and_states(sample):
    nodes = tree(sample)
    roles = [node["role"]["value"] for node in nodes]
    assert roles.count("main") == roles.count("banner") == roles.count("contentinfo") == 1
    named = {n["name"]["value"] for n in nodes if n["role"]["value"] in ("region", "navigation")}
    assert {"本页目录", "概览", "产业链图谱", "精准招商清单", "走访计划"} <= named
    levels = [
        next(p["value"]["value"] for p in node["properties"] if p["name"] == "level")
        for node in nodes
        if node["role"]["value"] == "heading"
    ]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))  # none is skipped
    assert sample.evaluate("document.documentElement.lang") == "zh-CN"


def test_all_text_stands_out_from_what_lies_behind_it(sample):
    for tab in range(5):
        sample.get_by_role("tab").nth(tab).click()
        sample.mouse.move(0, 0)
        assert sample.evaluate(CONTRAST, ".map.shown") == []
    assert sample.evaluate("checked") > 700
    sample.locator(".panel:nth-child(-n+30)").evaluate_all(
        "all => all.forEach(panel => panel.classList.add('shown'))"
    )
    assert sample.evaluate(CONTRAST, "#panels") == []


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desktop", "phone"])
def test_the_rest_stands_out_too_with_everything_opened(browser, tea, size):
    with opened(browser, tea, viewport=size) as page:
        page.get_by_role("button", name="全部展开").click()
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        assert page.evaluate(CONTRAST, "body") == []
        assert page.evaluate("checked") > 300
        page.add_style_tag(content=".muted{color:#8a8a8a}")  # 3.5 on white: the check would say
        assert len(page.evaluate(CONTRAST, "body")) > 20


def test_the_tab_key_walks_down_the_page_and_what_it_reaches_is_seen(browser, tea):
    """In the order of the page, never behind the bar, with a mark that can be seen."""
    with opened(browser, tea) as page:
        seen = []
        for _ in range(80):
            page.keyboard.press("Tab")
            found = page.evaluate(
                """() => {
                  const at = document.activeElement, box = at.getBoundingClientRect();
                  if (at === document.body) return null;
                  const bar = document.querySelector('.guide').getBoundingClientRect().bottom;
                  const frame = at.closest('svg') ? at.querySelector('rect') : at;
                  const style = getComputedStyle(frame);
                  return {
                    place: [...document.querySelectorAll('*')].indexOf(at),
                    clear: at.closest('.guide,.skip') !== null || box.bottom > bar,
                    marked: style.outlineStyle !== 'none' || parseFloat(style.strokeWidth) >= 3,
                    name: at.id || at.textContent.slice(0, 20),
                  };
                }"""
            )
            if found is None:
                break
            seen.append(found)
        places = [one["place"] for one in seen]
        assert len(seen) > 30 and places == sorted(set(places))
        assert [one for one in seen if not (one["clear"] and one["marked"])] == []


def test_the_first_stop_of_the_keyboard_skips_to_the_list(browser, tea):
    with opened(browser, tea) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.wait_for_function("location.hash === '#shortlist'")
        page.keyboard.press("Tab")
        assert chosen(page) == "find"


def test_from_a_panel_the_keyboard_goes_on_inside_it_and_back_to_its_node(browser, tea):
    with opened(browser, tea) as page:
        page.locator("a.node[data-node=garden]").press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "close"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.panel').id") == "node-garden"
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.dataset.node") == "garden"


@pytest.mark.parametrize(("wish", "how"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_who_wants_no_motion_gets_none(browser, tea, wish, how):
    with opened(browser, tea, reduced_motion=wish) as page:
        style = "getComputedStyle(document.documentElement).scrollBehavior"
        assert page.evaluate(style) == how
        moving = page.locator("*").evaluate_all(
            "all => all.filter(e => getComputedStyle(e).transitionDuration !== '0s').length"
        )
        assert moving == 0


def test_buttons_are_large_enough_for_a_finger(browser, tea):
    with opened(browser, tea, viewport=PHONE) as page:
        controls = page.locator("button:visible, summary:visible, .guide a, select:visible")
        heights = controls.evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
        assert len(heights) > 20 and min(heights) >= 24
