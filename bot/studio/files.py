"""Keeping a folder of files and the database in step: `anydoor dialogs pull` and `push`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.actions.catalogue import SPECS
from bot.flows.reading import FOLDERS, read_texts, revision
from bot.studio.errors import NotProved, Overtaken
from bot.studio.proving import prove
from services import drafts, flow_store, publications
from services.db import Database
from services.publications import Publication

MARK = ".pulled"
"""A file in the folder: the revision that it was last in step with."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull wrote."""

    publication: Publication
    written: tuple[str, ...]
    removed: tuple[str, ...]


def pull(db: Database, folder: Path) -> Pulled:
    """Write what is live into a folder, and the conversation tests that were saved in the browser.

    Files of flows, patterns and languages that are not live are removed; nothing else in the folder is touched.
    Overtaken when nothing was ever published.
    """
    with db.read() as session:
        live, tests = publications.live(session), drafts.saved_tests(session)
        files = flow_store.load(session, live.hash) if live else {}
    if live is None:
        raise Overtaken("Nothing is live yet: start the server once, or push.")
    there = {path.relative_to(folder).as_posix() for part in FOLDERS for path in (folder / part).glob("*.yml")}
    gone = tuple(sorted(there - files.keys()))
    written = tuple(name for name, text in {**files, **_tests(tests)}.items() if _write(folder / name, text))
    for name in gone:
        (folder / name).unlink()
    (folder / MARK).write_text(live.hash + "\n", encoding="ascii")
    return Pulled(live, written, gone)


def _tests(tests: Mapping[str, str]) -> dict[str, str]:
    return {f"tests/{name}": text for name, text in tests.items()}


def _write(path: Path, text: str) -> bool:
    """Whether the file was not like this already."""
    data = text.encode("utf-8")
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return True


def push(db: Database, folder: Path, now: datetime, *, note: str = "", over: bool = False) -> Publication | None:
    """Let a folder's files go live, if the check has nothing against them; None when they are live already.

    Overtaken when something went live that the folder does not know (`over`: all the same). Raises NotProved.
    """
    texts, unreadable = read_texts(folder)
    if unreadable:
        raise NotProved(unreadable)
    with db.read() as session:
        live = publications.live(session)
    if live is not None and live.hash == revision(texts):
        return None
    if live is not None and not over:
        _refuse_unknown(live, folder)
    proved = prove(texts)
    if proved.errors or proved.book is None:
        raise NotProved(proved.errors)
    with db.write() as session:
        flow_store.store(session, proved.book.revision, texts, sorted(SPECS), "push", now)
        follows = live.number if live else 0
        done = publications.publish(
            session, proved.book.revision, follows=follows, kind="pushed", by="system", now=now, note=note
        )
    if done is None:
        raise Overtaken("Something else was published at the same moment. Pull, look, and push again.")
    (folder / MARK).write_text(done.hash + "\n", encoding="ascii")
    return done


def _refuse_unknown(live: Publication, folder: Path) -> None:
    """What was published in the browser is in the folder only once it was pulled; what came from files was there."""
    mark = folder / MARK
    known = mark.read_text(encoding="ascii").strip() if mark.is_file() else ""
    if live.kind in {"files", "pushed"} and not known:
        return
    if known != live.hash:
        raise Overtaken(
            f"What is live now ({live.hash}, {live.at:%Y-%m-%d %H:%M}, {live.kind}) is not what this folder began with, "
            "and pushing would lose it. `anydoor dialogs pull` into a folder of its own, bring your changes there, and push "
            "that; or add --over."
        )
