"""One line a part: whether it works, and what to do where it does not. Changes nothing but one lease row."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import Session

from services import allocation, audit, helplines, leases, migrate, outbox, rota
from services.areas import Areas
from services.clock import Clock
from services.db import Database
from services.errors import SettingsError
from services.models import AuditRow, MessageIn, StaffMember, Team
from services.practices import Practices
from services.settings import Settings, files
from services.site_tables import in_use

State = Literal["ok", "attention", "broken"]
LITTLE_SPACE, NO_SPACE = 1_000_000_000, 100_000_000  # bytes
SKEW = timedelta(minutes=1)
LATE, TOO_LATE = timedelta(minutes=5), timedelta(hours=1)
UNSEALED = timedelta(minutes=1)
HOLDER = "doctor"


@dataclass(frozen=True, slots=True)
class Part:
    """What was looked at, how it is, and in words for whoever runs the site: what is so, what to do."""

    name: str
    state: State
    words: str

    def __str__(self) -> str:
        return f"{self.state:<9}  {self.name}: {self.words}"


def guarded(name: str, look: Callable[[], Part]) -> Part:
    """A look that fails is itself a finding."""
    try:
        return look()
    except Exception as error:  # the doctor never falls ill itself
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        return Part(name, "broken", said)


def examine(settings: Settings) -> Iterator[Part]:
    """Everything that services know of. Never raises, and never makes a database that is not there."""
    yield guarded("home", lambda: home(settings))
    yield guarded("secrets", secrets)
    yield guarded("disk", lambda: disk(settings))
    yield guarded("clock", lambda: clock(settings))
    yield guarded("SMS", lambda: sms(settings))
    yield guarded("Telegram", lambda: telegram(settings))
    yield guarded("mail", lambda: mail(settings))
    yield guarded("calendars", lambda: calendars(settings))
    yield guarded("crisis numbers", lambda: crisis_numbers(settings))
    yield guarded("tables", lambda: tables(settings))
    yield from databases(settings)


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def live(settings: Settings) -> bool:
    """Whether a provider is set up that reaches real people (invariant 21)."""
    sends = settings.has_sms and not is_loopback(settings.twilio_api_url)
    return sends or (settings.has_telegram and not is_loopback(settings.telegram_api_url))


def home(settings: Settings) -> Part:
    folder = settings.home.resolve()
    if not folder.exists():
        return Part("home", "attention", f"{folder} is not there yet; the first start makes it.")
    key = folder / "secret.key"
    if settings.secret.get_secret_value():
        return Part("home", "ok", f"{folder}; the key is ANYDOOR_SECRET_KEY.")
    if key.exists() and key.stat().st_mode & 0o077:
        return Part("home", "attention", f"others on this machine can read {key}. Run: chmod 600 {key}")
    return Part("home", "ok", f"{folder}; keep a copy of {key} in another safe place.")


def secrets() -> Part:
    found = files()
    open_ones = [str(file) for file in found.values() if file.stat().st_mode & 0o007]
    if open_ones:
        which = ", ".join(open_ones)
        return Part("secrets", "attention", f"others on this machine can read {which}. Let the service's user alone.")
    words = f"{', '.join(found)} from files." if found else "from the environment, and secret.key."
    return Part("secrets", "ok", words)


def disk(settings: Settings) -> Part:
    folder = next(path for path in (settings.home.resolve(), *settings.home.resolve().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    words = f"{free / 1e9:.1f} GB free."
    if free < NO_SPACE:
        return Part("disk", "broken", f"{words} Messages can no longer be kept: make room at once.")
    return Part("disk", "attention", f"{words} Make room soon.") if free < LITTLE_SPACE else Part("disk", "ok", words)


def clock(settings: Settings) -> Part:
    offset = Clock.at(settings.now).offset
    if abs(offset) < SKEW:
        return Part("clock", "ok", "runs on the machine's time.")
    words = (
        f"ANYDOOR_NOW moves it by {offset - timedelta(microseconds=offset.microseconds)}. Take it out: it is for tests."
    )
    return Part("clock", "broken" if live(settings) else "attention", words)


def service_time(settings: Settings) -> datetime:
    """Now by the service's clock; the machine's where ANYDOOR_NOW makes no sense, which `clock` says."""
    try:
        return Clock.at(settings.now).now()
    except SettingsError:
        return Clock().now()


def sms(settings: Settings) -> Part:
    given = {
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token.get_secret_value(),
        "TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM": settings.twilio_messaging_service_sid or settings.twilio_from,
    }
    missing = [name for name, value in given.items() if not value]
    if len(missing) == len(given):
        return Part("SMS", "ok", "off: no Twilio settings.")
    if missing:
        return Part("SMS", "broken", f"Twilio is half set up. Missing: {', '.join(missing)}.")
    if not is_loopback(settings.twilio_api_url) and not settings.public_url.startswith("https://"):
        return Part("SMS", "broken", "Twilio cannot reach us: ANYDOOR_PUBLIC_URL must be this site's https address.")
    return Part("SMS", "ok", f"Twilio is set up; its webhook is {settings.public_url.rstrip('/')}/webhooks/twilio/sms.")


def telegram(settings: Settings) -> Part:
    secret = settings.telegram_webhook_secret.get_secret_value()
    if not settings.has_telegram:
        state: State = "attention" if secret else "ok"
        return Part("Telegram", state, "off: no TELEGRAM_BOT_TOKEN.")
    if not settings.public_url.startswith("https://"):
        return Part("Telegram", "ok", "set up; it is polled, since there is no public https address.")
    if not secret:
        return Part(
            "Telegram",
            "broken",
            "TELEGRAM_WEBHOOK_SECRET is missing: with a public address Telegram's posts are refused.",
        )
    return Part("Telegram", "ok", f"set up; its webhook is {settings.public_url.rstrip('/')}/webhooks/telegram.")


def mail(settings: Settings) -> Part:
    server, sender = settings.smtp_url.get_secret_value(), settings.from_email
    if bool(server) != bool(sender):
        return Part("mail", "attention", f"half set up. Missing: {'ANYDOOR_FROM_EMAIL' if server else 'SMTP_URL'}.")
    if server and urlsplit(server).scheme not in ("smtp", "smtps"):
        return Part(
            "mail", "broken", "SMTP_URL is written smtps://user:password@host:465 or smtp://user:password@host:587."
        )
    return Part("mail", "ok", "set up; coaches get invitations." if server else "off: no SMTP_URL.")


def calendars(settings: Settings) -> Part:
    given = {"ANYDOOR_CALENDAR_LOOPBACK": settings.calendar_loopback, "ANYDOOR_HOOK_LOOPBACK": settings.hook_loopback}
    given["ANYDOOR_OIDC_LOOPBACK"] = settings.oidc_loopback
    on = [name for name, value in given.items() if value]
    if not on:
        return Part("calendars", "ok", "addresses that staff type in are used only if they are public and https.")
    words = f"{' and '.join(on)} lets staff reach this machine's own servers. Take it out: it is for tests."
    return Part("calendars", "broken" if live(settings) else "attention", words)


def crisis_numbers(settings: Settings) -> Part:
    unchecked = helplines.unchecked()
    if not unchecked:
        return Part(
            "crisis numbers", "ok", f"{len(helplines.table())} numbers, signed, each with the date of its check."
        )
    words = f"not yet checked: {', '.join(dict.fromkeys(unchecked))}. Ring each, then date it in services/data/helplines.yml."
    return Part("crisis numbers", "broken" if live(settings) else "attention", words)


def tables(settings: Settings) -> Part:
    postcodes, practices = Areas.load().table.count, len(Practices.load().all)
    own = [name for name in ("postcodes.bin", "practices.csv") if in_use(name, settings).is_relative_to(settings.home)]
    edition = f" Your own: {', '.join(own)}." if own else ""
    return Part("tables", "ok", f"{postcodes:,} postcodes, {practices:,} practices.{edition}")


def databases(settings: Settings) -> Iterator[Part]:
    """The database and what is in it; its parts are left out where it cannot be opened."""
    if settings.database_url.startswith("sqlite:///"):
        file = Path(settings.database_url.removeprefix("sqlite:///"))
        if not file.exists():
            yield Part("database", "attention", f"{file} is not there yet; the first start makes it.")
            return
    found, db = opened(settings)
    yield found
    if db is None:
        return
    now = service_time(settings)
    try:
        yield guarded("writing", lambda: writing(db))
        for name, look in LOOKS.items():
            yield guarded(name, partial(reading, db, name, look, settings, now))
    finally:
        db.close()


def opened(settings: Settings) -> tuple[Part, Database | None]:
    """The database, reachable and at the newest migration; SQLite asserts WAL and FULL on every connection."""
    db = None
    try:
        db = Database.of(settings)
        with db.read() as session:
            session.execute(text("SELECT 1"))
            at, head = migrate.version(session.connection()), migrate.head()
    except Exception as error:
        if db:
            db.close()
        return Part("database", "broken", f"cannot be used: {str(error).splitlines()[0]}"), None
    kind = "SQLite, WAL, every write waits for the disk" if db.on_sqlite else "PostgreSQL"
    if at == head:
        return Part("database", "ok", f"{kind}, at the newest migration ({head})."), db
    db.close()
    if at and not migrate.knows(at):
        return Part(
            "database", "broken", f"a newer version of Anydoor made it (migration {at}). Install that one."
        ), None
    return Part(
        "database", "attention", f"{kind}, at migration {at or 'none'}; the next start brings it to {head}."
    ), None


def writing(db: Database) -> Part:
    with db.write() as session:
        leases.lead(session, HOLDER, HOLDER)
    with db.write() as session:
        leases.resign(session, HOLDER, HOLDER)
    return Part("writing", "ok", "a test row was written and removed.")


Look = Callable[[Session, Settings, datetime], tuple[State, str]]


def reading(db: Database, name: str, look: Look, settings: Settings, now: datetime) -> Part:
    with db.read() as session:
        state, words = look(session, settings, now)
    return Part(name, state, words)


def the_audit(session: Session, settings: Settings, now: datetime) -> tuple[State, str]:
    problems = audit.verify(session, settings.home / "audit.anchor")
    if problems:
        return (
            "broken",
            f"{problems[0]}. Somebody changed it, or an old copy was put back by hand: find out who and why.",
        )
    unsealed = select(func.count(), func.min(AuditRow.at)).where(AuditRow.chain.is_(None))
    count, oldest = session.execute(unsealed).one()
    if count and now - oldest > UNSEALED:
        return (
            "attention",
            f"{count} rows are not sealed yet, the oldest of {oldest:%Y-%m-%d %H:%M}. The server seals them: start it.",
        )
    return "ok", "the chain was walked and fits."


def waiting(session: Session, settings: Settings, now: datetime) -> tuple[State, str]:
    heard = session.scalar(select(func.min(MessageIn.received_at)).where(MessageIn.taken_at.is_(None)))
    to_send = outbox.oldest_waiting(session, now)
    ages = {"be answered": heard, "be sent": to_send}
    late = {what: now - since for what, since in ages.items() if since and now - since > LATE}
    if not late:
        return "ok", "no message waits."
    words = ", ".join(f"one waits to {what} for {int(age.total_seconds() // 60)} minutes" for what, age in late.items())
    state: State = "broken" if max(late.values()) > TOO_LATE else "attention"
    return state, f"{words}. Is the server running, and are its channels set up?"


def _opened(now: datetime) -> Select[Team]:
    """Teams that are open or will be; one that is to close counts until its day."""
    return select(Team).where(Team.opened_at.is_not(None), or_(Team.closed_at.is_(None), Team.closed_at > now))


def teams(session: Session, settings: Settings, now: datetime) -> tuple[State, str]:
    found = list(session.scalars(_opened(now)))
    invented = sum(1 for team in found if team.demo)
    if invented and live(settings):
        return (
            "broken",
            f"{invented} demonstration teams are open beside a live provider. Close them before real people write.",
        )
    if not found:
        return "attention", "no team is open, so nobody can be booked."
    return "ok", f"{len(found)} open" + (f", {invented} of them invented for the demonstration." if invented else ".")


def duty_rota(session: Session, settings: Settings, now: datetime) -> tuple[State, str]:
    """Teams that are open without anybody on duty in the next four weeks, and people on a rota whom no text reaches."""
    open_ones = session.scalars(_opened(now).where(Team.demo.is_(False)).order_by(Team.id))
    rotas = [rota.read(session, team.id) for team in open_ones]
    bare = [each.team_id for each in rotas if each.at(now) is None and each.next_cover(now) is None]
    if bare:
        return "attention", f"nobody is on duty for {', '.join(bare)}. See `anydoor duty set`, or Duty on the desk."
    named = {staff_id for each in rotas for staff_id in each.named - each.closed}
    rows = select(StaffMember.id).where(StaffMember.id.in_(named), StaffMember.phone_index.is_(None))
    silent = len(list(session.scalars(rows)))
    if silent:
        return "attention", f"{silent} people on a rota have no number yet: their alerts show on the desk only."
    return "ok", f"{len(rotas)} teams have somebody on duty." if rotas else "no real team is open yet."


def people_waiting(session: Session, settings: Settings, now: datetime) -> tuple[State, str]:
    """Whether everybody who asked is on a desk that somebody reads."""
    kept, lost = allocation.between_teams(session, now)
    if lost:
        words = f"{len(lost)} people are with a team that is not open and that no account of its own looks after."
        return "broken", f"{words} Open it, or an account of it, until each is handed on."
    if kept:
        words = f"{len(kept)} people are still with a team that has closed. Their calls stand and can be moved."
        return "attention", f"{words} Keep its accounts until each is done or handed on."
    return "ok", "everybody who asked is on the desk of an open team."


def accounts(session: Session, settings: Settings, now: datetime) -> tuple[State, str]:
    rows = select(StaffMember.role, func.count()).where(StaffMember.disabled_at.is_(None)).group_by(StaffMember.role)
    counts = {str(role): int(count) for role, count in session.execute(rows)}
    if "admin" not in counts:
        return "attention", "there is no admin. Run: anydoor staff add EMAIL --role admin"
    return "ok", ", ".join(f"{count} {role}" for role, count in sorted(counts.items())) + "."


LOOKS: dict[str, Look] = {
    "audit": the_audit,
    "messages": waiting,
    "teams": teams,
    "duty rota": duty_rota,
    "staff": accounts,
}
