"""A coach's check-in: what is asked, and what was answered onto the card."""

from __future__ import annotations

from bot.actions.doing import Doing, Slots, result
from bot.flows.engine import ActionResult, Event
from bot.times import spoken_date
from services import call_backs, check_ins, scopes
from services.models import Referral


def find_check_in(doing: Doing, slots: Slots) -> ActionResult:
    """The coach's question, marked as asked; none when it was taken back."""
    row = check_ins.begin(doing.session, doing.conversation.id, doing.now)
    if row is None:
        return result(check_in_found="no")
    name = (scopes.name_of(doing.session, row.staff_id) or "").split(" ")[0].split("@")[0]
    return result(check_in_found="yes", check_in_question=row.question, check_in_by=name[:20], check_in_words=None)


def keep_check_in(doing: Doing, slots: Slots) -> ActionResult:
    """The answer onto the card, where it waits to be read; who would rather be rung is promised a call by a date."""
    row = check_ins.open_one(doing.session, doing.conversation.id, asked=True)
    answer, words = str(slots.get("check_in_answer") or ""), slots.get("check_in_words")
    if row is None or answer not in check_ins.ANSWERS:
        return result(call_back_by="")
    told = str(words) if words not in (None, "skipped") else ""
    check_ins.keep_answer(doing.session, row, answer, told, doing.now)
    event = Event("check_in_answered", {"answer": answer})
    if answer != "ring":
        return result(event, call_back_by="")
    team = doing.session.get_one(Referral, row.referral_id).team_id
    promise = call_backs.queue(doing.session, doing.conversation, team, "check_in", doing.now)
    return result(event, call_back_by=spoken_date(promise.promised_by))
