"""What the check finds, said to people who never saw a file: which card, what is wrong with it, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.flows.definition import Book, Finding, Place
from bot.studio.showing import lines_of
from bot.studio.trying import SHOWS
from web.admin import plain

KEEPER: Final = "Change it back, or ask whoever keeps the files: this is written there."


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as an administrator reads it; `href`: the card or the words that it is about.

    `script`: its conversation as *Try it* plays it; "" where there is none.
    """

    message: str
    what_to_do: str
    severity: str
    conversation: tuple[str, ...]
    href: str
    where: str
    script: str = ""


SENTENCES: Final[tuple[tuple[str, str, str], ...]] = (
    (
        r"In `(.+?)` the answer \"(.*)\" leads back to `(.+?)`, which has its answer already: an endless loop\.",
        "The answer “{=2}” to {1} leads back to {3}. That has been answered by then, so it goes round for ever and nobody is asked anything.",
        "Open {1}, “Change where the answers lead”, and let it lead to something below, or to another topic.",
    ),
    (
        r"`(.+?)` can come back to itself without asking anything: an endless loop\.",
        "From {1} it comes back to the same place without asking anything: it goes round for ever.",
        "Change what happens next there, so that something is asked or it leads on.",
    ),
    (
        r"From `(.+?)` no answer ever leads to an end: a dead end\.",
        "Whoever comes to {1} never gets out of it, whatever they answer.",
        "Change where its answers lead: one of them has to lead on to an end or to another topic.",
    ),
    (
        r"Whoever is at `(.+?)` comes back there whatever they answer.*",
        "Whoever comes to {1} comes back there whatever they answer, as long as what is looked up stays the same.",
        "Let one of the answers lead to a person or to an end.",
    ),
    (
        r"`(.+?)` can end without a word to the person who has just written\.",
        "After {1} it can be over without a word to the person who has just written.",
        "Let it lead to a message, or to a topic that says what comes next.",
    ),
    (
        r"Somebody whom this team cannot take reaches `(.+?)`, and nothing on the way (.*)\.",
        "Somebody whom this team cannot take comes to {1}, and nothing on the way {=2}.",
        "Say why, say who else can help, and ask whether a person should look at it.",
    ),
    (
        r"Nobody ever comes to the step `(.+?)` of `(.+?)`.*",
        "Nobody ever comes to {2.1}: what leads there never happens.",
        "Change what happens next before it, or take it out.",
    ),
    (
        r"Nothing leads to the step `(.+?)` of `(.+?)`\.",
        "Nothing leads to {2.1}.",
        "Let an answer lead to it, or take it out.",
    ),
    (
        r"There are more than \d+ states by the time `(.+?)` is walked: not proved\.",
        "{1} can go so many ways that they cannot all be looked at, so it is not proved that nobody gets stuck.",
        "Make two topics of it, or let fewer answers from far back decide what happens.",
    ),
    (
        r"Whether `(.+?)` is always filled where `(.+?)` says `(.+?)` takes too long to look at: not proved\.",
        "{3} fills in {1}. {2} can go so many ways that it is not proved that this is always known by then.",
        "Take it out of these words, ask for it just before, or make two topics of it.",
    ),
    (
        r"`(.+?)` writes `(.+?)`, which is not filled on every way through `(.+?)` to here\.",
        "{1} fills in {2}, and that is not always known by then.",
        "Ask for it before, or take it out of these words.",
    ),
    (
        r"`(.+?)` jumps back to `(.+?)`, whose slot `.+?` is filled: nothing is asked\.",
        "{1} leads back to {2}. That has been answered by then, so it would not be asked again.",
        "Open {1}, “Change where the answers lead”, and let it lead to something below, or to another topic.",
    ),
    (
        r"`(.+?)` has no `easier` words\.",
        "{1} has no easier words.",
        "Write them: they are said when the first answer was not understood.",
    ),
    (
        r"`(.+?)` asks for a number in its `easier` words, where answers are buttons too\.",
        "The easier words of {1} ask for a number. On Telegram and the web, answers are buttons without one.",
        "Write easier words for Telegram and the web, too.",
    ),
    (r"`(.+?)` has no `why`\.", "{1} gives no reason to people who ask why.", "Write one."),
    (
        r"There is no flow `(.+?)`\.",
        "It leads to a topic that there is not: {1}.",
        "Pick another topic from the list.",
    ),
    (
        r"There is no response `(.+?)`.*",
        "Words are missing that have to be said: {1}.",
        "Write them again, or change it back.",
    ),
    (
        r"There is no slot `(.+?)`\.",
        "It asks for something that there is not: {1}.",
        "Pick something else, or change it back.",
    ),
    (r"There is no action `(.+?)`\.", "It is to do something that cannot be done: {1}.", KEEPER),
    (r"There is no pattern `(.+?)`.*", "A topic is gone that has to be there: {1}.", "Change it back: see History."),
    (r"`(.+?)` has nothing to choose from\.", "{1} has no answers to choose from.", "Write two answers or more."),
    (
        r"`(.+?)` uses `(.+?)`, and there is no such slot\.",
        "{1} is to fill in “{=2}”, and there is nothing of that name.",
        "Take it out of the curly brackets, or write its name as other words have it.",
    ),
    (r"`(.+?)` \((.+?)\) is not said in English\.", "{1} is translated and not there in English.", KEEPER),
    (
        r"The intent `(.+?)` starts both `(.+?)` and `(.+?)`\.",
        "The same words of a person would begin both {2} and {3}.",
        KEEPER,
    ),
    (
        r"Nobody can ask for a person\.",
        "Nobody could ask for a person any more.",
        "Change it back: a person must always be in reach.",
    ),
    (
        r"`(.+?)` is not locked\.",
        "{1} is help in danger, or stop, and nothing would keep it from being changed.",
        "The safety officer has to lock it.",
    ),
    (
        r"`(.+?)` is said in `(.+?)` and is not locked\.",
        "{1} is said to people in danger, and nothing would keep it from being changed.",
        "The safety officer has to lock it.",
    ),
    (
        r"`(.+?)` leads to `(.+?)`, which is not locked\.",
        "{1} leads people in danger on to {2}, and nothing would keep that from being changed.",
        "The safety officer has to lock it.",
    ),
    (r"`(.+?)` does not begin with help\.", "{1} does not begin with help.", "Say the words of help first."),
    (
        r"`(.+?)` does not keep the place and wait\.",
        "After {1} nobody could go on where they were.",
        KEEPER,
    ),
    (
        r"`(.+?)` \((.+?)\), the help of `(.+?)`, can be said without a number to ring\.",
        "{1} can be said without a number to ring.",
        "Put a number of the crisis table in.",
    ),
    (
        r"`(.+?)` is a word that the SMS provider may swallow\.",
        "Whoever answers “{=1}” by text may never reach us: the phone company can take it for a wish to stop all texts.",
        "Offer another word.",
    ),
    (
        r"`(.+?)` offers `(.+?)`, a word that the SMS provider may swallow\.",
        "{1} offers “{=2}”. By text that may never reach us: the phone company can take it for a wish to stop all texts.",
        "Give that answer another title.",
    ),
    (
        r"`(.+?)` \((.+?)\) reads at age (\d+)\.",
        "{1} ({~2}) reads at age {=3}.",
        "Use shorter words and sentences. 9 to 11 is right.",
    ),
    (
        r"`(.+?)` puts the sensitive slot `(.+?)` into a text\.",
        "{1} would put {2} into a text message, where somebody else may read it.",
        "Take it out.",
    ),
    (
        r"`(.+?)` has (.+), which SMS has not\.",
        "{1} has something that a text message cannot show: {=2}",
        "Type plain letters and signs instead.",
    ),
    (
        r"`(.+?)` \((.+?)\) takes (\d+) SMS segments with the longest values \((\d+) characters\)\.",
        "{1} ({~2}) takes {=3} text messages where names and times are longest ({=4} characters).",
        "Shorten it. Two are the most, and one costs half; or write shorter words for text messages alone.",
    ),
    (
        r"There is no helpline `(.+?)`\.",
        "There is no crisis number of this name: {=1}.",
        "Take one that other words have.",
    ),
    (
        r"The number (.+) is not in the directory\.",
        "The number {=1} is not one that somebody has checked.",
        "Put it under Local help first, or take it out.",
    ),
    (
        r"The link (.+) is not in the directory\.",
        "The link {=1} is not one that somebody has checked.",
        "Put it under Local help first, or take it out.",
    ),
    (
        r"The text does not read as a template.*",
        "The curly brackets in it do not fit together.",
        "Write {{{{ a name }}}} as other words have it, two brackets at each side, or take them out.",
    ),
    (r"The text is longer than (\d+) characters\.", "This is longer than {=1} characters.", "Shorten it."),
    (
        r"(?:Only \{\{ slot \}\}.*|There is no filter.*|The filter .*|A constant in the text.*|The text is nested too deeply\.)",
        "Between curly brackets stands something that cannot be filled in.",
        "Only names that other words have can stand there: {{{{ a name }}}}.",
    ),
    (
        r"`.*?(?:` is not in this file in a way that can be changed here|:?` is written in a way that only the text of the file can change)\.",
        "This is written in its file in a way that no form can change.",
        KEEPER,
    ),
)
"""What a finding says, what is said instead, and what to do. {1}: that name as people know it, {=1}: as it is, {~1}: of words."""
PARTS: Final = {"text": "what is said", "sms": "by text", "why": "if they ask why", "easier": "in easier words", "easier_chat": "in easier words, where answers are buttons", "web": "on the web", "telegram": "on Telegram"}  # fmt: skip
WORDS: Final[Mapping[str, str]] = {
    "slots": "answers", "slot": "answer", "flows": "topics", "flow": "topic", "steps": "cards", "step": "card",
    "responses": "words", "response": "words", "collect": "question", "actions": "things done", "action": "thing done",
    "intents": "wishes", "intent": "wish", "pattern": "topic", "patterns": "topics", "branch": "way on", "branches": "ways on",
    "segments": "text messages", "segment": "text message", "template": "text", "yaml": "text", "key": "entry", "keys": "entries",
    "nlu_trigger": "words that begin it", "utter": "words", "id": "name", "ids": "names",
    "boolean": "yes or no", "null": "nothing", "set_slots": "notes",
    "rejection": "refusal", "constants": "fixed values", "constant": "fixed value", "nested": "folded",
}  # fmt: skip
_CODE: Final = re.compile(r"[`{}_<>|=\[\]]|\bslots\.|:\s*$")


