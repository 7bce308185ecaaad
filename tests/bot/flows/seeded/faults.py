"""The seeds themselves: class, sentence, file, what the finding names, and edits (under, old, new)."""

from __future__ import annotations

from typing import Any

LONG = "Please read all of this with care, as it matters a lot to you and to us. " * 6
SAFE_HELP = "- id: help\n        action: utter_crisis_self_harm\n"

DEAD_ENDS: list[tuple[Any, ...]] = [
    (
        "every answer leads back to the question", "flows/change_call", "sure",
        ("call_off", "then: [{link: change_call}]", "then: sure"),
        ("call_off", "then: [{action: utter_call_kept}, {outcome: booked, next: END}]", "then: sure"),
        ("call_off", "- else: [{link: called_off}]", "- else: sure"),
    ),
    (
        "every answer is refused", "flows/change_call", "missed_call.again",
        (
            "missed_call", "collect: book_again\n",
            "collect: book_again\n        rejections: [{if: slots.book_again, utter: utter_come_back_any_time}]\n",
        ),
    ),
    (
        "a list to pick from that nobody fills", "flows/where_you_live", "practice_pick",
        ("practice_pick", "choices_from: practice_choices", "choices_from: nothing_here"),
        ("practice_pick", "    also:\n      - value: none_of_these\n        title: None of these\n        also: [none, none of them, "
         "none of those, \"no\", nope, not there, no doctor, no doctors, no gp, no surgery, not registered,\n          "
         "\"i don't have one\", \"i don't have a doctor\", \"haven't got one\", \"haven't got a doctor\", \"i'm not with a "
         "doctor\"]\n", "    description: from a list\n"),
        ("where_you_live", "          - if: slots.practice_pick = \"none_of_these\"\n            then: town_lost\n", ""),
        ("where_you_live", "        next:\n          - else: town_picked\n", "        next: town_picked\n"),
        ("where_you_live", "          - if: slots.practice_pick = \"none_of_these\"\n            then: surgery_lost\n", ""),
        ("where_you_live", "        next:\n          - else: surgery_picked\n", "        next: surgery_picked\n"),
        ("practice_choices", "practice_choices:", "nothing_here: {type: words, set_by: action, max_length: 64}\n  practice_choices:"),
    ),
    (
        "two questions that only lead to each other", "patterns/start", "pattern_shared_phone",
        ("pattern_shared_phone", "then: [{link: not_safe_here}]\n          - else: END",
         "then: once_more\n          - else: once_more\n      - id: once_more\n        collect: safe_here\n"
         "        ask_before_filling: true\n        next: ask"),
    ),
    (
        "the only way out hangs on what cannot be", "flows/local_help", "local_help",
        ("local_help", "if: slots.more_help = \"more\"", "if: slots.more_help = \"more\" or slots.more_help = \"enough\""),
        ("local_help", "then: [{action: utter_more_signposts, next: next_flags}]\n          - else: [{action: utter_general_doors, next: END}]",
         "then: [{action: utter_more_signposts, next: more}]\n          - else: more"),
    ),
    (
        "who has no call to call off is told nothing", "flows/change_call", "call_off",
        ("call_off", "- else: [{call: no_call_to_change, next: END}]", "- else: END"),
    ),
    (
        "no answer but one is taken, and that one leads back", "flows/opening_free", "earlier_free.ask",
        ("earlier_free", "collect: earlier_time\n",
         "collect: earlier_time\n        rejections: [{if: slots.earlier_time != \"stop\", utter: utter_call_stays}]\n"),
        ("earlier_free", "then: leave", "then: ask"),
    ),
    (
        "whose town is not in the table goes round for ever", "flows/where_you_live", "where_you_live",
        ("where_you_live", "then: person\n          - else: town_none", "then: town_again\n          - else: town_again"),
        ("where_you_live", "      - id: town_none\n        collect: place_unknown\n        next:\n          - if: slots.place_unknown = \"again\"\n"
         "            then: town_again\n          - else: person\n", ""),
        ("where_you_live", "        tries: 2\n        gives_up: not_known\n", "        ask_before_filling: true\n"),
    ),
    (
        "where no team is, nothing is said", "flows/self_referral", "without a word",
        ("self_referral", "call: no_team\n", "set_slots: [{call_kind: phone}]\n"),
    ),
    (
        "nobody can ring, and nothing is said", "flows/ask_for_call_back", "agree_to_call_back",
        ("agree_to_call_back", "link: no_call_back_here\n", "set_slots: [{call_back_by: null}]\n        next: END\n"),
    ),
]  # fmt: skip

