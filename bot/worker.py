"""The threads that run beside the web pages, each doing its rounds; one process leads where only one may."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from bot import rounds
from bot.assistant import Assistant
from bot.missed import Missed
from bot.trouble import place_of
from bot.turns_apart import TurnsApart
from services import audit, busy, leases, logs

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.5
DUE_SECONDS = 2.0
SEAL_SECONDS = 1.0
CONTENT_SECONDS = 1.0
MAIL_SECONDS = 0.5
MISSED_SECONDS = 60.0
STOP_SECONDS = 4.0


class Worker:
    """The threads of one process. Telegram polling and what falls due are led by one process at a time."""

    def __init__(self, assistant: Assistant, turns: Sequence[str] = ()) -> None:
        self.assistant = assistant
        self.apart = TurnsApart(assistant, self._look_again, turns) if turns else None
        """The process that takes the turns, begun by the command `turns`; without one they are taken here."""
        self.stopping = threading.Event()
        self.threads: list[threading.Thread] = []
        self.looked = threading.Event()
        """Whether it is known what was missed while nobody answered here."""

    def start(self) -> None:
        self.assistant.db.claim_process()
        # before the first request: many at once would each load the same. What only turns need is loaded (15 MB) when
        # one has to be taken here although there is a process for them, which is seldom
        self.assistant.warm(turns=not self.apart)
        self._run("turns", self._turns)
        if self.apart:
            self.apart.start()
        for channel in self.assistant.channels:
            self._run(f"deliver-{channel}", partial(self._deliver, channel))
        if "sms" in self.assistant.channels:
            self.every(POLL_SECONDS, partial(rounds.deliver_to_staff, self.assistant), "deliver-to-staff")
        if self.assistant.mail:
            self.every(MAIL_SECONDS, partial(rounds.send_mail, self.assistant), "mail")
        self.every(DUE_SECONDS, partial(rounds.tell_systems, self.assistant), "systems")
        self.every(DUE_SECONDS, self._read_calendars, "calendars")
        self.every(DUE_SECONDS, self._fall_due, "due")
        if self.assistant.settings.has_sms:
            self._run("missed", self._look_for_missed)
        else:
            self.looked.set()
        self.every(CONTENT_SECONDS, self.assistant.books.refresh, "content")
        self.every(SEAL_SECONDS, self._seal, "seal")
        if self.assistant.telegram:
            self.assistant.telegram.start(poll=self.assistant.polls_telegram)

    def stop(self) -> None:
        self.stopping.set()
        self.assistant.wake.set()
        self.assistant.tell_outgoing()
        if self.assistant.telegram:
            self.assistant.telegram.stop()
        if self.apart:
            self.apart.stop()
        deadline = time.monotonic() + STOP_SECONDS  # a send that hangs is left: its lease makes it a flagged repeat
        for thread in self.threads:
            thread.join(timeout=max(0.0, deadline - time.monotonic()))

    def every(self, seconds: float, work: Callable[[], object], name: str) -> None:
        """Do it in a thread of its own again and again, with so much time between."""
        self._run(name, partial(self._every, seconds, work))

    def _run(self, name: str, work: Callable[[], object]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _turns(self) -> None:
        """Woken by each accepted message; also looks by itself, for what a crash or another process left."""
        while not self.stopping.is_set():
            self.assistant.wake.wait(POLL_SECONDS)
            self.assistant.wake.clear()
            if self.apart is None or not self.apart.keeps_up():
                self._guarded(partial(rounds.catch_up_all, self.assistant))

    def _deliver(self, channel: str) -> None:
        kicked = self.assistant.outgoing_of(channel)
        while not self.stopping.is_set():
            woken = kicked.wait(POLL_SECONDS)
            kicked.clear()
            self._guarded(partial(rounds.deliver, self.assistant, channel, woken))

    def _fall_due(self) -> None:
        """Nobody is asked whether they are still there before it is known what they wrote meanwhile."""
        if not self.looked.is_set():
            return
        with self.assistant.writing(), self.assistant.db.write() as session:
            leads = leases.lead(session, "due", self.assistant.process, seconds=30)
        if leads and rounds.fall_due(self.assistant):
            self.assistant.tell_outgoing()

    def _look_for_missed(self) -> None:
        """At once, then every minute, and after a failing database; in one process at a time."""
        missed, last = Missed(self.assistant), -MISSED_SECONDS

        def look() -> None:
            if self._leads("missed", seconds=2 * MISSED_SECONDS):
                missed.look()
            self.looked.set()

        while not self.stopping.wait(POLL_SECONDS):
            if not self.looked.is_set() or time.monotonic() - last >= MISSED_SECONDS:
                last = time.monotonic()
                self._guarded(look)

    def _read_calendars(self) -> None:
        """One after the other, in one process at a time."""
        while not self.stopping.is_set():
            with self.assistant.db.read() as session:
                waits = busy.due(session, self.assistant.clock.now())
            if waits is None or not self._leads("calendars", seconds=120) or not rounds.read_calendar(self.assistant):
                return

    def _leads(self, name: str, seconds: float) -> bool:
        with self.assistant.db.write() as session:
            return leases.lead(session, name, self.assistant.process, seconds=seconds)

    def _seal(self) -> None:
        settings = self.assistant.settings
        tell = logs.tell if settings.logs == "json" else None
        while audit.seal(self.assistant.db, settings.home / "audit.anchor", tell=tell) and not self.stopping.is_set():
            pass

    def _every(self, seconds: float, work: Callable[[], object]) -> None:
        while not self.stopping.wait(seconds):
            self._guarded(work)

    def _guarded(self, work: Callable[[], object]) -> None:
        """A failing database is tried again, gently; the thread lives on."""
        try:
            work()
        except Exception as error:
            self._look_again()
            log.error("worker", problem=place_of(error))
            time.sleep(1)

    def _look_again(self) -> None:
        """The database failed: a provider may have been turned away meanwhile."""
        if self.assistant.settings.has_sms:
            self.looked.clear()
