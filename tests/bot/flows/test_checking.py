"""What `anydoor check` says about a small book that is right but for one thing."""

from __future__ import annotations

import pytest

from bot.flows.checking import check, main
from bot.flows.checking_filled import check_filled
from bot.flows.checking_references import check_complete, check_references
from bot.flows.checking_safety import check_safety
from bot.flows.definition import ActionSpec, Book, Finding
from bot.flows.proof import prove
from bot.flows.reading import read_files
from tests.bot.flows.known_actions import KNOWN_ACTIONS
from tests.bot.flows.talking import BOOKS, small_book

HEAD = "version: 1\nflows:\n"
SLOTS = """
slots:
  ok: {type: choice, choices: [{value: a, title: A}, {value: b, title: B}]}
  more: {type: yes_no}
  name: {type: name}
  team: {type: words, set_by: action, max_length: 20}
  eligibility_reason: {type: words, set_by: action, max_length: 20}
  signpost_lines: {type: words, set_by: action, max_length: 20}
responses:
  utter_ask_ok: {text: "Which?", easier: "A or B?", why: "So."}
  utter_ask_more: {text: "More?", easier: "More, or not?", why: "So."}
  utter_ask_name: {text: "Name?", easier: "What name?", why: "So."}
  utter_invalid_name: That is no name.
  utter_hi: Hi.
  utter_name: "Hi {{ name }}."
  utter_safe_name: "Hi{% if name %} {{ name }}{% endif %}."
  utter_reason: "{{ eligibility_reason }}"
  utter_doors: "{{ signpost_lines }}"
"""


def book(flows: str, extra: str = "", actions: dict[str, ActionSpec] | None = None) -> Book:
    return read_files({"flows/a.yml": HEAD + flows + SLOTS + extra}, actions or KNOWN_ACTIONS)


def flow(*steps: str, name: str = "f", keys: str = "") -> str:
    return f"  {name}:\n    name: The {name}\n    description: d\n{keys}    steps:\n" + "".join(
        f"      - {s}\n" for s in steps
    )


def said(found: list[Finding]) -> str:
    return "\n".join(str(finding) for finding in found if finding.severity == "error")


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (["{collect: unheard_of}"], "There is no slot `unheard_of`"),
        (["{action: find_teem}"], "Did you mean find_team"),
        (["{action: utter_hey}"], "There is no response `utter_hey`"),
        (["{call: nowhere}"], "There is no flow `nowhere`"),
        (["{collect: ok, utter: utter_nope}"], "There is no response `utter_nope`"),
        (["{collect: ok, utter: utter_hi}"], "has no `easier` words"),
        (["{collect: ok, silence: {nudge: pattern_x}}"], "There is no flow `pattern_x`"),
        (['{collect: ok, rejections: [{if: slots.ok = "c", utter: utter_x}]}'], "can never be `c`"),
        (["{set_slots: [{ok: c}]}"], "cannot hold `c`"),
        (["{set_slots: [{nope: 1}]}"], "There is no slot `nope`"),
        (['{collect: ok, next: [{if: slots.ok = "z", then: END}, {else: END}]}'], "can never be `z`"),
        (["{collect: ok, gives_up: z}"], "`z` is no choice of `ok`"),
        (["{collect: ok, next: END}", "{action: utter_hi}"], "Nothing leads to the step `utter_hi`"),
    ],
)
def test_names_and_types(steps: list[str], words: str) -> None:
    assert words in said(check_references(book(flow(*steps))))


def test_whoever_is_stuck_is_not_asked_for_ever() -> None:
    for way, found in (("{collect: ok}", True), ("{collect: ok, gives_up: b}", False)):
        assert ("same thing for ever" in said(check_complete(book(flow(way, name="pattern_stuck"))))) == found


def test_one_intent_starts_one_flow() -> None:
    keys = "    nlu_trigger: [{intent: hello}]\n"
    two = flow("{action: utter_hi}", keys=keys) + flow("{action: utter_hi}", name="g", keys=keys)
    assert "starts both `f` and `g`" in said(check_references(book(two)))


def test_the_small_book_is_sound_but_for_what_it_lacks() -> None:
    words = said(check(small_book()))
    assert "pattern_crisis_medical" in words
    assert "pattern_correct" in words
    assert "dead end" not in words
    assert "endless loop" not in words


# -- filled slots --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "flows",
    [
        flow("{collect: name}", "{action: utter_name}"),
        flow("{action: utter_safe_name}"),
        flow("{call: g}", "{action: utter_name}") + flow("{collect: name}", name="g"),
        flow("{collect: name}", "{link: g}") + flow("{action: utter_name}", name="g"),
        flow("{collect: ok, next: [{if: slots.name, then: [{action: utter_name, next: END}]}, {else: END}]}"),
        flow("{collect: ok, next: [{if: not slots.name, then: END}, {else: [{action: utter_name, next: END}]}]}"),
        flow("{set_slots: [{name: Sam}]}", "{action: utter_name}"),
    ],
)
def test_a_slot_filled_on_every_way_may_be_written(flows: str) -> None:
    assert said(check_filled(book(flows))) == ""


