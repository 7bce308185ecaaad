"""Sound flows grown from a number: questions, results of actions, calls, waiting loops, and conditions that go together.

Sound by the way they are built: a flow only calls later ones, goes back only to a question that is asked again, writes
a slot only where it was filled on every way that leads there, and says how it ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bot.flows.definition import ActionSpec

Step = dict[str, Any]

SAFE = """\
version: 1
locked: true
flows:
{crises}
  pattern_opt_out:
    {{name: Stop, description: d, locked: true, keeps_place: false, steps: [{{action: opt_out}}, {{action: utter_stopped}}, {{outcome: stopped}}]}}
  pattern_opt_in: {{name: Back, description: d, locked: true, keeps_place: false, steps: [{{action: opt_in}}, {{action: utter_back}}]}}
responses:
  utter_help: 'Call {{{{ "emergency"|helpline }}}} now.'
  utter_stopped: We have stopped.
  utter_back: Good to hear from you.
"""
CRISIS = """\
  pattern_crisis_{kind}:
    {{name: Help, description: d, locked: true, steps: [{{action: utter_help}}, {{outcome: crisis_help}}, {{action: alert_duty}}]}}"""
KINDS = ("self_harm", "harm_by_others", "harm_to_others", "medical", "child")
REPAIR = """\
version: 1
flows:
  pattern_person:
    name: A person
    description: d
    nlu_trigger: [{intent: person}]
    steps:
      - id: ask
        collect: want_person
        ask_before_filling: true
        next:
          - if: slots.want_person = "yes"
            then: [{action: utter_person_rings}, {outcome: call_back, next: END}]
          - else: [{action: utter_ok, next: END}]
  pattern_stuck:
    name: Stuck
    description: d
    steps:
      - id: ask
        collect: stuck_choice
        ask_before_filling: true
        gives_up: leave
        next:
          - if: slots.stuck_choice = "leave"
            then: [{action: utter_ok}, {outcome: left, next: END}]
          - else: END
  pattern_correct: {name: Change, description: d, steps: [{action: utter_ok}]}
  pattern_start_again: {name: Again, description: d, steps: [{action: utter_ok}]}
slots:
  want_person: {type: choice, volunteered: false, choices: [{value: "yes", title: A person}, {value: "no", title: Go on}]}
  stuck_choice: {type: choice, volunteered: false, choices: [{value: again, title: Try again}, {value: leave, title: Leave}]}
responses:
  utter_ask_want_person: {text: "A person?", easier: "Reply 1 or 2.", why: "So."}
  utter_ask_stuck_choice: {text: "Again?", easier: "Reply 1 or 2.", why: "So."}
  utter_person_rings: A person will ring you.
  utter_ok: That is fine.
  utter_cannot_go_back: We cannot go back.
  utter_cannot_skip: This one is needed.
  utter_no_reason: It helps us.
  utter_clarify: Which one?
  utter_offer_person: Or ask for a person.
