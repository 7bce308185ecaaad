"""Which language somebody writes or asks for."""

from __future__ import annotations

import pytest

from bot.flows.segments import segments
from bot.languages import language_asked_for, language_of, languages

SAID = {
    "nie mowie po angielsku": "pl", "dzien dobry, szukam pomocy z praca": "pl", "nu vorbesc engleza bine": "ro", "hola no hablo ingles": "es",
    "мне нужна помощь, я не говорю по английски": "ru", "Мені потрібна допомога, я не розмовляю": "uk", "مرحبا أحتاج مساعدة في العمل": "ar",
    "مجھے کام میں مدد چاہیے": "ur", "আমার সাহায্য দরকার": "bn", "ਮੈਨੂੰ ਮਦਦ ਚਾਹੀਦੀ ਹੈ": "pa", "我需要帮助": "zh", "மன்னிக்கவும்": "ta",
    "can you speak romanian": "ro", "romanian language have?": "ro", "interpreter punjabi please": "pa", "dwi ddim yn siarad saesneg": "cy",
}  # fmt: skip
ENGLISH = (
    "hello i need help",
    "my english not good",
    "off sick with my back",
    "i work in a polish shop",
    "no",
    "",
    "1",
)


@pytest.mark.parametrize("text", SAID)
def test_the_language_is_known_by_its_letters_its_words_or_its_name(text: str) -> None:
    assert language_of(text) == SAID[text]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_no_other_language(text: str) -> None:
    assert language_of(text) is None


def test_a_language_is_asked_for_only_where_it_is_to_be_spoken() -> None:
    assert language_asked_for("my polish mate") is None
    assert language_asked_for("polish interpreter") == "pl"


def test_the_line_in_each_language_fits_into_one_text() -> None:
    assert len(languages()) == 21
    assert all(segments(one.line) == 1 for one in languages().values())
