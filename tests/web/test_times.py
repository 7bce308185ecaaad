"""Times as people type them, and what is said of those that are none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.coach.times import Wrong, clock, read_date, read_minute, read_spans, spans

MINUTES = st.integers(0, 287).map(lambda number: number * 5)
DAYS = st.lists(MINUTES, min_size=2, max_size=8, unique=True).map(sorted)


@given(MINUTES)
def test_a_time_that_is_shown_is_read_as_itself(minute: int) -> None:
    assert read_minute(clock(minute)) == minute
    assert read_minute(f"{minute // 60}:{minute % 60:02}") == minute


@given(DAYS)
def test_a_day_that_is_shown_is_read_as_itself(times: list[int]) -> None:
    day = list(zip(times[::2], times[1::2], strict=False))
    assert read_spans(spans(day)) == day


def code_of(text: str) -> str:
    try:
        read_spans(text)
    except Wrong as wrong:
        return wrong.code
    return ""


@given(st.text(max_size=250))
def test_whatever_is_typed_is_a_day_or_a_code(text: str) -> None:
    assert code_of(text) in {"", "not_time", "not_span", "no_such_time", "five", "ends_first", "overlap"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9am to 5pm", [(540, 1020)]),
        ("9-17", [(540, 1020)]),
        ("09.00 \N{EN DASH} 12.30; 1 PM until 5 p.m.", [(540, 750), (780, 1020)]),
        ("0900-1730", [(540, 1050)]),
        ("1pm to 5pm and 9am to noon", [(540, 720), (780, 1020)]),
        ("", []),
        ("  ", []),
    ],
)
def test_ways_to_write_a_day(text: str, expected: list[tuple[int, int]]) -> None:
    assert read_spans(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9am to 25:00", "no_such_time"),
        ("9:75-10", "no_such_time"),
        ("13pm to 2pm", "no_such_time"),
        ("9 to 5", "ends_first"),
        ("5pm to 9am", "ends_first"),
        ("9am to 9am", "ends_first"),
        ("9am to 1pm, 12pm to 5pm", "overlap"),
        ("9am", "not_span"),
        ("9am to 1pm to 5pm", "not_span"),
        ("all day", "not_span"),
        ("early to late", "not_time"),
        ("9:03 to 10am", "five"),
        ("9am to 5pm," * 50, "not_span"),
        ("\N{ARABIC-INDIC DIGIT NINE}am to 5pm", "not_time"),
    ],
)
def test_what_is_wrong_with_a_day(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize("text", ["2026-12-03", "3/12/2026", "03.12.2026"])
def test_ways_to_write_a_date(text: str) -> None:
    assert read_date(text) == date(2026, 12, 3)


@pytest.mark.parametrize("text", ["", "31/02/2026", "2026-13-01", "tomorrow", "3/12/26", "0/0/0000"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(Wrong, match="not_date"):
        read_date(text)
