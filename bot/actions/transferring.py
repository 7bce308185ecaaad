"""The person's own team would hand them to another: the question, and what follows from a yes or a no."""

from __future__ import annotations

from typing import Any

from bot.actions.doing import Doing, Slots, result
from bot.actions.places import facts_of
from bot.actions.wishes import wording
from bot.flows.engine import ActionResult, Event
from bot.times import spoken_date
from services import call_backs, consent, eligibility, transfers
from services.models import CallBack, Team, Transfer


def find_transfer(doing: Doing, slots: Slots) -> ActionResult:
    """The question that is due, marked as asked; none when it was taken back or holds no more."""
    row = transfers.begin(doing.session, doing.conversation.id, doing.now)
    if row is None:
        return result(transfer_found="no")
    own, other = (doing.session.get_one(Team, each) for each in (row.from_team_id, row.to_team_id))
    return result(
        transfer_found="yes",
        transfer_reason=row.reason,
        own_team=own.short_name,
        other_team=other.name,
        other_controller=other.controller,
        other_days=other.call_back_days,
        share_with_other=None,
    )


def keep_transfer(doing: Doing, slots: Slots) -> ActionResult:
    """A yes is a consent to share with that team by name, and hands over in this turn; a no changes nothing."""
    row = transfers.newest_of(doing.session, doing.conversation.id)
    if row is None or row.answer is not None:
        return result(transfer_result="gone", **standing_promise(doing))
    agreed = slots.get("share_with_other") == "yes"
    if not agreed or not transfers.still_holds(doing.session, row, doing.now):
        transfers.refuse(doing.session, row, "gone" if agreed else "no", doing.now)
        return result(transfer_result="gone" if agreed else "kept", **standing_promise(doing))
    return handed(doing, slots, row)


def handed(doing: Doing, slots: Slots, row: Transfer) -> ActionResult:
    given = consent.record(
        doing.session,
        doing.conversation,
        "share",
        wording=wording(doing, "share"),
        version=doing.book.revision,
        now=doing.now,
        team_id=row.to_team_id,
    )
    doing.conversation.team_id = row.to_team_id
    decision = eligibility.check(doing.session, doing.conversation, facts_of(doing, slots), doing.today, doing.now)
    number = eligibility.latest_decision(doing.session, doing.conversation.id)
    promise = transfers.carry_out(doing.session, row, doing.conversation, given, number, doing.now)
    events = (
        Event("consent:share", {}),
        Event("eligibility:" + decision.answer, {"board": decision.board, "reasons": list(decision.reason_ids)}),
        Event("referral_shared", {"referral": row.new_referral_id}),
        Event("call_back_queued", {"by": promise.promised_by.isoformat()}),
    )
    return result(*events, transfer_result="handed", call_back_by=spoken_date(promise.promised_by), **their_own(doing))


def their_own(doing: Doing) -> dict[str, Any]:
    """The team that is theirs from now on, for whatever is said later."""
    team = doing.session.get_one(Team, str(doing.conversation.team_id))
    return {
        "team_name": team.name,
        "team_short": team.short_name,
        "controller": team.controller,
        "caller_number": team.caller_number,
    }


def standing_promise(doing: Doing) -> dict[str, Any]:
    promise: CallBack | None = call_backs.waiting_for(doing.session, doing.conversation.person_id)
    return {"call_back_by": spoken_date(promise.promised_by) if promise else ""}
