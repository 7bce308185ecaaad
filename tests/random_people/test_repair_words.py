"""Every repair word at every question: it is answered as what it is, and the question is still there afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import read_ahead
from bot.assistant import Assistant, assemble
from bot.flows.definition import SlotSpec
from bot.flows.engine import Expecting, expecting
from bot.simulator import Answered, Simulator
from services import conversations
from services.messages import Channel
from tests.invariants.conftest import settings_of
from tests.invariants.people import CountingNlu
from tests.random_people.machine import put_back

WORDS: Mapping[str, tuple[str, ...]] = {
    "why do you ask?": (".why", "utter_no_reason"),
    "what did you say?": ("REPEAT",),
    "what have I told you?": ("utter_show",),
    "hang on a minute": ("utter_wait",),
    "skip": ("utter_cannot_skip", "ON"),
    "go back": ("utter_cannot_go_back", "ON"),
    "start again": ("utter_ask_start_again_sure",),
    "sorry i made a mistake": ("utter_ask_change",),
    "who are you": ("utter_who",),
    "is this free?": ("utter_cost",),
    "are you a robot": ("utter_robot",),
    "will my boss know?": ("utter_will_they_know",),
    "will it affect my benefits": ("utter_benefits",),
    "can you give me a fit note": ("utter_fit_note",),
    "do i have to do this": ("utter_do_i_have_to",),
    "can I talk to a person": ("utter_ask_want_person", "ON"),
    "wrong number": ("utter_ask_wrong_number_sure",),
    "its for my brother": ("utter_on_behalf", "utter_ask_they"),
    "MY DATA": ("utter_my_data",),
    "DELETE": ("utter_ask_delete_sure",),
}
"""Each with the responses of which one must be said: REPEAT = the question itself, ON = the next question."""
ASIDES = frozenset(
    [
        "why do you ask?", "what did you say?", "what have I told you?", "hang on a minute", "who are you", "is this free?",
        "are you a robot", "will my boss know?", "will it affect my benefits", "can you give me a fit note",
        "do i have to do this", "MY DATA",
    ]
)  # fmt: skip
"""After these the same question is open."""
OPENS = {"wrong number": "wrong_number_sure", "start again": "start_again_sure", "DELETE": "delete_sure"}
ANSWERS = {
    "safe_to_text": "1", "work_situation": "off sick", "postcode": "PR1 8XJ", "age": "34", "health": "1 and 2",
    "barriers": "money", "name": "Sam", "phone": "07700900456", "voicemail_ok": "yes", "opening": "1", "consent_share": "1",
    "months_out_of_work": "3 months", "follow_up_ok": "yes", "more_help": "1", "postcode_unknown": "1", "place": "Preston",
}  # fmt: skip
"""What is answered on the way; 1 to everything else."""
WAYS: list[tuple[str, Mapping[str, str]]] = [
    ("hi", {}),
    ("hello", {"phone": "07700900456", "call_needs": "phone"}),
    ("hi", {"postcode": "rather not say", "place": "Preston"}),
    ("hi", {"postcode": "rather not say", "place": "blorp"}),
    ("hi", {"postcode": "ZZ9 9ZZ", "postcode_unknown": "2", "practice": "High Street Surgery"}),
    ("hi", {"postcode": "M11AE"}),
    ("hi", {"postcode": "M11AE", "work_situation": "out of work"}),
    ("hi", {"postcode": "rather not say", "place": "High Street Surgery"}),
    ("hi", {"call_needs": "bsl"}),
    ("wrong number", {}),
    ("DELETE", {}),
    ("hi", {"postcode": "i dont know it", "work_situation": "out of work"}),
    ("hi", {"postcode": "CF10 1EP"}),
    ("hi", {"age": "15"}),
    ("hi", {"opening": "other times"}),
    ("hi", {"consent_share": "2"}),
    ("i want to talk to a person", {}),
    ("its for my brother", {}),
    ("nie mowie po angielsku", {}),
    ("i need help with my rent", {}),
]
MOST_TURNS = 25


@dataclass
class Place:
    """A question, and the conversation that led to it."""

    slot: str
    way: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def assistant(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("repair")
    shutil.copy(demo_home / "anydoor.db", home / "anydoor.db")
    made = assemble(settings_of(home), nlu=CountingNlu(), throw_away=True)
    made.demo = True
    yield made
    made.close()


def question(person: Simulator) -> Expecting | None:
    with person.assistant.db.read() as session:
        seen = conversations.see(session, person.conversation_id())
    book = person.assistant.book(seen.revision)
    return expecting(book, read_ahead.state_of(seen.state, book)) if seen.state else None


def said(answered: Answered) -> list[str]:
    return [reply.response for taken in answered.taken if taken.turn for reply in taken.turn.replies]


def fits(expected: tuple[str, ...], answered: Answered, asked: Expecting, after: Expecting | None) -> bool:
    """Whether one of the responses was said; a question's own choice of that name is as good."""
    names = said(answered)
    moved = after is None or after.slot != asked.slot
    question_again = after is not None and after.slot == asked.slot
    return any(
        (one == "ON" and moved)
        or (one == "REPEAT" and question_again and not any(name.endswith(".easier") for name in names))
        or any(name.startswith(one) or name.endswith(one) for name in names)
        for one in expected
    )


def is_a_choice(word: str, spec: SlotSpec) -> bool:
    """A valid answer to the open question always wins over a global word."""
    wanted = word.casefold().strip("?")
    return any(wanted in {option.title.casefold(), *option.also} for option in spec.options)


@pytest.mark.slow
def test_every_repair_word_is_answered_at_every_question(assistant: Assistant, demo_home: Path, tmp_path: Path) -> None:
    morning, here = demo_home / "anydoor.db", tmp_path / "here.db"
    wrong: list[str] = []
    met: set[str] = set()
    for first, different in WAYS:
        put_back(assistant, morning)
        channel: Channel = "web" if first == "hello" else "sms"
        person = Simulator(assistant, channel)
        person.say(first)
        for _ in range(MOST_TURNS):
            asked = question(person)
            if asked is None:
                break
            if asked.slot not in met:
                met.add(asked.slot)
                copy_of(assistant, here)
                wrong += [f"{asked.slot}: {found}" for word in WORDS if (found := tried(person, word, asked, here))]
                put_back(assistant, here)
                person = Simulator(assistant, channel)
                person.count = 1000 + len(met)
            person.say({**ANSWERS, **different}.get(asked.slot, "1"))
    assert not wrong, "\n".join(wrong)
    assert len(met) >= 25, " ".join(sorted(met))


def copy_of(assistant: Assistant, target: Path) -> None:
    assistant.db.engine.dispose()  # the last connection writes the log back into the file
    shutil.copy(str(assistant.db.engine.url.database), target)


def tried(before: Simulator, word: str, asked: Expecting, here: Path) -> str:
    put_back(before.assistant, here)
    person = Simulator(before.assistant, before.channel)
    person.count = 5000
    answered = person.say(word)
    after = question(person)
    if is_a_choice(word, asked.spec) and answered.messages:
        return ""
    if not fits(WORDS[word], answered, asked, after):
        return f"{word!r} was answered with {said(answered)}"
    if word in ASIDES and (after is None or after.slot != asked.slot):
        return f"{word!r} lost the question; open now: {after.slot if after else None}"
    if word in OPENS and (after is None or after.slot != OPENS[word]):
        return f"{word!r} did not ask {OPENS[word]}"
    return ""
