"""A crisis in another language: heard in words nobody listed, not heard in everyday ones.

The lines stand in `crisis_languages/`: `aside.yml` was written before the phrases and is never written from, `open.yml`
may be, `harmless.yml` must raise no alarm. No native clinician has read any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.languages import languages
from bot.safety import patterns_only, screen
from bot.safety_languages import orders
from bot.safety_lists import PhraseBook, book, load_yaml
from bot.safety_model import training_lines
from bot.safety_phrases import PhraseError, parse
from bot.safety_scripts import romanised, same_letters, without_ending

LINES = Path(__file__).parent / "crisis_languages"
ASIDE_HEARD, LANGUAGE_HEARD = 0.95, 0.85
CODES = sorted(languages())


CONTENT = Path(__file__).resolve().parents[2] / "dialogs" / "languages"


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*.yml")), ids=lambda path: path.stem)
def test_hazard_05_whether_it_is_safe_is_asked_in_words_that_fit_a_page_too(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    first = content[content.index("utter_abuse_first:") :]
    assert "Is it safe to write here? 1 yes, 2 no." in first
    assert "to text" not in first


@cache
def table(name: str) -> dict[str, dict[str, str]]:
    return load_yaml(LINES / name)


def crises(name: str, code: str) -> Iterator[tuple[str, str]]:
    for kind, block in table(name)[code].items():
        yield from ((kind, line) for line in block.splitlines() if line)


def heard_as(text: str, kind: str) -> bool:
    hit = patterns_only(text)
    return hit is not None and kind in (hit.kind, *hit.also)


def share_heard(lines: list[tuple[str, str]]) -> float:
    return sum(heard_as(text, kind) for kind, text in lines) / len(lines)


@pytest.mark.parametrize("code", CODES)
def test_most_of_the_lines_set_aside_are_heard_in_each_language(code: str) -> None:
    lines = list(crises("aside.yml", code))
    assert len(lines) == 20
    assert share_heard(lines) >= LANGUAGE_HEARD


def test_nearly_all_lines_set_aside_are_heard() -> None:
    assert share_heard([line for code in CODES for line in crises("aside.yml", code)]) >= ASIDE_HEARD


@pytest.mark.parametrize("code", CODES)
def test_the_open_lines_are_heard_as_their_kind(code: str) -> None:
    assert [text for kind, text in crises("open.yml", code) if not heard_as(text, kind)] == []


@pytest.mark.parametrize("code", sorted(table("harmless.yml")))
def test_everyday_lines_sayings_denials_and_the_past_pass(code: str) -> None:
    block: str = str(table("harmless.yml")[code])
    assert [text for text in block.splitlines() if screen(text)] == []


def test_no_ordinary_english_line_is_heard_in_another_language() -> None:
    ordinary = [text for text, kind in training_lines() if kind == "none"][::3]
    hits = ((text, patterns_only(text)) for text in ordinary)
    assert [text for text, hit in hits if hit and hit.nation_language] == []


def test_an_ordinary_english_line_hardly_passes_the_other_languages() -> None:
    """They cost nothing where no word is theirs."""
    ordinary = [text for text, kind in training_lines() if kind == "none"][::20]
    assert sum(book().in_other_languages(text) for text in ordinary) < len(ordinary) / 8


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mam 14 lat i chce umrzec", "child"), ("мне 13 лет и я хочу умереть", "child"), ("我14岁我想死", "child"),
        ("mam 45 lat i chce umrzec", "self_harm"), ("tengo 16 y quiero morir", "child"), ("mujhe marna hai meri umar 15 hai", "child"),
    ],
)  # fmt: skip
def test_a_child_who_says_its_age_gets_a_childs_help(text: str, kind: str) -> None:
    hit = patterns_only(text)
    assert hit is not None
    assert hit.kind == kind


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("nie chce umrzec", False), ("Nie. Chce umrzec", True), ("nie chce zyc", True), ("maz mnie nie bije", False),
        ("no quiero morir", False), ("no, quiero morir", True), ("ya no quiero vivir", True), ("mi marido no me pega", False),
        ("je veux pas mourir", False), ("je ne veux plus vivre", True), ("mon mari ne me frappe pas", False),
        ("main marna nahi chahta", False), ("main jeena nahi chahta", True), ("ami morte chai na", False), ("ami bachte chai na", True),
        ("я не хочу умирать", False), ("муж меня не бьет", False), ("不想死", False), ("不想活", True), ("ölmek istemiyorum", False),
        ("yaşamak istemiyorum", True), ("ما بدي اموت", False), ("ما بدي عيش", True), ("نمیخوام بمیرم", False), ("மரணம் வேண்டாம்", False),
        ("dwi ddim isio marw", False), ("dwi ddim isio byw", True), ("ma rabo inaan dhinto", False), ("mare marvu nathi", False),
        ("mare jivvu nathi", True), ("nu vreau sa mor", False), ("nu mai vreau sa traiesc", True), ("non voglio morire", False),
    ],
)  # fmt: skip
def test_a_denial_clears_what_it_denies_and_no_more(text: str, heard: bool) -> None:
    assert (patterns_only(text) is not None) is heard


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("im ok but chce sie zabic", "self_harm"), ("sorry my english bad, moj maz mnie bije", "harm_by_others"),
        ("please help mera husband mujhe marta hai", "harm_by_others"), ("i have bol v grudi", "medical"),
    ],
)  # fmt: skip
def test_another_language_inside_english_is_heard(text: str, kind: str) -> None:
    assert heard_as(text, kind)


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("żółć", "zolc"), ("ölmek", "olmek"), ("sănătos", "sanatos"), ("أريد", "اريد"), ("مُوت", "موت"), ("مـــوت", "موت"),
        ("شخصی", "شخصي"), ("کتک", "كتك"), ("می‌خواهم", "ميخواهم"), ("می خواهم", "ميخواهم"), ("۱۴", "14"), ("١٤", "14"), ("१४", "14"),
        ("হ্যাঁ", "হ্যা"), ("ज़हर", "जहर"), ("हूँ", "हु"), ("हूं", "हु"), ("ਜ਼ਹਿਰ", "ਜਹਿਰ"), ("殺護車", "杀护车"), ("ｉ", "i"), ("ёж", "еж"),
        ("xочу", "хочу"), ("சாகப் போ", "சாக போ"), ("தற்கொலை", "தர்கொலை"),
    ],
)  # fmt: skip
def test_letters_that_a_reader_takes_for_the_same_are_the_same(typed: str, same: str) -> None:
    assert same_letters(typed.casefold()) == same_letters(same)


@pytest.mark.parametrize(
    "spellings",
    [("chahta", "chaahta", "chahtha"), ("main", "mein", "mai"), ("hun", "hoon", "hu"), ("jeena", "jina"), ("zindagi", "jindagi"),
     ("khudkushi", "kudkushi"), ("bahut", "bahutt")],
)  # fmt: skip
def test_a_word_written_by_its_sound_is_one_word(spellings: tuple[str, ...]) -> None:
    assert len({without_ending(romanised(word)) for word in spellings}) == 1


def test_things_said_in_any_order_are_at_most_three() -> None:
    assert orders("a & b") == ["a ... ... b", "b ... ... a"]
    for wrong in ("a & b & c & d", "a &"):
        with pytest.raises(PhraseError):
            orders(wrong)


def test_a_stem_needs_a_beginning() -> None:
    with pytest.raises(PhraseError):
        parse("a ~", {}, str.split)


def test_an_unknown_key_of_a_language_is_refused() -> None:
    with pytest.raises(PhraseError, match="denny"):
        PhraseBook._tongue(book(), {"name": "x", "denny": [], "kinds": {}}, "xx")
