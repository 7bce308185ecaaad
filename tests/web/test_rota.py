"""The duty rota at the desk, one's own number, and the code by text over the provider's webhook."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from twilio.request_validator import RequestValidator

from services import duty, rota, staff, staff_texts
from services.messages import Outbound, Receipt
from services.models import DutyAlert, DutyAsk, MessageIn, StaffMember
from tests.web import desks
from tests.web.assistants import StandInAssistant
from tests.web.conftest import TWILIO
from tests.web.desks import Desk
from tests.web.teams import NOW, put_staff, put_team

ROBIN, PRIYA, LEAD = "1", "2", "3"
NUMBER = "+447700900201"


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    made = desks.set_up(client, assistant)
    made.sign_in("lead@north.example")
    return made


def week(desk: Desk, **changed: str) -> dict[str, str]:
    """Monday's row, for the whole working week unless something else is said."""
    seen = re.search(r'name="seen" value="(\w+)"', desk.page("/rota"))
    monday = {"hours-0-0": "9am to 5pm", "who-0-0": ROBIN, "deputy-0-0": PRIYA, "same": "yes"}
    return {**monday, "seen": seen[1] if seen else "", **changed}


def test_a_lead_puts_a_week_on_the_rota_and_everybody_of_the_team_sees_who_is_on_duty(desk: Desk) -> None:
    assert "Nobody is on duty now" in desk.page("/rota")
    assert desk.post("/rota", **week(desk)) == 303
    desk.sign_in("priya@north.example")
    page = desk.page("/rota")
    assert "On duty now: <strong>robin</strong>, deputy priya" in page
    assert "No number yet: priya, robin" in page or "No number yet: robin, priya" in page
    assert "Keep this week" not in page
    assert desk.audited("change_rota") == ["team:north"]
    with desk.assistant.db.read() as session:
        assert [(each.weekday, each.staff_id) for each in rota.read(session, "north").week] == [
            (d, 1) for d in range(5)
        ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"hours-0-0": "9am to 25:00"}, "Monday: There is no such time"),
        ({"who-0-0": ""}, "Monday: Pick who is on duty, or leave the hours empty"),
        ({"hours-0-0": "", "same": ""}, "Monday: Write from when until when, or pick nobody"),
        ({"deputy-0-0": ROBIN}, "The deputy is somebody else"),
        ({"hours-5-0": "9am to noon", "who-5-0": ROBIN, "hours-5-1": "11am to 2pm", "who-5-1": PRIYA}, "Two parts"),
        ({"hours-6-0": "9am to noon", "who-6-0": "999"}, "Sunday: Pick who is on duty"),
    ],
)
def test_a_week_that_cannot_be_is_told_in_a_sentence_and_nothing_typed_is_lost(
    desk: Desk, changed: dict[str, str], told: str
) -> None:
    typed = week(desk, **changed)
    answer = desk.client.post("/coach/rota", data={**desk.marks(), **typed})
    assert (answer.status_code, told in answer.text) == (400, True)
    for name in ("hours-0-0", "hours-5-0", "hours-6-0"):
        assert not typed.get(name) or f'name="{name}" type="text" value="{typed[name]}"' in answer.text
    assert desk.audited("change_rota") == []


def test_two_leads_at_once_and_a_form_sent_twice_change_nothing_unseen(desk: Desk) -> None:
    first, second = week(desk), week(desk, **{"hours-0-0": "10am to 4pm"})
    assert desk.post("/rota", **first) == 303
    assert desk.client.post("/coach/rota", data=desk.used).status_code == 409
    answer = desk.client.post("/coach/rota", data={**desk.marks(), **second})
    assert (answer.status_code, "Somebody else has changed this week" in answer.text) == (400, True)
    assert 'value="10am to 4pm"' in answer.text
    assert len(desk.audited("change_rota")) == 1