LOOPS: list[tuple[Any, ...]] = [
    (
        "a question that passes itself by", "flows/book_call", "choose",
        ("choose_opening", "        ask_before_filling: true\n", ""),
    ),
    (
        "an action tried again at once", "flows/book_call", "hold",
        ("choose_opening", "[{action: utter_opening_gone, next: offer}]", "[{action: utter_opening_gone, next: hold}]"),
    ),
    (
        "asked again without being emptied", "flows/where_you_live", "where_you_live",
        ("where_you_live", "set_slots: [{postcode: null}, {postcode_suggested: null}, {postcode_unknown: null}]",
         "set_slots: [{postcode_suggested: null}, {postcode_unknown: null}]"),
    ),
    (
        "booked again and again while it is gone", "flows/book_call", "book",
        ("book_call", "set_slots: [{opening: null}, {hold_result: null}]\n",
         "set_slots: [{opening: null}, {hold_result: null}]\n        next: book\n"),
        ("book_call", "      - id: time_again\n        call: choose_opening\n        next:\n          - if: slots.hold_result = \"held\"\n"
         "            then: book\n          - if: slots.opening = \"wait\"\n            then: [{action: utter_none_fits}, {link: agree_to_call_back}]\n"
         "          - else: no_times\n", ""),
    ),
    (
        "a start that starts itself", "patterns/start", "pattern_start",
        ("pattern_start", "link: self_referral", "link: pattern_start"),
    ),
    (
        "a topic that calls itself", "flows/about_work", "about_work",
        ("about_work", "        silence: {nudge: pattern_nudge, after: 24h, expires: 30d}\n",
         "        silence: {nudge: pattern_nudge, after: 24h, expires: 30d}\n      - id: once_more\n        call: about_work\n"),
    ),
    (
        "stuck for ever", "patterns/repair", "patterns/repair.yml",
        ("pattern_stuck", "        gives_up: leave\n", ""),
    ),
    (
        "called off and called off", "flows/change_call", "off",
        ("called_off", "set_slots: [{opening: null}, {opening_wish: null}, {hold_result: null}]\n",
         "set_slots: [{opening: null}, {opening_wish: null}, {hold_result: null}]\n        next:\n"
         "          - if: slots.call_off_result = \"called_off\"\n            then: off\n          - else: said\n"),
    ),
    (
        "no leads back to a question already answered", "flows/other_doors", "not_this_team",
        ("not_this_team", "- else: leave", "- else: doors"),
        ("not_this_team", "then: [{link: ask_person_to_look}]", "then: leave"),
    ),
    (
        "two topics that hand on to each other", "flows/other_doors", "other_nation",
        ("other_nation", "- id: done\n        outcome: signposted", "- id: done\n        link: told_elsewhere"),
    ),
]  # fmt: skip

