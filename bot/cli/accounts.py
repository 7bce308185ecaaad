"""`anydoor staff …` for accounts that are there: a new link, codes off, signed out, closed. Each is in the audit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opened import Opened, opened
from bot.cli.people import set_up_address, staff

if TYPE_CHECKING:
    from services.db import Session
    from services.models import StaffMember

EMAIL = typer.Argument(help="Their e-mail address.")
PROOF = typer.Option(
    "--proof", help="How you made sure who asks: face to face, on video, or a colleague whom you rang."
)
Act = Callable[["Session", "StaffMember", datetime], str]


class Proof(StrEnum):
    """How somebody who has lost their second factor was shown to be who they say; written into the audit."""

    IN_PERSON = "in-person"
    VIDEO = "video"
    COLLEAGUE = "colleague"


def add_to(app: typer.Typer) -> None:
    """These belong to `anydoor staff`, which bot/cli/people.py makes."""
    staff.command("link")(link)
    staff.command("codes-off")(codes_off)
    staff.command("sign-out")(sign_out)
    staff.command("close")(close)


def done_to(here: Opened, email: str, action: str, act: Act, detail: dict[str, str] | None = None) -> str:
    """Do something to an account, audited; ValueError when there is none."""
    from services import audit
    from services import staff as accounts

    with here.db.write() as session:
        member = accounts.find(session, email)
        if member is None:
            raise ValueError(f"Nobody has an account with {email.strip().lower()}. Nothing was changed.")
        answer = act(session, member, here.now)
        audit.record(session, "system", action, f"staff:{member.id}", here.now, detail)
        return answer


def link(email: Annotated[str, EMAIL]) -> None:
    """Print a new link with which they set a password; codes stay on. Send it only to who you know it is."""
    from services import staff as accounts

    with opened() as here:
        token = done_to(here, email, "staff.link", lambda s, m, now: accounts.make_set_up_link(s, m.id, now))
        print("They set a new password here, once, within two days. Until then the old one works:")
        print(set_up_address(here.settings, token))


def codes_off(email: Annotated[str, EMAIL], proof: Annotated[Proof, PROOF]) -> None:
    """Take the one-time codes and passkeys of a lost phone off the account, once you made sure who asks."""
    from services import staff as accounts

    with opened() as here:
        shown = {"proof": proof.value}
        done_to(here, email, "staff.codes_off", lambda s, m, now: accounts.turn_off_totp(s, m, now), shown)
        print(
            "Their codes are off and they are signed out everywhere. On an https site the desk opens with new codes only."
        )


def sign_out(email: Annotated[str, EMAIL]) -> None:
    """End every sign-in of the account."""
    from services import staff as accounts

    def act(session: Session, member: StaffMember, now: datetime) -> str:
        accounts.end_all(session, member.id, now)
        return ""

    with opened() as here:
        done_to(here, email, "staff.sign_out", act)
        print("They are signed out everywhere.")


def close(email: Annotated[str, EMAIL]) -> None:
    """Close the account of who left: at once, with their sign-ins, and the diary that nobody else signs in to."""
    from services import staff as accounts

    def act(session: Session, member: StaffMember, now: datetime) -> str:
        accounts.disable(session, member, now)
        return ""

    with opened() as here:
        done_to(here, email, "staff.close", act)
        print("The account is closed. What is booked with them waits for a colleague at the desk.")
