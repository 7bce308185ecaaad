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
    not_after: frozenset[str]
    say: tuple[tuple[Part, ...], ...]
    unless: tuple[tuple[Part, ...], ...]


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


class PhraseBook:
    """Every phrase list of one folder, compiled."""

    def __init__(self, folder: Path = FOLDER) -> None:
        spelling = load_yaml(folder / "textspeak.yml")
        self._rewrites = rewrites_from(spelling["means"])
        context = load_yaml(folder / "context.yml")
        self._negation = Negation(*(frozenset(self._fold(context[k])) for k in ("negators", "links", "reports")))
        self.phrases: list[Phrase] = []
        for path in sorted(folder.glob("*.yml")):
            if (kind := path.stem.partition("-")[0]) in KINDS:  # self_harm.yml, self_harm-quiet.yml
                self.phrases.extend(self._kind(load_yaml(path), kind))
        for path in sorted((folder / "languages").glob("*.yml")):
            self.phrases.extend(self._language(load_yaml(path), path.stem))
        self._roles: list[tuple[str, int]] = []
        self._automaton = Automaton(self._said(context))
        self._spelling = self._spell(spelling, folder)

    def _fold(self, texts: str | Iterable[str]) -> list[str]:
        text = texts if isinstance(texts, str) else " . ".join(texts)
        return list(read_words(text, self._rewrites).words[1:-1])

    def _parse(self, texts: Iterable[str], lists: Mapping[str, str]) -> tuple[tuple[Part, ...], ...]:
        return tuple(parse(str(text), lists, self._fold) for text in texts)

    def _kind(self, content: dict[str, Any], kind: str) -> Iterable[Phrase]:
        lists = {name: str(ways) for name, ways in content.get("lists", {}).items()}
        for entry in content["phrases"]:
            unknown = set(entry) - {"id", "reason", "say", "unless", "order", "past"}
            if unknown:
                raise PhraseError(f"{kind}.yml, {entry.get('id')}: unknown keys {sorted(unknown)}")
            yield Phrase(
                id=entry["id"], kind=kind, language="en", reason=entry["reason"],
                order=entry.get("order", content["order"]), past_clears=entry.get("past") == "clears",
                not_after=frozenset(), say=self._parse(entry["say"], lists),
                unless=self._parse(entry.get("unless", ()), lists),
            )  # fmt: skip

    def _language(self, content: dict[str, Any], code: str) -> Iterable[Phrase]:
        not_after = frozenset(self._fold(content.get("not_after", ())))
        for kind, texts in content["kinds"].items():
            yield Phrase(
                id=f"{code}-{kind}", kind=kind, language=code, reason=f"{content['name']}: {kind}",
                order=10 + KINDS.index(kind) * 10, past_clears=False, not_after=not_after,
                say=self._parse(texts, {}), unless=(),
            )  # fmt: skip

    def _said(self, context: dict[str, Any]) -> Iterator[tuple[Part, ...]]:
        """Every way of saying anything; what each is for stands at the same place of `_roles`."""
        for number, phrase in enumerate(self.phrases):
            yield from self._with_role("say", number, phrase.say)
            yield from self._with_role("unless", number, phrase.unless)
        lists = {name: str(ways) for name, ways in context.get("lists", {}).items()}
        for role in ("past", "now", "over"):
            yield from self._with_role(role, -1, self._parse(context[role], lists))
        for idiom in context["idioms"]:
            yield from self._with_role("idiom", -1, self._parse(idiom["say"], lists))

    def _with_role(self, role: str, number: int, ways: Iterable[tuple[Part, ...]]) -> Iterator[tuple[Part, ...]]:
        for parts in ways:
            self._roles.append((role, number))
            yield parts

    def _spell(self, spelling: dict[str, Any], folder: Path) -> Spelling:
        every = {word for phrase in self.phrases for say in phrase.say for word in words_of(say)}
        also = {key: tuple(str(way) for way in ways) for key, ways in spelling["also"].items()}
        never = (folder / "not_typos.txt").read_text(encoding="utf-8").split()
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
