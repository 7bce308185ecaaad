"""The pages of hours and leave: whose they are, what they ask before a call is left alone, what bad input is told."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from bot import coaching
from services import hours, staff
from services.models import Absence, Appointment, Coach, DiaryCell, Team, WorkingHours
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up
from tests.web.teams import NOW

AWAY = {"first": "2026-11-26", "first-time": "", "last": "2026-11-27", "last-time": ""}


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    """Robin and Priya of the north work Monday to Friday, 9 to 5; Sam's call with Robin is on Thursday at 10."""
    made = set_up(client, assistant)
    with assistant.db.write() as session:
        for coach in (made.coach, made.colleague):
            session.add_all(
                WorkingHours(coach_id=coach, weekday=day, starts_minute=540, ends_minute=1020) for day in range(5)
            )
        call = session.get_one(Appointment, made.call)
        call.starts_at = NOW.replace(hour=10, minute=0) + timedelta(days=2)
        call.ends_at = call.starts_at + timedelta(minutes=30)
        for row in session.scalars(select(DiaryCell).where(DiaryCell.appointment_id == call.id)):
            session.delete(row)
    return made


def own(desk: Desk) -> str:
    return f"/hours/{desk.coach}"


def week(**changed: str) -> dict[str, str]:
    typed = {f"hours-{day}": "9am to 5pm" if day < 5 else "" for day in range(7)}
    return typed | {f"break-{day}": "" for day in range(7)} | {"from": ""} | changed


def answer(desk: Desk, path: str, **data: str) -> tuple[int, str]:
    sent = desk.client.post(f"/coach{path}", data={**desk.marks(), **data})
    return sent.status_code, html.unescape(sent.text)


def absences(desk: Desk) -> list[Absence]:
    with desk.assistant.db.read() as session:
        return list(session.scalars(select(Absence)))


def test_a_coach_is_led_to_their_own_hours_and_sees_nobody_elses(desk: Desk) -> None:
    assert desk.client.get("/coach/hours").headers["location"] == f"/coach/hours/{desk.coach}"
    assert "9am to 5pm" in desk.page(own(desk))
    for other, why in ((desk.colleague, "role"), (2, "not_theirs"), (99, "not_theirs")):
        assert desk.client.get(f"/coach/hours/{other}").status_code == 404
        assert desk.refusals()[-1] == ("staff:1", f"coach:{other}", why)
    assert desk.audited("read_hours") == [f"coach:{desk.coach}"]
    assert "/coach/hours" in desk.page("/week")


@pytest.mark.parametrize("form", ["", "/away", "/away/1/end"])
def test_hours_of_a_colleague_or_another_team_are_not_changed(desk: Desk, form: str) -> None:
    for other, why in ((desk.colleague, "role"), (2, "not_theirs")):
        assert desk.post(f"/hours/{other}{form}", **AWAY, **week()) == 404
        assert desk.refusals()[-1] == ("staff:1", f"coach:{other}", why)
    desk.sign_in("lead@north.example")
    assert desk.post(f"/hours/2{form}", **AWAY, **week()) == 404
    assert desk.refusals()[-1][1:] == ("coach:2", "not_theirs")
    assert absences(desk) == []


@pytest.mark.parametrize("path", ["/hours", "/hours/1"])
def test_a_role_without_a_diary_has_no_such_page(desk: Desk, path: str) -> None:
    desk.sign_in("safety@example.org")
    assert desk.client.get(f"/coach{path}").status_code == 404
    assert desk.refusals()[-1][2] == "role"
    assert "/coach/hours" not in desk.page("/week")


def test_a_lead_sees_and_changes_every_coach_of_the_team(desk: Desk) -> None:
    desk.sign_in("lead@north.example")
    page = desk.page("/hours")
    assert "Robin" in page
    assert "Priya" in page
    assert desk.post(f"/hours/{desk.colleague}", **week(**{"hours-0": "10am to 4pm", "break-0": "12pm to 1pm"})) == 303
    assert desk.audited("change_hours") == [f"coach:{desk.colleague}"]
    with desk.assistant.db.read() as session:
        monday = hours.week_on(session, desk.colleague, NOW.date())[0]
    assert (monday.starts, monday.ends, monday.break_starts, monday.break_ends) == (600, 960, 720, 780)