UNSET: list[tuple[Any, ...]] = [
    (
        "did you mean nothing", "flows/where_you_live", "postcode_suggestion",
        ("where_you_live", "then: town\n          - else: find\n      - id: find", "then: town\n          - else: suggest\n      - id: find"),
    ),
    (
        "reminded before it is looked up", "flows/reminders", "caller_number",
        ("remind_call_day", "- id: find\n", "- action: utter_remind_hour\n      - id: find\n"),
    ),
    (
        "a day promised before it is known", "flows/ask_for_call_back", "call_back_by",
        ("agree_to_call_back", "action: summarise_answers\n", "action: summarise_answers\n      - action: utter_person_queued\n"),
    ),
    (
        "a reason where there is none", "patterns/questions", "eligibility_reason",
        ("pattern_is_it_no", "{action: utter_nobody_said_no, next: END}", "{action: utter_who_this_team_helps, next: END}"),
    ),
    (
        "called by a name not asked yet", "flows/about_you", "name",
        ("utter_ask_age", "text: \"How old are {%", "text: \"{{ name }}, how old are {%"),
    ),
    (
        "written after it was emptied", "flows/change_call", "appointment_when",
        ("change_call", "- id: moved\n", "- set_slots: [{appointment_when: null}]\n      - id: moved\n"),
        ("change_call", "then: moved", "then: wipe"),
        ("change_call", "- set_slots: [{appointment_when: null}]", "- id: wipe\n        set_slots: [{appointment_when: null}]"),
    ),
    (
        "a day in words that others use too", "flows/other_doors", "call_back_by",
        ("utter_doors_stay_open", "If things change,", "We ring by {{ call_back_by }}. If things change,"),
    ),
    (
        "what was told is read back before it is put together", "flows/other_doors", "summary_lines",
        ("ask_person_to_look", "call: how_to_reach_you\n", "call: how_to_reach_you\n        next: share\n"),
        ("ask_person_to_look", "      - id: summary\n        action: summarise_answers\n", ""),
    ),
    (
        "a link that only some have been given", "flows/ask_for_call_back", "privacy_link",
        ("utter_ask_share_for_call_back", "{% if privacy_link %} More: {{ privacy_link }}{% endif %}", " More: {{ privacy_link }}"),
    ),
    (
        "set on one way of two", "flows/other_doors", "check_in_by",
        ("young_person", "then: child\n", "then: [{action: find_check_in, next: child}]\n"),
        ("utter_young", "but there is help for you too,", "but there is help for you too, says {{ check_in_by }},"),
    ),
]  # fmt: skip

UNREACHABLE: list[tuple[Any, ...]] = [
    (
        "a step after the end", "flows/self_referral", "lonely",
        ("self_referral", "- id: no_team_here\n", "- id: lonely\n        action: utter_likely\n        next: END\n      - id: no_team_here\n"),
    ),
    (
        "the same condition twice", "flows/book_call", "not_shared",
        ("book_call", "if: slots.consent_share = \"no\"", "if: slots.consent_share = \"change\""),
    ),
    (
        "a result that its action never gives", "flows/ask_for_call_back", "utter_ok",
        ("agree_to_call_back", "- else: nobody\n      - id: person",
         "- if: slots.call_back_result = \"maybe\"\n            then: [{action: utter_ok, next: nobody}]\n          - else: nobody\n      - id: person"),
        ("call_back_result", "{value: no_team, title: no team}", "{value: no_team, title: no team}, {value: maybe, title: perhaps}"),
    ),
    (
        "those it is for go elsewhere", "flows/self_referral", "child",
        ("self_referral", "if: slots.age_result = \"adult\"\n            then: work",
         "if: slots.age_result in [\"adult\", \"child\"]\n            then: work"),
        ("self_referral", "if: slots.age_result = \"adult\"\n            then: health",
         "if: slots.age_result in [\"adult\", \"child\"]\n            then: health"),
    ),
    (
        "two values at once", "flows/self_referral", "months",
        ("self_referral", "slots.work_situation = \"out_of_work\" and slots.asks_months",
         "slots.work_situation = \"out_of_work\" and slots.work_situation = \"in_work\" and slots.asks_months"),
    ),
    (
        "more and less than nothing", "flows/other_doors", "utter_doors",
        ("not_this_team", "if: slots.signpost_count > 0", "if: slots.signpost_count > 0 and slots.signpost_count < 0"),
    ),
    (
        "a step after it went on elsewhere", "patterns/questions", "say",
        ("ask_them_first", "- id: say\n", "- id: gone\n        link: not_safe_here\n      - id: say\n"),
    ),
    (
        "a mark that nobody sets", "flows/about_work", "rare",
        ("about_work", "        silence: {nudge: pattern_nudge, after: 24h, expires: 30d}\n",
         "        silence: {nudge: pattern_nudge, after: 24h, expires: 30d}\n        next:\n          - if: slots.never_set\n"
         "            then: rare\n          - else: END\n      - id: rare\n        action: utter_ok\n"),
        ("work_situation", "work_situation:", "never_set: {type: flag, set_by: action}\n  work_situation:"),
    ),
    (
        "a no after those who said no have left", "flows/book_call", "never",
        ("book_call", "action: record_consent_share\n",
         "action: record_consent_share\n        next:\n          - if: slots.consent_share = \"no\"\n            then: never\n"
         "          - else: book\n      - id: never\n        action: utter_ok\n"),
    ),
    (
        "what was just emptied", "patterns/repair", "utter_fits",
        ("forget_one_answer", "        next:\n", "        next:\n          - if: slots.eligibility = \"yes\"\n"
         "            then: [{action: utter_fits, next: on}]\n"),
    ),
]  # fmt: skip

