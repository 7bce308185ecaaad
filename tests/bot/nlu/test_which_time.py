"""Which of two readings of a time was meant, in all the ways of choosing."""

from __future__ import annotations

import pytest

from bot.flows.commands import Clarify
from bot.flows.definition import Choice, SlotSpec
from bot.flows.engine import CLARIFY, Expecting
from bot.flows.responses import listed
from bot.nlu.answers import read_answer
from tests.bot.conversing import NOW, said

FRIDAYS = ["Fri 27 Nov", "Fri 4 Dec"]
DINNER = ["Thu 26 Nov, 12pm-2pm", "Thu 26 Nov, 5pm-7pm"]
BEFORE_3 = ["any day, Fri before 3pm", "Fri before 3pm"]
BUT_WED = ["any morning, Wed not 9:30am", "any day but Wed, 9:30am"]
FIRST = "aye first un|first un|first|the first|1|one|1st|number one|the first one|furst un|top one|yeah 1|first wan|the former|1 pls mate"
SECOND = "2|two|second|2nd|the 2nd|2nd un|second yin|the second one|yeah the second|bottom one|last un|the latter|number 2 mate|aye 2nd un"


def chosen(titles: list[str], text: str) -> str | None:
    spec = SlotSpec(CLARIFY, "choice", tuple(Choice(str(n), title) for n, title in enumerate(titles, 1)))
    answer = read_answer(text, Expecting(CLARIFY, spec, listed(spec, {}), "", CLARIFY), NOW).answer
    return str(answer.value) if answer else None


@pytest.mark.parametrize("titles", [FRIDAYS, DINNER, BEFORE_3, BUT_WED])
@pytest.mark.parametrize(
    ("text", "wanted"), [*((one, "1") for one in FIRST.split("|")), *((one, "2") for one in SECOND.split("|"))]
)
def test_by_its_place(titles: list[str], text: str, wanted: str) -> None:
    assert chosen(titles, text) == wanted


@pytest.mark.parametrize(
    ("titles", "text", "wanted"),
    [
        (FRIDAYS, "27th", "1"), (FRIDAYS, "the 4th", "2"), (FRIDAYS, "4th dec", "2"), (FRIDAYS, "the sooner", "1"),
        (FRIDAYS, "the earlier one", "1"), (FRIDAYS, "later one", "2"), (FRIDAYS, "the week after", "2"),
        (FRIDAYS, "this friday", "1"), (FRIDAYS, "this week", "1"), (FRIDAYS, "either", "1"),
        (DINNER, "midday", "1"), (DINNER, "5 to 7", "2"), (DINNER, "evening", "2"), (DINNER, "tea time", "2"),
        (DINNER, "the earlier one", "1"), (DINNER, "dinner at 12", "1"),
        (BEFORE_3, "any day", "1"), (BEFORE_3, "just friday", "2"), (BEFORE_3, "just the friday", "2"), (BEFORE_3, "fridays", "2"),
        (BUT_WED, "half 9", "2"), (BUT_WED, "9.30", "2"), (BUT_WED, "any morning", "1"),
        (FRIDAYS, "neither", None), (FRIDAYS, "aye", None), (FRIDAYS, "monday at 2", None), (DINNER, "27th", None),
        (FRIDAYS, "not the first", "2"), (BUT_WED, "27th", None), (BUT_WED, "evening", None), (BUT_WED, "tea time", None), (BEFORE_3, "just monday", None), (FRIDAYS, "what", None), (FRIDAYS, "can you ring my mum", None),
    ],
)  # fmt: skip
def test_by_its_time(titles: list[str], text: str, wanted: str | None) -> None:
    assert chosen(titles, text) == wanted


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("any mornin bar weds mebbe half 9", BUT_WED),
        ("any mornin bar weds, half 9", BUT_WED),
        ("any weekday bar monday after 4", ["any weekday, Mon before 4pm", "Tue-Fri after 4pm"]),
        ("not monday or tuesday mornings", ["any day, Mon-Tue after 12pm", "any day but Mon, Tue after 12pm"]),
        ("any day after work", ["any weekday evening", "any weekday after 3pm"]),
    ],
)
def test_readings_are_named_in_few_plain_words(text: str, titles: list[str]) -> None:
    (asked,) = said(
        text, "opening", {"opening_choices": [{"value": "a", "title": "Fri 27 Nov, 2pm"}], "openings_count": 1}
    )
    assert isinstance(asked, Clarify)
    assert [option.title for option in asked.options] == titles
