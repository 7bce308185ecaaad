"""Ten ways a class to spoil grown flows: each changes one thing at a place that dice choose."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from bot.flows.definition import ActionSpec
from tests.bot.flows.seeded.growing import Grown, Step

Spoil = Callable[[Grown, Random], str]
"""Spoils the flows in place; gives back what the finding has to name."""


def somewhere(grown: Grown, dice: Random) -> tuple[list[Step], int, str]:
    """A flow's steps, a place between two blocks of the flow that begins, and a fresh name."""
    steps = grown.flows["flow_0"]
    places = [n for n, step in enumerate(steps) if step["id"].endswith("_on")] or [len(steps) - 2]
    return steps, dice.choice(places), f"spoilt_{dice.randrange(1000)}"


def put(grown: Grown, dice: Random, *made: Callable[[str], Step]) -> str:
    steps, place, name = somewhere(grown, dice)
    for number, make in enumerate(made):
        steps.insert(place + 1 + number, make(name))
    return name


def dead_end(grown: Grown, dice: Random) -> str:
    """A question that leads nowhere but to itself: plainly, by refusing, by what cannot be, or by another question."""

    def trap(name: str) -> Step:
        slot = grown.question(f"{name}_q", ("a", "b"))
        step: Step = {"id": name, "collect": slot, "ask_before_filling": True}
        way = dice.randrange(3)
        if way == 0:
            return {**step, "next": name}
        if way == 1:
            grown.responses["utter_refused"] = "Not that."
            refused = f'slots.{slot} = "a" or slots.{slot} = "b"'
            return {**step, "rejections": [{"if": refused, "utter": "utter_refused"}]}
        both = f'slots.{slot} = "a" and slots.{slot} = "b"'
        return {**step, "next": [{"if": both, "then": "END"}, {"else": name}]}

    return put(grown, dice, trap)


def unbounded_loop(grown: Grown, dice: Random) -> str:
    """An action again at once, a filled question again, marks that follow one another."""
    way = dice.randrange(3)

    def again(name: str) -> Step:
        slot = f"{name}_result"
        if way == 0:
            grown.slots[slot] = {
                "type": "choice",
                "set_by": "action",
                "choices": [{"value": "ok", "title": "ok"}, {"value": "bad", "title": "bad"}],
            }
            grown.actions[f"do_{name}"] = ActionSpec(f"do_{name}", {slot: ("ok", "bad")})
            return {
                "id": name,
                "action": f"do_{name}",
                "next": [{"if": f'slots.{slot} = "ok"', "then": f"{name}_out"}, {"else": name}],
            }
        if way == 1:
            asked = grown.question(f"{name}_q", ("a", "b"))
            return {
                "id": name,
                "collect": asked,
                "next": [{"if": f'slots.{asked} = "a"', "then": f"{name}_out"}, {"else": f"{name}_back"}],
            }
        grown.slots[f"{name}_flag"] = {"type": "flag"}
        return {
            "id": name,
            "set_slots": [{f"{name}_flag": True}],
            "next": [{"if": f"slots.{name}_flag", "then": f"{name}_back"}, {"else": f"{name}_out"}],
        }

    def back(name: str) -> Step:
        return {"id": f"{name}_back", "action": grown.says(f"{name}_back", "Once more."), "next": name}

    def out(name: str) -> Step:
        return {"id": f"{name}_out", "action": grown.says(f"{name}_out", "Out of it.")}

    return put(grown, dice, again, *([back] if way else []), out)


def unset_slot(grown: Grown, dice: Random) -> str:
    """Words that write what only one answer fills."""

    def ask(name: str) -> Step:
        slot = grown.question(f"{name}_q", ("a", "b"))
        word = grown.words(f"{name}_word")
        grown.actions[f"do_{name}"] = ActionSpec(f"do_{name}", {word: None})
        look = [{"action": f"do_{name}", "next": f"{name}_say"}]
        return {
            "id": name,
            "collect": slot,
            "next": [{"if": f'slots.{slot} = "a"', "then": look}, {"else": f"{name}_say"}],
        }

    def say(name: str) -> Step:
        return {"id": f"{name}_say", "action": grown.says(f"{name}_say", f"It is {{{{ {name}_word }}}}.")}

    return put(grown, dice, ask, say) + "_word"


