"""Letters and numbers as a telephone writes them down: "S E thirteen six double A", "are gee one one ay ay"."""

from __future__ import annotations

from collections.abc import Iterator

from bot.nlu.recognisers.text import listed, tokens

LETTERS = {
    "a": "ay eh alpha alfa", "b": "bee be bravo", "c": "see sea cee charlie", "d": "dee delta", "e": "ee echo", "f": "eff foxtrot", "g": "gee golf",
    "h": "aitch haitch hotel", "i": "eye india", "j": "jay juliet juliett", "k": "kay kilo", "l": "el ell lima", "m": "em mike", "n": "en november",
    "o": "oscar", "p": "pee pea papa", "q": "queue cue quebec", "r": "are ar romeo", "s": "ess es sierra", "t": "tee tea tango", "u": "you yew uniform",
    "v": "vee victor", "w": "whiskey whisky", "x": "ex xray", "y": "why wye yankee", "z": "zed zulu",
}  # fmt: skip
SMALL = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")
REPEATS = {"double": 2, "dubble": 2, "treble": 3, "triple": 3}
FEWEST = 4
"""Pieces in a row; fewer are words."""

SAID = (
    {word: letter.upper() for letter, ways in LETTERS.items() for word in (letter, *ways.split())}
    | {word: str(n) for n, word in enumerate(SMALL)}
    | {"oh": "0", "nought": "0", "to": "2", "too": "2", "for": "4", "won": "1", "ate": "8"}
)
TENS_SAID = {word: str(n) for n, word in enumerate(TENS, start=2)}

Piece = tuple[str, int, int]


def is_spelt_aloud(typed: str) -> bool:
    """Whether a letter or number is named in a word, as nobody types by a slip: "thirteen", "gee"; not the "OAA" of "SW1A OAA"."""
    named = {token.word for token in tokens(typed) if len(token.word) > 2}
    return bool(named & (SAID.keys() | TENS_SAID.keys() | REPEATS.keys()))


def runs(cleaned: str) -> Iterator[list[Piece]]:
    """Pieces of letters and digits in a row, with where each stood."""
    run: list[Piece] = []
    times, since, tens = 1, -1, False
    for token in tokens(cleaned):
        word, start = token.word, since if since >= 0 else token.start
        if tens and word in SMALL[1:10]:
            text, at, _ = run.pop()
            run.append((text[:-1] + str(SMALL.index(word)), at, token.end))
            tens = False
            continue
        tens = False
        if word in REPEATS:
            times, since = REPEATS[word], token.start
            continue
        said = SAID.get(word) or (f"{TENS_SAID[word]}0" if word in TENS_SAID else None)
        said = said or (
            word.upper() if word.isascii() and (word.isdigit() or (len(word) <= 2 and word.isalpha())) else None
        )
        if word in {"you", "u"} and times == len("uu"):
            said, times = "W", 1  # "double you"
        if said:
            run.append((said * times, start, token.end))
            tens = word in TENS_SAID
        elif not token.is_mark:
            if len(run) >= FEWEST:
                yield run
            run = []
        times, since = 1, -1
    if len(run) >= FEWEST:
        yield run