def told(book: Book, findings: Iterable[Finding]) -> list[Told]:
    return [one_told(book, one) for one in findings]


def one_told(book: Book, one: Finding) -> Told:
    """A finding, in words, with the card that it is about."""
    message, what_to_do = said(book, one.message, one.what_to_do)
    href, where = place_of(book, Place(one.file, one.line))
    lines = tuple(spoken_line(book, line) for line in one.conversation)
    script = "\n".join(f"{SHOWS}: {line}" for line in lines_of(book, one))
    return Told(message, what_to_do, one.severity, lines, href, where, script)


def in_words(book: Book, findings: Iterable[Finding], most: int = 3) -> str:
    """A few findings as one text, for a form."""
    return " ".join(f"{each.message} {each.what_to_do}" for each in told(book, findings)[:most])


def refused(book: Book, error: Exception) -> str:
    """Why words or a change cannot be kept."""
    return " ".join(part for part in said(book, str(error), "") if part)


def said(book: Book, message: str, what_to_do: str) -> tuple[str, str]:
    """What is wrong, and what to do; sentences that nobody wrote anew lose at least the words of the trade."""
    for pattern, sentence, advice in SENTENCES:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return _filled(book, sentence, found), _filled(book, advice, found)
    return without_jargon(book, message), KEEPER if _CODE.search(what_to_do) else without_jargon(book, what_to_do)


