"""Times that a person names, told on Monday 23 November 2026 at nine."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.nlu.recognisers import When, read_when

NOW = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - London wall clock
FULL = "08-20"
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def said(text: str, now: datetime = NOW) -> When:
    when = read_when(text, now)
    assert when is not None
    return when


def shown(when: When) -> list[str]:
    """Windows as "24 nov 12-17", with minutes only where there are any."""
    return [_window(*window) for window in when.windows]


def _window(start: datetime, end: datetime) -> str:
    return f"{start.day} {start:%b} {_hour(start)}-{_hour(end)}".lower()


def _hour(moment: datetime) -> str:
    return f"{moment:%H:%M}".removesuffix(":00")


NAMED = [
    ("tomorrow", ["24 nov 08-20"]), ("tomoz", ["24 nov 08-20"]), ("2moro morning", ["24 nov 08-12"]), ("tommorow at noon", ["24 nov 12-12:30"]),
    ("thursday", ["26 nov 08-20"]), ("Thursday after 3", ["26 nov 15-20"]), ("this thursday", ["26 nov 08-20"]),
    ("day after tomorrow", ["25 nov 08-20"]), ("end of next week", ["3 dec 08-20", "4 dec 08-20"]),
    ("start of next week", ["30 nov 08-20", "1 dec 08-20"]), ("a week on friday", ["4 dec 08-20"]), ("friday week", ["4 dec 08-20"]),
    ("a fortnight today", ["7 dec 08-20"]), ("in 3 days", ["26 nov 08-20"]), ("2 weeks today", ["7 dec 08-20"]), ("a week tomorrow", ["1 dec 08-20"]),
    ("tuesday fortnight", ["8 dec 08-20"]), ("tues or weds afternoon", ["24 nov 12-17", "25 nov 12-17"]),
    ("monday morning or thursday after 3", ["23 nov 09-12", "26 nov 15-20"]), ("24th", ["24 nov 08-20"]), ("24/11", ["24 nov 08-20"]),
    ("24 nov at 2", ["24 nov 14-14:30"]), ("nov 30th", ["30 nov 08-20"]), ("weds 25 at half past 2", ["25 nov 14:30-15"]),
    ("30/11/2026 at 9.45", ["30 nov 09:45-10:15"]), ("2026-11-24", ["24 nov 08-20"]), ("10-12 on friday", ["27 nov 10-12"]),
    ("tuesday afternoon next week", ["1 dec 12-17"]), ("monday or tuesday next week", ["30 nov 08-20", "1 dec 08-20"]),
    ("not friday, thursday is better", ["26 nov 08-20"]), ("im free wednesday from 1 onwards", ["25 nov 13-20"]),
    ("tomorrow at 3 or friday at 10", ["24 nov 15-15:30", "27 nov 10-10:30"]), ("tonight", ["23 nov 17-20"]), ("this afternoon", ["23 nov 12-17"]),
    ("today", ["23 nov 09-20"]), ("wednesday 9 to 12", ["25 nov 09-12"]), ("thur pm", ["26 nov 12-17"]), ("tues am", ["24 nov 08-12"]),
    ("i can do tuesday or thursday but not before 11", ["24 nov 11-20", "26 nov 11-20"]), ("the 1st or 2nd of december", ["1 dec 08-20", "2 dec 08-20"]),
    ("thurs half 2", ["26 nov 14:30-15"]), ("first thing tomorrow", ["24 nov 08-10"]), ("thursday morning, not before 10", ["26 nov 10-12"]),
    ("either monday or friday morning", ["23 nov 09-12", "27 nov 08-12"]), ("can you ring me at 10 tomorrow please", ["24 nov 10-10:30"]),
    ("wensday arvo", ["25 nov 12-17"]), ("fridey", ["27 nov 08-20"]), ("thursdsy", ["26 nov 08-20"]), ("0930 tomorrow", ["24 nov 09:30-10"]),
    ("tuesday between 1 and 3", ["24 nov 13-15"]), ("wednesday morning or afternoon", ["25 nov 08-17"]), ("the morning of the 26th", ["26 nov 08-12"]),
    ("i cant on wednesday but i can thursday", ["26 nov 08-20"]), ("thursday 4", ["26 nov 16-16:30"]), ("monday the 30th", ["30 nov 08-20"]),
    ("14-16 dec", ["14 dec 08-20", "15 dec 08-20", "16 dec 08-20"]), ("monday at 8", ["30 nov 08-08:30"]),
    ("9pm tomorrow", []), ("10 at night", []), ("15 november", []),
    ("next monday", ["30 nov 08-20"]), ("any time thursday", ["26 nov 08-20"]), ("lunch time on thurs", ["26 nov 12-14"]),
    ("saturday", ["28 nov 08-20"]), ("the weekend", ["28 nov 08-20", "29 nov 08-20"]), ("before wednesday", ["23 nov 09-20", "24 nov 08-20"]),
    ("Thursday 26 November 2026 at 10:15", ["26 nov 10:15-10:45"]), ("thurs 3pm or fri 10am", ["26 nov 15-15:30", "27 nov 10-10:30"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "windows"), NAMED)
def test_named_days(text: str, windows: list[str]) -> None:
    when = said(text)
    assert (shown(when), when.ambiguous, when.whole) == (windows, None, True)


HOURS = [
    ("half ten", "10:30-11"), ("half past nine", "09:30-10"), ("quarter past 3", "15:15-15:45"), ("quarter to four", "15:45-16:15"),
    ("3ish", "15-15:30"), ("14:30", "14:30-15"), ("2.30pm", "14:30-15"), ("3", "15-15:30"), ("three", "15-15:30"), ("7", "19-19:30"),
    ("11.15am", "11:15-11:45"), ("12", "12-12:30"), ("20 past 2", "14:20-14:50"), ("twenty to 5", "16:40-17:10"), ("two thirty", "14:30-15"),
    ("1430", "14:30-15"), ("between 2 and 4", "14-16"), ("12 til 2", "12-14"), ("9-5", "09-17"), ("after 3", "15-20"),
    ("before 11", "08-11"), ("not before 10", "10-20"), ("no later than 3", "08-15"), ("after 10 but before 3", "10-15"), ("afternoons", "12-17"),
    ("lunchtime", "12-14"), ("evenings", "17-20"), ("mornings", "08-12"),
    ("after lunch", "14-20"), ("before lunch", "08-12"), ("i work till 3", "15-20"), ("i finish work at 5", "17-20"), ("can't do mornings", "12-20"),
    ("any time but mornings", "12-20"), ("after 12", "12-20"), ("8am", "08-08:30"), ("3 o'clock", "15-15:30"), ("half three pls", "15:30-16"),
    ("dont call before 10", "10-20"), ("10 or later", "10-20"), ("4pm onwards", "16-20"), ("from 9 to 11", "09-11"), ("11-2", "11-14"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "hours"), HOURS)
def test_hours_on_any_day(text: str, hours: str) -> None:
    when = said(text)
    assert f"24 nov {hours}" in shown(when)
    assert len({start.date() for start, _ in when.windows}) >= 28
    assert when.whole


# Which days of the week are left over the four weeks, and the hours on each.
PATTERNS = [
    ("not mondays", "tue wed thu fri sat sun", FULL), ("any morning but weds", "mon tue thu fri sat sun", "08-12"),
    ("weekdays except friday", "mon tue wed thu", FULL), ("anytime", "mon tue wed thu fri sat sun", FULL),
    ("whenever suits you", "mon tue wed thu fri sat sun", FULL), ("afternoons except tuesdays", "mon wed thu fri sat sun", "12-17"),
    ("mondays are no good but tuesdays are fine", "tue", FULL), ("monday to thursday", "mon tue wed thu", FULL), ("mon-fri", "mon tue wed thu fri", FULL),
    ("outside working hours", "mon tue wed thu fri", "17-20"), ("after the morning school run", "mon tue wed thu fri", "09:30-15"),
    ("office hours", "mon tue wed thu fri", "09-17"), ("monday mornings", "mon", "08-12"), ("tues and thurs evenings", "tue thu", "17-20"),
    ("weekends", "sat sun", FULL), ("weekday evenings", "mon tue wed thu fri", "17-20"), ("not thursday or friday", "mon tue wed sat sun", FULL),
    ("any monday", "mon", FULL), ("thursdays and fridays", "thu fri", FULL), ("mons and weds", "mon wed", FULL),
    ("im busy monday and tuesday", "wed thu fri sat sun", FULL), ("any day after 2 but not tuesday", "mon wed thu fri sat sun", "14-20"),
    ("wednesdays are bad", "mon tue thu fri sat sun", FULL), ("not mondays or before 10", "tue wed thu fri sat sun", "10-20"),
    ("im working mon to weds", "thu fri sat sun", FULL), ("i'm at college tuesdays and thursdays", "mon wed fri sat sun", FULL),
    ("any day but monday", "tue wed thu fri sat sun", FULL), ("midweek", "tue wed thu", FULL), ("every day after 3", "mon tue wed thu fri sat sun", "15-20"),
    ("I've got physio on tuesday so any other day", "mon wed thu fri sat sun", FULL), ("not in the morning", "mon tue wed thu fri sat sun", "12-20"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "days", "hours"), PATTERNS)
def test_days_of_the_week(text: str, days: str, hours: str) -> None:
    when = said(text)
    inner = [w for w in when.windows if date(2026, 11, 24) <= w[0].date() <= date(2026, 12, 20)]
    assert [day for day in DAYS if any(DAYS[start.weekday()] == day for start, _ in inner)] == days.split()
    assert {f"{_hour(start)}-{_hour(end)}" for start, end in inner} == {hours}
    assert when.whole


AMBIGUOUS = [
    ("next thursday", ["26 nov 08-20"], ["3 dec 08-20"]), ("next wendsday", ["25 nov 08-20"], ["2 dec 08-20"]),
    ("next sunday", ["29 nov 08-20"], ["6 dec 08-20"]), ("monday", ["23 nov 09-20"], ["30 nov 08-20"]),
    ("tomorrow friday", ["24 nov 08-20"], ["27 nov 08-20"]), ("dinner time tomorrow", ["24 nov 12-14"], ["24 nov 17-19"]),
    ("teatime on thursday", ["26 nov 17-18:30"], ["26 nov 15:30-17:30"]), ("ten to four friday", ["27 nov 10-16"], ["27 nov 15:50-16:20"]),
    ("every other tuesday", ["24 nov 08-20", "8 dec 08-20", "22 dec 08-20"], ["1 dec 08-20", "15 dec 08-20"]),
    ("this monday", ["23 nov 09-20"], ["30 nov 08-20"]), ("31st feb", ["28 feb 08-20"], ["1 mar 08-20"]),
    ("7 to 9 on friday", ["27 nov 19-20"], ["27 nov 08-09"]),
    ("10 to 4 on thursday", ["26 nov 10-16"], ["26 nov 15:50-16:20"]), ("2 or 3 days time", ["25 nov 08-20"], ["26 nov 08-20"]),
    ("friday after work", ["27 nov 17-20"], ["27 nov 15-20"]), ("29/02/2027", ["28 feb 08-20"], ["1 mar 08-20"]),
    ("wednesday 26th", ["26 nov 08-20"], ["25 nov 08-20"]), ("next friday afternoon", ["27 nov 12-17"], ["4 dec 12-17"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "one", "other"), AMBIGUOUS)
def test_two_readings_are_given_back_not_guessed(text: str, one: list[str], other: list[str]) -> None:
    when = said(text)
    assert when.ambiguous is not None
    assert [[_window(*window) for window in reading] for reading in when.ambiguous] == [one, other]


@pytest.mark.parametrize("text", ["since march", "off sick since last monday", "i have 2 kids", "good morning", "i sat down", "other times", "yes",
                                  "", "im 43", "i was off for 3 weeks", "10 years ago", "24 hours", "been signed off since 5th october", "may i ask why",
                                  "the second one", "i am poorly", "PR1 8XJ"])  # fmt: skip
def test_no_time(text: str) -> None:
    assert read_when(text, NOW) is None


@pytest.mark.parametrize("text", ["asap", "as soon as possible", "soonest", "asap tomorrow", "first available"])
def test_as_soon_as_possible(text: str) -> None:
    when = said(text)
    assert when.asap
    assert when.windows


def test_weeks_run_from_monday_to_sunday() -> None:
    assert [start.date() for start, _ in said("next week").windows] == [
        date(2026, 11, 30) + timedelta(days=n) for n in range(7)
    ]
    assert said("week after next").windows[0][0].date() == date(2026, 12, 7)


def test_four_weeks_and_further_only_for_a_later_day() -> None:
    limit = NOW + timedelta(days=28)
    assert max(end for _, end in said("mornings").windows) <= limit
    assert shown(said("5th jan")) == ["5 jan 08-20"]


def test_after_the_bank_holiday() -> None:
    assert said("after the bank holiday").windows[0][0].date() == date(2026, 12, 29)
    when = read_when("after the bank holiday", NOW, bank_holidays={date(2026, 11, 30)})
    assert when is not None
    assert when.windows[0][0].date() == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("in an hour", ["23 nov 10-10:30"]),
        ("in half an hour", ["23 nov 09:30-10"]),
        ("tomorrow or the day after", ["24 nov 08-20", "25 nov 08-20"]),
        ("the following monday", ["30 nov 08-20"]),
        ("thursday or friday next week after 1", ["3 dec 13-20", "4 dec 13-20"]),
        ("monday or wednesday but not the morning", ["23 nov 12-20", "25 nov 12-20"]),
        ("thursday doesn't work, friday does", ["27 nov 08-20"]),
        ("on monday between 10 and 12 or tuesday after 3", ["23 nov 10-12", "24 nov 15-20"]),
    ],
)
def test_said_in_other_ways(text: str, windows: list[str]) -> None:
    assert shown(said(text)) == windows


def test_evenings_or_weekends_are_either() -> None:
    windows = shown(said("evenings or weekends"))
    assert {"24 nov 17-20", "28 nov 08-20"} <= set(windows)
    assert "24 nov 08-20" not in windows


def test_same_time_next_week() -> None:
    when = read_when("same time next week", NOW, reference=datetime(2026, 11, 24, 10, 30))  # noqa: DTZ001
    assert when is not None
    assert shown(when) == ["1 dec 10:30-11"]
    without = read_when("same time next week", NOW)
    assert without is not None
    assert without.ambiguous


def test_a_day_that_is_past_today_means_next_weeks() -> None:
    evening = datetime(2026, 11, 26, 20, 30)  # noqa: DTZ001
    assert shown(said("thursday", evening)) == ["3 dec 08-20"]
    assert shown(said("thursday morning", datetime(2026, 11, 26, 13, 0))) == ["3 dec 08-12"]  # noqa: DTZ001


def test_clock_changes_leave_the_wall_clock_alone() -> None:
    spring = datetime(2027, 3, 26, 10, 0, tzinfo=UTC)
    assert shown(said("monday at 9", spring)) == ["29 mar 09-09:30"]
    autumn = datetime(2026, 10, 24, 8, 0, tzinfo=UTC)
    assert shown(said("today", autumn)) == ["24 oct 09-20"]
    assert shown(said("monday at 9", autumn)) == ["26 oct 09-09:30"]
