from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.servers import free_port, serving, working
from tests.web.assistants import StandInAssistant, assemble
from web.app import application

CHROMIUM = Path("/usr/bin/chromium")
QUIET = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run"
SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 900}}


@dataclass(frozen=True)
class Site:
    """A running server: where it is and what is behind it."""

    url: str
    assistant: StandInAssistant


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser a file: playwright's loop must be gone before the next file's own loops."""
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed")
    expect.set_options(timeout=30_000)  # milliseconds, reached only where something is wrong
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET.split())
        yield opened
        opened.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    assistant = assemble(tmp_path, public_url=url)
    with working(assistant), serving(application(assistant, work=False), port):
        yield Site(url, assistant)
    assistant.db.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Open]:
    """Open a page at a size, with or without JavaScript; a script error fails the test."""
    contexts, errors = [], []

    def open_at(path: str, size: str = "desk", *, scripts: bool = True) -> Page:
        context = browser.new_context(viewport=SIZES[size], java_script_enabled=scripts)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(site.url + path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert errors == []


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page, one line each."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def overflows(page: Page) -> bool:
    """Whether the page has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
