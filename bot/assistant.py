"""All that a turn needs, assembled once: database, clock, content, understanding, places, channels."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot import pages, providers, readiness, safety, safety_check, warming
from bot.actions.catalogue import SPECS
from bot.channels.mail import MailChannel
from bot.flows.definition import Book, ContentErrors
from bot.flows.engine import Act
from bot.flows.reading import read_files, read_texts
from bot.nlu import rasa
from bot.nlu.parsed import Nlu
from bot.nlu.stand_in import Backed, StandIn
from bot.providers import Channel
from bot.reach import Reach
from services import demo as demonstration
from services import diary, flow_store, helpline_checks, inbox, leases, publications, teams, tracing
from services.areas import Areas
from services.clock import Clock
from services.db import Database, Session
from services.directory import Directory
from services.errors import SettingsError, StorageError
from services.inbox import Accepted
from services.messages import Inbound, Outbound, Receipt
from services.practices import Practices
from services.settings import Settings

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel

DIALOGS = Path(__file__).resolve().parent.parent / "dialogs"


@dataclass(frozen=True)
class Shelf:
    """One publication as a process reads it: what is said now, and the older revisions with its safety words in them."""

    number: int
    today: Book
    kept: dict[str, Book] = field(default_factory=dict)


class Books:
    """Today's content, and older revisions for the conversations pinned to them. A new publication is taken up whole."""

    def __init__(self, db: Database, today: Book, number: int = 0) -> None:
        self.db, self._shelf = db, Shelf(number, today)
        self.unreadable: str = ""

    @classmethod
    def live(cls, db: Database) -> Books:
        """What is live now. Raises ContentErrors where this version cannot read it, StorageError where nothing is live."""
        with db.read() as session:
            live = publications.live(session)
            if live is None:
                raise StorageError("nothing was published yet: start the server first")
            files = flow_store.load(session, live.hash)
        return cls(db, parsed(tuple(sorted(files.items()))), live.number)

    @property
    def today(self) -> Book:
        return self._shelf.today

    @property
    def number(self) -> int:
        """Of the publication that is answered by."""
        return self._shelf.number

    def of(self, revision: str | None) -> Book:
        """A pinned revision with today's safety words in it; None or today's gives today's."""
        shelf = self._shelf
        if revision in {None, shelf.today.revision}:
            return shelf.today
        assert revision is not None
        if revision not in shelf.kept:
            with self.db.read() as session:
                files = flow_store.load(session, revision)
            shelf.kept[revision] = parsed(tuple(sorted(files.items()))).with_safety_of(shelf.today)
        return shelf.kept[revision]

    def refresh(self) -> bool:
        """Take up what was published since; whether there was something. What cannot be read here leaves all as it is."""
        with self.db.read() as session:
            live = publications.live(session)
            if live is None or live.number == self._shelf.number:
                return False
            files = flow_store.load(session, live.hash)
        try:
            today = parsed(tuple(sorted(files.items())))
        except ContentErrors:  # published by a newer version of Anydoor
            self.unreadable = live.hash
            return False
        self._shelf, self.unreadable = Shelf(live.number, today), ""
        return True


