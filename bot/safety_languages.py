"""The crisis phrases of other languages (nlu_data/safety/languages): word stems, free order, each language's own denials.

Kept apart from the English lists, so that an English message hardly passes here: only one that has a word of theirs does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations

from bot.safety_phrases import Automaton, Group, Part, PhraseError, Span, mapped, parse, words_of
from bot.safety_scripts import romanised, without_ending
from bot.safety_words import Words

Said = tuple[tuple[Part, ...], ...]
KEYS = frozenset(
    {
        "name",
        "deny",
        "between",
        "deny_after",
        "past",
        "now",
        "idioms",
        "lists",
        "kinds",
        "minor",
        "by_sound",
        "ordinary",
    }
)
_STEM, _SOUND = "~", "="
_MOST_KNOWN = 20_000
_LONG_LIST = 8
_FARTHEST = 5  # words before or after a phrase among which what denies it stands


@dataclass(frozen=True, slots=True)
class Tongue:
    """What one language denies with: words before, the words that may stand between, words after."""

    code: str
    deny: frozenset[str] = frozenset()
    between: frozenset[str] = frozenset()
    deny_after: frozenset[str] = frozenset()

    @property
    def denials(self) -> frozenset[str]:
        return self.deny | self.deny_after


@dataclass(frozen=True, slots=True)
class Way:
    """One way of saying something: `role` is say, idiom, past, now or minor; `denies` that the words hold a denial."""

    role: str
    number: int
    tongue: Tongue
    denies: bool


@dataclass(slots=True)
class Heard:
    """What the languages heard of one message: ways with their places, and whether a child says its age."""

    kept: list[tuple[Way, Span]] = field(default_factory=list)
    cleared: list[tuple[Way, Span]] = field(default_factory=list)
    minors: list[tuple[str, Span]] = field(default_factory=list)


def _telling(parts: tuple[Part, ...]) -> Iterator[str]:
    """The last word of a phrase without choices, and the words of long lists: what is done, not who does it to whom."""
    if all(isinstance(part, str) for part in parts):
        yield from [part for part in parts if isinstance(part, str)][-1:]
    for part in parts:
        if isinstance(part, Group):
            for way in part.ways:
                if len(part.ways) >= _LONG_LIST and len(way) == 1:
                    yield from words_of(way)


def orders(phrase: str) -> list[str]:
    """ "a & b": both, in either order, with up to six words between."""
    parts = [part.strip() for part in phrase.split("&")]
    if len(parts) > 3 or not all(parts):
        raise PhraseError(f"at most three things may be said in any order, none of them empty, in {phrase!r}", phrase)
    return [" ... ... ".join(order) for order in permutations(parts)]


def read_ways(
    phrases: Iterable[object], lists: Mapping[str, str], fold: Callable[[str], list[str]], *, by_sound: bool
) -> Said:
    """The phrases as parts; where a language is also written by sound, its words in Latin letters as they sound."""
    read = (parse(way, lists, fold) for phrase in phrases for way in orders(str(phrase)))
    return tuple(mapped(parts, _sounding) if by_sound else parts for parts in read)


def _sounding(word: str) -> str:
    if not word.isascii() or not word.rstrip(_STEM).isalpha():
        return word
    sound = romanised(word.rstrip(_STEM))
    return f"{_SOUND}{sound}{_STEM}" if word.endswith(_STEM) else f"{_SOUND}{without_ending(sound)}"


class LanguageBook:
    """All phrases of all languages in one automaton."""

    def __init__(self, ways: Iterable[tuple[Way, tuple[Part, ...]]], english: Collection[str]) -> None:
        self._ways: list[Way] = []
        self._of: dict[str, set[str]] = {}  # the words of each language
        self._telling: set[str] = set()  # words that tell a crisis, even where English has them too: "il me bat"
        self._automaton = Automaton(self._laid(ways))
        self._vocabulary = self._automaton.vocabulary()
        self._stems = {word[:-1] for word in self._vocabulary if word.endswith(_STEM)}
        self._lengths = sorted({len(stem) for stem in self._stems})
        self._sounds = any(word.startswith(_SOUND) for word in self._vocabulary)
        self._english = frozenset(english) - self._telling
        self._known: dict[str, tuple[str, ...]] = {}

    def _laid(self, ways: Iterable[tuple[Way, tuple[Part, ...]]]) -> Iterator[tuple[Part, ...]]:
        for way, parts in ways:
            self._ways.append(way)
            self._of.setdefault(way.tongue.code, {*way.tongue.denials, *way.tongue.between}).update(words_of(parts))
            self._telling.update(word for word in _telling(parts) if len(word) > 2 and word.isalpha())
            yield parts

    def readings(self, word: str) -> tuple[str, ...]:
        """The listed words, stems and sounds that a typed word may stand for."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) > _MOST_KNOWN:  # bounded, whatever people type
                self._known.clear()
            found = self._known[word] = tuple(dict.fromkeys(self._read(word)))
        return found

    def _read(self, word: str) -> Iterator[str]:
        forms = [word]
        if len(word) >= 4 and word[0] in "وف":  # "and", "so", written onto the Arabic word that follows
            forms.append(word[1:])
        if self._sounds and word.isascii() and word.isalpha():
            sound = romanised(word)
            forms += [_SOUND + sound, _SOUND + without_ending(sound)]
        elif (single := re.sub(r"(.)\1+", r"\1", word)) != word and not word.isascii():
            forms.append(single)
        for form in forms:
            if form in self._vocabulary:
                yield form
            for length in self._lengths:
                if length > len(form):
                    break
                if form[:length] in self._stems:
                    yield form[:length] + _STEM

    def find(self, words: Words) -> Heard | None:
        """What is said in any of the languages; None where no word is of any of them, as in nearly all English messages."""
        if not any(word not in self._english and self.readings(word) for word in words.words):
            return None
        spans = self._automaton.find(words, self.readings)
        heard = Heard()
        said = [(self._ways[span.entry], span) for span in spans]
        for way, span in said:
            if way.role == "minor":
                heard.minors.append((way.tongue.code, span))
            if way.role == "say":
                cleared = _denied(way, span, words) or _let_pass(way, span, words, said)
                (heard.cleared if cleared else heard.kept).append((way, span))
        return self._as_meant(heard, words) if heard.cleared and heard.kept else heard

    def _as_meant(self, heard: Heard, words: Words) -> Heard:
        """Two languages that share a word: the one that knows more of the message tells whether it is denied."""
        known = {
            code: sum(not self._of[code].isdisjoint((word, *self.readings(word))) for word in words.words)
            for code in self._of
        }
        for one in tuple(heard.kept):
            if not one[0].denies and any(_overruled(one, other, known) for other in heard.cleared):
                heard.kept.remove(one)
        return heard


