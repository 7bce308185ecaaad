from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.assistants import StandInAssistant, assemble
from tests.web.teams import NOW, ROBIN, put_staff, put_team
from web.app import application

TWILIO = {"twilio_account_sid": "AC1", "twilio_auth_token": "token of the tests", "twilio_from": "+441134960000"}


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[StandInAssistant]:
    made = assemble(tmp_path, public_url="http://testserver")
    yield made
    made.db.close()


@pytest.fixture
def client(assistant: StandInAssistant) -> Iterator[TestClient]:
    with TestClient(application(assistant, work=False), follow_redirects=False) as made:
        yield made


@pytest.fixture
def stranger(assistant: StandInAssistant) -> Iterator[TestClient]:
    """Somebody out on the internet, in another browser."""
    with TestClient(application(assistant, work=False), follow_redirects=False, client=("81.2.69.142", 1)) as made:
        yield made


@pytest.fixture
def robin(assistant: StandInAssistant) -> None:
    """A coach of a team in the north, with an account."""
    assistant.clock.set(NOW)
    put_staff(assistant, ROBIN, "coach", "north", put_team(assistant, "north"))


@pytest.fixture
def client_with(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """Make a client for other settings; `telegram` stands in for the channel."""
    made: list[tuple[TestClient, StandInAssistant]] = []

    def make(*, telegram: Any = None, **settings: Any) -> TestClient:
        assistant = assemble(tmp_path / str(len(made)), **{"public_url": "http://testserver", **settings})
        assistant.telegram = telegram
        client = TestClient(application(assistant, work=False), follow_redirects=False, raise_server_exceptions=False)
        client.__enter__()
        made.append((client, assistant))
        return client

    yield make
    for client, assistant in made:
        client.__exit__(None, None, None)
        assistant.db.close()