@dataclass
class Assistant:
    """Assembled once a process. `nlu` None: the built-in recognisers alone."""

    settings: Settings
    db: Database
    clock: Clock
    books: Books
    nlu: Nlu | None
    channels: Mapping[str, Channel]
    telegram: TelegramChannel | None = None
    mail: MailChannel | None = None
    demo: bool = False
    polls_telegram: bool = False
    process: str = field(default_factory=lambda: secrets.token_hex(8))
    wake: threading.Event = field(default_factory=threading.Event)
    outgoing: dict[str, threading.Event] = field(default_factory=dict)
    failures: dict[int, int] = field(default_factory=dict)
    watchers: list[Callable[[Any], None]] = field(default_factory=list)
    reach: Mapping[str, Reach] = field(default_factory=dict)
    forgot_on: date | None = None
    unwritable: str = ""
    pretends: Callable[[Session, Act], Act] | None = None
    """Of a trial that shows what happens when actions find something: what they give instead (bot/studio/showing.py)."""

    def retention_is_due(self, now: datetime) -> bool:
        """True once a day of the service's clock."""
        today = now.date()
        due, self.forgot_on = self.forgot_on != today, today
        return due

    def tell(self, taken: Any) -> None:
        """Let whoever watches (the terminal, the conversation tests) see a committed turn."""
        for watch in self.watchers:
            watch(taken)

    def outgoing_of(self, channel: str) -> threading.Event:
        """Set when a message of the channel may be waiting to be sent."""
        return self.outgoing.setdefault(channel, threading.Event())

    def tell_outgoing(self, channel: str | None = None) -> None:
        """Wake whoever sends: of one channel, or of all."""
        for event in [self.outgoing_of(channel)] if channel else list(self.outgoing.values()):
            event.set()

    @cached_property
    def areas(self) -> Areas:
        return Areas.load()

    @cached_property
    def practices(self) -> Practices:
        return Practices.load()

    @cached_property
    def directory(self) -> Directory:
        return Directory.load(self.db)

    def book(self, revision: str | None) -> Book:
        return self.books.of(revision)

    @property
    def publication(self) -> int:
        """The number of the publication that this process answers by."""
        return self.books.number

    def accept(self, inbound: Inbound) -> Accepted:
        """Store durably, then wake the worker. Only after this may a provider be answered (invariant 1)."""
        urgent = safety.patterns_only(inbound.text) is not None
        with self.writing(), tracing.span("accept", channel=inbound.address.channel) as span:
            accepted = inbox.accept(self.db, inbound, urgent, self.clock.now())
            span.set_attributes(accepted.ids)
        self.wake.set()
        return accepted

    def accept_all(self, arrived: Sequence[Inbound]) -> list[Accepted | Exception]:
        """As `accept`, several in one commit (SQLite only); what could not be stored is told by its exception."""
        heard = [(inbound, safety.patterns_only(inbound.text) is not None) for inbound in arrived]
        stored = inbox.accept_all(self.db, heard, self.clock.now())
        self.unwritable = next((type(each).__name__ for each in stored if isinstance(each, Exception)), "")
        self.wake.set()
        return stored

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Remember for /readyz whether the last write of its kind could be made: a full disk can still be read."""
        try:
            yield
        except Exception as error:
            self.unwritable = type(error).__name__
            raise
        self.unwritable = ""

    def warm(self, *, turns: bool = True) -> None:
        """Load now what the first person would otherwise wait some seconds for; not for `turns`, only to store a message."""
        safety.patterns_only("hello")
        if not turns:
            return
        now = self.clock.london()
        warming.warm(self.book(None), now)
        diary.is_working_day(now.date())
        _ = self.areas, self.practices

    def take_turns(self, conversation_id: int, seconds: float = 2.0) -> None:
        """Wait until a conversation's messages are answered, `seconds` at most: for a page without JavaScript."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self.db.read() as session:
                if inbox.is_answered(session, conversation_id):
                    return
            time.sleep(0.02)

    def leads_telegram(self) -> bool:
        """Whether this process is the one that polls Telegram now."""
        with self.db.write() as session:
            return leases.lead(session, "telegram", self.process, seconds=60)

    def send(self, outbound: Outbound) -> Receipt:
        """Hand it to the channel; SendLater at once where that is known not to answer."""
        name = outbound.address.channel
        reach, send = self.reach.get(name), self.channels[name].send
        with tracing.span("send", channel=name, message=outbound.id, repeat=outbound.repeat):
            return reach.through(send, outbound) if reach else send(outbound)

    def wait_for_nlu(self, seconds: float) -> None:
        """Give a model server that is starting up to `seconds`; commands do, the server never does."""
        wait = getattr(self.nlu, "wait", None)
        if wait:
            wait(seconds)

    def close(self) -> None:
        """Let go of the model server and the database."""
        if self.nlu:
            self.nlu.close()
        self.db.close()

    def page_words(self) -> Mapping[str, str]:
        """The words of the public pages, always today's."""
        return pages.words(DIALOGS)

    def readiness(self) -> dict[str, str]:
        """Each part: "ok", "off", or "degraded: " and why."""
        return readiness.of(self)


def assemble(
    settings: Settings,
    *,
    demo: bool = False,
    nlu: Nlu | None = None,
    serving: bool = False,
    throw_away: bool = False,
    content: Book | None = None,
) -> Assistant:
    """Everything a process needs. Raises SettingsError, StorageError, RulesError or ContentErrors with what to do.

    `nlu`: given by tests; else the server at NLU_URL, else one started here, else the built-in recognisers alone.
    `serving`: refused before anything is touched where another process serves the same SQLite file.
    `throw_away`: for the conversation tests, whose database is deleted at the end; such a one refuses to serve.
    `content`: what is said there instead of what is live.
    """
    demo = demo or settings.demo
    refuse_live_demo(settings, demo)
    safety_check.check()
    db = Database.of(settings, throw_away=throw_away)
    if serving:
        db.claim_process()
    with db.setting_up():
        db.migrate()
        clock = Clock.at(settings.now)
        books = open_books(db, clock, content)
        refuse_live_mistakes(settings, db)
        if demo:
            with db.write() as session:
                demonstration.install_demo(session, clock.now())
        understood = nlu or open_nlu(settings)
        assistant = Assistant(settings, db, clock, books, understood, {}, demo=demo)
        assistant.directory.install(clock.now())
    open_channels(assistant)
    return assistant


