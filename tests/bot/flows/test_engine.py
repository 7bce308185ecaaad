"""The engine, command by command, on the small example book."""

from __future__ import annotations

import pytest

from bot.flows.commands import (
    Back,
    Clarify,
    Command,
    Correct,
    Crisis,
    OptIn,
    Option,
    OptOut,
    Say,
    SetSlot,
    Skip,
    StartAgain,
    StartFlow,
    Unclear,
)
from bot.flows.definition import Book
from bot.flows.engine import expecting
from tests.bot.flows.talking import Talk, small_book

HELLO = "Hello. You are texting a computer."


@pytest.fixture(scope="module")
def book() -> Book:
    return small_book()


@pytest.fixture
def talk(book: Book) -> Talk:
    return Talk(book)


@pytest.fixture
def at_postcode(talk: Talk) -> Talk:
    talk.send(StartFlow("journey"))
    talk.answer("in_work")
    return talk


@pytest.fixture
def at_share(at_postcode: Talk) -> Talk:
    for value in ("PR1 8XJ", "Sam", ["back"], "a"):
        at_postcode.answer(value)
    assert at_postcode.asked == "share"
    return at_postcode


def test_the_whole_way_ends_booked(talk: Talk) -> None:
    assert talk.send(StartFlow("journey")) == [HELLO, "Which is most like you?"]
    assert talk.answer("in_work") == ["What is your postcode?"]
    assert talk.answer("PR1 8XJ") == ["Your team is Preston.", "What is your name?"]
    assert talk.answer("Sam") == ["What makes work hard?"]
    assert talk.answer(["back"]) == ["Which time suits you, Sam?"]
    assert talk.answer("b") == ["May we share this with Preston?"]
    assert talk.answer("yes") == ["Booked. You said In work."]
    assert talk.state.stack == ()
    assert talk.state.outcome == "booked"
    assert [event.name for event in talk.last.events] == ["book_opening", "outcome"]  # type: ignore[union-attr]


def test_a_question_carries_its_choices(at_postcode: Talk) -> None:
    for value in ("PR1 8XJ", "Sam", ["back"]):
        at_postcode.answer(value)
    reply = at_postcode.last.replies[-1]  # type: ignore[union-attr]
    assert reply.slot == "opening"
    assert reply.choices == (("a", "Time a"), ("b", "Time b"), ("c", "Time c"), ("other_times", "Other times"))
    open_now = expecting(at_postcode.book, at_postcode.state)
    assert open_now is not None
    assert [choice[0] for choice in open_now.choices] == ["a", "b", "c", "other_times"]
    assert {"name", "work"} <= open_now.filled


def test_words_for_the_channel_and_the_language(book: Book) -> None:
    assert Talk(book, channel="telegram").send(StartFlow("journey"))[-1] == "Which is most like you? Tap one."
    assert Talk(book, language="cy").send(StartFlow("journey"))[0] == "Helo. Cyfrifiadur ydw i."


def test_what_was_said_early_is_noted_and_not_asked(talk: Talk) -> None:
    talk.send(StartFlow("journey"))
    said = talk.send(SetSlot("work", "in_work"), SetSlot("postcode", "LS1 1AA"), SetSlot("health", ["back"]))
    assert said == ["Thanks, I have: In work, LS1 1AA.", "Your team is Leeds.", "What is your name?"]
    assert talk.answer("Sam") == ["Which time suits you, Sam?"]


def test_an_answer_to_the_open_question_alone_is_not_noted(talk: Talk) -> None:
    talk.send(StartFlow("journey"))
    assert talk.answer("in_work") == ["What is your postcode?"]


def test_a_yes_before_its_question_means_nothing(at_postcode: Talk) -> None:
    at_postcode.send(SetSlot("share", "yes"))
    assert "share" not in at_postcode.state.slots


def test_a_volunteered_answer_that_is_refused_is_asked_for(talk: Talk) -> None:
    talk.send(StartFlow("journey"))
    said = talk.send(SetSlot("work", "none"), SetSlot("months", 900))
    assert said[-2:] == ["That is very long.", "How long have you been out of work?"]
    assert talk.answer(4) == ["What is your postcode?"]


