"""Words that may speak of a crisis, or only sound like it: their own answer, the line beside it, "yes" to it, and "only joking"."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot import safety
from bot.actions.catalogue import SPECS
from bot.assistant import todays_book
from bot.care import answers, only_care, says_yes, taken_back, with_care
from bot.flows import engine
from bot.flows.commands import Care, Command, Crisis, Say, SetSlot, StartFlow, TakenBack, Unclear
from bot.flows.engine_care import AGAIN, BACK, HELP, LINE, SOME_WHILE
from bot.flows.engine_values import ActionResult, Event, Turn
from bot.flows.state import DialogueState, Frame
from bot.hearing import Heard, graded, hear
from bot.nlu.parsed import Judged, Parsed
from bot.safety import SafetyHit, weighed
from bot.understanding import read
from bot.understood import expected
from services.clock import LONDON
from services.messages import Address, Inbound

NOW = datetime(2026, 11, 23, 9, tzinfo=LONDON)
BOOK = todays_book()
KINDS = ("self_harm", "harm_by_others", "harm_to_others", "medical", "child")
NATIONS = ("england", "wales", "scotland", "northern_ireland", "islands")
SURELY, HARDLY = Judged("self_harm", 0.98, True), Judged("none", 0.02, False)


def hit(text: str, judged: Judged | None) -> SafetyHit | None:
    return weighed(text, safety.screen(text), judged)


# -- how certain -----------------------------------------------------------------------------------------------------

GRADES = (  # what is said, what the server makes of it, whether the whole help is given (None: nothing was heard)
    ("i want to kill myself", HARDLY, True),
    ("took 30 paracetamol", HARDLY, True),
    ("my husband hits me", SURELY, True),
    ("chce sie zabic", HARDLY, True),
    ("PR1 8XJ", None, None),
    ("the tide can have me then nobody has the bother", SURELY, False),
    ("the tide can have me then nobody has the bother", HARDLY, None),
    ("im not suicidal im just really tired", SURELY, None),
    ("i said i wasnt suicidal but honestly i dont know any more", SURELY, False),
    ("i said i wasnt suicidal but honestly i dont know any more", None, False),
    ("i said i wasnt suicidal but honestly i dont know any more", HARDLY, None),
    ("i havent got any thoughts of ending it", HARDLY, None),
    ("i havent got the guts to end it", SURELY, True),
    ("why havent i ended it yet", HARDLY, True),
    ("i cant see the point any more", HARDLY, True),
    ("whats the point of anything", HARDLY, True),
    ("theres no point ringing me before 3", HARDLY, None),
    ("whats the point of the call", HARDLY, None),
)


@pytest.mark.parametrize(("text", "judged", "certain"), GRADES)
def test_how_certain_a_message_is(text: str, judged: Judged | None, certain: bool | None) -> None:
    found = hit(text, judged)
    assert (found.certain if found else None) == certain


def test_an_indirect_phrase_is_as_certain_as_the_server_finds_it() -> None:
    indirect = [text for text in INDIRECT if (found := safety.screen(text)) and not found.plain]
    assert indirect == list(INDIRECT)
    for text in indirect:
        doubted, borne_out = hit(text, HARDLY), hit(text, SURELY)
        assert (doubted and doubted.certain, borne_out and borne_out.certain) == (False, True), text


INDIRECT = ("he wont let me leave the house", "she hits me and nobody believes me", "think I'm having a heart attack")


def test_without_the_server_the_small_model_alone_says_how_certain_a_phrase_is() -> None:
    for text in INDIRECT:
        found = hit(text, None)
        assert found is not None
        assert found.certain is True, text


# -- beside the answer -----------------------------------------------------------------------------------------------


def heard_at(slot: str | None, text: str, kind: str | None = None) -> Heard:
    """What is heard at a question, with words of this kind that may be meant so."""
    expecting = replace(expected(BOOK, slot), flow="self_referral", step="ask") if slot else None
    heard = hear(Inbound(Address("sms", "+447700900123"), "-", text=text), expecting, NOW, None)
    maybe = SafetyHit(kind, "server", f"server-{kind}", certain=False) if kind else None  # type: ignore[arg-type]
    return graded(heard, maybe) if kind else heard


def commands(heard: Heard, state: DialogueState) -> list[Command]:
    return read(heard, state, BOOK)


UNDER_WAY = DialogueState(stack=(Frame("where_you_live", "ask", asked=True),), slots={"safe_to_text": "yes"})
SAID = replace(UNDER_WAY, offered="self_harm:", care={"self_harm": ((NOW - timedelta(minutes=2)).isoformat(), LINE)})
HELPED = replace(UNDER_WAY, crisis="self_harm", care={"self_harm": ((NOW - timedelta(minutes=2)).isoformat(), HELP)})


def test_the_message_keeps_its_own_answer_with_the_line_beside_it() -> None:
    found = commands(heard_at("postcode", "se13 6aa", "self_harm"), UNDER_WAY)
    assert found[-1] == Care("self_harm")
    assert any(isinstance(one, SetSlot) and one.slot == "postcode" for one in found)


def test_words_that_answer_nothing_are_no_mistake_beside_the_line() -> None:
    heard = heard_at("postcode", "the second house past the chapel", "self_harm")
    assert commands(heard, UNDER_WAY) == [Say("repeat"), Care("self_harm")]
    assert any(isinstance(one, Unclear) for one in commands(heard, SAID)), "it is only said once, so nobody goes round"


@pytest.mark.parametrize("text", ["yes i am", "i am", "Yeah I do", "i have been", "please help me", "yes"])
def test_a_yes_to_the_line_opens_the_whole_help(text: str) -> None:
    assert commands(heard_at("postcode", text), SAID)[-1] == Crisis("self_harm")


def test_a_bare_yes_is_for_the_question_where_that_takes_one() -> None:
    state = replace(SAID, stack=(Frame("pattern_start", "safe", asked=True),))
    assert says_yes(heard_at("safe_to_text", "yes"), state) == []
    assert says_yes(heard_at("safe_to_text", "yes i am"), state) == [Crisis("self_harm")]


def test_a_yes_long_after_is_none_to_the_line() -> None:
    assert says_yes(heard_at("postcode", "yes i am"), replace(SAID, offered=None)) == []


def test_what_was_heard_of_is_what_help_is_for() -> None:
    state = replace(SAID, offered="medical:high")
    assert says_yes(heard_at("postcode", "yes i am"), state) == [Crisis("medical", "high")]


# -- taken back ------------------------------------------------------------------------------------------------------

RETRACTIONS = (
    "no I didn't mean it like that", "only joking mate", "nah am jus moanin", "nah am jus moanin. me mam's in", "just kidding lol",
    "i was only ranting sorry", "it was a figure of speech", "no!! cutting mushroom with knife. job. i not want die",
    "why you say 999? baby is ok", "wrong end of the stick love", "am ok. carry on", "its just a saying", "why samaritans??",
    "jesus same msg. am ok. carry on", "no i dont want to die, i meant my back", "i was taking the mick",
)  # fmt: skip
NOT_RETRACTIONS = (
    "i wasnt joking", "im not joking i want to die", "im fine i just want to die", "dont say im fine", "it is not a joke",
    "i meant it. i want to kill myself", "im ok but my husband hits me", "not sure im ok", "joking aside i want to die",
)  # fmt: skip


@pytest.mark.parametrize("state", [SAID, HELPED])
@pytest.mark.parametrize("kind", [None, "self_harm"])
def test_what_was_not_meant_is_taken_back_kindly_and_the_question_goes_on(
    kind: str | None, state: DialogueState
) -> None:
    for text in RETRACTIONS:
        found = commands(heard_at("postcode", text, kind), state)
        assert TakenBack() in found, text
        assert not any(isinstance(one, Crisis | Care) for one in found), text


@pytest.mark.parametrize("text", NOT_RETRACTIONS)
def test_what_is_meant_is_never_talked_away(text: str) -> None:
    assert TakenBack() not in commands(heard_at("postcode", text), HELPED)


def test_an_alarm_of_a_model_is_talked_away_and_one_of_a_list_is_not() -> None:
    heard = heard_at("postcode", "only joking mate")
    assert taken_back(replace(heard, safety=SafetyHit("self_harm", "server", "server-self_harm")), HELPED)
    assert not taken_back(replace(heard, safety=SafetyHit("self_harm", "patterns", "to-die")), HELPED)


@pytest.mark.parametrize(
    "text",
    [
        "can we carry on", "Can we just carry on please", "carry on", "lets carry on with the questions", "shall we continue",
        "where were we", "ok carry on", "lets get on with it", "i want to carry on with this", "can i finish the form", "keep going",
        "cn we go bk 2 it pls", "back to the questions",
    ],
)  # fmt: skip
def test_who_asks_to_go_on_after_help_goes_on_and_it_is_no_miss(text: str) -> None:
    assert commands(heard_at("postcode", text), HELPED) == [Say("repeat")]


@pytest.mark.parametrize(
    "text", ["carry on like this is killing me inside", "go on then tell me why", "carry on bag", "my back keeps on"]
)
def test_what_only_begins_so_does_not_ask_to_go_on(text: str) -> None:
    assert commands(heard_at("postcode", text), HELPED) != [Say("repeat")]


@pytest.mark.parametrize("text", ["i cant carry on like this", "i dont want to carry on"])
def test_who_cannot_go_on_is_not_simply_asked_on(text: str) -> None:
    assert any(isinstance(one, Crisis | Care) for one in commands(heard_at("postcode", text), HELPED))


def test_nothing_is_taken_back_that_was_never_said() -> None:
    assert not taken_back(heard_at("postcode", "only joking mate"), UNDER_WAY)
    assert not taken_back(heard_at("postcode", "sorry my mistake, PR1 8XJ"), replace(SAID, offered=None))


def test_the_answer_in_the_same_breath_counts() -> None:
    found = commands(heard_at("age", "only joking, im 34"), HELPED)
    assert [one.value for one in found if isinstance(one, SetSlot) and one.slot == "age"] == [34]


def test_no_to_the_line_takes_it_back() -> None:
    assert TakenBack() in commands(heard_at("postcode", "no im not"), SAID)


# -- what is said, and when ------------------------------------------------------------------------------------------


def take(state: DialogueState, *said: Command, at: datetime = NOW, nation: str = "england") -> Turn:
    acts: list[str] = []

    def act(name: str, slots: object) -> ActionResult:
        acts.append(name)
        kind = slots["crisis_kind"] if name == "alert_duty" else None  # type: ignore[index]
        return ActionResult({}, (Event("duty_alert", {"kind": kind}),) if kind else ())

    from services.helplines import number

    return engine.advance(
        BOOK, state, list(said), act=act, channel="sms", helpline=lambda key: number(key, nation), now=at
    )


def names(turn: Turn) -> list[str]:
    return [event.name for event in turn.events]


@pytest.mark.parametrize("nation", NATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_line_in_every_nation_in_one_text(kind: str, nation: str) -> None:
    turn = take(UNDER_WAY, Say("repeat"), Care(kind), nation=nation)
    line, question = turn.replies
    assert (line.purpose, line.slot, question.slot) == ("crisis", None, "postcode")
    assert 40 < len(line.text) <= 160
    assert names(turn) == ["crisis_maybe"]
    assert turn.state.crisis is None
    assert turn.state.outcome is None


def test_nobody_who_may_read_along_learns_of_harm_from_the_line() -> None:
    said = take(UNDER_WAY, Say("repeat"), Care("harm_by_others")).replies[0].text
    assert not {"abuse", "hit", "hurt", "partner", "helpline"} & set(said.lower().replace(".", "").split())


def test_the_line_comes_once_and_a_second_time_the_duty_person_is_told_instead() -> None:
    first = take(UNDER_WAY, Say("repeat"), Care("self_harm"))
    again = take(first.state, Say("repeat"), Care("self_harm"), at=NOW + timedelta(hours=1))
    third = take(again.state, Say("repeat"), Care("self_harm"), at=NOW + timedelta(hours=2))
    assert [reply.purpose for reply in again.replies] == ["answer"]
    assert names(again) == ["crisis_maybe", "duty_alert"]
    assert again.events[1].data == {"kind": "unsure"}
    assert again.state.care["self_harm"][1] == AGAIN
    assert names(third) == ["crisis_maybe"]
    later = take(third.state, Say("repeat"), Care("self_harm"), at=NOW + SOME_WHILE)
    assert later.replies[0].purpose == "crisis"


def test_what_was_taken_back_alerts_nobody_and_is_not_said_again() -> None:
    first = take(UNDER_WAY, Say("repeat"), Care("self_harm"))
    back = take(first.state, TakenBack(), Say("repeat"))
    again = take(back.state, Say("repeat"), Care("self_harm"), at=NOW + timedelta(hours=1))
    assert back.replies[0].response == "utter_taken_back"
    assert back.state.care["self_harm"][1] == BACK
    assert names(again) == ["crisis_maybe"]
    assert [reply.purpose for reply in again.replies] == ["answer"]


def test_soon_after_the_whole_help_the_line_is_not_needed() -> None:
    helped = take(UNDER_WAY, Crisis("self_harm"))
    turn = take(helped.state, Say("repeat"), Care("self_harm"), at=NOW + timedelta(minutes=5))
    assert turn.replies[0].response == "utter_after_crisis"
    assert "duty_alert" not in names(turn)
    other = take(helped.state, Say("repeat"), Care("medical"), at=NOW + timedelta(minutes=5))
    assert other.replies[0].response == "utter_care_medical"


AFTER_HELP = (  # the kind of help, what it was about, what is said when they write again has this, and has not that
    ("self_harm", None, "111, press 2", ""),
    ("harm_to_others", None, "111, press 2", ""),
    ("medical", None, "or 111 if you are not sure", "press 2"),
    ("medical", "high", "111, press 2", "not sure"),
    ("harm_by_others", None, "press 55", "111"),
    ("harm_by_others", "exploitation", "press 55", "111"),
    ("child", None, "0800 1111", "press 2"),
)


@pytest.mark.parametrize(("kind", "about", "said", "unsaid"), AFTER_HELP)
def test_what_is_said_after_help_fits_the_help(kind: str, about: str | None, said: str, unsaid: str) -> None:
    helped = take(UNDER_WAY, Crisis(kind, about)).state
    if kind == "harm_by_others":
        helped = take(helped, SetSlot("abuse_safe", "yes")).state
    first, *_, question = take(helped, SetSlot("postcode", "PR1 8XJ")).replies
    assert said in first.text
    assert not unsaid or unsaid not in first.text
    assert len(first.text) <= 160
    assert question.slot


@pytest.mark.parametrize("channel", ["web", "telegram"])
@pytest.mark.parametrize("part", ["", "why", "easier"])
@pytest.mark.parametrize("name", ["utter_abuse_first", "utter_crisis_harm_by_others"])
def test_where_nobody_texts_the_safety_check_speaks_of_no_text(name: str, part: str, channel: str) -> None:
    said = BOOK.responses[name].words_of(part, channel).casefold().replace("?", " ")
    assert not {"text", "texts", "phone"} & set(said.split())


def test_after_help_that_was_not_meant_the_whole_of_it_is_not_said_again() -> None:
    helped = take(UNDER_WAY, Crisis("self_harm"))
    back = take(helped.state, TakenBack(), Say("repeat"))
    assert back.replies[0].response == "utter_taken_back"
    assert [reply.slot for reply in back.replies] == [None, "postcode"]
    assert back.state.crisis is None


def test_the_line_alone_asks_nothing_and_changes_nothing() -> None:
    turn = take(UNDER_WAY, Care("self_harm"))
    assert [reply.response for reply in turn.replies] == ["utter_care_self_harm"]
    assert turn.state.stack == UNDER_WAY.stack


def test_whoever_said_stop_gets_the_line_and_nothing_beside_it() -> None:
    assert only_care(heard_at("postcode", "se13 6aa", "self_harm"), UNDER_WAY) == [Care("self_harm")]
    assert only_care(heard_at("postcode", "yes i am"), SAID) == [Crisis("self_harm")]
    assert only_care(heard_at("postcode", "se13 6aa"), UNDER_WAY) == []


def test_help_in_full_needs_no_line() -> None:
    assert with_care([Crisis("medical")], heard_at(None, "x", "self_harm"), UNDER_WAY) == [Crisis("medical")]
    assert with_care([StartFlow("a")], heard_at(None, "x"), UNDER_WAY) == [StartFlow("a")]


def test_the_state_survives_being_kept_and_an_old_one_is_read() -> None:
    assert DialogueState.from_json(SAID.to_json()) == SAID
    old = SAID.to_json()
    del old["care"], old["offered"]
    assert DialogueState.from_json(old).care == {}


def test_the_answers_to_the_line_do_not_overlap() -> None:
    assert not answers()["no"] & (answers()["yes"] | answers()["owns_up"])
    assert SPECS  # the book of these tests is the published one


def test_a_yes_is_never_taken_from_words_of_a_crisis() -> None:
    nlu_heard = graded(heard_at("postcode", "yes i am"), SafetyHit("medical", "patterns", "x"))
    assert says_yes(nlu_heard, SAID) == []
    assert Parsed("affirm", 0.9).crisis is None
