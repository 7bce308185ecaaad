"""Worlds and "meanwhile" sentences for trying the assistant, read from dialogs/tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from bot import coaching
from bot.assistant import DIALOGS, Assistant
from services import booking, conversations, demo, introductions, worlds
from services.worlds import World

if TYPE_CHECKING:
    from bot.simulator import Simulator

SOMEBODY = 1
WORLDS = DIALOGS / "tests" / "worlds"


@cache
def read_world(name: str) -> World:
    """A world by its file's name. ValueError names the worlds there are."""
    path = WORLDS / f"{name}.yml"
    if not path.is_file():
        raise ValueError(
            f"There is no world {name}. Worlds: {', '.join(sorted(each.stem for each in WORLDS.glob('*.yml')))}"
        )
    return world_of(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


def world_of(content: dict[str, Any]) -> World:
    return World(
        teams=content.get("teams", "demo") == "demo",
        without_team=tuple(content.get("without_team", ())),
        call_backs_by=dict(content.get("call_backs_by", {})),
        openings=openings_of(content.get("openings", "plenty")),
        rules={board: dict(rules) for board, rules in content.get("rules", {}).items()},
        duty=content.get("duty", "on") == "on",
    )


def openings_of(written: Any) -> tuple[datetime, ...] | None:
    if written == "plenty":
        return None
    return () if written == "none" else tuple(datetime.fromisoformat(str(each)) for each in written)


def set_world(assistant: Assistant, name: str) -> None:
    """Put a demonstration database into a world."""
    world = read_world(name)
    now = assistant.clock.now()
    with assistant.db.write() as session:
        worlds.reopen(session)
        demo.install_demo(session, now)
        worlds.set_up(session, world, now)


def meanwhile(simulator: Simulator, sentence: str) -> None:
    """Something happens elsewhere. ValueError lists the sentences that are known."""
    if sentence not in SENTENCES:
        raise ValueError(f"meanwhile: knows {'; '.join(SENTENCES)}")
    SENTENCES[sentence](simulator)


def first_opening_goes(simulator: Simulator) -> None:
    choices = simulator.settle("").slots.get("opening_choices") or []
    if choices:
        write(simulator, lambda session, now: worlds.book_for_somebody(session, choices[0]["value"], now))


def every_opening_goes(simulator: Simulator) -> None:
    write(simulator, lambda session, now: worlds.take_every_opening(session, team_of(simulator), now))


def opening_comes_free(simulator: Simulator) -> None:
    write(simulator, lambda session, now: worlds.free_an_opening(session, team_of(simulator), now))


def team_closes(simulator: Simulator) -> None:
    write(simulator, lambda session, now: worlds.close_team(session, team_of(simulator), now))


def coach_takes_the_day_off(simulator: Simulator) -> None:
    write(simulator, lambda session, now: worlds.take_the_day_off(session, simulator.conversation_id()))


def team_of(simulator: Simulator) -> str:
    with simulator.assistant.db.read() as session:
        return conversations.see(session, simulator.conversation_id()).team_id or ""


def write(simulator: Simulator, change: Callable[[Any, datetime], object]) -> None:
    with simulator.assistant.db.write() as session:
        change(session, simulator.assistant.clock.now())


def model_goes_down(simulator: Simulator) -> None:
    simulator.assistant.nlu = None


def came_of_call(outcome: str) -> Callable[[Simulator], object]:
    return lambda simulator: comes_of_call(simulator, outcome)


def comes_of_call(simulator: Simulator, outcome: str) -> None:
    """It is recorded, and the minutes go by in which it might be taken back."""
    simulator.record_outcome(outcome)
    clock = simulator.assistant.clock
    clock.set(clock.now() + booking.HELD_BACK)


def coach_is_back(simulator: Simulator) -> None:
    coaching.hand_back(simulator.assistant, simulator.conversation_id(), SOMEBODY)


def passed_on(simulator: Simulator) -> None:
    referrer = introductions.Referrer("surgery", 1, 1)
    given = introductions.Given(simulator.address.value, "gp", "Sam", "PR1 8XJ")
    write(simulator, lambda session, now: introductions.pass_on(session, referrer, given, now))


def check_in_is_planned(simulator: Simulator) -> None:
    question = "How did the meeting with your manager go?"
    number = simulator.conversation_id()
    write(simulator, lambda session, now: worlds.plan_check_in(session, number, question, SOMEBODY, now))


def asked_to_transfer(simulator: Simulator) -> None:
    number = simulator.conversation_id()
    write(simulator, lambda session, now: worlds.ask_to_transfer(session, number, SOMEBODY, now))


def transfer_taken_back(simulator: Simulator) -> None:
    number = simulator.conversation_id()
    write(simulator, lambda session, now: worlds.take_transfer_back(session, number, SOMEBODY, now))


SENTENCES: dict[str, Callable[[Simulator], object]] = {
    "someone else books the first opening": first_opening_goes,
    "someone else books every opening": every_opening_goes,
    "an opening comes free": opening_comes_free,
    "the coach takes the day off": coach_takes_the_day_off,
    "the team closes": team_closes,
    "the coach could not get through": came_of_call("not_reached"),
    "the coach got through": came_of_call("reached"),
    "the coach plans a check-in for tomorrow": check_in_is_planned,
    "the team would hand over to another team": asked_to_transfer,
    "the team takes that back": transfer_taken_back,
    "the coach hands back": coach_is_back,
    "the language model is down": model_goes_down,
    "a GP surgery passes the number on": passed_on,
}
