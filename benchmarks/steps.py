"""Processor time of a turn's steps in one thread: accept, take the turn, send its replies. No HTTP, no language server.

`python -m benchmarks.steps [people] [profile] [postgres]`; `profile` prints where the time of the three together goes.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import machine
from benchmarks.people import TEXTS, as_said
from bot import rounds
from bot.assistant import Assistant, assemble
from bot.nlu.stand_in import StandIn
from services.messages import Address, Inbound, Outbound, Receipt
from services.settings import Settings

PEOPLE, WARM = 40, 8


class Sent:
    """A channel that takes everything at once."""

    def __init__(self) -> None:
        self.count = 0

    def send(self, outbound: Outbound) -> Receipt:
        self.count += 1
        return Receipt(f"SM{self.count:032d}")


@contextmanager
def opened(database: str | None = None) -> Iterator[Assistant]:
    """The product in this process on a new database, with the built-in recognisers alone."""
    with tempfile.TemporaryDirectory(prefix="anydoor-bench-") as home:
        given = {
            "ANYDOOR_HOME": Path(home),
            "ANYDOOR_NOW": "2026-11-23T09:00",
            "ANYDOOR_SECRET_KEY": "a-benchmark-secret-that-is-long-enough",
            "ANYDOOR_DATABASE_URL": database or "",
        }
        settings = Settings.model_validate(given)
        assistant = assemble(settings, demo=True, nlu=StandIn())
        try:
            assistant.warm()
            assistant.channels = {"sms": Sent()}  # type: ignore[dict-item]
            yield assistant
        finally:
            assistant.close()


def converse(
    assistant: Assistant, first: int, people: int, spent: dict[str, float], texts: Sequence[str] = TEXTS
) -> None:
    """So many people side by side, each a text in turn; processor seconds of each step are added to `spent`."""
    for place, text in enumerate(texts):
        for number in range(first, first + people):
            body = as_said(text, number)
            inbound = Inbound(Address("sms", f"+447400{number:06d}"), f"SM{number:026d}{place:06d}", text=body)
            began = time.process_time()
            assistant.accept(inbound)
            accepted = time.process_time()
            rounds.catch_up_all(assistant)
            taken = time.process_time()
            rounds.deliver(assistant, "sms", woken=True)
            spent["accept"] += accepted - began
            spent["take"] += taken - accepted
            spent["deliver"] += time.process_time() - taken
            spent[text] += time.process_time() - began


def main(people: int = PEOPLE, profile: bool = False, database: str | None = None) -> None:
    with opened(database) as assistant:
        converse(assistant, 100_000, WARM, defaultdict(float))
        spent: dict[str, float] = defaultdict(float)
        watch = cProfile.Profile(time.process_time) if profile else None
        if watch:
            watch.enable()
        converse(assistant, 200_000, people, spent)
        if watch:
            watch.disable()
    turns = people * len(TEXTS)
    print(f"{machine.about()}\n")
    for step in ("accept", "take", "deliver"):
        print(f"{step:<10}{1000 * spent[step] / turns:>7.2f} ms of processor a turn")
    print(f"{'together':<10}{1000 * sum(spent[text] for text in set(TEXTS)) / turns:>7.2f}\n")
    for text in dict.fromkeys(TEXTS):
        print(f"{1000 * spent[text] / people / TEXTS.count(text):>7.2f} ms  {text}")
    if watch:
        watch.dump_stats(os.environ.get("STEPS_PROFILE", "/dev/null"))
        pstats.Stats(watch).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE, "profile" in sys.argv
    if "postgres" in sys.argv:
        with machine.postgres() as address:
            main(*asked, address)
    else:
        main(*asked)