TYPES: list[tuple[Any, ...]] = [
    ("a value it cannot have", "flows/self_referral", "jobless",
     ("self_referral", "slots.work_situation = \"out_of_work\"", "slots.work_situation = \"jobless\"")),
    ("a number against words", "flows/self_referral", "age",
     ("self_referral", "if: slots.age_result = \"adult\"", "if: slots.age < \"sixteen\"")),
    ("contains, of one answer", "flows/other_doors", "nation",
     ("pattern_elsewhere", "slots.area_result = \"outside_england\"", "slots.nation contains \"wales\"")),
    ("more than a word", "flows/self_referral", "team_result",
     ("self_referral", "slots.team_result = \"found\"", "slots.team_result > \"found\"")),
    ("filled with what it cannot hold", "flows/where_you_live", "team_result",
     ("where_you_live", "{team_result: ask_person}", "{team_result: nobody}")),
    ("a number filled with a word", "flows/local_help", "signpost_count",
     ("local_help", "set_slots: [{more_help: null}]", "set_slots: [{more_help: null}, {signpost_count: many}]")),
    ("one of what cannot be", "flows/self_referral", "age_result",
     ("self_referral", "if: slots.age_result = \"adult\"", "if: slots.age_result in [\"grown_up\"]")),
    ("skipped, where it cannot be", "flows/other_doors", "person_look",
     ("not_this_team", "slots.person_look = \"yes\"", "slots.person_look = \"skipped\"")),
    ("given up for an answer that is not there", "flows/where_you_live", "nowhere",
     ("where_you_live", "gives_up: not_known", "gives_up: nowhere")),
    ("begins with what it cannot hold", "flows/about_you", "call_kind",
     ("call_kind", "default: phone", "default: fone")),
]  # fmt: skip

CRISIS: list[tuple[Any, ...]] = [
    ("not locked", "patterns/safety", "pattern_crisis_self_harm",
     ("pattern_crisis_self_harm", "    locked: true\n", "")),
    ("a question before the help", "patterns/safety", "pattern_crisis_self_harm",
     ("pattern_crisis_self_harm", "- id: help\n", "- collect: abuse_safe\n        utter: utter_abuse_first\n      - id: help\n")),
    ("no help", "patterns/safety", "pattern_crisis_self_harm", ("pattern_crisis_self_harm", SAFE_HELP + "      ", "")),
    ("help only if nobody is on duty", "patterns/safety", "pattern_crisis_medical",
     ("pattern_crisis_medical", "- id: help\n", "- id: ask\n        action: alert_duty\n        next:\n"
      "          - if: slots.duty_result = \"alerted\"\n            then: END\n          - else: help\n      - id: help\n")),
    ("the place is lost", "patterns/safety", "pattern_crisis_child",
     ("pattern_crisis_child", "    locked: true\n", "    locked: true\n    keeps_place: false\n")),
    ("the question comes straight after", "patterns/safety", "pattern_crisis_medical",
     ("pattern_crisis_medical", "    locked: true\n", "    locked: true\n    waits: false\n")),
    ("one kind is gone", "patterns/safety", "pattern_crisis_medical",
     ("pattern_crisis_medical", "pattern_crisis_medical:", "pattern_old_medical:")),
    ("help that says nothing to most", "patterns/safety", "utter_crisis_medical",
     ("utter_crisis_medical", "{%- else -%}\n      This may need help right now. Call {{ \"emergency\"|helpline }} or go to A&E. Please don't wait for us:\n"
      "      nobody reads this live. If you are not sure, call {{ \"nhs_111\"|helpline }}. You can come back here any time.\n", "")),
    ("nobody can ask for a person", "patterns/questions", "person",
     ("pattern_person", "    nlu_trigger: [{intent: person}]\n", "")),
    ("out of help into ordinary questions", "patterns/safety", "pattern_crisis_harm_by_others",
     ("pattern_crisis_harm_by_others", "{link: after_a_mistake}", "{link: self_referral}")),
    ("help without a number", "patterns/safety", "utter_crisis_child",
     ("utter_crisis_child", "In danger: call {{ \"emergency\"|helpline }}. If you can't speak,\n      press 55. Childline: call "
      "{{ \"childline\"|helpline }}, free, day and night.", "Tell somebody.")),
]  # fmt: skip

