"""Plays the conversations of dialogs/tests through the real assistant and compares (`anydoor test`)."""

from __future__ import annotations

import difflib
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot import coaching, trial
from bot.assistant import DIALOGS, assemble
from bot.channels import sms
from bot.flows.definition import Book
from bot.flows.transcripts import Act, Transcript, TranscriptError, same
from bot.nlu import rasa
from bot.nlu.parsed import Nlu, Parsed
from bot.nlu.recorded import RecordedNlu, record
from bot.simulator import SOMEBODY, Answered, Simulator
from bot.times import spoken
from services.messages import Channel, Inbound, Outbound
from services.settings import Settings

TESTS = DIALOGS / "tests"
RECORDED = TESTS / "recorded_nlu.json"
NOT_WORDS = re.compile(r"\[(photo|voice|sticker|video|file)\]")
PRESSES = re.compile(r"\[presses (.+)\]")
SHARES = re.compile(r"\[shares their number (.+)\]")
SECRET = "the same in every test, so that links are the same"
AT_ONCE = "the next two texts come at once"
TAKES_OVER = "a coach takes over"
HIDDEN = {"outcome"}
MOST_NAMED = 60


@dataclass
class Report:
    """What came of playing: failures as differences, and which steps were walked."""

    played: int = 0
    failures: list[str] = field(default_factory=list)
    updated: int = 0
    walked: set[tuple[str, str]] = field(default_factory=set)
    steps: int = 0
    unwalked: list[str] = field(default_factory=list)

    def text(self) -> str:
        share = 100 * (self.steps - len(self.unwalked)) / self.steps if self.steps else 0
        lines = [*self.failures, f"{self.played} conversations, {len(self.failures)} failed, {self.updated} rewritten."]
        lines.append(f"Steps walked: {share:.1f}% of {self.steps}.")
        named = self.unwalked if len(self.unwalked) <= MOST_NAMED else []  # a test or two walk little: no list of it
        return "\n".join([*lines, *(f"  not walked: {step}" for step in named)])


def conversation_files(paths: Sequence[Path]) -> list[Path]:
    """The conversation files under the paths, or all of them."""
    given = paths or [TESTS]
    found = [file for path in given for file in ([path] if path.is_file() else sorted(path.rglob("*.txt")))]
    if not found:
        raise ValueError(f"No conversation tests in {', '.join(str(path) for path in given)}.")
    return found


def play_all(paths: Sequence[Path], *, update: bool = False, live: bool = False) -> Report:
    """Play every conversation; with `update` rewrite what is expected. `live` asks the trained model itself."""
    report = Report()
    nlu = live_nlu() if live else RecordedNlu(RECORDED)
    book: Book | None = None
    try:
        for file in conversation_files(paths):
            played, walked, book = play_file(file, nlu)
            report.played += 1
            report.walked |= walked
            judge(report, file, played, update)
    finally:
        nlu.close()
    if book:
        cover(report, book)
    return report


def judge(report: Report, file: Path, played: Played, update: bool) -> None:
    expected, actual = file.read_text(encoding="utf-8"), played.transcript.format()
    if played.as_expected:
        return
    if update:
        file.write_text(actual, encoding="utf-8")
        report.updated += 1
        return
    name = str(file.relative_to(TESTS.parent.parent)) if file.is_relative_to(TESTS) else str(file)
    lines = difflib.unified_diff(expected.split("\n"), actual.split("\n"), f"{name} (expected)", "played", lineterm="")
    report.failures.append("\n".join(lines))


def cover(report: Report, book: Book) -> None:
    every = {(flow.id, step) for flow in book.flows.values() for step in flow.steps}
    report.steps = len(every)
    report.unwalked = [f"{flow}.{step}" for flow, step in sorted(every - report.walked)]


def live_nlu() -> Nlu:
    nlu = rasa.open_nlu()
    wait = getattr(nlu, "wait", None)
    if wait is None or not wait(60):
        raise ValueError(f"The trained model does not answer: {getattr(nlu, 'why', 'it did not start in time')}.")
    return nlu


class Asking:
    """Passes texts on to a model and remembers them."""

    def __init__(self, nlu: Nlu) -> None:
        self.nlu, self.texts = nlu, set[str]()

    @property
    def up(self) -> bool:
        return self.nlu.up

    def parse(self, text: str) -> Parsed | None:
        self.texts.add(text)
        return self.nlu.parse(text)

    def close(self) -> None:
        self.nlu.close()


def record_all(paths: Sequence[Path]) -> int:
    """Play everything with the trained model and keep its answers for the tests. Answers how many."""
    asking = Asking(live_nlu())
    try:
        for file in conversation_files(paths):
            play_file(file, asking)
        return record(asking.texts, asking.nlu, RECORDED)
    finally:
        asking.close()


@dataclass(frozen=True)
class Played:
    transcript: Transcript
    as_expected: bool


def play_file(file: Path, nlu: Nlu | None) -> tuple[Played, set[tuple[str, str]], Book]:
    """Play one file. TranscriptError names the file too."""
    try:
        transcript = Transcript.parse(file.read_text(encoding="utf-8"))
        with stage(transcript, nlu) as simulator:
            walked: set[tuple[str, str]] = set()
            simulator.assistant.watchers.append(lambda taken: walked.update(taken.turn.walked if taken.turn else ()))
            return play(transcript, simulator), walked, simulator.assistant.book(None)
    except (TranscriptError, ValueError) as error:
        raise ValueError(f"{file}: {error}") from error


