"""Yes, no, not sure."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers import read_yes_no

WHOLE = {
    "yes": ["yes", "Yes!!!", "yeah", "yh", "y", "yep thx", "ok go on then", "go on", "k", "sure", "aye", "yes pls", "no problem",
            "thats fine", "why not", "i do", "yesss", "\U0001f44d", "ok", "course you can", "yes i agree", "yeah go ahead"],
    "no": ["no", "nope", "nah", "N.", "no thanks", "not really", "i dont think so", "no i dont", "not yet", "id rather not",
           "no way", "absolutely not", "\U0001f44e", "NO", "no no", "no its not safe"],
    "unsure": ["dunno", "yes but no", "not sure tbh", "maybe", "idk", "no yes", "i dont know", "no idea", "it depends", "yeah nah",
               "sort of", "yes and no", "?"],
}  # fmt: skip


@pytest.mark.parametrize(("said", "value"), [(said, value) for value, listed in WHOLE.items() for said in listed])
def test_whole_answers(said: str, value: str) -> None:
    found = read_yes_no(said)
    assert found is not None
    assert (found.value, found.whole) == (value, True)


@pytest.mark.parametrize(
    ("said", "value"), [("yes I was there", "yes"), ("no i live alone", "no"), ("yes but when", "unsure")]
)
def test_an_answer_that_opens_a_longer_message(said: str, value: str) -> None:
    found = read_yes_no(said)
    assert found is not None
    assert (found.value, found.whole) == (value, False)


@pytest.mark.parametrize("said", ["no one", "hmm", "1", "", "monday", "no money", "i said yesterday"])
def test_no_answer(said: str) -> None:
    assert read_yes_no(said) is None
