"""How many turns a second the flow engine takes on its own, its state through JSON between all of them."""

from __future__ import annotations

import time

from bot.flows.commands import SetSlot, StartFlow
from bot.flows.engine import advance, expecting
from bot.flows.state import DialogueState
from tests.bot.flows.talking import Actions, small_book

ANSWERS = {"work": "in_work", "postcode": "PR1 8XJ", "name": "Sam", "health": ["back"], "opening": "a", "share": "yes"}


def main(seconds: float = 3.0) -> None:
    book, act = small_book(), Actions()
    turns, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        state = DialogueState()
        commands = [StartFlow("journey")]
        while commands:
            state = advance(book, state, commands, act=act, channel="sms", helpline=str).state
            state = DialogueState.from_json(state.to_json())
            turns += 1
            question = expecting(book, state)
            commands = [SetSlot(question.slot, ANSWERS[question.slot])] if question else []  # type: ignore[list-item]
    rate = turns / (time.perf_counter() - started)
    print(f"{'flow engine alone':<40}{rate:>8,.0f} turns a second (goal 5,000)")


if __name__ == "__main__":
    main()
