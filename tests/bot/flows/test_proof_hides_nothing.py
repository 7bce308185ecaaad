"""Books made to be overlooked: each holds one fault behind something that the proof takes a short way about.

Every fault is shown in the engine too, so that none of these is a false alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest

from bot.flows.commands import Command, SetSlot, StartFlow
from bot.flows.definition import ActionSpec, Book, Json
from bot.flows.engine import advance
from bot.flows.engine_values import ActionResult, StepLimit, Turn
from bot.flows.proof import prove
from bot.flows.reading import read_files
from bot.flows.responses import ResponseError
from bot.flows.state import DialogueState
from tests.bot.flows.test_checking import book, flow, said

FAR = 70
"""Flows that hand over to one another, more than any fixed number of rounds is likely to be."""
AGAIN = "ask_before_filling: true"
SLOTS = """
slots:
  pet: {type: choice, choices: [{value: cat, title: Cat}, {value: dog, title: Dog}, {value: fish, title: Fish}]}
  count: {type: number}
  mark: {type: flag}
  kind: {type: choice, set_by: action, choices: [{value: a, title: A}, {value: b, title: B}]}
  size: {type: choice, depends_on: [kind, ok], choices: [{value: big, title: Big}, {value: small, title: Small}]}
  nick: {type: words, set_by: action, max_length: 9}
  tag: {type: words, set_by: action, max_length: 9, depends_on: [kind]}
"""
WORDS = """
  utter_ask_pet: {text: "Which pet?", easier: "Cat, dog or fish?", why: "So."}
  utter_ask_count: {text: "How many?", easier: "How many are there?", why: "So."}
  utter_ask_size: {text: "How big?", easier: "Big or small?", why: "So."}
  utter_size: "It is {{ size }}."
  utter_nick: "Hi {{ nick }}."
  utter_tag: "It is {{ tag }}."
