"""Whether a message asks us to stop texting, to stop only the nudges, or to start again (nlu_data/safety/opt_out.yml)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from bot.safety_lists import FOLDER, load_yaml
from bot.safety_phrases import Automaton, Span, parse
from bot.safety_words import Spelling, Words, read_words, rewrites_from

OptOut = Literal["stop", "start", "stop_nudges"]
_ORDER: tuple[OptOut, ...] = ("stop_nudges", "stop", "start")
_RESTART = frozenset({"again", "over", "it"})  # "start again" begins the questions anew
_LONGEST = 400  # characters: a request to stop is short, and a long message is heard as a whole first


class OptOutPhrases:
    """The published requests, compiled once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        content = load_yaml(folder / "opt_out.yml")
        spelling = load_yaml(folder / "textspeak.yml")
        self._rewrites = rewrites_from({k: v for k, v in spelling["means"].items() if v})
        self._padding = frozenset(content["padding"])
        self._spelling = Spelling((), fuzzy=(), also={"u": ("you",), "r": ("are",)}, never=())
        self._whole, self._anywhere = Automaton(), Automaton()
        self._meaning: list[OptOut | None] = []
        lists = {name: str(ways) for name, ways in content["lists"].items()}
        for name in _ORDER:
            self._fill(self._whole, content[name].get("whole", ()), lists, name)
            self._fill(self._anywhere, content[name].get("anywhere", ()), lists, name)
        self._fill(self._anywhere, content["stop"]["unless"], lists, None)

    def _fill(self, automaton: Automaton, phrases: list[str], lists: dict[str, str], name: OptOut | None) -> None:
        for phrase in phrases:
            self._meaning.append(name)
            automaton.add(parse(phrase, lists, self._fold), len(self._meaning) - 1)

    def _fold(self, text: str) -> list[str]:
        return list(read_words(text, self._rewrites).words[1:-1])

    def read(self, text: str) -> OptOut | None:
        words = read_words(text[: _LONGEST + 1], self._rewrites)
        if len(text) > _LONGEST or len(words.words) == 2:
            return None
        spans = self._anywhere.find(words, self._spelling.candidates)
        excuses = [span for span in spans if self._meaning[span.entry] is None]
        asked = [span for span in (*spans, *self._whole_message(words)) if not _excused(span, excuses)]
        meant = {self._meaning[span.entry] for span in asked}
        return next((name for name in _ORDER if name in meant), None)

    def _whole_message(self, words: Words) -> Iterator[Span]:
        """Phrases that are all of the message, politeness at either end apart."""
        for longest in (False, True):
            for span in self._whole.find(words, self._spelling.candidates, longest=longest):
                around = words.words[1 : span.start] + words.words[span.end : -1]
                start = self._meaning[span.entry] == "start"
                if all(word in self._padding and not (start and word in _RESTART) for word in around):
                    yield span


def _excused(span: Span, excuses: list[Span]) -> bool:
    return any(excuse.start < span.end and span.start < excuse.end for excuse in excuses)


@cache
def _phrases() -> OptOutPhrases:
    return OptOutPhrases()


def read_opt_out(text: str) -> OptOut | None:
    """What the message asks for, or None; never raises. Crisis words are screened before this is acted on."""
    return _phrases().read(text)
