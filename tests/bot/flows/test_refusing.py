"""Content that cannot be is refused with what to do, in little memory and little time (benchmarks/refusals.py has the figures)."""

from __future__ import annotations

import tracemalloc

import pytest

from bot.actions.catalogue import SPECS
from bot.flows.definition import ContentErrors
from bot.flows.reading import read_files
from tests.bot.flows.refusing import TEXTS
from tests.costs import costs_less_than

MEGABYTES = 50
SECONDS = 1.0
"""Ten times the 100 ms that hold on an idle machine: a test may share it."""


@pytest.mark.parametrize("name", TEXTS)
def test_it_is_refused_with_file_line_and_what_to_do_and_costs_little(name: str) -> None:
    def refuse(number: int) -> None:
        with pytest.raises(ContentErrors):
            read_files({"flows/bad.yml": TEXTS[name] + " " * number}, SPECS)

    assert costs_less_than(SECONDS, refuse)
    with pytest.raises(ContentErrors) as refused:
        read_files({"flows/bad.yml": TEXTS[name]}, SPECS)
    first = refused.value.findings[0]
    assert (first.file, first.line > 0, bool(first.message)) == ("flows/bad.yml", True, True)
    assert first.what_to_do
    tracemalloc.start()
    with pytest.raises(ContentErrors):
        read_files({"flows/bad.yml": TEXTS[name] + "\n# once more, so that nothing is remembered"}, SPECS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MEGABYTES * 1_000_000
