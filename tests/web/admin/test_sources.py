"""Source codes in the browser: made, closed for good, never used twice; forms keep their limits."""

from __future__ import annotations

import pytest

from services import sources
from services.models import SourceCode
from tests.web.admin.conftest import Studio
from tests.web.teams import NOW

FORM = {"what": "form", "name": "Park Road Surgery", "kind": "gp", "per_hour": "5", "per_day": "20"}
POSTER = {"what": "poster", "name": "Library, Preston", "kind": "leaflet", "code": "Lib-1"}


def codes(studio: Studio) -> list[SourceCode]:
    with studio.assistant.db.read() as session:
        return sources.listed(session)


def test_a_form_and_a_poster_are_made_and_closed_for_good(studio: Studio) -> None:
    assert studio.post("/sources", **FORM)[0] == 303
    assert studio.post("/sources", **POSTER)[0] == 303
    poster, form = codes(studio)
    assert (poster.code, form.refer_per_hour, form.refer_per_day) == ("lib-1", 5, 20)
    assert f"/refer?source={form.code}" in studio.get("/sources")
    assert studio.post(f"/sources/{form.code}/close", "/sources")[0] == 303
    assert studio.post(f"/sources/{form.code}/close", "/sources")[0] == 404
    assert f"/refer?source={form.code}" not in studio.get("/sources")
    assert [subject for _, subject in studio.audited("source.close")] == [f"source:{form.code}"]
    for taken in ("lib-1", "LIB 1-", form.code):
        if sources.tidy(taken) in {"lib-1", form.code}:
            assert studio.post("/sources", **{**POSTER, "code": taken})[0] == 400


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": ""}, "Write whose it is"),
        ({"name": "x" * 61}, "Write whose it is"),
        ({"name": "лекарь"}, "Write whose it is"),
        ({"kind": "friend"}, "Pick a kind."),
        ({"per_hour": "30"}, "The limits are"),
        ({"per_day": "99999"}, "The limits are"),
        ({"what": "poster", "code": "?!"}, "Write a code"),
    ],
)
def test_what_is_wrong_is_told(studio: Studio, changed: dict[str, str], told: str) -> None:
    status, page = studio.post("/sources", **{**FORM, **changed})
    assert (status, told in page, codes(studio)) == (400, True, [])


def test_only_administrators_reach_the_addresses_of_forms(studio: Studio) -> None:
    with studio.assistant.db.write() as session:
        sources.open_form(session, "Park Road Surgery", "gp", NOW)
    studio.sign_in("eve")
    assert studio.client.get("/admin/sources").status_code == 404
    assert "Source codes" not in studio.get("/places")
