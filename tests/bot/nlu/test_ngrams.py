"""The small classifier: deterministic, quick to train, the same after saving, never afraid of a text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.ngrams import NgramClassifier
from tests.costs import costs_less_than

EXAMPLES = [
    ("can i book a call", "book_call"),
    ("book me a call please", "book_call"),
    ("id like a phone call", "book_call"),
    ("ring me tomorrow", "book_call"),
    ("is it free", "cost"),
    ("does this cost money", "cost"),
    ("how much is it", "cost"),
    ("do i have to pay", "cost"),
    ("are you a robot", "robot"),
    ("is this a real person", "robot"),
    ("am i talking to a computer", "robot"),
    ("r u human", "robot"),
]


@pytest.fixture(scope="module")
def classifier() -> NgramClassifier:
    return NgramClassifier.train(EXAMPLES)


def best(classifier: NgramClassifier, text: str) -> str:
    scores = classifier.scores(text)
    return max(scores, key=lambda label: scores[label])


@pytest.mark.parametrize(
    ("text", "label"), [("book a call", "book_call"), ("what does it cost", "cost"), ("are you human", "robot")]
)
def test_words_not_seen_before_go_where_their_like_went(classifier: NgramClassifier, text: str, label: str) -> None:
    assert best(classifier, text) == label


def test_scores_are_probabilities_over_every_label(classifier: NgramClassifier) -> None:
    scores = classifier.scores("hello there")
    assert set(scores) == {"book_call", "cost", "robot"}
    assert sum(scores.values()) == pytest.approx(1, abs=1e-5)


def test_training_twice_gives_the_same_weights(classifier: NgramClassifier) -> None:
    again = NgramClassifier.train(EXAMPLES)
    for text, _ in EXAMPLES:
        assert again.scores(text) == classifier.scores(text)


def test_a_saved_model_answers_nearly_the_same_and_keeps_its_note(classifier: NgramClassifier, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    classifier.save(path, note="abc")
    loaded = NgramClassifier.load(path)
    assert NgramClassifier.note(path) == "abc"
    assert loaded.labels == classifier.labels
    for text, label in EXAMPLES:
        assert loaded.scores(text)[label] == pytest.approx(classifier.scores(text)[label], abs=0.05)


def test_one_label_is_refused() -> None:
    with pytest.raises(ValueError, match="two labels"):
        NgramClassifier.train([("a", "x"), ("b", "x")])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_scores(classifier: NgramClassifier, text: str) -> None:
    assert sum(classifier.scores(text).values()) == pytest.approx(1, abs=1e-4)


def test_fifteen_hundred_lines_of_forty_labels_train_in_three_seconds_of_work() -> None:
    lines = [
        (f"{text} {number}", f"label{number % 40}") for number in range(1500) for text, _ in [EXAMPLES[number % 12]]
    ]
    assert costs_less_than(3, lambda _: NgramClassifier.train(lines))
