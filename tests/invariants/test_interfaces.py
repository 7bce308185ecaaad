"""The commands as a script outside this repository uses them: lines in, one JSON line a turn out (interfaces.md)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.invariants.people import TO_THE_CALL, TO_THE_OPENINGS

ROOT = Path(__file__).resolve().parents[2]
ANYDOOR = [sys.executable, "-c", "from bot.cli import main; main()"]
NO_MODEL = "http://127.0.0.1:9"  # nobody listens there: the built-in stand-in answers
FIELDS = {"you", "replies", "flow", "step", "slots", "events", "outcome"}

pytestmark = pytest.mark.slow


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANYDOOR_")}
    return {**kept, "NLU_URL": NO_MODEL, "PYTHONPATH": str(ROOT)}


class Terminal:
    """One `anydoor chat --json`, spoken to line by line."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.errors = (folder / "stderr").open("w+")
        self.process = subprocess.Popen(
            [*ANYDOOR, "chat", "--json", "--demo", "--now", "2026-11-23T09:00", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment(),
            cwd=folder,
        )

    def say(self, *lines: str) -> dict[str, Any]:
        """The one line that answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines))
        self.process.stdin.flush()
        answered: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert set(answered) == FIELDS
        return answered

    def say_all(self, lines: list[str]) -> dict[str, Any]:
        return [self.say(line) for line in lines][-1]

    def close(self) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        assert self.process.stdout.read() == "", "one line a turn, and no other"
        assert self.process.wait(60) == 0
        self.process.stdout.close()
        self.errors.seek(0)
        said = [line for line in self.errors if "nlu_no_answer" not in line]
        self.errors.close()
        return "".join(said)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    one = Terminal(tmp_path)
    yield one
    if one.process.poll() is None:
        one.close()


def events(answered: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {event["name"]: event for event in answered["events"]}


def test_the_way_to_a_call_and_every_event_on_it(terminal: Terminal) -> None:
    first = terminal.say("hi")
    assert first["you"] == "hi"
    assert set(first["replies"][0]) == {"text", "choices"}
    assert set(first["replies"][0]["choices"][0]) == {"value", "title"}
    assert "consent:start" in events(terminal.say("1"))
    asked = terminal.say_all(TO_THE_OPENINGS[2:-2])
    assert events(asked)["eligibility:yes"]["board"] == "E54000048"
    assert isinstance(events(asked)["eligibility:yes"]["reasons"], list)
    terminal.say_all(["Sam", "1"])
    held = events(terminal.say("3"))["opening_held"]
    assert datetime.fromisoformat(held["starts_at"]).tzinfo is not None
    booked = terminal.say("1")
    assert {"consent:share", "referral_shared", "appointment_booked", "signposted"} <= set(events(booked))
    assert set(events(booked)["appointment_booked"]) == {"name", "starts_at", "kind"}
    assert events(booked)["signposted"]["listings"]
    assert booked["outcome"] == "booked"
    assert booked["slots"]["health"] == ["mental_health", "musculoskeletal"]
    assert "reminder_sent" in events(terminal.say("@time 2026-11-23T19:30"))
    terminal.say("change my call")
    assert "appointment_moved" in events(terminal.say("1"))
    terminal.say("call it off")
    assert "appointment_called_off" in events(terminal.say("1"))
    assert terminal.close() == ""


def test_controls_that_make_no_sense_are_said_on_stderr_and_answered_all_the_same(terminal: Terminal) -> None:
    nonsense = ["@nonsense", "@", "@time yesterday", "@media banana", "@press", "@contact", "@world mars", "@coach hi"]
    for line in [*nonsense, "@coach-outcome reached"]:
        answered = terminal.say(line)
        assert (answered["you"], answered["replies"]) == (line, [])
    assert len(terminal.close().splitlines()) == len(nonsense) + 1


def test_controls_that_stand_for_messages(terminal: Terminal) -> None:
    terminal.say("hi")
    assert terminal.say("@press safe_to_text=yes")["slots"]["safe_to_text"] == "yes"
    assert terminal.say("@media voice")["replies"]
    together = terminal.say("@together", "off sick", "PR1 8XJ")
    assert together["slots"]["postcode"] == "PR1 8XJ"
    assert sum("?" in reply["text"] for reply in together["replies"]) == 1
    assert terminal.say("")["replies"], "an empty text is a message, too"


def test_a_coach_talks_hands_back_and_says_what_came_of_the_call(terminal: Terminal) -> None:
    terminal.say_all(TO_THE_CALL)
    talked = terminal.say("@coach Hello, it is Sam")
    assert [reply["text"] for reply in talked["replies"]] == ["Hello, it is Sam"]
    assert "coach_takes_over" in events(talked)
    assert terminal.say("hello?")["replies"] == []
    assert "coach_hands_back" in events(terminal.say("@coach"))
    assert terminal.say("skip")["replies"]
    terminal.say("@time 2026-11-23T12:30")
    missed = terminal.say("@coach-outcome not_reached")
    assert "couldn't get through" in missed["replies"][0]["text"]


def test_no_openings_no_team_stop_and_crisis(terminal: Terminal) -> None:
    terminal.say("@world no_openings")
    queued = terminal.say_all([*TO_THE_OPENINGS, "1"])
    assert queued["outcome"] == "call_back"
    assert datetime.fromisoformat(events(queued)["call_back_queued"]["by"])
    stopped = terminal.say("STOP")
    assert (list(events(stopped)), stopped["outcome"]) == (["opted_out"], "stopped")
    crisis = terminal.say("i want to kill myself")
    assert events(crisis)["crisis_help"]["kind"] == "self_harm"
    assert "duty_alert" in events(crisis)
    assert crisis["outcome"] == "crisis_help"
    assert "opted_in" in events(terminal.say("START"))


def test_a_nudge_and_a_person(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "--channel", "telegram")
    terminal.say_all(["hi", "1", "off sick", "PR1 8XJ", "34", "1", "none", "Sam", "1"])
    assert terminal.say("@contact +447700900456")["slots"]["phone"] == "+447700900456"
    assert events(terminal.say("@time 2026-11-24T13:00"))["nudge_sent"]["kind"] == "nudge"
    terminal.close()


def lines_of(command: str, *options: str, given: list[str], folder: Path) -> list[dict[str, Any]]:
    ran = subprocess.run(
        [*ANYDOOR, command, "--json", *options],
        input="".join(f"{line}\n" for line in given),
        capture_output=True,
        text=True,
        env=environment(),
        cwd=folder,
        check=True,
    )
    found = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(found) == len(given)
    return found


def test_understand_prints_every_field_of_every_line(tmp_path: Path) -> None:
    texts = ["off sick with my back, PR1 8XJ", "thursday after 3", "STOP", "i want to die", "1", "", "qqqq zzz"]
    found = lines_of("understand", "--now", "2026-11-23T09:00", given=texts, folder=tmp_path)
    fields = {"text", "intent", "confidence", "entities", "values", "commands", "safety", "opt_out", "when"}
    assert {frozenset(line) for line in found} == {frozenset(fields)}
    story, thursday, stop, crisis, number, empty, gibberish = found
    assert story["values"] == {"work_situation": "off_sick", "health": ["musculoskeletal"], "postcode": "PR1 8XJ"}
    assert thursday["when"] == {
        "windows": [["2026-11-26T15:00", "2026-11-26T20:00"]],
        "asap": False,
        "ambiguous": None,
    }
    assert (stop["opt_out"], stop["safety"]) == (True, None)
    assert crisis["safety"] == "self_harm"
    assert number["when"] is None, "a number alone says no time"
    assert (empty["text"], empty["when"]) == ("", None)
    assert gibberish["commands"] == ["unclear"]


def test_understand_counts_choices_from_one(tmp_path: Path) -> None:
    first, several = lines_of("understand", "--expecting", "barriers", given=["1", "2 and 3"], folder=tmp_path)
    assert first["values"] == {"barriers": ["money"], "choice": [1]}
    assert several["values"] == {"barriers": ["housing", "caring"], "choice": [2, 3]}


def test_icb_prints_every_field_of_every_line(tmp_path: Path) -> None:
    given = ["PR1 8XJ", "M1 IAE", "CF10 1EP", "PR1", "rubbish", ""]
    found = lines_of("icb", given=given, folder=tmp_path)
    fields = {"input", "postcode", "valid", "suggestion", "nation", "board", "board_name", "status"}
    assert {frozenset(line) for line in found} == {frozenset(fields)}
    assert [line["status"] for line in found] == [
        "found",
        "unknown",
        "outside_england",
        "need_full",
        "unknown",
        "unknown",
    ]
    assert found[0]["board"] == "E54000048"
    assert found[1]["suggestion"] == "M1 1AE"
    assert found[2]["nation"] == "wales"
