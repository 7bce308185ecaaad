"""A conversation as a test, in plain text: parsed and written, never played here (bot.conversation_tests plays it).

Plain text because YAML would read "yes" as true and "9:30" as 570. The format is in dialogs/tests/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

HEADERS = ("channel", "world", "now")
DOING = ("you", "coach", "meanwhile", "time")
CHANNELS = ("sms", "telegram", "web")
INDENT = "     "
_LINE = re.compile(r"(you|bot|coach|meanwhile|time):(?: (.*))?")


class TranscriptError(ValueError):
    """A file that is not a conversation test; names the line and what to do."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done (`you`, `coach`, `meanwhile`, `time`) and what is expected to come of it."""

    kind: str
    words: str
    replies: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation: what it shows, on which channel, in which world and when, and its acts."""

    title: str
    channel: str
    world: str
    now: str
    acts: tuple[Act, ...] = field(default=())

    @classmethod
    def parse(cls, text: str) -> Transcript:
        """Raises TranscriptError with the line that cannot be read."""
        return _Reader(text).transcript()

    def format(self) -> str:
        """The text of the file; parse(format()) gives the same conversation."""
        lines = [self.title, "", *(f"{name}: {value}" for name, value in zip(HEADERS, self._head(), strict=True)), ""]
        for act in self.acts:
            lines += _written(act)
        return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"

    def _head(self) -> tuple[str, str, str]:
        return self.channel, self.world, self.now


def _written(act: Act) -> list[str]:
    lines = [f"{act.kind}: {act.words}"]
    for reply in act.replies:
        first, *rest = reply.split("\n")
        lines += [f"bot: {first}", *(INDENT + line for line in rest)]
    return [*lines, *(f"{INDENT}* {event}" for event in act.events)]


@dataclass
class _Open:
    """An act while its replies are still being read."""

    kind: str
    words: str
    line: int
    replies: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    def closed(self) -> Act:
        replies = tuple(reply.rstrip("\n") for reply in self.replies)
        return Act(self.kind, self.words, replies, tuple(self.events), self.line)


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines = text.replace("\r\n", "\n").split("\n")
        self.acts: list[_Open] = []

    def transcript(self) -> Transcript:
        title, start = self._title()
        head, start = self._head(start)
        for number, line in enumerate(self.lines[start:], start=start + 1):
            self._line(number, line)
        if not self.acts:
            raise TranscriptError(len(self.lines), "nobody says anything. Add a `you:` line.")
        return Transcript(title, head["channel"], head["world"], head["now"], tuple(act.closed() for act in self.acts))

    def _title(self) -> tuple[str, int]:
        title: list[str] = []
        for number, line in enumerate(self.lines):
            if not line.strip() and title:
                return "\n".join(title), number + 1
            if line.strip():
                title.append(line.strip())
        raise TranscriptError(1, "begin with a sentence that says what happens, then an empty line.")

    def _head(self, start: int) -> tuple[Mapping[str, str], int]:
        head: dict[str, str] = {}
        for number in range(start, len(self.lines)):
            line = self.lines[number].strip()
            if not line and head:
                return self._whole(head, number), number + 1
            name, colon, value = line.partition(":")
            if line and (not colon or name not in HEADERS):
                raise TranscriptError(number + 1, f"the head has {', '.join(f'{each}:' for each in HEADERS)}")
            if line:
                head[name] = value.strip()
        return self._whole(head, len(self.lines)), len(self.lines)

    def _whole(self, head: Mapping[str, str], number: int) -> Mapping[str, str]:
        missing = [name for name in HEADERS if not head.get(name)]
        if missing:
            raise TranscriptError(number, f"the head lacks {', '.join(f'{each}:' for each in missing)}")
        if head["channel"] not in CHANNELS:
            raise TranscriptError(number, f"channel: is one of {', '.join(CHANNELS)}")
        return head

    def _line(self, number: int, line: str) -> None:
        found = _LINE.fullmatch(line)
        if found and found[1] in DOING:
            self.acts.append(_Open(found[1], found[2] or "", number))
        elif line.strip() or (self.acts and self.acts[-1].replies):
            self._outcome(number, line, found)

    def _outcome(self, number: int, line: str, found: re.Match[str] | None) -> None:
        if not self.acts:
            raise TranscriptError(number, "somebody must do something before anything comes of it: begin with `you:`.")
        act = self.acts[-1]
        if found:
            act.replies.append(found[2] or "")
        elif line.startswith(INDENT + "* "):
            act.events.append(line[len(INDENT) + 2 :])
        elif act.replies and not act.events and (line.startswith(INDENT) or not line.strip()):
            act.replies[-1] += "\n" + line[len(INDENT) :]
        elif line.strip():
            raise TranscriptError(number, "a line is you:, bot:, coach:, meanwhile:, time:, or indented below bot:.")


def same(expected: Act, replies: Sequence[str], responses: Sequence[Sequence[str]], events: Sequence[str]) -> bool:
    """Whether what came of an act is what was expected; `{utter_x}` stands for any words of that response."""
    if len(expected.replies) != len(replies) or tuple(expected.events) != tuple(events):
        return False
    return all(_fits(*each) for each in zip(expected.replies, replies, responses, strict=True))


def _fits(expected: str, reply: str, responses: Sequence[str]) -> bool:
    named = re.fullmatch(r"\{(utter_\w+)\}", expected.strip())
    return named[1] in responses if named else expected == reply
