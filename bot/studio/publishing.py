"""A draft goes live, or an older revision does again. Nothing goes live that the check refuses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.actions.catalogue import SPECS
from bot.flows.definition import Book
from bot.studio import drafting, testing
from bot.studio.differing import Subject, changes, touched
from bot.studio.drafting import Desk
from bot.studio.errors import NotAgreed, NotProved, NotTried, Overtaken, StudioError
from bot.studio.proving import look_over, read
from services import drafts, flow_store, publications
from services.db import Database, Session
from services.publications import Publication

Files = Mapping[str, str]
SECOND = "This touches {what}, so somebody who did not write it has to read it and agree first."
NAMES = {"safety": "safety words", "consent": "what people agree to", "eligibility": "who may take part"}


def subjects(desk: Desk) -> frozenset[Subject]:
    """What the draft touches that needs a second person; nothing where it cannot be read."""
    old, new = read(desk.live_files).book, read(desk.files).book
    return touched(old, new, changes(old, new)) if old and new else frozenset()


def publish_draft(db: Database, seen: str, staff_id: int, now: datetime, note: str) -> Publication:
    """Let the draft go live, as it was `seen` (its mark).

    Overtaken when it changed or another was published meanwhile, NotProved, NotTried, NotAgreed. All or nothing.
    """
    desk = drafting.see(db)
    if desk.draft is None or desk.mark != seen:
        raise Overtaken("Somebody changed the draft after you opened this page. Look at it again, then publish.")
    if desk.is_behind:
        raise Overtaken("Something else was published since this draft began. Bring the draft up to date first.")
    book = _proved(db, desk)
    old = read(desk.live_files).book
    found = changes(old, book) if old else []
    if not testing.standing(db, desk, found).green:
        raise NotTried(
            "Play the conversation tests that this touches first, and accept the new words where they are right."
        )
    needed = subjects(desk)
    with db.write() as session:
        draft = drafts.lock(session)
        if draft is None or draft.mark != seen:
            raise Overtaken("Somebody changed the draft just now. Look at it again, then publish.")
        done = _go_live(session, desk, book.revision, needed, f"staff:{staff_id}", now, note)
        drafts.settle(session, staff_id, now)
    return done


def _proved(db: Database, desk: Desk) -> Book:
    """The draft as a book, where the check of exactly this draft has found no error."""
    quick, checked = look_over(desk.files), testing.check_of(db, desk)
    if quick.errors or quick.book is None or checked.errors:
        raise NotProved((*quick.errors, *checked.errors))
    if not checked.done:
        raise NotTried("Check it first: nothing goes live that was not proved to leave nobody stuck.")
    return quick.book


def _go_live(
    session: Session, desk: Desk, revision: str, needed: frozenset[Subject], by: str, now: datetime, note: str
) -> Publication:
    assert desk.draft is not None
    agreed = drafts.approved(session, desk.draft)
    if needed and not agreed:
        raise NotAgreed(SECOND.format(what=named(needed)))
    flow_store.store(session, revision, desk.files, sorted(SPECS), by, now)
    done = publications.publish(
        session,
        revision,
        follows=desk.live.number,
        kind="published",
        by=by,
        now=now,
        note=note,
        approved_by=agreed[0] if agreed else None,
        detail={"authors": list(desk.draft.authors), "touches": sorted(needed)},
    )
    if done is None:
        raise Overtaken("Something else was published at the same moment. Look at it, then publish again.")
    return done


def named(needed: frozenset[Subject]) -> str:
    """ "safety words and who may take part"."""
    return " and ".join(NAMES[one] for one in sorted(needed))


def roll_back(db: Database, number: int, seen: int, staff_id: int, now: datetime, note: str = "") -> Publication:
    """Publish anew what publication `number` said, after publication `seen`; a draft stays as it is.

    It was agreed to when it went live, so it needs no second person again, except where it would bring older safety
    words back. Raises Overtaken, NotProved, NotAgreed.
    """
    wanted, live, old, new = _both(db, number, seen)
    if wanted.hash == live.hash:
        raise StudioError("This is what is said now already.")
    proved = look_over(new)
    if proved.errors or proved.book is None:
        raise NotProved(proved.errors)
    today = read(old).book
    if today and "safety" in touched(today, proved.book, changes(today, proved.book)):
        raise NotAgreed("This would bring older safety words back. Take it over as a draft, and have it agreed to.")
    with db.write() as session:
        done = publications.publish(
            session,
            wanted.hash,
            follows=seen,
            kind="rolled_back",
            by=f"staff:{staff_id}",
            now=now,
            note=note,
            detail={"back_to": number},
        )
    if done is None:
        raise Overtaken("Something else was published at the same moment. Look at the history again.")
    return done


def _both(db: Database, number: int, seen: int) -> tuple[Publication, Publication, Files, Files]:
    """An older publication and the live one, with their files; Overtaken when `seen` is live no more."""
    with db.read() as session:
        wanted, live = publications.find(session, number), publications.live(session)
        if wanted is None or live is None or live.number != seen:
            raise Overtaken("Something else was published meanwhile. Look at the history again.")
        return wanted, live, flow_store.load(session, live.hash), flow_store.load(session, wanted.hash)


def take_over(db: Database, number: int, staff_id: int, now: datetime) -> None:
    """Make a draft of what an older publication said. StudioError where there is a draft already."""
    with db.write() as session:
        edit = drafting.edit(session, staff_id, now)
        wanted = publications.find(session, number)
        if edit.desk.draft is not None:
            raise StudioError("There is a draft already. Publish it or throw it away first.")
        if wanted is None:
            raise Overtaken("There is no such publication.")
        edit.put(flow_store.load(session, wanted.hash), f"publication:{number}")


def of(db: Database, number: int) -> tuple[Publication | None, Files]:
    """A publication and its files; None and nothing when there is none of this number."""
    with db.read() as session:
        found = publications.find(session, number)
        return found, flow_store.load(session, found.hash) if found else {}
