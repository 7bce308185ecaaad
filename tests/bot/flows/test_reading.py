from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flows.definition import END, Book, Collect, ContentErrors, Finding, SetSlots
from bot.flows.reading import read_book, read_files, revision
from tests.bot.flows.known_actions import KNOWN_ACTIONS
from tests.bot.flows.talking import BOOKS, small_book
from tests.costs import costs_less_than

HEAD = "version: 1\n"
FLOW = HEAD + "flows:\n  f:\n    name: F\n    description: d\n    steps:\n"


def book(text: str) -> Book:
    return read_files({"flows/a.yml": text}, KNOWN_ACTIONS)


def findings(text: str) -> list[Finding]:
    with pytest.raises(ContentErrors) as caught:
        book(text)
    return caught.value.findings


def test_nothing_typed_is_guessed_at() -> None:
    read = book(
        HEAD
        + """
slots:
  hours:
    type: choice
    choices: [{value: no, title: No}, {value: 9:30, title: 9:30}, {value: 0300, title: 0300 123}, {value: null_, title: ~x}]
responses:
  utter_a: yes
  utter_b: 0300 123
"""
    )
    assert [choice.value for choice in read.slots["hours"].choices] == ["no", "9:30", "0300", "null_"]
    assert [choice.title for choice in read.slots["hours"].choices][:3] == ["No", "9:30", "0300 123"]
    assert (read.responses["utter_a"].parts["text"], read.responses["utter_b"].parts["text"]) == ("yes", "0300 123")


def test_steps_get_ids_that_last() -> None:
    steps = small_book().flows["journey"].steps
    assert {"work.then1.1", "work.then1.2", "hello", "utter_booked", "outcome"} - steps.keys() == {"outcome"}
    assert "booked" in steps
    assert steps["work.then1.2"].next[0].target == "place"
    assert steps["booked"].next[0].target == END


def test_every_finding_has_its_line_and_all_come_at_once() -> None:
    found = findings(
        FLOW + "      - collect: a\n        next: nowhere\n      - jump: x\n      - collect: b\n        tries: 99\n"
    )
    assert {(one.file, one.line) for one in found} == {("flows/a.yml", 8), ("flows/a.yml", 9), ("flows/a.yml", 11)}
    assert all(one.what_to_do for one in found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FLOW + "      - collect: a\n        collect: b\n", "is here twice"),
        (FLOW + "      - &x collect: a\n      - *x\n", "Anchors"),
        ("a: &a [x]\nb: &b [*a, *a]\n", "Anchors"),
        (HEAD + "flows: " + "[" * 3000, "nested too deeply"),
        (HEAD + "slots:\n" + "".join(f"{' ' * n}a{n}:\n" for n in range(1, 60)), "nested too deeply"),
        ("# " + "x" * 300_000, "larger than 256 KB"),
        ("flows: {}\n", "version: 1"),
        (HEAD + "fows: {}\n", "no key `fows`"),
        (HEAD + "slots:\n  a: {type: txt}\n", "not a type"),
        (HEAD + "slots:\n  A-b: {type: text}\n", "not an id"),
        (HEAD + "slots:\n  a: {type: text, sensitive: perhaps}\n", "true or false"),
        (HEAD + "slots:\n  a: {type: choice, choices: [{value: x}, {value: x}]}\n", "here twice"),
        (HEAD + "slots:\n  a: {type: text, max_length: many}\n", "whole number"),
        (HEAD + "slots: [a]\n", "key: value"),
        (HEAD + "responses:\n  hello: hi\n", "begins with utter_"),
        (HEAD + "responses:\n  utter_a: {why: because}\n", "has no `text`"),
        (HEAD + "responses:\n  utter_a: \"{{ 'x'*200000000 }}\"\n", "arithmetic"),
        (HEAD + "responses:\n  utter_a:\n", "has no words"),
        (HEAD + "responses:\n  utter_a: {{ name }}\n", "in quotes"),
        (FLOW, "has no steps"),
        (FLOW + "      - collect: a\n        next: nowhere\n", "has no step `nowhere`"),
        (FLOW + "      - collect: a\n        next: [{if: slots.a, then: END}]\n", "without an `else`"),
        (FLOW + "      - collect: a\n        next: [{else: END}, {if: slots.a, then: END}]\n", "after `else`"),
        (FLOW + "      - collect: a\n        next: [{if: a.b, then: END}, {else: END}]\n", "`a` is not known here"),
        (FLOW + "      - collect: a\n        next: [{if: slots.a}, {else: END}]\n", "no `then`"),
        (FLOW + "      - collect: a\n        next: [{else: [{action: utter_x}]}]\n", "does not say where to go"),
        (FLOW + "      - collect: a\n        next: [{else: []}]\n", "has no steps"),
        (FLOW + "      - link: f\n        next: END\n", "does not come back"),
        (FLOW + "      - {id: a, collect: x}\n      - {id: a, collect: y}\n", "are called `a`"),
        (FLOW + "      - {id: A b, collect: x}\n", "not a step id"),
        (FLOW + "      - {collect: x, action: y}\n", "not one thing"),
        (FLOW + "      - {collect: x, tries: 0}\n", "whole number"),
        (FLOW + "      - {collect: x, silence: {after: soon}}\n", "length of time"),
        (FLOW + "      - {collect: x, rejections: [{if: slots.x}]}\n", "says nothing"),
        (FLOW + "      - {outcome: won}\n", "not an outcome"),
        (FLOW + "      - {action: [a]}\n", "must be words"),
        (FLOW + "      - hello\n", "A step is written"),
        (FLOW + "      - {collect: x}\n" + "  f:\n    steps: []\n", "is here twice"),
        ("version: 1\n---\nversion: 1\n", "several documents"),
        ("a: !!python/object:os.system x\n", "tag"),
        ("a: [\n", "not YAML"),
        ("a: \x00", "not YAML"),
        ("- a\n- b\n", "key: value"),
    ],
)
def test_mistakes_are_named(text: str, words: str) -> None:
    assert words in "\n".join(str(finding) for finding in findings(text))
    assert costs_less_than(3, lambda number: findings(text + " " * number))


