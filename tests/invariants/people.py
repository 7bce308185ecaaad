"""How people come to a question, and a model that counts how often it is asked."""

from __future__ import annotations

from bot.nlu.parsed import Parsed
from bot.nlu.stand_in import StandIn
from bot.simulator import Answered, Simulator
from services import booking, conversations
from services.models import Appointment

TO_THE_OPENINGS = ["hi", "1", "off sick", "PR1 8XJ", "34", "1 and 2", "money", "Sam", "1"]
TO_THE_CHECK = [*TO_THE_OPENINGS, "1"]
TO_THE_CALL = [*TO_THE_CHECK, "1"]
CRISIS_LINE = "116 123"


class CountingNlu:
    """The built-in stand-in of the trained model; `down` makes it unreachable."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.down = False
        self.behind = StandIn()

    @property
    def up(self) -> bool:
        return not self.down

    def parse(self, text: str) -> Parsed | None:
        self.asked.append(text)
        return None if self.down else self.behind.parse(text)

    def close(self) -> None:
        return None


def say_all(person: Simulator, texts: list[str]) -> Answered:
    """Say one text after the other; the last answer."""
    answered = person.settle("")
    for text in texts:
        answered = person.say(text)
    return answered


def words(answered: Answered) -> str:
    return "\n".join(message.text for message in answered.messages)


def call_of(person: Simulator) -> Appointment | None:
    """The person's coming call."""
    with person.assistant.db.read() as session:
        seen = conversations.see(session, person.conversation_id())
        return booking.coming_call(session, seen.person_id, person.assistant.clock.now())
