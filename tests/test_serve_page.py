"""The page of the service in a real browser, asked of the real processes.

Skipped where playwright or a Chromium is missing; nothing is ever downloaded.
"""

import io
import zipfile
from contextlib import contextmanager

import pandas as pd
import pytest

pytest.importorskip("fastapi")
pytest.importorskip("gunicorn")
pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from browsing import BROWSER, launched, listened
from chainmatch.cli import main
from chainmatch.report.folder import write_report
from conftest import tea_world
from report_run import IMAGE, SCRIPT, hostile_run
from serving import put_run, served, small_lists
from test_browser import PHONE, WIDE, overflow

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
RUN = "00000000000000aa"
NAME = "青坪<b>茶业</b>有限公司"


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service whose list and whose only run hold names as hostile as can be."""
    folder = tmp_path_factory.mktemp("page")
    rows = [(NAME, "茶叶种植；茶叶加工；<script>alert(1)</script>"), (f"{IMAGE}茶厂", "制茶")]
    firms = pd.DataFrame(rows, columns=["企业名称", "经营范围"])
    firms.to_csv(folder / "firms.csv", index=False)
    _, local = small_lists(folder)
    write_report(hostile_run(tea_world()), folder / "run")
    put_run(folder / "data", folder / "run", RUN)
    options = ("--firms", str(folder / "firms.csv"), "--local", str(local), "--workers", "1")
    with served(folder / "data", *options) as running:
        yield running


@contextmanager
def opened(browser, url, allowed=(), **options):
    """Open the page; leaving it holds that nothing was said and nobody else was asked."""
    options = {"viewport": WIDE, "reduced_motion": "reduce", **options}
    context, page, said = listened(browser, **options)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{url}/")
    yield page
    context.close()
    assert [text for text in said if not any(part in text for part in allowed)] == []
    assert all(text.startswith((f"{url}/", "data:", f"blob:{url}/")) for text in asked)


@pytest.fixture
def page(browser, service):
    with opened(browser, service.url) as found:
        found.locator('#map[aria-busy="false"]').wait_for()
        yield found


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.innerText")


def test_a_firm_is_looked_up_with_the_keyboard_alone(page):
    page.get_by_label("企业名称").focus()
    page.keyboard.type("青坪")
    page.keyboard.press("Enter")
    page.locator("#found li").first.wait_for()
    assert page.get_by_role("status").inner_text().startswith("找到")
    page.keyboard.press("Tab")  # the button
    page.keyboard.press("Tab")
    assert focused(page).startswith(NAME)  # as text, not as markup
    page.keyboard.press("Enter")
    page.locator("#card h3").wait_for()
    assert focused(page) == "card"
    assert page.locator("#card h3").inner_text() == NAME
    assert "<script>alert(1)</script>" in page.locator("#card .scope").inner_text()
    assert page.locator("#card .fits li").count() > 0
    assert page.locator("#found [aria-current=true]").count() == 1


def test_markup_in_names_is_text(page):
    page.get_by_label("企业名称").fill(f"{IMAGE}茶厂")
    page.get_by_role("button", name="查找").click()
    page.locator("#found li").first.wait_for()
    assert page.locator("#found img, #found script, #card img").count() == 0
    assert IMAGE in page.locator("#found").inner_text()
    page.get_by_role("button", name="清单", exact=True).click()
    page.locator("#list tbody tr").first.wait_for()
    assert SCRIPT in page.locator("#list").inner_text()
    assert page.locator("#list script, #list img").count() == 0


def test_what_is_not_found_and_what_is_wrong_is_said(browser, service):
    with opened(browser, service.url, allowed=["ERR_FAILED"]) as page:
        ask = page.get_by_label("企业名称")
        ask.fill("㊀㊁㊂")
        ask.press("Enter")
        page.get_by_text("没有找到相近的企业").wait_for()
        page.route("**/v1/firms**", lambda route: route.abort())
        ask.press("Enter")
        page.get_by_role("alert").filter(has_text="服务没有应答").wait_for()
        page.unroute("**/v1/firms**")
        ask.press("Enter")
        page.get_by_role("alert").wait_for(state="hidden")


def test_the_maps_are_walked_with_the_keyboard(page):
    tabs = page.get_by_role("tab")
    assert tabs.count() == 5
    tabs.first.focus()
    page.keyboard.press("End")
    assert tabs.nth(4).get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowRight")
    assert tabs.first.get_attribute("aria-selected") == "true"
    page.locator('#map[aria-busy="false"]').wait_for()
    assert (
        page.locator("#picture svg").get_attribute("aria-label").startswith(tabs.first.inner_text())
    )
    node = page.locator("#picture a.node").nth(3)
    node.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#panel.shown")
    panel.wait_for()
    assert node.get_attribute("aria-expanded") == "true" and focused(page) == "panel"
    name = panel.locator("h4").evaluate("title => title.firstChild.textContent")
    assert node.get_attribute("aria-label").startswith(f"{name}，")
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert page.evaluate("document.activeElement.dataset.node") == node.get_attribute("data-node")


def test_the_legend_counts_the_nodes_of_the_picture(page):
    for status in ("strong", "present", "weak", "missing", "no-data"):
        drawn = page.locator(f"#picture .node.{status}").count()
        told = page.locator(f"#legend li:has(.{status}) b").inner_text()
        assert told == str(drawn)


def test_a_run_is_opened_explained_and_downloaded(page, service):
    row = page.locator("#latest tbody tr")
    row.first.wait_for()
    assert row.count() == 1 and "完成" in row.inner_text()
    row.get_by_role("button", name="清单").click()
    page.locator("#list tbody tr").first.wait_for()
    assert focused(page) == "list"
    page.locator("#list .name").first.click()
    page.locator("pre.why").wait_for()
    assert "精准招商清单第 1 位" in page.locator("pre.why").inner_text()
    with page.expect_download() as waiting:
        row.get_by_role("button", name="下载").click()
    with zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes())) as archive:
        assert "精准招商清单.xlsx" in archive.namelist()
    row.get_by_role("button", name="图谱").click()
    page.get_by_text("提交的运算着色").wait_for()


def test_a_phone_needs_no_scrolling_sideways(browser, service):
    with opened(browser, service.url, viewport=PHONE) as page:
        page.locator("#picture svg").wait_for()
        page.get_by_label("企业名称").fill("茶")
        page.get_by_label("企业名称").press("Enter")
        page.locator("#found button").first.click()
        page.locator("#card h3").wait_for()
        page.get_by_role("button", name="清单", exact=True).click()
        page.locator("#list .name").first.click()
        page.locator("pre.why").wait_for()
        assert overflow(page) == 0
        page.locator("#picture a.node").first.focus()
        page.keyboard.press("Enter")
        box = page.locator("#panel.shown").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]


def test_a_key_is_asked_for_and_forgotten_with_the_tab(browser, tmp_path, capsys):
    where = ["--data", str(tmp_path / "data")]
    assert main(["serve", *where, "--new-key", "招商局", "--role", "read"]) == 0
    key = capsys.readouterr().out.strip()
    with (
        served(tmp_path / "data", "--workers", "1") as service,
        opened(browser, service.url, allowed=["401"]) as page,
    ):
        page.locator("#gate").wait_for()
        assert focused(page) == "key" and "密钥" in page.get_by_role("alert").inner_text()
        page.keyboard.type("cm_1_wrong")
        page.keyboard.press("Enter")
        page.locator("#key:focus").wait_for()
        page.get_by_label("密钥", exact=True).fill(key)
        page.get_by_role("button", name="使用").click()
        page.locator("#picture svg").wait_for()
        assert not page.locator("#gate").is_visible()
        page.reload()
        page.locator("#picture svg").wait_for()  # remembered in this tab
        assert page.evaluate("localStorage.length") == 0
        assert page.context.cookies() == [] and key not in page.content()
