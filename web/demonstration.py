"""The demonstration's own sign-in: made at start, printed on the console, the same until the secret key changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services import staff

if TYPE_CHECKING:
    from bot.assistant import Assistant

EMAIL = "coach@demonstration.example"


def sign_in(assistant: Assistant) -> tuple[str, str]:
    """(email address, password) of an account that sees the demonstration teams."""
    password, now = assistant.db.keys.sign("demonstration sign-in", EMAIL), assistant.clock.now()
    with assistant.db.write() as session:
        row = staff.find(session, EMAIL) or staff.add(session, EMAIL, "lead", now, name="Demonstration coach")
        result, _ = staff.check_password(session, EMAIL, password, now)
        if result in {"wrong", "locked"}:
            staff.set_password(session, row, password, now)
    return EMAIL, password


def announce(assistant: Assistant) -> None:
    """Say on the console where staff sign in, and with what."""
    email, password = sign_in(assistant)
    address = f"{assistant.settings.public_url.rstrip('/')}/sign-in"
    print(f"Staff, demonstration: {address}  {email}  {password}", flush=True)