def test_leave_over_a_call_asks_first_and_then_keeps_or_moves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[tuple[int, str, int]] = []

    def move(_: object, call: int, opening: str, staff_id: int) -> str:
        moved.append((call, opening, staff_id))
        return "moved" if len(moved) == 1 else "taken"

    monkeypatch.setattr(coaching, "move_call", move)
    status, page = answer(desk, f"{own(desk)}/away", **AWAY)
    assert (status, "1 call is booked in that time" in page) == (200, True)
    assert 'name="first" value="2026-11-26"' in page
    assert absences(desk) == []
    status, page = answer(desk, f"{own(desk)}/away", **AWAY, **{f"call-{desk.call}": ""})
    assert (status, "Say what becomes of this call" in page, absences(desk)) == (400, True, [])
    to = re.findall(r'option value="(o\d+-\d+-phone)"', page)
    choice = to[0]
    assert choice.startswith(f"o{desk.colleague}-")
    assert "Move to Thu 26 Nov, 10am, Priya" in page
    with_choice = {**AWAY, f"call-{desk.call}": choice}
    sent = desk.client.post(f"/coach{own(desk)}/away", data={**desk.marks(), **with_choice})
    assert sent.headers["location"].endswith("?done=away")
    assert moved == [(desk.call, choice, 1)]
    assert len(absences(desk)) == 1
    assert desk.audited("add_absence") == [f"coach:{desk.coach}"]
    sent = desk.client.post(f"/coach{own(desk)}/away", data={**desk.marks(), **with_choice})
    assert sent.headers["location"].endswith("?done=stayed")
    assert "Booked, but not in these hours" in desk.page(f"{own(desk)}?done=stayed")
    with desk.assistant.db.read() as session:
        assert session.get_one(Appointment, desk.call).status == "booked"


def test_a_day_that_closes_asks_and_keeps_what_was_typed(desk: Desk) -> None:
    typed = week(**{"hours-3": "", "hours-4": "10am to 2pm"})
    status, page = answer(desk, own(desk), **typed)
    assert (status, "1 call is booked in that time" in page) == (200, True)
    assert 'name="hours-4" value="10am to 2pm"' in page
    assert answer(desk, own(desk), **typed, **{f"call-{desk.call}": "keep"})[0] == 303
    assert "9am to 5pm" not in desk.page(own(desk)).split('name="hours-3"')[1].split(">")[0]
    assert "Booked, but not in these hours" in desk.page(own(desk))


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("hours-0", "9am to 25:00", "Monday: There is no such time"),
        ("hours-1", "5pm to 9am", "Tuesday: It ends before it starts"),
        ("hours-2", "9am to 1pm, 12pm to 5pm", "Wednesday: Two parts of the day overlap"),
        ("hours-3", "mornings", "Thursday: Write from when until when"),
        ("hours-6", "9:03 to 10:00", "Sunday: Use times on five minutes"),
        ("break-4", "8am to 9:30am", "Friday: A break lies inside the hours"),
        ("break-5", "12pm to 1pm", "Saturday: There is a break but there are no hours"),
        ("break-0", "10am to 10:15, 12pm to 1pm", "Monday: One break in one part of a day"),
        ("from", "2026-11-23", "That day is past"),
        ("from", "2030-01-01", "more than two years away"),
        ("from", "soon", "Write a day like 3/12/2026"),
    ],
)
def test_hours_that_cannot_be_are_told_in_a_sentence_and_nothing_typed_is_lost(
    desk: Desk, field: str, typed: str, told: str
) -> None:
    status, page = answer(desk, own(desk), **week(**{"hours-5": "", "break-3": "1pm to 2pm", field: typed}))
    assert status == 400
    assert told in page
    assert f'name="{field}" type="{"date" if field == "from" else "text"}" value="{typed}"' in page
    assert 'value="1pm to 2pm"' in page
    assert f'href="#{field}"' in page
    assert desk.audited("change_hours") == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"first": ""}, "Pick the first day"),
        ({"first": "31/02/2026"}, "Write a day like 3/12/2026"),
        ({"last": "2026-11-25"}, "It ends before it starts"),
        ({"first": "2026-11-02", "last": "2026-11-20"}, "That time is over already"),
        ({"first-time": "25:00"}, "There is no such time"),
        ({"last": "", "first-time": "3pm", "last-time": "1pm"}, "It ends before it starts"),
        ({"last": "2028-01-10"}, "longer than 400 days"),
        ({"last": "2036-01-10"}, "more than two years away"),
        ({"first": "9999-12-31", "last": ""}, "more than two years away"),
    ],
)
def test_leave_that_cannot_be_is_told_in_a_sentence_and_nothing_typed_is_lost(
    desk: Desk, changed: dict[str, str], told: str
) -> None:
    typed = AWAY | changed
    status, page = answer(desk, f"{own(desk)}/away", **typed)
    assert (status, told in page) == (400, True)
    for name, value in typed.items():
        assert re.search(rf'name="{name}" type="\w+" value="{re.escape(value)}"', page)
    assert absences(desk) == []


