"""Messages nobody would write, at every question: no crash, and an answer well within a second of processor."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

from tests.bot.conversing import asked_at, book, said
from tests.costs import costs_less_than

MANY = int(os.environ.get("FUZZ_MESSAGES", "200"))  # 10,000 with `make soak`
SLOWEST = 1.0
LEXICON = Path(__file__).resolve().parents[2] / "nlu_data" / "lexicon"
GIVEN = {
    "work_situation": "off_sick",
    "postcode": "PR1 8XJ",
    "age": 54,
    "name": "Dan",
    "health": ["other"],
    "barriers": ["money"],
}
ODD = [
    "\u200b", "\u202e", "\x00", "\ufeff", "\U0001f62d", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u0301" * 30, "٣", "½", "Ⅳ", "''", "((((", "))))", "????", "\n\n",
    "a" * 400, "1" * 60, "1 " * 60, "not " * 40, "no wait " * 30, "but " * 40, "10-" * 40, "/" * 50, "." * 60, "SR4 7TZ " * 20, "next " * 40, "monday " * 60,
    "<script>", "{{ 7*7 }}", "${x}", "%s%n", "'; DROP TABLE", "http://a.b/c?d=e", "+44 7700 900123", "0" * 30, "ﬁ", "ＰＲ１ ８ＸＪ", "İ", "ß", "𝓱𝓲",
]  # fmt: skip
QUESTIONS = [
    "work_situation",
    "postcode",
    "age",
    "health",
    "barriers",
    "name",
    "phone",
    "opening",
    "consent_share",
    "months_out_of_work",
]


def pieces() -> list[str]:
    """Words and phrases of the lists, so that the odd messages come near to what is known."""
    lines = (line.strip() for path in sorted(LEXICON.glob("*.yml")) for line in path.read_text("utf-8").split("\n"))
    return [line.removeprefix("- ").replace("/", " ") for line in lines if line.startswith("- ")]


def messages(count: int) -> Iterator[str]:
    dice = random.Random(2026)
    known = pieces()
    for _ in range(count):
        parts = [dice.choice(ODD if dice.random() < 0.3 else known) for _ in range(dice.randint(1, 9))]
        text = dice.choice(["", " ", ", ", ". ", "\n"]).join(parts)
        if dice.random() < 0.4:
            at = dice.randrange(len(text) + 1)
            text = text[:at] + chr(dice.randrange(1, 0x1FFFF)) + text[at + dice.randint(0, 3) :]
        yield text.encode("utf-8", "ignore").decode("utf-8")


def answered_quickly(text: str, question: str) -> bool:
    filled = [slot for slot in GIVEN if slot in asked_at()]

    def understand(number: int) -> None:
        assert isinstance(said(text[: 2000 - number] + "." * number, question, GIVEN, filled), list)

    return costs_less_than(SLOWEST, understand)


def test_no_message_breaks_understanding_or_takes_long() -> None:
    asked = [slot for slot in QUESTIONS if slot in asked_at()]
    for number, text in enumerate(messages(MANY)):
        question = asked[number % len(asked)]
        assert answered_quickly(text, question), (question, text[:80])


def test_the_longest_messages_take_no_longer() -> None:
    for number, unit in enumerate(
        [*ODD, "10 to 4 ", "not monday, ", "i had a bad back and no money and ", "45 not 54 "]
    ):
        question = ("opening", "barriers", "age", "name")[number % 4]
        assert answered_quickly((unit * 2000)[:2000], question), (question, unit[:20])


def test_the_questions_are_real() -> None:
    assert set(QUESTIONS) <= set(book().slots)
