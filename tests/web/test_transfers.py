"""Handing a person to another team from the card: who may, to whom, and what the first team still sees after a yes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from services import consent, conversations, transfers
from services.models import Footprint, Referral, Transfer
from services.referrals import HANDED
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up
from tests.web.teams import put_staff

BOARD = "E54000048"
FORM = {"team": "south", "reason": "no_time"}


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    """The south takes the north's area for call-backs."""
    made = set_up(client, assistant)
    with assistant.db.write() as session:
        row = session.get_one(Referral, made.sam)
        row.card = {**row.card, "board": BOARD}
        session.add(Footprint(team_id="south", kind="board", code=BOARD, edition="2026", accepts="call_back"))
    return made


def newest(desk: Desk) -> Transfer | None:
    with desk.assistant.db.read() as session:
        return session.scalars(select(Transfer).order_by(Transfer.id.desc())).first()


def says_yes(desk: Desk) -> int:
    """Sam is asked and agrees; the new referral."""
    now = desk.assistant.clock.now()
    with desk.assistant.db.write() as session:
        thread = conversations.lock(session, session.get_one(Referral, desk.sam).conversation_id)
        row = transfers.begin(session, thread.id, now)
        assert row is not None
        agreed = consent.record(session, thread, "share", wording="May we?", version="1", now=now, team_id="south")
        transfers.carry_out(session, row, thread, agreed, None, now)
        return row.new_referral_id or 0


def test_asked_from_the_card_and_taken_back(desk: Desk) -> None:
    assert "Hand to another team" in desk.card()
    assert desk.post(f"/referral/{desk.sam}/transfer", **FORM) == 303
    page = desk.card()
    assert "WorkWell South" in page
    assert "They are asked as soon as it is day." in page
    assert "Hand to another team" not in page
    assert desk.post(f"/referral/{desk.sam}/transfer", **FORM) == 409
    row = newest(desk)
    assert row is not None
    assert desk.post(f"/transfer/{row.id}/back", then=f"/coach/referral/{desk.sam}") == 303
    assert "Taken back." in desk.card()
    assert desk.post(f"/transfer/{row.id}/back") == 409
    assert desk.audited("ask_to_transfer") == desk.audited("take_transfer_back") == [f"referral:{desk.sam}"]


def test_after_a_yes_the_other_team_has_them_and_the_first_reads_no_further(desk: Desk) -> None:
    desk.post(f"/referral/{desk.sam}/transfer", **FORM)
    new = says_yes(desk)
    desk.assistant.clock.offset += timedelta(minutes=5)
    desk.writes("Only the south should read this")
    page = desk.card()
    assert "They said yes. That team has them." in page
    assert "Only the south should read this" not in page
    assert desk.post(f"/referral/{desk.sam}/say", words="Hello again") == 409
    assert desk.post(f"/referral/{desk.sam}/hand-back") == 409
    assert (f"referral:{desk.sam}", HANDED) in [each[1:] for each in desk.refusals()]
    assert desk.client.get(f"/coach/referral/{new}").status_code == 404
    desk.sign_in("lead@north.example")
    assert desk.client.get(f"/coach/referral/{new}").status_code == 404


def test_the_other_team_finds_them_in_its_queue_with_a_date(desk: Desk) -> None:
    put_staff(desk.assistant, "lead@south.example", "lead", "south")
    desk.post(f"/referral/{desk.sam}/transfer", **FORM)
    new = says_yes(desk)
    desk.sign_in("lead@south.example")
    assert "Handed on by another team" in desk.page("/queue?kind=call_back")
    page = desk.page(f"/referral/{new}")
    assert "WorkWell North. They could not ring soon" in page
    assert "I want to get back to driving my bus" in page


def test_only_a_team_that_took_the_area(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        session.delete(session.scalars(select(Footprint).where(Footprint.accepts == "call_back")).one())
    assert "Hand to another team" not in desk.card()
    assert desk.post(f"/referral/{desk.sam}/transfer", **FORM) == 404
    assert ("team:south", "area_not_accepted") in [each[1:] for each in desk.refusals()]
    assert newest(desk) is None


@pytest.mark.parametrize("reason", ["", "dislike"])
def test_a_reason_is_one_of_the_list(desk: Desk, reason: str) -> None:
    assert desk.post(f"/referral/{desk.sam}/transfer", team="south", reason=reason) == 400
    assert newest(desk) is None


def test_another_teams_people_a_replayed_form_and_a_stale_one(desk: Desk) -> None:
    assert desk.post(f"/referral/{desk.theirs}/transfer", team="north", reason="no_time") == 404
    assert (f"referral:{desk.theirs}", "not_theirs") in [each[1:] for each in desk.refusals()]
    assert desk.post(f"/referral/{desk.sam}/transfer", **FORM) == 303
    assert desk.client.post(f"/coach/referral/{desk.sam}/transfer", data=desk.used).status_code == 409
    assert desk.refusals()[-1][2] == "replayed"
    stale = {**desk.used, "once": "word.of-another-sign-in"}
    assert desk.client.post(f"/coach/referral/{desk.sam}/transfer", data=stale).status_code == 409
    assert desk.refusals()[-1][2] == "stale"


def test_only_who_works_with_people(desk: Desk) -> None:
    desk.sign_in("safety@example.org")
    assert desk.post(f"/referral/{desk.sam}/transfer", **FORM) == 404
    assert "Hand to another team" not in desk.card()
    assert newest(desk) is None


def test_not_while_somebody_talks_with_them(desk: Desk) -> None:
    assert desk.post(f"/referral/{desk.sam}/say", words="Hello") == 303
    assert desk.post(f"/referral/{desk.sam}/transfer", **FORM) == 409
    assert newest(desk) is None


def test_the_first_outcome_can_still_be_put_right_and_opens_nothing_again(desk: Desk) -> None:
    desk.post(f"/referral/{desk.sam}/transfer", **FORM)
    says_yes(desk)
    assert desk.post(f"/call/{desk.call}", outcome="reached") == 303
    with desk.assistant.db.read() as session:
        row = session.get_one(Referral, desk.sam)
        assert (row.status, row.outcome) == ("closed", HANDED)
