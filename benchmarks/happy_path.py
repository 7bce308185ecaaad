"""The happy path by SMS: how many texts, segments and pence from the first text to the booked call."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.assistant import assemble
from bot.channels import sms
from bot.flows.segments import segments
from bot.nlu.rasa import NoNlu
from bot.nlu.stand_in import Backed, StandIn
from bot.simulator import Answered, Simulator
from services.settings import Settings

PENCE = 2.4  # a segment
MOST_SEGMENTS = 16
BY_NUMBERS = ["hi", "1", "2", "PR1 8XJ", "34", "1 2", "1", "Sam", "1", "1", "1"]
IN_OWN_WORDS = [
    "hiya", "yeh its safe", "signed off from work", "pr18xj", "im 41", "anxiety and my back", "the rent is behind",
    "its Jo", "just ring me", "the first one", "yes share it",
]  # fmt: skip
EXTRAS = ["no voicemail", "no im fine", "get back to my job slowly", "ok"]


@dataclass
class Count:
    """Texts and segments each way."""

    texts_in: int = 0
    texts_out: int = 0
    segments_out: int = 0

    def add(self, answered: Answered) -> None:
        self.texts_in += 1
        for message in answered.messages:
            self.texts_out += 1
            self.segments_out += segments(sms.render(message.text, message.choices))

    def line(self, name: str) -> str:
        pence = self.segments_out * PENCE
        return f"{name:<34}{self.texts_in:>9}{self.texts_out:>10}{self.segments_out:>14}{pence:>9.1f}p"


@contextmanager
def person() -> Iterator[Simulator]:
    """Somebody with a telephone, and a service of their own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(ANYDOOR_HOME=Path(folder), ANYDOOR_NOW="2026-11-23T09:00")  # type: ignore[call-arg]
        assistant = assemble(settings, demo=True, nlu=Backed(NoNlu("not needed here"), StandIn()))
        try:
            yield Simulator(assistant, "sms")
        finally:
            assistant.close()


def say_all(simulator: Simulator, texts: Sequence[str]) -> tuple[Count, Answered]:
    count = Count()
    for text in texts:
        answered = simulator.say(text)
        count.add(answered)
    return count, answered


def booked(texts: Sequence[str]) -> tuple[Count, Count]:
    """The counts up to the booked call, and of the extras after it. Raises ValueError when no call was booked."""
    with person() as simulator:
        count, last = say_all(simulator, texts)
        if last.outcome != "booked":
            raise ValueError(f"no call was booked: the conversation stands at {last.flow}, {last.step}")
        extras, _ = say_all(simulator, EXTRAS)
    return count, extras


def main() -> None:
    print(f"{'':<34}{'texts in':>9}{'texts out':>10}{'segments out':>14}{'pence':>10}")
    for name, texts in (("with numbers", BY_NUMBERS), ("in own words", IN_OWN_WORDS)):
        count, extras = booked(texts)
        print(count.line(f"{name}, to the booked call"))
        print(extras.line("  the extras after it"))
        verdict = "held" if count.segments_out <= MOST_SEGMENTS else "BROKEN"
        print(f"  limit of {MOST_SEGMENTS} segments to the booked call: {verdict}")


if __name__ == "__main__":
    main()
