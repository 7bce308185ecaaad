"""Every route carries a rule, and the rule is what the route does."""

from __future__ import annotations

import pytest
from starlette.routing import Mount
from starlette.testclient import TestClient

from tests.web.assistants import StandInAssistant
from web.access import Access, Page
from web.app import application, routes

EXPECTED = {
    "GET /admin/new-team": "staff",
    "POST /admin/new-team": "staff",
    "GET /admin/places/{team}/facts": "staff",
    "POST /admin/places/{team}/facts": "staff",
    "GET /admin/places/{team}/areas": "staff",
    "POST /admin/places/{team}/areas": "staff",
    "GET /admin/places/{team}/opening": "staff",
    "POST /admin/places/{team}/opening": "staff",
    "POST /admin/places/{team}/changes/{number:int}/agree": "staff",
    "POST /admin/places/{team}/changes/{number:int}/drop": "staff",
    "GET /": "public",
    "GET /privacy": "public",
    "GET /robots.txt": "public",
    "GET /chat": "public",
    "POST /chat": "public",
    "GET /chat/events": "public",
    "GET /chat/leave": "public",
    "POST /chat/over": "public",
    "GET /refer": "link",
    "POST /refer": "link",
    "GET /call/{token}": "link",
    "POST /call/{token}": "link",
    "GET /call/{token}/call.ics": "link",
    "GET /calendar/{token}.ics": "link",
    "GET /sign-in": "public",
    "GET /sign-in/organisation": "public",
    "GET /sign-in/organisation/back": "public",
    "POST /sign-in/organisation/code": "public",
    "POST /sign-in": "public",
    "GET /set-up/{token}": "link",
    "POST /set-up/{token}": "link",
    "POST /sign-out": "staff",
    "GET /account": "staff",
    "POST /account": "staff",
    "POST /account/password": "staff",
    "POST /account/passkey": "staff",
    "POST /account/passkey/begin": "staff",
    "POST /account/passkey/{id:int}/off": "staff",
    "POST /sign-in/passkey": "public",
    "POST /sign-in/passkey/begin": "public",
    "GET /admin/tests": "staff",
    "POST /admin/tests": "staff",
    "POST /admin/tests/accept": "staff",
    "POST /admin/tests/again": "staff",
    "GET /admin/try": "staff",
    "POST /admin/try": "staff",
    "POST /account/number": "staff",
    "POST /account/sign-ins/end": "staff",
    "POST /account/number/code": "staff",
    "POST /account/number/off": "staff",
    "GET /coach": "staff",
    "GET /coach/queue": "staff",
    "GET /coach/week": "staff",
    "GET /coach/people": "staff",
    "GET /coach/events": "staff",
    "GET /coach/referral/{id:int}": "staff",
    "GET /coach/referral/{id:int}/print": "staff",
    "POST /coach/referral/{id:int}/hand-out": "staff",
    "POST /coach/referral/{id:int}/note": "staff",
    "POST /coach/referral/{id:int}/outcome": "staff",
    "POST /coach/referral/{id:int}/plan": "staff",
    "POST /coach/referral/{id:int}/give": "staff",
    "POST /coach/referral/{id:int}/close": "staff",
    "POST /coach/referral/{id:int}/say": "staff",
    "POST /coach/referral/{id:int}/hand-back": "staff",
    "POST /coach/call/{id:int}": "staff",
    "GET /coach/call/{id:int}/call.ics": "staff",
    "POST /coach/call-back/{id:int}": "staff",
    "GET /coach/find": "staff",
    "POST /coach/find": "staff",
    "POST /coach/hours/link": "staff",
    "POST /coach/hours/add": "staff",
    "POST /coach/undo": "staff",
    "POST /coach/alert/{id:int}/say": "staff",
    "GET /coach/hours": "staff",
    "POST /coach/hours/rules": "staff",
    "GET /coach/hours/{id:int}": "staff",
    "POST /coach/hours/{id:int}": "staff",
    "POST /coach/hours/{id:int}/languages": "staff",
    "POST /coach/hours/{id:int}/away": "staff",
    "POST /coach/hours/{id:int}/away/{absence:int}/end": "staff",
    "GET /coach/calendar": "staff",
    "POST /coach/calendar/mail": "staff",
    "POST /coach/calendar/feed": "staff",
    "POST /coach/calendar/busy": "staff",
    "POST /coach/calendar/busy/end": "staff",
    "POST /coach/referral/{id:int}/check-in": "staff",
    "POST /coach/check-in/{id:int}/back": "staff",
    "POST /coach/check-in/{id:int}/seen": "staff",
    "POST /coach/referral/{id:int}/transfer": "staff",
    "POST /coach/transfer/{id:int}/back": "staff",
    "GET /coach/system": "staff",
    "POST /coach/system": "staff",
    "POST /coach/system/secret": "staff",
    "POST /coach/system/test": "staff",
    "POST /coach/system/replay": "staff",
    "POST /coach/system/end": "staff",
    "GET /coach/rota": "staff",
    "POST /coach/rota": "staff",
    "POST /coach/rota/rules": "staff",
    "POST /coach/rota/days": "staff",
    "POST /coach/rota/days/{id:int}/end": "staff",
    "POST /coach/cover": "staff",
    "POST /coach/cover/{id:int}/end": "staff",
    "GET /coach/alert/{id:int}": "staff",
    "POST /coach/alert/{id:int}": "staff",
    "POST /coach/alert/{id:int}/close": "staff",
    "GET /admin": "staff",
    "GET /admin/picture": "staff",
    "GET /admin/topic/{name}": "staff",
    "GET /admin/topic/{name}/add": "staff",
    "POST /admin/topic/{name}/add": "staff",
    "GET /admin/helplines": "staff",
    "POST /admin/helplines": "staff",
    "POST /admin/helplines/{number:int}/agree": "staff",
    "GET /admin/topic/{name}/question/{step}": "staff",
    "POST /admin/topic/{name}/question/{step}": "staff",
    "POST /admin/topic/{name}/question/{step}/take-out": "staff",
    "GET /admin/search": "staff",
    "GET /admin/languages": "staff",
    "GET /admin/words/{name}": "staff",
    "POST /admin/words/{name}": "staff",
    "POST /admin/cost": "staff",
    "GET /admin/listings": "staff",
    "POST /admin/listings": "staff",
    "GET /admin/listings/{listing}": "staff",
    "POST /admin/listings/{listing}": "staff",
    "GET /admin/understanding": "staff",
    "POST /admin/understanding": "staff",
    "GET /admin/understanding/{part}.yml": "staff",
    "POST /admin/understanding/{number:int}/forget": "staff",
    "GET /admin/understanding/model": "staff",
    "POST /admin/understanding/model/back": "staff",
    "POST /admin/understanding/model/train": "staff",
    "GET /admin/sources": "staff",
    "POST /admin/sources": "staff",
    "POST /admin/sources/{code}/close": "staff",
    "GET /admin/places": "staff",
    "GET /admin/places/{team}": "staff",
    "POST /admin/places/{team}/rules": "staff",
    "POST /admin/places/{team}/rules/{number:int}/drop": "staff",
    "POST /admin/places/{team}/rules/{number:int}/try": "staff",
    "POST /admin/places/{team}/rules/{number:int}/agree": "staff",
    "GET /admin/figures": "staff",
    "GET /admin/figures/{table}.csv": "staff",
    "GET /admin/files": "staff",
    "GET /admin/files/{name:path}": "staff",
    "POST /admin/files/{name:path}": "staff",
    "GET /admin/changes": "staff",
    "POST /admin/changes/check": "staff",
    "POST /admin/changes/publish": "staff",
    "POST /admin/changes/agree": "staff",
    "POST /admin/changes/discard": "staff",
    "POST /admin/changes/catch-up": "staff",
    "GET /admin/history": "staff",
    "GET /admin/history/{number:int}": "staff",
    "POST /admin/history/{number:int}/back": "staff",
    "POST /admin/history/{number:int}/take-over": "staff",
    "POST /webhooks/twilio/sms": "signed",
    "POST /webhooks/twilio/status": "signed",
    "POST /webhooks/twilio/voice": "signed",
    "POST /webhooks/telegram": "signed",
    "GET /healthz": "public",
    "GET /readyz": "watch",
    "GET /metrics": "watch",
}
LINKS = [path for path, kind in EXPECTED.items() if kind == "link" and "{token}" in path and "set-up" not in path]


