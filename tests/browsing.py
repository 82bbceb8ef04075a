"""A real browser where there is one, and a page in it with all that it says written down."""

import shutil
from contextlib import contextmanager

from waiting import PATIENCE

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def launched():
    """Start the browser; it is closed again."""
    from playwright.sync_api import sync_playwright

    patience = 1000 * PATIENCE
    with sync_playwright() as started:
        found = started.chromium.launch(executable_path=BROWSER, args=FLAGS, timeout=patience)
        yield found
        found.close()


def listened(browser, **options):
    """Return a context, its page, and the list of what the page says: console, errors, dialogs."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
    return context, page, said
