"""Take the pictures of the documentation from a run of the sample: docs/page.png, docs/map.png.

python scripts/make_pictures.py

Needs playwright and a Chromium on the path; the sample is invented, so nobody is shown.
"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from chainmatch import rank, write_report
from chainmatch.util.resources import data_folder

DOCS = Path(__file__).parents[1] / "docs"
CHAIN = "modern-medicine"


def main() -> None:
    sample = data_folder("sample")
    run = rank(*(sample / name for name in ("targets.xlsx", "local.csv", "leads.xlsx")))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        page_file = write_report(run, Path(folder) / "out") / "report.html"
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
        page.goto(page_file.resolve().as_uri())
        page.locator("#firm-2 .name").click()
        page.locator("#shortlist-title").evaluate("title => title.scrollIntoView()")
        page.screenshot(path=DOCS / "page.png")
        page.set_viewport_size({"width": 1680, "height": 900})
        page.locator(f"#tab-{CHAIN}").click()
        page.mouse.move(0, 0)
        page.locator(f"#map-{CHAIN} .scroll").screenshot(
            path=DOCS / "map.png", style=".guide{position:static!important}"
        )
        browser.close()


if __name__ == "__main__":
    main()
