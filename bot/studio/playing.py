"""Plays conversation tests against a draft, in a process of its own: `python -m bot.studio.playing`.

Reads {"files": …, "tests": {name: text}, "answers": {slot: title}} on stdin and writes a line of JSON a test; with "check" it proves the draft and
writes a line a finding. After the tests comes a line that says what they have come to. So the server's own process
gives neither memory nor time to it, and a draft that runs wild ends with the child.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from bot.assistant import parsed
from bot.conversation_tests import RECORDED, CannotHappen, stage
from bot.flows.definition import Book
from bot.flows.transcripts import Transcript, TranscriptError
from bot.nlu.parsed import Parsed
from bot.nlu.recorded import NotRecorded, RecordedNlu
from bot.nlu.stand_in import StandIn
from bot.studio import answering, proving
from bot.turns import Taken


class Remembered:
    """The trained model's recorded answers; texts that were never recorded are the stand-in's."""

    up = True

    def __init__(self) -> None:
        self._recorded, self._other = recorded(), StandIn()

    def parse(self, text: str) -> Parsed | None:
        try:
            return self._recorded.parse(text) if self._recorded else self._other.parse(text)
        except NotRecorded:
            return self._other.parse(text)

    def close(self) -> None:
        return None


def recorded() -> RecordedNlu | None:
    """None where the training data have changed since: the stand-in answers for all."""
    try:
        return RecordedNlu(RECORDED)
    except NotRecorded:
        return None


Covered = dict[str, set[int]]
"""By flow and step ("flow.step"), for each that was come to: the numbers of the ways that were taken from there."""


def note(covered: Covered, taken: Taken) -> None:
    """What a turn has come to."""
    for flow, step in taken.turn.walked if taken.turn else ():
        covered.setdefault(f"{flow}.{step}", set())
    for flow, step, way in taken.turn.ways if taken.turn else ():
        covered.setdefault(f"{flow}.{step}", set()).add(way)


def played(
    book: Book, text: str, nlu: Any, answers: Mapping[str, str] = {}, covered: Covered | None = None
) -> dict[str, Any]:
    """Whether a test went as it says (`ok`), as it `went`, and the `problem` that kept it from being played to its end.

    `answered`: what was answered to new questions; `meant`: the test with these answers in it, where more is otherwise.
    """
    try:
        transcript = Transcript.parse(text)
        with stage(transcript, nlu, book) as simulator:
            if covered is not None:
                simulator.assistant.watchers.append(partial(note, covered))
            put = answering.play(transcript, simulator, answers)
    except CannotHappen as error:
        return {"ok": False, "went": error.before.format() if error.before.acts else "", "problem": str(error)[:300]}
    except (TranscriptError, ValueError) as error:
        return {"ok": False, "went": "", "problem": str(error)[:300]}
    if put.fits and not put.answered:
        return {"ok": True, "went": "", "problem": ""}
    went, meant = (replace(transcript, acts=tuple(acts)).format() for acts in (put.went, put.meant))
    answered = {"answered": put.answered, "meant": "" if put.fits else meant} if put.answered else {}
    return {"ok": False, "went": went, "problem": "", **answered}


def results(files: Mapping[str, str], tests: Mapping[str, str], answers: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """One after the other, and last what they have come to. `answers` (title by slot): to questions that a test does not know of."""
    book, nlu, covered = parsed(tuple(sorted(files.items()))), Remembered(), Covered()
    for name, text in tests.items():
        yield {"name": name, **played(book, text, nlu, answers, covered)}
    yield {"covered": {name: sorted(ways) for name, ways in sorted(covered.items())}}


def findings(files: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """All that the check finds."""
    for one in proving.prove(files).findings:
        yield asdict(one)


def main() -> int:
    os.nice(10)
    given = json.load(sys.stdin)
    if given.get("check"):
        for finding in findings(given["files"]):
            print(json.dumps(finding), flush=True)
        return 0
    for result in results(given["files"], given["tests"], given["answers"]):
        print(json.dumps(result), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
