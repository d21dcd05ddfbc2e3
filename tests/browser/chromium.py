"""A real Chromium; one for the whole run, since its driver can be started once only.

Browser and profile are shared by the whole run, because a new profile costs more than most tests here. A test begins
without cookies, in a tab of its own, on sites at ports of their own, so nothing reaches it from the one before.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    assert program, f"no browser found: install Debian's package chromium (looked for {', '.join(NAMES)})"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """The profile of the run; tests take `context`, which is clean."""
    shared = browser.new_context()
    yield shared
    shared.close()


@pytest.fixture
def context(profile: BrowserContext) -> BrowserContext:
    """A browser profile without cookies."""
    profile.clear_cookies()
    return profile


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab, in which no script may fail during the whole test."""
    tab = context.new_page()
    errors: list[Error] = []

    def note(error: Error) -> None:
        errors.append(error)

    tab.on("pageerror", note)
    yield tab
    tab.goto("about:blank")  # the browser tells things in order: after this answer no error is on its way
    tab.close()
    assert errors == []