def beside(settings: Settings, nlu: Nlu | None) -> Assistant:
    """For a process that only takes turns, beside a server that has set everything up: it publishes and sends nothing.

    `nlu` None: the server at NLU_URL.
    """
    db = Database.of(settings)
    books = Books.live(db)
    return Assistant(settings, db, Clock.at(settings.now), books, nlu or open_nlu(settings), {}, demo=settings.demo)


def open_nlu(settings: Settings) -> Backed:
    """The trained model where there is one, with the built-in stand-in behind it."""
    real = rasa.open_nlu(settings.nlu_url or None, settings.nlu_token.get_secret_value() or None)
    return Backed(real, StandIn())


def refuse_live_demo(settings: Settings, demo: bool) -> None:
    """Demonstration teams and live providers never run together (invariant 21)."""
    live = [name for name, url in live_addresses(settings).items() if not is_loopback(url)]
    if demo and live:
        raise SettingsError(
            f"Demonstration teams cannot run with a live provider ({', '.join(live)}): a real person could book a coach "
            "who does not exist. Leave out --demo, or take the provider's settings out of the environment."
        )


def refuse_live_mistakes(settings: Settings, db: Database) -> None:
    """Beside a live provider: no demonstration team left from trying things out, and no helpline that nobody checked."""
    if all(is_loopback(url) for url in live_addresses(settings).values()):
        return
    with db.read() as session:
        left, unchecked = teams.open_demonstrations(session), helpline_checks.unchecked(session)
    if left:
        raise SettingsError(
            f"This database holds {left} open demonstration teams, and a live provider is set: a real person could book a "
            "coach who does not exist. Start with a new ANYDOOR_HOME, or take the provider's settings out."
        )
    if unchecked:
        raise SettingsError(
            f"Nobody has checked these numbers: {', '.join(unchecked)}. Check them with their services, then write it at "
            "/admin/helplines (two people), or put the date in services/data/helplines.yml."
        )


def live_addresses(settings: Settings) -> dict[str, str]:
    """The providers that are set up, each with the address it is reached at."""
    found = {"SMS": settings.twilio_api_url} if settings.has_sms else {}
    return {**found, "Telegram": settings.telegram_api_url} if settings.has_telegram else found


def is_loopback(url: str) -> bool:
    """Whether a provider's address is this machine itself; a name that only looks like it is not."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def open_books(db: Database, clock: Clock, content: Book | None = None) -> Books:
    """What is live, after what is new in dialogs/ was published; refuses revisions whose actions are gone.

    Files go live by themselves only while nobody has published in the browser or pushed since: that is never lost.
    `content`: says instead what is live, for trying a draft in a database of its own.
    """
    given = content or todays_book()
    with db.write() as session:
        flow_store.store(session, given.revision, given.to_json(), sorted(given.actions), "dialogs", clock.now())
        live = publications.live(session)
        if live is None or (live.hash != given.revision and (content or live.kind == publications.FROM_FILES)):
            follows = live.number if live else 0
            publications.publish(session, given.revision, follows=follows, kind="files", by="system", now=clock.now())
        gone = flow_store.missing_actions(session, SPECS)
    if gone:
        raise SettingsError(
            f"Conversations under way call actions that are gone: {gone}. Bring the actions back first."
        )
    books = Books(db, given)
    books.refresh()
    return books


def todays_book() -> Book:
    """The content of dialogs/ as it is now. Raises ContentErrors with every finding."""
    texts, unreadable = read_texts(DIALOGS)
    return read_files(texts, SPECS, unreadable) if unreadable else parsed(tuple(sorted(texts.items())))


@lru_cache(maxsize=4)
def parsed(texts: tuple[tuple[str, str], ...]) -> Book:
    """The book in these texts, kept: the same texts are not parsed twice in one process (it takes a second)."""
    return read_files(dict(texts), SPECS)


def open_channels(assistant: Assistant) -> None:
    settings = assistant.settings
    opened = providers.channels(settings, assistant.accept, assistant.leads_telegram)
    assistant.channels, assistant.telegram = opened, providers.telegram_of(opened)
    assistant.polls_telegram = assistant.telegram is not None and providers.polls(settings)
    assistant.mail = providers.mail_channel(settings, demo=assistant.demo)
    able: dict[str, Any] = {**opened, "mail": assistant.mail}
    assistant.reach = {
        name: Reach(each.trouble, assistant.clock.london) for name, each in able.items() if hasattr(each, "trouble")
    }
    if assistant.telegram:
        assistant.telegram.noticed = assistant.reach["telegram"].look
