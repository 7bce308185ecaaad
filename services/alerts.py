"""Safety alerts as the desk reads them: what was said, to whom it may be shown, who took it on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import audit, duty, people, referrals, scopes, staff_texts, transcript, working_time
from services.models import Conversation, DutyAlert, MessageIn, MessageOut, Person
from services.scopes import Viewer
from services.transcript import Line

WITHOUT_ROTA = timedelta(hours=1)
"""Working time within which an alert is to be taken on where no rota says so."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """A safety alert; `accepted_by` is a name once somebody took it on, `asked` who is asked just now.

    `words`: what raised it, where the list shows it and this viewer may read it; `wrote_again`: they wrote after it was
    raised, and nobody of the staff has written since; `mine`: this viewer took it on.
    """

    id: int
    referral: int | None
    person: str
    reason: str
    raised: datetime
    answer_by: datetime | None
    accepted_by: str | None
    late: bool
    due: datetime
    closed: datetime | None = None
    asked: str | None = None
    nobody_left: bool = False
    channel: str = ""
    words: str | None = None
    wrote_again: datetime | None = None
    has_team: bool = True
    mine: bool = False

    @property
    def reference(self) -> str:
        """A short name by which colleagues speak of it."""
        return f"A{self.id}"


@dataclass(frozen=True, slots=True)
class AskRow:
    """Somebody whom an alert was put to, until when, and what became of the text: None where no number is known."""

    name: str
    place: int
    at: datetime
    by: datetime
    text: str | None


@dataclass(frozen=True, slots=True)
class AlertPage:
    """One alert with the words that raised it. `words` is None where this viewer may not read them yet.

    `lines`: what was said since, for who took on the alert of somebody without a page; `talk`: which coach writes there now.
    """

    alert: AlertRow
    words: str | None
    may_read: bool
    channel: str
    phone: str | None
    note: str | None
    asks: tuple[AskRow, ...] = ()
    no_texts: bool = False
    talk: str | None = None
    lines: tuple[Line, ...] = ()

    @property
    def may_write(self) -> bool:
        """Whoever took it on may write where there is no page of the person's own to write on."""
        return self.alert.mine and self.alert.closed is None and self.alert.referral is None and not self.no_texts


def open_ones(session: Session, viewer: Viewer, now: datetime, *, words: bool = False) -> tuple[AlertRow, ...]:
    """Open alerts of the viewer's team and of no team, oldest first. With `words`, those this viewer may read: audited."""
    rows = scopes.mine(viewer, DutyAlert).where(DutyAlert.closed_at.is_(None)).order_by(DutyAlert.raised_at)
    return tuple(_with_words(session, row, viewer, now, words=words) for row in session.scalars(rows))


def _with_words(session: Session, row: DutyAlert, viewer: Viewer, now: datetime, *, words: bool) -> AlertRow:
    shown = row_of(session, row, viewer, now)
    if not (words and may_read(row, viewer)):
        return shown
    audit.record(session, viewer.actor, "read_words", f"alert:{row.id}", now)
    return replace(shown, words=words_of(session, row))


def of_conversation(session: Session, viewer: Viewer, conversation_id: int, now: datetime) -> tuple[AlertPage, ...]:
    """The alerts of one conversation, newest first, each with its words; every reading of words is audited."""
    rows = scopes.mine(viewer, DutyAlert).where(DutyAlert.conversation_id == conversation_id)
    return tuple(page_of(session, row, viewer, now) for row in session.scalars(rows.order_by(DutyAlert.id.desc())))


def read(session: Session, alert_id: int, viewer: Viewer, now: datetime) -> AlertPage | None:
    """One alert; None, and audited, when it is another team's."""
    row = scopes.find(session, DutyAlert, alert_id, viewer, now)
    return page_of(session, row, viewer, now) if row else None


def page_of(session: Session, row: DutyAlert, viewer: Viewer, now: datetime) -> AlertPage:
    may = may_read(row, viewer)
    if may:
        audit.record(session, viewer.actor, "read_words", f"alert:{row.id}", now)
    person, shown = _person(session, row), row_of(session, row, viewer, now)
    thread = session.get_one(Conversation, row.conversation_id)
    own = shown.mine and shown.referral is None
    return AlertPage(
        alert=shown,
        words=words_of(session, row) if may else None,
        may_read=may,
        channel=people.address_row(session, row.conversation_id).channel,
        phone=person.phone if person and may else None,
        note=row.note if may else None,
        asks=_asks(session, row),
        no_texts=people.is_stopped(session, row.conversation_id),
        talk=scopes.name_of(session, thread.coach_takeover_by) if thread.coach_takeover_at else None,
        lines=_lines_since(session, row, now) if own else (),
    )


def _lines_since(session: Session, row: DutyAlert, now: datetime) -> tuple[Line, ...]:
    """From the words that raised it on; what was said before is nobody's business here."""
    lines = transcript.read(session, row.conversation_id, now, all_sent=True)
    begins = max((line.at for line in lines if line.by == "person" and line.at <= row.raised_at), default=row.raised_at)
    return tuple(line for line in lines if line.at >= begins)


def _asks(session: Session, row: DutyAlert) -> tuple[AskRow, ...]:
    texts = staff_texts.of_alert(session, row.id)
    return tuple(
        AskRow(_name(session, ask.staff_id), ask.place, ask.asked_at, ask.answer_by, texts.get(ask.staff_id))
        for ask in duty.asks_of(session, row.id)
    )


