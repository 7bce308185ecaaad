"""What is told of the call by the way: hours, and a number to ring."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clarifying import title_of
from bot.nlu.recognisers.by_the_way import is_deaf_only, read_call_needs, ruled_out
from bot.nlu.recognisers.call_told import read_asked_times, read_ring_times, read_times_beside, read_told_phone

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SAID = Path(__file__).parent / "said"


def rows(name: str) -> list[tuple[str, ...]]:
    with (SAID / name).open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]


@pytest.mark.parametrize(("text", "hours", "number"), rows("call_told.tsv"))
def test_hours_and_numbers_told_by_the_way(text: str, hours: str, number: str) -> None:
    times, phone = read_ring_times(text, NOW), read_told_phone(text)
    assert (title_of(times.windows) if times else "") == hours
    assert (str(phone.value).replace("+44", "0") if phone else "") == number


@pytest.mark.parametrize(("text", "hours"), rows("asked_times.tsv"))
def test_times_asked_about_before_they_are_asked(text: str, hours: str) -> None:
    times = read_asked_times(text, NOW)
    assert (title_of(times.windows) if times else "") == hours


@pytest.mark.parametrize(("text", "ways", "hours"), rows("times_beside_a_way.tsv"))
def test_times_beside_the_way_to_talk(text: str, ways: str, hours: str) -> None:
    way = read_call_needs(text, phone=True)
    times = read_times_beside(text, way.span if way else None, NOW)
    assert (",".join(map(str, way.value)) if way and isinstance(way.value, list) else "") == ways
    assert (title_of(times.windows) if times else "") == hours


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("txt only no calls im at work all day", ["messages"]),
        ("NO phone call jus text", ["messages"]),
        ("meet face face. interpreter BSL. phone NO", ["in_person", "interpreter", "bsl"]),
        ("BSL video can?", ["bsl", "video"]),
        ("video want, face face want. write no", ["video", "in_person"]),
        ("no video, write to me", ["messages"]),
        ("you can ring about the work bit. i just want the complaint in writing", ["phone"]),
        ("ring me. i can talk on the phone", ["phone"]),
        (
            "by post, or face to face. on no account by telephone, and I have no truck with video",
            ["messages", "in_person"],
        ),
        ("i got a letter from the hospital", []),
        ("can you text me a reminder", []),
        ("im deaf", []),
        ("im deaf and use BSL", ["bsl"]),
        ("im deaf but dont sign", ["messages"]),
    ],
)
def test_ways_of_talking(text: str, ways: list[str]) -> None:
    found = read_call_needs(text, phone=True)
    assert (found.value if found else []) == ways


def test_who_is_deaf_is_asked_how_and_what_is_wrong_is_ruled_out() -> None:
    assert is_deaf_only("hello me deaf")
    assert is_deaf_only("deaf in one ear")
    assert not is_deaf_only("my mum is deaf")
    assert not is_deaf_only("im deaf, i use BSL")
    assert ruled_out("the interpreter is wrong I speak english") == {"interpreter"}


@pytest.mark.parametrize(
    "text",
    ["phone, evenings are best", "Phone in the evenings", "phone please, after 6", "phone but not mondays", "ring in the mornings"],
)  # fmt: skip
def test_a_phone_named_first_is_a_way_to_talk_where_that_is_asked(text: str) -> None:
    told = read_call_needs(text, phone=True)
    assert told
    assert told.value == ["phone"]
    assert read_call_needs(text) is None


@pytest.mark.parametrize(
    "text", ["phone number changed", "phone is broken", "not phone, evenings only", "phone, my mobile is broken"]
)
def test_a_phone_that_is_only_spoken_of_is_none(text: str) -> None:
    told = read_call_needs(text, phone=True)
    assert told is None or told.value != ["phone"]