def test_days_that_differ_are_added_shown_and_taken_back(desk: Desk) -> None:
    desk.post("/rota", **week(desk))
    assert desk.post("/rota/days", **{"first": "2026-11-25", "day-who": ""}) == 303
    assert desk.post("/rota/days", **{"first": "2026-11-28", "day-who": PRIYA, "day-hours": "6pm to midnight"}) == 303
    page = desk.page("/rota")
    assert "6pm to midnight: <strong>priya</strong>" in page
    assert "Wednesday 25 November" in page.split('id="differs"')[1]
    for typed, told in (
        ({"first": "2026-11-29", "day-who": PRIYA}, "The week has no hours on these days"),
        ({"first": ""}, "Pick the first day"),
        ({"first": "2026-11-27", "last": "2026-11-26"}, "It ends before it starts"),
        ({"first": "2026-11-01"}, "That time is over already"),
        ({"first": "2026-11-27", "day-who": PRIYA, "day-hours": "9am to 10am, 1pm to 2pm"}, "Write one stretch"),
    ):
        answer = desk.client.post("/coach/rota/days", data={**desk.marks(), **typed})
        assert (answer.status_code, told in answer.text) == (400, True), told
    assert desk.post("/rota/days/1/end") == 303
    assert desk.post("/rota/days/1/end") == 404
    assert desk.refusals()[-1][1:] == ("rota_exception:1", "not_theirs")


def test_the_order_after_the_deputy_and_the_minutes_are_kept(desk: Desk) -> None:
    typed = {"minutes": "20", "then-0": LEAD, "then-1": LEAD, "unplaced": "yes"}
    assert desk.post("/rota/rules", **typed) == 303
    with desk.assistant.db.read() as session:
        assert rota.read(session, "north").rules == rota.Rules(20, unplaced=True, then=(3,))
    page = desk.page("/rota")
    assert "<li>lead</li>" in page
    answer = desk.client.post("/coach/rota/rules", data={**desk.marks(), **typed, "minutes": "4"})
    assert (answer.status_code, "Give 5 to 240 minutes" in answer.text) == (400, True)
    seen = re.search(r'/rota/rules".*?name="seen" value="([^"]*)"', page, re.S)
    assert seen
    assert desk.post("/rota/rules", **typed | {"unplaced": ""}) == 303, "a safety officer"
    late = {**desk.marks(), **typed, "minutes": "30", "seen": seen[1]}
    answer = desk.client.post("/coach/rota/rules", data=late)
    assert (answer.status_code, "Somebody else has changed these rules" in answer.text) == (400, True)
    assert 'value="30"' in answer.text
    with desk.assistant.db.read() as session:
        assert rota.read(session, "north").rules == rota.Rules(20, then=(3,))


def test_a_coach_another_team_and_nobodys_team_change_nothing(desk: Desk) -> None:
    assert desk.post("/rota", **week(desk, team="south")) == 303, "a lead's own team counts, whatever the form says"
    with desk.assistant.db.read() as session:
        assert rota.read(session, "south").week == ()
    assert desk.client.get("/coach/rota?team=south").text.count("WorkWell South") == 0
    desk.sign_in("robin@north.example")
    for path in ("/rota", "/rota/rules", "/rota/days", "/rota/days/1/end"):
        assert desk.post(path) == 404
        assert desk.refusals()[-1][2] == "role"
    desk.sign_in("safety@example.org")
    assert "WorkWell South" in desk.page("/rota")
    assert desk.post("/rota/rules", team="nowhere", minutes="30") == 404
    assert desk.post("/rota/rules", team="south", minutes="30") == 303


def test_the_alerts_page_says_who_was_asked_and_when_nobody_is_left(desk: Desk) -> None:
    desk.post("/rota", **week(desk))
    with desk.assistant.db.write() as session:
        assert len(duty.escalate_overdue(session, NOW)) == 1, "raised before there was a rota"
    page = desk.page("/alert/1")
    assert "robin, 9:30am: on the desk only, no number known." in re.sub(r"\s+", " ", page)
    assert "robin is asked" in desk.page()
    for minutes in (31, 62):
        with desk.assistant.db.write() as session:
            duty.escalate_overdue(session, NOW + minutes * (duty.REPEAT_WITHIN / 10))
    assert "Nobody has answered." in desk.page("/alert/1")
    assert "nobody has answered" in desk.page()
    assert desk.post("/alert/1") == 303
    assert "Nobody has answered." not in desk.page("/alert/1")


