"""Sign-in by an organisation's own provider, against a real one on loopback: who gets in, and every way not to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select
from starlette.testclient import TestClient

from services import oidc, staff
from services.clock import real_now
from services.models import AuditRow, SignIn, StaffMember
from tests.stand_ins.oidc_provider import CLIENT, SECRET, Organisation, organisation
from tests.web.assistants import StandInAssistant
from tests.web.teams import ROBIN, put_staff, put_team
from web import kept

GO, BACK, CODE = "/sign-in/organisation", "/sign-in/organisation/back", "/sign-in/organisation/code"


@pytest.fixture
def provider() -> Iterator[Organisation]:
    with organisation() as made:
        yield made


@pytest.fixture
def client(client_with: Callable[..., TestClient], provider: Organisation) -> TestClient:
    """A site whose staff may sign in by the provider; Robin is a coach of the north."""
    made = client_with(
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_name="North Trust",
        oidc_mfa="mfa, hwk",
        oidc_loopback=True,
    )
    desk = assistant_of(made)
    coach = put_team(desk, "north")
    put_staff(desk, ROBIN, "coach", "north", coach)
    return made


def assistant_of(client: TestClient) -> StandInAssistant:
    found: StandInAssistant = client.app.state.assistant  # type: ignore[attr-defined]
    return found


def there(client: TestClient) -> str:
    """To the provider, which answers with where the browser goes back to."""
    gone = client.get(GO)
    assert gone.status_code == 303
    with httpx2.Client() as browser:
        answer = browser.get(gone.headers["location"])
    assert answer.status_code == 302
    return str(answer.headers["location"]).removeprefix("http://testserver")


def come(client: TestClient, to: str | None = None) -> Any:
    return client.get(to or there(client))


def why(client: TestClient) -> list[tuple[str, str]]:
    with assistant_of(client).db.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "sign_in_refused").order_by(AuditRow.id))
        return [(row.subject, str(row.detail["why"])) for row in rows]


def with_codes(client: TestClient) -> str:
    secret = staff.new_totp_secret()
    with assistant_of(client).db.write() as session:
        row = staff.find(session, ROBIN)
        assert row is not None
        row.totp_secret = secret
    return secret


def code_of(client: TestClient, secret: str) -> str:
    return pyotp.TOTP(secret).at(int(assistant_of(client).clock.now().timestamp()))


def test_in_by_the_provider_with_state_nonce_and_pkce(client: TestClient, provider: Organisation) -> None:
    assert "Sign in with North Trust" in client.get("/sign-in").text
    answer = come(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/coach")
    assert client.get("/coach").status_code == 200
    asked = provider.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"http://testserver{BACK}"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    with assistant_of(client).db.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "sign_in")).one()
        assert row.detail == {"by": "oidc", "second_factor": "none"}


def test_who_has_no_account_or_a_closed_one_stays_out_and_none_is_made(
    client: TestClient, provider: Organisation
) -> None:
    provider.email = "stranger@north.example"
    assert come(client).status_code == 400
    provider.email = ROBIN
    desk = assistant_of(client)
    with desk.db.write() as session:
        row = staff.find(session, ROBIN)
        assert row is not None
        staff.disable(session, row, desk.clock.now())
    answer = come(client)
    assert answer.status_code == 400
    assert "no open account" in answer.text
    assert why(client) == [("staff", "wrong"), ("staff:1", "disabled")]
    with desk.db.read() as session:
        assert len(list(session.scalars(select(StaffMember)))) == 1
        assert list(session.scalars(select(SignIn))) == []


def test_an_address_given_to_somebody_else_opens_nothing(client: TestClient, provider: Organisation) -> None:
    assert come(client).status_code == 303
    provider.mischief = {"sub": "u-2"}
    assert come(client).status_code == 400
    assert why(client) == [("staff:1", "another_person")]
    desk = assistant_of(client)
    with desk.db.write() as session:
        staff.make_set_up_link(session, 1, desk.clock.now())
    assert come(client).status_code == 303


def test_our_code_is_asked_where_the_provider_asked_for_none(client: TestClient, provider: Organisation) -> None:
    secret = with_codes(client)
    provider.amr = ["pwd"]
    answer = come(client)
    assert answer.status_code == 200
    assert "Your 6-digit code" in answer.text
    assert client.get("/coach").status_code == 303, "not in yet"
    assert client.post(CODE, data={"code": ""}).status_code == 400
    assert client.post(CODE, data={"code": "000000"}).status_code == 400
    assert client.post(CODE, data={"code": code_of(client, secret)}).status_code == 303
    assert client.get("/coach").status_code == 200
    assert client.post(CODE, data={"code": code_of(client, secret)}).status_code == 400, "the way is used up"


def test_five_wrong_codes_lock_the_account_by_this_way_too(client: TestClient, provider: Organisation) -> None:
    secret = with_codes(client)
    come(client)
    for _ in range(5):
        client.post(CODE, data={"code": "000000"})
    assert client.post(CODE, data={"code": code_of(client, secret)}).status_code == 400
    assert why(client)[-1] == ("staff:1", "locked")


@pytest.mark.parametrize("amr", [["mfa"], ["pwd", "hwk"]])
def test_a_second_factor_asked_for_there_is_enough(client: TestClient, provider: Organisation, amr: list[str]) -> None:
    with_codes(client)
    provider.amr = amr
    assert come(client).headers["location"] == "/coach"


def test_on_https_who_had_a_second_factor_there_need_not_set_codes_up(
    client_with: Callable[..., TestClient], provider: Organisation
) -> None:
    made = client_with(
        public_url="https://testserver",
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_mfa="mfa",
        oidc_loopback=True,
    )
    made.base_url = httpx2.URL("https://testserver")  # type: ignore[assignment]
    coach = put_team(assistant_of(made), "north")
    put_staff(assistant_of(made), ROBIN, "coach", "north", coach)
    for amr, to in ((["pwd"], "/account"), (["mfa"], None)):
        provider.amr = amr
        answer = come(made, there(made).removeprefix("https://testserver"))
        assert answer.status_code == 303
        assert "__Host-anydoor-staff" in made.cookies
        page = made.get("/coach")
        assert page.headers.get("location") == to


MISCHIEF: dict[str, tuple[dict[str, Any], str]] = {
    "another issuer": ({"iss": "https://elsewhere.example"}, "token_InvalidIssuerError"),
    "for another client": ({"aud": "somebody-else"}, "token_InvalidAudienceError"),
    "for two, bought by another": ({"aud": [CLIENT, "x"], "azp": "x"}, "token_for_another"),
    "over": ({"exp": int(time.time()) - 3600}, "token_ExpiredSignatureError"),
    "of tomorrow": ({"iat": int(time.time()) + 86400}, "token_ImmatureSignatureError"),
    "another sign-in's": ({"nonce": "of-another"}, "nonce"),
    "without a nonce": ({"nonce": None}, "token_MissingRequiredClaimError"),
    "of nobody": ({"sub": None}, "token_MissingRequiredClaimError"),
    "address not verified": ({"email_verified": False}, "address_not_verified"),
    "address verified in words": ({"email_verified": "true"}, "address_not_verified"),
    "address missing": ({"email": None}, "no_address"),
}


@pytest.mark.parametrize("kind", MISCHIEF)
def test_a_token_that_says_something_else_lets_nobody_in(client: TestClient, provider: Organisation, kind: str) -> None:
    provider.mischief, expected = MISCHIEF[kind]
    assert come(client).status_code == 400
    assert why(client) == [("staff", expected)]
    assert client.get("/coach").status_code == 303


def test_a_token_signed_by_another_key_or_by_none_lets_nobody_in(client: TestClient, provider: Organisation) -> None:
    provider.signs_with = rsa.generate_private_key(65537, 2048)
    assert come(client).status_code == 400
    provider.signs_with, provider.alg = "a secret long enough for this kind of signature", "HS256"
    assert come(client).status_code == 400
    provider.signs_with, provider.alg = "", "none"
    assert come(client).status_code == 400
    found = [each[1] for each in why(client)]
    assert found == ["token_InvalidSignatureError", "token_InvalidAlgorithmError", "token_InvalidAlgorithmError"]


def test_an_answer_that_is_not_of_this_browser_or_comes_twice_lets_nobody_in(
    client: TestClient, provider: Organisation
) -> None:
    to = there(client)
    client.cookies.clear()
    assert come(client, to).status_code == 400, "another browser"
    first = there(client)
    there(client)
    assert come(client, first).status_code == 400, "an older one's state"
    assert why(client)[-1] == ("staff", "state")
    to = there(client)
    assert come(client, to).status_code == 303
    client.cookies.clear()
    assert come(client, to).status_code == 400, "a second time"
    assert provider.tokens_asked == 1


def test_the_way_is_good_for_ten_minutes(
    client: TestClient, provider: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    to, later = there(client), real_now() + timedelta(minutes=10)
    monkeypatch.setattr(kept, "real_now", lambda: later)
    answer = come(client, to)
    assert answer.status_code == 400
    assert "took too long" in answer.text


def test_refused_there_and_another_issuers_answer(client: TestClient, provider: Organisation) -> None:
    provider.refuses = True
    assert come(client).status_code == 400
    provider.refuses = False
    to = there(client).replace("iss=http", "iss=https")
    assert come(client, to).status_code == 400
    assert [each[1] for each in why(client)] == ["refused_there", "issuer"]
    assert provider.tokens_asked == 0


def test_while_the_provider_is_down_the_password_still_works(client: TestClient, provider: Organisation) -> None:
    provider.down = True
    answer = client.get(GO)
    assert answer.status_code == 400
    assert "does not answer just now" in answer.text
    assert why(client) == [("staff", "unavailable")]
    provider.down = False
    assert come(client).status_code == 303


def test_a_provider_that_renews_its_keys_is_read_anew(
    client: TestClient, provider: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert come(client).status_code == 303
    provider.key = rsa.generate_private_key(65537, 2048)
    monkeypatch.setattr(oidc, "AGAIN_SECONDS", 0.0)
    there_page = client.app.state.provider  # type: ignore[attr-defined]
    there_page._keys = {"k0": there_page._keys["k1"]}
    assert come(client).status_code == 303


def test_a_provider_without_https_is_not_asked(client_with: Callable[..., TestClient], provider: Organisation) -> None:
    made = client_with(oidc_issuer=provider.url, oidc_client_id=CLIENT)
    assert made.get(GO).status_code == 400
    assert why(made) == [("staff", "not_https")]


def test_where_none_is_set_up_there_is_no_such_page(client_with: Callable[..., TestClient]) -> None:
    made = client_with()
    assert "Or with a password" not in made.get("/sign-in").text
    for answer in (made.get(GO), made.get(BACK), made.post(CODE, data={"code": "1"})):
        assert answer.status_code == 404
