"""No text makes a recogniser fail, or take long."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu import recognisers as r
from tests.costs import costs_less_than

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, 0)  # noqa: DTZ001 - London wall clock
LINES = (r.Option("money", "Money or debt"), r.Option("b", "Tue 24 Nov, 10am"), r.Option("none", "None of these"))
READERS: dict[str, Callable[[str], object]] = {
    "choice": lambda text: r.read_choice(text, LINES),
    "choices": lambda text: r.read_choices(text, LINES),
    "yes_no": r.read_yes_no,
    "postcode": r.read_postcode,
    "age": lambda text: r.read_age(text, TODAY, asked=True),
    "age_unasked": lambda text: r.read_age(text, TODAY, asked=False),
    "phone": r.read_phone,
    "months": lambda text: r.read_months(text, TODAY, asked=True),
    "months_unasked": lambda text: r.read_months(text, TODAY, asked=False),
    "name": r.read_name,
    "situation": r.read_situation,
    "health": r.read_health,
    "barriers": r.read_barriers,
    "acts": r.read_act,
    "when": lambda text: r.read_when(text, NOW),
}
PIECES = [
    "monday",
    "tues",
    "weds",
    "next",
    "week",
    "last",
    "the",
    "24th",
    "24/11",
    "3pm",
    "half",
    "past",
    "quarter",
    "to",
    "2",
    "or",
    "and",
    "but",
    "not",
    "before",
    "after",
    "between",
    "until",
    "in",
    "a",
    "fortnight",
    "weekend",
    "december",
    "bank",
    "holiday",
    "same",
    "time",
    "any",
    "no",
    "1",
    "13",
    "2.30",
    "am",
    "pm",
    "since",
    "march",
    "ago",
    "years",
    "months",
    "month",
    "day",
    "of",
    "first",
    "PR1",
    "8XJ",
    "o0l",
    "07911",
    "my",
    "back",
    "is",
    "not",
    "fine",
    "mum",
    "all",
    "except",
    "none",
    "option",
    "29",
    "02",
    "/",
    "-",
    ".",
    ",",
    ":",
    "'",
    "(",
    ")",
    "½",
    "😀",
    "new",
    "year",
    "christmas",
    "31",
    "00",
    "99",
    "2019",
    "name",
    "is",
    "call",
    "me",
]
LONG = [
    "a" * 10_000, "1 " * 5_000, "1/1/" * 2_500, "+44 0" * 2_000, "PR1 8XJ " * 1_250, "a b " * 2_500, "o'" * 5_000, "\u0301" * 10_000,
    "half past " * 1_000, "not just my back, and " * 450, "yes but no " * 900, "the last " * 1_100, "2 years and " * 800,
    " ".join(f"w{n}x" for n in range(2_000)),
]  # fmt: skip
AT_ONCE = 0.1  # seconds: twice what is promised, since machines differ
SECONDS = 3.0  # a quadratic reader needs ten times as long on these


@pytest.mark.parametrize("name", READERS)
def test_long_and_hostile_texts_are_read_in_time(name: str) -> None:
    READERS[name]("warm up")
    for text in LONG:
        assert costs_less_than(SECONDS, lambda number, text=text: READERS[name](text[number:])), text[:20]


@pytest.mark.parametrize("name", READERS)
def test_a_text_of_two_thousand_letters_is_read_at_once(name: str) -> None:
    READERS[name]("warm up")
    for text in (long[:2_000] for long in LONG):
        assert costs_less_than(AT_ONCE, lambda number, text=text: READERS[name](text[number:])), text[:20]


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text(text: str) -> None:
    for read in READERS.values():
        read(text)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
@settings(max_examples=100, deadline=None)
def test_any_words_about_times_and_numbers(text: str) -> None:
    for read in READERS.values():
        assert read(text) == read(text)


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(" ".join),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),  # noqa: DTZ001
)
@settings(max_examples=200, deadline=None)
def test_windows_are_in_order_apart_within_hours_and_ahead(text: str, now: datetime) -> None:
    when = r.read_when(text, now)
    if when is None:
        return
    for reading in (when.windows, *(when.ambiguous or ())):
        for start, end in reading:
            assert now.replace(second=0, microsecond=0) <= start < end
            assert start.hour >= 8
            assert (end - start.replace(hour=0, minute=0)) <= timedelta(hours=20)
        assert all(a[1] < b[0] for a, b in itertools.pairwise(reading))


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_spans_lie_in_the_clean_text(text: str) -> None:
    length = len(r.clean(text))
    for read in READERS.values():
        found = read(text)
        if isinstance(found, r.Found):
            assert 0 <= found.span[0] <= found.span[1] <= length
