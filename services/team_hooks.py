"""A team's own system is told what happens to its calls: where, with which secret, and what waits to go.

What happened is queued in the transaction in which it happens; `services.hook_sending` sends it. Nothing is queued for a
team without an address, and what a person did not agree to share is never sent.
"""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from services import audit, guarded_fetch, locks
from services.clock import real_now
from services.models import Appointment, HookEvent, Referral, Team, TeamHook
from services.prepared import Prepared

FORMS = ("event", "fhir")
"""What is sent: what happened to which reference and when the call is, or the whole referral as a FHIR bundle."""
SECRET_BYTES = 32
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as the page lists it. `status`: queued, sending, sent, dead (given up) or dropped (not wanted any more)."""

    id: int
    kind: str
    reference: str
    at: datetime
    status: str
    reason: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class HookPage:
    """Where a team's messages go; no secret. `site` is the host of the address."""

    team_id: str
    site: str
    form: str
    active: bool
    waiting: int
    dead: int
    last: tuple[Sent, ...]


def give(session: Session, team_id: str, address: str, form: str, actor: str, now: datetime, *, loopback: bool) -> str:
    """Send a team's events to an address from now on; answers the new secret, which is shown this once. Audited.

    CalendarUnread (`not_https`, `not_public`, `unavailable`) for an address that may not be sent to; ValueError for
    another form than `FORMS`, or an unknown team.
    """
    if form not in FORMS:
        raise ValueError(f"a form is one of {', '.join(FORMS)}")
    if session.get(Team, team_id) is None:
        raise ValueError(f"There is no team {team_id}.")
    url = guarded_fetch.tidy(address)
    to = guarded_fetch.place(url, loopback=loopback)
    guarded_fetch.addresses(to.host, to.port, loopback=loopback)
    secret = new_secret()
    locks.alone(session, f"hook:{team_id}")
    row = locks.get(session, TeamHook, team_id) or TeamHook(team_id=team_id)
    row.address, row.secret, row.form, row.active = url, secret, form, True
    row.changed_at, row.changed_by = now, actor
    session.add(row)
    session.flush()
    audit.record(session, actor, "hook.give", f"team:{team_id}", now, {"host": to.host, "form": form})
    return secret


