"""The signposting directory in the browser: found, changed, checked, taken in with a report; crisis listings locked."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest

from services import listings_editing
from services.directory import Directory
from services.models import ListingRow
from tests.web.admin.conftest import Studio
from tests.web.teams import NOW

ORUK: dict[str, Any] = {
    "id": "bus-club",
    "name": "The Bus Club",
    "description": "Cheap travel to work",
    "phones": [{"number": "01632 960123"}],
    "attributes": [{"taxonomy_term": {"name": "Travel"}}],
    "assured_date": "2026-11-01",
}


@pytest.fixture
def directory(studio: Studio) -> Studio:
    Directory.load(studio.assistant.db).install(NOW)
    return studio


def row(studio: Studio, listing: str) -> ListingRow | None:
    with studio.assistant.db.read() as session:
        return session.get(ListingRow, listing)


def form_of(one: ListingRow, **changed: str) -> dict[str, str]:
    texts = {name: str(getattr(one, name) or "") for name in listings_editing.LONGEST}
    return {**texts, "needs": "travel", "active": "yes", **changed}


def take(studio: Studio, content: Any, do: str = "take", kind: str = "json") -> tuple[int, str]:
    text = content if isinstance(content, str) else json.dumps(content)
    return studio.post("/listings", text=text, kind=kind, do=do)


def test_a_listing_is_found_changed_and_goes_quiet_until_somebody_checks_it(directory: Studio) -> None:
    assert take(directory, [ORUK])[0] == 303
    page = directory.get("/listings?q=club bus")
    assert "1 found." in page
    assert "The Bus Club: 01632 960123" in page
    bus = row(directory, "bus-club")
    assert bus is not None
    changed = form_of(bus, phone="01632 960124", sms="Bus Club: 01632 960124")
    assert directory.post("/listings/bus-club", "/listings/bus-club", **changed)[0] == 303
    assert "Quiet: people are not told" in directory.get("/listings/bus-club")
    assert directory.post("/listings/bus-club", "/listings/bus-club", **changed, checked="yes")[0] == 303
    bus = row(directory, "bus-club")
    assert bus is not None
    assert (bus.checked_on, bus.recheck_by) == (NOW.date(), NOW.date() + timedelta(days=365))
    assert bus.checked_by is not None
    assert "People are told" in directory.get("/listings/bus-club")
    assert len(directory.audited("change_listing")) == 2


def test_two_editors_see_one_another(directory: Studio) -> None:
    assert take(directory, [ORUK])[0] == 303
    path, bus = "/listings/bus-club", row(directory, "bus-club")
    assert bus is not None
    old = directory.field(path, "seen")
    assert directory.post(path, path, **form_of(bus, phone="01632 960124", hours="9 to 5"))[0] == 303
    mine = form_of(bus, name="Bus Club", checked="yes")
    status, page = directory.post(path, path, **{**mine, "needs": "money", "seen": old})
    assert (status, "Somebody else has changed this listing" in page) == (409, True)
    assert ('value="Bus Club"' in page, "It says now: The Bus Club" in page) == (True, True)
    assert ("It says now: 01632 960124" in page, "It says now: 9 to 5" in page) == (True, True)
    assert ("It says now: Travel" in page, page.count("It says now: ")) == (True, 4)
    now = row(directory, "bus-club")
    assert now is not None
    assert (now.name, now.phone, now.checked_on) == ("The Bus Club", "01632 960124", None)
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen
    assert directory.post(path, path, **{**mine, "phone": "01632 960124", "seen": seen[1]})[0] == 303
    now = row(directory, "bus-club")
    assert now is not None
    assert (now.name, now.phone) == ("Bus Club", "01632 960124")


def test_what_is_wrong_is_told_and_what_was_typed_stays(directory: Studio) -> None:
    assert take(directory, [ORUK])[0] == 303
    bus = row(directory, "bus-club")
    assert bus is not None
    for changed, told in (
        ({"name": ""}, "Write a name"),
        ({"phone": "ring us"}, "A phone number has digits"),
        ({"url": "javascript:alert(1)"}, "A web address begins with https://"),
        ({"sms": "x" * 91}, "90 characters at most"),
        ({"needs": "luck"}, "Pick the needs from the list"),
    ):
        status, page = directory.post("/listings/bus-club", "/listings/bus-club", **form_of(bus, **changed))
        assert (status, told in page) == (400, True), told
    assert row(directory, "bus-club").phone == "01632 960123"  # type: ignore[union-attr]


def test_an_import_is_looked_at_first_and_reports_its_bad_rows(directory: Studio) -> None:
    status, page = take(directory, [ORUK], "look")
    assert (status, "It would do this:" in page, "1 new" in page, "Take it in" in page) == (200, True, True, True)
    assert row(directory, "bus-club") is None
    status, page = take(directory, [ORUK, {"name": "no id"}, {**ORUK, "id": "b", "assured_date": "soon"}])
    assert (status, "Row 2: a service needs an id and a name" in page, "Row 3: " in page) == (400, True, True)
    assert row(directory, "bus-club") is None
    for content, kind in (("{", "json"), ("[1]", "json"), ("id,name\nx,y\n", "csv"), ("", "json")):
        assert take(directory, content, kind=kind)[0] == 400


def test_crisis_listings_are_locked_to_forms_and_imports(directory: Studio) -> None:
    crisis = row(directory, "samaritans")
    assert crisis is not None
    assert "Crisis listings are locked." in directory.get("/listings/samaritans")
    assert directory.post("/listings/samaritans", "/listings", **form_of(crisis, phone="01632 960999"))[0] == 403
    for bad in ({**ORUK, "id": "samaritans"}, {**ORUK, "attributes": [{"value": "crisis"}]}):
        status, page = take(directory, [bad])
        assert (status, "a crisis listing would be added or changed" in page) == (400, True)
    assert row(directory, "samaritans").phone == crisis.phone  # type: ignore[union-attr]


def test_conditions_add_up_and_run_out(directory: Studio) -> None:
    assert take(directory, [ORUK])[0] == 303
    conditions = {}
    with directory.assistant.db.read() as session:
        for on in (date(2026, 11, 24), date(2027, 10, 20), date(2027, 11, 2)):
            conditions[on] = {one.row.id: one.condition for one in listings_editing.search(session, "", "", on)}
    assert [each["bus-club"] for each in conditions.values()] == ["said", "soon", "quiet"]
    assert {each["samaritans"] for each in conditions.values()} == {"crisis"}
    assert directory.client.get("/admin/listings/nothing").status_code == 404
