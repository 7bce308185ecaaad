"""What each action promises: the slots it fills and, where they are few, the values it can give.

The checker and the proof rely on it; `bot.actions` holds a function for every name here.
"""

from __future__ import annotations

from bot.flows.definition import ActionSpec
from services.call_fit import WAYS
from services.call_rules import KINDS

Values = tuple[str, ...] | None

YES_NO = ("yes", "no")
BOOKING = ("booked", "taken", "lapsed")
LISTINGS: dict[str, Values] = {
    "signpost_count": None,
    "signpost_lines": None,
    "more_listings": YES_NO,
    "red_flags": YES_NO,
    "red_flags_on": None,
    "signposted": None,
}
AREA: dict[str, Values] = {
    "area_result": ("found", "confirm_suggestion", "need_full", "unknown", "outside_england"),
    "nation": ("england", "wales", "scotland", "northern_ireland", "islands", "unknown"),
    "board_name": None,
    "postcode_suggestion": None,
}
CALL: dict[str, Values] = {
    "appointment_when": None,
    "coach_name": None,
    "caller_number": None,
    "call_length": None,
    "call_link": None,
    "call_how": None,
    "appointment_kind": KINDS,
}
BY: dict[str, Values] = {"call_back_by": None}


def spec(
    name: str, fills: dict[str, Values] | None = None, *, reads: tuple[str, ...] = (), events: tuple[str, ...] = ()
) -> ActionSpec:
    return ActionSpec(name, fills or {}, reads, events)


