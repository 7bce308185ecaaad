"""An alert goes from one person to the next until somebody takes it on, at the desk or by text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services import duty, duty_replies, retention, rota, rota_changes, staff, staff_phones, staff_texts
from services.db import Database
from services.messages import Address, Inbound, Outbound, Receipt, SendFailed, SendLater
from services.models import AuditRow, DutyAlert, DutyAsk, MessageIn, StaffMember, StaffText, Team
from services.rota import Rules
from services.rota_changes import SYSTEM
from tests.services.diaries import talk
from tests.services.duties import TEAM, office_hours

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
ROBIN, PRIYA = "+447700900201", "+447700900202"


class Phones:
    """What arrives at the phones of staff."""

    def __init__(self, answer: Exception | None = None) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.answer = answer

    def __call__(self, outbound: Outbound) -> Receipt:
        if self.answer:
            raise self.answer
        kind, _, code = outbound.text.partition(" ")
        self.sent.append((outbound.address.value, kind, code))
        return Receipt(str(outbound.id))

    @property
    def last(self) -> tuple[str, str, str]:
        return self.sent[-1]


def words(kind: str, filled: object) -> str:
    code = filled.get("code", "") if isinstance(filled, dict) else ""
    return f"{kind} {code}"


@pytest.fixture
def ids(db: Database, now: datetime) -> dict[str, int]:
    talk(db, now)
    with db.write() as session:
        return office_hours(session, now)


def raise_one(db: Database, at: datetime = TEN, team: str | None = TEAM) -> duty.Alerted:
    with db.write() as session:
        return duty.alert(session, 1, team, "self_harm", at)


def escalate(db: Database, at: datetime) -> int:
    with db.write() as session:
        return len(duty.escalate_overdue(session, at))


def deliver(db: Database, phones: Phones, at: datetime) -> None:
    staff_texts.deliver(db, phones, words, at)


def text(db: Database, number: str, said: str, at: datetime, sid: str = "SM1") -> bool:
    return duty_replies.take(db, Inbound(Address("sms", number), sid, said), at)


def asked(db: Database) -> list[int]:
    with db.read() as session:
        return [ask.staff_id for ask in duty.asks_of(session, 1)]


def audited(db: Database, action: str) -> list[tuple[str, str]]:
    with db.read() as session:
        rows = select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)
        return [(row.actor, row.subject) for row in session.scalars(rows)]


def test_an_alert_goes_on_to_the_deputy_then_down_the_list_and_then_says_that_nobody_is_left(
    db: Database, ids: dict[str, int]
) -> None:
    assert raise_one(db).answer_by == TEN + QUARTER
    assert asked(db) == [ids["Robin"]]
    assert [escalate(db, TEN + n * QUARTER) for n in (0, 1, 1, 2)] == [0, 1, 0, 1]
    assert asked(db) == [ids["Robin"], ids["Priya"], ids["Lee"]]
    assert escalate(db, TEN + 3 * QUARTER) == 0
    with db.read() as session:
        row = session.get_one(DutyAlert, 1)
        assert (row.nobody_left_at, row.escalated_at) == (TEN + 3 * QUARTER, TEN + QUARTER)
        assert not duty.has_due(session, TEN + timedelta(days=3))
    assert (len(audited(db, "asked")), audited(db, "nobody_answered")) == (3, [("system", "alert:1")])


def test_who_takes_it_on_ends_the_asking_and_the_others_are_told(db: Database, ids: dict[str, int]) -> None:
    phones = Phones()
    raise_one(db)
    deliver(db, phones, TEN)
    escalate(db, TEN + QUARTER)
    with db.write() as session:
        assert duty.accept(session, 1, ids["Priya"], TEN + QUARTER)
    deliver(db, phones, TEN + QUARTER)
    assert [(number, kind) for number, kind, _ in phones.sent] == [(ROBIN, "alert"), (ROBIN, "taken")]
    assert escalate(db, TEN + timedelta(days=1)) == 0


def test_an_alert_out_of_cover_promises_nothing_and_is_put_to_who_comes_on_duty(
    db: Database, ids: dict[str, int]
) -> None:
    night = TEN - timedelta(hours=8)
    assert raise_one(db, night).result == "no_rota"
    assert (asked(db), escalate(db, night + timedelta(hours=6))) == ([], 0)
    assert escalate(db, TEN - timedelta(hours=1)) == 1
    assert asked(db) == [ids["Robin"]]


def test_alerts_of_people_of_no_team_go_to_the_rota_that_answers_for_them(db: Database, ids: dict[str, int]) -> None:
    assert raise_one(db, team=None).result == "no_rota"
    with db.write() as session:
        rota_changes.keep_rules(session, TEAM, Rules(15, unplaced=True), SYSTEM, TEN)
    assert escalate(db, TEN + QUARTER) == 1
    assert asked(db) == [ids["Robin"]]


def test_a_team_that_is_to_close_answers_for_people_of_no_team_until_its_day(db: Database, ids: dict[str, int]) -> None:
    with db.write() as session:
        rota_changes.keep_rules(session, TEAM, Rules(15, unplaced=True), SYSTEM, TEN)
        session.get_one(Team, TEAM).closed_at = TEN + timedelta(days=7)
    assert raise_one(db, team=None).result == "alerted"
    assert asked(db) == [ids["Robin"]]
    with db.write() as session:
        session.get_one(Team, TEAM).closed_at = TEN
        assert rota.of_alert(session, None, TEN) is None


def test_a_code_by_text_from_the_persons_own_number_takes_the_alert_on_once(db: Database, ids: dict[str, int]) -> None:
    phones = Phones()
    raise_one(db)
    deliver(db, phones, TEN)
    code = phones.last[2]
    assert not text(db, PRIYA, "hello, I need help", TEN), "any other text is a person's"
    assert not text(db, "+447700900999", code, TEN), "a stranger's code is a stranger's message"
    assert text(db, PRIYA, code, TEN, "SM2"), "somebody else's code"
    assert text(db, ROBIN, f" ok {code[:3]} {code[3:]}.", TEN, "SM3")
    assert text(db, ROBIN, code, TEN, "SM3"), "delivered again by the provider"
    assert text(db, ROBIN, code, TEN, "SM4")
    deliver(db, phones, TEN)
    assert [(n, kind) for n, kind, _ in phones.sent[1:]] == [(PRIYA, "unknown"), (ROBIN, "yours"), (ROBIN, "yours")]
    with db.read() as session:
        assert session.get_one(DutyAlert, 1).accepted_by == ids["Robin"]
        assert len(list(session.scalars(select(MessageIn.id)))) == 1, "a code is nobody's conversation"
    assert audited(db, "accept") == [(f"staff:{ids['Robin']}", "alert:1")]
    assert audited(db, "refused") == [(f"staff:{ids['Priya']}", "duty_code")]


def test_a_late_code_is_taken_while_nobody_has_it_and_told_so_once_somebody_has(
    db: Database, ids: dict[str, int]
) -> None:
    phones = Phones()
    raise_one(db)
    deliver(db, phones, TEN)
    late = phones.last[2]
    escalate(db, TEN + QUARTER)
    deliver(db, phones, TEN + QUARTER)
    assert text(db, PRIYA, phones.last[2], TEN + QUARTER, "SM5")
    assert text(db, ROBIN, late, TEN + 2 * QUARTER, "SM6")
    deliver(db, phones, TEN + 2 * QUARTER)
    assert [kind for number, kind, _ in phones.sent if number == ROBIN] == ["alert", "taken", "too_late"]


def test_guessing_ends_after_ten_tries(db: Database, ids: dict[str, int]) -> None:
    raise_one(db)
    with db.read() as session:
        code = session.get_one(DutyAsk, 1).code
    for number in range(10):
        wrong = f"{(int(code or 0) + 1 + number) % 1_000_000:06}"
        assert text(db, ROBIN, wrong, TEN, f"G{number}")
    assert text(db, ROBIN, code or "", TEN, "G10")
    with db.read() as session:
        assert session.get_one(DutyAlert, 1).accepted_by is None


def test_a_closed_account_is_neither_asked_nor_heard(db: Database, ids: dict[str, int]) -> None:
    phones = Phones()
    raise_one(db)
    with db.write() as session:
        for name in ("Robin", "Priya"):
            staff.disable(session, session.get_one(StaffMember, ids[name]), TEN)
        code = session.get_one(DutyAsk, 1).code or ""
    deliver(db, phones, TEN)
    assert phones.sent == []
    assert not text(db, ROBIN, code, TEN)
    assert escalate(db, TEN + QUARTER) == 1
    assert asked(db) == [ids["Robin"], ids["Lee"]]


@pytest.mark.parametrize("wrong", [SendFailed("30006"), RuntimeError("unknown")])
def test_a_text_that_cannot_arrive_is_not_waited_for(db: Database, ids: dict[str, int], wrong: Exception) -> None:
    raise_one(db)
    deliver(db, Phones(wrong), TEN)
    with db.read() as session:
        due = duty.has_due(session, TEN)
    assert due is isinstance(wrong, SendFailed)
    assert escalate(db, TEN) == int(due)


def test_a_busy_provider_is_tried_again_and_what_is_too_late_is_dropped(db: Database, ids: dict[str, int]) -> None:
    raise_one(db)
    deliver(db, Phones(SendLater(0)), TEN)
    with db.write() as session:
        row = session.get_one(StaffText, 1)
        assert (row.status, row.attempts) == ("queued", 1)
        row.lease_until = None
    phones = Phones()
    deliver(db, phones, TEN + timedelta(hours=1))
    with db.read() as session:
        assert (phones.sent, session.get_one(StaffText, 1).reason) == ([], "late")


def test_no_text_to_staff_names_a_person_or_a_reason(db: Database, ids: dict[str, int]) -> None:
    raise_one(db)
    with db.read() as session:
        row = session.get_one(StaffText, 1)
        assert (row.kind, sorted(row.filled)) == ("alert", ["by", "code"])


def test_a_number_is_ones_own_once_its_code_was_typed_in(db: Database, ids: dict[str, int]) -> None:
    phones = Phones()

    def change(act: Callable[[StaffMember], object]) -> object:
        with db.write() as session:
            return act(session.get_one(StaffMember, ids["Lee"]))

    def ask(number: str) -> object:
        with db.write() as session:
            return staff_phones.ask(session, session.get_one(StaffMember, ids["Lee"]), number, TEN)

    def confirm(code: str, at: datetime = TEN) -> bool:
        with db.write() as session:
            return staff_phones.confirm(session, session.get_one(StaffMember, ids["Lee"]), code, at)

    assert ask(ROBIN) == "taken"
    assert ask("+447700900300") == "asked"
    deliver(db, phones, TEN)
    assert phones.last[:2] == ("+447700900300", "confirm")
    code = phones.last[2]
    assert not confirm(code, TEN + timedelta(minutes=10)), "ten minutes"
    assert not confirm("12345x")
    assert change(lambda member: member.phone) == "+447700900203", "the old number until then"
    assert confirm(code)
    assert not confirm(code), "once"
    with db.read() as session:
        found = staff_phones.member_at(session, "+447700900300")
        assert found
        assert found.id == ids["Lee"]
    assert [ask(f"+44770090031{n}") for n in range(5)][-1] == "too_often"


def test_alerts_long_dealt_with_are_forgotten_with_everything_about_them(db: Database, ids: dict[str, int]) -> None:
    raise_one(db)
    with db.write() as session:
        assert not duty.close(session, 1, None, TEN), "nobody has taken it on"
        assert duty.accept(session, 1, ids["Robin"], TEN)
        assert duty.close(session, 1, None, TEN)
    retention.sweep(db, TEN + timedelta(days=366))
    with db.read() as session:
        for model in (DutyAlert, DutyAsk, StaffText):
            assert list(session.scalars(select(model))) == []  # type: ignore[arg-type]


@given(st.text())
def test_a_code_is_six_digits_and_nothing_else(said: str) -> None:
    code = duty_replies.code_in(said)
    assert code is None or (
        len(code) == 6 and [each for each in said if each.isascii() and each.isdigit()] == list(code)
    )


@pytest.mark.parametrize("said", ["482913", "482 913", "482-913", "OK 482913", "yes, 482913!", " Taken 482913. "])
def test_a_code_is_heard_as_people_write_it(said: str) -> None:
    assert duty_replies.code_in(said) == "482913"


@pytest.mark.parametrize(
    "said", ["I want to die 482913", "48291", "4829133", "no 482913", "482913 please help", "٤٨٢٩١٣", "07700900123", ""]
)
def test_what_says_more_than_a_code_is_a_persons_message(said: str) -> None:
    assert duty_replies.code_in(said) is None