def test_misses_are_bounded_and_end_with_a_person(at_postcode: Talk) -> None:
    hint, easier = "That did not look like a postcode.", "A postcode looks like PR1 8XJ."
    assert at_postcode.send(Unclear("utter_invalid_postcode")) == [hint, easier]
    assert at_postcode.send(Unclear()) == [easier, "Or would you like a person?"]
    assert at_postcode.send(Unclear()) == ["Let me get you a person.", "What is your postcode?"]
    assert at_postcode.send(Unclear()) == [easier]


def test_a_question_that_gives_up_takes_its_answer_for_granted(at_postcode: Talk) -> None:
    at_postcode.send(StartFlow("pattern_person"))
    assert at_postcode.asked == "reach"
    for _ in range(3):
        at_postcode.send(Unclear())
    assert at_postcode.asked == "postcode"
    assert at_postcode.state.slots["reach"] == "later"


def test_a_choice_that_is_not_offered_is_a_miss(talk: Talk) -> None:
    talk.send(StartFlow("journey"))
    assert talk.answer("astronaut") == ["Do you have a job now?"]
    assert talk.state.tries == {"journey.work": 1}


def test_a_digression_comes_back_to_the_question(at_postcode: Talk) -> None:
    assert at_postcode.send(StartFlow("pattern_cost")) == ["It is free.", "What is your postcode?"]
    assert at_postcode.send(StartFlow("pattern_person")) == ["When shall a person ring?"]
    assert at_postcode.send(StartFlow("pattern_cost")) == ["It is free.", "When shall a person ring?"]
    assert at_postcode.answer("later") == ["A person will ring Later.", "What is your postcode?"]


def test_an_answer_and_a_question_in_one_message(at_postcode: Talk) -> None:
    said = at_postcode.send(SetSlot("postcode", "PR1 8XJ"), StartFlow("pattern_cost"))
    assert said == ["It is free.", "Your team is Preston.", "What is your name?"]


def test_a_flow_under_way_is_returned_to_not_begun_twice(at_postcode: Talk) -> None:
    at_postcode.send(StartFlow("pattern_person"))
    assert at_postcode.send(StartFlow("journey")) == ["What is your postcode?"]
    assert [frame.flow for frame in at_postcode.state.stack] == ["journey", "where"]


def test_waiting_keeps_quiet_until_the_next_message(at_postcode: Talk) -> None:
    assert at_postcode.send(StartFlow("pattern_wait")) == ["Take your time."]
    assert at_postcode.answer("PR1 8XJ")[-1] == "What is your name?"


def test_a_pattern_may_end_everything(at_postcode: Talk) -> None:
    assert at_postcode.send(StartFlow("pattern_wrong_number")) == ["Sorry to have bothered you."]
    assert at_postcode.state.stack == ()
    assert at_postcode.state.outcome == "left"


def test_a_correction_walks_again_without_saying_again(at_share: Talk) -> None:
    at_share.actions.called.clear()
    assert at_share.send(Correct("name", "Alex")) == ["May we share this with Preston?"]
    assert at_share.state.slots["opening"] == "a"
    assert at_share.actions.called == ["offer_openings", "hold_opening"]


def test_a_correction_that_changes_words_says_the_changed_ones(at_share: Talk) -> None:
    said = at_share.send(Correct("postcode", "LS1 1AA"))
    assert said == ["Your team is Leeds.", "Which time suits you, Sam?"]
    assert "opening" not in at_share.state.slots
    assert at_share.answer("b") == ["May we share this with Leeds?"]


def test_a_correction_without_a_value_asks_again(at_share: Talk) -> None:
    assert at_share.send(Correct("work")) == ["Which is most like you?"]
    assert at_share.answer("in_work") == ["May we share this with Preston?"]


def test_a_correction_takes_the_other_branch_and_clears_what_hung_on_it(at_share: Talk) -> None:
    assert at_share.send(Correct("work", "none")) == ["Sorry you lost your job.", "How long have you been out of work?"]
    at_share.answer(3)
    at_share.send(Correct("work", "in_work"))
    assert "months" not in at_share.state.slots
    assert at_share.asked == "share"


