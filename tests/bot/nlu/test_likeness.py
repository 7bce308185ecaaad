"""Texts are grouped by likeness."""

from __future__ import annotations

from bot.nlu.likeness import grouped
from tests.costs import costs_less_than


def test_what_is_said_alike_comes_together_and_nothing_is_lost() -> None:
    texts = [
        "can my sister be on the call",
        "where do i park",
        "can my sister be on the call too",
        "is there parking, where do i park",
        "can my brother be on the call",
        "🙂",
        "",
    ]
    groups = grouped(texts)
    assert groups[0] == [0, 2, 4]
    assert [1, 3] in groups
    assert sorted(place for group in groups for place in group) == list(range(len(texts)))
    assert grouped([]) == []


def test_three_hundred_texts_take_no_time() -> None:
    def group(number: int) -> None:
        texts = [f"this is message number {n} about thing {n * 7 % 13} and word {n * n}" for n in range(300)]
        grouped([f"{text} {number}" for text in texts], alike=0.99)

    assert costs_less_than(4, group)