def _filled(book: Book, sentence: str, found: re.Match[str]) -> str:
    def put(mark: re.Match[str]) -> str:
        how, number = mark[1], mark[2]
        if "." in number:
            flow, step = (found[int(each)] for each in number.split("."))
            return named(book, f"{flow}.{step}")
        value = found[int(number)]
        return value if how == "=" else PARTS.get(value, value) if how == "~" else named(book, value)

    filled = re.sub(r"\{([=~]?)(\d(?:\.\d)?)\}", put, sentence).replace("{{", "{").replace("}}", "}")
    return filled[:1].upper() + filled[1:]


def without_jargon(book: Book, text: str) -> str:
    """Words of files replaced by those of the pages."""
    text = re.sub(r"`([^`]*)`", lambda found: _quoted(book, found[1]), text)
    text = re.sub(r"[A-Za-z_]+", lambda found: WORDS.get(found[0].lower(), plain.spoken(found[0])), text)
    return re.sub(r"[{}`]", "", text)


def _quoted(book: Book, name: str) -> str:
    known = named(book, name)
    return known if known != plain.spoken(name) else f"“{re.sub(r'[_`]', ' ', name.removeprefix('utter_'))}”"


def named(book: Book, name: str) -> str:
    """A topic, a card, words or an answer by what people see of it."""
    flow, dot, step = name.partition(".")
    if dot and flow in book.flows and step in book.flows[flow].steps:
        label = plain.label(book, book.flows[flow].steps[step])
        return f"“{label or plain.spoken(step)}” in “{book.flows[flow].name}”"
    if name in book.flows:
        return f"“{book.flows[name].name}”"
    words = book.responses.get(name) or book.responses.get(f"utter_ask_{name}")
    if words:
        return f"“{plain.short(words.parts.get('text') or next(iter(words.parts.values()), ''))}”"
    return plain.spoken(name)