def _name(session: Session, staff_id: int) -> str:
    return scopes.name_of(session, staff_id) or "Somebody"


def _asked_now(session: Session, row: DutyAlert, now: datetime) -> str | None:
    """Whose turn it is; nobody's once it is taken on, or when all were asked in vain."""
    asked = duty.asks_of(session, row.id) if row.accepted_at is None else []
    return _name(session, asked[-1].staff_id) if asked and asked[-1].answer_by > now else None


def may_read(row: DutyAlert, viewer: Viewer) -> bool:
    """Words are for the team whose alert it is, for who sees every team, and for who took an alert of no team on."""
    return viewer.scope is None or row.team_id == viewer.scope or row.accepted_by == viewer.staff_id


def words_of(session: Session, row: DutyAlert) -> str | None:
    """The words that raised an alert: the last ones taken when it was raised (the turn takes them, then raises)."""
    taken = select(MessageIn).where(
        MessageIn.conversation_id == row.conversation_id, MessageIn.taken_at <= row.raised_at
    )
    said = session.scalars(taken.order_by(MessageIn.seq.desc())).first()
    return said.body if said else None


def row_of(session: Session, row: DutyAlert, viewer: Viewer, now: datetime) -> AlertRow:
    """An alert as a row; of no team's person not even the name is for everybody."""
    person = _person(session, row)
    referral = referrals.current(session, person.id, row.team_id) if person and row.team_id else None
    due = row.answer_by or working_time.after(row.raised_at, WITHOUT_ROTA)
    return AlertRow(
        id=row.id,
        referral=referral.id if referral else None,
        person=(person.name if person and may_read(row, viewer) else None) or "Somebody",
        reason=row.reason,
        raised=row.raised_at,
        answer_by=row.answer_by,
        accepted_by=scopes.name_of(session, row.accepted_by),
        late=bool(row.answer_by and row.answer_by <= now and row.accepted_at is None),
        due=due,
        closed=row.closed_at,
        asked=_asked_now(session, row, now),
        nobody_left=row.nobody_left_at is not None and row.accepted_at is None,
        channel=people.address_row(session, row.conversation_id).channel,
        wrote_again=_wrote_again(session, row),
        has_team=row.team_id is not None,
        mine=row.accepted_by == viewer.staff_id,
    )


def _wrote_again(session: Session, row: DutyAlert) -> datetime | None:
    """When they last wrote, if that was after the alert and after the last words of any of the staff."""
    last = session.get_one(Conversation, row.conversation_id).last_in_at
    spoken = select(func.max(MessageOut.created_at)).where(
        MessageOut.conversation_id == row.conversation_id, MessageOut.purpose == "coach"
    )
    since = max(row.raised_at, session.scalar(spoken) or row.raised_at)
    return last if last is not None and last > since else None


def to_write(session: Session, alert_id: int, viewer: Viewer, now: datetime) -> tuple[int, str | None] | None:
    """The conversation of an alert, and why this viewer may not write in it; None where the alert is not theirs.

    Only who took it on writes, so that a person in danger hears one voice; refusals are audited.
    """
    row = scopes.find(session, DutyAlert, alert_id, viewer, now)
    if row is None:
        return None
    why = None
    if row.closed_at is not None or row.accepted_by != viewer.staff_id:
        why = "not_taken"
    elif people.is_stopped(session, row.conversation_id):
        why = "stopped"
    if why:
        scopes.refuse(session, viewer, f"alert:{alert_id}", why, now)
    return row.conversation_id, why


def _person(session: Session, row: DutyAlert) -> Person | None:
    thread = session.get(Conversation, row.conversation_id)
    return session.get(Person, thread.person_id) if thread else None


def accept(session: Session, alert_id: int, viewer: Viewer, now: datetime) -> bool:
    """Take an alert on; False when it is another team's or somebody has it."""
    row = scopes.find(session, DutyAlert, alert_id, viewer, now)
    if row is None:
        return False
    if not duty.accept(session, alert_id, viewer.staff_id, now):
        scopes.refuse(session, viewer, f"alert:{alert_id}", "changed", now)
        return False
    audit.record(session, viewer.actor, "accept", f"alert:{alert_id}", now)
    return True


def close(session: Session, alert_id: int, viewer: Viewer, now: datetime, note: str = "") -> bool:
    """Mark an alert as dealt with; False when it is another team's, nobody took it on, or it was closed before."""
    row = scopes.find(session, DutyAlert, alert_id, viewer, now)
    if row is None:
        return False
    if not duty.close(session, alert_id, note.strip() or None, now):
        scopes.refuse(session, viewer, f"alert:{alert_id}", "changed", now)
        return False
    audit.record(session, viewer.actor, "close", f"alert:{alert_id}", now)
    return True


def talk_of_own(session: Session, alert_id: int, staff_id: int) -> int | None:
    """The conversation of an alert about somebody without a referral, in which this member of staff talks; else None."""
    row = session.get_one(DutyAlert, alert_id)
    thread = session.get_one(Conversation, row.conversation_id)
    if thread.coach_takeover_by != staff_id or referrals.current(session, thread.person_id) is not None:
        return None
    return thread.id


def is_theirs(session: Session, alert_id: int, viewer: Viewer) -> bool:
    """Whether an alert is one this viewer may see."""
    return session.scalars(scopes.mine(viewer, DutyAlert).where(DutyAlert.id == alert_id)).first() is not None
