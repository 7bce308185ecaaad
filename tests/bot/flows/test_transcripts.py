"""Conversation tests as text: read, written back the same, and mistakes named by line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flows.transcripts import Act, Transcript, TranscriptError, same

TEXT = """A person books a call by text.

channel: sms
world: plenty
now: 2026-11-23 09:00

you: yes
bot: A coach can call you. Which suits you?
     1. Tue 24 Nov, 10am

     2. Other times
bot: {utter_offer_person}
     * opening held: Tue 24 Nov, 9:30am
meanwhile: someone else books the first opening
time: 2026-11-24 10:00
coach: Hello: it is me
you:
"""


def test_a_conversation_is_read() -> None:
    read = Transcript.parse(TEXT)
    assert (read.title, read.channel, read.world, read.now) == (
        "A person books a call by text.",
        "sms",
        "plenty",
        "2026-11-23 09:00",
    )
    assert [(act.kind, act.words) for act in read.acts][1:4] == [
        ("meanwhile", "someone else books the first opening"),
        ("time", "2026-11-24 10:00"),
        ("coach", "Hello: it is me"),
    ]
    assert read.acts[0].words == "yes"
    assert read.acts[0].replies[0].splitlines()[-1] == "2. Other times"
    assert read.acts[0].events == ("opening held: Tue 24 Nov, 9:30am",)


def test_it_is_written_back_as_it_was() -> None:
    assert Transcript.parse(TEXT).format() == TEXT
    assert Transcript.parse(TEXT.replace("\n", "\r\n")).format() == TEXT


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("A title.\n\nchannel: fax\nworld: x\nnow: y\n\nyou: hi\n", 6),
        ("A title.\n\nchannel: sms\nweather: x\n", 4),
        ("A title.\n\nchannel: sms\n\nyou: hi\n", 3),
        (TEXT.replace("coach:", "boss:"), 16),
        (TEXT.split("you: yes", maxsplit=1)[0] + "bot: hello\n", 7),
        (TEXT.split("you: yes", maxsplit=1)[0], 7),
    ],
)
def test_mistakes_are_named_by_line(text: str, line: int) -> None:
    with pytest.raises(TranscriptError) as caught:
        Transcript.parse(text)
    assert abs(caught.value.line - line) <= 1


LINE = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), min_size=1, max_size=12)
ACTS = st.builds(
    Act,
    st.sampled_from(["you", "coach", "meanwhile"]),
    LINE,
    st.lists(LINE, max_size=2).map(tuple),
    st.lists(LINE, max_size=2).map(tuple),
)


@given(st.lists(ACTS, min_size=1, max_size=4))
def test_what_is_written_is_read_as_the_same(acts: list[Act]) -> None:
    written = Transcript("Title.", "web", "plenty", "2026-11-23 09:00", tuple(acts)).format()
    read = Transcript.parse(written)
    assert read.format() == written
    assert [(act.kind, act.words, act.replies, act.events) for act in read.acts] == [
        (act.kind, act.words, act.replies, act.events) for act in acts
    ]


@given(st.text(alphabet="you: bot\n*-channelworldnow20 ", max_size=120))
def test_reading_fails_in_no_other_way(text: str) -> None:
    with contextlib.suppress(TranscriptError):
        Transcript.parse(text)


def test_words_or_the_response_s_name_may_be_expected() -> None:
    expected = Act("you", "hi", ("Hello.", "{utter_ask_age}"), ("x",))
    assert same(expected, ["Hello.", "How old?"], [["utter_a"], ["utter_ask_age"]], ["x"])
    assert not same(expected, ["Hello.", "How old?"], [["utter_a"], ["utter_other"]], ["x"])
    assert not same(expected, ["Hello!", "How old?"], [["utter_a"], ["utter_ask_age"]], ["x"])
    assert not same(expected, ["Hello."], [["utter_a"]], ["x"])
