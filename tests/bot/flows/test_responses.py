from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flows.definition import Response
from bot.flows.responses import ResponseError, helplines, parse, render, slots_needed, slots_read
from tests.bot.flows.talking import NUMBERS, small_book
from tests.costs import costs_less_than

BOOK = small_book()


def said(text: str, part: str = "sms", **slots: Any) -> str:
    return render(BOOK, Response("utter_x", {"text": text}), slots, part=part, helpline=NUMBERS.__getitem__)


@pytest.mark.parametrize(
    ("text", "slots", "words"),
    [
        ("plain", {}, "plain"),
        ("Hi {{ name }}.", {"name": "Sam"}, "Hi Sam."),
        ("{{ work }}", {"work": "in_work"}, "In work"),
        ('{% if work == "in_work" %}a{% else %}b{% endif %}', {"work": "in_work"}, "a"),
        ("{{ health }}", {"health": ["mind", "back"]}, "Mental health, Back"),
        ("{% if name %}Hi {{ name }}{% else %}Hi{% endif %}", {}, "Hi"),
        ("{% if name %}Hi {{ name }}{% else %}Hi{% endif %}", {"name": "skipped"}, "Hi"),
        ('{{ name|default("you") }}', {}, "you"),
        ('Call {{ "samaritans"|helpline }}.', {}, "Call 116 123."),
        ("{{ name|phone }}", {"name": "+447700900123"}, "07700 900123"),
        ("{{ name|phone }}", {"name": "08082000247"}, "0808 200 0247"),
        ("{{ name|date }}", {"name": "2026-11-24"}, "Tue 24 Nov"),
        ("{{ name|lower }}", {"name": "SAM"}, "sam"),
        ("{{ months }}", {"months": 4.0}, "4"),
        ("{{ months|whole }}", {"months": 8.7}, "9"),
        ("{{ months|whole }}", {"months": 24}, "24"),
        ("{{ name }}", {"name": "{{ 7*7 }}"}, "{{ 7*7 }}"),
        ("{{ name }}", {"name": "<b>"}, "<b>"),
        ("{{ opening }}", {"opening": "a", "opening_choices": [{"value": "a", "title": "10am"}]}, "10am"),
    ],
)
def test_words(text: str, slots: dict[str, Any], words: str) -> None:
    assert said(text, **slots) == words


@pytest.mark.parametrize("text", ["{{ name }}", "{{ unheard_of }}", '{{ "nobody"|helpline }}', "{{ name|date }}"])
def test_what_is_not_there_is_an_error_never_an_empty_place(text: str) -> None:
    with pytest.raises(ResponseError):
        said(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'x'*200000000 }}",
        "{{ 9**9**9 }}",
        "{{ ''.__class__ }}",
        "{{ name.upper() }}",
        "{{ name['x'] }}",
        "{{ range(10**9) }}",
        "{% for a in name %}{% endfor %}",
        "{% set a = 1 %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% raw %}{{ x }}{% endraw %}{{ x() }}",
        "{{ name|upper }}",
        "{{ name|default }}",
        "{{ name|default('a', 'b') }}",
        "{{ name|default(value='a') }}",
        "{{ 1000000000 }}",
        "{{ '" + "x" * 300 + "' }}",
        "{{ " + "(" * 2000,
        "{{ not " * 40 + "x" + " }}" * 40,
        "{% if a %}" * 100 + "{% endif %}" * 100,
        "x" * 5000,
        "{{ name if name }}",
        "{{ name ~ name }}",
        "{{ -1 }}",
        "{{ name is defined }}",
        "{% if %}",
        "{{ }}",
        "{{ {'a': 1} }}",
    ],
)
def test_anything_beyond_the_small_language_is_refused_before_it_is_compiled(text: str) -> None:
    def refuse(number: int) -> None:
        with pytest.raises(ResponseError):
            parse(text + " " * number)

    assert costs_less_than(1, refuse)


@given(st.text(alphabet="{}%#|'\"if endif els name x()*.[]0", max_size=80))
def test_reading_fails_in_no_other_way(text: str) -> None:
    with contextlib.suppress(ResponseError):
        parse(text)


def test_channel_variants_and_parts() -> None:
    chat = Response("utter_x", {"text": "t", "easier": "Reply 1 or 2.", "easier_chat": "This, or that?"})
    for channel, words in (("sms", "Reply 1 or 2."), ("telegram", "This, or that?"), ("web", "This, or that?")):
        assert chat.words_of("easier", channel) == words
    response = Response("utter_x", {"text": "t", "web": "w", "easier": "e"})
    for part, words in (("sms", "t"), ("web", "w"), ("easier", "e"), ("why", "")):
        assert render(BOOK, response, {}, part=part, helpline=str) == words


def test_slots_that_a_text_needs() -> None:
    text = "{% if a %}{{ a }} {{ b }}{% else %}{{ c|default('x') }}{{ d|lower }}{% endif %}{{ 'sam'|helpline }}"
    assert slots_read(text) == {"a", "b", "c", "d"}
    assert [(name, sorted(known)) for name, known in slots_needed(text)] == [("a", ["a"]), ("b", ["a"]), ("d", [])]
    assert helplines(text) == ["sam"]
