"""The understanding desk: messages grouped, labelled, collected with a held-out share; nothing by which one is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from sqlalchemy import func, select

from services import examples, not_understood, people
from services.examples import Labelled, is_personal, tidy
from services.messages import Address
from services.models import NluExample
from services.not_understood import Miss
from tests.web.admin.conftest import Studio
from tests.web.assistants import StandInAssistant
from tests.web.teams import NOW
from web.admin.understanding import as_training, intents

PAGE = "/understanding"
SAID = (
    "can my sister be on the call",
    "can my sister be on the call too",
    "where do i park",
    "ring Sam on 07700 900123",
)


def put_misses(assistant: StandInAssistant) -> None:
    with assistant.db.write() as session:
        thread = people.find_or_make_conversation(session, Address("sms", "+447700900123"), NOW)
        for words in SAID:
            not_understood.record(session, thread, Miss(words, "opening", "choose_opening", "person", 0.4), NOW)


@pytest.fixture
def desk(studio: Studio) -> Studio:
    put_misses(studio.assistant)
    return studio


def kept(studio: Studio) -> list[tuple[str, str]]:
    with studio.assistant.db.read() as session:
        return [(each.intent, each.words) for each in examples.collected(session)]


def words_of(studio: Studio, *rows: int, **changed: str) -> dict[str, str]:
    """The fields of a group's form; several rows come as a list."""
    return {**{f"words-{row}": SAID[row - 1] for row in rows}, "row": [str(row) for row in rows], **changed}  # type: ignore[dict-item]


def test_messages_are_grouped_labelled_and_collected(desk: Studio) -> None:
    page = desk.get(PAGE)
    assert "4 messages" in page
    assert "2 alike" in page
    assert desk.audited("read")[-1][1] == "not_understood:1"
    group = words_of(desk, 1, 2, do="teach", intent="who_sees")
    assert desk.post(PAGE, PAGE, **group)[0] == 303
    assert kept(desk) == [("who_sees", SAID[0]), ("who_sees", SAID[1])]
    assert desk.post(PAGE, PAGE, **words_of(desk, 3, do="aside"))[0] == 303
    assert "1 message of" in desk.get(PAGE)
    files = [desk.client.get(f"/admin/understanding/{part}.yml").text for part in ("train", "held-out")]
    assert sum(text.count("      - ") for text in files) == 2
    assert desk.client.get("/admin/understanding/all.yml").status_code == 404
    assert desk.post(f"{PAGE}/1/forget", PAGE)[0] == 303
    assert desk.post(f"{PAGE}/1/forget", PAGE)[0] == 404
    assert kept(desk) == [("who_sees", SAID[1])]


def test_what_could_tell_who_it_was_is_not_taught(desk: Studio) -> None:
    for fields, told in (
        (words_of(desk, 4, do="teach", intent="person"), "hold no phone number"),
        (words_of(desk, 3, do="teach", intent="nonsense"), "Pick what they mean."),
        ({"do": "teach", "intent": "person"}, "Tick the messages"),
        (words_of(desk, 3, do="teach", intent="person", **{"words-3": " "}), "Words to teach are short"),
    ):
        status, page = desk.post(PAGE, PAGE, **fields)
        assert (status, told in page) == (400, True), told
    assert kept(desk) == []
    changed = words_of(desk, 4, do="teach", intent="person", **{"words-4": "ring my manager"})
    assert desk.post(PAGE, PAGE, **changed)[0] == 303
    assert kept(desk) == [("person", "ring my manager")]


def test_a_coach_and_a_lead_see_no_words(desk: Studio) -> None:
    desk.sign_in("rob")
    assert desk.client.get("/admin/understanding").status_code == 404
    assert desk.client.get("/admin/understanding/train.yml").status_code == 404


@pytest.mark.parametrize(
    "words", ["call 07700900123", "PR1 8XJ", "me@example.org", "see https://x", "0113 496 0000", "e1 6an"]
)
def test_numbers_addresses_and_postcodes_are_told_from_words(words: str) -> None:
    assert is_personal(words)
    assert not is_personal("my back hurts and i am 44, since 2 years")


def test_the_same_words_are_kept_once_and_about_one_in_eight_is_held_out(studio: Studio) -> None:
    with studio.assistant.db.write() as session:
        said = [Labelled(0, f"thing {a} and {b}") for a in "abcdefghijklmnopqrst" for b in "abcdefghij"]
        assert examples.teach(session, said, "person", 1, NOW) == 200
        assert examples.teach(session, [Labelled(0, "THING a  and b")], "who", 1, NOW + timedelta(days=1)) == 0
        held = session.scalar(select(func.count()).where(NluExample.held_out)) or 0
    assert 8 <= held <= 50


@given(st.lists(st.text(min_size=1, max_size=30), max_size=5))
def test_collected_words_are_always_data_and_never_more(said: list[str]) -> None:
    rows = [NluExample(intent="person", words=tidy(words) or "-", held_out=False) for words in said]
    read = YAML(typ="safe", pure=True).load(as_training(rows))
    assert [each["intent"] for each in read["nlu"]] == ["person"] * bool(rows)
    lines = read["nlu"][0]["examples"].splitlines() if rows else []
    assert len(lines) == len(rows)


def test_every_meaning_has_a_plain_name(desk: Studio) -> None:
    page = desk.get(PAGE)
    assert len(intents()) > 30
    assert [name for name in intents() if f">{name}</option>" in page] == []
