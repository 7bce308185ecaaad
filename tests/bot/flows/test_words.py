from __future__ import annotations

import pytest

from bot.flows.definition import Finding
from bot.flows.reading import read_files
from bot.flows.words import Directory, check_words, longest_value, reading_age, variants
from tests.bot.flows.known_actions import KNOWN_ACTIONS
from tests.bot.flows.talking import small_book

SLOTS = """
slots:
  name: {type: name, max_length: 30}
  wish: {type: text, sensitive: true, max_length: 50}
  kind: {type: choice, choices: [{value: a, title: Short}, {value: b, title: Somewhat longer}]}
"""


def found(responses: str, directory: Directory | None = None, flows: str = "") -> list[Finding]:
    text = "version: 1\n" + flows + SLOTS + "responses:\n" + responses
    return check_words(read_files({"flows/a.yml": text}, KNOWN_ACTIONS), directory)


def words(findings: list[Finding]) -> str:
    return "\n".join(str(finding) for finding in findings)


def test_segments_are_counted_at_the_longest_values() -> None:
    assert "takes" not in words(found(f'  utter_a: "{"x" * 130}{{{{ name }}}}"\n'))
    assert "takes 2 SMS" in words(found(f'  utter_a: "{"x" * 131}{{{{ name }}}}"\n'))
    three = found(f'  utter_a: "{"x" * 307}"\n')
    assert [one.severity for one in three] == ["error"]
    assert "takes 3 SMS" in words(three)


def test_a_shorter_text_for_sms_is_what_counts() -> None:
    assert words(found(f'  utter_a: {{text: "{"x" * 400}", sms: "short"}}\n')) == ""


def test_the_choices_below_a_question_count_too() -> None:
    flows = "flows:\n  f:\n    steps: [{collect: kind}]\n"
    assert "takes 2 SMS" in words(found(f'  utter_ask_kind: "{"x" * 140}"\n', flows=flows))


def test_crisis_words_may_take_three() -> None:
    flows = "flows:\n  pattern_crisis_x:\n    locked: true\n    steps: [{action: utter_a}]\n"
    assert [one.severity for one in found(f'  utter_a: "{"x" * 400}"\n', flows=flows)] == ["advice"]
    assert [one.severity for one in found(f'  utter_a: "{"x" * 500}"\n', flows=flows)] == ["error"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Hello 😀", "which SMS has not"),
        ("Reply YES to go on.", "may swallow"),
        ("Text cancel to end it.", "may swallow"),
        ("Your wish: {{ wish }}", "sensitive slot `wish`"),
        ("Call 0808 200 0247.", "0808 200 0247 is not in the directory"),
        ("Call 999.", "999 is not in the directory"),
        ("See https://example.org/x.", "example.org/x"),
        ('Call {{ "nobody"|helpline }}.', "no helpline `nobody`"),
    ],
)
def test_words_that_must_not_go_out(text: str, complaint: str) -> None:
    known = Directory({"samaritans": "116 123"}, frozenset({"116123"}), frozenset({"nhs.uk"}))
    assert complaint in words(found(f"  utter_a: '{text}'\n", known))


def test_words_that_may() -> None:
    known = Directory({"samaritans": "116 123"}, frozenset({"116123"}), frozenset({"nhs.uk"}))
    text = 'Call {{ "samaritans"|helpline }} or 116 123, like 07700 900123. See www.nhs.uk/x. Café: “ok” – 10.30am, PR1 8XJ.'
    assert words(found(f"  utter_a: '{text}'\n", known)) == ""


def test_an_answer_that_the_provider_swallows() -> None:
    text = "version: 1\nslots:\n  a: {type: choice, choices: [{value: x, title: 'Yes.'}, {value: y, title: 'Yes, go on'}]}\n"
    findings = check_words(read_files({"flows/a.yml": text}, {}))
    assert len(findings) == 1
    assert "offers `Yes.`" in words(findings)


def test_the_longest_value_of_a_slot() -> None:
    slots = small_book().slots
    assert longest_value(slots["work"]) == "Out of work"
    assert longest_value(slots["health"]) == "Mental health, Back"
    assert longest_value(slots["name"]) == "X" * 12
    assert longest_value(slots["postcode"]) == "WC1A 1AA"


def test_every_way_through_the_ifs_once() -> None:
    text = "{% if name %}a{% elif work %}b{% else %}c{% endif %}-{% if name %}d{% else %}e{% endif %}"
    assert sorted(variants(small_book(), text)) == ["a-d", "b-e", "c-e"]
    assert len(variants(small_book(), "".join(f"{{% if s{n} %}}a{{% endif %}}" for n in range(20)))) == 64


def test_reading_age_is_advice() -> None:
    hard = "Eligibility determination necessitates comprehensive administrative documentation regarding occupational circumstances."
    assert (
        reading_age(hard) > 16 > 11 > reading_age("We can help you. It is free. You can call us on any day you like.")
    )
    assert [one.severity for one in found(f'  utter_a: "{hard}"\n')] == ["advice"]
