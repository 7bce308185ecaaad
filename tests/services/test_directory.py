"""Signposting: what fits, what stays quiet, and that no digit differs between the tables."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.flows.segments import segments, unsupported
from services import directory_import, helplines
from services.db import Database
from services.directory import LISTINGS, LONGEST_LINE, Directory, Listing, ages_of, known_numbers, line_of, words
from services.models import ListingRow

TODAY = date(2026, 11, 23)
NATIONS = ("england", "wales", "scotland", "northern_ireland")


@pytest.fixture
def directory(sqlite_db: Database, now: datetime) -> Directory:
    made = Directory.load(sqlite_db)
    made.install(now)
    return made


def shipped() -> dict[str, dict[str, str]]:
    with LISTINGS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def matched(directory: Directory, *needs: str, health: tuple[str, ...] = (), **given: object) -> list[Listing]:
    who: dict[str, Any] = {"nation": "england", "lad": None, "age": 40, "on": TODAY}
    asked = {"limit": 3, "skip_ids": (), **given}
    who |= {name: asked.pop(name) for name in list(asked) if name in who}
    with directory.db.read() as session:
        usable = directory.usable(session, **who)
    return directory.match(usable, barriers=needs, health=health, **asked)  # type: ignore[arg-type]


def opened(directory: Directory, nation: str, age: int, health: tuple[str, ...] = ()) -> list[str]:
    with directory.db.read() as session:
        found = directory.doors(
            session, nation=nation, age=age, barriers=(), health=health, work_situation="off_sick", on=TODAY
        )
    return [listing.id for listing in found]


def test_hazard_4_every_helpline_has_the_digits_of_its_listing() -> None:
    listings = shipped()
    for row in helplines.table():
        said = digits(row.number)
        if said:
            listing = listings[row.listing]
            assert digits(listing["phone"]).startswith(said) or said in digits(listing["text_number"]), row.key


def test_hazard_4_every_text_line_has_the_digits_of_a_listing() -> None:
    listings = shipped()
    numbers = {digits(row[column]) for row in listings.values() for column in ("phone", "text_number")}
    for key, line in words().items():
        assert key in listings, key
        for number in re.findall(r"(?:0|116)[\d ]{5,}\d", line):
            assert digits(number) in numbers, (key, number)


def test_hazard_4_a_changed_digit_is_noticed(tmp_path: Path) -> None:
    changed = helplines.TABLE.read_text(encoding="utf-8").replace("116 123", "116 132")
    path = tmp_path / "helplines.yml"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(helplines.HelplineError, match="without being checked"):
        helplines.table(path)


@pytest.mark.parametrize(
    "key",
    ["emergency", "nhs_111", "nhs_111_mh", "samaritans", "shout", "domestic_abuse", "mens_advice", "childline"],
)
def test_every_helpline_has_something_to_say_in_every_nation(key: str) -> None:
    for nation in (*NATIONS, "islands", "unknown"):
        assert helplines.number(key, nation)


def test_hazard_4_a_number_changed_since_is_not_hidden_by_our_own_line() -> None:
    row = ListingRow(id="acas", name="Acas", phone="0300 123 1100", sms=None)
    assert line_of(row) == words()["acas"]
    row.phone = "0300 123 1199"
    assert line_of(row) == "Acas: 0300 123 1199"


def test_an_unknown_helpline_is_an_error_not_an_empty_number() -> None:
    with pytest.raises(helplines.HelplineError):
        helplines.number("nobody")


def test_each_need_is_met_first_by_its_widest_door(directory: Directory) -> None:
    found = [listing.id for listing in matched(directory, "money", "housing", "caring")]
    assert found[0] == "citizens-advice"
    assert "carers-uk" in found
    assert len(found) == len(set(found)) == 3


def test_a_need_is_not_sent_to_those_who_help_some_of_the_people_who_have_it(directory: Directory) -> None:
    """Who says only that their mental health makes work hard is told of no eating disorders helpline."""
    for nation in ("england", "wales", "scotland", "northern_ireland"):
        told = [each.id for each in matched(directory, health=("mental_health",), nation=nation, limit=50)]
        assert not [one for one in told if one.startswith(("beat", "switchboard", "rethink"))]


def test_who_is_too_young_for_talking_therapies_is_told_of_somebody_to_talk_to(directory: Directory) -> None:
    assert matched(directory, health=("mental_health",), age=17)[0].id == "childline"
    for age in (40, 26, None):
        told = [each.id for each in matched(directory, health=("mental_health",), age=age, limit=50)]
        assert "talking-therapies" in told
        assert "childline" not in told, "only to who is known to be young"


def test_more_on_asking_never_repeats(directory: Directory) -> None:
    first = matched(directory, "money")
    more = matched(directory, "money", skip_ids=[listing.id for listing in first])
    assert more
    assert not {listing.id for listing in first} & {listing.id for listing in more}


@pytest.mark.parametrize("nation", NATIONS)
def test_only_listings_of_the_nation_are_said(directory: Directory, nation: str) -> None:
    letter = helplines.NATIONS[nation]
    found = matched(directory, "money", "housing", "employer", "caring", "travel", nation=nation, limit=20)
    assert found
    assert all(letter in listing.nations for listing in found)


def test_hazard_18_red_flags_go_with_every_physiotherapy_listing(directory: Directory) -> None:
    found = matched(directory, health=("musculoskeletal",))
    assert found
    assert all(listing.red_flags for listing in found)
    assert not any(listing.red_flags for listing in matched(directory, "money"))


def test_doubtful_and_forbidden_listings_are_never_said(directory: Directory) -> None:
    low = {
        row["id"] for row in shipped().values()
        if row["confidence"] == "low" or "do not signpost" in row["conditions"].lower()
    }  # fmt: skip
    assert low
    with directory.db.read() as session:
        for nation in (*NATIONS, "islands"):
            said = {listing.id for listing in directory.usable(session, nation, 17, TODAY, None)}
            said |= {listing.id for listing in directory.usable(session, nation, 60, TODAY, None)}
            assert not said & low


def test_a_listing_past_its_check_goes_quiet_but_a_crisis_line_never(directory: Directory) -> None:
    far = date(2036, 1, 1)
    with directory.db.read() as session:
        rows = {row.id: row for row in session.scalars(select(ListingRow))}
        said = [rows[listing.id] for listing in directory.usable(session, "england", 40, far, None)]
    assert any(row.id == "samaritans" for row in said)
    assert all(row.crisis or row.phone is None for row in said)


def test_a_local_listing_is_said_only_in_its_authority(directory: Directory, tmp_path: Path, now: datetime) -> None:
    area = {"name": "Preston", "extent": "https://findthatpostcode.uk/areas/E07000123"}
    term = {"taxonomy_term": {"name": "money"}}
    service = {
        "id": "aa-local", "name": "Preston money help", "assured_date": "2026-10-01", "service_areas": [area],
        "phones": [{"number": "01632 960001"}], "attributes": [term],
    }  # fmt: skip
    path = tmp_path / "oruk.json"
    path.write_text(json.dumps({"contents": [service, {"name": "no id"}]}), encoding="utf-8")
    with directory.db.write() as session:
        done = directory_import.import_file(session, path, now)
        again = directory_import.import_file(session, path, now)
    assert (done.new, again.new, again.changed, again.same) == (1, 0, 0, 1)
    assert len(done.errors) == 1
    assert done.errors[0].startswith("row 2")
    near = matched(directory, "money", lad="E07000123", limit=30)
    assert "aa-local" in [listing.id for listing in near]
    assert "aa-local" not in [listing.id for listing in matched(directory, "money", lad="E08000035", limit=30)]


def test_installing_twice_changes_nothing(directory: Directory, now: datetime) -> None:
    with directory.db.read() as session:
        before = len(list(session.scalars(select(ListingRow.id))))
    directory.install(now)
    with directory.db.read() as session:
        assert len(list(session.scalars(select(ListingRow.id)))) == before


def test_hazard_10_a_child_is_shown_childline_and_nothing_for_adults(directory: Directory) -> None:
    assert opened(directory, "england", 14)[0] == "childline"
    assert "talking-therapies" not in opened(directory, "england", 14, ("mental_health",))


@pytest.mark.parametrize("nation", NATIONS)
def test_every_nation_has_a_door_for_an_adult(directory: Directory, nation: str) -> None:
    assert opened(directory, nation, 40)


def test_where_this_team_is_not_the_one_other_doors_fit_the_need(directory: Directory) -> None:
    assert opened(directory, "england", 40) == ["connect-to-work", "access-to-work", "citizens-advice"]
    assert opened(directory, "england", 40, ("mental_health", "musculoskeletal"))[:2] == [
        "talking-therapies",
        "msk-physio",
    ]


def test_every_line_is_one_short_gsm_7_line_and_three_fit_two_segments(directory: Directory) -> None:
    with directory.db.read() as session:
        said = [listing for nation in NATIONS for listing in directory.usable(session, nation, 40, TODAY, None)]
    assert len(said) > 30
    for listing in said:
        assert len(listing.sms_line) <= LONGEST_LINE
        assert not unsupported(listing.sms_line), listing.id
        assert "\n" not in listing.sms_line
    longest = sorted((listing.sms_line for listing in said), key=len)[-3:]
    assert segments("This may help too:\n" + "\n".join(longest)) <= 2


@pytest.mark.parametrize(
    ("note", "ages"),
    [("16+", (16, 200)), ("16-24", (16, 24)), ("up to 35", (0, 35)), ("under 19", (0, 18)), ("any", (0, 200)), ("", (0, 200)),
     ("18+ (16+ in some areas)", (18, 200)), ("adults", (18, 200)), ("older people", (55, 200))],
)  # fmt: skip
def test_ages_are_read_from_the_note(note: str, ages: tuple[int, int]) -> None:
    assert ages_of(note) == ages


def test_the_numbers_that_words_may_hold_are_those_of_the_tables() -> None:
    assert {"116123", "08082000247", "999", "111", "85258", "08001111"} <= known_numbers()


def test_drink_and_drugs_lead_to_a_listing_each_and_gambling_is_none_of_theirs(directory: Directory) -> None:
    assert [each.id for each in matched(directory, health=("drink",))][:2] == ["drinkline", "frank"]
    assert [each.id for each in matched(directory, health=("drugs",))][:1] == ["frank"]
    assert "gambling-helpline" not in [each.id for each in matched(directory, health=("drink", "drugs"))]
    assert "drinkline" in opened(directory, "england", 40, ("drink",))
