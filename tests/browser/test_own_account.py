"""One's own account long after signing in: what is asked again, and where one is signed in, at both widths, by keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from services import staff
from services.models import StaffMember
from tests.browser.conftest import Open, Site
from tests.browser.test_rota import look
from tests.browser.test_staff import SIZES, sign_in
from tests.web.teams import NOW, PASSWORD, put_staff, put_team

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@SIZES
def test_a_sign_in_left_open_elsewhere_is_seen_and_ended(open_page: Open, site: Site, size: str) -> None:
    site.assistant.clock.set(NOW)
    number = put_staff(site.assistant, "robin@north.example", "coach", "north", put_team(site.assistant, "north"))
    for minutes in (95, 40):
        then = NOW - timedelta(minutes=minutes)
        with site.assistant.db.write() as session:
            token = staff.sign_in(session, session.get_one(StaffMember, number), then)
            staff.seen(session, token, NOW - timedelta(minutes=minutes // 2))
    page = open_page("/sign-in", size)
    sign_in(page, "robin@north.example")
    site.assistant.clock.offset += staff.FRESH_FOR + timedelta(minutes=1)
    page.goto(page.url.removesuffix("/coach") + "/account")
    look(page, "account-later", size)
    password = page.get_by_label("Your password, to end a sign-in")
    password.focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Pick which one to end").first).to_be_visible()
    look(page, "account-none-picked", size)
    page.get_by_label("Since").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="End it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("That is not your password").first).to_be_visible()
    expect(page.get_by_label("Since").first).to_be_checked()
    look(page, "account-password-wanted", size)
    page.get_by_label("All but this browser").focus()
    page.keyboard.press("Space")
    password.focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nowhere else.")).to_be_visible()
    look(page, "account-ended", size)
