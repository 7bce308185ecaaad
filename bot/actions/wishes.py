"""What the person agrees to, wants kept, or wants stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.actions.doing import Doing, Slots, result
from bot.actions.introducing import passed_on
from bot.flows.definition import Collect
from bot.flows.engine import ActionResult, Event, expecting
from bot.flows.segments import to_gsm7
from bot.languages import languages
from services import consent, due_work, people, privacy, referrals, reminders, transcript

FOLLOW_UP_AFTER, FOLLOW_UP_GOOD_FOR = timedelta(days=7), timedelta(days=2)
MOST_NOTES = 1000
WORDING = {
    "start": "utter_ask_safe_to_text",
    "share": "utter_ask_share_and_book",
    "follow_up": "utter_ask_follow_up_ok",
}


def wording(doing: Doing, purpose: str) -> str:
    """The wording of the question that was just answered, as the revision has it: never with a person's answers in it."""
    open_question = expecting(doing.book, doing.state)
    step = (
        doing.book.flows[open_question.flow].steps.get(open_question.step)
        if open_question and open_question.flow
        else None
    )
    asked = step.utter if isinstance(step, Collect) else WORDING[purpose]
    return doing.book.responses[asked].text_for(doing.channel)


def record_consent(doing: Doing, purpose: consent.Purpose) -> ActionResult:
    """Keep the wording that was shown, the revision it came from, the time and the channel."""
    words = wording(doing, purpose)
    team = doing.conversation.team_id if purpose == "share" else None
    consent.record(
        doing.session,
        doing.conversation,
        purpose,
        wording=words,
        version=doing.book.revision,
        now=doing.now,
        team_id=team,
    )
    return result(Event(f"consent:{purpose}", {}))


def record_consent_start(doing: Doing, slots: Slots) -> ActionResult:
    return record_consent(doing, "start")


def record_consent_share(doing: Doing, slots: Slots) -> ActionResult:
    return record_consent(doing, "share")


def record_consent_follow_up(doing: Doing, slots: Slots) -> ActionResult:
    """And put the question "did you get through?" in the diary, seven days on at a humane hour."""
    at = reminders.after_quiet(doing.now + FOLLOW_UP_AFTER)
    due_work.schedule(doing.session, doing.conversation.id, "follow_up", at, not_after=at + FOLLOW_UP_GOOD_FOR)
    return record_consent(doing, "follow_up")


def withdraw_consent(doing: Doing, slots: Slots) -> ActionResult:
    consent.withdraw(doing.session, doing.conversation, "share", doing.now)
    return result()


def find_shared(doing: Doing, slots: Slots) -> ActionResult:
    """Whether a team has the person's answers already, with their consent, whatever they say of sharing now."""
    person = doing.conversation.person_id
    referral = referrals.current(doing.session, person)
    given = consent.current(doing.session, person, "share", referral.team_id) if referral else None
    return result(shared_before="yes" if given else "no")


def opt_out(doing: Doing, slots: Slots) -> ActionResult:
    """Nothing is claimed for this address from the commit on; the booked call stays."""
    people.stop(doing.session, doing.conversation.id, doing.now)
    return result(Event("opted_out", {}))


def opt_in(doing: Doing, slots: Slots) -> ActionResult:
    people.start(doing.session, doing.conversation.id)
    return result(Event("opted_in", {}))


def stop_nudges(doing: Doing, slots: Slots) -> ActionResult:
    people.stop_nudges(doing.session, doing.conversation.id, doing.now)
    return result()


def mark_unsafe_to_text(doing: Doing, slots: Slots) -> ActionResult:
    people.mark_unsafe(doing.session, doing.conversation.id, doing.now)
    return result()


def mark_wrong_number(doing: Doing, slots: Slots) -> ActionResult:
    people.mark_wrong_number(doing.session, doing.conversation.id, doing.now)
    return result()


def add_to_card(doing: Doing, told: dict[str, Any]) -> None:
    """Onto the referral already handed over; before there is one, the card is made from the slots anyway."""
    referral = referrals.current(doing.session, doing.conversation.person_id)
    if referral is not None and told:
        referrals.add_to_card(doing.session, referral, told, doing.now)


def say_in_their_language(doing: Doing, slots: Slots) -> ActionResult:
    """The one line we have in the person's own language; by text in letters that need no more room, where it has such."""
    known = languages().get(str(slots.get("language")))
    line = known.line if known else ""
    plain = to_gsm7(line) if doing.channel == "sms" and known and known.is_latin else line
    return result(language_line=plain or None)


def note_condition(doing: Doing, slots: Slots) -> ActionResult:
    """What the agreement to share hangs on, in the person's words, first on the card; said twice it stands there once."""
    told = [str(words) for words in (slots.get("share_condition"), slots.get("condition_said")) if words]
    words = "\n".join(dict.fromkeys(told))[-MOST_NOTES:]
    add_to_card(doing, {"share_condition": words})
    return result(share_condition=words, condition_said=None)


def note_on_behalf(doing: Doing, slots: Slots) -> ActionResult:
    """Somebody asks for somebody else: the coach is told on the card."""
    add_to_card(doing, {"on_behalf": "yes"})
    return result(on_behalf="yes")


def note_need(doing: Doing, slots: Slots) -> ActionResult:
    """Needs for the call and the wish, in the person's words, onto the card of the referral already handed over."""
    told = {
        name: slots[name]
        for name in ("call_needs", "call_need_words", "wish")
        if slots.get(name) not in (None, "skipped")
    }
    add_to_card(doing, told)
    return result()


def change_name(doing: Doing, slots: Slots) -> ActionResult:
    """Another name to use, told once a team has the answers: on the card, and where a coach looks people up."""
    name = str(slots.get("name_wanted") or slots.get("name") or "")
    if name and referrals.current(doing.session, doing.conversation.person_id) is not None:
        people.set_name(doing.session, doing.conversation.person_id, name)
        add_to_card(doing, {"name": name})
    return result(name=name or None)


def note_for_coach(doing: Doing, slots: Slots) -> ActionResult:
    """What the person tells once the team has their answers, added to what the card says of the call."""
    before = slots.get("call_need_words")
    told = [str(words) for words in (before, slots.get("note_for_coach")) if words not in (None, "skipped")]
    words = "\n".join(told)[-MOST_NOTES:]
    add_to_card(doing, {"call_need_words": words})
    return result(call_need_words=words, note_for_coach=None, news_told=True)


def set_voicemail(doing: Doing, slots: Slots) -> ActionResult:
    allowed = slots.get("voicemail_ok") == "yes"
    people.set_voicemail(doing.session, doing.conversation.person_id, allowed)
    add_to_card(doing, {"voicemail_ok": slots.get("voicemail_ok")})
    return result()


def export_my_data(doing: Doing, slots: Slots) -> ActionResult:
    """What is held, in counts; SHOW says the answers, and the team gives a full copy."""
    told = [name for name, value in slots.items() if is_answer(doing, name) and value not in (None, "skipped")]
    said = len(transcript.read(doing.session, doing.conversation.id, doing.now))
    return result(answer_count=len(told) + len(passed_on(doing, slots)), message_count=said)


def is_answer(doing: Doing, slot: str) -> bool:
    spec = doing.book.slots.get(slot)
    return spec is not None and spec.set_by == "person"


def delete_my_data(doing: Doing, slots: Slots) -> ActionResult:
    """Words and answers go in this turn, the rows once the goodbye is sent; a team's own record stays with the team."""
    ledger = doing.parts.settings.home / "erasures.ledger"
    privacy.erase(doing.session, doing.conversation.person_id, doing.now, ledger)
    return result(delete_result="done")
