"""The actions that flows may call, with what each fills: for tests, and to check dialogs/ without the real registry."""

from __future__ import annotations

from bot.flows.definition import ActionSpec

_YES_NO = ("yes", "no")
_BOOKING = ("booked", "taken", "lapsed")
_WORDS: dict[str, dict[str, tuple[str, ...] | None]] = {
    "find_area": {
        "area_result": ("found", "confirm_suggestion", "need_full", "unknown", "outside_england"),
        "nation": ("england", "wales", "scotland", "northern_ireland", "islands", "unknown"),
        "board_name": None,
        "postcode_suggestion": None,
    },
    "take_suggestion": {"area_result": ("found", "unknown", "outside_england")},
    "find_practice": {"practice_result": ("found", "several", "none"), "practice_choices": None},
    "find_team": {
        "team_result": ("found", "none", "ask_practice", "ask_person"),
        "team_name": None,
        "team_short": None,
        "controller": None,
        "caller_number": None,
        "team_accepts_call_back": _YES_NO,
        "asks_months": _YES_NO,
        "min_age": None,
    },
    "check_eligibility": {"eligibility": ("yes", "no", "ask_a_person"), "eligibility_reason": None},
    "check_age": {"age_result": ("adult", "young", "child")},
    "offer_openings": {
        "opening_choices": None,
        "openings_count": None,
        "openings_note": ("as_asked", "nearest", "none"),
    },
    "hold_opening": {"hold_result": ("held", "taken", "lapsed"), "opening_when": None},
    "record_consent_start": {},
    "record_consent_share": {},
    "record_consent_follow_up": {},
    "withdraw_consent": {},
    "book_opening": {
        "booking_result": _BOOKING,
        "appointment_when": None,
        "coach_name": None,
        "caller_number": None,
        "call_length": None,
    },
    "queue_call_back": {"call_back_by": None, "call_back_result": ("queued", "no_team")},
    "find_appointment": {"appointment_result": ("none", "one"), "appointment_when": None, "coach_name": None},
    "move_appointment": {
        "booking_result": _BOOKING,
        "appointment_when": None,
        "coach_name": None,
        "caller_number": None,
    },
    "call_off_appointment": {"call_off_result": ("called_off", "none")},
    "signpost": {"signpost_count": None, "signpost_lines": None, "more_listings": _YES_NO},
    "doors_for": {"signpost_count": None, "signpost_lines": None},
    "summarise_answers": {"summary_lines": None, "sensitive_count": None, "summary_all": None},
    "alert_duty": {"duty_result": ("alerted", "no_rota")},
    "ask_person": {"person_result": ("queued", "no_team"), "call_back_by": None},
    "opt_out": {},
    "opt_in": {},
    "mark_unsafe_to_text": {},
    "mark_wrong_number": {},
    "note_on_behalf": {},
    "export_my_data": {},
    "delete_my_data": {"delete_result": ("done",)},
    "note_need": {},
    "set_voicemail": {},
    "has_phone": {"phone_known": _YES_NO},
    "place_known": {"place_known": _YES_NO},
}
KNOWN_ACTIONS = {name: ActionSpec(name, fills) for name, fills in _WORDS.items()}
