"""Changes that would strand somebody who is at a question: ten of them, with where the person is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.bot.flows.seeded.ours import Seed, seed


@dataclass(frozen=True)
class Stranding:
    """A person is asked at `step` of the top flow of `stack` (flows from the bottom, with the step each is at)."""

    change: Seed
    stack: tuple[tuple[str, str], ...]
    slots: dict[str, Any]


def stranding(name: str, file: str, stack: str, slots: dict[str, Any], *edits: tuple[str, str, str]) -> Stranding:
    places = tuple((one.split(".")[0], one.split(".")[1]) for one in stack.split())
    return Stranding(seed("stranded", name, file, places[-1][1], *edits), places, slots)


SUMMED_UP = {
    "summary_lines": "Sam",
    "sensitive_count": 0,
    "opening_when": "Tue 10am",
    "coach_name": "Ann",
    "team_short": "Preston",
}
STRANDINGS: tuple[Stranding, ...] = (
    stranding(
        "the question is gone", "flows/self_referral", "self_referral.months", {"work_situation": "out_of_work"},
        ("self_referral", "then: months\n", "then: rules\n"),
        ("self_referral", "      - id: months\n        collect: months_out_of_work\n        silence: {nudge: pattern_nudge, after: 24h, expires: 30d}\n", ""),
    ),
    stranding(
        "the step has another name", "flows/book_call", "book_call.share", SUMMED_UP,
        ("book_call", "- id: share\n", "- id: ask_to_share\n"),
    ),
    stranding(
        "the topic has another name", "flows/other_doors", "self_referral.not_this_one not_this_team.person", {"eligibility": "no"},
        ("not_this_team", "  not_this_team:", "  not_this_team_here:"),
    ),
    stranding(
        "another kind of answer", "flows/about_you", "self_referral.age about_you.age", {},
        ("age", "age: {type: age, retention: referral}", "age: {type: name, retention: referral, max_length: 20}"),
    ),
    stranding(
        "an answer that somebody gave is gone", "flows/about_work", "self_referral.place where_you_live.ask", {"work_situation": "other"},
        ("work_situation", "      - value: other\n        title: Something else\n        also: [other, student, volunteer, retired, carer, none of these]\n", ""),
    ),
    stranding(
        "what called it does not call it any more", "flows/self_referral", "self_referral.health about_health.barriers", {"health": "other"},
        ("self_referral", "      - id: health\n        call: about_health\n", "      - id: how_you_are\n        call: about_health\n"),
        ("self_referral", "then: health", "then: how_you_are"),
    ),
    stranding(
        "another question under the same name", "flows/change_call", "missed_call.again", {},
        ("missed_call", "collect: book_again", "collect: book_instead"),
    ),
    stranding(
        "asked earlier now, and written later", "flows/after_booking", "after_booking.wish", {"appointment_kind": "phone"},
        ("after_booking", "- id: call\n", "- id: colour\n        collect: colour\n      - id: call\n"),
        ("voicemail_ok", "voicemail_ok:", "colour: {type: text, max_length: 20}\n  voicemail_ok:"),
        ("utter_all_done", "utter_all_done:", "utter_ask_colour: {text: \"Which colour?\", easier: \"Any colour?\", why: \"So.\"}\n  utter_all_done:"),
        ("utter_all_done", "Thank you. That's all.", "Thank you. {{ colour }} it is."),
    ),
    stranding(
        "where its answer leads is gone", "flows/other_doors", "young_person.person", {"age_result": "young"},
        ("young_person", "then: [{link: ask_person_to_look}]", "then: [{link: ask_someone_to_look}]"),
        ("ask_person_to_look", "  ask_person_to_look:", "  ask_someone_to_look:"),
        ("not_this_team", "then: [{link: ask_person_to_look}]", "then: [{link: ask_someone_to_look}]"),
    ),
    stranding(
        "safety, which is always the newest, has another step", "patterns/safety",
        "self_referral.work about_work.situation pattern_crisis_harm_by_others.safe", {},
        ("pattern_crisis_harm_by_others", "- id: safe\n", "- id: is_it_safe\n"),
    ),
)  # fmt: skip
