"""Questions that are answered wherever they are asked, and what is no such question."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.assistant import todays_book
from bot.flows.commands import Command, SetSlot, StartFlow
from bot.flows.definition import Json
from bot.flows.state import DialogueState, Frame
from bot.understanding import hear, read
from bot.understood import expected
from services.clock import LONDON
from services.messages import Address, Inbound

NOW = datetime(2026, 11, 23, 9, tzinfo=LONDON)
COMPLAINTS = (
    "how do i complain", "this is a disgrace, whos your manager", "I want to make a complaint", "who do i complain to",
    "I dont want ringing I want it in writing that you messed up. who do i complain to", "where do i send the complaint",
    "off. and i still want to complain", "whos in charge", "i want to speak to your supervisor",
)  # fmt: skip
NO_COMPLAINT = (
    "my manager put in a complaint about me", "i cant complain", "i have a complaint against my boss at work", "stomach complaint",
    "im the manager", "i complained to my gp about my back",
)  # fmt: skip
GO_BETWEEN = (
    "can you talk to my boss", "will the coach be a go between with my employer", "Would the coach speak to my boss for me if I permitted it",
    "do you mediate with ones employer", "could the coach write to the Dean on my behalf", "have a word with my manager",
)  # fmt: skip
THE_CALL = (
    "is my call still on", "whens my call", "what time is it again", "has it moved to thursday yes or no", "when they gonna msg me",
    "is anyone going to ring me thursday", "then what number are they ringing", "who is ringing me", "is my tuesday call still on", "is it off",
    "who is it thats gonna ring me", "whos gonna ring", "who is it going to be", "is that definitely booked or what", "am i still booked in",
    "I have lost the number, what was it",
)  # fmt: skip
LOSES_A_JOB = (
    "gaffer says hes sacking me friday",
    "im being made redundant",
    "they want me out",
    "they sacked me cos im disabled",
)
MUST_I = (
    "do i have to",
    "is it compulsory",
    "will i get sanctioned if i dont come",
    "what if i dont want to",
    "can i say no",
)
NOT_MUST_I = (
    "no doctor here. if no doctor i can not?",
    "gaffer says hes sacking me friday if i dont come back",
    "Am I to expect a letter",
)


def commands(text: str, slot: str = "work_situation", intent: str = "", **slots: Json) -> list[Command]:
    book = todays_book()
    heard = hear(Inbound(Address("sms", "+447700900123"), "-", text=text), expected(book, slot), NOW, None)
    outcome = str(slots.pop("outcome", "")) or None
    state = DialogueState(
        stack=(Frame("about_work", "situation", asked=True),), slots={"safe_to_text": "yes", **slots}, outcome=outcome
    )
    return read(replace(heard, intent=intent or None, confidence=0.95 if intent else 0.0), state, book)


def flows(found: list[Command]) -> list[str]:
    return [one.flow for one in found if isinstance(one, StartFlow)]


@pytest.mark.parametrize("text", COMPLAINTS)
def test_a_complaint_gets_its_way_and_changes_nothing(text: str) -> None:
    found = commands(text)
    assert flows(found) == ["pattern_complaint"]
    assert not any(isinstance(one, SetSlot) and one.slot == "call_needs" for one in found)


@pytest.mark.parametrize("text", NO_COMPLAINT)
def test_a_complaint_of_or_about_somebody_else_is_none(text: str) -> None:
    assert "pattern_complaint" not in flows(commands(text))


@pytest.mark.parametrize("text", GO_BETWEEN)
def test_a_go_between_is_asked_for(text: str) -> None:
    assert flows(commands(text, intent="fit_note")) == ["pattern_go_between"]


ASKED: dict[str, tuple[str, ...]] = {
    "pattern_is_it_real": (
        "is this legit", "how do i know this isnt a scam", "HOW DO I KNOW ITS YOU", "is this a scam", "prove it",
        "sounds like a scam", "can i trust you", "is it phishing?",
    ),
    "pattern_caller_number": (
        "will they ring from a withheld number", "do you ring from a private number", "what number will you ring from?",
        "what number will it come from", "is it a withheld number?",
    ),
    "pattern_am_i_eligible": (
        "is this service for self-employed people?", "can self employed people use this", "is this for people who are retired",
        "do you help people on zero hours", "am i too old for this, im 63", "can i still get help if im a student?",
    ),
    "pattern_no_app": ("do i need to download anything", "do i need an app", "do i need the internet?", "will i need a smartphone"),
    "pattern_media": ("can i send voice notes?", "can i send a photo of my fit note", "could i leave you a voice message"),
}  # fmt: skip
TOLD_ONLY = (
    "my mum got scammed out of her savings", "my boss is a con man", "i work on a private ward", "i download music", "i send voice notes to my sister",
    "people use me", "i had a video interview", "im too old for this job",
)  # fmt: skip


@pytest.mark.parametrize(("text", "flow"), [(text, flow) for flow, texts in ASKED.items() for text in texts])
def test_a_question_gets_its_own_answer(text: str, flow: str) -> None:
    assert flows(commands(text)) == [flow]


@pytest.mark.parametrize("text", TOLD_ONLY)
def test_a_story_with_the_same_words_asks_nothing(text: str) -> None:
    assert not set(flows(commands(text))) & ASKED.keys()


@pytest.mark.parametrize("text", ["will you tell my boss", "will my boss know", "do you talk to my manager"])
def test_a_worry_about_the_boss_is_no_wish_for_one(text: str) -> None:
    assert "pattern_go_between" not in flows(commands(text))


@pytest.mark.parametrize("text", THE_CALL)
def test_how_things_stand_with_the_call(text: str) -> None:
    assert flows(commands(text, slot="follow_up_ok", outcome="booked")) == ["pattern_my_call"]


@pytest.mark.parametrize(
    "text", ["lost my phone", "people who are gonna call me lazy", "i lost my job", "ive booked a holiday"]
)
def test_a_story_asks_nothing_of_the_call(text: str) -> None:
    assert "pattern_my_call" not in flows(commands(text, slot="follow_up_ok", outcome="booked"))


@pytest.mark.parametrize(
    "text",
    [
        "do i need to do owt before",
        "do i have to fill anything in first",
        "is there anything i should bring",
        "should i need to do something first",
    ],
)
def test_getting_ready_is_told_what_the_call_is_like(text: str) -> None:
    assert flows(commands(text, slot="voicemail_ok", intent="do_i_have_to", outcome="booked")) == ["pattern_the_call"]


@pytest.mark.parametrize(
    "text", ["do i have to do this", "do i need to be on benefits", "i need to do something first"]
)
def test_whether_they_must_is_not_getting_ready(text: str) -> None:
    assert "pattern_the_call" not in flows(commands(text, slot="voicemail_ok", outcome="booked"))


@pytest.mark.parametrize("text", LOSES_A_JOB)
def test_losing_a_job_names_who_knows_the_law_once_and_keeps_the_answer(text: str) -> None:
    assert flows(commands(text))[-1:] == ["pattern_rights_at_work"]
    assert "pattern_rights_at_work" not in flows(commands(text, rights_told=True))
    assert flows(commands("can he do that", rights_told=True)) == ["pattern_rights_at_work"]


@pytest.mark.parametrize("text", MUST_I)
def test_it_is_your_choice_answers_who_asks_whether_they_must(text: str) -> None:
    assert "pattern_do_i_have_to" in flows(commands(text, intent="do_i_have_to"))


@pytest.mark.parametrize("text", NOT_MUST_I)
def test_it_is_your_choice_answers_nobody_else(text: str) -> None:
    assert "pattern_do_i_have_to" not in flows(commands(text, intent="do_i_have_to"))


def test_a_question_about_benefits_tells_nothing_of_ones_work() -> None:
    assert commands("do i need to be on universal credit", intent="benefits") == [StartFlow("pattern_benefits")]


def test_a_boss_alone_asks_for_nobody() -> None:
    assert flows(commands("manager", intent="person")) == []
    assert "ask_for_call_back" in flows(commands("get me your manager", intent="person")) or flows(
        commands("get me a human please", intent="person")
    )


OF_THEIR_OWN: dict[str, tuple[str, ...]] = {
    "pattern_rights_at_work": (
        "what happens if i lose the job", "what if they sack me", "can they sack me for being off sick", "can i get the sack for being ill",
        "can they cut my hours", "what is a reasonable adjustment", "does my boss have to make changes",
    ),
    "pattern_sick_pay": (
        "how much is sick pay", "when does ssp start", "do i get paid when im off", "how long do i get sick pay for", "my sick pay runs out next week",
    ),
    "pattern_need_a_note": ("do i need a fit note for this", "do i need a doctors letter", "will i need a referral"),
    "pattern_the_call": (
        "what happens on the call", "what will the coach ask me", "what if i cry",
        "do i need to prepare anything", "im scared of the call", "what do i need for the call",
    ),
    "pattern_with_me": (
        "can my sister be on the call", "can i bring someone", "can my wife be on the call", "can my partner listen in", "is it ok if my mum is there",
        "could my carer do the talking", "can i have someone with me",
    ),
    "pattern_recorded": (
        "is the call recorded", "do you record calls", "will you be recording me", "are calls taped", "does the coach record it", "will they record what i say?",
    ),
    "pattern_travel_to_work": (
        "can you help with travel to work", "is there help with getting to work", "do you pay for travel to work", "can i get help with bus fares to work",
    ),
    "pattern_getting_there": (
        "how do i get to the appointment", "can you pay my bus fare", "do i have to travel", "where is the appointment", "how will i get there",
        "can you pay for a taxi", "do you refund travel costs",
    ),
    "pattern_jobcentre_complaint": (
        "my work coach at the jobcentre is horrible i want to complain about her", "i want to make a complaint about my work coach",
        "how do i complain about the dwp", "where do i complain about universal credit",
    ),
    "pattern_benefits_if_not": (
        "will my benefits stop if i don't", "will i lose my benefits if i say no", "will they stop my pip if i dont do this",
        "if i dont do this will they stop my money",
    ),
    "pattern_man_or_woman": ("is it a man or a woman ringing", "will it be a woman or a man?"),
    "pattern_which_coach": ("will it be a woman", "will a lady ring me", "a woman please", "i want a woman to ring me"),
    "pattern_covers": ("do you cover leeds", "do u cover my area?", "are you in my area"),
    "pattern_got_my_number": ("who gave u my number", "how did you get my details", "where did you get my number"),
    "pattern_no_job_or_money": ("do i get paid", "can you get me a job", "do you find jobs?"),
    "pattern_i_miss_it": ("what if i miss the call", "what happens if i dont answer", "what if i forget"),
    "pattern_do_i_have_to": ("jobcentre making me do this", "can i stop any time"),
    "pattern_person": ("im not good at reading", "i cant read very well", "my spelling isnt great"),
    "pattern_who_sees": ("depends who sees it",),
}  # fmt: skip


@pytest.mark.parametrize(("text", "flow"), [(text, flow) for flow, texts in OF_THEIR_OWN.items() for text in texts])
@pytest.mark.parametrize("intent", ["", "benefits"])
def test_questions_of_their_own_are_answered_whatever_the_model_makes_of_them(
    text: str, flow: str, intent: str
) -> None:
    assert flows(commands(text, intent=intent)) == [flow]


@pytest.mark.parametrize(
    "text",
    [
        "i lost my job", "im off sick", "i cover nights at the warehouse", "my boss pays me in cash", "i make sick jokes",
        "they made me do nights", "i read a lot", "i got the job", "my mum rings me every day", "i stopped work in may",
        "i have a criminal record", "i work in a recording studio", "my boss recorded me at work", "help getting to work", "i travel to work by bus",
        "bus fares are dear", "my appointment is at the hospital", "they stopped my pip last year", "if i dont work my benefits go up", "my wife is on at me",
        "the jobcentre sent me", "my work coach signed me off", "my manager is a woman", "is it a woman's thing", "i was a man down at work",
    ],
)  # fmt: skip
def test_a_story_asks_none_of_them(text: str) -> None:
    assert not set(flows(commands(text))) & (OF_THEIR_OWN.keys() - {"pattern_rights_at_work"})


@pytest.mark.parametrize("intent", ["smalltalk", "out_of_scope"])
def test_who_was_sacked_hears_of_rights_though_the_model_takes_it_for_chatter(intent: str) -> None:
    assert flows(commands("got sacked today", intent=intent)) == ["pattern_rights_at_work"]


def test_off_sick_by_itself_asks_for_no_fit_note() -> None:
    assert "pattern_fit_note" not in flows(commands("signed off", intent="fit_note"))
    assert flows(commands("can you write me a sick note", intent="fit_note")) == ["pattern_fit_note"]


@pytest.mark.parametrize("outcome", ["booked", "call_back"])
@pytest.mark.parametrize("text", ["will it be a woman", "can i have a male coach", "a woman please"])
def test_who_asks_for_a_certain_coach_after_booking_is_heard_by_the_team(text: str, outcome: str) -> None:
    heard = hear(Inbound(Address("sms", "+447700900123"), "-", text=text), None, NOW, None)
    found = read(heard, DialogueState(slots={"safe_to_text": "yes"}, outcome=outcome), todays_book())
    assert found == [SetSlot("note_for_coach", text), StartFlow("pattern_which_coach_booked")]


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("me backs banjaxed n ive been on the sick since june, is this the place", ["pattern_start"]),
        ("off my work wi ma hip, ah bide just ower the border", ["pattern_start"]),
        ("my bins havent been collected", ["pattern_start", "pattern_out_of_scope"]),
        ("PR1 8XJ wheres my parking permit", ["pattern_start", "pattern_out_of_scope"]),
    ],
)
def test_who_tells_of_work_or_health_first_is_not_sent_elsewhere(text: str, begins: list[str]) -> None:
    heard = replace(
        hear(Inbound(Address("sms", "+447700900123"), "-", text=text), None, NOW, None),
        intent="out_of_scope",
        confidence=0.9,
    )
    assert flows(read(heard, DialogueState(), todays_book())) == begins
