"""The difference between two books, as a person reads it: words, answers, ways. And what of it needs a second person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.flows.carrying import bare, plan
from bot.flows.definition import Action, Book, Collect, Flow, Response, SlotSpec, Utter

Subject = Literal["safety", "consent", "eligibility"]
CONSENTS: Final = frozenset(
    {"record_consent_start", "record_consent_share", "record_consent_follow_up", "withdraw_consent", "keep_transfer"}
)
DECIDES: Final = frozenset({"check_eligibility", "check_age"})
DECIDED: Final = frozenset({"eligibility", "eligibility_reason", "age_result"})
TYPES: Final = {"choice": "one of these", "choices": "any of these"}
EXTRA: Final = {"sensitive": "private", "unlisted": "not listed below the question"}
SAFETY: Final = ("pattern_crisis", "pattern_opt_out", "pattern_opt_in", "pattern_red_flags")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `part`: of words; `flows`: who says or asks it; None: it is not there."""

    kind: Literal["words", "answers", "ways"]
    name: str
    part: str
    before: str | None
    after: str | None
    flows: tuple[str, ...] = ()
    language: str = ""


def changes(old: Book, new: Book) -> list[Change]:
    """Everything that differs, words first."""
    found = [*_words(old, new, old.responses, new.responses, "")]
    for code in sorted(old.languages.keys() | new.languages.keys()):
        found += _words(old, new, old.languages.get(code, {}), new.languages.get(code, {}), code)
    return [*found, *_answers(old, new), *_ways(old, new)]


def _words(
    old: Book, new: Book, before: Mapping[str, Response], after: Mapping[str, Response], language: str
) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        ours, theirs = before.get(name), after.get(name)
        parts = {**(ours.parts if ours else {}), **(theirs.parts if theirs else {})}
        said = tuple(sorted({*sayers(old, name), *sayers(new, name)}))
        for part in parts:
            was, now = (ours.parts.get(part) if ours else None), (theirs.parts.get(part) if theirs else None)
            if was != now:
                yield Change("words", name, part, was, now, said, language)
        if ours and theirs and ours.locked != theirs.locked:
            yield Change("words", name, "locked", _lock(ours), _lock(theirs), said, language)


def _lock(response: Response) -> str:
    return "locked" if response.locked else "free"


def _answers(old: Book, new: Book) -> Iterator[Change]:
    for name in dict.fromkeys([*old.slots, *new.slots]):
        was, now = old.slots.get(name), new.slots.get(name)
        if (was and bare(was)) != (now and bare(now)):
            asked = tuple(sorted({*askers(old, name), *askers(new, name)}))
            yield Change("answers", name, "", _listed(was), _listed(now), asked)


def _listed(spec: SlotSpec | None) -> str | None:
    """An answer's kind and its choices, a line each."""
    if spec is None:
        return None
    extra = [words for name, words in EXTRA.items() if getattr(spec, name)]
    extra += [f"at most {spec.max_length}"] if spec.max_length else []
    extra += [f"on the coach's card as “{spec.on_card}”"] if spec.on_card else []
    first = ", ".join([TYPES.get(spec.type, spec.type.replace("_", " ")), *extra])
    return "\n".join(
        [first, *(f"{one.title} ({', '.join(one.also)})" if one.also else one.title for one in spec.options)]
    )


def _ways(old: Book, new: Book) -> Iterator[Change]:
    for name in dict.fromkeys([*old.flows, *new.flows]):
        was, now = old.flows.get(name), new.flows.get(name)
        if was is None or now is None or _whole(was) != _whole(now):
            yield Change("ways", name, "", was.name if was else None, now.name if now else None, (name,))


def _whole(flow: Flow) -> object:
    return (plan(flow), flow.name, flow.description, flow.intents, flow.locked)


def sayers(book: Book, response: str) -> list[str]:
    """The flows in which a response is said."""
    return [flow.id for flow in book.flows.values() if response in said_in(flow)]


def said_in(flow: Flow) -> set[str]:
    """Every response that a flow says."""
    said: set[str] = set()
    for step in flow.steps.values():
        if isinstance(step, Collect):
            said |= {step.utter, *(one.utter for one in step.rejections)}
        elif isinstance(step, Utter):
            said.add(step.response)
    return said


def askers(book: Book, slot: str) -> list[str]:
    """The flows in which a slot is asked for."""
    return [
        flow.id
        for flow in book.flows.values()
        if any(isinstance(step, Collect) and step.slot == slot for step in flow.steps.values())
    ]


def touched(old: Book, new: Book, found: list[Change]) -> frozenset[Subject]:
    """What a change touches of safety, consent and who may take part."""
    return frozenset(subject for change in found for book in (old, new) for subject in subjects(book, change))


def subjects(book: Book, change: Change) -> Iterator[Subject]:
    """Why one change needs a second person; nothing when it does not."""
    if change.kind == "words" and is_locked(book, change):
        yield "safety"
    if change.kind == "words" and any(slot in (change.before or "") + (change.after or "") for slot in DECIDED):
        yield "eligibility"
    for flow in (book.flows[each] for each in change.flows if each in book.flows):
        if flow.locked or flow.id.startswith(SAFETY):
            yield "safety"
        acts = {step.action for step in flow.steps.values() if isinstance(step, Action)}
        if acts & CONSENTS:
            yield "consent"
        if acts & DECIDES:
            yield "eligibility"


def is_locked(book: Book, change: Change) -> bool:
    """Whether words are the safety officer's."""
    words = book.languages.get(change.language, {}) if change.language else book.responses
    return change.name in words and words[change.name].locked