def _overruled(kept: tuple[Way, Span], cleared: tuple[Way, Span], known: Mapping[str, int]) -> bool:
    (way, span), (other, place) = kept, cleared
    return place.start < span.end and span.start < place.end and known[other.tongue.code] > known[way.tongue.code]


def _denied(way: Way, span: Span, words: Words) -> bool:
    """A denial before, within or after the phrase, in the same clause; a phrase that has one itself means it."""
    if way.denies:
        return False
    tongue = way.tongue
    if any(word in tongue.denials for word in words.words[span.start : span.end]):
        return True
    return _near(range(span.start - 1, max(0, span.start - 1 - _FARTHEST), -1), 1, tongue.deny, words, tongue) or _near(
        range(span.end, min(len(words.words), span.end + _FARTHEST)), 0, tongue.deny_after, words, tongue
    )


def _near(places: range, edge: int, denials: Collection[str], words: Words, tongue: Tongue) -> bool:
    """A denial at one of the places, with nothing but linking words between it and the phrase."""
    for at in places:
        if at + edge in words.stops or at + edge in words.pauses:
            return False
        if words.words[at] in denials:
            return True
        if words.words[at] not in tongue.between:
            return False
    return False


def _let_pass(way: Way, span: Span, words: Words, said: list[tuple[Way, Span]]) -> bool:
    """A saying of the same language that shares its words, or something long past in the same sentence."""
    own = [(other, place) for other, place in said if other.tongue.code == way.tongue.code]
    if any(other.role == "idiom" and place.start < span.end and span.start < place.end for other, place in own):
        return True
    then = [place for other, place in own if other.role == "past" and _one_sentence(place, span, words)]
    return bool(then) and not any(other.role == "now" and _one_sentence(place, span, words) for other, place in own)


def _one_sentence(one: Span, other: Span, words: Words) -> bool:
    first, last = min(one.start, other.start), max(one.start, other.start)
    return not any(first < stop <= last for stop in words.stops)


def _is_denial(word: str, tongue: Tongue) -> bool:
    if word.startswith(_SOUND):
        return word in {_sounding(denial) for denial in tongue.denials}
    return (
        any(denial.startswith(word[:-1]) for denial in tongue.denials)
        if word.endswith(_STEM)
        else word in tongue.denials
    )


def plain_ways(parts: tuple[Part, ...], tongue: Tongue) -> tuple[Part, ...] | None:
    """The phrase without those of its ways that hold a denial; None where nothing is left."""
    kept: list[Part] = []
    for part in parts:
        if isinstance(part, Group):
            ways = tuple(way for one in part.ways if (way := plain_ways(one, tongue)) is not None)
            if ways:
                kept.append(Group(ways, part.optional))
            elif not part.optional:
                return None
        elif _is_denial(part, tongue):
            return None
        else:
            kept.append(part)
    return tuple(kept) or None


def denying_ways(parts: tuple[Part, ...], tongue: Tongue) -> list[tuple[Part, ...]]:
    """The phrase in those of its ways that hold a denial: "no quiero vivir"."""
    if any(not isinstance(part, Group) and _is_denial(part, tongue) for part in parts):
        return [parts]
    found = []
    for at, part in enumerate(parts):
        if isinstance(part, Group):
            ways = tuple(way for one in part.ways for way in denying_ways(one, tongue))
            found += [(*parts[:at], Group(ways), *parts[at + 1 :])] if ways else []
    return found
