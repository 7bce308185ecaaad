"""Reads nlu_data/safety and finds its phrases in a message, clearing those that are negated, idioms or long past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.safety_phrases import Automaton, Part, PhraseError, Span, parse, words_of
from bot.safety_words import Spelling, Words, read_words, rewrites_from

FOLDER = Path(__file__).resolve().parent.parent / "nlu_data" / "safety"
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
    not_after: frozenset[str]
    about: str | None = None  # what help of this kind is to be for: "exploitation"
    gentle: bool = False  # never more than a line beside the message's own answer


Said = tuple[tuple[Part, ...], ...]
"""Ways of saying something, read."""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry with its words, which nobody needs any more once they are compiled (10 MB)."""

    phrase: Phrase
    say: Said
    unless: Said


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


def _told(path: Path, phrases: Iterable[Written]) -> list[Written]:
    """The phrases of a file; what it lacks, or has in the wrong place, as a PhraseError."""
    try:
        return list(phrases)
    except (KeyError, TypeError, AttributeError) as error:
        raise PhraseError(f"{path.name} is not made as the other lists are ({error!r})", path.name) from error


class PhraseBook:
    """Every phrase list of one folder, compiled."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        spelling = load_yaml(folder / "textspeak.yml")
        self._rewrites = rewrites_from(spelling["means"])
        context = load_yaml(folder / "context.yml")
        self._negation = Negation(*(frozenset(self._fold(context[k])) for k in ("negators", "links", "reports")))
        written = list(self.written())
        self.phrases = [entry.phrase for entry in written]
        self._roles: list[tuple[str, int]] = []
        self._automaton = Automaton(self._said(written, context))
        self._spelling = self._spell(written, spelling)

    def written(self) -> Iterator[Written]:
        """Every entry of the lists as it stands in its file."""
        for path in sorted(self._folder.glob("*.yml")):
            if (kind := path.stem.partition("-")[0]) in KINDS:  # self_harm.yml, self_harm-quiet.yml
                yield from _told(path, self._kind(load_yaml(path), kind))
        for path in sorted((self._folder / "languages").glob("*.yml")):
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
                always=bool(entry.get("always")), not_after=frozenset(), about=entry.get("about"),
                gentle=bool(entry.get("gentle")),
            )  # fmt: skip
            yield Written(phrase, self._parse(entry["say"], lists), self._parse(entry.get("unless", ()), lists))

    def _language(self, content: dict[str, Any], code: str) -> Iterable[Written]:
        not_after = frozenset(self._fold(content.get("not_after", ())))
        for kind, texts in content["kinds"].items():
            phrase = Phrase(
                id=f"{code}-{kind}", kind=kind, language=code, reason=f"{content['name']}: {kind}",
                order=10 + KINDS.index(kind) * 10, past_clears=False, always=True, not_after=not_after,
            )  # fmt: skip
            yield Written(phrase, self._parse(texts, {}), ())

    def _said(self, written: Iterable[Written], context: dict[str, Any]) -> Iterator[tuple[Part, ...]]:
        """Every way of saying anything; what each is for stands at the same place of `_roles`."""
        for number, entry in enumerate(written):
            yield from self._with_role("say", number, entry.say)
            yield from self._with_role("unless", number, entry.unless)
        lists = {name: str(ways) for name, ways in context.get("lists", {}).items()}
        for role in ("past", "now", "over"):
            yield from self._with_role(role, -1, self._parse(context[role], lists))
        for idiom in context["idioms"]:
            yield from self._with_role("idiom", -1, self._parse(idiom["say"], lists))

    def _with_role(self, role: str, number: int, ways: Iterable[tuple[Part, ...]]) -> Iterator[tuple[Part, ...]]:
        for parts in ways:
            self._roles.append((role, number))
            yield parts

    def _spell(self, written: Iterable[Written], spelling: dict[str, Any]) -> Spelling:
        every = {word for entry in written for say in entry.say for word in words_of(say)}
        also = {key: tuple(str(way) for way in ways) for key, ways in spelling["also"].items()}
        never = (self._folder / "not_typos.txt").read_text(encoding="utf-8").split()
        return Spelling(every, fuzzy=spelling["mistyped"], also=also, never=never)

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
        for number, span in by_role.get("say", ()):
            found = Found(self.phrases[number], span.start, span.end)
            (cleared if self._cleared(number, found, words, by_role) else kept).append(found)
        return kept, cleared

    def _cleared(self, number: int, found: Found, words: Words, by_role: Mapping[str, list[tuple[int, Span]]]) -> bool:
        if found.phrase.language != "en":
            return words.words[found.start - 1] in found.phrase.not_after
        own = [span for n, span in by_role.get("unless", ()) if n == number]
        own += [span for _, span in by_role.get("idiom", ())]
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