ONLY_NO: list[tuple[Any, ...]] = [
    ("no, and the end", "flows/self_referral", "cannot take", ("self_referral", "then: not_this_one", "then: END")),
    ("no reason", "flows/other_doors", "not_this_team",
     ("not_this_team", "action: doors_for\n", "action: doors_for\n        next: which\n"),
     ("not_this_team", "- id: reason\n        action: utter_who_this_team_helps\n        next:\n", "- id: which\n        set_slots: [{person_look: null}]\n        next:\n")),
    ("no door", "flows/other_doors", "not_this_team",
     ("not_this_team", "then: [{action: utter_doors, next: person}]", "then: person"),
     ("not_this_team", "action: doors_for", "action: plan_call"),
     ("not_this_team", "action: utter_doors_stay_open", "action: utter_ok")),
    ("no person", "flows/other_doors", "not_this_team",
     ("not_this_team", "[{action: utter_doors, next: person}]\n          - else: [{action: utter_general_doors, next: person}]", "[{action: utter_doors, next: leave}]\n          - else: leave"),
     ("not_this_team", "      - id: person\n        collect: person_look\n        next:\n          - if: slots.person_look = \"yes\"\n"
      "            then: [{link: ask_person_to_look}]\n          - else: leave\n", "")),
    ("a person offered who never comes", "flows/other_doors", "not_this_team",
     ("not_this_team", "then: [{link: ask_person_to_look}]", "then: leave")),
    ("no team, and no more", "flows/other_doors", "no_team",
     ("no_team", "then: [{action: utter_doors, next: back}]\n          - else: [{action: utter_general_doors, next: back}]", "then: back\n          - else: back"),
     ("no_team", "- id: back\n        action: utter_doors_stay_open", "- id: back\n        action: utter_ok")),
    ("another nation, and no more", "flows/other_doors", "other_nation",
     ("other_nation", "action: utter_other_nation\n        next:\n          - if: slots.signpost_count > 0\n            then: [{action: utter_doors, next: person}]\n"
      "          - else: general\n      - id: general\n        action: utter_nation_door\n      - id: person\n        action: utter_nation_person\n",
      "action: utter_other_nation\n")),
    ("too young, and no more", "flows/other_doors", "cannot take",
     ("young_person", "        action: utter_young\n        next:\n          - if: slots.signpost_count > 0\n            then: [{action: utter_doors, next: person}]\n"
      "          - else: [{action: utter_general_doors, next: person}]\n      - id: person\n        collect: person_look\n        next:\n          - if: slots.person_look = \"yes\"\n"
      "            then: [{link: ask_person_to_look}]\n          - else: [{action: utter_doors_stay_open}, {outcome: signposted, next: END}]\n",
      "        action: utter_young\n")),
    ("no only where no help is listed", "flows/other_doors", "not_this_team",
     ("not_this_team", "          - else: [{action: utter_general_doors, next: person}]", "          - else: person")),
    ("nobody to ring, and no more", "flows/ask_for_call_back", "no_call_back_here",
     ("no_call_back_here", "{action: utter_no_call_back}, {action: utter_doors}, ", "{action: utter_no_call_back}, "),
     ("no_call_back_here", "{action: utter_no_call_back}, {action: utter_general_doors}, ", "{action: utter_no_call_back}, ")),
]  # fmt: skip

