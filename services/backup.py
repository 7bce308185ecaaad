"""Backups while running, and putting one back.

A backup is one zip file: `manifest.json` (when, which database, which migration, checksum, a mark of the keys), the
database itself, `audit.anchor` (the audit's chain as it was then) and the ledger of erasures. It never holds the keys: without them
its names, numbers and words cannot be read, and `restore` refuses a database whose keys are not here.

A restored database is brought to today's migration, held to the ledger of erasures (invariant 17), and its audit chain
is walked, before anything is replaced.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from services import audit, backup_postgres, backup_sqlite, crypto, faults, invitations, migrate, privacy
from services.clock import real_now
from services.db import Database
from services.errors import BackupRefused
from services.holdings import ledger
from services.models import MessageOut
from services.models.base import is_unsettled
from services.settings import Settings

ANCHOR, LEDGER, MANIFEST, DATABASE = "audit.anchor", "erasures.ledger", "manifest.json", "database"
FORMAT = 1
LARGEST_SMALL_FILE = 100_000_000  # bytes of the manifest or the anchor, unpacked
BLOCK = 1 << 20
STALE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; `keys` can only be made with the same keyring."""

    made_at: str
    backend: str
    revision: str
    sha256: str
    size: int
    keys: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did; `problems` is only filled when it was forced past a broken audit."""

    manifest: Manifest
    revision: str
    erased_again: int
    problems: tuple[str, ...]
    kept_aside: tuple[Path, ...]


def backup(db: Database, settings: Settings, file: Path) -> Manifest:
    """Write a backup of the running database. The file is there whole, readable by its owner alone, or not at all.

    Raises BackupRefused when there is nothing to back up, or PostgreSQL's pg_dump is missing or fails.
    """
    revision = revision_of(db)
    if revision is None:
        raise BackupRefused("There is nothing to back up: the database has no tables yet.")
    with _beside(file) as folder:
        copy = folder / DATABASE
        for beside in (settings.home / ANCHOR, ledger(settings)):  # before the database: what they name is in it
            if beside.exists():
                shutil.copyfile(beside, folder / beside.name)
        (backup_sqlite if db.on_sqlite else backup_postgres).copy_out(db, copy)
        faults.point("mid_backup")
        manifest = Manifest(
            made_at=real_now().isoformat(timespec="seconds"),
            backend=db.url.get_backend_name(),
            revision=revision,
            sha256=_sha256(copy),
            size=copy.stat().st_size,
            keys=_mark(db.keys),
        )
        _pack(folder / "packed", manifest, folder)
        os.replace(folder / "packed", file)
    _sync_folder(file.parent)
    return manifest


def revision_of(db: Database) -> str | None:
    """The migration a database is at; None when it has no tables."""
    with db.read() as session:
        return migrate.version(session.connection())


def _mark(keys: crypto.Keyring) -> str:
    return keys.blind_index("backup", "keys")


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A folder for drafts on the same disk; what a killed backup to the same file left there is removed first."""
    folder = file.with_name(f".{file.name}.part")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        yield folder
    except OSError as error:
        raise BackupRefused(f"The backup cannot be written beside {file}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pack(packed: Path, manifest: Manifest, folder: Path) -> None:
    with (
        os.fdopen(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
        for name in (DATABASE, ANCHOR, LEDGER):
            if (folder / name).exists():
                archive.write(folder / name, name)
    with packed.open("rb") as written:
        os.fsync(written.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def restore(file: Path, settings: Settings, now: datetime, *, force: bool = False) -> Restored:
    """Put a backup in the place of the database that the settings name, with the server stopped.

    Raises BackupRefused: damaged or foreign file, other keys, a newer migration than this version knows, a server that
    runs, and, unless `force`, a database that holds something or an audit chain that does not fit.
    """
    with TemporaryDirectory(prefix=".restore-", dir=_made(settings.home)) as place:
        folder = Path(place)
        manifest = _unpack(file, folder)
        target = Database.of(settings)
        try:
            _refuse_unfit(manifest, target)
            _merge_ledger(ledger(settings), folder / LEDGER)
            place_in = backup_sqlite if target.on_sqlite else backup_postgres
            with place_in.placed(target, folder / DATABASE, settings.home, force=force) as (db, aside):
                restored = _bring_up(db, settings, manifest, folder / ANCHOR, now, force=force)
            kept = [path for path in (*aside, _replace_anchor(settings, folder / ANCHOR)) if path]
        finally:
            target.close()
    return replace(restored, kept_aside=tuple(kept))


def bring_back(settings: Settings, now: datetime, *, force: bool = False) -> Restored:
    """Make right the database that a continuous copy (litestream, PostgreSQL's log) was put back to, with the server stopped.

    As `restore` does: brought forward, the audit walked up to where the copy ends, who was erased since erased again, what
    waited to be sent flagged. Raises BackupRefused: no tables, a newer migration, an audit that does not fit.
    """
    target = Database.of(settings)
    try:
        target.claim_process()
        revision = revision_of(target)
        if revision is None or not migrate.knows(revision):
            raise BackupRefused(
                "There is no database of this version of Anydoor here. Put the copy in its place first."
            )
        with TemporaryDirectory(prefix=".restore-", dir=_made(settings.home)) as place:
            anchor = Path(place) / ANCHOR
            anchor.write_text(_up_to_the_end(target, settings.home / ANCHOR), encoding="ascii")
            manifest = Manifest("a continuous copy", target.url.get_backend_name(), revision, "", 0, "")
            restored = _bring_up(target, settings, manifest, anchor, now, force=force)
            aside = _replace_anchor(settings, anchor)
    finally:
        target.close()
    return replace(restored, kept_aside=(aside,) if aside else ())


def _up_to_the_end(db: Database, anchor: Path) -> str:
    """What was written outside about the audit, but for the last seconds, which the copy does not have."""
    with db.read() as session:
        end = audit.end(session)
    lines = anchor.read_text(encoding="ascii", errors="replace").splitlines(keepends=True) if anchor.exists() else []
    return "".join(line for line in lines if not _goes_past(line, end))


def _goes_past(line: str, end: int) -> bool:
    parts = line.split()
    return len(parts) == 3 and parts[1].isdecimal() and int(parts[1]) > end


def _made(home: Path) -> Path:
    """The home folder, without what a killed restore left there."""
    home.mkdir(parents=True, exist_ok=True)
    for left in home.glob(".restore-*"):
        shutil.rmtree(left, ignore_errors=True)
    return home


def _unpack(file: Path, folder: Path) -> Manifest:
    """Unpack and check a backup; never trusts its names or sizes."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = Manifest(**json.loads(_small(archive, MANIFEST)))
            if manifest.format != FORMAT:
                raise BackupRefused(f"{file.name} is a backup of another version of Anydoor.")
            _unpack_database(archive, folder / DATABASE, manifest.size)
            for name in (ANCHOR, LEDGER):
                (folder / name).write_bytes(_small(archive, name) if name in archive.namelist() else b"")
    except FileNotFoundError as error:
        raise BackupRefused(f"There is no file {file}.") from error
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError, OSError) as error:
        raise BackupRefused(
            f"{file.name} is damaged, cut off, or no backup of Anydoor. Nothing was changed."
        ) from error
    if _sha256(folder / DATABASE) != manifest.sha256:
        raise BackupRefused(
            f"{file.name} is damaged: its database is not the one it was made with. Nothing was changed."
        )
    return manifest


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST_SMALL_FILE:
        raise ValueError(name)
    return archive.read(name)


def _unpack_database(archive: zipfile.ZipFile, target: Path, size: int) -> None:
    if archive.getinfo(DATABASE).file_size != size:
        raise ValueError(DATABASE)
    with archive.open(DATABASE) as packed, target.open("xb") as unpacked:
        shutil.copyfileobj(packed, unpacked, BLOCK)


def _refuse_unfit(manifest: Manifest, target: Database) -> None:
    backend = target.url.get_backend_name()
    if manifest.backend != backend:
        raise BackupRefused(
            f"This is a backup of {manifest.backend}, the database here is {backend}. Set ANYDOOR_DATABASE_URL to match."
        )
    if manifest.keys not in target.keys.whole_indexes("backup", "keys"):
        raise BackupRefused(
            "The keys here are not those of this backup, so nobody could read it. Put back the secret.key (or "
            "ANYDOOR_SECRET_KEY, ANYDOOR_DATA_KEYS) of the time it was made. Nothing was changed."
        )
    if not migrate.knows(manifest.revision):
        raise BackupRefused(
            f"This backup was made by a newer version of Anydoor (migration {manifest.revision}). Install that one first."
        )


def _merge_ledger(present: Path, packed: Path) -> None:
    """Add the erasures that only the backup knows of: on a new machine the ledger comes back with it."""
    known = present.read_text(encoding="ascii").splitlines() if present.exists() else []
    missing = [line for line in packed.read_text(encoding="ascii").splitlines() if line not in known]
    if missing:
        with present.open("a", encoding="ascii") as file:
            file.writelines(f"{line}\n" for line in missing)
            file.flush()
            os.fsync(file.fileno())


def _bring_up(
    db: Database, settings: Settings, manifest: Manifest, anchor: Path, now: datetime, *, force: bool
) -> Restored:
    """Migrate forward, walk the audit chain, erase again whom the ledger names."""
    db.migrate()
    with db.read() as session:
        problems = tuple(audit.verify(session, anchor))
    if problems and not force:
        raise BackupRefused(
            f"The audit in this backup does not fit: {'; '.join(problems[:3])}. Nothing was changed. Find out why first; "
            "--force puts it back all the same."
        )
    with db.write() as session:
        again = privacy.replay(session, ledger(settings), now)
        privacy.finish_erasures(session, now)
        _hold_back(session, now)
        invitations.after_restore(session, now)
        detail: dict[str, Any] = {"made_at": manifest.made_at, "erased_again": again, "problems": len(problems)}
        audit.record(session, "system", "restore", "database:1", now, detail)
    return Restored(manifest, revision_of(db) or "", again, problems, ())


def _hold_back(session: Session, now: datetime) -> None:
    """What waited to be sent may have been sent since: a day old it is dropped, newer the provider is asked first."""
    due = update(MessageOut).where(is_unsettled(MessageOut.status), MessageOut.run_at <= now)
    old = due.where(MessageOut.run_at < now - STALE)
    session.execute(old.values(status="dropped", reason="restored", settled_at=now, lease=None, lease_until=None))
    session.execute(
        due.values(repeat=True, first_attempt_at=func.coalesce(MessageOut.first_attempt_at, MessageOut.run_at))
    )


def _replace_anchor(settings: Settings, anchor: Path) -> Path | None:
    """The chain goes on from the backup's end, so its anchor does too; the later one is kept beside it."""
    present = settings.home / ANCHOR
    aside = None
    if present.exists() and present.read_bytes() != anchor.read_bytes():
        aside = backup_sqlite.unused(present.with_name(f"{ANCHOR}.before-restore-{real_now():%Y%m%d-%H%M%S}"))
        os.replace(present, aside)
    shutil.copyfile(anchor, present)
    return aside
