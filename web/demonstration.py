"""The demonstration's own sign-ins: made at start, printed on the console, the same until the secret key changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services import staff

if TYPE_CHECKING:
    from bot.assistant import Assistant

EMAIL = "coach@demonstration.example"
STUDIO: dict[str, staff.Role] = {
    "admin@demonstration.example": "admin",
    "safety@demonstration.example": "safety",
}
"""Who writes and publishes what is said, and who agrees."""


def sign_in(assistant: Assistant, email: str = EMAIL, role: staff.Role = "lead") -> tuple[str, str]:
    """(email address, password) of an account that sees the demonstration teams."""
    password, now = assistant.db.keys.sign("demonstration sign-in", email), assistant.clock.now()
    with assistant.db.write() as session:
        name = "Demonstration coach" if role == "lead" else f"Demonstration {role}"
        row = staff.find(session, email) or staff.add(session, email, role, now, name=name)
        result, _ = staff.check_password(session, email, password, now)
        if result in {"wrong", "locked"}:
            staff.set_password(session, row, password, now)
    return email, password


def announce(assistant: Assistant) -> None:
    """Say on the console where staff sign in, and with what."""
    address = f"{assistant.settings.public_url.rstrip('/')}/sign-in"
    print("Staff, demonstration:", address, *sign_in(assistant), sep="  ", flush=True)
    for email, role in STUDIO.items():
        print(f"  {role}:", address, *sign_in(assistant, email, role), sep="  ", flush=True)
