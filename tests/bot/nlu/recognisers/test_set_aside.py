"""What looks like an answer and is none, with its neighbours that are one."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers.set_aside import (
    is_of_work,
    is_part_of_a_number,
    says_no_yes,
    tells_no_situation,
    without_supposing,
)
from bot.nlu.recognisers.situation import read_situation
from bot.nlu.volunteered import volunteered
from tests.bot.conversing import NOW


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("07700 900 7", True),
        ("0770090012", True),
        ("+44 7700 90", True),
        ("(01632) 960", True),
        ("1 2 3 4 5 6 7", False),
        ("1, 3 and 7", False),
        ("7", False),
        ("0", False),
        ("ring 07700 900123", False),
    ],
)
def test_a_piece_of_a_phone_number_is_no_line_of_a_list(text: str, part: bool) -> None:
    assert is_part_of_a_number(text) is part


@pytest.mark.parametrize(
    ("text", "work"),
    [
        ("BS1 4DJ is my work", True),
        ("my works postcode is BS1 4DJ", True),
        ("the office is BS1 4DJ", True),
        ("BS1 4DJ thats where i work", True),
        ("its for work BS1 4DJ", True),
        ("BS1 4DJ", False),
        ("i live at BS1 4DJ near work", False),
        ("home is BS1 4DJ and work is BS2 0AA", False),
        ("im off work BS1 4DJ", False),
        ("i work at BS1 4DJ but live M1 1AE", False),
        ("BS1 4DJ, i work in a shop", False),
    ],
)
def test_the_postcode_of_work_is_not_home(text: str, work: bool) -> None:
    assert is_of_work(text) is work
    assert ("postcode" in volunteered(text, NOW)) is not work


@pytest.mark.parametrize(
    "text", ["nah", "no", "nope sorry", "its stress from work", "work related stress", "burnt out cos of the job"]
)
def test_what_work_does_tells_neither_in_it_nor_off(text: str) -> None:
    assert tells_no_situation(text)


@pytest.mark.parametrize(
    "text", ["none of these", "off with stress from work", "signed off because of work", "no job", "in work"]
)
def test_what_does_tell_is_heard(text: str) -> None:
    assert not tells_no_situation(text)


@pytest.mark.parametrize(
    ("text", "situation"),
    [
        ("do the jobcentre get told if i say im working", None),
        ("what happens if im off sick for ages", None),
        ("im off sick, what happens if i get sacked", "off_sick"),
        ("im working. who gets told", "in_work"),
        ("can i get help if im off sick", "off_sick"),
    ],
)
def test_what_is_only_supposed_is_no_fact(text: str, situation: str | None) -> None:
    found = read_situation(without_supposing(text))
    assert (found.value if found else None) == situation


@pytest.mark.parametrize(
    ("text", "situation"),
    [
        ("works threatening to let me go", None),
        ("been off since august, works threatening to let me go", "off_sick"),
        ("theyre going to make me redundant", None),
        ("scared ill be sacked", None),
        ("they want to sack me", None),
        ("ill be made redundant in jan", None),
        ("they let me go", "out_of_work"),
        ("they let me go in june and i might appeal", "out_of_work"),
        ("got ill and was sacked", "out_of_work"),
        ("worried sick. been made redundant", "out_of_work"),
        ("lost my job and worried about the rent", "out_of_work"),
        ("no wait im not off sick any more they sacked me friday", "out_of_work"),
        ("still on the site but me backs wrecked", "in_work"),
    ],
)
def test_a_job_that_may_be_lost_is_not_gone(text: str, situation: str | None) -> None:
    found = read_situation(text)
    assert (found.value if found else None) == situation


@pytest.mark.parametrize(
    ("text", "chance"),
    [
        ("works threatening to let me go", True),
        ("i cant let this go", True),
        ("yeah lets go", False),
        ("1 but who are you", False),
    ],
)
def test_words_shared_with_the_safe_line_are_no_yes(text: str, chance: bool) -> None:
    assert says_no_yes(text) is chance


@pytest.mark.parametrize(
    "text", ["yes it is safe to text me here", "its ok to text me, off sick", "is it ok to message here"]
)
def test_that_we_may_write_asks_for_no_letters(text: str) -> None:
    assert "call_needs" not in volunteered(text, NOW)


@pytest.mark.parametrize("text", ["please just text me", "text me dont ring", "im deaf so text me"])
def test_a_wish_for_writing_is_heard(text: str) -> None:
    assert volunteered(text, NOW)["call_needs"] == ["messages"]
