"""What it costs to refuse careless and malicious content: the slowest and the largest, beside reading our own."""

from __future__ import annotations

import time
import tracemalloc

from bot.actions.catalogue import SPECS
from bot.flows.definition import ContentErrors
from bot.flows.reading import read_files
from tests.bot.flows.refusing import TEXTS


def main() -> None:
    times = {name: milliseconds(text) for name, text in TEXTS.items()}
    sizes = {name: megabytes(text) for name, text in TEXTS.items()}
    for what, found, unit, goal in (("slowest", times, "ms", 100), ("largest", sizes, "MB", 50)):
        name = max(found, key=lambda one: found[one])
        print(f"{f'{what} of {len(found)} refusals':<40}{found[name]:>8.1f} {unit} (goal {goal}): {name}")


def refused(text: str) -> None:
    try:
        read_files({"flows/bad.yml": text}, SPECS)
    except ContentErrors:
        return
    raise AssertionError(f"not refused: {text[:80]}")


def milliseconds(text: str) -> float:
    began = time.process_time()
    refused(text + "\n# timed")
    return 1000 * (time.process_time() - began)


def megabytes(text: str) -> float:
    tracemalloc.start()
    refused(text + "\n# weighed")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1_000_000


if __name__ == "__main__":
    main()