OVERFLOWS: list[tuple[Any, ...]] = [
    ("a long question", "flows/about_you", "utter_ask_age", ("utter_ask_age", "text: \"How old", f"text: \"{LONG}How old")),
    ("a long name for a coach", "flows/book_call", "SMS segments", ("coach_name", "max_length: 20", "max_length: 310")),
    ("too many answers", "flows/about_health", "utter_ask_barriers",
     ("barriers", "      - value: none\n", "".join(f"      - {{value: more_{n}, title: Some other very long thing that is hard {n}}}\n" for n in range(8)) + "      - value: none\n")),
    ("long easier words", "flows/about_work", "utter_ask_work_situation",
     ("utter_ask_work_situation", "easier: \"", "easier: \"" + LONG)),
    ("a long reason", "flows/about_you", "utter_ask_name", ("utter_ask_name", "why: \"", "why: \"" + LONG)),
    ("long words for texts only", "patterns/repair", "utter_wait", ("utter_wait", "utter_wait:", "utter_wait_not:"),
     ("utter_wait_not", "utter_wait_not:", f"utter_wait:\n    text: \"Take your time.\"\n    sms: \"{LONG}\"\n  utter_wait_not:")),
    ("a picture that makes every letter dear", "flows/other_doors", "utter_young",
     ("utter_young", "Thank you. ", "Thank you \U0001f600. We are so very glad that you have told us all of this today. ")),
    ("long only for some", "flows/about_you", "utter_ask_name",
     ("utter_ask_name", "{% if for_someone_else %}them{% else %}you{% endif %}", "{% if for_someone_else %}them. " + LONG + "{% else %}you{% endif %}")),
    ("a long last word", "flows/after_booking", "utter_all_done", ("utter_all_done", "Thank you. That's all.", LONG)),
    ("signs that count twice", "flows/local_help", "utter_general_doors",
     ("utter_general_doors", "You can ask any of them.", "{}"), ("utter_general_doors", "{}", "[~]" * 40)),
]  # fmt: skip

SWALLOWED: list[tuple[Any, ...]] = [
    ("Stop", "patterns/opt_out", "stop_sure", ("stop_sure", "title: Stop texts", "title: Stop")),
    ("Yes", "flows/book_call", "consent_share", ("consent_share", "title: \"Yes, share it\"", "title: \"Yes\"")),
    ("START", "flows/change_call", "book_instead", ("book_instead", "title: Book a call", "title: START")),
    ("Cancel", "flows/change_call", "call_off_sure", ("call_off_sure", "title: Call it off", "title: Cancel")),
    ("End", "flows/local_help", "more_help", ("more_help", "title: \"That's enough\"", "title: End")),
    ("quit", "patterns/repair", "stuck_choice", ("stuck_choice", "title: Try again", "title: quit")),
    ("Yes with a full stop", "flows/about_you", "phone_whose", ("phone_whose", "title: Their own", "title: \"Yes.\"")),
    ("an answer beside the list", "flows/book_call", "opening", ("opening", "title: Other times", "title: Cancel")),
    ("told in the words", "flows/change_call", "CANCEL",
     ("utter_ask_call_off_sure", "Reply 1 to call it off,", "Reply CANCEL to call it off,")),
    ("told in words that list nothing", "patterns/introduced", "YES",
     ("utter_ask_introduced_safe", "Reply 1 yes, 2 no,", "Reply YES or NO,")),
]  # fmt: skip

CLASSES: dict[str, list[tuple[Any, ...]]] = {
    "dead end": DEAD_ENDS,
    "unbounded loop": LOOPS,
    "unset slot": UNSET,
    "unreachable": UNREACHABLE,
    "type error": TYPES,
    "blocked crisis way": CRISIS,
    "only no": ONLY_NO,
    "segment overflow": OVERFLOWS,
    "swallowed word": SWALLOWED,
}
FAULTS: list[tuple[Any, ...]] = [(kind, *one) for kind, seeds in CLASSES.items() for one in seeds]
