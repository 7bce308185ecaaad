"""Whether a message asks us to stop texting, to stop only the nudges, or to start again (nlu_data/safety/opt_out.yml)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from bot.safety_lists import FOLDER, load_yaml
from bot.safety_phrases import Automaton, Span, parse
from bot.safety_words import Spelling, Words, read_words, rewrites_from

OptOut = Literal["stop", "start", "stop_nudges"]
_Compiled = tuple[Automaton, tuple[OptOut | None, ...]]
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
        lists = {name: str(ways) for name, ways in content["lists"].items()}
        whole = [(name, phrase) for name in _ORDER for phrase in content[name].get("whole", ())]
        anywhere = [(name, phrase) for name in _ORDER for phrase in content[name].get("anywhere", ())]
        anywhere += [(None, phrase) for phrase in content["stop"]["unless"]]
        self._whole, self._whole_means = self._compiled(whole, lists)
        self._anywhere, self._anywhere_means = self._compiled(anywhere, lists)

    def _compiled(self, phrases: Sequence[tuple[OptOut | None, str]], lists: dict[str, str]) -> _Compiled:
        return Automaton(parse(phrase, lists, self._fold) for _, phrase in phrases), tuple(name for name, _ in phrases)

    def _fold(self, text: str) -> list[str]:
        return list(read_words(text, self._rewrites).words[1:-1])

    def read(self, text: str) -> OptOut | None:
        words = read_words(text[: _LONGEST + 1], self._rewrites)
        if len(text) > _LONGEST or len(words.words) == 2:
            return None
        spans = self._anywhere.find(words, self._spelling.candidates)
        excuses = [span for span in spans if self._anywhere_means[span.entry] is None]
        meant = {self._anywhere_means[span.entry] for span in spans if not _excused(span, excuses)}
        meant |= {self._whole_means[span.entry] for span in self._whole_message(words) if not _excused(span, excuses)}
        return next((name for name in _ORDER if name in meant), None)

    def _whole_message(self, words: Words) -> Iterator[Span]:
        """Phrases that are all of the message, politeness at either end apart."""
        for longest in (False, True):
            for span in self._whole.find(words, self._spelling.candidates, longest=longest):
                around = words.words[1 : span.start] + words.words[span.end : -1]
                start = self._whole_means[span.entry] == "start"
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
