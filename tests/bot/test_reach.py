"""An outage is known after one failed send and one question, costs nothing after that, and ends by itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import reach
from bot.reach import Reach
from services.messages import SendError, SendFailed, SendLater

NINE = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)


class Provider:
    def __init__(self) -> None:
        self.wrong: Exception | None = None
        self.why, self.sent, self.asked = "", 0, 0

    def send(self, message: str) -> str:
        if self.wrong:
            raise self.wrong
        self.sent += 1
        return message

    def ask(self) -> str:
        self.asked += 1
        return self.why


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "PROBE_SECONDS", 0.0)


def test_down_is_said_with_the_time_and_nothing_more_is_tried_until_it_answers() -> None:
    provider = Provider()
    way = Reach(provider.ask, lambda: NINE)
    provider.wrong, provider.why = SendError("500"), "Twilio does not answer"
    with pytest.raises(SendError):
        way.through(provider.send, "one")
    assert way.words().startswith("Twilio does not answer (since 23 Nov 09:05); what is to be sent waits")
    provider.wrong = None
    with pytest.raises(SendLater):
        way.through(provider.send, "two")
    assert (provider.sent, way.came_back()) == (0, False)
    provider.why = ""
    assert way.came_back()
    assert way.words() == ""
    assert way.through(provider.send, "three") == "three"


def test_a_message_that_is_wrong_itself_says_nothing_about_the_provider() -> None:
    provider = Provider()
    way = Reach(provider.ask, lambda: NINE)
    provider.wrong = SendFailed("21211")
    with pytest.raises(SendFailed):
        way.through(provider.send, "one")
    assert provider.asked == 0


def test_a_busy_provider_that_answers_is_not_down() -> None:
    provider = Provider()
    way = Reach(provider.ask, lambda: NINE)
    provider.wrong = SendLater(7)
    with pytest.raises(SendLater):
        way.through(provider.send, "one")
    assert (provider.asked, way.why) == (1, "")