def test_the_same_name_in_two_files_is_refused() -> None:
    slots = HEAD + "slots:\n  a: {type: text}\n"
    with pytest.raises(ContentErrors, match=r"flows/a\.yml line 3"):
        read_files({"flows/a.yml": slots, "patterns/b.yml": slots}, {})


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "a.yml").write_bytes(b"\xff\xfe")
    with pytest.raises(ContentErrors, match="UTF-8"):
        read_book(tmp_path, {})
    with pytest.raises(ContentErrors, match="no flows here"):
        read_book(tmp_path / "nowhere", {})


def test_the_revision_is_the_hash_of_the_content() -> None:
    first = small_book()
    again = read_files(first.to_json(), KNOWN_ACTIONS)
    assert again.revision == first.revision
    assert again.flows == first.flows
    assert revision({"a": "b"}) != revision({"ab": ""})
    assert revision({"a": "1", "b": "2"}) == revision({"b": "2", "a": "1"})


def test_details_of_steps_and_slots() -> None:
    read = book(
        FLOW
        + """      - collect: a
        utter: utter_other
        ask_before_filling: true
        tries: 2
        rejections: [{if: slots.a = "x", utter: utter_no}]
        silence: {nudge: pattern_nudge, after: 24h, expires: 30d}
      - set_slots: [{a: null}, {b: true}, {c: 3}, {d: "3"}]
"""
    )
    step, sets = read.flows["f"].steps.values()
    assert isinstance(step, Collect)
    assert step.silence is not None
    assert (step.utter, step.tries, step.silence.after, step.silence.expires) == ("utter_other", 2, 86400, 2592000)
    assert isinstance(sets, SetSlots)
    assert sets.values == (("a", None), ("b", True), ("c", 3), ("d", "3"))


def test_what_waits_and_what_may_be_volunteered_by_itself() -> None:
    read = small_book()
    assert read.flows["pattern_crisis_self_harm"].waits
    assert read.flows["pattern_opt_out"].waits
    assert not read.flows["pattern_opt_in"].waits
    assert not read.slots["share"].volunteered
    assert read.slots["postcode"].volunteered
    assert not read.slots["team"].volunteered
    assert read.responses["utter_stopped"].locked
    assert not read.responses["utter_cost"].locked


def test_today_s_safety_words_replace_pinned_ones() -> None:
    pinned = small_book()
    texts = {
        name: text.replace("I am sorry.", "I am so sorry.").replace("It is free.", "Free!")
        for name, text in pinned.files.items()
    }
    both = pinned.with_safety_of(read_files(texts, KNOWN_ACTIONS))
    assert both.responses["utter_crisis_self_harm"].parts["text"].startswith("I am so sorry.")
    assert both.responses["utter_cost"].parts["text"] == "It is free."
    assert both.revision == pinned.revision


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=" \n-:[]{}'\"&*!|>#%@,abflows01\t", max_size=200))
def test_reading_never_crashes(text: str) -> None:
    nothing_named = False
    try:
        read_files({"flows/a.yml": text}, {})
    except ContentErrors as errors:
        nothing_named = not errors.findings
    assert not nothing_named


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_reading_a_broken_book_never_crashes(data: st.DataObject) -> None:
    text = (BOOKS / "small" / "flows" / "journey.yml").read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    broken = text[:start] + data.draw(st.text(max_size=5)) + text[end:]
    nothing_named = False
    try:
        read_files({"flows/a.yml": broken}, KNOWN_ACTIONS)
    except ContentErrors as errors:
        nothing_named = not errors.findings
    assert not nothing_named
