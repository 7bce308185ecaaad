"""What words about a time mean beside the openings on offer: one of them, another hour of their day, another day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.nlu.recognisers import When, read_when
from bot.nlu.recognisers.when_values import DAYS_AHEAD, is_sharp

MEANT_A_DATE = re.compile(
    r"\b(?:meant?|no|not|date) (?:\w+ )?(?:the|on) \d{1,2}(?:st|nd|rd|th)\b(?! (?:one|option|time|slot|choice))",
    re.IGNORECASE,
)
NONE_OF_THEM = re.compile(
    r"^(?:no[,.!](?= )|(?:no,? )?(?:none of (?:those|these|them)|no(?:ne)? (?:good|use)|not (?:those|these|them|that one)))"
    r"(?: (?:suits?|works?|(?:are |r )?any (?:good|use)|thanks?|sorry|please|good))*[\s,.!-]+(?:but |can we do |how about )?",
    re.IGNORECASE,
)
SAME_HOURS_EACH_DAY = 14
"""Windows: of more days than these, the words named hours and no day."""


def on_the_day_shown(when: When, shown: Sequence[tuple[str, datetime]]) -> When:
    """ "No, after 3" to openings of one day: after three on that day."""
    days = {start.date() for _, start in shown}
    readings = when.ambiguous or (when.windows,)
    if len(days) != 1 or len(shown) < SEVERAL or any(not _hours_only(one) for one in readings):
        return when
    (day,) = days
    kept = [tuple(span for span in one if span[0].date() == day) for one in readings]
    return replace(when, windows=kept[0], ambiguous=None) if kept[0] else when


SEVERAL = 2


def _hours_only(windows: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether some hours of every day were named: never all of it."""
    whole = any((end - start).total_seconds() >= ALL_DAY for start, end in windows)
    return len({start.date() for start, _ in windows}) > SAME_HOURS_EACH_DAY and not whole


ALL_DAY = 11 * 3600  # seconds


def shown_openings(choices: Sequence[tuple[str, str, tuple[str, ...]]], now: datetime) -> list[tuple[str, datetime]]:
    """The openings on offer, soonest first, with their London wall-clock starts read off their titles."""
    read = [(value, read_when(title, now)) for value, title, _ in choices]
    return sorted(
        ((value, when.windows[0][0]) for value, when in read if when and when.windows), key=lambda one: one[1]
    )


NEXT = re.compile(r"\bne?xt?\b", re.IGNORECASE)


DENIES = re.compile(r"\b(?:not|but|no|too|except|bar|cant|can't)\b", re.IGNORECASE)


def picked_by_time(when: When, shown: Sequence[tuple[str, datetime]], *, beside_the_list: bool) -> str | None:
    """The one opening on offer that a full time names; the soonest for "any of them" and "asap".

    A day is enough where the words speak of the list (`beside_the_list`): "wednesday but not 8".
    """
    if when.ambiguous or not when.whole or not shown:
        return None
    fitting = [value for value, start in shown if any(a <= start < b for a, b in when.windows)]
    if len(fitting) == len(shown) and (when.asap or (len(when.windows) > DAYS_AHEAD and not _hours_only(when.windows))):
        return shown[0][0]
    days = {start.date() for start, _ in when.windows}
    return (
        fitting[0] if len(fitting) == 1 and (is_sharp(when.windows) or (beside_the_list and len(days) == 1)) else None
    )
