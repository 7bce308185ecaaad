"""The many ways of naming one line of a list, idea by idea."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers import Option, read_choice, read_choices

HARD = (
    "Money or debt",
    "Housing",
    "Caring for someone",
    "Getting about",
    "Your job or boss",
    "Confidence or skills",
    "Something else",
)
WORK = ("In work, finding it hard", "Off sick from a job", "Out of work", "Something else")
HEALTH = (
    "Mental health",
    "Back, joints or muscles",
    "Long-term illness",
    "Learning, autism, ADHD",
    "Something else",
    "Rather not say",
)
WAYS = ("Phone", "Video", "In person")
TIMES = ("Tue 24 Nov, 10am", "Tue 24 Nov, 2:30pm", "Thu 26 Nov, 9am", "Other times")
PLACES = ("Broadgate Surgery", "Lytham Road Surgery", "The Park Medical Centre", "St Mary's Health Centre")
SAFE = ("Yes, go on", "Not safe here")


def lines(titles: tuple[str, ...]) -> list[Option]:
    return [Option(str(n), title) for n, title in enumerate(titles, 1)]


PADDED = [
    ("the first, if you please", 1), ("I'd go with 3", 3), ("probably the second I think", 2), ("it'd be number 2 for me", 2), ("gotta be 3", 3),
    ("2 pal", 2), ("2pls", 2), ("opt2", 2), ("erm 4", 4), ("hmmm probs 2", 2), ("2 obviously", 2), ("2 if thats ok", 2), ("closest is 2", 2), ("has to be 2", 2),
    ("2 describes me", 2), ("2 thankyou", 2), ("reply 2", 2), ("i pressed 2", 2), ("mine is 5", 5), ("let's say 4 then mate", 4),
]  # fmt: skip
SOUNDED = [
    ("numba 2", 2), ("fore", 4), ("too", 2), ("won", 1), ("thre", 3), ("sevn", 7), ("fiv", 5), ("wun", 1), ("foor", 4), ("siks", 6),
    ("frist", 1), ("secnd pls", 2), ("number to", 2), ("thurd one", 3),
]  # fmt: skip
PLACED = [
    ("that last one", 3), ("bottom one", 3), ("top", 1), ("middle one", 2), ("second last", 2), ("last but one", 2), ("penultimate", 2),
    ("second from top", 2), ("third one down", 3), ("one at the bottom", 3), ("the one in the middle", 2), ("A", 1), ("b)", 2), ("option b", 2),
    ("I'll do b", 2), ("letter c", 3), ("II", 2), ("iii", 3), ("2\ufe0f\u20e3", 2), ("no. 2", 2), ("#2", 2), ("last 1", 3), ("the 3rd 1", 3),
]  # fmt: skip
SITUATIONS = [
    ("owt of wrk", 3), ("off sik", 2), ("sick off", 2), ("work out of", 3), ("unemployed", 3), ("on the sick", 2), ("laid off", 3),
    ("still working", 1), ("working but struggling", 1), ("no job", 3), ("summat else", 4), ("none of those really", 4), ("signed off", 2),
]  # fmt: skip
SUBJECTS = [
    ("boss", 5), ("gaffer", 5), ("transport", 4), ("bus", 4), ("getting around", 4), ("the rent", 2), ("looking after my mum", 3), ("skint", 1),
    ("moni", 1), ("confidance", 6), ("other", 7), ("something different", 7),
]  # fmt: skip
TROUBLES = [
    ("anxiety", 1), ("mentle helth", 1), ("knees", 2), ("diabetes", 3), ("longterm", 3), ("a d h d", 4), ("prefer not to say", 6), ("private", 6),
]  # fmt: skip
MEANS = [("face to face", 3), ("f2f", 3), ("zoom", 2), ("fone", 1), ("over the phone", 1), ("ring me", 1), ("vid", 2)]
CLOCKED = [
    ("half 2", 2), ("half two", 2), ("half past 2", 2), ("2.30", 2), ("1430", 2), ("ten", 1), ("10 oclock tuesday", 1), ("tuesday afternoon", 2),
    ("tues morning", 1), ("26th", 3), ("the thursday slot", 3), ("thursday at 9", 3), ("nine", 3), ("the earliest", 1), ("the latest one", 3),
    ("later tuesday", 2), ("different time", 4), ("none of those work", 4), ("2", 2), ("the second", 2), ("tues 24th 10am", 1),
]  # fmt: skip
SURGERIES = [("broad gate", 1), ("lytham rd", 2), ("the park", 3), ("saint marys", 4), ("park medical", 3)]
SAFETY = [("yeah", 1), ("nope", 2), ("not safe", 2), ("yep its safe", 1), ("unsafe", 2), ("it isnt safe", 2)]
ALL = [
    *((HARD, *row) for row in (*PADDED, *SOUNDED, *SUBJECTS)), *((WAYS, *row) for row in (*PLACED, *MEANS)), *((WORK, *row) for row in SITUATIONS),
    *((HEALTH, *row) for row in TROUBLES), *((TIMES, *row) for row in CLOCKED), *((PLACES, *row) for row in SURGERIES),
    *((SAFE, *row) for row in SAFETY),
]  # fmt: skip
NONE = [
    (WAYS, "22"), (WAYS, "4"), (WAYS, "34"), (WAYS, "im 34"), (WAYS, "2pm"), (WAYS, "M1 1AE"), (WAYS, "EH1 1BE"), (WAYS, "so1 2am"), (WAYS, "JOBS1"), (WAYS, "2 weeks"), (WAYS, "in 2 days"),
    (WAYS, "2 of them"), (WAYS, "1 or 2"), (WAYS, "either"), (WAYS, "3/4/83"), (WAYS, "2 years ago"), (WAYS, "i need 2 go"), (WAYS, "want 2 die"),
    (WAYS, "free?"), (WAYS, "the latter"), (TIMES, "wednesday"), (TIMES, "3pm"), (TIMES, "monday 10am"), (TIMES, "tuesday"),
    (TIMES, "not tuesday"), (HARD, "a bit of everything"), (HARD, "1 and 2"), (PLACES, "surgery"), (WAYS, "dunno"), (WAYS, "my nan is 2"),
]  # fmt: skip
SEVERAL = [
    ("2 & 4", [2, 4]), ("a bit of everything", [1, 2, 3, 4, 5, 6, 7]), ("1 and prob 4 too", [1, 4]), ("1 along with 4", [1, 4]),
    ("rent and bills", [2, 1]), ("my gaffer and the bus", [5, 4]), ("i and iii", [1, 3]), ("all except kids", [1, 2, 4, 5, 6, 7]),
    ("pretty much all of them", [1, 2, 3, 4, 5, 6, 7]), ("money and transport", [1, 4]), ("1 as well as 4", [1, 4]),
]  # fmt: skip


@pytest.mark.parametrize(("titles", "said", "line"), ALL)
def test_one_line(titles: tuple[str, ...], said: str, line: int) -> None:
    found = read_choice(said, lines(titles))
    assert found is not None
    assert (found.value, found.whole) == (str(line), True)


@pytest.mark.parametrize(("titles", "said"), NONE)
def test_no_one_line(titles: tuple[str, ...], said: str) -> None:
    assert read_choice(said, lines(titles)) is None


@pytest.mark.parametrize(("said", "wanted"), SEVERAL)
def test_several_lines(said: str, wanted: list[int]) -> None:
    found = read_choices(said, lines(HARD))
    assert found is not None
    assert (found.value, found.whole) == ([str(n) for n in wanted], True)


def test_a_word_of_a_title_that_denies_does_not_stand_for_it() -> None:
    found = read_choice("yes safe", lines(SAFE))
    assert found is not None
    assert found.value == "1"


def test_both_of_two_lines() -> None:
    found = read_choices("both of them", lines(HARD[:2]))
    assert found is not None
    assert found.value == ["1", "2"]


def test_a_choice_before_other_words_is_not_the_whole() -> None:
    found = read_choice("1 but I don't want to be here", lines(WAYS))
    assert found is not None
    assert not found.whole


ASIDES = [
    (WORK, "do you have to be in a job for this"), (WORK, "can i get a sick note"), (WORK, "number 3 isnt right"), (HEALTH, "call me back"),
    (HEALTH, "let me go back"), (HEALTH, "is it private"), (WAYS, "are you a person"), (WAYS, "take it from the top"), (WAYS, "do one"),
    (WAYS, "have a good one"), (WAYS, "{{2*2}}"), (TIMES, "good afternoon"), (HARD, "do you have kids"), (WORK, "one sec"),
]  # fmt: skip


@pytest.mark.parametrize(("titles", "said"), ASIDES)
def test_questions_requests_and_small_talk_are_no_answer(titles: tuple[str, ...], said: str) -> None:
    assert read_choice(said, lines(titles)) is None


def test_the_very_words_of_a_line_are_an_answer_though_they_are_a_request_too() -> None:
    found = read_choice("back", lines(HEALTH))
    assert found is not None
    assert found.value == "2"
