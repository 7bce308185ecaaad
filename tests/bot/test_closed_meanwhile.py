"""A team that closes at the very yes to sharing: nothing is shared, so no consent to it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.conversation_tests import play, stage
from bot.flows.transcripts import Transcript
from services.models import Consent, Referral

FOLDER = Path(__file__).resolve().parents[2] / "dialogs" / "tests"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("the_team_closes_before_sharing", {"share": False, "start": True}),
        ("the_team_closes_before_a_call_back", {"share": True, "start": True}),
        ("the_team_closes_and_still_moves_the_call", {"share": True, "start": True}),
    ],
)
def test_a_yes_to_a_team_that_takes_nobody_is_taken_back(name: str, given: dict[str, bool]) -> None:
    (file,) = FOLDER.glob(f"*/{name}.txt")
    with stage(Transcript.parse(file.read_text(encoding="utf-8")), None) as simulator:
        assert play(Transcript.parse(file.read_text(encoding="utf-8")), simulator).as_expected
        with simulator.assistant.db.read() as session:
            rows = list(session.scalars(select(Consent).order_by(Consent.id)))
            shared_with = set(session.scalars(select(Referral.team_id)))
    stands = {(row.purpose, row.team_id): row.given for row in rows}
    assert {team for (purpose, team), yes in stands.items() if purpose == "share" and yes} == shared_with
    assert {purpose: yes for (purpose, _), yes in sorted(stands.items(), key=lambda each: each[1])} == given
