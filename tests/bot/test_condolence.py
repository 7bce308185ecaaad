"""Somebody has died: a word of sympathy, once; what only sounds like it gets none."""

from __future__ import annotations

import pytest

from bot.condolence import LOSS, mourns, tells_of_a_death
from bot.flows.commands import SetSlot, StartFlow
from tests.bot.conversing import said
from tests.bot.test_by_the_way import Thinks
from tests.test_repository import ROOT

SAFE = {"safe_to_text": "yes"}
DEATHS = (
    "my mum died in september and i cant face going in", "lost my husband in june", "me dad passed away last week", "my nan passed in march",
    "I've been off since my wife died", "i had a miscarriage in may", "our baby was stillborn", "signed off with grief", "its bereavement",
    "my brother took his own life", "my best mate was killed on his bike", "weve the funeral on thursday", "just lost my mam",
)  # fmt: skip
NO_DEATHS = (
    "my phone died", "nearly died laughing", "my dad nearly died last year", "my son passed his test", "lost my job in june", "lost my nans number",
    "i was scared my mum would die", "is there a bereavement group", "i passed away the time", "my wife lost her job", "my car died", "i work at a funeral home",
    "my daughter passed her exams", "get back to driving", "im giving up smoking", "not giving you my number mate", "in brief", "to my relief", "my mum has dementia", "died inside when he said it", "i lost my husbands keys", "good grief",
)  # fmt: skip


@pytest.mark.parametrize("text", DEATHS)
def test_a_death_is_heard_and_is_about_who_writes(text: str) -> None:
    assert tells_of_a_death(text)


@pytest.mark.parametrize("text", NO_DEATHS)
def test_what_only_sounds_like_it(text: str) -> None:
    assert not tells_of_a_death(text)


def test_no_everyday_word_is_taken_for_one() -> None:
    """The lists allow for slips of the finger: "driving" was read as "grieving"."""
    everyday = (ROOT / "tests" / "bot" / "everyday_words.txt").read_text(encoding="utf-8").split()
    assert [word for word in everyday if tells_of_a_death(f"my {word}") or tells_of_a_death(f"i am {word}")] == [
        "bereaved",
        "miscarriage",
    ]


def test_it_is_said_once_beside_what_is_told_and_never_a_miss() -> None:
    done = said("my mum died, off sick since", "work_situation", SAFE)
    assert [one.value for one in done if isinstance(one, SetSlot) and one.slot == "work_situation"] == ["off_sick"]
    assert done[-1] == StartFlow(LOSS)
    assert said("my mum died", "age", SAFE, nlu=Thinks("smalltalk")) == [StartFlow(LOSS)]
    assert StartFlow(LOSS) not in said("my mum died", "age", {**SAFE, "loss_told": True})


def test_crisis_help_stands_alone() -> None:
    done = said("my mum died and i want to kill myself", "age", SAFE)
    assert StartFlow(LOSS) not in done


@pytest.mark.parametrize("text", ["lost my husband in june and cant cope with work", "my wife passed away"])
def test_who_mourns_asks_for_nobody_else(text: str) -> None:
    assert mourns(text)
    done = said(text, "work_situation", SAFE, nlu=Thinks("on_behalf"))
    assert StartFlow("pattern_on_behalf") not in done


def test_who_asks_for_somebody_that_mourns_is_heard_so() -> None:
    assert not mourns("my sister lost her husband and she needs help")
    done = said(
        "im asking for my sister, her husband died and she cant work", "work_situation", SAFE, nlu=Thinks("on_behalf")
    )
    assert StartFlow("pattern_on_behalf") in done