def rules() -> dict[str, Access]:
    pages = [route for route in routes() if isinstance(route, Page)]
    return {f"{method} {page.path}": page.access for page in pages for method in (page.methods or set()) - {"HEAD"}}


def test_every_route_is_a_page_with_a_rule_or_the_static_files() -> None:
    others = [route for route in routes() if not isinstance(route, Page)]
    assert [route.path for route in others if isinstance(route, Mount)] == ["/static"]
    assert len(others) == 1
    assert all(isinstance(access, Access) for access in rules().values())


def test_a_new_route_is_written_down_here_with_its_rule() -> None:
    assert {path: access.kind for path, access in rules().items()} == EXPECTED


def test_the_application_serves_these_routes_and_no_others(assistant: StandInAssistant) -> None:
    assert len(application(assistant, work=False).routes) == len(routes())


@pytest.mark.parametrize("path", [path for path, kind in EXPECTED.items() if kind == "signed"])
def test_a_provider_that_does_not_prove_itself_is_turned_away(client: TestClient, path: str) -> None:
    assert client.post(path.split()[1]).status_code in {403, 404}


@pytest.mark.parametrize("path", [path for path, kind in EXPECTED.items() if kind == "staff"])
def test_who_is_not_signed_in_is_sent_to_sign_in(client: TestClient, path: str) -> None:
    method, _, address = path.partition(" ")
    answer = client.request(
        method, address.replace("{id:int}", "1").replace("{absence:int}", "1").replace("{number:int}", "1")
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("path", LINKS)
@pytest.mark.parametrize("token", ["1.AAAAAAAAAAAAAAAA", "1", "x.y", "٣.AAAAAAAAAAAAAAAA", "9" * 40 + ".A", "%00"])
def test_a_wrong_link_leads_nowhere(client: TestClient, path: str, token: str) -> None:
    method, _, address = path.partition(" ")
    assert client.request(method, address.replace("{token}", token)).status_code == 404