"""


def held(flows: str, slots: str = "", **actions: dict[str, tuple[str, ...] | None]) -> Book:
    """A book of these flows, with what the actions promise."""
    specs = {name: ActionSpec(name, fills) for name, fills in actions.items()}
    text = book(flows, WORDS, specs).files["flows/a.yml"]
    return read_files({"flows/a.yml": text.replace("\nslots:\n", SLOTS + slots, 1)}, specs)


def talk(made: Book, *answers: tuple[str, Json], **given: Mapping[str, Json]) -> Turn:
    """Begins `f` and answers; actions give what is `given`."""
    state, turn = DialogueState(revision=made.revision), None
    commands: list[Command] = [StartFlow("f"), *(SetSlot(slot, value) for slot, value in answers)]
    for command in commands:
        turn = advance(
            made, state, [command], act=lambda name, slots: ActionResult(given.get(name, {})),
            channel="sms", helpline=str, language="en",
        )  # fmt: skip
        state = DialogueState.from_json(turn.state.to_json())
    assert turn
    return turn


@pytest.mark.parametrize("backwards", [False, True])
def test_what_the_last_of_many_flows_leaves_empty(backwards: bool) -> None:
    """A summary that is not yet worked out to its end says that more is filled than is."""
    chain = [flow(f"{{call: g{n + 1}}}", name=f"g{n}") for n in range(FAR)]
    chain += [flow("{action: utter_hi}", name=f"g{FAR}")]
    flows = [flow("{call: g0}", "{action: utter_name}"), *chain]
    made = book("".join(flows[::-1] if backwards else flows))
    assert "`utter_name` writes `name`" in said(prove(made))
    with pytest.raises(ResponseError):
        talk(made)


@pytest.mark.parametrize("backwards", [False, True])
def test_what_the_first_of_many_flows_leaves_empty(backwards: bool) -> None:
    chain = [flow(f"{{link: g{n + 1}}}", name=f"g{n}") for n in range(FAR)]
    chain += [flow("{action: utter_name}", name=f"g{FAR}")]
    flows = [flow("{call: g0}"), *chain]
    made = book("".join(flows[::-1] if backwards else flows))
    assert "`utter_name` writes `name`" in said(prove(made))
    with pytest.raises(ResponseError):
        talk(made)


def test_what_hangs_on_an_answer_that_an_action_changes() -> None:
    steps = ("{action: one}", "{collect: size}", "{action: two}", "{action: utter_size}")
    made = held(flow(*steps), one={"kind": ("a",)}, two={"kind": ("b",)})
    assert "`utter_size` writes `size`" in said(prove(made))
    with pytest.raises(ResponseError):
        talk(made, ("size", "big"), one={"kind": "a"}, two={"kind": "b"})


MARKED = (
    "{call: g}",
    "{call: h}",
    "{id: test, action: utter_hi, next: [{if: slots.mark, then: [{action: %s, next: END}]}, {else: END}]}",
)
"""A mark that is set together with a word, another topic in between, and the word said where the mark is set."""


@pytest.mark.parametrize("between", ["nick: null", "mark: true"])
def test_a_word_that_goes_with_a_mark_until_another_topic_empties_it(between: str) -> None:
    """Sound as it is; a slice that left out the topic in between would find it sound with the word emptied, too."""
    inner = flow("{action: look}", "{set_slots: [{mark: true}]}", name="g") + flow(
        f"{{set_slots: [{{{between}}}]}}", name="h"
    )
    made = held(flow(*MARKED).replace("%s", "utter_nick") + inner, look={"nick": None})
    empties = "null" in between
    assert ("`utter_nick` writes `nick`" in said(prove(made))) == empties
    if empties:
        with pytest.raises(ResponseError):
            talk(made, look={"nick": "Al"})


def test_a_word_that_goes_with_a_mark_until_what_it_hangs_on_changes() -> None:
    inner = flow("{action: look}", "{set_slots: [{mark: true}]}", name="g") + flow("{action: turn}", name="h")
    made = held(
        flow(*MARKED).replace("%s", "utter_tag") + inner, look={"kind": ("a",), "tag": None}, turn={"kind": ("b",)}
    )
    assert "`utter_tag` writes `tag`" in said(prove(made))
    with pytest.raises(ResponseError):
        talk(made, look={"kind": "a", "tag": "red"}, turn={"kind": "b"})


def test_an_answer_that_a_called_flow_only_looks_whether_it_is_there() -> None:
    """The called flow tells only "there" from "not there"; its caller still tells the answers apart."""
    steps = (
        "{collect: pet}",
        "{call: g}",
        '{id: which, set_slots: [{mark: true}], next: [{if: slots.pet = "dog", then: round}, {else: END}]}',
        "{id: round, action: utter_hi, next: round}",
    )
    inner = flow(
        "{id: a, set_slots: [{mark: false}], next: [{if: slots.pet != null, then: END}, {else: b}]}",
        "{id: b, action: buy}",
        name="g",
    )
    made = held(flow(*steps) + inner, buy={"pet": ("cat", "dog", "fish")})
    assert "endless loop" in said(prove(made))
    with pytest.raises(StepLimit):
        talk(made, ("pet", "dog"))


def test_the_last_of_very_many_results() -> None:
    """Sixty-four ways an action can turn out: the last of them is not left out."""
    fills: dict[str, tuple[str, ...] | None] = dict.fromkeys(("one", "two", "three"), ("a", "b", "c", "d"))
    listed = ", ".join(f"{{value: {value}, title: {value}}}" for value in "abcd")
    slots = "".join(f"  {name}: {{type: choice, set_by: action, choices: [{listed}]}}\n" for name in fills)
    last = " and ".join(f'slots.{name} = "d"' for name in fills)
    others = [
        f'{{id: t{n}, action: utter_hi, next: [{{if: slots.{name} = "{value}", then: END}}, {{else: t{n + 1}}}]}}'
        for n, (name, value) in enumerate(product(fills, "abc"))
    ]
    first = f"{{action: all_of_them, next: [{{if: '{last}', then: round}}, {{else: t0}}]}}"
    steps = (first, *others, "{id: t9, action: utter_hi, next: END}", "{id: round, action: utter_hi, next: round}")
    made = held(flow(*steps), slots, all_of_them=fills)
    assert "endless loop" in said(prove(made))
    with pytest.raises(StepLimit):
        talk(made, all_of_them=dict.fromkeys(fills, "d"))


def test_a_question_that_hangs_on_what_is_set_again_to_the_same() -> None:
    """Set to what it is already, nothing is emptied: the question is passed the second time."""
    steps = (
        "{id: again, set_slots: [{kind: a}]}",
        '{id: big, collect: size, next: [{if: slots.size = "big", then: again}, {else: END}]}',
    )
    made = held(flow(*steps))
    assert "endless loop" in said(prove(made))
    with pytest.raises(StepLimit):
        talk(made, ("size", "big"))


def test_none_at_all_is_a_number_too() -> None:
    steps = (
        "{collect: count, next: [{if: slots.count, then: END}, {else: round}]}",
        "{id: round, action: utter_hi, next: round}",
    )
    made = held(flow(*steps))
    assert "endless loop" in said(prove(made))
    with pytest.raises(StepLimit):
        talk(made, ("count", 0))


ROUND_AGAIN = (
    f"{{id: ok, collect: ok, {AGAIN}}}",
    "{id: size, collect: size, next: [{if: slots.mark, then: END}, {else: more}]}",
    "{id: more, set_slots: [{mark: true}], next: ok}",
)
"""A question asked twice, and one after it that hangs on its answer."""


def test_what_hangs_on_a_repeated_question_stays_where_the_answer_is_the_same() -> None:
    """So the second question is passed, and whoever answers the same hears nothing."""
    made = held(flow(*ROUND_AGAIN, keys="    nlu_trigger: [{intent: begin}]\n"))
    assert "without a word" in said(prove(made))
    assert not talk(made, ("ok", "a"), ("size", "big"), ("ok", "a")).replies
    assert talk(made, ("ok", "a"), ("size", "big"), ("ok", "b")).replies


@pytest.mark.parametrize("sure", [True, False])
def test_what_hangs_on_a_repeated_question_is_emptied_by_another_answer(sure: bool) -> None:
    """Words that write it after the question was asked again: who answers otherwise this time has none."""
    last = '{if: slots.ok = "a", then: say}, {else: END}' if sure else "{else: say}"
    steps = (
        "{id: first, set_slots: [{ok: a}]}",
        "{collect: size}",
        f"{{id: again, collect: ok, {AGAIN}, next: [{last}]}}",
        "{id: say, action: utter_size}",
    )
    made = held(flow(*steps))
    assert ("`utter_size` writes `size`" in said(prove(made))) is not sure
    assert "Big" in talk(made, ("size", "big"), ("ok", "a")).replies[-1].text
    if not sure:
        with pytest.raises(ResponseError):
            talk(made, ("size", "big"), ("ok", "b"))


def test_an_answer_that_is_refused_empties_nothing() -> None:
    steps = (
        "{collect: ok}",
        "{collect: size}",
        f'{{id: again, collect: ok, {AGAIN}, rejections: [{{if: slots.ok = "b", utter: utter_hi}}]}}',
        "{action: utter_size}",
    )
    made = held(flow(*steps))
    assert "Big" in talk(made, ("ok", "a"), ("size", "big"), ("ok", "b"), ("ok", "a")).replies[-1].text


def test_a_mark_that_nobody_sets_holds_nobody() -> None:
    """Unless it is said that the program sets it beside the flows."""
    steps = ("{collect: ok, next: [{if: slots.rare, then: [{action: utter_hi, next: END}]}, {else: END}]}",)
    words = said(prove(held(flow(*steps), "  rare: {type: flag}\n")))
    assert "Nobody ever comes to" in words
    assert "Nothing fills `rare`" in words
    assert said(prove(held(flow(*steps), "  rare: {type: flag, set_by: code}\n"))) == ""
    assert said(prove(held(flow("{set_slots: [{rare: true}]}", *steps), "  rare: {type: flag}\n"))) == ""


def test_the_trap_is_named_and_not_the_harmless_loop_before_it() -> None:
    """Who repeats a question may go on; who has come to the next one never gets out: that is the one to mend."""
    steps = (
        f'{{id: harmless, collect: ok, {AGAIN}, next: [{{if: slots.ok = "a", then: harmless}}, {{else: trap}}]}}',
        f"{{id: trap, collect: more, {AGAIN}, next: trap}}",
    )
    words = said(prove(held(flow(*steps))))
    assert "From `f.trap` no answer ever leads to an end" in words
    assert "harmless" not in words