"""
GIVEN: Mapping[str, ActionSpec] = {
    name: ActionSpec(name, fills)
    for name, fills in (("opt_out", {}), ("opt_in", {}), ("alert_duty", {"duty_result": ("alerted", "no_rota")}))
}


@dataclass
class Grown:
    """Flows as lists of steps, and what they need; `files()` is the text."""

    flows: dict[str, list[Step]] = field(default_factory=dict)
    slots: dict[str, dict[str, Any]] = field(default_factory=dict)
    responses: dict[str, Any] = field(default_factory=dict)
    actions: dict[str, ActionSpec] = field(default_factory=lambda: dict(GIVEN))

    def files(self) -> dict[str, str]:
        """One file a flow, in the flow language (JSON is YAML too); slots and words in one of their own."""
        texts = {f"flows/{name}.yml": self._flow(name, steps) for name, steps in self.flows.items()}
        slots, words = [parts(one) for one in (self.slots, self.responses)]
        rest = {f"flows/slots_{n}.yml": {"version": 1, "slots": one} for n, one in enumerate(slots)}
        rest |= {f"flows/words_{n}.yml": {"version": 1, "responses": one} for n, one in enumerate(words)}
        crises = "\n".join(CRISIS.format(kind=kind) for kind in KINDS)
        safe = {"patterns/safety.yml": SAFE.format(crises=crises), "patterns/repair.yml": REPAIR}
        return {**texts, **safe, **{name: lines(one) for name, one in rest.items()}}

    def _flow(self, name: str, steps: list[Step]) -> str:
        started = [{"intent": f"start_{name}"}] if name.endswith("0") else []
        head: dict[str, Any] = {"name": f"Flow {name}", "description": "Grown."}
        return lines(
            {"version": 1, "flows": {name: head | ({"nlu_trigger": started} if started else {}) | {"steps": steps}}}
        )

    def copy(self) -> Grown:
        again = json.loads(json.dumps([self.flows, self.slots, self.responses]))
        return Grown(again[0], again[1], again[2], dict(self.actions))

    # -- what a block needs ----------------------------------------------------------------------------------------

    def question(self, name: str, values: tuple[str, ...], **more: Any) -> str:
        choices = [{"value": value, "title": f"Pick {value}"} for value in values]
        self.slots[name] = {"type": "choice", "volunteered": False, "choices": choices, **more}
        self.responses[f"utter_ask_{name}"] = {"text": f"Which {name}?", "easier": "Reply 1 or 2.", "why": "So."}
        return name

    def words(self, name: str) -> str:
        self.slots[name] = {"type": "words", "set_by": "action", "max_length": 12}
        return name

    def says(self, name: str, text: str) -> str:
        self.responses[f"utter_{name}"] = text
        return f"utter_{name}"


def parts(table: dict[str, Any], size: int = 60) -> list[dict[str, Any]]:
    """The table in pieces that a file may hold."""
    items = list(table.items())
    return [dict(items[at : at + size]) for at in range(0, len(items), size)]


def lines(value: Any, indent: int = 0) -> str:
    """A table as text with one step or key a line, so that a line number says something."""
    pad = "  " * indent
    if isinstance(value, dict) and indent < 4 and value:
        return "".join(
            f"{pad}{key}:"
            + ("\n" + lines(one, indent + 1) if isinstance(one, dict | list) and one else f" {json.dumps(one)}\n")
            for key, one in value.items()
        )
    if isinstance(value, list):
        return "".join(f"{pad}- {json.dumps(one)}\n" for one in value)
    return f"{pad}{json.dumps(value)}\n"


def grow(number: int, flows: int = 4, steps: int = 12) -> Grown:
    """A sound book: `flows` flows of about `steps` steps each, always the same for the same number."""
    return Grower(Random(number), flows, steps).grow()


class Grower:
    """Builds flow after flow, the last first, so that each can call those after it."""

    def __init__(self, dice: Random, flows: int, steps: int) -> None:
        self.dice, self.count, self.size = dice, flows, steps
        self.grown = Grown()
        self.later: list[str] = []
        self.number = 0
        self.blocks: tuple[Callable[[str], Iterator[Step]], ...] = (
            self.branch, self.result, self.retry, self.loop, self.goes_together, self.asked_only_if, self.called,
        )  # fmt: skip

    def grow(self) -> Grown:
        for place in reversed(range(self.count)):
            name = f"flow_{place}" if place else "flow_0"
            self.grown.flows[name] = self.flow(name)
            self.later.append(name)
        return self.grown

    def flow(self, name: str) -> list[Step]:
        made: list[Step] = []
        while len(made) < self.size - 2:
            made += self.dice.choice(self.blocks)(self.fresh(name))
        bye = self.grown.says(f"bye_{name}", "That is all for now.")
        return [*made, {"id": f"{name}_bye", "action": bye}, {"id": f"{name}_done", "outcome": "signposted"}]

    def fresh(self, name: str) -> str:
        self.number += 1
        return f"{name}_b{self.number}"

    # -- blocks ----------------------------------------------------------------------------------------------------

    def branch(self, at: str) -> Iterator[Step]:
        """A question; each answer has its words, then they meet."""
        values = ("a", "b", "c")[: self.dice.choice((2, 3))]
        slot = self.grown.question(f"{at}_q", values)
        said = [self.grown.says(f"{at}_{value}", f"You said {{{{ {slot} }}}}.") for value in values]
        ways: list[Any] = [
            {"if": f'slots.{slot} = "{value}"', "then": [{"action": one, "next": f"{at}_on"}]}
            for value, one in zip(values[:-1], said, strict=False)
        ]
        yield {"id": at, "collect": slot, "next": [*ways, {"else": [{"action": said[-1], "next": f"{at}_on"}]}]}
        yield self.join(at)

    def result(self, at: str) -> Iterator[Step]:
        """An action's result; the words it filled are written on both ways."""
        action, slot, word = self.action(at, ("yes", "no"))
        said = self.grown.says(f"{at}_found", f"Found {{{{ {word} }}}}.")
        none = self.grown.says(f"{at}_none", f"Only {{{{ {word} }}}}.")
        ways = [
            {"if": f'slots.{slot} = "yes"', "then": [{"action": said, "next": f"{at}_on"}]},
            {"else": [{"action": none, "next": f"{at}_on"}]},
        ]
        yield {"id": at, "action": action, "next": ways}
        yield self.join(at)

    def retry(self, at: str) -> Iterator[Step]:
        """An action that may fail; the person is asked whether to try again."""
        action, slot, _ = self.action(at, ("done", "failed"))
        asked = self.grown.question(f"{at}_again", ("again", "leave"))
        on = [{"if": f'slots.{slot} = "done"', "then": f"{at}_on"}, {"else": f"{at}_ask"}]
        yield {"id": at, "action": action, "next": on}
        back = [{"if": f'slots.{asked} = "again"', "then": at}, {"else": f"{at}_on"}]
        yield {"id": f"{at}_ask", "collect": asked, "ask_before_filling": True, "next": back}
        yield self.join(at)

    def loop(self, at: str) -> Iterator[Step]:
        """A question that is asked until it is enough."""
        slot = self.grown.question(f"{at}_more", ("more", "enough"))
        said = self.grown.says(f"{at}_more", "Here is more.")
        ways = [{"if": f'slots.{slot} = "more"', "then": [{"action": said, "next": at}]}, {"else": f"{at}_on"}]
        yield {"id": at, "collect": slot, "ask_before_filling": True, "next": ways}
        yield self.join(at)

    def goes_together(self, at: str) -> Iterator[Step]:
        """A mark set with a word; later both are used: the word is there whenever the mark is."""
        action, _, word = self.action(at, ("yes", "no"))
        slot = self.grown.question(f"{at}_want", ("look", "pass"))
        self.grown.slots[f"{at}_mark"] = {"type": "flag"}
        look = [{"action": action}, {"set_slots": [{f"{at}_mark": True}], "next": f"{at}_then"}]
        yield {
            "id": at,
            "collect": slot,
            "next": [{"if": f'slots.{slot} = "look"', "then": look}, {"else": f"{at}_then"}],
        }
        between = self.grown.says(f"{at}_between", "Now this.")
        yield {"id": f"{at}_then", "action": between}
        said = self.grown.says(f"{at}_mark", f"There is {{{{ {word} }}}}.")
        ways = [{"if": f"slots.{at}_mark", "then": [{"action": said, "next": f"{at}_on"}]}, {"else": f"{at}_on"}]
        yield {"id": f"{at}_test", "set_slots": [{f"{at}_mark_seen": True}], "next": ways}
        self.grown.slots[f"{at}_mark_seen"] = {"type": "flag"}
        yield self.join(at)

    def asked_only_if(self, at: str) -> Iterator[Step]:
        """A second question only after one answer to the first; written later only after that answer."""
        first = self.grown.question(f"{at}_first", ("a", "b"))
        second = self.grown.question(f"{at}_second", ("x", "y"), depends_on=[first])
        ask = [{"if": f'slots.{first} = "a"', "then": f"{at}_deep"}, {"else": f"{at}_then"}]
        yield {"id": at, "collect": first, "next": ask}
        yield {"id": f"{at}_deep", "collect": second, "next": f"{at}_then"}
        said = self.grown.says(f"{at}_second", f"You said {{{{ {second} }}}}.")
        ways = [{"if": f'slots.{first} = "a"', "then": [{"action": said, "next": f"{at}_on"}]}, {"else": f"{at}_on"}]
        between = self.grown.says(f"{at}_between", "Now this.")
        yield {"id": f"{at}_then", "action": between, "next": ways}
        yield self.join(at)

    def called(self, at: str) -> Iterator[Step]:
        """Through a later flow and back."""
        if self.later:
            yield {"id": at, "call": self.dice.choice(self.later)}
        yield self.join(at)

    def action(self, at: str, values: tuple[str, ...]) -> tuple[str, str, str]:
        """An action of its own, the slot of its result and a word that it always fills."""
        slot, word = f"{at}_result", self.grown.words(f"{at}_word")
        choices = [{"value": value, "title": value} for value in values]
        self.grown.slots[slot] = {"type": "choice", "set_by": "action", "choices": choices}
        self.grown.actions[f"do_{at}"] = ActionSpec(f"do_{at}", {slot: values, word: None})
        return f"do_{at}", slot, word

    def join(self, at: str) -> Step:
        return {"id": f"{at}_on", "action": self.grown.says(f"{at}_on", "Let us go on.")}
