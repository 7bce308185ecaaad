"""The crisis numbers: seen by all, rung by a safety officer, agreed to by a second person, changed by nobody here."""

from __future__ import annotations

import re
from datetime import timedelta

from services import going_live, helpline_checks, helplines
from services.models import Team
from tests.web.admin.conftest import Studio
from tests.web.teams import NOW

PAGE = "/helplines"
TODAY = NOW.date()


def mark(key: str, nation: str = "E") -> str:
    return next(helpline_checks.mark_of(one) for one in helplines.table() if one.key == key and nation in one.nations)


def rung(studio: Studio, key: str, **more: str) -> tuple[int, str]:
    return studio.post(PAGE, mark=mark(key), **{"checked_on": TODAY.isoformat(), "result": "right", **more})


def condition(studio: Studio, key: str, days: int = 0) -> str:
    with studio.assistant.db.read() as session:
        every = helpline_checks.standings(session, TODAY + timedelta(days=days))
        return next(one.condition for one in every if one.mark == mark(key))


def test_every_number_stands_with_its_check_for_each_nation(studio: Studio) -> None:
    page = studio.get(PAGE)
    for shown in (
        "Samaritans: 116 123",
        "Rung 7 October 2026, good until 8 April 2027",
        "Northern Ireland",
        "Never checked",
    ):
        assert shown in page
    assert "I have rung it" not in page, "an administrator only agrees"
    assert (condition(studio, "samaritans"), condition(studio, "samaritans", 110)) == ("good", "soon")
    assert (condition(studio, "samaritans", 200), condition(studio, "modern_slavery")) == ("late", "never")
    assert "Crisis numbers" in studio.get("/listings")


def test_a_check_counts_once_a_second_person_has_agreed(studio: Studio) -> None:
    assert rung(studio, "modern_slavery")[0] == 404, "an administrator writes none"
    studio.sign_in("bea")
    for wrong, told in (
        ({"result": ""}, "Say whether all of it is right"),
        ({"checked_on": "2031-01-01"}, "not a day to come"),
        ({"result": "wrong", "note": ""}, "Write what is wrong"),
    ):
        status, page = rung(studio, "modern_slavery", **wrong)
        assert (status, told in page) == (400, True), told
    assert rung(studio, "modern_slavery")[0] == 303
    assert condition(studio, "modern_slavery") == "never"
    status, page = studio.post(f"{PAGE}/1/agree", PAGE)
    assert (status, "You wrote this check" in page) == (409, True)
    assert studio.post(PAGE, mark="nothing", checked_on=TODAY.isoformat(), result="right")[0] == 409
    studio.sign_in("eve")
    assert studio.post(f"{PAGE}/1/agree", PAGE)[0] == 404, "an editor is no second person"
    studio.sign_in("ada")
    page = studio.get("")
    assert "Waiting for you as the second person" in page
    assert "1 check of crisis numbers" in page
    assert studio.post(f"{PAGE}/1/agree", PAGE)[0] == 303
    assert condition(studio, "modern_slavery") == "good"
    assert "Waiting for you" not in studio.get("")
    assert studio.post(f"{PAGE}/1/agree", PAGE)[0] == 409
    assert studio.audited("check_helpline") == [("staff:2", f"helpline:{mark('modern_slavery')}")]


def test_a_number_that_is_found_wrong_keeps_a_team_from_opening(studio: Studio) -> None:
    studio.sign_in("bea")
    assert rung(studio, "shout", result="wrong", note="It rings in Leeds.")[0] == 303
    studio.sign_in("cal")
    assert studio.post(f"{PAGE}/1/agree", PAGE)[0] == 303
    page = studio.get(PAGE)
    assert ("Found wrong" in page, "It rings in Leeds." in page) == (True, True)
    with studio.assistant.db.read() as session:
        points = going_live.checklist(session, Team(id="x", name="X"), TODAY)
        assert "shout" in helpline_checks.unchecked(session)
    assert [one.done for one in points if one.key == "helplines"] == [False]


def test_the_safety_officer_comes_from_the_desk_and_sees_what_waits(studio: Studio) -> None:
    studio.sign_in("bea")
    page = studio.client.get("/coach").text
    assert re.search(r'href="/admin">Studio\s*</a>', page)
    studio.sign_in("ada")
    text = studio.desk().files["flows/self_referral.yml"]
    assert studio.post("/files/flows/self_referral.yml", text=f"{text}# x\n")[0] == 303
    assert "Waiting for you" not in studio.get(""), "nothing of safety, consent or who may take part"
    about = studio.desk().files["flows/about_you.yml"]
    assert studio.post("/files/flows/about_you.yml", text=about.replace("name:", "name: The", 1))[0] == 303
    assert "Waiting for you" not in studio.get(""), "nobody waits for who wrote it"
    studio.sign_in("bea")
    page = studio.client.get("/coach").text
    assert re.search(r'Studio <span class="count">1<span', page)
    assert "the draft</a>" in studio.get("")
