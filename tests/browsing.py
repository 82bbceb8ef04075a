"""A page in a real browser, with everything that it says written down."""


def listened(browser, **options):
    """Return a context, its page, and the list of what the page says: console, errors, dialogs."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(20_000)
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
    return context, page, said
