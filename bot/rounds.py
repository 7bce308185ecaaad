"""One round of everything that waits: catch up on messages, begin what has fallen due, deliver.

Everything here can be redone after a crash: it works from rows, never from memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from bot import coaching, crisis_help, silences, staff_words, turns
from bot.assistant import Assistant
from bot.flows.engine import Event
from bot.handing_out import bundle
from bot.trouble import place_of
from services import (
    booking,
    busy,
    check_ins,
    conversations,
    delivery,
    due_work,
    duty,
    hook_sending,
    inbox,
    introductions,
    invitation_sending,
    offers,
    people,
    privacy,
    reminders,
    retention,
    staff_texts,
    statuses,
    takeovers,
    transfers,
    waiting_list,
)
from services.db import Session
from services.models import DueWork

log = structlog.get_logger(__name__)

BATCH = 50
MOST_FAILURES = 3
OFFERS = {waiting_list.EARLIER: "earlier_free"}
"""The flow that offers a time that came free, by why somebody waits; else `opening_free`."""
SILENT = {"expire": silences.expire}


@dataclass(frozen=True)
class Opens:
    """The flow that a piece of due work begins, what its messages are for, and whether it counts as a nudge."""

    flow: str
    purpose: str = "nudge"
    is_nudge: bool = True


FLOWS = {
    "nudge": Opens("pattern_nudge"),
    "follow_up": Opens("follow_up"),
    check_ins.KIND: Opens("check_in"),
    transfers.KIND: Opens("another_team", purpose="reminder", is_nudge=False),
    booking.MISSED_CALL: Opens("missed_call", purpose="reminder", is_nudge=False),
}


def catch_up_all(assistant: Assistant) -> int:
    """Take every waiting turn; one conversation's failure never stops another's, nor crisis help. Answers how many."""
    with assistant.db.read() as session:
        waiting = inbox.waiting_conversations(session)
    return sum(catch_up_with(assistant, conversation_id) for conversation_id in waiting)


def catch_up_with(assistant: Assistant, conversation_id: int) -> int:
    """Take every waiting turn of one conversation; whatever fails there is answered for. Answers how many."""
    try:
        taken = len(turns.catch_up(assistant, conversation_id))
    except Exception as error:
        log.error("turn failed", conversation=conversation_id, problem=place_of(error))
        return crisis_help.help_all_the_same(assistant, conversation_id) or give_up_after(assistant, conversation_id)
    assistant.failures.pop(conversation_id, None)
    return taken


def give_up_after(assistant: Assistant, conversation_id: int) -> int:
    """A message that fails every time is answered honestly and passed to a person, so that nobody waits for nothing."""
    failures = assistant.failures
    failures[conversation_id] = failures.get(conversation_id, 0) + 1
    if failures[conversation_id] < MOST_FAILURES:
        return 0
    del failures[conversation_id]
    given_up = turns.give_up(assistant, conversation_id)
    assistant.tell_outgoing()
    return given_up


def fall_due(assistant: Assistant) -> int:
    """Begin what has fallen due by the service's clock. Answers how many turns were begun."""
    now = assistant.clock.now()
    if not may_be_due(assistant, now):
        return 0
    with assistant.db.read() as session:
        coming, work = reminders.due(session, now), due_work.due(session, now)
    begun = sum(remind(assistant, reminder, now) for reminder in coming)
    begun += sum(do_work(assistant, item, now) for item in work)
    begun += offer_openings(assistant, now)
    coaching.hand_back_silent(assistant)
    with assistant.db.read() as session:
        overdue = duty.has_due(session, now)
    if overdue:
        with assistant.db.write() as session:
            duty.escalate_overdue(session, now)
    forget(assistant, now)
    tidy(assistant, now)
    return begun


def may_be_due(assistant: Assistant, now: datetime) -> bool:
    """One look at all that may have fallen due; nearly always there is nothing."""
    if assistant.forgot_on != now.date():
        return True
    with assistant.db.read() as session:
        return (
            due_work.has_late(session, now)
            or booking.has_lapsed(session, now)
            or statuses.has_left(session)
            or waiting_list.anybody(session)
            or privacy.erasures_waiting(session)
            or bool(due_work.due(session, now, limit=1))
            or bool(reminders.due(session, now, limit=1))
            or bool(takeovers.silent(session, now))
            or duty.has_due(session, now)
        )


def tidy(assistant: Assistant, now: datetime) -> None:
    """Close what can no longer be done in time; let go of holds that ran out long ago; take up receipts left over."""
    with assistant.db.read() as session:
        passed_by = statuses.has_left(session)
        left = due_work.has_late(session, now) or booking.has_lapsed(session, now)
    if passed_by:
        with assistant.db.write() as session:
            statuses.take_up_left(session, now)
    if left:
        with assistant.db.write() as session:
            due_work.drop_late(session, now)
            booking.sweep_holds(session, now - booking.LAPSED_FOR)


def offer_openings(assistant: Assistant, now: datetime) -> int:
    """The waiting list: close what nobody answered, then offer each free time, once, to who is next in turn."""
    with assistant.db.read() as session:
        over = offers.to_settle(session, now)
    for place_id in over:
        on_the_list(assistant, place_id, partial(offers.settle, now=now))
    with assistant.db.read() as session:
        look = offers.due(session, now)
    for place_id, gone in look.gone.items():
        on_the_list(assistant, place_id, partial(offers.forget_gone, gone=gone))
    return sum(offer_opening(assistant, offer, now) for offer in look.offers)


def on_the_list(assistant: Assistant, place_id: int, change: Callable[..., None]) -> None:
    """Change a place of the waiting list with its conversation locked."""
    with assistant.db.write() as session:
        conversations.lock(session, offers.conversation_of(session, place_id))
        change(session, place_id)


