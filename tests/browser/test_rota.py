"""The duty rota in a real browser: at a glance, by keyboard, at 360 and 1280 pixels, without a broken rule."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services import duty, rota_changes
from services.models import StaffMember
from services.rota import Rules, Stretch
from services.rota_changes import SYSTEM
from tests.browser.conftest import Open, Site, overflows, violations
from tests.browser.test_staff import SIZES, sign_in
from tests.web.teams import NOW, put_referral, put_staff, put_team

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PICTURES = os.environ.get("ANYDOOR_TEST_PICTURES", "")
"""A folder to put a picture of each page into, to be looked at."""


@pytest.fixture
def team(site: Site) -> Site:
    """A team with a lead, two coaches and an open alert; nobody is on duty yet."""
    site.assistant.clock.set(NOW)
    coach = put_team(site.assistant, "north")
    for name, role in (("Robin", "coach"), ("Priya", "coach"), ("Lee", "lead")):
        number = put_staff(site.assistant, f"{name.lower()}@north.example", role, "north", coach)  # type: ignore[arg-type]
        with site.assistant.db.write() as session:
            session.get_one(StaffMember, number).name = name
    put_referral(site.assistant, "north", coach, "+447700900123", NOW)
    return site


def look(page: Page, name: str, size: str) -> None:
    """No broken rule, nothing to scroll sideways; a picture where one is wanted."""
    assert (name, violations(page), overflows(page)) == (name, [], False)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{size}.png", full_page=True)


@SIZES
def test_a_rota_is_made_from_nothing_by_keyboard_alone(open_page: Open, team: Site, size: str) -> None:
    page = open_page("/sign-in", size)
    sign_in(page, "lee@north.example")
    page.get_by_role("link", name="Duty", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nobody is on duty now.")).to_be_visible()
    look(page, "rota-empty", size)
    page.get_by_label("Hours on Monday").focus()
    for typed in ("9am to 25:00", "Tab", "Robin", "Tab", "Priya", "Tab", "Space", "Enter"):
        page.keyboard.press(typed) if typed in ("Tab", "Space", "Enter") else page.keyboard.type(typed)
    expect(page.get_by_text("There is a problem")).to_be_visible()
    look(page, "rota-wrong", size)
    page.get_by_label("Hours on Monday", exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("9am to 5pm")
    page.keyboard.press("Tab")
    page.get_by_label("Tuesday to Friday like Monday").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The week is kept.")).to_be_visible()
    expect(page.locator(".rota-now")).to_contain_text("On duty now: Robin, deputy Priya")
    look(page, "rota-made", size)


@SIZES
def test_a_full_rota_an_alert_nobody_took_and_ones_own_number_break_no_rule(
    open_page: Open, team: Site, size: str
) -> None:
    db = team.assistant.db
    with db.write() as session:
        for number, phone in ((1, "+447700900201"), (3, "+447700900203")):
            row = session.get_one(StaffMember, number)
            row.phone, row.phone_index = phone, db.keys.blind_index("phone", phone)
        week = [Stretch(day, 540, 780, 1, 2) for day in range(5)] + [Stretch(day, 780, 1020, 2, 1) for day in range(5)]
        rota_changes.keep_week(session, "north", week, SYSTEM, NOW)
        rota_changes.keep_rules(session, "north", Rules(15, unplaced=True, then=(3,)), SYSTEM, NOW)
        friday, saturday = date(2026, 11, 27), date(2026, 11, 28)
        rota_changes.add_exception(session, "north", (friday, friday), SYSTEM, NOW, staff_id=3, deputy_id=2)
        rota_changes.add_exception(session, "north", (saturday, saturday), SYSTEM, NOW, staff_id=1, hours=(600, 720))
        duty.escalate_overdue(session, NOW)
        for times in (1, 2, 3):
            duty.escalate_overdue(session, NOW + times * 1.5 * duty.REPEAT_WITHIN)
    page = open_page("/sign-in", size)
    sign_in(page, "lee@north.example")
    look(page, "day", size)
    address = page.url.removesuffix("/coach")
    for name, path in (("rota", "/coach/rota"), ("alert", "/coach/alert/1"), ("account", "/account")):
        page.goto(address + path)
        look(page, name, size)
    page.get_by_label("Your work mobile number").or_(page.get_by_label("Another mobile number")).fill("hello")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    look(page, "account-wrong", size)
    page.get_by_label("Another mobile number").fill("07700 900204")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("Code that we sent to")).to_be_visible()
    look(page, "account-code", size)
