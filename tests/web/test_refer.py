"""The form for professionals: who may use it, what it says, and that it reveals and repeats nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from starlette.requests import Request
from starlette.testclient import TestClient

from services import inbox, people, sources
from services.messages import Address, Inbound
from services.models import AuditRow, DueWork, Introduction
from tests.web.assistants import StandInAssistant, assemble
from tests.web.conftest import TWILIO
from tests.web.teams import NOW, PASSWORD, put_staff
from web.app import application
from web.coach import card
from web.refer import caller_of

NUMBER = "07700 900123"
SENT = "If this number is new to us"


class Form:
    """Somebody at the form of one code (or signed in, with none)."""

    def __init__(self, client: TestClient, assistant: StandInAssistant) -> None:
        self.client, self.assistant, self.path = client, assistant, "/refer"

    def open(self, kind: str = "gp", per_hour: int = 10, per_day: int = 30) -> str:
        with self.assistant.db.write() as session:
            row = sources.open_form(session, "Oak Street Surgery", kind, NOW, per_hour=per_hour, per_day=per_day)
            self.path = f"/refer?source={row.code}"
            return row.code

    def token(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.client.get(self.path).text)
        assert found
        return found[1]

    def post(self, token: str | None = None, headers: dict[str, str] | None = None, **changed: str) -> tuple[int, str]:
        """Status and page (the page after a redirect) of a filled form with some fields changed."""
        filled = {"number": NUMBER, "by": "gp", "agreed": "yes", "token": token or self.token(), **changed}
        answer = self.client.post(self.path, data=filled, headers=headers)
        if answer.status_code == 303:
            return 303, html.unescape(self.client.get(answer.headers["location"]).text)
        return answer.status_code, html.unescape(answer.text)

    def planned(self) -> int:
        with self.assistant.db.read() as session:
            return len(list(session.scalars(select(DueWork).where(DueWork.kind == "introduction"))))

    def audited(self) -> list[tuple[str, str, str]]:
        with self.assistant.db.read() as session:
            rows = session.scalars(select(AuditRow).order_by(AuditRow.id))
            about = [row for row in rows if row.action in ("refer", "refused")]
            return [(row.actor, row.action, str(row.detail.get("why") or row.detail.get("result"))) for row in about]


@pytest.fixture
def form(tmp_path: Path) -> Iterator[Form]:
    assistant = assemble(tmp_path, public_url="http://testserver", **TWILIO)
    assistant.clock.set(NOW)
    with TestClient(application(assistant, work=False), follow_redirects=False) as client:
        yield Form(client, assistant)
    assistant.db.close()


def test_a_number_is_passed_on_once_and_the_answer_is_the_same_the_second_time(form: Form) -> None:
    code = form.open()
    first = form.post(name="Sam", postcode="pr1 8xj", note="Ring after 3pm")
    second = form.post()
    assert first == second
    assert (first[0], SENT in first[1], form.planned()) == (303, True, 1)
    with form.assistant.db.read() as session:
        row = session.scalars(select(Introduction)).one()
        assert (row.by, row.source, row.name, row.postcode, row.note) == (
            "gp",
            code,
            "Sam",
            "PR1 8XJ",
            "Ring after 3pm",
        )
    assert form.audited() == [(f"source:{code}", "refer", "planned"), (f"source:{code}", "refer", "nothing_new")]


@pytest.mark.parametrize("known", ["wrote", "stopped", "is_rung"])
def test_who_is_known_gets_nothing_and_the_answer_does_not_tell(form: Form, known: str) -> None:
    at = Address("web", "a" * 40) if known == "is_rung" else Address("sms", "+447700900123")
    accepted = inbox.accept(form.assistant.db, Inbound(at, "SM1", "hello"), False, NOW)
    with form.assistant.db.write() as session:
        if known == "stopped":
            people.stop(session, accepted.conversation_id, NOW)
        if known == "is_rung":
            people.set_phone(session, 1, "+447700900123")
    form.open()
    stranger, acquaintance = form.post(number="07700 900124"), form.post()
    assert stranger == acquaintance
    assert form.planned() == 1


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("number", "", "Type their mobile number"),
        ("number", "hello", "did not look like a UK mobile"),
        ("number", "07700 9001", "did not look like a UK mobile"),
        ("number", "01632 960123", "That is a landline"),
        ("number", "+33 6 12 34 56 78", "We can only text UK mobile numbers"),
        ("number", "070 1234 5678", "did not look like a UK mobile"),
        ("number", "07700 900123 and 07700 900124", "did not look like a UK mobile"),
        ("name", "http://x.example", "Type a first name with letters only"),
        ("name", "S" * 31, "Type a first name with letters only"),
        ("postcode", "PR1", "did not look like a whole postcode"),
        ("note", "n" * 201, "Make the note shorter"),
        ("by", "", "Pick how you know them"),
        ("by", "jobcentre", "Pick how you know them"),
        ("agreed", "", "Please ask them first"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_what_was_typed_stays(
    form: Form, field: str, typed: str, says: str
) -> None:
    form.open()
    status, page = form.post(**{"name": "Sam", "postcode": "PR1 8XJ", "note": "after 3pm", field: typed})
    assert (status, form.planned()) == (400, 0)
    assert says in page
    assert "There is a problem" in page
    kept = {"name": "Sam", "postcode": "PR1 8XJ", "note": "after 3pm", field: typed}
    assert [each for name, each in kept.items() if each not in page and name != "by"] == []
    assert page.count(" checked") == 2 - (field in ("by", "agreed"))


def test_markup_in_a_field_is_shown_as_it_was_typed(form: Form) -> None:
    form.open()
    answer = form.client.post(form.path, data={"note": "<script>alert(1)</script>{{ 7*7 }}", "token": form.token()})
    assert "<script>alert" not in answer.text
    assert "{{ 7*7 }}" in answer.text


@pytest.mark.parametrize("code", ["nobody-has-this", "", "a" * 5000])
def test_without_an_open_code_there_is_no_form_but_a_way_to_one(form: Form, code: str) -> None:
    form.path = f"/refer?source={code}"
    page = form.client.get(form.path)
    assert page.status_code == (404 if code else 200)
    assert "ask" in page.text
    assert "<form" not in page.text
    assert form.post(token="1700000000.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAA")[0] == page.status_code
    assert (form.planned(), form.audited()) == (0, [("system", "refused", "no_form")])


def test_a_code_of_a_poster_or_a_closed_one_opens_no_form(form: Form) -> None:
    code = form.open()
    with form.assistant.db.write() as session:
        sources.add(session, "gp23", "Poster in the waiting room", "gp", NOW)
        assert sources.close(session, code)
    for closed in (code, "gp23"):
        assert form.client.get(f"/refer?source={closed}").status_code == 404


def test_without_texts_the_form_promises_none(form: Form, tmp_path: Path) -> None:
    other = assemble(tmp_path / "other", public_url="http://testserver")
    with TestClient(application(other, work=False)) as client:
        assert client.get("/refer").status_code == 503
    other.db.close()


def test_a_cap_says_so_keeps_what_was_typed_and_is_audited(form: Form) -> None:
    code = form.open(per_hour=2, per_day=3)
    for number in ("07700 900124", "07700 900125"):
        assert form.post(number=number)[0] == 303
    status, page = form.post()
    assert (status, "in an hour" in page, NUMBER in page) == (429, True, True)
    form.assistant.clock.set(NOW + timedelta(hours=1))
    assert form.post(number="07700 900124")[0] == 303, "who is known counts too, or the count would tell"
    form.assistant.clock.set(NOW + timedelta(hours=2))
    status, page = form.post()
    assert (status, "in a day" in page, form.planned()) == (429, True, 2)
    assert [each for each in form.audited() if each[1] == "refused"] == [
        (f"source:{code}", "refused", "capped_hour"),
        (f"source:{code}", "refused", "capped_day"),
    ]


def test_one_network_address_is_capped_over_all_codes(form: Form) -> None:
    statuses = []
    for number in range(22):
        if number % 8 == 0:
            form.open()
        statuses.append(form.post(number=f"07700 9001{number:02}")[0])
    assert statuses == [303] * 20 + [429] * 2


def test_a_form_fired_again_at_other_numbers_is_refused_and_audited(form: Form) -> None:
    code, token = form.open(), form.token()
    assert form.post(token)[0] == 303
    status, page = form.post(token, number="07700 900124")
    assert (status, "do not take it twice" in page, "07700 900124" in page) == (409, True, True)
    assert (form.planned(), form.audited()[-1]) == (1, (f"source:{code}", "refused", "replayed"))


@pytest.mark.parametrize("forged", ["", "x", "1700000000.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAA", "another's"])
def test_a_form_that_we_did_not_make_for_this_code_is_refused_and_audited(form: Form, forged: str) -> None:
    form.open()
    others = form.token()
    code = form.open()
    status, page = form.post(others if forged == "another's" else forged or " ")
    assert (status, "open for too long" in page, form.planned()) == (409, True, 0)
    assert form.audited() == [(f"source:{code}", "refused", "stale")]


def test_an_old_form_is_refused(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    form.open()
    token, later = form.token(), datetime.now(UTC) + timedelta(hours=13)
    monkeypatch.setattr("web.refer.real_now", lambda: later)
    assert form.post(token)[0] == 409


def test_a_post_from_another_site_is_refused(form: Form) -> None:
    form.open()
    assert form.post(headers={"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert form.planned() == 0


@pytest.mark.parametrize("role", ["coach", "admin"])
def test_staff_need_no_code_and_are_named_in_the_audit(form: Form, role: str) -> None:
    put_staff(form.assistant, "robin@north.example", role, None)  # type: ignore[arg-type]
    assert "<form" not in form.client.get("/refer").text
    form.client.post("/sign-in", data={"email": "robin@north.example", "password": PASSWORD})
    assert "robin" in form.client.get("/refer").text
    assert form.post(by="team")[0] == 303
    assert (form.planned(), form.audited()) == (1, [("staff:1", "refer", "planned")])


def test_a_form_of_a_sign_in_that_ended_does_nothing(form: Form) -> None:
    put_staff(form.assistant, "robin@north.example", "coach", None)
    form.client.post("/sign-in", data={"email": "robin@north.example", "password": PASSWORD})
    token = form.token()
    form.client.cookies.clear()
    assert form.post(token)[0] == 200
    assert (form.planned(), form.audited()) == (0, [("system", "refused", "no_form")])


def test_a_surgery_speaks_as_a_surgery_and_another_body_as_somebody_who_knows_them(form: Form) -> None:
    form.open()
    page = form.client.get(form.path).text
    assert ("at their GP surgery" in page, "at the Jobcentre" in page) == (True, False)
    form.open("other")
    assert "at their GP surgery" not in form.client.get(form.path).text
    assert form.post(by="gp")[0] == 303
    with form.assistant.db.read() as session:
        assert [row.by for row in session.scalars(select(Introduction))] == ["other"]


def test_neither_the_audit_nor_the_counts_hold_what_was_typed(form: Form) -> None:
    form.open()
    form.post(name="Samcanary", postcode="PR1 8XJ", note="notecanary")
    with form.assistant.db.read() as session:
        raw = session.connection().exec_driver_sql
        for table in ("audit", "rate_counts", "introductions", "addresses", "due_work", "events"):
            held = str(raw(f"SELECT * FROM {table}").all())
            assert not re.search(r"canary|PR1 8XJ|7700", held), table


@pytest.mark.parametrize(
    ("peer", "named", "caller"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "hello", "127.0.0.1"),
        ("8.8.8.8", "203.0.113.9", "8.8.8.8"),
        ("2606:4700:1:2:3:4:5:6", "", "2606:4700:1:2::/64"),
    ],
)
def test_a_caller_is_the_address_that_our_own_proxy_names_last(peer: str, named: str, caller: str) -> None:
    headers = [(b"x-forwarded-for", named.encode())] if named else []
    assert caller_of(Request({"type": "http", "client": (peer, 1), "headers": headers})) == caller


def test_a_coach_reads_who_passed_the_person_on_and_the_note() -> None:
    answers = {"introduced_by": "gp", "introduced_note": "Ring after 3pm"}
    shown = card.facts(answers, card.Words(SimpleNamespace(slots={}), answers))
    assert shown == [("Passed on by", "Their GP surgery"), ("Their note", "Ring after 3pm")]
