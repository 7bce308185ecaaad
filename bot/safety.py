"""The crisis screen: every message, in every state, before anything else. docs/safety.md explains it to a clinician."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.nlu.parsed import Judged
from bot.safety_lists import KINDS, Found, book
from bot.safety_model import DOUBT, Judgement, model
from bot.safety_words import Words
from bot.safety_young import of_a_child

Kind = Literal["medical", "child", "self_harm", "harm_by_others", "harm_to_others"]
Layer = Literal["patterns", "model", "server"]
_WHOLE = 12_000  # characters screened in full; a longer message is screened at its head, its tail and in between
_PIECE = 3_000
SECONDED = 0.3  # from here on the small model, which hears other things, bears the server out
OUTWEIGHS = 0.7  # from here on the small model alone outweighs that a list has cleared some of the words
STRONGLY = 0.5  # what one model alone hears is certain where the other finds it likelier than not
UNLIKELY = 0.3  # an indirect phrase in words that the small model finds less likely than this is not certain
DOUBTED = 0.1  # ... and where the server has judged them, in words that it finds less likely than this
RULED_OUT = 0.01  # ... and one that it finds less likely than this, and the small model no surer than ...
NOT_SURE = 0.6  # ... this, is a coincidence. An alarm of the server's alone is certain where the small model is as sure
LIKELY = 0.8  # no alarm of the server, and worth a line where the small model finds a quarter of a reason for it
A_QUARTER = 0.25
_SHORT = 6  # words: of "hes back cant text" the models may not say that it is nothing
_FEW = 4  # words, the marks of beginning and end among them: too few for the model to tell
MILDLY = "mild"
"""Begins the name of what only the small model has heard, from its lower limit on, while no server judges."""


@dataclass(frozen=True, slots=True)
class SafetyHit:
    """What was recognised; `nation_language` is set for a phrase in another language than English, `also` names further kinds.

    `certain`: the whole help is given. Otherwise the message keeps its own answer, with one line about help beside it.
    `plain`: the words speak for themselves, no model is asked about them. `about`: what help of this kind is to be for.
    `weak`: heard by the small model in words that a list has cleared; it stands only where no server judges them.
    """

    kind: Kind
    layer: Layer
    phrase_id: str
    nation_language: str | None = None
    also: tuple[Kind, ...] = ()
    certain: bool = True
    plain: bool = False
    about: str | None = None
    weak: bool = False
    sure: float = field(default=1.0, compare=False)  # how likely the small model finds a crisis


def patterns_only(text: str) -> SafetyHit | None:
    """Layer 1 alone: the phrase lists. Fast, never raises."""
    said = [found for piece in _pieces(text) for found in book().find(book().words(piece))[0]]
    return _listed(said, 1.0, few=False) if said else None


def screen(text: str) -> SafetyHit | None:
    """Layers 1 and 2; either is enough, save that the model may clear an indirect phrase, or doubt it. Never raises."""
    return of_a_child(text, _screened(text))


def _screened(text: str) -> SafetyHit | None:
    said, likeliest, sure, few, cleared_words = list[Found](), None, 0.0, False, list[Words]()
    for piece in _pieces(text):
        words = book().words(piece)
        kept, cleared = book().find(words)
        judged = model().judge(words, kept, cleared)
        cleared_words += [words] if any(found.phrase.language == "en" for found in cleared) else []
        if kept and _counts(kept, words, judged):
            said.extend(kept)
            sure, few = max(sure, judged.sure), few or len(words.words) <= _FEW
        if judged.alarm and (likeliest is None or judged.sure > likeliest.sure):
            likeliest = judged
    if said:
        return _listed(said, sure, few=few)
    if likeliest is not None:
        return SafetyHit(kind=likeliest.kind, layer="model", phrase_id=f"model-{likeliest.kind}", sure=likeliest.sure)  # type: ignore[arg-type]
    return _heard_after_all(cleared_words)


def _heard_after_all(cleared: list[Words]) -> SafetyHit | None:
    """A denial or an idiom in words of which, all together, the small model is strongly sure: "not suicidal, but ..."."""
    judged = max((model().judge(words) for words in cleared), key=lambda one: one.sure, default=None)
    if judged is None or judged.sure < OUTWEIGHS or judged.kind not in KINDS:
        return None
    return SafetyHit(
        kind=judged.kind,  # type: ignore[arg-type]
        layer="model",
        phrase_id=f"model-{judged.kind}",
        certain=False,
        weak=True,
    )


def _counts(kept: list[Found], words: Words, judged: Judgement) -> bool:
    """A phrase of the indirect sort, in words that the model is nearly certain are ordinary, is a coincidence."""
    return judged.sure >= DOUBT or len(words.words) <= _FEW or any(found.phrase.always for found in kept)


def weighed(text: str, hit: SafetyHit | None, judged: Judged | None) -> SafetyHit | None:
    """What all three layers make of it: the server hears what the first two did not, and tells how certain they may be."""
    return of_a_child(text, _weighed(text, hit, judged))


def _weighed(text: str, hit: SafetyHit | None, judged: Judged | None) -> SafetyHit | None:
    if hit is None and judged is None:
        return _heard_alone(text)
    if hit is None or (hit.weak and judged is not None):
        return judged_by_server(text, judged)
    if hit.plain or judged is None:
        return hit
    red_flag = "medical" in (hit.kind, *hit.also)
    if judged.sure < RULED_OUT and hit.sure < NOT_SURE and len(text.split()) > _SHORT and not red_flag:
        return None
    if judged.sure < DOUBTED and hit.layer == "model" and hit.kind not in {"medical", "child"}:
        return None  # of the two models one alone is alarmed, and the other finds next to nothing
    return replace(hit, certain=judged.sure >= (DOUBTED if hit.layer == "patterns" else STRONGLY))


def _heard_alone(text: str) -> SafetyHit | None:
    """No list, no alarm, and no server to hear the rest: a line from a lower limit of the small model on."""
    said = [book().words(piece) for piece in _pieces(text)]
    judged = max((model().judge(words, *book().find(words)) for words in said), key=lambda one: one.sure)
    if judged.sure < model().mild or judged.kind not in KINDS:
        return None
    phrase = f"{MILDLY}-{judged.kind}"
    return SafetyHit(judged.kind, "model", phrase, certain=False, sure=judged.sure)  # type: ignore[arg-type]


def judged_by_server(text: str, judged: Judged | None) -> SafetyHit | None:
    """Layer 3, for a text in which `screen` has heard nothing; None too where the small model finds next to nothing in it:
    of unusual words the server is too easily sure. Where a list has cleared some of the words, the small model has to be
    strongly sure as well, and even then it is no certain crisis. Nor is what the server finds likely and is no alarm."""
    if judged is None or judged.kind not in KINDS or not (judged.alarm or judged.sure >= LIKELY):
        return None
    said = [book().words(piece) for piece in _pieces(text)]
    seconded = max(model().judge(words).sure for words in said)
    cleared = any(book().find(words)[1] for words in said)
    if seconded < (STRONGLY if cleared else SECONDED if judged.alarm else A_QUARTER):
        return None
    hit = SafetyHit(kind=judged.kind, layer="server", phrase_id=f"server-{judged.kind}")  # type: ignore[arg-type]
    return replace(hit, certain=judged.alarm and seconded >= NOT_SURE and not cleared)


def _listed(said: list[Found], sure: float, *, few: bool) -> SafetyHit:
    """The phrases heard, as one: `sure` is how likely the small model finds a crisis, `few` that it cannot tell."""
    firm = [found for found in said if not found.phrase.gentle]
    plain = few or any(found.phrase.always for found in firm)
    certain = bool(firm) and (plain or sure >= UNLIKELY)
    about = next((found.phrase.about for found in firm or said if found.phrase.about), None)
    hit = _most_urgent(firm or said)
    return replace(hit, certain=certain, plain=plain or not firm, about=about, sure=sure)


def _most_urgent(found: list[Found]) -> SafetyHit:
    first, *rest = sorted(found, key=lambda f: (f.phrase.order, f.start))
    kinds = {f.phrase.kind for f in rest} - {first.phrase.kind}
    return SafetyHit(
        kind=first.phrase.kind,  # type: ignore[arg-type]
        layer="patterns",
        phrase_id=first.phrase.id,
        nation_language=None if first.phrase.language == "en" else first.phrase.language,
        also=tuple(kind for kind in KINDS if kind in kinds),  # type: ignore[misc]
    )


def _pieces(text: str) -> Iterator[str]:
    """The whole text, or for a very long one its head, its tail and evenly spread windows."""
    if len(text) <= _WHOLE:
        yield text
        return
    last = len(text) - _PIECE
    for number in range(4):
        start = last * number // 3
        yield text[start : start + _PIECE]