def new_secret() -> str:
    """As Standard Webhooks writes one: `whsec_` and base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def renew_secret(session: Session, team_id: str, actor: str, now: datetime) -> str | None:
    """A new secret, shown this once; the old one signs nothing any more. None where no address is kept. Audited."""
    row = session.get(TeamHook, team_id)
    if row is None:
        return None
    row.secret, row.changed_at, row.changed_by = new_secret(), now, actor
    session.flush()
    audit.record(session, actor, "hook.secret", f"team:{team_id}", now)
    return row.secret


def stop(session: Session, team_id: str, actor: str, now: datetime) -> bool:
    """Nothing goes out any more, and what waited is dropped; False where nothing went. Audited."""
    row = session.get(TeamHook, team_id)
    if row is None or not row.active:
        return False
    row.active, row.changed_at, row.changed_by = False, now, actor
    waiting = update(HookEvent).where(HookEvent.team_id == team_id, HookEvent.status == "queued")
    session.execute(waiting.values(status="dropped", reason="stopped", settled_at=now))
    audit.record(session, actor, "hook.stop", f"team:{team_id}", now)
    return True


def happened(session: Session, kind: str, call: Appointment, now: datetime) -> None:
    """Queue that a call was booked, moved, called off or had an outcome, for a team that is told."""
    _queue(session, call.team_id, kind, now, call.person_id, call.referral_id, call.id)


def told(session: Session, kind: str, referral: Referral, now: datetime) -> None:
    """The same for what happens to a referral without a call: a promise made or kept."""
    _queue(session, referral.team_id, kind, now, referral.person_id, referral.id, None)


def try_out(session: Session, team_id: str, actor: str, now: datetime) -> bool:
    """Queue a message about nobody, to see whether it arrives; False where nothing goes out. Audited."""
    if not _is_told(session, team_id):
        return False
    _queue(session, team_id, "test", now, None, None, None)
    audit.record(session, actor, "hook.test", f"team:{team_id}", now)
    return True


def _is_told(session: Session, team_id: str) -> bool:
    session.flush()
    return bool(_ACTIVE.scalar(session, {"team": team_id}))


_ACTIVE = Prepared(select(TeamHook.active).where(TeamHook.team_id == bindparam("team")))


def _queue(
    session: Session,
    team_id: str,
    kind: str,
    now: datetime,
    person_id: int | None,
    referral_id: int | None,
    appointment_id: int | None,
) -> None:
    if not _is_told(session, team_id):
        return
    row = HookEvent(event_id=f"evt_{uuid.uuid4().hex}", team_id=team_id, kind=kind, happened_at=now, run_at=real_now())
    row.person_id, row.referral_id, row.appointment_id = person_id, referral_id, appointment_id
    session.add(row)
    session.flush()


def replay(session: Session, team_id: str, actor: str, now: datetime, event: int | None = None) -> int:
    """Send again what was given up (or one message, whatever became of it), under the same id; how many. Audited."""
    mine = update(HookEvent).where(HookEvent.team_id == team_id)
    again = mine.where(HookEvent.status == "dead") if event is None else mine.where(HookEvent.id == event)
    again = again.where(HookEvent.status.not_in(("queued", "sending")))
    values = {"status": "queued", "reason": None, "attempts": 0, "run_at": real_now(), "settled_at": None}
    count = session.connection().execute(again.values(**values)).rowcount
    session.expire_all()
    audit.record(session, actor, "hook.replay", f"team:{team_id}", now, {"messages": count})
    return count


def read(session: Session, team_id: str) -> HookPage | None:
    """What the page of a team shows; None where no address was ever given."""
    row = session.get(TeamHook, team_id)
    if row is None:
        return None
    mine = select(HookEvent).where(HookEvent.team_id == team_id)
    counts = select(HookEvent.status, func.count()).where(HookEvent.team_id == team_id).group_by(HookEvent.status)
    by_status: dict[str, int] = {row[0]: row[1] for row in session.execute(counts)}
    last = list(session.scalars(mine.order_by(HookEvent.id.desc()).limit(SHOWN)))
    return HookPage(
        team_id=team_id,
        site=urlsplit(row.address).hostname or "",
        form=row.form,
        active=row.active,
        waiting=by_status.get("queued", 0) + by_status.get("sending", 0),
        dead=by_status.get("dead", 0),
        last=tuple(_sent(session, each) for each in last),
    )


def _sent(session: Session, row: HookEvent) -> Sent:
    referral = session.get(Referral, row.referral_id) if row.referral_id else None
    reference = referral.reference if referral else ""
    return Sent(row.id, row.kind, reference, row.happened_at, row.status, row.reason, row.attempts)


def dead(session: Session) -> int:
    """How many messages were given up, of teams that are still told: somebody is to look."""
    told = select(TeamHook.team_id).where(TeamHook.active)
    rows = select(func.count()).where(HookEvent.status == "dead", HookEvent.team_id.in_(told))
    return session.scalar(rows) or 0


def any_told(session: Session) -> bool:
    """Whether any team has an address in use."""
    return session.scalars(select(TeamHook.team_id).where(TeamHook.active).limit(1)).first() is not None


def forget(session: Session, person_ids: Sequence[int]) -> None:
    """What waits about these people is not sent."""
    waiting = delete(HookEvent).where(HookEvent.person_id.in_(person_ids), HookEvent.status != "sending")
    session.execute(waiting)


def forget_settled(session: Session, older_than: timedelta, now: datetime) -> None:
    """Settled messages of long ago go."""
    session.execute(delete(HookEvent).where(HookEvent.settled_at < now - older_than))
