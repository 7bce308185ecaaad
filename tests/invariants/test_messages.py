"""Invariants 1 to 6 on the product itself: accept, turn, settled without the model, outbox, STOP, statuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot import coaching, rounds, safety, turns
from bot.assistant import Assistant
from bot.channels.sms import SmsChannel
from bot.nlu.parsed import Judged, Parsed
from bot.simulator import SOMEBODY, Simulator
from services import cards, desk, due_work, faults, inbox, outcomes, referrals
from services.messages import Outbound, Receipt, SendLater
from services.models import Appointment, Consent, MessageIn, MessageOut
from services.scopes import Viewer
from services.statuses import status_update
from tests.invariants.people import CRISIS_LINE, TO_THE_CALL, TO_THE_CHECK, CountingNlu, call_of, say_all, words
from tests.stand_ins import twilio_api
from tests.stand_ins.twilio_api import Fault, TwilioApi

CRISIS = "i want to kill myself"


class Moody:
    """A provider that is down, but for crisis help, while `down` says so."""

    def __init__(self) -> None:
        self.down = True
        self.got: list[Outbound] = []

    def send(self, outbound: Outbound) -> Receipt:
        if self.down and outbound.purpose != "crisis":
            raise SendLater
        self.got.append(outbound)
        return Receipt(f"moody-{outbound.id}")


def let_pauses_pass(assistant: Assistant) -> None:
    with assistant.db.write() as session:
        session.execute(update(MessageOut).values(lease_until=None))


def queued(assistant: Assistant) -> list[tuple[str, str | None]]:
    with assistant.db.read() as session:
        rows = session.execute(select(MessageOut.status, MessageOut.reason).order_by(MessageOut.seq))
        return [(row[0], row[1]) for row in rows]


def test_invariant_01_accepted_at_once_is_stored_once_in_order_and_marked_urgent(person: Simulator) -> None:
    assistant = person.assistant
    first = [person.inbound("hi") for _ in range(4)]
    repeated = [*first, *first]
    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(assistant.accept, repeated))
    urgent = assistant.accept(person.inbound(CRISIS))
    with assistant.db.read() as session:
        rows = session.scalars(select(MessageIn).order_by(MessageIn.seq)).all()
        first_waiting = inbox.waiting(session, urgent.conversation_id)[0]
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert [row.urgent for row in rows] == [False] * 4 + [True]
    assert sum(each.new for each in accepted) == 4
    assert len({each.conversation_id for each in accepted}) == 1
    assert first_waiting.seq == 1, "order is seq, also when a later one is urgent"


def test_invariant_02_an_overtaken_message_is_heard_again_outside_any_transaction(
    person: Simulator, nlu: CountingNlu, monkeypatch: pytest.MonkeyPatch
) -> None:
    say_all(person, ["hi", "1"])
    parse, overtaken = nlu.parse, []

    def meanwhile(text: str) -> object:
        if not overtaken:  # a write here would be refused or wait for ever if the turn had a transaction open
            overtaken.append(turns.begin(person.assistant, person.conversation_id(), "remind_call_day"))
        return parse(text)

    monkeypatch.setattr(nlu, "parse", meanwhile)
    nlu.asked.clear()
    answered = person.say("well it is kind of a mix really")
    assert len(overtaken) == 1
    assert nlu.asked == ["well it is kind of a mix really"] * 2
    assert len(answered.messages) == 1


def test_invariant_02_two_texts_at_once_are_two_turns_and_only_the_last_asks(person: Simulator) -> None:
    say_all(person, ["hi", "1"])
    answered = person.together("off sick", "PR1 8XJ")
    assert len([one for one in answered.taken if one.turn]) == 2
    questions = [message for message in answered.messages if "?" in message.text]
    assert len(questions) == 1
    assert "old are you" in questions[0].text
    assert answered.slots["work_situation"] == "off_sick"


def test_invariant_02_a_turn_that_dies_leaves_nothing_and_is_redone(
    person: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    say_all(person, TO_THE_CHECK)
    assistant, dying = person.assistant, [True]

    def point(name: str) -> None:
        if name == "before_turn_commit" and dying:
            dying.pop()
            raise RuntimeError(name)

    monkeypatch.setattr(faults, "point", point)
    accepted = assistant.accept(person.inbound("1"))
    with pytest.raises(RuntimeError):
        turns.catch_up(assistant, accepted.conversation_id)
    with assistant.db.read() as session:
        shared = select(func.count()).select_from(Consent).where(Consent.purpose == "share")
        assert session.scalar(shared) == 0
        assert session.scalar(select(func.count()).select_from(Appointment)) == 0
        assert referrals.current(session, 1) is None
        assert inbox.is_waiting(session, accepted.message_id)
    assert "booked" in words(person.settle(""))
    assert call_of(person) is not None


def test_invariant_03_a_whole_answer_is_settled_without_the_model(person: Simulator, nlu: CountingNlu) -> None:
    say_all(person, ["hi", "1"])
    nlu.asked.clear()
    answered = person.say("1")
    assert answered.slots["work_situation"] == "in_work"
    assert nlu.asked == []


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("text", ["1 but I don't want to be here", "1. i want to end it all", "2 and im going to kms"])
def test_invariant_03_a_crisis_beside_an_answer_gets_help_also_without_the_model(
    texter: Simulator, nlu: CountingNlu, text: str, down: bool
) -> None:
    nlu.down = down
    say_all(texter, ["hi", "1"])
    nlu.asked.clear()
    answered = texter.say(text)
    assert answered.events[0]["name"] == "crisis_help"
    assert CRISIS_LINE in words(answered)
    assert "work_situation" not in answered.slots
    assert nlu.asked == [], "the first two layers never need the server"


@pytest.mark.parametrize(("not_sure", "event"), [(0.0, "crisis_help"), (0.99, "crisis_maybe")])
def test_invariant_03_a_crisis_that_only_the_model_hears_gets_help_or_the_line(
    texter: Simulator, nlu: CountingNlu, monkeypatch: pytest.MonkeyPatch, not_sure: float, event: str
) -> None:
    """Certain: the whole help. Not certain: the line beside the open question; both name Samaritans at once."""
    quiet = "the tide can have me then nobody has the bother"
    say_all(texter, ["hi", "1"])
    monkeypatch.setattr(safety, "NOT_SURE", not_sure)
    monkeypatch.setattr(
        nlu, "parse", lambda text: Parsed("smalltalk", 0.4, crisis=Judged("self_harm", 0.97, alarm=True))
    )
    answered = texter.say(quiet)
    assert [one["name"] for one in answered.events if one["name"].startswith("crisis")] == [event]
    assert answered.messages[0].purpose == "crisis"
    assert CRISIS_LINE in answered.messages[0].text


def test_invariant_04_order_is_kept_and_crisis_help_passes_what_waits(person: Simulator) -> None:
    assistant, provider = person.assistant, Moody()
    assistant.channels = {"sms": provider}
    person.say("hi")
    person.say("1")
    assert provider.got == []
    person.say(CRISIS)
    assert [message.purpose for message in provider.got] == ["crisis"]
    provider.down = False
    let_pauses_pass(assistant)
    rounds.tick(assistant)
    texts = [message.text for message in provider.got[1:]]
    assert "WorkWell" in texts[0]
    assert "Which fits best right now" in texts[1]


def test_invariant_04_a_stale_reminder_is_dropped_not_sent_late(person: Simulator) -> None:
    say_all(person, TO_THE_CALL)
    assistant, provider, call = person.assistant, Moody(), call_of(person)
    assert call is not None
    assistant.channels = {"sms": provider}
    reminded = person.until(call.starts_at - timedelta(minutes=50))
    assert "reminder_sent" in [event["name"] for event in reminded.events]
    provider.down = False
    let_pauses_pass(assistant)
    person.until(call.starts_at + timedelta(minutes=5))
    assert provider.got == []
    assert queued(assistant)[-1] == ("dropped", "late")


def test_invariant_04_the_provider_is_asked_before_a_flagged_repeat(person: Simulator) -> None:
    assistant = person.assistant
    with TwilioApi() as twilio:
        sender = {"from_": twilio_api.SENDER}
        channel = SmsChannel(twilio_api.ACCOUNT, twilio_api.TOKEN, api=twilio.url, sender=sender, status_url=None)
        assistant.channels = {"sms": channel}
        twilio.faults = [Fault(accepted=True, drop=True)]  # it was sent, and the answer was lost on the way
        person.say("hi")
        assert queued(assistant) == [("sending", None)]
        let_pauses_pass(assistant)
        rounds.deliver(assistant)
        assert queued(assistant) == [("sent", None)]
        assert len(twilio.sent) == 1


def test_invariant_05_stop_ends_everything_but_crisis_help_and_the_answer_to_start(person: Simulator) -> None:
    say_all(person, TO_THE_CALL)
    stopped = person.say("Stop. Thank you")
    assert [event["name"] for event in stopped.events] == ["opted_out"]
    assert len(stopped.messages) == 1
    call = call_of(person)
    assert call is not None, "the booked call stays"
    assert person.say("STOP").messages == [], "confirmed once"
    assert person.say("are you there").messages == []
    silent = person.until(call.starts_at + timedelta(days=9))
    assert silent.messages == []
    assert [event["name"] for event in silent.events] == []
    assert CRISIS_LINE in words(person.say(CRISIS))
    back = person.say("START")
    assert back.events[0]["name"] == "opted_in"
    assert back.messages


def test_invariant_05_what_falls_due_after_stop_is_not_begun(person: Simulator) -> None:
    say_all(person, TO_THE_CALL)
    person.say("STOP")
    assistant, conversation_id = person.assistant, person.conversation_id()
    with assistant.db.write() as session:
        due_work.schedule(session, conversation_id, "follow_up", assistant.clock.now())
    after = person.settle("")
    assert after.messages == []
    assert after.events == []
    assert after.flow is None


def test_invariant_05_the_coach_sees_no_texts(person: Simulator) -> None:
    say_all(person, TO_THE_CALL)
    person.say("STOP")
    assistant = person.assistant
    with assistant.db.write() as session:
        referral = referrals.current(session, 1)
        assert referral is not None
        card = cards.read(session, referral.id, Viewer(SOMEBODY, None), assistant.clock.now())
    assert card is not None
    assert card.no_texts
    assert card.calls[0].status == "booked"


@pytest.mark.parametrize("text", ["STOP", "ENDE", "unsubscribe me"])
def test_invariant_05_a_stop_that_the_provider_confirmed_is_not_confirmed_again(person: Simulator, text: str) -> None:
    say_all(person, ["hi", "1"])
    stopped = person.hear(person.inbound(text, provider_stopped=True))
    assert [event["name"] for event in stopped.events] == ["opted_out"]
    assert stopped.messages == []
    assert person.say("hello").messages == []


def test_invariant_05_what_was_queued_before_stop_is_not_claimed_after_it(person: Simulator) -> None:
    assistant, provider = person.assistant, Moody()
    assistant.channels = {"sms": provider}
    say_all(person, ["hi", "1"])
    person.say("STOP")
    provider.down = False
    let_pauses_pass(assistant)
    rounds.tick(assistant)
    assert [message.purpose for message in provider.got] == ["opt_out"]


def test_invariant_06_a_status_only_moves_forward(person: Simulator) -> None:
    person.say("hi")
    assistant = person.assistant
    with assistant.db.read() as session:
        provider_id = session.scalars(select(MessageOut.provider_id)).one()
    assert provider_id is not None
    for status in ("delivered", "sent", "queued", "rubbish"):
        with assistant.db.write() as session:
            status_update(session, "sms", provider_id, status, None, assistant.clock.now())
    assert queued(assistant) == [("delivered", None)]


@pytest.mark.parametrize("text", ["/restart", '/deny{"age": "34"}', "/start"])
def test_invariant_06_a_text_that_begins_with_a_slash_is_plain_text(person: Simulator, text: str) -> None:
    say_all(person, ["hi", "1"])
    answered = person.say(text)
    assert answered.messages
    assert answered.slots["safe_to_text"] == "yes", "it commands nothing"
    assert "work_situation" not in answered.slots
    assert "age" not in answered.slots


def test_a_coach_who_falls_silent_hands_back_and_the_team_is_told(person: Simulator) -> None:
    say_all(person, TO_THE_CALL)
    assert [event["name"] for event in person.coach("Hello, Sam here").events] == ["coach_takes_over"]
    assert person.say("are you still there?").messages == []
    later = person.until(person.assistant.clock.now() + timedelta(hours=25))
    assert "coach_hands_back" in [event["name"] for event in later.events]
    with person.assistant.db.write() as session:
        queue = desk.read_queue(session, Viewer(SOMEBODY, None), person.assistant.clock.now())
    assert "call_back" in [item.kind for item in queue.items]
    assert person.say("why").messages


def test_a_missed_call_brings_its_message_also_from_the_coachs_page(person: Simulator) -> None:
    say_all(person, TO_THE_CALL)
    assistant, call = person.assistant, call_of(person)
    assert call is not None
    somebody = Viewer(SOMEBODY, None)
    with assistant.db.write() as session:
        assert outcomes.of_call(session, call.id, "not_reached", somebody, assistant.clock.now()) == "early"
    person.until(call.starts_at + timedelta(minutes=5))
    with assistant.db.write() as session:
        assert outcomes.of_call(session, call.id, "not_reached", somebody, assistant.clock.now()) == "kept"
    assert person.settle("").messages == [], "it may still be taken back"
    assert "couldn't get through" in words(person.hear_of_it())
    coaching.record_outcome(assistant, call.id, "not_reached", SOMEBODY)
    assert person.settle("").messages == [], "recorded twice is said once"