def sent(assistant: StandInAssistant) -> list[tuple[str, str]]:
    """Deliver what waits for staff; number and code of each."""
    phones: list[tuple[str, str]] = []

    def send(outbound: Outbound) -> Receipt:
        phones.append((outbound.address.value, outbound.text))
        return Receipt(str(outbound.id))

    staff_texts.deliver(assistant.db, send, lambda kind, filled: str(filled.get("code", kind)), assistant.clock.now())
    return phones


def test_one_adds_ones_number_by_the_code_that_is_sent_to_it(desk: Desk) -> None:
    def post(path: str, **data: str) -> int:
        return int(desk.client.post(path, data={**desk.marks(), **data}).status_code)

    for typed in ("hello", "01632 960001", "07700", "0906 123 4567"):
        assert post("/account/number", number=typed) == 400
    assert post("/account/number", number="07700 900201") == 303
    ((number, code),) = sent(desk.assistant)
    assert number == NUMBER
    assert "Code that we sent to" in desk.client.get("/account").text
    assert post("/account/number/code", code="000000" if code != "000000" else "1") == 400
    assert post("/account/number/code", code=f"{code[:3]} {code[3:]}") == 303
    assert f"<strong>{NUMBER}</strong>" in desk.client.get("/account").text
    assert post("/account/number/off") == 303
    assert NUMBER not in desk.client.get("/account").text
    assert [desk.audited(each) for each in ("number_asked", "number_on", "number_off")] == [["staff:3"]] * 3
    assert desk.client.post("/account/number", data={"number": "07700 900201"}).status_code == 403


def test_a_code_over_the_webhook_takes_the_alert_on_and_other_words_are_a_persons(
    client_with: Callable[..., TestClient],
) -> None:
    client = client_with(**TWILIO)
    assistant = client.app.state.assistant  # type: ignore[attr-defined]
    desk = desks.set_up(client, assistant)
    with assistant.db.write() as session:
        row = session.get_one(StaffMember, 1)
        row.phone, row.phone_index = NUMBER, assistant.db.keys.blind_index("phone", NUMBER)
    desk.sign_in("lead@north.example")
    desk.post("/rota", **week(desk))
    with assistant.db.write() as session:
        duty.escalate_overdue(session, NOW)
        code = session.scalars(select(DutyAsk)).one().code or ""

    def text(body: str, sid: str) -> None:
        form = {"From": NUMBER, "MessageSid": sid, "Body": body, "AccountSid": "AC1"}
        address = "http://testserver/webhooks/twilio/sms"
        mark = RequestValidator(TWILIO["twilio_auth_token"]).compute_signature(address, form)
        answer = client.post("/webhooks/twilio/sms", data=form, headers={"X-Twilio-Signature": mark})
        assert (answer.status_code, "<Response/>" in answer.text) == (200, True)

    before = len(assistant.accepted)
    text(code, "SMa")
    assert len(assistant.accepted) == before
    text("I can't go on", "SMb")
    assert len(assistant.accepted) == before + 1
    with assistant.db.read() as session:
        assert session.get_one(DutyAlert, 1).accepted_by == 1
        assert session.scalars(select(MessageIn.body).where(MessageIn.provider_id == "SMb")).one()
    assert [words for _, words in sent(assistant)] == ["yours"]


def test_an_account_of_every_role_may_keep_a_number_and_only_who_sees_alerts_sees_the_rota(
    client: TestClient, assistant: StandInAssistant
) -> None:
    desk = desks.set_up(client, assistant)
    put_team(assistant, "east")
    roles: tuple[staff.Role, ...] = ("editor", "admin")
    for role in roles:
        put_staff(assistant, f"{role}@east.example", role, "east")
        desk.sign_in(f"{role}@east.example")
        assert client.get("/coach/rota").status_code == 404
        assert client.get("/account").status_code == 200
