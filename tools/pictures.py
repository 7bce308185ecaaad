"""Take pictures of the guides anew: `make pictures`. Serves the demonstration apart, plays three people, looks at pages.

Nothing in a picture is a real person's. The files go to docs/images; look at them before you keep them. The week with a
coach's own calendar and the rota are taken by hand: the demonstration has neither.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, QUIET
from tests.browser.servers import free_port

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
DESK, PHONE = {"width": 1100, "height": 1050}, {"width": 390, "height": 780}
LONG_PHONE = {"width": 390, "height": 960}
BEGINS = ("hi", "1", "signed off from the warehouse", "PR1 8XJ", "51", "low mood and sleeping badly", "money")
IN_DANGER = (
    *BEGINS,
    "Dawn",
    "1",
    "07700 900811",
    "1",
    "1",
    "no",
    "skip",
    "no",
    "i dont want to be here any more, i want to die",
)
TO_BE_RUNG = (*BEGINS, "Ade", "1", "07700 900812", "can someone just ring me", "1", "1", "1")
TOLD = (
    "hi", "1", "me backs gone, off sick since march and behind with the rent", "PR1 8XJ", "44", "1 and 2", "money", "Kev",
    "1", "07700 900556", "1", "1", "yes but my lad may hear it", "keep my job", "no",
)  # fmt: skip
OWN_WORDS = ("hi", "1", "off sick with my back and the rent's behind")
CHECKED = (*OWN_WORDS, "PR1 8XJ", "34", "Sam", "1", "07700 900123", "thursday after 3", "1")
ACCOUNT = re.compile(r"(\w+)@demonstration\.example\s+(\S+)")


@dataclass(frozen=True)
class Demonstration:
    """A running demonstration: where it is, and the password of each role."""

    url: str
    passwords: dict[str, str]


@contextmanager
def demonstration(home: str) -> Iterator[Demonstration]:
    """Serve the demonstration in a process of its own, with a Monday morning's clock."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANYDOOR_", "TWILIO_", "NLU_"))}
    given = {"ANYDOOR_HOME": home, "ANYDOOR_NOW": "2026-11-23T09:00", "ANYDOOR_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    command = [str(Path(sys.executable).with_name("anydoor")), "serve", "--demo", "--port", str(port)]
    with subprocess.Popen(command, env={**kept, **given}, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Demonstration(given["ANYDOOR_PUBLIC_URL"], _passwords(process))
        finally:
            process.terminate()


def wait_for(site: Demonstration) -> None:
    for _ in range(300):
        with suppress(OSError):
            urlopen(f"{site.url}/healthz", timeout=30).close()
            return
        time.sleep(0.2)
    raise RuntimeError("the demonstration does not answer")


def _passwords(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    found: dict[str, str] = {}
    for line in process.stdout:
        found |= dict(ACCOUNT.findall(line))
        if len(found) == 3:
            return found
    raise RuntimeError("the demonstration did not start")


def chat(browser: Browser, url: str, lines: tuple[str, ...], *, large: bool = False) -> Page:
    """A person in the web chat; `large`: a longer phone, sharper."""
    page = browser.new_page(viewport=LONG_PHONE if large else PHONE, device_scale_factor=1.5 if large else 1)
    page.goto(f"{url}/chat")
    for line in lines:
        before = page.locator(".chat__line").count()
        page.locator("textarea, input[type=text]").first.fill(line)
        page.keyboard.press("Enter")
        page.wait_for_function("n => document.querySelectorAll('.chat__line').length >= n + 2", arg=before)
        page.wait_for_timeout(600)
    return page


def signed_in(browser: Browser, site: Demonstration, role: str, lands: str) -> Page:
    page = browser.new_page(viewport=DESK)
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("Email address").fill(f"{role}@demonstration.example")
    page.get_by_label("Password").fill(site.passwords[role])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{lands}**")
    return page


def keep(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.png")
    print(name, (IMAGES / f"{name}.png").stat().st_size // 1000, "kB")


def of_the_chat(browser: Browser, site: Demonstration) -> None:
    """The pictures of README.md; the desk's picture there is the guide's."""
    for name, lines in (("web-chat-own-words", OWN_WORDS), ("web-chat-check", CHECKED)):
        keep(chat(browser, site.url, lines, large=True), name)


def of_the_desk(browser: Browser, site: Demonstration) -> None:
    """The pictures of docs/coach-guide.md."""
    page = signed_in(browser, site, "coach", "/coach")
    keep(page, "coach-today")
    page.goto(f"{site.url}/coach/find")
    page.get_by_label("Reference, name").fill("0556")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Kev", exact=True).first.click()
    page.wait_for_load_state()
    keep(page, "coach-card")
    page.get_by_label("Write to Kev").fill("Hello Kev, it's Robin. Is Monday still good for you?")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_load_state()
    page.get_by_text("Is Monday still good for you?").first.scroll_into_view_if_needed()
    keep(page, "coach-talk")


def of_the_studio(browser: Browser, site: Demonstration) -> None:
    """The pictures of docs/admin-guide.md."""
    page = signed_in(browser, site, "admin", "/admin")
    for name, path in (
        ("admin-topics", "/admin"),
        ("admin-question", "/admin/topic/about_work/add"),
    ):
        page.goto(f"{site.url}{path}")
        keep(page, name)
    page.goto(f"{site.url}/admin/try")
    for said in ("hi", "1", "me backs gone, off sick since march and behind with the rent"):
        page.get_by_label("The person writes").fill(said)
        page.get_by_role("button", name="Send", exact=True).click()
        page.wait_for_load_state()
    page.get_by_text("What was understood").last.click()
    page.get_by_label("The person writes").scroll_into_view_if_needed()
    keep(page, "admin-try")


def main() -> None:
    with tempfile.TemporaryDirectory() as home, demonstration(home) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET.split())
        wait_for(site)
        for told in (IN_DANGER, TO_BE_RUNG, TOLD):
            chat(browser, site.url, told)
        of_the_desk(browser, site)
        of_the_studio(browser, site)
        of_the_chat(browser, site)
        browser.close()


if __name__ == "__main__":
    main()
