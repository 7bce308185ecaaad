"""What the check of the content costs: ours, and how it grows with grown flows; one run, so that the ratios hold."""

from __future__ import annotations

import time

from bot.actions.catalogue import SPECS
from bot.flows.checking import check
from bot.flows.reading import read_files
from tests.bot.flows.seeded.growing import grow
from tests.bot.flows.seeded.ours import ours

SIZES = ((5, 10), (10, 10), (20, 10), (50, 10), (100, 10), (5, 50), (20, 50), (100, 50))


def main() -> None:
    timed("our content", dict(ours()), SPECS)
    timed(
        "our content, one word changed", {**ours(), "flows/about_work.yml": ours()["flows/about_work.yml"] + " "}, SPECS
    )
    base = None
    for flows, steps in SIZES:
        grown = grow(1, flows=flows, steps=steps)
        seconds = timed(f"{flows} flows of {steps} steps", grown.files(), grown.actions)
        base = base or seconds / (flows * steps)
        print(f"{'':<40}{seconds / (flows * steps) / base:>8.2f} times as long for each step as in the smallest")


def timed(name: str, files, actions) -> float:  # type: ignore[no-untyped-def]
    began = time.process_time()
    book = read_files(files, actions)
    read = time.process_time() - began
    errors = [one for one in check(book) if one.severity == "error"]
    seconds = time.process_time() - began
    proved = "not proved" if any("not proved" in one.message for one in errors) else "proved"
    print(f"{name:<40}{seconds:>8.2f} s of processor, {read:.2f} of it reading; {len(errors)} errors, {proved}")
    return seconds


if __name__ == "__main__":
    main()
