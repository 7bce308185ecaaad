"""Four people who write by turns: two who book, one who is in danger and says STOP, one from Scotland."""

from __future__ import annotations

from dataclasses import dataclass

from services.messages import Address


@dataclass(frozen=True)
class Writer:
    """`words`: what they text, one after the answer to the other."""

    number: str
    words: tuple[str, ...]

    @property
    def address(self) -> Address:
        return Address("sms", self.number)

    def sid(self, at: int) -> str:
        return f"SM{self.number[-3:]}x{at}"

    @property
    def sids(self) -> list[str]:
        return [self.sid(at) for at in range(len(self.words))]


def _books(postcode: str) -> tuple[str, ...]:
    return ("hi", "1", "off sick", postcode, "34", "1 and 2", "money", "Sam", "1", "1", "1", "skip")


WRITERS = (
    Writer("+447700900321", _books("PR1 8XJ")),
    Writer("+447700900322", _books("M1 1AE")),
    Writer("+447700900323", ("hi", "1", "i want to kill myself", "1", "in work", "STOP", "hello?", "START", "1")),
    Writer("+447700900324", ("hello", "1", "out of work", "EH1 1YZ", "hi", "1", "thanks")),
)
