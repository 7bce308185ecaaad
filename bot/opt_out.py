"""Whether a message asks us to stop texting, to stop only the nudges, or to start again (nlu_data/safety/opt_out.yml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from bot.opt_out_later import about_hours, without_condition
from bot.opt_out_model import model
from bot.safety_lists import FOLDER, load_yaml
from bot.safety_phrases import Automaton, Span, parse
from bot.safety_words import Spelling, Words, read_words, rewrites_from

OptOut = Literal["stop", "start", "stop_nudges", "ask_stop", "stop_later", "text_hours"]
_Compiled = tuple[Automaton, tuple[OptOut | None, ...]]
_ORDER: tuple[OptOut, ...] = ("stop_nudges", "stop", "start", "ask_stop")
_RESTART = frozenset({"again", "over", "it"})  # "start again" begins the questions anew
_SENTENCE_ENDS = re.compile(r"[.!?\n]+")
_LEADING = re.compile(r"^\W*(?:(?i:stop|unsubscribe)\s*(?:[.!;:\n]|[-\u2013\u2014]\s)|STOP\s*,)\s*(\w.*)", re.DOTALL)
_FEWEST = 2  # words: of one alone only the published phrases can tell
_LONGEST = 400  # characters: a request to stop is short, and a long message is heard as a whole first


class OptOutPhrases:
    """The published requests, compiled once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        content = load_yaml(folder / "opt_out.yml")
        spelling = load_yaml(folder / "textspeak.yml")
        self._rewrites = rewrites_from({k: v for k, v in spelling["means"].items() if v})
        self._padding = frozenset(content["padding"])
        self._spelling = Spelling((), fuzzy=(), also={"u": ("you",), "r": ("are",)}, never=())
        lists = {name: str(ways) for name, ways in content["lists"].items()}
        whole = [(name, phrase) for name in _ORDER for phrase in content[name].get("whole", ())]
        anywhere: list[tuple[OptOut | None, str]] = []
        anywhere += [(name, phrase) for name in _ORDER for phrase in content[name].get("anywhere", ())]
        anywhere += [(None, phrase) for phrase in content["stop"]["unless"]]
        goes_on: list[tuple[OptOut | None, str]] = [(None, f"BEGIN {phrase}") for phrase in content["stop"]["goes_on"]]
        self._goes_on, _ = self._compiled(goes_on, lists)
        self._whole, self._whole_means = self._compiled(whole, lists)
        self._anywhere, self._anywhere_means = self._compiled(anywhere, lists)

    def _compiled(self, phrases: Sequence[tuple[OptOut | None, str]], lists: dict[str, str]) -> _Compiled:
        return Automaton(parse(phrase, lists, self._fold) for _, phrase in phrases), tuple(name for name, _ in phrases)

    def _fold(self, text: str) -> list[str]:
        return list(read_words(text, self._rewrites).words[1:-1])

    def read(self, text: str) -> OptOut | None:
        """Both layers; "ask_stop" where it may well be a request, but is not certain enough to act on.

        "stop_later" for one that is put off or hangs on something, "text_hours" where only some hours are left out.
        """
        if self._opens_with_stop(text):
            return "stop"
        if len(text) <= _LONGEST and about_hours(text):
            return "text_hours"
        request = without_condition(text) if len(text) <= _LONGEST else None
        if request is not None and self._now(request) == "stop":
            return "stop_later"
        return self._now(text)

    def _now(self, text: str) -> OptOut | None:
        words = self._words(text)
        said, excused = self._plainly(words)
        if (said and said != "ask_stop") or len(words.words) - 2 < _FEWEST:
            return said
        judge = model(self._folder)
        sure = judge.sure(words.words[1:-1])
        if excused or said:
            return "ask_stop" if said or sure >= judge.stops else None
        if self._in_a_sentence(text):
            return "stop" if sure >= judge.asks and not self._goes_on_about(text) else "ask_stop"
        return "stop" if sure >= judge.stops else "ask_stop" if sure >= judge.asks else None

    def _opens_with_stop(self, text: str) -> bool:
        """ "STOP. ring me": the word by itself, and then whatever follows, unless that speaks of the questions."""
        return _LEADING.match(text[:_LONGEST]) is not None and not self._goes_on_about(text)

    def _goes_on_about(self, text: str) -> bool:
        """ "Stop. I meant 45": what follows is for the questions."""
        opened = _LEADING.match(text[:_LONGEST])
        return opened is not None and bool(self._goes_on.find(self._words(opened[1]), self._spelling.candidates))

    def _in_a_sentence(self, text: str) -> bool:
        """ "I said no last week. Remove my number today.": one of several sentences is a request by itself."""
        sentences = [one for one in _SENTENCE_ENDS.split(text[:_LONGEST]) if one.strip()]
        return len(sentences) > 1 and any(self.plainly(one) == ("stop", False) for one in sentences)

    def plainly(self, text: str) -> tuple[OptOut | None, bool]:
        """What the published phrases say alone; and whether one of them was heard and taken back."""
        return self._plainly(self._words(text))

    def _words(self, text: str) -> Words:
        return read_words(text if len(text) <= _LONGEST else "", self._rewrites)

    def _plainly(self, words: Words) -> tuple[OptOut | None, bool]:
        if len(words.words) == 2:
            return None, False
        spans = self._anywhere.find(words, self._spelling.candidates)
        excuses = [span for span in spans if self._anywhere_means[span.entry] is None]
        meant = {self._anywhere_means[span.entry] for span in spans if not _excused(span, excuses)}
        meant |= {self._whole_means[span.entry] for span in self._whole_message(words) if not _excused(span, excuses)}
        return next((name for name in _ORDER if name in meant), None), bool(excuses)

    def _whole_message(self, words: Words) -> Iterator[Span]:
        """Phrases that are all of the message, politeness at either end apart."""
        if not self._whole.leaves_gaps and not all(map(self._is_whole_or_polite, words.words[1:-1])):
            return
        for longest in (False, True):
            for span in self._whole.find(words, self._spelling.candidates, longest=longest):
                around = words.words[1 : span.start] + words.words[span.end : -1]
                start = self._whole_means[span.entry] == "start"
                if all(word in self._padding and not (start and word in _RESTART) for word in around):
                    yield span

    def _is_whole_or_polite(self, word: str) -> bool:
        return word in self._padding or self._whole.knows(self._spelling.candidates(word))


def _excused(span: Span, excuses: list[Span]) -> bool:
    return any(excuse.start < span.end and span.start < excuse.end for excuse in excuses)


@cache
def _phrases() -> OptOutPhrases:
    return OptOutPhrases()


def read_opt_out(text: str) -> OptOut | None:
    """What the message asks for, or None; never raises. Crisis words are screened before this is acted on."""
    return _phrases().read(text)
