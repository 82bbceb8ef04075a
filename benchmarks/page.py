"""The page of a run in a real Chromium: size, elements, and time until it answers.

python benchmarks/page.py TARGETS LOCAL LEADS [--runs 9] [--slow 4]
python benchmarks/page.py --run FOLDER

Milliseconds from the start of the navigation until a click on a column has sorted the shortlist,
a word has filtered it, and a click on a node has opened its panel, each on the screen (one frame
later). Each opening is a new browser context; ``--slow`` slows the processor down as much.
"""

import argparse
import shutil
import tempfile
from pathlib import Path
from statistics import median

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# Runs in the page as soon as its own script has run; what the screen shows follows a frame.
SCRIPT = """
document.addEventListener('DOMContentLoaded', () => {
  const shown = {}, now = () => performance.now();
  const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  const first = () => document.querySelector('#list tbody.firm').dataset.rank;
  const visible = () => [...document.querySelectorAll('#list tbody.firm')]
    .filter(firm => firm.checkVisibility()).length;
  window.measured = (async () => {
    shown.parsed = now();
    await frame();
    shown.painted = now();
    const all = visible(), before = first();
    document.querySelector('#list [data-key=rank]').click();
    await frame();
    if (first() === before && all > 1) throw new Error('not sorted');
    shown.sorted = now();
    const find = document.getElementById('find');
    find.value = document.querySelector('#list .name').textContent;
    find.dispatchEvent(new Event('input'));
    await frame();
    if (visible() >= all && all > 1) throw new Error('not filtered');
    shown.filtered = now();
    const node = document.querySelector('.map.shown a.node');
    node.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
    await frame();
    if (!document.querySelector('.panel.shown').checkVisibility()) throw new Error('not opened');
    shown.opened = now();
    return shown;
  })();
});
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lists", nargs="*", metavar="TARGETS LOCAL LEADS")
    parser.add_argument("--run", type=Path, help="a run folder instead of lists")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--slow", type=int, default=4)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = (arguments.run or written(arguments.lists, Path(folder))) / "report.html"
        print(f"size      {page.stat().st_size / 1e6:.2f} MB")
        for slow in (1, arguments.slow):
            measure(page, slow, arguments.runs)


def written(lists: list[str], folder: Path) -> Path:
    from chainmatch import rank, write_report

    return write_report(rank(*lists), folder / "out")


def measure(page: Path, slow: int, runs: int) -> None:
    from playwright.sync_api import sync_playwright

    browser_path = next(filter(None, map(shutil.which, BROWSERS)))
    found = []
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=browser_path, args=FLAGS)
        for _ in range(runs):
            found.append(opened(browser, page, slow))
        browser.close()
    times = {step: median(one[step] for one in found) for step in found[0]}
    worst = max(one["opened"] for one in found)
    steps = "  ".join(f"{step} {ms:.0f}" for step, ms in times.items() if step != "elements")
    print(f"{slow}x slower  {steps} ms (median of {runs}; longest {worst:.0f})")
    if slow == 1:
        print(f"elements  {times['elements']:,.0f}")


def opened(browser, page: Path, slow: int) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    tab.add_init_script(SCRIPT)
    context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": slow})
    tab.goto(page.resolve().as_uri())
    times = tab.evaluate("window.measured")
    times["elements"] = tab.evaluate("document.querySelectorAll('*').length")
    context.close()
    return times


if __name__ == "__main__":
    main()
