"""A person books and calls off by text; the coach's mail program is told, also after the mail server was down."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import vobject
from sqlalchemy import select, update

from services.models import Appointment, Coach, Invitation
from tests.journeys.product import Product, running
from tests.journeys.test_by_sms import ANSWERS, NUMBER, play
from tests.stand_ins.mail_server import Mailbox, serving

PRIVATE = ("sam", "mental", "joint", "muscle", "health", "money", "debt", "sick", "pr1", "7700900321", "referr")
"""What the person told, and what the mail must not hold. ("referral" stands in the address of the card.)"""


def wait_for(told: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := told()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found
    return found


def events(box: Mailbox) -> list[Any]:
    parts = [part for mail in box.mails for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return [vobject.readOne(part.get_content()) for part in parts]


def mail_part(product: Product) -> str:
    return str(product.http.get("/readyz").json()["parts"]["mail"])


def forget_pauses(product: Product) -> None:
    with product.assistant.db.write() as session:
        session.execute(update(Invitation).values(lease_until=None))


def test_a_coach_is_mailed_what_a_person_books_and_calls_off_by_text(tmp_path: Path) -> None:
    box = Mailbox()
    with serving(box), running(tmp_path, SMTP_URL=box.url, ANYDOOR_FROM_EMAIL="calls@anydoor.example") as product:
        with product.assistant.db.write() as session:
            for coach in session.scalars(select(Coach)):
                coach.email = f"coach{coach.id}@example.org"
        play(product, ANSWERS)
        wait_for(lambda: box.mails)
        with product.assistant.db.read() as session:
            call = session.scalars(select(Appointment)).one()
        (invited,) = events(box)
        assert (invited.method.value, invited.vevent.dtstart.value) == ("REQUEST", call.starts_at)
        assert box.to == [f"coach{call.coach_id}@example.org"]
        assert mail_part(product) == "ok"
        down_and_up_again(product, box)
        invited, cancelled = events(box)
        assert cancelled.method.value == "CANCEL"
        assert cancelled.vevent.uid.value == invited.vevent.uid.value
        assert int(cancelled.vevent.sequence.value) > int(invited.vevent.sequence.value)
        nothing_private(box)


def down_and_up_again(product: Product, box: Mailbox) -> None:
    """Call off while the mail server is away; /readyz says so; the mail goes out when it is back."""
    box.to_rcpt += ["451 away"] * 1000
    product.text(NUMBER, "cancel my call")
    product.twilio.wait_for(NUMBER, len(ANSWERS) + 1)
    product.text(NUMBER, "yes")
    product.twilio.wait_for(NUMBER, len(ANSWERS) + 2)
    wait_for(lambda: tried(product))
    product.assistant.clock.offset += timedelta(minutes=6)
    assert mail_part(product) == "degraded: invitations wait to be mailed"
    assert product.http.get("/readyz").status_code == 200
    assert len(box.mails) == 1
    box.to_rcpt.clear()
    forget_pauses(product)
    wait_for(lambda: len(box.mails) == 2)
    wait_for(lambda: mail_part(product) == "ok")


def tried(product: Product) -> bool:
    with product.assistant.db.read() as session:
        last = session.scalars(select(Invitation).order_by(Invitation.id.desc())).first()
        return last is not None and last.method == "CANCEL" and last.attempts > 0


def nothing_private(box: Mailbox) -> None:
    for mail in box.mails:
        texts = [str(part.get_content()) for part in mail.walk() if not part.is_multipart()]
        whole = "\n".join([*map(str, mail.values()), *texts]).lower().replace("/coach/referral/", "")
        assert [word for word in PRIVATE if word in whole] == []