def test_part_of_a_day_is_shown_in_the_week_and_taken_back(desk: Desk) -> None:
    assert desk.post(f"{own(desk)}/away", **AWAY | {"last": "", "first-time": "2pm", "last-time": "4pm"}) == 303
    assert "Robin is away 2pm to 4pm" in desk.page("/week")
    (row,) = absences(desk)
    assert "Thu 26 Nov, 2pm to 4pm" in desk.page(own(desk))
    assert desk.post(f"{own(desk)}/away/{row.id}/end") == 303
    assert absences(desk) == []
    assert desk.post(f"{own(desk)}/away/{row.id}/end") == 404
    assert desk.refusals()[-1][1:] == (f"absence:{row.id}", "not_theirs")


def test_a_form_sent_twice_and_one_drawn_before_a_change_do_nothing(desk: Desk) -> None:
    seen = re.search(r'name="seen" value="(\w+)"', desk.page(own(desk)))
    assert seen
    typed = week(**{"hours-5": "9am to noon"}) | {"seen": seen[1]}
    assert desk.post(own(desk), **typed) == 303
    assert desk.client.post(f"/coach{own(desk)}", data=desk.used).status_code == 409
    status, page = answer(desk, own(desk), **week(**{"hours-6": "9am to noon"}) | {"seen": seen[1]})
    assert (status, "Somebody else has changed these hours" in page) == (400, True)
    assert 'name="hours-6" type="text" value="9am to noon"' in page
    assert len(desk.audited("change_hours")) == 1


