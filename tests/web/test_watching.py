"""Who may read how the parts are: the watcher; strangers hear up or degraded, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.models import DutyAlert
from tests.web.assistants import StandInAssistant, assemble
from tests.web.teams import NOW
from web.app import application

TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC_URL = "https://workwell.example"
Site = Callable[..., tuple[TestClient, StandInAssistant]]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Make a site for some settings, asked from `peer`."""
    with ExitStack() as stack:

        def make(peer: str = "127.0.0.1", **settings: Any) -> tuple[TestClient, StandInAssistant]:
            assistant = assemble(tmp_path, **{"public_url": "http://testserver", **settings})
            stack.callback(assistant.db.close)
            client = TestClient(application(assistant, work=False), client=(peer, 1))
            return stack.enter_context(client), assistant

        yield make


def knows(client: TestClient, **headers: str) -> bool:
    """Whether this caller is told the parts; both addresses must say the same."""
    named = {name.replace("_", "-"): value.encode("latin-1") for name, value in headers.items()}
    ready, figures = client.get("/readyz", headers=named), client.get("/metrics", headers=named)
    assert ready.status_code == 200
    if figures.status_code == 404:
        assert ready.json() == {"ready": True, "degraded": True}
        assert not any(word in ready.text + figures.text for word in ("database", "nlu", "running", "anydoor_"))
        return False
    assert set(ready.json()) == {"ready", "parts"}
    assert "anydoor_part_ok" in figures.text
    return True


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_reads_everything(site: Site, peer: str) -> None:
    assert knows(site(peer)[0])


@pytest.mark.parametrize(
    "peer", ["81.2.69.142", "10.0.0.7", "172.17.0.1", "fe80::1", "::ffff:10.0.0.7", "testclient", ""]
)
def test_who_asks_from_elsewhere_hears_up_or_degraded(site: Site, peer: str) -> None:
    assert not knows(site(peer)[0])


@pytest.mark.parametrize(
    "header",
    ["x_forwarded_for", "x_forwarded_proto", "x_forwarded_host", "x_real_ip", "forwarded", "via"],
)
@pytest.mark.parametrize("value", ["81.2.69.142", "127.0.0.1", ""])
def test_a_proxy_on_this_machine_asks_for_somebody_else(site: Site, header: str, value: str) -> None:
    assert not knows(site()[0], **{header: value})


def test_a_proxy_that_only_keeps_our_public_name_asks_for_somebody_else(site: Site) -> None:
    client, _ = site(public_url=PUBLIC_URL)
    assert not knows(client, host="workwell.example")
    assert knows(client, host="127.0.0.1:8000")


def test_with_a_token_set_the_token_alone_opens(site: Site) -> None:
    client, _ = site("81.2.69.142", watch_token=TOKEN)
    assert knows(client, authorization=f"Bearer {TOKEN}")
    assert knows(client, authorization=f"bearer {TOKEN}", x_forwarded_for="81.2.69.142")
    for wrong in (f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer", "Bearer ", "Bearer é"):
        assert not knows(client, authorization=wrong)


def test_with_a_token_set_this_machine_needs_it_too(site: Site) -> None:
    client, _ = site(watch_token=TOKEN)
    assert not knows(client)
    assert knows(client, authorization=f"Bearer {TOKEN}")


def test_a_dead_database_is_not_ready_whoever_asks(site: Site) -> None:
    client, assistant = site("81.2.69.142", watch_token=TOKEN)
    assistant.readiness = lambda: {"database": "degraded: locked"}  # type: ignore[method-assign]
    stranger = client.get("/readyz")
    assert (stranger.status_code, stranger.json()) == (503, {"ready": False, "degraded": True})
    watcher = client.get("/readyz", headers={"authorization": f"Bearer {TOKEN}"})
    assert (watcher.status_code, watcher.json()["parts"]) == (503, {"database": "degraded: locked"})


def test_strangers_who_ask_often_cost_one_look(site: Site) -> None:
    client, assistant = site("81.2.69.142")
    looks: list[int] = []
    assistant.readiness = lambda: looks.append(1) or {"database": "ok"}  # type: ignore[method-assign, func-returns-value]
    client.app.state.glance.at = float("inf")  # type: ignore[attr-defined]
    assert [client.get("/readyz").json() for _ in range(20)] == [{"ready": True, "degraded": False}] * 20
    assert len(looks) == 1


def test_readiness_names_every_part(site: Site) -> None:
    client, assistant = site()
    assert client.get("/readyz").json() == {"ready": True, "parts": assistant.readiness()}


def test_metrics_count_by_route_without_content(site: Site) -> None:
    client, _ = site()
    client.get("/chat?from=gp23")
    client.get("/call/secret-token")
    figures = client.get("/metrics").text
    assert 'anydoor_http_requests_total{method="GET",route="/chat",status="200"} 1.0' in figures
    assert 'anydoor_part_ok{part="nlu"} 0.0' in figures
    assert "gp23" not in figures
    assert "secret-token" not in figures


def test_methods_that_callers_make_up_take_no_room(site: Site) -> None:
    client, _ = site()
    for number in range(50):
        assert client.request(f"MADEUP{number}", "/chat").status_code == 405
    figures = client.get("/metrics").text
    assert "MADEUP" not in figures
    assert 'anydoor_http_requests_total{method="other",route="/chat",status="405"} 50.0' in figures


def test_what_waits_longest_is_a_figure(site: Site) -> None:
    client, assistant = site()
    assistant.clock.set(NOW)
    with assistant.db.write() as session:
        session.add(DutyAlert(conversation_id=1, kind="self_harm", reason="x", raised_at=NOW))
    assert 'anydoor_oldest_waiting_seconds{kind="answer"} 0.0' in client.get("/metrics").text
    assistant.clock.set(NOW.replace(minute=NOW.minute + 10))
    waited = client.get("/metrics").text.split('anydoor_oldest_waiting_seconds{kind="alert"} ')[1].split("\n")[0]
    assert 600 <= float(waited) < 660


def test_figures_are_told_while_the_database_is_away(site: Site) -> None:
    client, assistant = site()
    with assistant.db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE duty_alerts")
    assert 'anydoor_oldest_waiting_seconds{kind="alert"} NaN' in client.get("/metrics").text
