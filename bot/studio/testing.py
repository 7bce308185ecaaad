"""Which conversation tests a draft touches, playing them beside the server, and whether all went well."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.conversation_tests import TESTS
from bot.flows.definition import Finding
from bot.flows.reading import revision
from bot.flows.segments import to_gsm7
from bot.studio.differing import Change
from bot.studio.drafting import Desk
from services import drafts, trials
from services.clock import Clock
from services.db import Database
from services.trials import Trial

SHORTEST = 10
"""Characters of a piece of words by which a test can be told to hold them."""
BEAT_SECONDS = 30.0
SECONDS_BETWEEN = 0.5
"""Between two writings of how far a trial is."""
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "ANYDOOR_HOME")
"""Of the environment; nothing of providers and keys."""


def mark(desk: Desk) -> str:
    """What a trial is of: the content of the draft, whoever wrote it and whatever it starts from."""
    return revision(desk.files)


@lru_cache(maxsize=1)
def _files() -> Mapping[str, str]:
    paths = sorted(TESTS.rglob("*.txt"))
    return {path.relative_to(TESTS).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def every(db: Database, desk: Desk) -> dict[str, str]:
    """Every test by name, as the draft would have it."""
    with db.read() as session:
        return {**_files(), **drafts.saved_tests(session), **desk.tests}


def touched_by(db: Database, desk: Desk, changes: list[Change]) -> list[str]:
    """The tests that the draft touches, as they were before any new words were accepted."""
    with db.read() as session:
        before = {**desk.tests, **_files(), **drafts.saved_tests(session)}
    return touched(changes, before) if desk.draft else []


def touched(changes: list[Change], tests: Mapping[str, str]) -> list[str]:
    """The tests that a change could make go otherwise: all, unless nothing but words is different."""
    if any(change.kind != "words" for change in changes):
        return list(tests)
    said: list[str] = []
    for change in changes:
        pieces = _pieces(change.before or "")
        if change.before and not pieces:
            return list(tests)
        said += pieces
        said.append("{" + change.name + "}")
    plain = {name: flat(text) for name, text in tests.items()}
    return [name for name, text in plain.items() if any(piece in text for piece in said)]


def _pieces(words: str) -> list[str]:
    """Pieces of words between what is filled in."""
    parts = [flat(part) for part in re.split(r"\{[{%].*?[%}]\}", words, flags=re.DOTALL)]
    return [part for part in parts if len(part) >= SHORTEST]


def flat(text: str) -> str:
    """Words as a text message has them, without what divides lines."""
    return " ".join(to_gsm7(text).split())


@dataclass(frozen=True, slots=True)
class Standing:
    """How a draft stands: what it touches, the last trial, and what of it still differs."""

    touched: tuple[str, ...]
    total: int
    trial: Trial | None
    open: tuple[Mapping[str, Any], ...]
    green: bool


def standing(db: Database, desk: Desk, changes: list[Change]) -> Standing:
    """Whether every test that the draft touches has gone well, or its new words were accepted."""
    tests = every(db, desk)
    names = tuple(touched_by(db, desk, changes))
    with db.read() as session:
        last, ended = trials.latest(session, mark(desk)), trials.of(session, mark(desk))
    whole = next((one for one in ended if not one.problem and (one.scope == "all" or len(names) <= one.total)), None)
    judged = last if last and last.ended else whole
    left = tuple(
        one
        for one in (judged.failures if judged else ())
        if tests.get(one["name"]) != one["went"] or (one["problem"] and one["name"] not in desk.tests)
    )
    return Standing(names, len(tests), last, left, not names or (whole is not None and not left))


def start(
    db: Database, clock: Clock, desk: Desk, names: Collection[str], scope: str, answers: Mapping[str, str] = {}
) -> bool:
    """Play these tests in a process beside this one; False while others are being played.

    `answers`: what a test answers (a title, by slot) where it meets a question that it does not know of.
    """
    tests = every(db, desk)
    chosen = {name: tests[name] for name in names if name in tests}
    given = {"files": dict(desk.files), "tests": chosen, "answers": dict(answers)}
    return _begin(db, clock, mark(desk), scope, len(chosen), given)


def start_again(db: Database, clock: Clock, desk: Desk, names: Collection[str], answers: Mapping[str, str]) -> bool:
    """Play some tests of the last trial again, with other answers; what the rest of them did stays as it is."""
    with db.read() as session:
        last = next((one for one in trials.of(session, mark(desk)) if not one.problem), None)
    tests = every(db, desk)
    chosen = {name: tests[name] for name in names if name in tests}
    if last is None or not chosen:
        return False
    kept = [dict(one) for one in last.failures if one["name"] not in chosen]
    given = {"files": dict(desk.files), "tests": chosen, "answers": dict(answers)}
    return _begin(db, clock, mark(desk), last.scope, last.total, given, kept, last.covered)


def start_check(db: Database, clock: Clock, desk: Desk) -> bool:
    """Prove the draft in a process beside this one; False while just this is being proved."""
    return _begin(db, clock, mark(desk), trials.CHECK, 1, {"files": dict(desk.files), "check": True})


def check_of(db: Database, desk: Desk) -> Checked:
    """What the check of exactly this content found, in whichever process it ran."""
    with db.read() as session:
        trial = trials.check_of(session, mark(desk))
    done = bool(trial and trial.ended and not trial.problem)
    findings = tuple(_finding(one) for one in trial.failures) if trial and done else ()
    return Checked(done, bool(trial and trial.running), findings)


@dataclass(frozen=True, slots=True)
class Checked:
    """A proof that is done, or runs, or was never begun."""

    done: bool
    running: bool
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity == "error")


def _finding(one: Mapping[str, Any]) -> Finding:
    return Finding(**{**one, "conversation": tuple(one["conversation"])})


def _begin(
    db: Database,
    clock: Clock,
    what: str,
    scope: str,
    total: int,
    given: Mapping[str, Any],
    kept: Sequence[dict[str, Any]] = (),
    covered: Mapping[str, Sequence[int]] = {},
) -> bool:
    """`kept`, `covered`: failures of tests that are not played now, and what all had come to."""
    with db.write() as session:
        trial = trials.begin(session, what, scope, total, clock.now())
    if trial is None:
        return False
    told = Told(db, trial, scope == trials.CHECK, total - len(given.get("tests", ())), list(kept), dict(covered))
    threading.Thread(target=_follow, args=(told, clock, json.dumps(given)), daemon=True).start()
    return True


@dataclass
class Told:
    """What a child has told of a trial so far."""

    db: Database
    trial: int
    findings: bool
    played: int
    failures: list[dict[str, Any]]
    covered: dict[str, Sequence[int]]
    written: float = 0.0

    def take(self, result: dict[str, Any]) -> None:
        """One more; it is written down where the last writing was a moment ago."""
        if "covered" in result:
            for name, ways in result["covered"].items():
                self.covered[name] = sorted({*self.covered.get(name, ()), *ways})
            return
        self.played = 1 if self.findings else self.played + 1
        if self.findings or not result.pop("ok"):
            self.failures.append(result)
        if time.monotonic() - self.written > SECONDS_BETWEEN:
            self.write()

    def write(self) -> None:
        """Put it where every process sees it."""
        with self.db.write() as session:
            trials.step(session, self.trial, self.played, self.failures, self.covered)
        self.written = time.monotonic()


def _follow(told: Told, clock: Clock, given: str) -> None:
    """Write down what the child says, line by line."""
    problem, over = "ended early", threading.Event()
    threading.Thread(target=_beat, args=(told.db, told.trial, over), daemon=True).start()
    try:
        with child_of() as child:
            problem = _read(told, child, given)
    finally:
        over.set()
        with told.db.write() as session:
            trials.end(session, told.trial, clock.now(), problem)


def _beat(db: Database, trial: int, over: threading.Event) -> None:
    """Say again and again that the child lives, until it is over."""
    while not over.wait(BEAT_SECONDS):
        with db.write() as session:
            trials.beat(session, trial)


def child_of() -> subprocess.Popen[str]:
    """The process that does the work; it gets no key of ours and ends when its input does."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot.studio.playing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=TESTS.parent.parent,
        env={name: value for name, value in os.environ.items() if name in PASSED_ON},
    )


def _read(told: Told, child: subprocess.Popen[str], given: str) -> str:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(given)
    child.stdin.close()
    for line in child.stdout:
        told.take(json.loads(line))
    told.write()
    return "" if child.wait() == 0 else "ended early"
