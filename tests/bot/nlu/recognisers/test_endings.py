"""When a fit note, sick pay or a job ends: only what is said plainly, by the day on which it was said."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.recognisers.endings import FURTHEST, read_endings

MONDAY = datetime.fromisoformat("2026-11-23T10:00")

SAID = [
    ("my sick note runs out on friday", "fit_note", "2026-11-27"),
    ("fit note ends 3 Dec", "fit_note", "2026-12-03"),
    ("My fit note ends on 4/12", "fit_note", "2026-12-04"),
    ("sicknote till friday", "fit_note", "2026-11-27"),
    ("my sick note is until the 30th", "fit_note", "2026-11-30"),
    ("im signed off till 3rd dec", "fit_note", "2026-12-03"),
    ("signed off work until friday, stress", "fit_note", "2026-11-27"),
    ("my fit note's up on thursday", "fit_note", "2026-11-26"),
    ("on friday my sick note runs out", "fit_note", "2026-11-27"),
    ("my sick note runs out tomorrow and i cant go back", "fit_note", "2026-11-24"),
    ("doctors note ends 2026-12-01", "fit_note", "2026-12-01"),
    ("sick note ends fri 27th", "fit_note", "2026-11-27"),
    ("the last day of my sick note is sunday", "fit_note", "2026-11-29"),
    ("my sick note has been extended to 4 december", "fit_note", "2026-12-04"),
    ("my boss is on at me and my sick note only lasts until wednesday", "fit_note", "2026-11-25"),
    ("off sick, note from my gp runs out thursday", "fit_note", "2026-11-26"),
    ("ssp stops on the 12th", "sick_pay", "2026-12-12"),
    ("the 12th is when my ssp stops", "sick_pay", "2026-12-12"),
    ("my sick pay finishes in 10 days", "sick_pay", "2026-12-03"),
    ("my contract finishes end of the month", "job", "2026-11-30"),
    ("my contract ends at the end of december", "job", "2026-12-31"),
    ("contract with tesco ends 31 december", "job", "2026-12-31"),
    ("my boss says my contract ends friday", "job", "2026-11-27"),
    ("they're letting me go in 2 weeks", "job", "2026-12-07"),
    ("they're going to let me go on the 4th", "job", "2026-12-04"),
    ("i'm being made redundant on the 18th", "job", "2026-12-18"),
    ("my last day at work is the 11th of december", "job", "2026-12-11"),
    ("my job finishes in a fortnight", "job", "2026-12-07"),
    ("i lose my job on friday", "job", "2026-11-27"),
]

NOT_SAID = [
    # it is over
    "my last fit note ended in march", "sick note ran out ages ago", "my fit note ended on friday", "fit note ends 3 nov",
    "my sick note ran out on friday", "i was made redundant on friday", "they let me go on friday", "my ssp stopped last week",
    # it is no job that ends, or nobody's own
    "I finish work at 5", "i stop work at 3 on fridays", "my shift ends friday", "my phone contract ends friday",
    "my husband's contract ends friday", "her fit note ends friday", "my contract starts on friday", "my job interview is on friday",
    "job centre appointment on friday", "ring me friday about my fit note", "got my sick note on friday", "friday",
    "i need a sick note until friday", "i need a fit note by friday", "call me before my sick note ends, friday is good",
    # it is not sure
    "they might let me go in 2 weeks", "if my contract ends friday what do i do", "my contract may end in december",
    "my sick note might run out friday", "will they stop my ssp on friday", "does my sick note end on friday?",
    "my sick note doesn't end till friday", "i hope my sick note ends friday",
    # no day, or one of several
    "my sick note runs out soon", "my sick note runs out next friday", "my sick note runs out on monday",
    "sick note ends in a few weeks", "fit note ends in 2 or 3 weeks", "fit note ends about the 4th", "my contract ends 5 or 6 december",
    "sick note ends end of the week", "my contract ends next month", "my fit note ends before christmas",
    "my contract ends every december", "my fit note ends 31 november",
]  # fmt: skip


@pytest.mark.parametrize(("said", "what", "on"), SAID)
def test_a_date_said_plainly_is_read(said: str, what: str, on: str) -> None:
    assert [(each.what, each.on) for each in read_endings(said, MONDAY)] == [(what, date.fromisoformat(on))]


@pytest.mark.parametrize("said", NOT_SAID)
def test_nothing_is_guessed(said: str) -> None:
    assert read_endings(said, MONDAY) == ()


def test_two_dates_of_two_kinds() -> None:
    read = read_endings("my sick note ends friday and my contract ends 31 december", MONDAY)
    assert {(each.what, str(each.on)) for each in read} == {("fit_note", "2026-11-27"), ("job", "2026-12-31")}


@pytest.mark.parametrize(
    "said", ["i've got a new sick note", "the gp gave me another fit note", "they extended my contract"]
)
def test_a_new_one_without_its_date_makes_the_old_date_void(said: str) -> None:
    assert [each.on for each in read_endings(said, MONDAY)] == [None]


@pytest.mark.parametrize(
    "said", ["i havent got a new sick note", "can i get another fit note", "i need a new sick note"]
)
def test_one_that_is_not_there_yet_does_not(said: str) -> None:
    assert read_endings(said, MONDAY) == ()


def test_who_speaks_for_somebody_else_says_her_fit_note() -> None:
    assert [each.what for each in read_endings("her fit note ends friday", MONDAY, of_another=True)] == ["fit_note"]
    assert read_endings("my husbands contract ends friday", MONDAY, of_another=True) == ()


def test_it_is_counted_from_the_day_it_was_said() -> None:
    later = datetime.fromisoformat("2026-12-28T10:00")
    assert [str(each.on) for each in read_endings("my sick note runs out in 3 days", later)] == ["2026-12-31"]
    assert [str(each.on) for each in read_endings("contract ends end of january", later)] == ["2027-01-31"]


WORDS = st.sampled_from(
    [
        "my",
        "sick",
        "fit",
        "note",
        "ends",
        "runs",
        "out",
        "on",
        "friday",
        "3",
        "dec",
        "the",
        "contract",
        "12",
        "th",
        "until",
        "not",
        "in",
        "2",
        "weeks",
        ",",
        ".",
        "is",
        "ssp",
        "end",
        "of",
    ]
)


@given(st.lists(WORDS, max_size=14), st.integers(0, 1500))
def test_whatever_is_written_no_date_is_past_or_far(said: list[str], later: int) -> None:
    now = MONDAY + timedelta(days=later)
    for each in read_endings(" ".join(said), now):
        assert each.on is None or now.date() <= each.on <= now.date() + FURTHEST
