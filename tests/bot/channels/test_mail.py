"""Invitations over SMTP, to a real server on loopback, and read with a library other than the one that writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import vobject

from bot.channels.mail import MailChannel, Server
from services.calendar_entries import Event
from services.errors import SettingsError
from services.invitation_sending import Letter
from services.messages import SendError, SendFailed, SendLater
from tests.stand_ins.mail_server import Mailbox, serving

STARTS = datetime(2026, 6, 24, 9, 30, tzinfo=UTC)
EVENT = Event("call-7-1795512600@anydoor", "WorkWell call WW-ABCDEFG", STARTS, STARTS + timedelta(minutes=30))
LETTER = Letter(1, "robin@north.example", "REQUEST", "booked", EVENT, "phone", 3, STARTS - timedelta(days=1), False)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving() as box:
        yield box


def channel(url: str) -> MailChannel:
    sender = "WorkWell calls <calls@anydoor.example>"
    return MailChannel(url, sender=sender, public_url="https://anydoor.example/", timeout=30)


def calendar_of(mail: EmailMessage) -> Any:
    (part,) = [each for each in mail.walk() if each.get_content_type() == "text/calendar"]
    return vobject.readOne(part.get_content())


def test_an_invitation_is_read_by_another_library(mailbox: Mailbox) -> None:
    channel(mailbox.url).send(LETTER)
    (mail,), (to,) = mailbox.mails, mailbox.to
    assert (to, mail["To"], mail["From"]) == (LETTER.to, LETTER.to, "WorkWell calls <calls@anydoor.example>")
    assert mail["Subject"] == "WorkWell call WW-ABCDEFG: Wednesday 24 June, 10:30am"
    assert mail["Auto-Submitted"] == "auto-generated"
    (part,) = [each for each in mail.walk() if each.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    calendar = calendar_of(mail)
    assert calendar.method.value == "REQUEST"
    event = calendar.vevent
    assert (event.uid.value, event.sequence.value, event.status.value) == (EVENT.uid, "0", "CONFIRMED")
    assert (event.dtstart.value, event.dtend.value) == (EVENT.starts, EVENT.ends)
    assert event.organizer.value == "mailto:calls@anydoor.example"
    assert (event.attendee.value, event.attendee.params["RSVP"]) == ("mailto:robin@north.example", ["FALSE"])


def test_a_cancellation_has_the_same_uid_and_a_higher_sequence(mailbox: Mailbox) -> None:
    post = channel(mailbox.url)
    post.send(LETTER)
    off = replace(LETTER, id=2, method="CANCEL", why="called_off", event=replace(EVENT, sequence=1))
    post.send(off)
    invited, cancelled = (calendar_of(mail).vevent for mail in mailbox.mails)
    assert invited.uid.value == cancelled.uid.value
    assert (cancelled.sequence.value, cancelled.status.value) == ("1", "CANCELLED")
    assert calendar_of(mailbox.mails[1]).method.value == "CANCEL"
    assert mailbox.mails[1]["Subject"].startswith("Called off: WorkWell call")
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 2


def test_a_repeat_is_flagged_and_has_the_same_message_id(mailbox: Mailbox) -> None:
    post = channel(mailbox.url)
    mailbox.to_data.append("hang up")
    with pytest.raises(SendError) as lost:
        post.send(LETTER)
    assert type(lost.value) is SendError, "nobody knows whether it was taken"
    post.send(replace(LETTER, repeat=True))
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert (first["X-Anydoor-Repeat"], second["X-Anydoor-Repeat"]) == (None, "yes")
    assert calendar_of(first).serialize() == calendar_of(second).serialize()


@pytest.mark.parametrize(
    ("to_rcpt", "to_data", "wrong"),
    [
        ("451 busy", "", SendLater),
        ("550 nobody", "", SendFailed),
        ("", "452 full", SendLater),
        ("", "554 no", SendFailed),
    ],
)
def test_what_the_server_says_decides(mailbox: Mailbox, to_rcpt: str, to_data: str, wrong: type[SendError]) -> None:
    mailbox.to_rcpt += [to_rcpt] if to_rcpt else []
    mailbox.to_data += [to_data] if to_data else []
    with pytest.raises(wrong):
        channel(mailbox.url).send(LETTER)
    assert mailbox.mails == []


def test_a_server_that_is_not_there_is_tried_later() -> None:
    with serving() as gone:
        url = gone.url
    with pytest.raises(SendLater):
        channel(url).send(LETTER)


def test_a_password_is_never_sent_in_the_open(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server elsewhere that offers no STARTTLS gets neither the password nor the mail."""
    monkeypatch.setattr(Server, "is_this_machine", False)
    with pytest.raises(SendLater):
        channel(mailbox.url.replace("//", "//user:secret@")).send(LETTER)
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("smtps://mail.example.org", Server(True, "mail.example.org", 465, "", "")),
        ("smtp://a%40b:p%2Fw@mail.example.org", Server(False, "mail.example.org", 587, "a@b", "p/w")),
        ("smtp://[::1]:2525/", Server(False, "::1", 2525, "", "")),
    ],
)
def test_the_address_of_a_server_is_read(url: str, read: Server) -> None:
    assert Server.parse(url) == read
    assert Server.parse(url).is_this_machine == (read.host == "::1")


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://mail", "smtp://", "smtp://mail:x", "smtp://mail/path"])
def test_an_address_that_makes_no_sense_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError):
        channel(url)
    with pytest.raises(SettingsError):
        MailChannel("smtp://localhost", sender="nobody", public_url="")
