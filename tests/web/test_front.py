"""What everybody may read, the headers of every answer, and what goes wrong."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot import pages
from tests.web.assistants import DIALOGS
from tests.web.conftest import TWILIO
from web.limits import CONTENT_POLICY, Exchange, TooSlow
from web.pages import FOLDER, asset, linked
from web.words import MissingWords, Words

PAGES = ["/", "/privacy", "/chat", "/nothing-here"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_headers_of_a_careful_site(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == CONTENT_POLICY
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


def test_on_https_browsers_are_told_to_stay_and_cookies_are_secure(client_with: Callable[..., TestClient]) -> None:
    answer = client_with(public_url="https://anydoor.example").get("/chat")
    assert "max-age" in answer.headers["strict-transport-security"]
    assert answer.headers["set-cookie"].startswith("__Host-anydoor-chat=")
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_a_script_or_a_style_of_its_own_or_anything_from_elsewhere(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r'(?:src|href)="https?://(?!ico\.org)', page.replace("https://www.bbc", ""))


@pytest.mark.parametrize("path", PAGES)
def test_the_nhs_logo_is_on_no_page(client: TestClient, path: str) -> None:
    assert "nhsuk-header__logo" not in client.get(path).text


def test_the_vendored_files_ask_nothing_of_other_servers() -> None:
    for file in (FOLDER / "static").rglob("*.css"):
        assert not re.search(r"url\((?!images/|data:|\"data:)|@font-face|@import|Frutiger", file.read_text())


def test_every_icon_that_the_style_sheet_names_is_there() -> None:
    folder = FOLDER / "static" / "nhsuk"
    named = re.findall(r"url\((images/[^)]+)\)", (folder / "nhsuk-frontend-10.6.1.min.css").read_text())
    assert named
    assert [name for name in named if not (folder / name).exists()] == []


def test_static_files_are_kept_by_browsers_and_squeezed(client: TestClient) -> None:
    answer = client.get(asset("nhsuk/nhsuk-frontend-10.6.1.min.css"))
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"


def test_the_front_page_shows_the_doors_that_are_open(client_with: Callable[..., TestClient]) -> None:
    assert "0113 496 0000" in client_with(**TWILIO).get("/").text
    assert "hang up" not in client_with().get("/").text


def test_every_word_that_a_template_names_is_in_dialogs() -> None:
    words = Words(pages.words(DIALOGS))
    sources = [*(FOLDER / "templates").rglob("*.html"), *FOLDER.rglob("*.py")]
    keys = {
        key
        for file in sources
        for key in re.findall(r"""["']((?:front|chat|privacy|errors|every|refer)\.[a-z_0-9]+)["']""", file.read_text())
    }
    keys |= {
        f"privacy.{key}"
        for key in re.findall(r'"([a-z_]+)"', (FOLDER / "templates/public/privacy.html").read_text())
        if key != "nhsuk-grid-row"
    }
    keys |= {
        f"{key}_title"
        for key in keys
        if key.startswith("errors.") and key not in {"errors.danger", "errors.go_to_front"}
    }
    assert len(keys) > 60
    assert sorted(key for key in keys if key not in words.by_id) == ["chat.js"]  # a file, not words


def test_words_that_are_missing_are_an_error_and_never_silence(tmp_path: Path) -> None:
    with pytest.raises(MissingWords):
        Words({}).say("front.heading")


def test_an_unknown_page_says_so_kindly(client: TestClient) -> None:
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert "Page not found" in answer.text


def test_a_failure_shows_a_page_and_logs_no_words(
    client_with: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(request: object) -> None:
        raise ValueError("I want to die, +447700900123")

    client = client_with()
    monkeypatch.setattr("web.chat.find", broken)
    answer = client.get("/chat")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    printed = "".join(capsys.readouterr())
    assert "request failed" in printed
    assert "die" not in printed
    assert "7700" not in printed


async def test_a_slow_body_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never() -> dict[str, object]:
        await asyncio.sleep(60)
        return {}

    monkeypatch.setattr("web.limits.BODY_SECONDS", 0.01)
    exchange = Exchange({"type": "http", "headers": []}, never, never)  # type: ignore[arg-type]
    with pytest.raises(TooSlow):
        await exchange.receive()


def test_a_body_without_a_length_is_counted_as_it_comes(client: TestClient) -> None:
    answer = client.post(
        "/chat",
        content=(b"x" * 10_000 for _ in range(40)),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "abc", "1e9", "99999999999"])
def test_a_length_that_makes_no_sense_is_refused(client: TestClient, length: str) -> None:
    assert client.post("/chat", content=b"", headers={"Content-Length": length}).status_code == 413


def test_numbers_and_addresses_become_links_and_nothing_else_does() -> None:
    html = linked("Call 999 or 0808 2000 247.\n\nIn £111 or 1110 <b>no</b>. See https://x.example/a?b=1&c=2.")
    assert html == (
        '<p>Call <a class="nhsuk-link chat-number" href="tel:999">999</a> or '
        '<a class="nhsuk-link chat-number" href="tel:08082000247">0808 2000 247</a>.</p>'
        "<p>In £111 or 1110 &lt;b&gt;no&lt;/b&gt;. See "
        '<a class="nhsuk-link" href="https://x.example/a?b=1&amp;c=2">https://x.example/a?b=1&amp;c=2</a>.</p>'
    )


def test_health_says_that_the_process_answers(client: TestClient) -> None:
    assert client.get("/healthz").text == "ok"
