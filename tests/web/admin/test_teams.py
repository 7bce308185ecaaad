"""Teams in the browser: made, made ready, opened by two people, changed, and closed; two editors; who may not."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from services import going_live, team_changes, teams
from services.journeys import day_of
from services.models import Footprint, Team
from tests.web.admin.conftest import Studio
from tests.web.teams import NOW, put_team

TEAM = {
    "place": "elsewhere",
    "name": "WorkWell North",
    "short_name": "North",
    "controller": "North Council",
    "privacy_url": "https://north.example/privacy",
    "caller_number": "01632 960123",
    "email": "north@team.example",
    "board": "",
    "min_age": "18",
    "call_back_days": "5",
    "accepts_call_back": "yes",
}
FACTS, AREAS, OPENING = ("/places/north/facts", "/places/north/areas", "/places/north/opening")
PRESTON = {"do": "add", "place": "lad:E07000123", "accepts": "lives"}
TODAY = day_of(NOW)


def team(studio: Studio) -> Team:
    with studio.assistant.db.read() as session:
        return session.get_one(Team, "north")


def areas(studio: Studio) -> list[tuple[str, str]]:
    with studio.assistant.db.read() as session:
        return [(row.kind, row.code) for row in session.query(Footprint).filter_by(team_id="north")]


@pytest.fixture
def made(studio: Studio) -> Studio:
    assert studio.post("/new-team", **TEAM)[0] == 303
    return studio


@pytest.fixture
def open_one(made: Studio, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """Open to the public since today; nothing is missing."""
    monkeypatch.setattr(going_live, "checklist", lambda session, team, on: [])
    assert made.post(OPENING, do="open", on=TODAY.isoformat(), signed_by="Dr Moss, 3 November 2026")[0] == 303
    made.sign_in("bea")
    assert made.post("/places/north/changes/1/agree", "/places/north")[0] == 303
    made.sign_in("ada")
    return made


def test_a_team_is_made_ready_by_one_person_and_nobody_comes_to_it(made: Studio) -> None:
    assert "Not open yet" in made.get("/places/north")
    assert made.post(AREAS, **PRESTON)[0] == 303
    assert areas(made) == [("lad", "E07000123")]
    assert "Local authority: Preston, people who live there" in made.get("/places/north")
    assert made.post(FACTS, **{**TEAM, "min_age": "16", "controller": "An ICB"})[0] == 303
    assert (team(made).min_age, team(made).controller, team(made).opened_at) == (16, "An ICB", None)
    page = made.get(OPENING)
    assert "It cannot be opened yet" in page
    assert "A duty rota" in page
    assert made.post(OPENING, do="open", on=TODAY.isoformat(), signed_by="Dr Moss")[0] == 400
    with made.assistant.db.read() as session:
        assert teams.open_teams(session, TODAY + timedelta(days=9)) == []
    assert [who for who, _ in made.audited("team.make")] == ["staff:1"]


def test_a_place_with_rules_brings_them_and_its_footprint(studio: Studio) -> None:
    page = studio.get("/new-team")
    assert "Lancashire" in page
    assert studio.post("/new-team", **{**TEAM, "place": "lancashire_and_south_cumbria"})[0] == 303
    shown = studio.get("/places/lancashire_and_south_cumbria")
    assert "Lancashire and South Cumbria, people who live there" in shown
    assert "lancashire_and_south_cumbria" not in studio.get("/new-team")


def test_opening_needs_everything_and_somebody_else(open_one: Studio) -> None:
    with open_one.assistant.db.read() as session:
        assert [each.id for each in teams.open_teams(session, TODAY)] == ["north"]
        assert teams.open_teams(session, TODAY - timedelta(days=1)) == []
    assert [who for who, _ in open_one.audited("team.agree")] == ["staff:2"]
    assert "Opened from 24 November 2026 on" in open_one.get("/places/north")


def test_nobody_agrees_to_their_own_or_to_what_they_have_not_seen(
    made: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [going_live.Point("rota", True)]
    assert made.post(AREAS, **PRESTON)[0] == 303
    monkeypatch.setattr(going_live, "checklist", lambda session, team, on: points)
    assert made.post(OPENING, do="open", on="2026-12-01", signed_by="Dr Moss")[0] == 303
    agree = "/places/north/changes/1/agree"
    assert "Another administrator or a safety officer has to agree" in made.get("/places/north")
    assert made.post(agree, "/places/north")[0] == 409
    made.sign_in("cal")
    seen = made.field("/places/north", "seen")
    assert made.post(FACTS, **{**TEAM, "controller": "Somebody else"})[0] == 303
    status, page = made.post(agree, "/places/north", seen=seen)
    assert (status, "has been changed since you opened this page" in page) == (409, True)
    points[0] = going_live.Point("rota", False)
    assert made.post(agree, "/places/north")[0] == 409
    points[0] = going_live.Point("rota", True)
    assert made.post(agree, "/places/north")[0] == 303
    assert made.post("/places/north/changes/1/drop", "/places/north")[0] == 409
    with made.assistant.db.read() as session:
        opens = [
            [each.id for each in teams.open_teams(session, date(2026, month, day))]
            for month, day in ((11, 30), (12, 1))
        ]
        served = [len(teams.footprints(session, date(2026, month, day))) for month, day in ((11, 30), (12, 1))]
    assert (opens, served) == ([[], ["north"]], [0, 1])


def test_a_team_that_is_open_is_not_opened_again_for_a_later_day(made: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(going_live, "checklist", lambda session, team, on: [])
    for day in (TODAY, TODAY + timedelta(days=7)):
        assert made.post(OPENING, do="open", on=day.isoformat(), signed_by="Dr Moss")[0] == 303
    made.sign_in("bea")
    assert made.post("/places/north/changes/1/agree", "/places/north")[0] == 303
    assert "Overtaken" in made.get("/places/north")
    assert made.post("/places/north/changes/2/agree", "/places/north")[0] == 409
    with made.assistant.db.read() as session:
        assert [each.id for each in teams.open_teams(session, TODAY)] == ["north"]


def test_of_an_open_team_names_count_at_once_and_the_rest_waits(open_one: Studio) -> None:
    assert open_one.post(FACTS, **{**TEAM, "name": "WorkWell Far North", "caller_number": "01632 960199"})[0] == 303
    now = team(open_one)
    assert (now.name, now.caller_number) == ("WorkWell Far North", "01632 960123")
    open_one.sign_in("bea")
    assert "1 change of teams" in open_one.get("")
    page = open_one.get("/places/north")
    assert "01632 960199" in page
    assert open_one.post("/places/north/changes/2/agree", "/places/north")[0] == 303
    assert team(open_one).caller_number == "01632 960199"


def test_who_has_to_agree_reads_the_names_of_the_boards(open_one: Studio) -> None:
    lancashire, essex = "E54000048", "E54000066"
    with open_one.assistant.db.write() as session:
        session.get_one(Team, "north").board = lancashire
    assert open_one.post(FACTS, **{**TEAM, "board": essex})[0] == 303
    open_one.sign_in("bea")
    page = " ".join(re.sub(r"<[^>]+>", "", open_one.get("/places/north")).split())
    assert "Board: [until now: Lancashire and South Cumbria] [then: Essex]" in page
    assert open_one.post("/places/north/changes/2/agree", "/places/north")[0] == 303
    page = open_one.get("/places/north")
    assert "Board: Essex. Written by" in page
    assert (lancashire in page, essex in page) == (False, False)


def test_what_is_agreed_to_after_its_day_opened_from_the_day_of_the_agreement(
    made: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(going_live, "checklist", lambda session, team, on: [])
    assert made.post(OPENING, do="open", on=TODAY.isoformat(), signed_by="Dr Moss")[0] == 303
    made.assistant.clock.set(NOW + timedelta(days=3))
    made.sign_in("bea")
    page = made.get("/places/north")
    assert "First day: 24 November 2026, or the day on which it is agreed to if that is later" in page
    assert "Opened from" not in page
    assert "Agree: it counts from now on" in page
    assert made.post("/places/north/changes/1/agree", "/places/north")[0] == 303
    assert "Opened from 27 November 2026 on" in made.get("/places/north")
    assert day_of(team(made).opened_at or NOW) == TODAY + timedelta(days=3)


def test_places_of_an_open_team_wait_and_can_be_taken_back(open_one: Studio) -> None:
    assert open_one.post(AREAS, **PRESTON)[0] == 303
    assert open_one.post(AREAS, **{**PRESTON, "place": "", "code": "pr1 8"})[0] == 303
    assert areas(open_one) == []
    assert open_one.post("/places/north/changes/2/drop", "/places/north")[0] == 303
    open_one.sign_in("bea")
    assert open_one.post("/places/north/changes/3/agree", "/places/north")[0] == 303
    assert areas(open_one) == [("postcode", "PR1 8")]
    open_one.sign_in("ada")
    assert open_one.post(AREAS, do="remove", gone="postcode|PR1 8|lives||")[0] == 303
    assert areas(open_one) == [("postcode", "PR1 8")]


def test_two_changes_of_the_same_the_second_is_overtaken(open_one: Studio) -> None:
    for number in ("01632 960111", "01632 960122"):
        assert open_one.post(FACTS, **{**TEAM, "caller_number": number})[0] == 303
    open_one.sign_in("bea")
    assert open_one.post("/places/north/changes/2/agree", "/places/north")[0] == 303
    assert "Overtaken" in open_one.get("/places/north")
    assert open_one.post("/places/north/changes/3/agree", "/places/north")[0] == 409
    assert team(open_one).caller_number == "01632 960111"


def test_two_editors_see_one_another(made: Studio) -> None:
    seen = made.field(FACTS, "seen")
    assert made.post(FACTS, **{**TEAM, "controller": "An ICB", "email": ""})[0] == 303
    status, page = made.post(FACTS, **{**TEAM, "controller": "Mine", "seen": seen})
    assert (status, "Somebody else wrote meanwhile: An ICB" in page, 'value="Mine"' in page) == (409, True, True)
    assert "north@team.example" not in page
    assert team(made).controller == "An ICB"


def test_what_an_editor_did_not_touch_stays_as_the_other_made_it(made: Studio) -> None:
    seen = made.field(FACTS, "seen")
    assert made.post(FACTS, **{**TEAM, "controller": "An ICB"})[0] == 303
    assert made.post(FACTS, **{**TEAM, "name": "Mine", "seen": seen})[0] == 303
    assert (team(made).name, team(made).controller) == ("Mine", "An ICB")
    assert made.post(FACTS, **{**TEAM, "name": "Yours", "seen": "[[nonsense"})[0] == 409


def test_a_long_address_is_kept_whole(made: Studio) -> None:
    address = f"https://north.example/{'a' * 250}"
    assert made.post(FACTS, **{**TEAM, "privacy_url": address})[0] == 303
    assert team(made).privacy_url == address
    assert made.post(FACTS, **{**TEAM, "privacy_url": f"https://north.example/{'a' * 500}"})[0] == 400
    assert made.post(FACTS, **{**TEAM, "email": f"north@{'a.' * 300}uk"})[0] == 400


def test_a_team_closes_from_a_day_on_and_can_stay(open_one: Studio) -> None:
    assert open_one.post(OPENING, do="close", last="2026-11-30")[0] == 303
    with open_one.assistant.db.read() as session:
        kept = [len(teams.open_teams(session, date(2026, 11, day))) for day in (29, 30)]
    assert kept == [1, 0]
    assert "It closes on 30 November 2026" in open_one.get("/places/north")
    assert open_one.post(OPENING, do="stay")[0] == 303
    assert team(open_one).closed_at is None
    assert open_one.post(OPENING, do="close", last="2026-11-01")[0] == 400


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"place": ""}, "Pick the place"),
        ({"name": ""}, "Write the name people know"),
        ({"short_name": "Łódź 🎉"}, "Write a short name"),
        ({"controller": ""}, "Write who answers for the data"),
        ({"privacy_url": "javascript:alert(1)"}, "A web address begins with https://."),
        ({"caller_number": "999"}, "Write the number people see"),
        ({"email": "nobody"}, "This is no e-mail address."),
        ({"board": "E99"}, "Pick a board from the list."),
        ({"min_age": "7"}, "Write an age from 14 to 99."),
        ({"call_back_days": "0"}, "Write a number of days from 1 to 30."),
        ({"short_name": "Sussex"}, "There is a team, or a file of rules, of this short name already."),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(studio: Studio, changed: dict[str, str], told: str) -> None:
    status, page = studio.post("/new-team", **{**TEAM, **changed})
    assert (status in (400, 409), told in page, "01632 960123" in page or "caller_number" in changed) == (
        True,
        True,
        True,
    )
    with studio.assistant.db.read() as session:
        assert session.get(Team, "north") is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"place": ""}, "Pick a board or local authority"),
        ({"code": "PR1"}, "Only that, or only the list above."),
        ({"place": "", "code": "Preston"}, "Write the code of a GP surgery"),
        ({"accepts": "call_back"}, "A promise to ring is for a board only."),
        ({"starts_on": "2026-12-02", "ends_on": "2026-12-01"}, "the last not before the first"),
    ],
)
def test_a_place_that_is_none_is_not_added(made: Studio, changed: dict[str, str], told: str) -> None:
    status, page = made.post(AREAS, **{**PRESTON, **changed})
    assert (status, told in page) == (400, True)
    assert areas(made) == []


def test_editors_read_and_only_administrators_change(made: Studio) -> None:
    for name in ("eve", "bea"):
        made.sign_in(name)
        assert "Change the team</a>" not in made.get("/places/north")
        for path in ("/new-team", FACTS, AREAS, OPENING):
            assert made.client.get(f"/admin{path}").status_code == 404
            assert made.post(path, "/places/north", **TEAM)[0] == 404
    made.sign_in("eve")
    assert made.post("/places/north/changes/1/agree", "/places/north")[0] == 404


def test_a_demonstration_team_stays_as_it_is(studio: Studio) -> None:
    put_team(studio.assistant, "north")
    with studio.assistant.db.write() as session:
        session.get_one(Team, "north").demo = True
    assert "It stays as it is." in studio.get("/places/north")
    assert studio.client.get(f"/admin{FACTS}").status_code == 404
    assert studio.post(OPENING, "/places", do="close", last="2026-12-01")[0] == 404


def test_what_waits_of_another_team_is_not_reached(open_one: Studio) -> None:
    put_team(open_one.assistant, "south")
    assert open_one.post(AREAS, **PRESTON)[0] == 303
    assert open_one.post("/places/south/changes/2/drop", "/places/south")[0] == 404
    with open_one.assistant.db.read() as session:
        assert len(team_changes.waiting(session)) == 1