def test_a_loop_says_its_words_every_time(at_postcode: Talk) -> None:
    for value in ("PR1 8XJ", "Sam", ["back"]):
        at_postcode.answer(value)
    at_postcode.actions.taken = {"a", "b"}
    assert at_postcode.answer("a") == ["Sorry, that time has just gone.", "Which time suits you, Sam?"]
    assert at_postcode.answer("b") == ["Sorry, that time has just gone.", "Which time suits you, Sam?"]
    assert at_postcode.answer("other_times") == ["Which time suits you, Sam?"]
    assert at_postcode.answer("c") == ["May we share this with Preston?"]


def test_back_asks_the_question_before(at_share: Talk) -> None:
    assert at_share.send(Back()) == ["Which time suits you, Sam?"]
    assert at_share.send(Back()) == ["What makes work hard?"]
    assert at_share.send(Back()) == ["What is your name?"]
    assert at_share.answer("Alex") == ["What makes work hard?"]


def test_back_at_the_first_question_says_so(talk: Talk) -> None:
    talk.send(StartFlow("journey"))
    assert talk.send(Back()) == ["This is the first question.", "Which is most like you?"]


def test_back_leaves_a_digression(at_postcode: Talk) -> None:
    at_postcode.send(StartFlow("pattern_person"))
    assert at_postcode.send(Back()) == ["What is your postcode?"]


def test_skip_only_where_it_may(at_postcode: Talk) -> None:
    assert at_postcode.send(Skip()) == ["We need this one.", "What is your postcode?"]
    at_postcode.answer("PR1 8XJ")
    assert at_postcode.send(Skip()) == ["What makes work hard?"]
    assert at_postcode.state.slots["name"] == "skipped"


def test_why_and_repeat(talk: Talk) -> None:
    talk.send(StartFlow("journey"))
    assert talk.send(Say("why")) == ["It helps the coach.", "Which is most like you?"]
    assert talk.send(Say("repeat")) == ["Which is most like you?"]
    talk.answer("in_work")
    assert talk.send(Say("why")) == ["It helps the coach get ready.", "What is your postcode?"]


def test_what_it_means_is_told_and_asked_in_easier_words_and_is_no_miss(talk: Talk) -> None:
    talk.send(StartFlow("journey"))
    why, easier = talk.send(Say("means"))
    assert why == "It helps the coach."
    assert easier != "Which is most like you?"
    assert not talk.state.tries


def test_start_again_forgets(at_share: Talk) -> None:
    assert at_share.send(StartAgain()) == ["Start again?"]
    assert at_share.answer("yes") == [HELLO, "Which is most like you?"]
    assert at_share.state.slots == {}
    assert [frame.flow for frame in at_share.state.stack] == ["journey"]


def test_start_again_can_be_declined(at_share: Talk) -> None:
    at_share.send(StartAgain())
    assert at_share.answer("no") == ["May we share this with Preston?"]


def test_clarify_asks_and_obeys_the_pick(at_postcode: Talk) -> None:
    options = (
        Option("the cost", (StartFlow("pattern_cost"),)),
        Option("utter_wait", (SetSlot("postcode", "PR1 8XJ"),)),
    )
    assert at_postcode.send(Clarify(options)) == ["Which did you mean?"]
    reply = at_postcode.last.replies[0]  # type: ignore[union-attr]
    assert reply.choices == (("1", "the cost"), ("2", "Take your time."))
    assert at_postcode.asked == "clarify"
    assert at_postcode.answer("2")[-1] == "What is your name?"
    at_postcode.send(Clarify(options))
    assert at_postcode.answer("1") == ["It is free.", "What is your name?"]


def test_a_revision_that_lacks_the_words_asks_in_the_plain_ones(at_postcode: Talk) -> None:
    options = (Option("the cost", (StartFlow("pattern_cost"),)),)
    assert at_postcode.send(Clarify(options, asks="utter_of_a_later_version")) == ["Which did you mean?"]


def test_clarify_is_dropped_when_the_person_goes_on(at_postcode: Talk) -> None:
    at_postcode.send(Clarify((Option("the cost", (StartFlow("pattern_cost"),)),)))
    assert at_postcode.send(SetSlot("postcode", "PR1 8XJ"))[-1] == "What is your name?"
    assert at_postcode.asked == "name"


