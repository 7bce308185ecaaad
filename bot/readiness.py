"""What works, what is off and what is degraded, for /readyz."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from services import busy, invitations, outbox, team_hooks

if TYPE_CHECKING:
    from bot.assistant import Assistant

LATE = timedelta(minutes=5)


def of(assistant: Assistant) -> dict[str, str]:
    """Each part with "ok", "off" or "degraded: " and why. Never raises."""
    return {
        "database": database(assistant),
        "outbox": waiting(assistant),
        "understanding": understanding(assistant),
        "mail": mail(assistant),
        "calendars": calendars(assistant),
        "systems": systems(assistant),
        "sms": provider(assistant, "sms", assistant.settings.has_sms),
        "telegram": provider(assistant, "telegram", assistant.settings.has_telegram),
    }


def database(assistant: Assistant) -> str:
    """Whether it can be read and written: without it the process is not ready."""
    try:
        oldest_waiting(assistant)
    except Exception as error:  # whatever is wrong with it, say so and go on
        return f"degraded: the database does not answer ({type(error).__name__}); providers are told to come again"
    if assistant.unwritable:
        return f"degraded: cannot be written ({assistant.unwritable}); providers are told to come again"
    return "ok"


def oldest_waiting(assistant: Assistant) -> datetime | None:
    with assistant.db.read() as session:
        return outbox.oldest_waiting(session, assistant.clock.now())


def unreachable(assistant: Assistant, name: str) -> str:
    reach = assistant.reach.get(name)
    words = reach.words() if reach else ""
    return f"degraded: {words}" if words else ""


def provider(assistant: Assistant, name: str, is_set: bool) -> str:
    """Who carries the messages of a channel."""
    return (unreachable(assistant, name) or "ok") if is_set else "off"


def waiting(assistant: Assistant) -> str:
    """Messages that wait too long are somebody's to look at; the process is ready all the same."""
    try:
        oldest = oldest_waiting(assistant)
    except Exception as error:
        return f"degraded: {type(error).__name__}"
    if oldest and assistant.clock.now() - oldest > LATE:
        return "degraded: messages wait to be sent"
    return "ok"


def understanding(assistant: Assistant) -> str:
    nlu = assistant.nlu
    if nlu is None:
        return "off"
    return "ok" if nlu.up else f"degraded: {getattr(nlu, 'why', 'the language model does not answer')}"


def mail(assistant: Assistant) -> str:
    """Invitations that wait too long or were refused: bookings stand without them, and somebody is to look."""
    if assistant.mail is None:
        return "off"
    if away := unreachable(assistant, "mail"):
        return away
    now = assistant.clock.now()
    try:
        with assistant.db.read() as session:
            oldest, refused = invitations.oldest_waiting(session, now), invitations.refused(session, now)
    except Exception as error:
        return f"degraded: {type(error).__name__}"
    if oldest and now - oldest > LATE:
        return "degraded: invitations wait to be mailed"
    return "degraded: the mail server refused invitations" if refused else "ok"


def calendars(assistant: Assistant) -> str:
    """Coaches' own calendars: what was read last holds while one cannot be read."""
    try:
        with assistant.db.read() as session:
            unread = busy.stale(session, assistant.clock.now())
    except Exception as error:
        return f"degraded: {type(error).__name__}"
    if unread is None:
        return "off"
    return f"degraded: {unread} of the coaches' own calendars cannot be read" if unread else "ok"


def systems(assistant: Assistant) -> str:
    """Teams' own systems that are told of calls: messages that were given up wait for somebody to look."""
    try:
        with assistant.db.read() as session:
            told, dead = team_hooks.any_told(session), team_hooks.dead(session)
    except Exception as error:
        return f"degraded: {type(error).__name__}"
    if not told:
        return "off"
    return f"degraded: {dead} messages to teams' own systems did not arrive" if dead else "ok"
