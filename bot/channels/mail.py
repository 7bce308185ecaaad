"""Invitations by mail (RFC 6047): what a coach's mail program reads, and how it is handed to the mail server."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.times import spoken_time
from services import calendar_entries
from services.clock import LONDON
from services.errors import SettingsError
from services.invitation_sending import Letter
from services.messages import SendError, SendFailed, SendLater

TIMEOUT = 10.0  # for each answer; all of them together stay under the lease
ASK_SECONDS = 2.0
SUBJECTS = {
    "booked": "{title}: {when}",
    "moved": "Moved to {when}: {title}",
    "called_off": "Called off: {title}, {when}",
    "given": "With a colleague now: {title}, {when}",
}
KINDS = {"phone": "By phone", "video": "By video", "in_person": "In person", "messages": "In writing"}
SMALL_PRINT = "Change or call off calls at the desk. Answers to this mail are not read."


@dataclass(frozen=True, slots=True)
class Server:
    """`smtps://` speaks TLS from the start; `smtp://` must offer STARTTLS, unless it is this machine itself."""

    secure: bool
    host: str
    port: int
    user: str
    password: str

    @classmethod
    def parse(cls, url: str) -> Server:
        """Read SMTP_URL; SettingsError where it makes no sense."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as wrong:
            raise SettingsError("SMTP_URL is not an address") from wrong
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
            raise SettingsError("SMTP_URL is written smtps://user:password@host:465 or smtp://user:password@host:587")
        secure = parts.scheme == "smtps"
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(secure, parts.hostname, port or (465 if secure else 587), user, password)

    @property
    def is_this_machine(self) -> bool:
        with suppress(ValueError):
            return ip_address(self.host).is_loopback
        return self.host == "localhost"


class MailChannel:
    """Sends one invitation at a time, each over a connection of its own."""

    def __init__(self, url: str, *, sender: str, public_url: str, timeout: float = TIMEOUT) -> None:
        self.server = Server.parse(url)
        self.sender, self.public_url, self.timeout = sender, public_url.rstrip("/"), timeout
        if "@" not in parseaddr(sender)[1]:
            raise SettingsError("ANYDOOR_FROM_EMAIL is not a mail address")

    def send(self, letter: Letter) -> None:
        """Hand an invitation over; SendLater when it was not taken, SendFailed when it never will be."""
        message = written(letter, self.sender, self.public_url)
        try:
            connection = self._connect()
        except (OSError, smtplib.SMTPException) as wrong:
            raise SendLater from wrong
        try:
            self._hand_over(connection, message, letter.to)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
            connection.close()

    def trouble(self) -> str:
        """What is wrong with the mail server, "" when it lets us in; sends nothing."""
        try:
            connection = self._connect(ASK_SECONDS)
            connection.quit()
        except (OSError, smtplib.SMTPException):
            return "the mail server does not answer or does not let us in"
        return ""

    def _connect(self, timeout: float | None = None) -> smtplib.SMTP:
        trust = ssl.create_default_context()
        where: dict[str, Any] = {"host": self.server.host, "port": self.server.port, "timeout": timeout or self.timeout}
        connection = smtplib.SMTP_SSL(**where, context=trust) if self.server.secure else smtplib.SMTP(**where)
        try:
            if not self.server.secure and not self.server.is_this_machine:
                connection.starttls(context=trust)
            if self.server.user:
                connection.login(self.server.user, self.server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hand_over(self, connection: smtplib.SMTP, message: EmailMessage, to: str) -> None:
        try:
            connection.ehlo_or_helo_if_needed()
            _accepted(connection.mail(parseaddr(self.sender)[1]), permanent=False)
            _accepted(connection.rcpt(to))
        except (OSError, smtplib.SMTPServerDisconnected) as wrong:
            raise SendLater from wrong  # the text had not begun
        try:
            _accepted(connection.data(message.as_bytes()))
        except smtplib.SMTPDataError as wrong:
            raise SendLater from wrong  # it would not hear the text
        except (OSError, smtplib.SMTPServerDisconnected) as wrong:
            raise SendError("not known") from wrong


def _accepted(answer: tuple[int, bytes], permanent: bool = True) -> None:
    """A refusal of the sender is a matter of settings and is tried again; one of the address or the text is for good."""
    code = answer[0]
    if 200 <= code < 300:
        return
    if permanent and 500 <= code < 600:
        raise SendFailed(f"smtp_{code}")
    raise SendLater


def written(letter: Letter, sender: str, public_url: str) -> EmailMessage:
    """The mail: when, how, the reference and a link behind the sign-in; no name, no number, no word about health."""
    event = letter.event
    wall = event.starts.astimezone(LONDON)
    when = f"{wall:%A} {wall.day} {wall:%B}, {spoken_time(event.starts)}"
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, letter.to
    message["Subject"] = SUBJECTS[letter.why].format(title=event.title, when=when)
    message["Date"] = format_datetime(letter.made_at)
    uid, _, site = event.uid.partition("@")
    message["Message-ID"] = f"<{uid}.{letter.id}.{letter.method.lower()}.{event.sequence}@{site}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.repeat:
        message["X-Anydoor-Repeat"] = "yes"
    card = f"{public_url}/coach/referral/{letter.referral}" if letter.referral else f"{public_url}/coach"
    lines = [message["Subject"], f"{KINDS.get(letter.kind, letter.kind)}. The person's card: {card}", SMALL_PRINT]
    message.set_content("\n\n".join(lines) + "\n", cte="quoted-printable")
    calendar = invitation(letter, sender).decode()
    message.add_alternative(calendar, subtype="calendar", params={"method": letter.method}, cte="base64")
    return message


def invitation(letter: Letter, sender: str) -> bytes:
    """The calendar part (RFC 5546): REQUEST or CANCEL, from the service to the one coach, who need not answer."""
    from icalendar import vCalAddress

    made = calendar_entries.calendar([letter.event], letter.made_at)
    made.add("method", letter.method)
    entry = made.walk("VEVENT")[0]
    cancelled = letter.method == "CANCEL"
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    entry.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    entry.add("organizer", vCalAddress(f"mailto:{parseaddr(sender)[1]}"))
    coach = vCalAddress(f"mailto:{letter.to}")
    for name, value in {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}.items():
        coach.params[name] = value
    entry.add("attendee", coach)
    return bytes(made.to_ical())