def unreachable(grown: Grown, dice: Random) -> str:
    """A step behind a condition that cannot be, by itself or by what was answered before."""
    way = dice.randrange(2)

    def ask(name: str) -> Step:
        slot = grown.question(f"{name}_q", ("a", "b"))
        if way == 0:
            never = f'slots.{slot} = "a" and slots.{slot} = "b"'
            return {
                "id": name,
                "collect": slot,
                "next": [{"if": never, "then": f"{name}_odd"}, {"else": f"{name}_out"}],
            }
        return {
            "id": name,
            "collect": slot,
            "next": [{"if": f'slots.{slot} = "a"', "then": f"{name}_out"}, {"else": f"{name}_then"}],
        }

    def then(name: str) -> Step:
        ways = [{"if": f'slots.{name}_q = "a"', "then": f"{name}_odd"}, {"else": f"{name}_out"}]
        return {"id": f"{name}_then", "action": grown.says(f"{name}_then", "Now this."), "next": ways}

    def odd(name: str) -> Step:
        return {"id": f"{name}_odd", "action": grown.says(f"{name}_odd", "Never said.")}

    def out(name: str) -> Step:
        return {"id": f"{name}_out", "action": grown.says(f"{name}_out", "Out of it.")}

    return put(grown, dice, ask, *([then] if way else []), odd, out) + "_odd"


def type_error(grown: Grown, dice: Random) -> str:
    """A condition that compares what cannot be compared."""

    def ask(name: str) -> Step:
        slot = grown.question(f"{name}_q", ("a", "b"))
        wrong = dice.choice(
            (f'slots.{slot} = "z"', f"slots.{slot} > 3", f'slots.{slot} contains "a"', f'slots.{slot} in ["y", "z"]')
        )
        return {"id": name, "collect": slot, "next": [{"if": wrong, "then": "END"}, {"else": f"{name}_out"}]}

    def out(name: str) -> Step:
        return {"id": f"{name}_out", "action": grown.says(f"{name}_out", "Out of it.")}

    return put(grown, dice, ask, out) + "_q"


def only_no(grown: Grown, dice: Random) -> str:
    """A rule says no, and then the end."""
    grown.slots["eligibility"] = {
        "type": "choice",
        "set_by": "action",
        "choices": [{"value": one, "title": one} for one in ("yes", "no")],
    }
    grown.slots["eligibility_reason"] = {"type": "words", "set_by": "action", "max_length": 30}
    grown.actions["check_eligibility"] = ActionSpec(
        "check_eligibility", {"eligibility": ("yes", "no"), "eligibility_reason": None}
    )
    no: list[Step] = [{"action": grown.says("no", "{{ eligibility_reason }}"), "next": "END"}]

    def rule(name: str) -> Step:
        return {
            "id": name,
            "action": "check_eligibility",
            "next": [{"if": 'slots.eligibility = "no"', "then": no}, {"else": f"{name}_out"}],
        }

    def out(name: str) -> Step:
        return {"id": f"{name}_out", "action": grown.says(f"{name}_out", "Good news.")}

    put(grown, dice, rule, out)
    return "eligib"


def segment_overflow(grown: Grown, dice: Random) -> str:
    """Words, or what they write, that take more than two messages."""
    name = dice.choice(sorted(one for one in grown.responses if one.endswith("_on")))
    grown.responses[name] = "Let us go on with this now. " * 12
    return name


def swallowed_word(grown: Grown, dice: Random) -> str:
    """An answer that the provider keeps for itself."""
    asked: dict[str, dict[str, Any]] = {
        name: slot for name, slot in grown.slots.items() if slot.get("volunteered") is False
    }
    if not asked:
        put(grown, dice, lambda name: {"id": name, "collect": grown.question(f"{name}_q", ("a", "b"))})
        return swallowed_word(grown, dice)
    name = dice.choice(sorted(asked))
    asked[name]["choices"][0]["title"] = dice.choice(("Stop", "CANCEL", "end", "Quit", "Yes", "start"))
    return name


SPOILS: dict[str, Spoil] = {
    "dead end": dead_end,
    "unbounded loop": unbounded_loop,
    "unset slot": unset_slot,
    "unreachable": unreachable,
    "type error": type_error,
    "only no": only_no,
    "segment overflow": segment_overflow,
    "swallowed word": swallowed_word,
}