@contextmanager
def stage(transcript: Transcript, nlu: Nlu | None, content: Book | None = None) -> Iterator[Simulator]:
    """A fresh database in the conversation's world, at its time; `content`: what is said instead of dialogs/."""
    with tempfile.TemporaryDirectory(prefix="anydoor-test-") as folder:
        home = Path(folder)
        shutil.copytree(prepared(transcript.world, transcript.now), home, dirs_exist_ok=True)
        assistant = assemble(alone(home, transcript.now), nlu=nlu, throw_away=True, content=content)
        try:
            yield Simulator(assistant, transcript.channel)  # type: ignore[arg-type]
        finally:
            assistant.db.close()


def alone(home: Path, now: str) -> Settings:
    """Settings that know of no database, provider or key of the environment: whatever is tried stays in its folder."""
    unset = {name: field.default for name, field in Settings.model_fields.items()}
    return Settings.model_construct(**{**unset, "home": home, "now": now, "secret": SecretStr(SECRET)})


@cache
def prepared(world: str, now: str) -> Path:
    """A folder with a database in a world at a time, made once a process."""
    home = Path(tempfile.mkdtemp(prefix="anydoor-world-"))
    nlu = rasa.NoNlu("a world has no need of it")
    assistant = assemble(alone(home, now), demo=True, nlu=nlu, throw_away=True)
    trial.set_world(assistant, world)
    assistant.db.close()
    return home


class CannotHappen(ValueError):
    """An act that cannot be done where the conversation stands; `before`: all that was played until then."""

    def __init__(self, why: str, before: Transcript) -> None:
        super().__init__(why)
        self.before = before


def play(transcript: Transcript, simulator: Simulator) -> Played:
    """Do every act in turn and write down what comes of it. Raises CannotHappen."""
    acts: list[Act] = []
    fits = True
    for act in transcript.acts:
        try:
            answered = do(simulator, act)
        except ValueError as error:
            raise CannotHappen(str(error), replace(transcript, acts=tuple(acts))) from error
        responses = response_ids(answered)
        replies, events = [written(message) for message in answered.messages], event_lines(answered)
        named = [responses.get(message.text, ()) for message in answered.messages]
        if same(act, replies, named, events):
            acts.append(act)
        else:
            fits = False
            acts.append(replace(act, replies=tuple(replies), events=tuple(events)))
    return Played(replace(transcript, acts=tuple(acts)), fits)


def do(simulator: Simulator, act: Act) -> Answered:
    if act.kind == "time":
        return simulator.until(datetime.fromisoformat(act.words))
    if act.kind == "coach":
        return simulator.coach(act.words)
    if act.kind == "you":
        return simulator.hear(inbound(simulator, act.words))
    if act.words == TAKES_OVER:
        coaching.take_over(simulator.assistant, simulator.conversation_id(), SOMEBODY)
        return simulator.settle("")
    if act.words == AT_ONCE:
        simulator.hold_back = 1
        return simulator.settle("")
    trial.meanwhile(simulator, act.words)
    return simulator.settle("")


def inbound(simulator: Simulator, words: str) -> Inbound:
    if found := NOT_WORDS.fullmatch(words):
        return simulator.inbound(kind="media", media=found[1])
    if found := PRESSES.fullmatch(words):
        return simulator.inbound(kind="press", pressed=found[1])
    if found := SHARES.fullmatch(words):
        return simulator.inbound(found[1], kind="contact")
    return simulator.inbound(words)


def written(message: Outbound) -> str:
    """As the person reads it: choices numbered below."""
    if message.address.channel == "sms":
        return sms.render(message.text, message.choices)
    return "\n".join([message.text, *(f"{n}. {choice.title}" for n, choice in enumerate(message.choices, start=1))])


def response_ids(answered: Answered) -> dict[str, Sequence[str]]:
    return {message.text: message.responses for taken in answered.taken for message in taken.messages}


def event_lines(answered: Answered) -> list[str]:
    return [event_line(event) for event in answered.events if event["name"] not in HIDDEN]


def event_line(event: dict[str, Any]) -> str:
    """ "opening held: Tue 24 Nov, 10am"."""
    data = {name: value for name, value in event.items() if name not in {"name", "referral"}}
    if "starts_at" in data:
        data["starts_at"] = spoken(datetime.fromisoformat(data["starts_at"]))
    values = ", ".join(plainly(value) for value in data.values() if value not in (None, [], ""))
    name = event["name"].replace("_", " ")
    return f"{name}: {values}" if values else name


def plainly(value: Any) -> str:
    return (
        ", ".join(str(each) for each in value)
        if isinstance(value, Iterable) and not isinstance(value, str)
        else str(value)
    )


def as_transcript(simulator: Simulator, lines: Sequence[Answered], world: str = "plenty") -> str:
    """A conversation held in the terminal, as a test."""
    acts = tuple(
        Act("you", line.said, tuple(written(message) for message in line.messages), tuple(event_lines(line)))
        for line in lines
    )
    now = simulator.began.strftime("%Y-%m-%d %H:%M")
    channel: Channel = simulator.channel
    return Transcript("A conversation held in the terminal.", channel, world, now, acts).format()