SPECS: dict[str, ActionSpec] = {
    action.name: action
    for action in (
        # where the person lives, and who helps there
        spec("find_area", AREA, reads=("postcode",)),
        spec(
            "look_outside", {"area_result": ("outside_england", "unknown"), "nation": None}, reads=("postcode", "place")
        ),
        spec("take_suggestion", {**AREA, "postcode": None}, reads=("postcode_suggestion",)),
        spec(
            "accept_postcode",
            {"area_result": ("found", "unknown"), "nation": AREA["nation"], "board_name": None},
            reads=("postcode",),
        ),
        spec(
            "find_practice",
            {"practice_result": ("found", "several", "none"), "practice_choices": None, "practice_pick": None, **AREA},
            reads=("practice",),
        ),
        spec(
            "find_team",
            {
                "team_result": ("found", "none", "ask_practice", "ask_person"),
                "team_name": None,
                "team_short": None,
                "controller": None,
                "caller_number": None,
                "call_length": None,
                "team_accepts_call_back": YES_NO,
                "asks_months": YES_NO,
                "min_age": None,
            },
        ),
        spec("check_age", {"age_result": ("adult", "young", "child")}, reads=("age",)),
        spec(
            "check_eligibility",
            {"eligibility": ("yes", "no", "ask_a_person"), "eligibility_reason": None},
            events=("eligibility",),
        ),
        spec("plan_call", {"call_kind": WAYS}, reads=("call_needs",)),
        spec("take_a_call", {"call_needs": None}, reads=("call_needs",)),
        # booking
        spec(
            "offer_openings",
            {
                "opening_choices": None,
                "openings_count": None,
                "openings_note": ("as_asked", "nearest", "nearest_told", "the_same", "none"),
                "openings_seen": None,
                "openings_asked": None,
                "opening_wish": None,
            },
        ),
        spec(
            "offer_free_opening",
            {
                "openings_count": None,
                "opening": None,
                "opening_when": None,
                "free_until": None,
                "hold_result": None,
                **BY,
            },
        ),
        spec("decline_free_opening"),
        spec(
            "find_check_in",
            {"check_in_found": YES_NO, "check_in_question": None, "check_in_by": None, "check_in_words": None},
        ),
        spec("keep_check_in", BY, reads=("check_in_answer", "check_in_words"), events=("check_in_answered",)),
        spec(
            "find_transfer",
            {
                "transfer_found": YES_NO,
                "transfer_reason": ("no_time", "nearer", "fits_better"),
                "own_team": None,
                "other_team": None,
                "other_controller": None,
                "other_days": None,
                "share_with_other": None,
            },
        ),
        spec(
            "keep_transfer",
            {
                "transfer_result": ("handed", "kept", "gone"),
                "caller_number": None,
                "team_name": None,
                "team_short": None,
                "controller": None,
                **BY,
            },
            reads=("share_with_other",),
            events=("consent", "referral_shared", "call_back_queued"),
        ),
        spec("join_waiting_list", {"waiting_result": ("waiting", "none")}, events=("waiting_list_joined",)),
        spec("leave_waiting_list", events=("waiting_list_left",)),
        spec(
            "hold_opening",
            {"hold_result": ("held", "taken", "lapsed"), "opening_when": None},
            reads=("opening",),
            events=("opening_held",),
        ),
        spec("renew_hold", {"hold_result": ("held", "lapsed")}),
        spec("release_hold"),
        spec(
            "book_opening",
            {"booking_result": (*BOOKING, "closed"), **CALL},
            reads=("opening",),
            events=("appointment_booked", "referral_shared"),
        ),
        spec(
            "find_appointment",
            {"appointment_result": ("none", "one"), **CALL},
        ),
        spec("find_shared", {"shared_before": YES_NO}),
        spec(
            "look_for_way",
            {"way_result": ("free", "none"), "call_kind": WAYS, "call_needs": None},
            reads=("way_wanted",),
        ),
        spec("plan_as_booked", {"call_kind": WAYS}),
        spec("find_promise", {"promise_result": ("open", "none"), **BY}),
        spec(
            "move_appointment",
            {"booking_result": BOOKING, **CALL},
            events=("appointment_moved", "appointment_booked"),
        ),
        spec("call_off_appointment", {"call_off_result": ("called_off", "none")}, events=("appointment_called_off",)),
        spec(
            "queue_call_back",
            {"call_back_result": ("queued", "closed", "no_team"), **BY},
            events=("call_back_queued", "referral_shared"),
        ),
        spec(
            "ask_person",
            {"person_result": ("queued", "no_team"), **BY},
            events=("person_asked_for", "call_back_queued", "referral_shared"),
        ),
        # signposting
        spec("signpost", LISTINGS, reads=("barriers", "health"), events=("signposted",)),
        spec("signpost_more", LISTINGS, events=("signposted",)),
        spec("rights_at_work", {"rights_line": None, "signposted": None}, events=("signposted",)),
        spec("travel_to_work", {"travel_line": None, "signposted": None}, events=("signposted",)),
        spec("doors_for", LISTINGS, events=("signposted",)),
        # consent and the person's wishes
        spec("record_consent_start", events=("consent",)),
        spec("record_consent_share", events=("consent",)),
        spec("record_consent_follow_up", events=("consent",)),
        spec("withdraw_consent", events=("consent",)),
        spec("opt_out", events=("opted_out",)),
        spec("opt_in", events=("opted_in",)),
        spec("stop_nudges"),
        spec("mark_unsafe_to_text"),
        spec("mark_wrong_number"),
        spec("say_in_their_language", {"language_line": None}),
        spec("note_condition", {"share_condition": None, "condition_said": None}, reads=("condition_said",)),
        spec("note_on_behalf", {"on_behalf": YES_NO}),
        spec("note_need"),
        spec("change_name", {"name": None}, reads=("name_wanted",)),
        spec(
            "note_for_coach",
            {"call_need_words": None, "note_for_coach": None, "news_told": None},
            reads=("note_for_coach",),
        ),
        spec("set_voicemail"),
        spec("export_my_data", {"answer_count": None, "message_count": None}),
        spec("delete_my_data", {"delete_result": ("done",)}),
        # looking back
        spec(
            "summarise_answers",
            {
                "summary_lines": None,
                "summary_cut": YES_NO,
                "sensitive_count": None,
                "summary_all": None,
                "own_said": None,
                "own_said_in_full": None,
                "own_cut": YES_NO,
            },
        ),
        spec("give_links", {"privacy_link": None, "chat_link": None}),
        spec("has_phone", {"phone_known": (*YES_NO, "somebody_else")}),
        spec("place_known", {"place_known": YES_NO}),
        # passed on by a professional
        spec(
            "find_introduction",
            {"introduced_by": ("gp", "employer", "jobcentre", "other", "team"), "introduced_who": None},
        ),
        spec("take_introduction", {"name": None, "postcode": None}),
        # safety
        spec("alert_duty", {"duty_result": ("alerted", "no_rota")}, events=("duty_alert",)),
    )
}
