"""Which cards of the conversation, and which ways on from them, the conversation tests come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.flows.definition import Flow
from bot.flows.reading import revision
from bot.studio import testing
from bot.studio.drafting import Desk
from services import trials
from services.db import Database
from services.trials import Trial


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the cards, and of the ways where there is more than one, some test comes to."""

    cards: int
    of_cards: int
    ways: int
    of_ways: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the tests that were played came to. `whole`: all of them were played; `of_draft`: with the draft as it is."""

    walked: Mapping[str, frozenset[int]]
    tests: int
    whole: bool
    of_draft: bool

    def card(self, flow: str, step: str) -> bool:
        return f"{flow}.{step}" in self.walked

    def way(self, flow: str, step: str, number: int) -> bool:
        return number in self.walked.get(f"{flow}.{step}", ())

    def share(self, flows: Iterable[Flow]) -> Share:
        """Of these topics."""
        steps = [(flow.id, step) for flow in flows for step in flow.steps.values()]
        ways = [(flow, step.id, n) for flow, step in steps if len(step.next) > 1 for n in range(len(step.next))]
        cards = sum(self.card(flow, step.id) for flow, step in steps)
        return Share(cards, len(steps), sum(self.way(*way) for way in ways), len(ways))


def coverage_of(db: Database, desk: Desk) -> Coverage | None:
    """Of the draft as it is, else of what is live; None where no test was played with either."""
    with db.read() as session:
        own = _played(trials.of(session, testing.mark(desk)), bool(desk.draft))
        return own or _played(trials.of(session, revision(desk.live_files)), False)


def _played(ended: Iterable[Trial], of_draft: bool) -> Coverage | None:
    """All trials of one content together, up to the newest in which every test was played."""
    walked: dict[str, frozenset[int]] = {}
    tests = 0
    for trial in ended:
        if trial.problem or not trial.covered:
            continue
        for name, ways in trial.covered.items():
            walked[name] = walked.get(name, frozenset()) | frozenset(ways)
        tests = max(tests, trial.total)
        if trial.scope == "all":
            return Coverage(walked, trial.total, True, of_draft)
    return Coverage(walked, tests, False, of_draft) if walked else None
