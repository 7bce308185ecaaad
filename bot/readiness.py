"""What works, what is off and what is degraded, for /readyz."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services import outbox

if TYPE_CHECKING:
    from bot.assistant import Assistant

LATE = timedelta(minutes=5)


def of(assistant: Assistant) -> dict[str, str]:
    """Each part with "ok", "off" or "degraded: " and why. Never raises."""
    return {
        "database": database(assistant),
        "understanding": understanding(assistant),
        "sms": "ok" if assistant.settings.has_sms else "off",
        "telegram": "ok" if assistant.settings.has_telegram else "off",
    }


def database(assistant: Assistant) -> str:
    try:
        with assistant.db.read() as session:
            oldest = outbox.oldest_waiting(session, assistant.clock.now())
    except Exception as error:  # whatever is wrong with it, say so and go on
        return f"degraded: {type(error).__name__}"
    if oldest and assistant.clock.now() - oldest > LATE:
        return "degraded: messages wait to be sent"
    return "ok"


def understanding(assistant: Assistant) -> str:
    nlu = assistant.nlu
    if nlu is None:
        return "off"
    return "ok" if nlu.up else f"degraded: {getattr(nlu, 'why', 'the language model does not answer')}"
