"""The model is taught beside the server, measured, taken if not worse; whatever ends early is said to have ended early."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.nlu.places import ROOT, Places
from bot.studio import teaching
from bot.studio.retraining import name_of
from bot.studio.teaching import Follower
from services import trainings
from services.clock import Clock
from services.crypto import Keyring
from services.db import Database
from services.models import AuditRow, Base, Lease, NluTraining
from services.settings import Settings
from services.trainings import Training
from tests.bot.studio.taught import small_places

POSTER = 'version: "3.1"\nnlu:\n  - intent: start\n    examples: |\n      - saw your poster at the surgery\n'
WRONG = 'version: "3.1"\nnlu:\n  - intent: who\n    examples: |\n      - what is the cost\n'
HELD_OUT = [("poster in the surgery", "start")]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    made = small_places(tmp_path / "site")
    monkeypatch.setattr(teaching, "PLACES", made)
    return made


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Database]:
    """Of one kind only: what is tried with processes is the same with the other."""
    made = Database(f"sqlite:///{tmp_path / 'a.db'}", Keyring.parse("t1:test-key-not-secret"))
    Base.metadata.create_all(made.engine)
    yield made
    made.close()


def taught(db: Database, examples: str, held_out: list[tuple[str, str]] = HELD_OUT) -> Training:
    """A whole training, waited for."""
    clock = Clock.at("2026-11-23 09:00")
    with db.write() as session:
        training = trainings.begin(session, "me", 1, 1, clock.now())
    assert training is not None
    Follower(db, clock, training, "me").follow(json.dumps({"examples": examples, "held_out": held_out}))
    with db.read() as session:
        return trainings.history(session)[0]


def test_what_was_taught_is_learnt_measured_and_taken_and_taken_back(own: Database, places: Places) -> None:
    first = taught(own, "", [])
    assert (first.outcome, teaching.in_use()) == (trainings.USED, name_of(places, ""))
    second = taught(own, POSTER)
    assert (second.outcome, second.model, second.previous) == (trainings.USED, name_of(places, POSTER), first.model)
    before, after = second.figures["before"], second.figures["after"]
    assert (before["taught_right"], after["taught_right"], after["of_taught"]) == (0, 1, 1)
    assert (before["f1"], after["f1"], after["lines"]) == (1.0, 1.0, 2)
    assert places.is_current(name_of(places, "")), "nothing of the shipped data has changed since"
    assert not teaching.is_new(POSTER)
    with own.read() as session:
        row = session.scalars(select(NluTraining).order_by(NluTraining.id.desc())).first()
        assert row is not None
        assert "poster" not in json.dumps([row.figures, row.problem, row.stage])
        last = teaching.can_go_back(trainings.history(session))
    assert last is not None
    now = datetime.fromisoformat("2026-11-23T09:30+00:00")
    assert not teaching.go_back(own, 1, last.id + 5, now)
    assert teaching.go_back(own, 1, last.id, now)
    assert teaching.in_use() == first.model
    with own.read() as session:
        assert trainings.history(session)[0].outcome == trainings.BACK
        actions = list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))
    assert actions == ["train", "training_used", "train", "training_used", "training_back"]


def test_a_worse_model_is_not_taken(own: Database, places: Places) -> None:
    first = taught(own, "", [])
    second = taught(own, WRONG, [])
    assert (second.outcome, second.problem, teaching.in_use()) == (trainings.WORSE, "f1", first.model)


def test_a_training_that_fails_changes_nothing_and_lets_the_next_begin(own: Database, places: Places) -> None:
    failed = taught(own, POSTER.replace("saw your poster at the surgery", "fall over"))
    assert (failed.outcome, "fell over" in failed.problem, teaching.in_use()) == (trainings.FAILED, True, "")
    assert taught(own, POSTER).outcome == trainings.USED


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        ({"f1": 0.9, "danger": 0.9}, {"f1": 0.9, "danger": 0.9}, []),
        ({"f1": 0.9}, {"f1": 0.8999}, ["f1"]),
        ({"f1": 0.9, "danger": 0.9}, {"f1": 0.95, "danger": 0.89}, ["danger"]),
        ({"taught_right": 3}, {"taught_right": 2}, ["taught_right"]),
        ({"false_alarms": 0.01}, {"false_alarms": 0.02}, []),
        ({"false_alarms": 0.01}, {"false_alarms": 0.03}, ["false_alarms"]),
        ({"danger": 0.9}, {}, ["danger"]),
        ({}, {"f1": 0.1}, []),
    ],
)  # fmt: skip
def test_what_counts_as_worse(before: dict[str, float], after: dict[str, float], worse: list[str]) -> None:
    assert teaching.is_worse({"before": before, "after": after}) == worse


def test_one_at_a_time_and_a_dead_one_is_said_to_be_broken_off(db: Database, places: Places, now: datetime) -> None:
    with db.write() as session:
        first = trainings.begin(session, "one process", 1, 0, now)
        assert first is not None
        assert trainings.step(session, first, "one process", "trains", 12)
    assert not teaching.start(db, Clock.at("2026-11-23 09:00"), 1, "", [], 0)
    long_ago = timedelta(minutes=5)
    with db.write() as session:  # the process is gone: nothing has been heard of it since
        row = session.get_one(NluTraining, first)
        session.execute(update(NluTraining).values(seen_at=row.seen_at - long_ago))
        session.execute(update(Lease).values(until=row.seen_at - long_ago))
    with db.read() as session:
        assert [one.outcome for one in trainings.history(session)] == [trainings.BROKEN_OFF]
    with db.write() as session:
        assert trainings.begin(session, "another", 1, 0, now) is not None
        assert not trainings.step(session, first, "one process", "trains", 400), "it came back too late"


def test_one_that_was_given_up_for_dead_takes_nothing_into_use(own: Database, places: Places, now: datetime) -> None:
    with own.write() as session:
        first = trainings.begin(session, "late", 1, 0, now)
        assert first is not None
        session.execute(update(Lease).values(holder="another"))
    late = Follower(own, Clock.at("2026-11-23 09:00"), first, "late")
    late.follow(json.dumps({"examples": "", "held_out": []}))
    assert teaching.in_use() == ""
    with own.read() as session:
        assert (trainings.history(session)[0].outcome, late.problem) == (trainings.FAILED, "overtaken")


SLOW = "import sys, time\nprint('x')\ntime.sleep(600)\n"


@pytest.fixture
def child(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    small_places(tmp_path / "slow", SLOW)
    command = [sys.executable, "-m", "bot.studio.retraining", str(tmp_path / "slow")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, cwd=ROOT, start_new_session=True) as started:  # type: ignore[call-overload]
        yield started
        started.kill()


def test_it_ends_with_whoever_began_it(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps({"examples": "", "held_out": []}) + "\n")
    child.stdin.flush()
    assert json.loads(child.stdout.readline())["stage"] in {"begins", "trains"}
    child.stdin.close()
    assert child.wait(60) != 0


def test_what_cannot_be_trained_here_says_why(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Settings.model_construct(nlu_url="")
    assert teaching.cannot(here) == ""
    assert teaching.cannot(Settings.model_construct(nlu_url="http://127.0.0.1:1")) == "elsewhere"
    places.python.unlink()
    assert teaching.cannot(here) == "missing"