def test_kinds_of_a_day_are_kept_and_an_evening_by_phone_stays_one(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        session.get_one(Team, "north").call_kinds = "phone,video"
        session.add(
            WorkingHours(coach_id=desk.coach, weekday=0, starts_minute=1080, ends_minute=1200, call_kinds="phone")
        )
    both = {f"kinds-{day}": ["phone", "video"] for day in range(7)}
    typed = week(**{"hours-0": "9am to 5pm, 6pm to 9pm"}) | both | {"kinds-1": ["video"]}
    sent = desk.client.post(f"/coach{own(desk)}", data={**desk.marks(), **typed})
    assert sent.status_code == 303
    with desk.assistant.db.read() as session:
        found = hours.week_on(session, desk.coach, NOW.date())
    assert [(each.weekday, each.ends, each.kinds) for each in found[:3]] == [
        (0, 1020, ()),
        (0, 1260, ("phone",)),
        (1, 1020, ("video",)),
    ]
    status, page = answer(desk, own(desk), **week(**{"hours-5": "9am to noon"}))
    assert (status, "Tick at least one kind of call" in page) == (400, True)


RULES = {"minutes": "45", "pause": "15", "step": "30", "notice_hours": "24", "days": "14", "kinds": "video"}


def test_a_lead_changes_how_calls_are_offered_and_a_coach_does_not(desk: Desk) -> None:
    assert desk.post("/hours/rules", **RULES) == 404
    assert desk.refusals() == [("staff:1", "route:/coach/hours/rules", "role")]
    desk.sign_in("lead@north.example")
    for field, value, told in (
        ("minutes", "7", "10 to 120 minutes"),
        ("pause", "-1", "0 to 60 minutes"),
        ("days", "9" * 40, "1 to 90 days"),
        ("notice_hours", "\N{ARABIC-INDIC DIGIT NINE}", "0 to 168 hours"),
        ("kinds", "telepathy", "at least one kind"),
    ):
        status, page = answer(desk, "/hours/rules", **RULES | {field: value})
        assert (status, told in page, 'value="45"' in page or field == "minutes") == (400, True, True)
    assert desk.post("/hours/rules", **RULES) == 303
    assert desk.audited("change_call_rules") == ["team:north"]
    seen = re.search(r'/hours/rules".*?name="seen" value="([^"]*)"', desk.page("/hours"), re.S)
    assert seen
    assert desk.post("/hours/rules", **RULES | {"pause": "20"}) == 303, "a colleague"
    status, page = answer(desk, "/hours/rules", **RULES | {"days": "21", "seen": seen[1]})
    assert (status, "Somebody else has changed these rules" in page, 'value="21"' in page) == (400, True, True)
    assert desk.post("/hours/rules", **RULES) == 303
    with desk.assistant.db.read() as session:
        team = session.get_one(Team, "north")
        assert (team.call_minutes, team.buffer_minutes, team.notice_minutes) == (45, 15, 1440)
        assert (team.horizon_days, team.call_kinds) == (14, "video")


def test_a_kind_of_call_has_its_own_length(desk: Desk) -> None:
    desk.sign_in("lead@north.example")
    status, page = answer(desk, "/hours/rules", **RULES | {"minutes-video": "7"})
    assert (status, "10 to 120 minutes" in page) == (400, True)
    assert desk.post("/hours/rules", **RULES | {"minutes-video": "60", "minutes-phone": "20"}) == 303
    with desk.assistant.db.read() as session:
        team = session.get_one(Team, "north")
        assert (team.minutes_of("video"), team.minutes_of("in_person")) == (60, 45)
        assert team.kind_minutes == {"video": 60}, "of kinds that the team does not offer nothing is kept"
    assert 'id="minutes-video" name="minutes-video" type="text" value="60"' in desk.page("/hours")


def test_a_lead_sets_the_most_calls_a_day_and_a_week_and_takes_it_away_again(desk: Desk) -> None:
    desk.sign_in("lead@north.example")
    for field, value, told in (
        ("most_a_day", "0", "1 to 50 calls a day"),
        ("most_a_week", "x", "1 to 500 calls a week"),
    ):
        status, page = answer(desk, "/hours/rules", **RULES | {field: value})
        assert (status, told in page) == (400, True)
    for typed, kept in (({"most_a_day": "3", "most_a_week": "12"}, (3, 12)), ({}, (None, None))):
        assert desk.post("/hours/rules", **RULES | typed) == 303
        with desk.assistant.db.read() as session:
            team = session.get_one(Team, "north")
            assert (team.most_a_day, team.most_a_week) == kept
        assert ('name="most_a_day" type="text" value="3"' in desk.page("/hours")) == bool(typed)


def test_who_loses_their_coach_is_on_the_teams_first_page(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        gone = staff.find(session, "robin@north.example")
        assert gone
        staff.disable(session, gone, NOW)
        assert not session.get_one(Coach, desk.coach).active
    desk.sign_in("priya@north.example")
    for page in (desk.page(), desk.page("?who=me"), desk.page("/queue?kind=coach")):
        assert "Needs a new coach" in page
        assert "Robin has left" in page
        assert "Thursday 26 November, 10am" in page
    assert "Your diary" in desk.card().split('name="opening"')[1].split("</select>")[0]
    assert desk.client.get(f"/coach/hours/{desk.coach}").status_code == 404


def test_a_coach_says_which_languages_they_speak_and_a_colleague_cannot(desk: Desk) -> None:
    assert desk.post(f"{own(desk)}/languages", languages="polish, bsl") == 303
    assert 'name="languages" type="text" value="Polish, BSL"' in desk.page(own(desk))
    status, page = answer(desk, f"{own(desk)}/languages", languages="<b>")
    assert (status, "Write languages with commas" in page, 'value="<b>"' in page) == (400, True, True)
    assert desk.audited("change_languages") == [f"coach:{desk.coach}"]
    desk.sign_in("priya@north.example")
    assert desk.post(f"{own(desk)}/languages", languages="Urdu") == 404
