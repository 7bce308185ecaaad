"""The third layer of the crisis screen: what the language server judged, heard only where the first two heard nothing."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot import safety, understanding
from bot.flows.commands import Care, Crisis
from bot.hearing import Heard, hear
from bot.nlu.parsed import Judged, Parsed
from bot.safety import SafetyHit
from bot.safety_scoring import heard_in
from services.messages import Address, Inbound

NOW = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - London wall clock
QUIET = "the tide can have me then nobody has the bother"
"""Neither a list nor the model beside it hears this; the test says so."""


class Judging:
    """Answers every text with one judgement; None = the server is down."""

    up = True

    def __init__(self, judged: Judged | None, down: bool = False) -> None:
        self.answer = None if down else Parsed("smalltalk", 0.4, crisis=judged)
        self.asked: list[str] = []

    def parse(self, text: str) -> Parsed | None:
        self.asked.append(text)
        return self.answer

    def close(self) -> None:
        return None


ALARM = Judged("self_harm", 0.97, True)


def heard(text: str, nlu: Judging) -> Heard:
    return hear(Inbound(Address("sms", "+447700900123"), "-", text=text), None, NOW, nlu)


def test_an_alarm_is_a_hit_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    assert safety.screen(QUIET) is None
    monkeypatch.setattr(safety, "NOT_SURE", 0.0)
    said = heard(QUIET, Judging(ALARM))
    assert said.safety == SafetyHit("self_harm", "server", "server-self_harm")
    assert (said.intent, said.confidence) == ("smalltalk", 0.4)


def test_an_alarm_that_the_small_model_bears_out_a_little_is_not_certain() -> None:
    said = heard(QUIET, Judging(ALARM))
    assert said.safety is None
    assert said.maybe == SafetyHit("self_harm", "server", "server-self_harm", certain=False)
    assert (said.intent, said.confidence) == ("smalltalk", 0.4)


@pytest.mark.parametrize("judged", [Judged("self_harm", 0.7, False), Judged("none", 0.99, True), None])
def test_less_than_an_alarm_changes_nothing(judged: Judged | None) -> None:
    said = heard(QUIET, Judging(judged))
    assert (said.safety, said.maybe) == (None, None)


def test_what_the_server_finds_likely_is_a_line_where_the_small_model_has_a_quarter_of_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    likely = Judged("self_harm", 0.85, False)
    said = heard(QUIET, Judging(likely))
    assert said.safety is None
    assert said.maybe == SafetyHit("self_harm", "server", "server-self_harm", certain=False)
    monkeypatch.setattr(safety, "A_QUARTER", 0.99)
    assert heard(QUIET, Judging(likely)).maybe is None


@pytest.mark.parametrize(("sure", "left"), [(0.005, "nothing"), (0.05, "a line"), (0.4, "the whole help")])
def test_an_indirect_phrase_counts_as_much_as_the_server_finds_in_it(sure: float, left: str) -> None:
    text = "the nurse lined up my tablets for the week"
    said = heard(text, Judging(Judged("self_harm", sure, False)))
    assert left == ("the whole help" if said.safety else "a line" if said.maybe else "nothing")
    assert heard(text, Judging(None, down=True)).maybe is not None


def test_a_plain_phrase_or_a_short_message_is_never_ruled_out() -> None:
    assert heard("hes back cant text", Judging(Judged("none", 0.0, False))).maybe is not None
    assert heard("i want to die", Judging(Judged("none", 0.0, False))).safety is not None


def test_without_the_server_next_to_nothing_is_nothing() -> None:
    nlu = Judging(ALARM, down=True)
    said = heard(QUIET, nlu)
    assert (said.safety, said.maybe) == (None, None)
    assert nlu.asked == [QUIET]


@pytest.mark.parametrize("text", ["i look at the river every night and it looks back", "might as well not be here"])
def test_without_the_server_the_small_model_gives_a_line_at_less(text: str) -> None:
    assert safety.screen(text) is None
    for said in (heard(text, Judging(None, down=True)), heard(text, Judging(None))):
        assert said.safety is None
        assert said.maybe is not None
        assert (said.maybe.kind, said.maybe.layer) == ("self_harm", "model")
    assert heard_in(text, None) == said.maybe
    assert heard(text, Judging(Judged("none", 0.0, False))).maybe is None  # where the server is there, it is asked


@pytest.mark.parametrize("text", ["PR1 8XJ", "not mondays", "Will Young", "me knees and the rent", "yes please"])
def test_an_ordinary_answer_gets_no_line_without_the_server(text: str) -> None:
    said = heard(text, Judging(None, down=True))
    assert (said.safety, said.maybe) == (None, None)


def test_a_medical_red_flag_is_never_ruled_out() -> None:
    text = "my left leg has felt a bit numb down there since the weekend really"
    nothing = Judged("none", 0.0, False)
    flag = SafetyHit("medical", "patterns", "cauda", sure=0.0)
    for hit in (flag, SafetyHit("self_harm", "patterns", "x", also=("medical",), sure=0.0)):
        found = safety.weighed(text, hit, nothing)
        assert found is not None
        assert not found.certain
    assert safety.weighed(text, SafetyHit("self_harm", "patterns", "x", sure=0.0), nothing) is None


@pytest.mark.parametrize(
    ("kind", "sure", "left"),
    [
        ("self_harm", 0.05, None),
        ("harm_by_others", 0.0, None),
        ("self_harm", 0.2, False),
        ("self_harm", 0.6, True),
        ("child", 0.0, False),
        ("medical", 0.0, False),
    ],
)
def test_the_small_models_lone_alarm_counts_as_much_as_the_server_finds_in_it(
    kind: str, sure: float, left: bool | None
) -> None:
    hit = SafetyHit(kind, "model", f"model-{kind}", sure=0.9)  # type: ignore[arg-type]
    found = safety.weighed("only me and the cat here, he is not one for reading", hit, Judged("self_harm", sure, False))
    assert (found and found.certain) == left
    assert safety.weighed("only me and the cat here, he is not one for reading", hit, None) == hit


def test_what_the_first_layers_heard_stands_and_asks_nobody() -> None:
    nlu = Judging(Judged("medical", 1.0, True))
    said = heard("i want to kill myself", nlu)
    assert said.safety is not None
    assert (said.safety.kind, said.safety.layer) == ("self_harm", "patterns")
    assert nlu.asked == []


@pytest.mark.parametrize("text", ["im not suicidal im just really tired", "no thoughts of killing myself thanks"])
def test_words_that_a_list_has_cleared_do_not_alarm_it(text: str) -> None:
    said = heard(text, Judging(ALARM))
    assert (said.safety, said.maybe) == (None, None)


def test_scoring_hears_with_it_and_without() -> None:
    assert heard_in(QUIET, None) is None
    hit = heard_in(QUIET, Judging(ALARM))
    assert hit is not None
    assert hit.layer == "server"


def test_a_turn_answers_it_as_certain_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.actions.catalogue import SPECS
    from bot.assistant import DIALOGS
    from bot.flows.reading import read_book
    from bot.flows.state import DialogueState

    book = read_book(DIALOGS, SPECS)
    commands = understanding.read(heard(QUIET, Judging(ALARM)), DialogueState(revision=book.revision), book)
    assert commands[-1] == Care("self_harm")
    monkeypatch.setattr(safety, "NOT_SURE", 0.0)
    commands = understanding.read(heard(QUIET, Judging(ALARM)), DialogueState(revision=book.revision), book)
    assert commands == [Crisis("self_harm")]