def test_crisis_help_comes_alone_and_the_place_is_kept(at_postcode: Talk) -> None:
    assert at_postcode.send(SetSlot("postcode", "X"), Crisis("self_harm")) == ["I am sorry. Call 116 123."]
    assert [reply.purpose for reply in at_postcode.last.replies] == ["crisis"]  # type: ignore[union-attr]
    assert at_postcode.state.crisis == "self_harm"
    assert "postcode" not in at_postcode.state.slots
    assert at_postcode.send(SetSlot("postcode", "PR1 8XJ"))[-1] == "What is your name?"  # it can only be what it is
    assert at_postcode.state.crisis is None


def test_an_unclear_message_after_crisis_help_is_no_miss(at_postcode: Talk) -> None:
    at_postcode.send(Crisis("self_harm"))
    assert at_postcode.send(Unclear()) == ["What is your postcode?"]
    assert at_postcode.state.tries == {}


def test_a_crisis_pattern_that_asks_first(at_postcode: Talk) -> None:
    assert at_postcode.send(Crisis("harm_by_others")) == ["Is it safe to text?"]
    assert at_postcode.answer("yes") == ["Call 0808 2000 247."]
    assert at_postcode.last.replies[0].purpose == "crisis"  # type: ignore[union-attr]
    assert at_postcode.send(Unclear()) == ["What is your postcode?"]


def test_crisis_help_twice_is_said_twice(at_postcode: Talk) -> None:
    at_postcode.send(Crisis("self_harm"))
    assert at_postcode.send(Crisis("self_harm")) == ["I am sorry. Call 116 123."]
    assert len(at_postcode.state.stack) == 2


def test_crisis_before_anything_else(talk: Talk) -> None:
    assert talk.send(Crisis("unheard_of")) == ["I am sorry. Call 116 123."]


def test_stop_and_start(at_postcode: Talk) -> None:
    assert at_postcode.send(OptOut()) == ["We have stopped."]
    assert at_postcode.last.replies[0].purpose == "opt_out"  # type: ignore[union-attr]
    assert at_postcode.send(OptIn()) == ["Welcome back.", "What is your postcode?"]


def test_an_unknown_flow_is_a_miss(at_postcode: Talk) -> None:
    assert at_postcode.send(StartFlow("pattern_unheard_of")) == ["A postcode looks like PR1 8XJ."]


def test_nothing_to_say_when_nothing_is_under_way(talk: Talk) -> None:
    assert talk.send(Unclear()) == []
    assert talk.send(Back(), Skip(), Say("why")) == ["This is the first question."]


def test_the_state_given_is_not_changed(book: Book, at_postcode: Talk) -> None:
    before = at_postcode.state
    frozen = before.to_json()
    at_postcode.send(SetSlot("postcode", "PR1 8XJ"))
    assert before.to_json() == frozen


def test_a_frame_of_a_step_that_is_gone_is_dropped(at_postcode: Talk) -> None:
    from dataclasses import replace

    frame = replace(at_postcode.state.stack[-1], step="gone")
    at_postcode.state = replace(at_postcode.state, stack=(*at_postcode.state.stack[:-1], frame))
    assert at_postcode.send() == ["What is your postcode?"]


def test_names_are_clipped_to_their_length(at_postcode: Talk) -> None:
    at_postcode.answer("PR1 8XJ")
    at_postcode.answer("Bartholomew Featherstonehaugh")
    assert at_postcode.state.slots["name"] == "Bartholomew"


@pytest.mark.parametrize("first", [StartFlow("journey"), Correct("postcode")])
def test_a_flow_beside_a_return_does_not_pass_over_the_question(first: Command) -> None:
    talk = Talk(small_book())
    talk.send(StartFlow("journey"))
    talk.answer("in_work")
    talk.answer("PR1 8XJ")
    talk.answer("Sam")
    talk.send(Correct("postcode"))
    talk.send(first, StartFlow("choose"))
    assert talk.asked == "opening"
    talk.answer("a")
    assert talk.asked == "postcode"
