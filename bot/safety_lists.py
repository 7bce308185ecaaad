"""Reads nlu_data/safety and finds its phrases in a message, clearing those that are negated, idioms or long past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML

from bot.safety_everyday import Everyday
from bot.safety_languages import KEYS, Heard, LanguageBook, Said, Tongue, Way, denying_ways, plain_ways, read_ways
from bot.safety_phrases import Automaton, Part, PhraseError, Span, parse, words_of
from bot.safety_words import BEGIN, END, Spelling, Words, read_words, rewrites_from

FOLDER = Path(__file__).resolve().parent.parent / "nlu_data" / "safety"
_T = TypeVar("_T")
KINDS = ("medical", "child", "self_harm", "harm_by_others", "harm_to_others")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One entry of a phrase list; `order` decides between kinds, the lowest first."""

    id: str
    kind: str
    language: str
    reason: str
    order: int
    past_clears: bool
    always: bool  # counts even when the trained model is nearly certain that the message is an ordinary one
    about: str | None = None  # what help of this kind is to be for: "exploitation"
    gentle: bool = False  # never more than a line beside the message's own answer


@dataclass(frozen=True, slots=True)
class Written:
    """An entry with its words, which nobody needs any more once they are compiled (10 MB)."""

    phrase: Phrase
    say: Said
    unless: Said
    tongue: Tongue | None = None  # of a phrase in another language than English


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase said in a message, from word `start` up to, not including, `end`."""

    phrase: Phrase
    start: int
    end: int


def load_yaml(path: Path) -> dict[str, Any]:
    """A YAML 1.2 mapping; duplicate keys are refused."""
    content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise PhraseError(f"{path.name} must be a mapping")
    return content


@dataclass(frozen=True, slots=True)
class Negation:
    """Words that deny what follows, and the only words that may stand between."""

    negators: frozenset[str]
    links: frozenset[str]
    reports: frozenset[str]  # "dont think i", "not saying im": without one of these, "i" begins a new statement

    def denies(self, words: Words, start: int) -> bool:
        if words.words[start] in self.negators:  # "dont want to be here" says it, it does not deny it
            return False
        for at in range(start - 1, max(0, start - 8), -1):
            if at + 1 in words.stops or at + 1 in words.pauses:
                return False
            if words.words[at] in self.negators:
                return True
            if words.words[at] not in self.links or (
                words.words[at] in ("i", "im", "ive") and words.words[at - 1] not in self.reports
            ):
                return False
        return False


def _told(path: Path, phrases: Iterable[_T]) -> list[_T]:
    """The phrases of a file; what it lacks, or has in the wrong place, as a PhraseError."""
    try:
        return list(phrases)
    except (KeyError, TypeError, AttributeError) as error:
        raise PhraseError(f"{path.name} is not made as the other lists are ({error!r})", path.name) from error


def _idioms_of(kind: str | None) -> str:
    """The role of sayings that clear phrases of one kind, or of every kind; PhraseError where there is no such kind."""
    if kind is not None and kind not in KINDS:
        raise PhraseError(f"context.yml: no kind called {kind!r}", str(kind))
    return f"idiom of {kind}" if kind else "idiom"


def _within(one: Found, other: Found) -> bool:
    return other.start <= one.start and one.end <= other.end


class PhraseBook:
    """Every phrase list of one folder, compiled."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        spelling = load_yaml(folder / "textspeak.yml")
        self._rewrites = rewrites_from(spelling["means"])
        context = load_yaml(folder / "context.yml")
        self._negation = Negation(*(frozenset(self._fold(context[k])) for k in ("negators", "links", "reports")))
        self.phrases: list[Phrase] = []
        self._roles: list[tuple[str, int]] = []
        english, foreign = set[str](), list[tuple[int, Written]]()
        self._automaton = Automaton(self._said(english, foreign, context))  # fills these
        self._spelling = self._spell(english, spelling)
        self._others = LanguageBook(self._in_languages(foreign), {*english, *self._never(), BEGIN, END})
        self._everyday = Everyday(load_yaml(folder / "everyday.yml"), self._parse)

    def written(self) -> Iterator[Written]:
        """Every entry of the lists as it stands in its file."""
        for path in sorted(self._folder.glob("*.yml")):
            if (kind := path.stem.partition("-")[0]) in KINDS:  # self_harm.yml, self_harm-quiet.yml
                yield from _told(path, self._kind(load_yaml(path), kind))
        for path in self._languages():
            yield from _told(path, self._language(load_yaml(path), path.stem))

    def _fold(self, texts: str | Iterable[str]) -> list[str]:
        text = texts if isinstance(texts, str) else " . ".join(texts)
        return list(read_words(text, self._rewrites).words[1:-1])

    def _parse(self, texts: Iterable[str], lists: Mapping[str, str]) -> Said:
        return tuple(parse(str(text), lists, self._fold) for text in texts)

    def _kind(self, content: dict[str, Any], kind: str) -> Iterable[Written]:
        lists = {name: str(ways) for name, ways in content.get("lists", {}).items()}
        for entry in content["phrases"]:
            unknown = set(entry) - {"id", "reason", "say", "unless", "order", "past", "always", "about", "gentle"}
            if unknown:
                raise PhraseError(f"{kind}.yml, {entry.get('id')}: unknown keys {sorted(unknown)}")
            phrase = Phrase(
                id=entry["id"], kind=kind, language="en", reason=entry["reason"],
                order=entry.get("order", content["order"]), past_clears=entry.get("past") == "clears",
                always=bool(entry.get("always")), about=entry.get("about"),
                gentle=bool(entry.get("gentle")),
            )  # fmt: skip
            yield Written(phrase, self._parse(entry["say"], lists), self._parse(entry.get("unless", ()), lists))

    def _tongue(self, content: dict[str, Any], code: str) -> Tongue:
        if unknown := set(content) - KEYS:
            raise PhraseError(f"languages/{code}.yml: unknown keys {sorted(unknown)}", f"{code}.yml")
        said = {key: frozenset(self._fold(map(str, content.get(key, ())))) for key in ("deny", "between", "deny_after")}
        return Tongue(code, **said)

    def _ways(self, content: dict[str, Any], texts: Iterable[object]) -> Said:
        lists = {name: str(ways) for name, ways in content.get("lists", {}).items()}
        return read_ways(texts, lists, self._fold, by_sound=bool(content.get("by_sound")))

    def _language(self, content: dict[str, Any], code: str) -> Iterable[Written]:
        tongue = self._tongue(content, code)
        for kind, texts in content["kinds"].items():
            phrase = Phrase(
                id=f"{code}-{kind}", kind=kind, language=code, reason=f"{content['name']}: {kind}",
                order=10 + KINDS.index(kind) * 10, past_clears=False, always=True,
            )  # fmt: skip
            yield Written(phrase, self._ways(content, texts), (), tongue)

    def _around(self, content: dict[str, Any], code: str) -> Iterator[tuple[Way, tuple[Part, ...]]]:
        """What a language lists beside its phrases: sayings, the past, and a child's age."""
        tongue = self._tongue(content, code)
        for role, key in (("idiom", "idioms"), ("past", "past"), ("now", "now"), ("minor", "minor")):
            for parts in self._ways(content, content.get(key, ())):
                yield Way(role, -1, tongue, denies=False), parts

    def _in_languages(self, written: Iterable[tuple[int, Written]]) -> Iterator[tuple[Way, tuple[Part, ...]]]:
        for number, entry in written:
            assert entry.tongue is not None
            for parts in entry.say:
                if (plain := plain_ways(parts, entry.tongue)) is not None:
                    yield Way("say", number, entry.tongue, denies=False), plain
                for ways in denying_ways(parts, entry.tongue):
                    yield Way("say", number, entry.tongue, denies=True), ways
        for path in self._languages():
            yield from _told(path, self._around(load_yaml(path), path.stem))

    def _languages(self) -> list[Path]:
        return sorted((self._folder / "languages").glob("*.yml"))

    def _said(
        self, english: set[str], foreign: list[tuple[int, Written]], context: dict[str, Any]
    ) -> Iterator[tuple[Part, ...]]:
        """Every way of saying anything in English; what each is for stands at the same place of `_roles`.

        One file after the other, their words added to `english`: all at once they take 20 MB.
        """
        for number, entry in enumerate(self.written()):
            self.phrases.append(entry.phrase)
            if entry.tongue is not None:
                foreign.append((number, entry))
                continue
            english.update(word for say in entry.say for word in words_of(say))
            yield from self._with_role("say", number, entry.say)
            yield from self._with_role("unless", number, entry.unless)
        lists = {name: str(ways) for name, ways in context.get("lists", {}).items()}
        for role in ("past", "now", "over"):
            yield from self._with_role(role, -1, self._parse(context[role], lists))
        for idiom in context["idioms"]:
            yield from self._with_role(_idioms_of(idiom.get("kind")), -1, self._parse(idiom["say"], lists))

    def _with_role(self, role: str, number: int, ways: Iterable[tuple[Part, ...]]) -> Iterator[tuple[Part, ...]]:
        for parts in ways:
            self._roles.append((role, number))
            yield parts

    def _spell(self, every: set[str], spelling: dict[str, Any]) -> Spelling:
        also = {key: tuple(str(way) for way in ways) for key, ways in spelling["also"].items()}
        return Spelling(every, fuzzy=spelling["mistyped"], also=also, never=self._never())

    def _never(self) -> list[str]:
        """Words that are no mistyped English crisis words; other languages have some ("shaqada", Somali for work)."""
        others = (word for path in self._languages() for word in self._fold(load_yaml(path).get("ordinary", ())))
        return [*(self._folder / "not_typos.txt").read_text(encoding="utf-8").split(), *others]

    def words(self, text: str) -> Words:
        return read_words(text, self._rewrites)

    def spelled(self, words: Iterable[str]) -> tuple[str, ...]:
        """The same words, mistyped ones put right where a list has them."""
        return tuple(self._spelling.corrected(word) for word in words)

    def find(self, words: Words) -> tuple[list[Found], list[Found]]:
        """What was said, and what was said but cleared (denied, an idiom, long past)."""
        spans = self._automaton.find(words, self._spelling.candidates)
        by_role: dict[str, list[tuple[int, Span]]] = {}
        for span in spans:
            role, number = self._roles[span.entry]
            by_role.setdefault(role, []).append((number, span))
        kept, cleared = list[Found](), list[Found]()
        everyday = self.everyday(words) if "say" in by_role else frozenset()
        for number, span in by_role.get("say", ()):
            found = Found(self.phrases[number], span.start, span.end)
            in_it = found.end - 1 in everyday and (found.end in everyday or found.start in everyday)
            if in_it and not found.phrase.gentle:
                continue  # "not wake" of "rather not wake the baby"
            (cleared if self._cleared(number, found, words, by_role) else kept).append(found)
        if heard := self._others.find(words):
            denied = [self._found(way, span) for way, span in heard.cleared]
            kept = [found for found in kept if not any(_within(found, other) for other in denied)]  # "suicidas"
            kept += [self._found(way, span) for way, span in heard.kept]
            cleared += denied
            kept += self._of_children(heard, kept)
        return kept, cleared

    def everyday(self, words: Words) -> frozenset[int]:
        """The places of everyday words that the models are not to see."""
        return self._everyday.places(words)

    def in_other_languages(self, text: str) -> bool:
        """Whether a message has to be looked through for other languages at all."""
        return self._others.find(self.words(text)) is not None

    def _found(self, way: Way, span: Span) -> Found:
        return Found(self.phrases[way.number], span.start, span.end)

    def _of_children(self, heard: Heard, kept: list[Found]) -> list[Found]:
        """Somebody who says that they are fourteen, and what is done to them or that they want to die."""
        if not any(found.phrase.kind in ("harm_by_others", "self_harm") for found in kept):
            return []
        child = {phrase.language: phrase for phrase in self.phrases if phrase.kind == "child"}
        return [Found(child[code], span.start, span.end) for code, span in heard.minors if code in child]

    def _cleared(self, number: int, found: Found, words: Words, by_role: Mapping[str, list[tuple[int, Span]]]) -> bool:
        own = [span for n, span in by_role.get("unless", ()) if n == number]
        for kind in (None, found.phrase.kind):
            own += [span for _, span in by_role.get(_idioms_of(kind), ())]
        kin = [span for n, span in by_role.get("unless", ()) if self.phrases[n].kind == found.phrase.kind]
        if any(span.start < found.end and found.start < span.end for span in own) or any(
            span.start <= found.start and found.end <= span.end for span in kin
        ):
            return True
        if self._negation.denies(words, found.start):
            return True
        return self._long_past(found, words, by_role)

    def _long_past(self, found: Found, words: Words, by_role: Mapping[str, list[tuple[int, Span]]]) -> bool:
        def same_sentence(span: Span) -> bool:
            first, last = min(span.start, found.start), max(span.start, found.start)
            return not any(first < stop <= last for stop in words.stops)

        past = [span for _, span in by_role.get("past", ()) if same_sentence(span)]
        if not past or not (found.phrase.past_clears or any(span.end == found.start for span in past)):
            return False
        over = any(same_sentence(span) for _, span in by_role.get("over", ()))
        return over or not any(same_sentence(span) for _, span in by_role.get("now", ()))


@cache
def book() -> PhraseBook:
    """The published phrase lists, compiled once."""
    return PhraseBook()
