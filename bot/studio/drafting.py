"""The draft as content: its files, its book, and one edit at a time that overwrites nothing unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.studio.errors import Overtaken
from services import drafts, flow_store, publications
from services.db import Database, Session
from services.drafts import Draft
from services.publications import Publication


@dataclass(frozen=True, slots=True)
class Desk:
    """What is live, what is written over it, and the whole texts of both. `draft` None: nothing is being changed."""

    live: Publication
    draft: Draft | None
    live_files: Mapping[str, str]
    base_files: Mapping[str, str]

    @property
    def files(self) -> Mapping[str, str]:
        """The draft's files; the live ones where there is no draft."""
        return {**self.base_files, **(self.draft.changes if self.draft else {})}

    @property
    def tests(self) -> Mapping[str, str]:
        return self.draft.tests if self.draft else {}

    @property
    def mark(self) -> str:
        """Another one whenever the draft, or what it starts from, is."""
        return self.draft.mark if self.draft else self.live.hash

    @property
    def is_behind(self) -> bool:
        """Whether something was published since the draft began."""
        return self.draft is not None and self.draft.base != self.live.number

    @property
    def clashes(self) -> tuple[str, ...]:
        """Files that both the draft and the newer publication changed."""
        if not self.is_behind or self.draft is None:
            return ()
        ours = self.draft.changes
        return tuple(
            sorted(name for name in ours if self.live_files.get(name) not in {self.base_files.get(name), ours[name]})
        )


def see(db: Database) -> Desk:
    """The desk as it is now. Overtaken when nothing was ever published."""
    with db.read() as session:
        return _desk(session, drafts.see(session))


def _desk(session: Session, draft: Draft | None) -> Desk:
    live = publications.live(session)
    if live is None:
        raise Overtaken("Nothing is live yet: start the server once.")
    live_files = flow_store.load(session, live.hash)
    base = publications.find(session, draft.base) if draft else None
    base_files = flow_store.load(session, base.hash) if base and base.hash != live.hash else live_files
    return Desk(live, draft, live_files, base_files)


@dataclass
class Edit:
    """An edit under way: the draft is locked until it is kept or let go."""

    session: Session
    desk: Desk
    staff_id: int
    now: datetime

    def put(self, files: Mapping[str, str], what: str) -> Draft:
        """Let these files have these texts in the draft; a file that is as it was before drops out of it."""
        base = self.desk.base_files
        changed = {**(self.desk.draft.changes if self.desk.draft else {}), **files}
        kept = {name: text for name, text in changed.items() if base.get(name) != text}
        return self._keep(kept, self.desk.tests, what)

    def put_tests(self, tests: Mapping[str, str]) -> Draft:
        """Let conversation tests be part of the draft, by name."""
        changes = self.desk.draft.changes if self.desk.draft else {}
        return self._keep(changes, {**self.desk.tests, **tests}, f"tests:{len(tests)}")

    def _keep(self, changes: Mapping[str, str], tests: Mapping[str, str], what: str) -> Draft:
        base = self.desk.draft.base if self.desk.draft else self.desk.live.number
        return drafts.keep(self.session, base, changes, tests, self.staff_id, self.now, what)

    def catch_up(self, ours: frozenset[str]) -> Draft:
        """Start from what is live now; of the files that both changed, `ours` keep the draft's text."""
        assert self.desk.draft is not None
        lost = set(self.desk.clashes) - ours
        kept = {
            name: text
            for name, text in self.desk.draft.changes.items()
            if name not in lost and self.desk.live_files.get(name) != text
        }
        number = self.desk.live.number
        return drafts.keep(self.session, number, kept, self.desk.tests, self.staff_id, self.now, "catch_up")


def edit(session: Session, staff_id: int, now: datetime) -> Edit:
    """Lock the draft for one edit, in the caller's transaction."""
    return Edit(session, _desk(session, drafts.lock(session)), staff_id, now)