def offer_opening(assistant: Assistant, offer: offers.Offer, now: datetime) -> int:
    taken = turns.begin(
        assistant,
        offer.conversation_id,
        OFFERS.get(offer.reason, "opening_free"),
        guard=lambda session: offers.begin(session, offer, now),
        purpose="offer",
        not_after=offer.answer_by,
        event=Event("nudge_sent", {"kind": "opening_free"}),
        afresh=True,
    )
    return int(taken is not None)


def forget(assistant: Assistant, now: datetime) -> None:
    """Finish erasures that people asked for; once a day, delete what its retention class no longer allows."""
    with assistant.db.read() as session:
        asked = privacy.erasures_waiting(session)
    if asked:
        with assistant.db.write() as session:
            privacy.finish_erasures(session, now)
    if assistant.retention_is_due(now):
        retention.sweep(assistant.db, now)


def remind(assistant: Assistant, reminder: reminders.Reminder, now: datetime) -> int:
    taken = turns.begin(
        assistant,
        reminder.conversation_id,
        reminder.flow,
        guard=lambda session: reminders.begin(session, reminder, now),
        not_after=reminder.not_after,
        event=Event("reminder_sent", {"kind": reminder.kind}),
    )
    return int(taken is not None)


def do_work(assistant: Assistant, item: DueWork, now: datetime) -> int:
    """A nudge or a check-in is a turn; expiry and erasure are done without a word."""
    if item.kind == introductions.KIND:
        return introduce(assistant, item, now)
    if item.kind in FLOWS:
        opens = FLOWS[item.kind]
        taken = turns.begin(
            assistant,
            item.conversation_id,
            opens.flow,
            guard=lambda session: may_begin(session, item, opens, now),
            purpose=opens.purpose,
            not_after=item.not_after,
            event=Event("nudge_sent", {"kind": item.kind}) if opens.is_nudge else None,
        )
        return int(taken is not None)
    with assistant.db.write() as session:
        if due_work.finish(session, item.id, now):
            SILENT[item.kind](session, item.conversation_id, now)
    return 0


def introduce(assistant: Assistant, item: DueWork, now: datetime) -> int:
    """The first text to somebody whose number was passed on to us; never at night, nor to who has written meanwhile."""
    if introductions.waits(now):
        return 0
    opens = Opens("introduced", purpose=introductions.PURPOSE, is_nudge=False)

    def wanted(session: Session) -> bool:
        new = introductions.may_text(session, item.conversation_id)
        return may_begin(session, item, opens, now) and new

    until = introductions.until(now)
    taken = turns.begin(
        assistant, item.conversation_id, opens.flow, guard=wanted, purpose=opens.purpose, not_after=until
    )
    return int(taken is not None)


def may_begin(session: Session, item: DueWork, opens: Opens, now: datetime) -> bool:
    """Whether this turn does it: not to who said STOP or wants no nudges, nor into a talk with a coach."""
    unwanted = people.unwanted(session, item.conversation_id, opens.purpose)
    done = due_work.finish(session, item.id, now, "unwanted" if unwanted else "done")
    return done and not unwanted


def deliver(assistant: Assistant, channel: str | None = None, woken: bool = False) -> int:
    """Send people what is due, by one channel or by all; answers how many were tried. `woken`: something was just queued."""
    channels = [name for name in ([channel] if channel else assistant.channels) if reachable(assistant, name)]
    if not channels:
        return 0
    return delivery.deliver(assistant.db, assistant.send, BATCH, assistant.clock.now(), channels=channels, woken=woken)


def reachable(assistant: Assistant, name: str) -> bool:
    """Whether a provider is to be tried; when it has just come back, everything that waits for it is due at once."""
    reach = assistant.reach.get(name)
    if reach is None or not reach.why:
        return True
    if not reach.came_back():
        return False
    invitation_sending.try_now(assistant.db) if name == "mail" else delivery.try_now(assistant.db, name)
    return True


def deliver_to_staff(assistant: Assistant) -> int:
    """Send staff their texts about safety alerts, by the channel of text messages; answers how many were tried."""
    if "sms" not in assistant.channels or not reachable(assistant, "sms"):
        return 0
    words = partial(staff_words.render, assistant.settings.public_url)
    return staff_texts.deliver(assistant.db, assistant.send, words, assistant.clock.now())


def send_mail(assistant: Assistant) -> int:
    """Send coaches their invitations; answers how many were tried."""
    if assistant.mail is None or not reachable(assistant, "mail"):
        return 0
    reach, send = assistant.reach.get("mail"), assistant.mail.send
    post = partial(reach.through, send) if reach else send
    return invitation_sending.deliver(assistant.db, post, BATCH, assistant.clock.now())


def tell_systems(assistant: Assistant) -> int:
    """Send teams' own systems what happened; answers how many messages were tried."""
    now, loopback = assistant.clock.now(), assistant.settings.hook_loopback
    return hook_sending.deliver(assistant.db, partial(bundle, assistant.book(None), now), now, loopback=loopback)


def read_calendar(assistant: Assistant) -> int:
    """Read the coach's own calendar whose turn it is; answers how many were read, 0 or 1."""
    now = assistant.clock.now()
    with assistant.db.read() as session:
        coach_id = busy.due(session, now)
    if coach_id is None:
        return 0
    problem = busy.read(assistant.db, coach_id, now, loopback=assistant.settings.calendar_loopback)
    if problem:
        log.warning("calendar not read", coach=coach_id, problem=problem)
    return 1


def tick(assistant: Assistant) -> None:
    """Everything once, in this thread: for the terminal and the conversation tests."""
    catch_up_all(assistant)
    fall_due(assistant)
    while deliver(assistant) + deliver_to_staff(assistant):
        pass
