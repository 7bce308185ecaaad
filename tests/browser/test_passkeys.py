"""A passkey in a real browser, with chromium's own authenticator: made, used, used up, taken away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Request, expect

from services.models import AuditRow, Passkey
from tests.browser.conftest import SIZES, Site, overflows, violations
from tests.browser.servers import free_port, serving
from tests.web.assistants import assemble
from tests.web.teams import NOW, PASSWORD, put_staff, put_team
from web.app import application

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ROBIN = "robin@north.example"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """By name: a browser makes no passkey for a number."""
    port = free_port()
    assistant = assemble(tmp_path, public_url=f"http://localhost:{port}")
    assistant.clock.set(NOW)
    put_staff(assistant, ROBIN, "coach", "north", put_team(assistant, "north"))
    with serving(application(assistant, work=False), port):
        yield Site(f"http://localhost:{port}", assistant)
    assistant.db.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZES["phone"])  # type: ignore[arg-type]
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(site.url + "/sign-in")
    yield page
    context.close()
    assert errors == []


def authenticator(page: Page, *, knows_holder: bool = True) -> tuple[CDPSession, str]:
    """A phone's own: `knows_holder`, whether finger or PIN fits."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": knows_holder,
        "automaticPresenceSimulation": True,
    }
    return tools, str(tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])


def by_password(page: Page) -> None:
    page.get_by_label("Email address").fill(ROBIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def make_one(page: Page, site: Site, name: str = "Work phone") -> None:
    page.goto(site.url + "/account")
    page.get_by_label("Name of the new passkey").fill(name)
    page.get_by_label("Your password, so that we know it is you").fill(PASSWORD)
    page.get_by_role("button", name="Make a passkey").click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()


def count(site: Site) -> int:
    with site.assistant.db.read() as session:
        return session.query(Passkey).count()


def test_made_and_used_without_password_or_code(page: Page, site: Site) -> None:
    authenticator(page)
    assert (violations(page), overflows(page)) == ([], False)
    by_password(page)
    make_one(page, site)
    expect(page.get_by_text("Your passkey is kept")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Calls today")).to_be_visible()
    with site.assistant.db.read() as session:
        last = session.query(AuditRow).where(AuditRow.action == "sign_in").order_by(AuditRow.id.desc()).first()
        assert last is not None
        assert last.detail == {"by": "passkey"}
        assert session.query(Passkey).one().used_at is not None


def test_the_password_alone_opens_nothing_any_more(page: Page, site: Site) -> None:
    authenticator(page)
    by_password(page)
    make_one(page, site)
    expect(page.get_by_text("Your passkey is kept")).to_be_visible()
    sign_out(page)
    by_password(page)
    expect(page.get_by_text("There is a problem")).to_be_visible()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Calls today")).to_be_visible()


def test_who_does_not_know_the_password_makes_none(page: Page, site: Site) -> None:
    authenticator(page)
    by_password(page)
    page.goto(site.url + "/account")
    page.get_by_label("Your password, so that we know it is you").fill("a guess of mine")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("That is not your password")).to_be_visible()
    assert (violations(page), count(site)) == ([], 0)


def test_a_key_that_does_not_know_its_holder_is_not_enough(page: Page, site: Site) -> None:
    tools, key = authenticator(page)
    by_password(page)
    make_one(page, site)
    expect(page.get_by_text("Your passkey is kept")).to_be_visible()
    sign_out(page)
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was used")).to_be_visible()


def test_an_answer_that_was_overheard_opens_nothing(page: Page, site: Site) -> None:
    """Sent again with the same cookie, from another browser, changed, or for another site's origin."""
    authenticator(page)
    by_password(page)
    make_one(page, site)
    expect(page.get_by_text("Your passkey is kept")).to_be_visible()
    sign_out(page)
    page.wait_for_url("**/sign-in")
    heard: list[Request] = []
    page.on("request", lambda each: heard.append(each) if each.url.endswith("/sign-in/passkey") else None)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Calls today")).to_be_visible()
    cookie, body = heard[0].all_headers()["cookie"], str(heard[0].post_data)
    plain: dict[str, Any] = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    for headers in ({**plain, "cookie": cookie}, plain):
        again = page.request.post(
            site.url + "/sign-in/passkey", data=body, headers=headers, max_redirects=0, fail_on_status_code=False
        )
        assert again.status == 400
        assert "anydoor-staff" not in again.headers.get("set-cookie", "")


def test_taken_away_it_opens_nothing(page: Page, site: Site) -> None:
    tools, key = authenticator(page)
    by_password(page)
    make_one(page, site)
    expect(page.get_by_text("Your passkey is kept")).to_be_visible()
    page.get_by_label("Your password, to take Work phone away").fill(PASSWORD)
    page.get_by_role("button", name="Take it away").click()
    expect(page.get_by_text("no longer works here")).to_be_visible()
    assert count(site) == 0
    assert len(tools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("We could not let you in by that passkey")).to_be_visible()
    assert (violations(page), json.dumps(page.context.cookies()).count("anydoor-staff")) == ([], 0)