def place_of(book: Book, place: Place) -> tuple[str, str]:
    """The page that shows what stands in a line of a file, and what it is; nothing where none does."""
    best: tuple[int, str, str] = (0, "", "")
    for line, href, where in _places(book, place.file):
        if best[0] < line <= place.line:
            best = (line, href, where)
    return best[1], best[2]


def _places(book: Book, file: str) -> Iterable[tuple[int, str, str]]:
    for flow in book.flows.values():
        if flow.place.file == file:
            yield flow.place.line, f"/admin/topic/{flow.id}", flow.name
            for step in flow.steps.values():
                label = plain.label(book, step) or plain.spoken(step.id)
                yield step.place.line, f"/admin/topic/{flow.id}#at-{step.id}", f"{label} ({flow.name})"
    for said in book.responses.values():
        if said.place.file == file:
            yield said.place.line, f"/admin/words/{said.name}", named(book, said.name).strip("“”")
    for spec in book.slots.values():
        if spec.place.file == file and f"utter_ask_{spec.name}" in book.responses:
            yield spec.place.line, f"/admin/words/utter_ask_{spec.name}", named(book, spec.name).strip("“”")


def spoken_line(book: Book, line: str) -> str:
    """A line of the shortest conversation."""
    for pattern, put in _LINES:
        if found := re.fullmatch(pattern, line):
            return put(book, found)
    return without_jargon(book, line)


def _gives(book: Book, found: re.Match[str]) -> str:
    pairs = [pair.partition(" = ") for pair in found[2].split(", ")]
    known = ", ".join(f"{plain.spoken(slot)}: {plain.spoken(value)}" for slot, _, value in pairs)
    return f"(Looked up: {known})"


_LINES: Final[tuple[tuple[str, Callable[[Book, re.Match[str]], str]], ...]] = (
    (r"start: (.*)", lambda book, found: f"Begins: {found[1]}"),
    (
        r"\((\w+) was answered before: (.*)\)",
        lambda book, found: f"(Answered before: {named(book, found[1])} {found[2]})",
    ),
    (r"\((\w+) gives (.*)\)", _gives),
    (r"you write: (.*)", lambda book, found: f"They write: {found[1]}"),
    (r"(\(By text that answer .*\))", lambda book, found: found[1]),
    (r"you answer (\w+): (.*)", lambda book, found: f"They answer {named(book, found[1])}: {found[2]}"),
)
