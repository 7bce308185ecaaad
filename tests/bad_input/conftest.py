"""One assistant for many people; nothing of what they say may reach a log."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.assistant import assemble
from bot.nlu.rasa import NoNlu
from bot.nlu.stand_in import Backed, StandIn
from services.settings import Settings
from tests.bad_input.asked import Asked
from tests.journeys.product import NOW


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    settings = Settings(ANYDOOR_HOME=tmp_path_factory.mktemp("home"), ANYDOOR_NOW=NOW)  # type: ignore[call-arg]
    assistant = assemble(settings, demo=True, nlu=Backed(NoNlu("a test"), StandIn()))
    assistant.warm()
    yield Asked(assistant)
    assistant.close()


class Logged:
    """Everything that was printed or logged so far."""

    def __init__(self, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
        self.capfd, self.caplog, self.printed = capfd, caplog, ""

    @property
    def text(self) -> str:
        captured = self.capfd.readouterr()
        self.printed += captured.out + captured.err
        return self.printed + self.caplog.text


@pytest.fixture
def logged(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Logged:
    caplog.set_level(logging.INFO)
    return Logged(capfd, caplog)
