"""What a provider has and we do not: texts that were posted while nobody answered here, receipts that went astray.

Text messages are not posted twice, so the provider's own list is read: once at a start, then every minute, from a
little before the last time that worked. What is here already changes nothing (invariant 1).
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import structlog

from bot.assistant import Assistant
from bot.channels.sms import Listed, SmsChannel
from bot.opt_out import read_opt_out
from services import audit, duty_replies, inbox, privacy, statuses
from services.clock import real_now
from services.holdings import ledger
from services.messages import Inbound, SendError

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=5)
AFTER_A_STOP = timedelta(hours=1)
"""How far before the last message that came in; nobody knows which of those about it were missed."""
FURTHEST = timedelta(days=7)
FRESH = timedelta(seconds=30)
"""So young a message may still be on its way to us, and what is posted says more than the list."""


class Missed:
    """One process's looking; `since` is where the next look begins, in the provider's time, which is real time."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.since: datetime | None = None
        self.lock = threading.Lock()

    def look(self) -> int:
        """Take in what was missed; answers how many messages. A provider that does not answer is asked again later."""
        channel = self.assistant.channels.get("sms")
        if not isinstance(channel, SmsChannel):
            return 0
        with self.lock:
            began = real_now()
            try:
                listed = channel.listed(self._begin(began))
            except SendError:
                reach = self.assistant.reach.get("sms")
                if reach and not reach.why:
                    reach.look()
                return 0
            restored = self._restored()
            found = sum(self._take(one, restored) for one in listed if not is_fresh(one, began))
            self.since = began - OVERLAP
        if found:
            log.warning("messages that were missed are taken in", count=found)
        return found

    def _begin(self, now: datetime) -> datetime:
        """Where an earlier look ended; at a start a while before the last message. A new site has missed nothing."""
        if self.since is None:
            with self.assistant.db.read() as session:
                last = inbox.last_received(session, "sms")
            self.since = self._real(last) - AFTER_A_STOP if last else now
        return max(self.since, now - FURTHEST)

    def _real(self, moment: datetime) -> datetime:
        """A moment of the service's clock as the provider knows it."""
        return moment - self.assistant.clock.offset

    def _restored(self) -> datetime | None:
        with self.assistant.db.read() as session:
            at = audit.last(session, "restore")
        return self._real(at) if at else None

    def _take(self, one: Listed, restored: datetime | None) -> int:
        if one.inbound is None:
            self._note(one)
            return 0
        assistant = self.assistant
        with assistant.db.read() as session:
            known = inbox.find(session, one.inbound) is not None
        if known or self._was_erased(one.inbound, one.at) or (restored and is_old_talk(one, restored)):
            return 0
        if duty_replies.take(assistant.db, one.inbound, assistant.clock.now()):
            return 0
        return int(assistant.accept(one.inbound).new)

    def _was_erased(self, inbound: Inbound, at: datetime | None) -> bool:
        """Whoever was deleted since they wrote stays deleted, though the provider still has their words."""
        keys = self.assistant.db.keys
        erased = privacy.erased_at(ledger(self.assistant.settings), keys.blind_indexes("address", str(inbound.address)))
        return erased is not None and (at is None or at <= self._real(erased))

    def _note(self, one: Listed) -> None:
        """A receipt that went astray; most are here already, and then nothing is written."""
        with self.assistant.db.read() as session:
            if not statuses.is_news(session, "sms", one.provider_id, one.status):
                return
        now = self.assistant.clock.now()
        with self.assistant.db.write() as session:
            statuses.status_update(session, "sms", one.provider_id, one.status, now, one.error)


def is_fresh(one: Listed, now: datetime) -> bool:
    return one.inbound is not None and one.at is not None and now - one.at < FRESH


def is_old_talk(one: Listed, restored: datetime) -> bool:
    """Said before a backup was put back, and answered then: only a STOP counts still, the rest would be answered twice."""
    return one.at is not None and one.at < restored and not (one.inbound and read_opt_out(one.inbound.text) == "stop")