@pytest.mark.parametrize(
    "flows",
    [
        flow("{action: utter_name}"),
        flow("{collect: name, skippable: true}", "{action: utter_name}"),
        flow(
            '{collect: ok, next: [{if: slots.ok = "a", then: n}, {else: u}]}',
            "{id: n, collect: name}",
            "{id: u, action: utter_name}",
        ),
        flow("{collect: name}", "{set_slots: [{name: null}]}", "{action: utter_name}"),
        flow("{collect: name}", "{call: g}", "{action: utter_name}") + flow("{set_slots: [{name: null}]}", name="g"),
        flow("{collect: name}", "{link: g}")
        + flow("{action: utter_name}", name="g", keys="    nlu_trigger: [hello]\n"),
        flow("{collect: name, rejections: [{if: slots.team, utter: utter_team}]}"),
    ],
)
def test_a_slot_that_some_way_leaves_empty_may_not(flows: str) -> None:
    extra = '  utter_team: "{{ team }}"\n'
    assert "is not filled on every way" in said(check_filled(book(flows, extra)))


def test_a_jump_back_to_a_question_that_will_not_be_asked() -> None:
    again = '{id: more, collect: more, next: [{if: slots.more = "yes", then: ok}, {else: END}]}'
    assert "jumps back to `ok`" in said(check_filled(book(flow("{id: ok, collect: ok}", again))))
    fresh = flow("{id: ok, collect: ok, ask_before_filling: true}", again)
    assert "jumps back to `ok`" not in said(check_filled(book(fresh)))


# -- the proof -----------------------------------------------------------------------------------------------------


def test_a_loop_that_never_waits_is_found_with_its_shortest_conversation() -> None:
    steps = (
        '{id: ok, collect: ok, next: [{if: slots.ok = "b", then: hi}, {else: END}]}',
        "{id: hi, action: utter_hi, next: ok}",
    )
    found = [one for one in prove(book(flow(*steps))) if "endless loop" in one.message]
    assert found[0].conversation == ("start: The f", "(ok was answered before: B)")


def test_a_loop_that_waits_is_no_fault() -> None:
    steps = (
        '{id: ok, collect: ok, ask_before_filling: true, next: [{if: slots.ok = "b", then: hi}, {else: END}]}',
        "{id: hi, action: utter_hi, next: ok}",
    )
    assert prove(book(flow(*steps))) == []


def test_a_dead_end_is_found() -> None:
    steps = ("{id: ok, collect: ok, ask_before_filling: true, next: hi}", "{id: hi, action: utter_hi, next: ok}")
    assert "dead end" in said(prove(book(flow(*steps))))


def test_a_loop_over_calls_and_links_is_found() -> None:
    flows = flow("{call: g}", "{link: f}") + flow("{action: utter_hi}", name="g")
    assert "endless loop" in said(prove(book(flows)))
    assert "dead end" in said(prove(book(flows)))


def test_flows_that_call_each_other_for_ever_are_found() -> None:
    flows = flow("{call: g}") + flow("{call: f}", name="g")
    words = said(prove(book(flows + flow("{call: f}", name="h"))))
    assert "dead end" in words or "endless loop" in words


def test_an_action_s_results_are_all_tried() -> None:
    steps = ('{id: a, action: hold_opening, next: [{if: slots.hold_result = "lapsed", then: a}, {else: END}]}',)
    found = prove(book(flow(*steps)))
    assert "(hold_opening gives hold_result = lapsed)" in said(found)


CONDITIONS = {
    "no_reason": ("{action: utter_hi}", "{action: doors_for}", "{action: ask_person}"),
    "no_doors": ("{action: utter_reason}", "{action: ask_person}"),
    "no_person": ("{action: utter_reason}", "{action: doors_for}"),
}


@pytest.mark.parametrize(
    ("case", "lacks"), [("no_reason", "says why"), ("no_doors", "another door"), ("no_person", "a person")]
)
def test_nobody_is_told_only_no(case: str, lacks: str) -> None:
    first = '{action: check_eligibility, next: [{if: slots.eligibility = "no", then: sorry}, {else: END}]}'
    steps = list(CONDITIONS[case])
    steps[0] = steps[0].replace("{action", "{id: sorry, action")
    found = prove(book(flow(first, *steps, "{outcome: signposted}")))
    assert lacks in said(found)
    assert "(check_eligibility gives eligibility = no)" in found[0].conversation


def test_a_refusal_with_all_three_passes() -> None:
    first = '{action: check_eligibility, next: [{if: slots.eligibility = "no", then: sorry}, {else: END}]}'
    ask = '{collect: more, next: [{if: slots.more = "yes", then: [{action: ask_person}, {outcome: call_back, next: END}]}, {else: out}]}'
    steps = (
        "{id: sorry, action: utter_reason}",
        "{action: doors_for}",
        "{action: utter_doors}",
        ask,
        "{id: out, outcome: signposted}",
    )
    assert prove(book(flow(first, *steps))) == []


def test_over_budget_is_not_proved_and_never_a_pass() -> None:
    assert "not proved" in said(prove(small_book(), budget=20))


# -- safety --------------------------------------------------------------------------------------------------------


def test_crisis_patterns_must_be_locked_help_at_once_and_wait() -> None:
    keys = "    waits: false\n"
    flows = flow("{action: alert_duty}", "{action: utter_hi}", name="pattern_crisis_self_harm", keys=keys)
    words = said(check_safety(book(flows)))
    assert "is not locked" in words
    assert "does not begin with help" in words
    assert "does not keep the place" in words


def test_a_person_can_be_asked_for() -> None:
    assert "Nobody can ask for a person" in said(check_safety(book(flow("{action: utter_hi}", name="pattern_person"))))
    assert said(check_safety(small_book())) == ""


def test_the_command_prints_findings_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(BOOKS / "small")], KNOWN_ACTIONS) == 1
    printed = capsys.readouterr().out
    assert "patterns/repair.yml:1: error:" in printed or "flows/journey.yml:1: error:" in printed
    assert "errors," in printed
    assert main(["/nowhere"], {}) == 1
