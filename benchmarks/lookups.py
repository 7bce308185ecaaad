"""What single steps cost, one thread: look-ups, the safety screen, understanding, the flow engine."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from benchmarks import engine
from bot import safety, understanding
from bot.actions.catalogue import SPECS
from bot.assistant import DIALOGS
from bot.flows.commands import StartFlow
from bot.flows.engine import Expecting, advance, expecting
from bot.flows.reading import read_book
from bot.flows.state import DialogueState
from bot.nlu.stand_in import StandIn
from services.areas import Areas
from services.clock import LONDON
from services.messages import Address, Inbound
from services.practices import Practices

T = TypeVar("T")
POSTCODES = [
    "PR1 8XJ", "LS1 4AP", "SW1A 1AA", "M1 1AE", "B33 8TH", "EX4 4QJ", "NE1 7RU", "CT1 2EH", "YO10 5DD", "L1 8JQ",
    "CF10 1EP", "EH1 1YZ", "BT1 5GS", "ZZ1 1ZZ", "PR1 8ZZ", "TR1 1AA",
]  # fmt: skip
SURGERIES = ["Park Road", "St James", "the surgery on station road", "Dr Patel", "Riverside medical centre", "Leeds"]
TEXTS = [
    "1", "yeh its safe", "signed off with my nerves since march", "anxiety and my back", "the rent is behind",
    "do i have to talk to someone on the phone", "thursday after 3", "my job is killing me honestly",
    "im 41 and ive been off sick six months, landlord wants me out and my knees have gone", "who are you",
]  # fmt: skip


def median(work: Callable[[T], object], items: Sequence[T], seconds: float) -> float:
    """Seconds of the median call over the items in turn, for about `seconds`; one round before counts for nothing."""
    for item in items:
        work(item)
    took: list[float] = []
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        for item in items:
            began = time.perf_counter()
            work(item)
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def known_postcodes(areas: Areas, number: int = 500) -> list[str]:
    """Postcodes that exist, from all over."""
    draw = random.Random(7)
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    found: list[str] = []
    while len(found) < number:
        district = draw.choice(POSTCODES[:12]).split()[0]
        tried = f"{district} {draw.randint(1, 9)}{draw.choice(letters)}{draw.choice(letters)}"
        if areas.find(tried).status == "found":
            found.append(tried)
    return found


def asked_about_work() -> Expecting:
    """The question that the texts are read as answers to."""
    book = read_book(DIALOGS, SPECS)
    state = DialogueState(revision=book.revision)
    turn = advance(book, state, [StartFlow("about_work")], act=lambda *_: None, channel="sms", helpline=str)  # type: ignore[arg-type, return-value]
    question = expecting(book, turn.state)
    assert question is not None
    return question


def main() -> None:
    areas, practices, stand_in = Areas.load(), Practices.load(), StandIn()
    question, now = asked_about_work(), datetime(2026, 11, 23, 9, 0, tzinfo=LONDON)

    def hear(text: str) -> object:
        return understanding.hear(Inbound(Address("sms", "+447700900123"), "1", text), question, now, None)

    rows: list[tuple[str, float, float, str]] = [
        ("postcode look-up", median(areas.find, known_postcodes(areas), 2) * 1e6, 20, "µs"),
        ("postcode look-up, also unknown ones", median(areas.find, POSTCODES, 1) * 1e6, 0, "µs"),
        ("practice search", median(practices.search, SURGERIES, 2) * 1e3, 0, "ms"),
        ("safety screen, phrase lists only", median(safety.patterns_only, TEXTS, 1) * 1e3, 0, "ms"),
        ("safety screen, both layers", median(safety.screen, TEXTS, 1) * 1e3, 0, "ms"),
        ("understanding, safety screen included", median(hear, TEXTS, 2) * 1e3, 0, "ms"),
        ("intent by the built-in stand-in", median(stand_in.parse, TEXTS, 1) * 1e3, 0, "ms"),
    ]
    for name, figure, limit, unit in rows:
        print(f"{name:<40}{figure:>8.2f} {unit}{f'  (limit {limit:g} {unit})' if limit else ''}")
    engine.main()


if __name__ == "__main__":
    main()
