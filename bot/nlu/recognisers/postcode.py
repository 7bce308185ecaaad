"""A UK postcode in what somebody typed: whole, first half only, or one slip away from whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from bot.nlu.recognisers.several_told import still_open, the_one_meant
from bot.nlu.recognisers.spelt_aloud import FEWEST, runs
from bot.nlu.recognisers.text import FEW, Rest, bag, clean, listed, tokens
from bot.nlu.recognisers.values import Found

AREAS = bag(
    "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G "
    "GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW "
    "OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD "
    "WF WN WR WS WV YO ZE"
)
# The shapes of the first half by its length; the second is always a digit and two letters.
SHAPES = {2: ("A9",), 3: ("A99", "AA9", "A9A"), 4: ("AA99", "AA9A")}
INWARD = "9AA"
NEVER_INWARD = frozenset("CIKMOV")
# Read as the other where the shape leaves no choice.
TO_DIGIT = {"O": "0", "I": "1", "L": "1"}
TO_LETTER = {"0": "O", "1": "I"}
# Only ever proposed: look-alikes, and the shifted digits of a British keyboard.
SLIP_TO_DIGIT = (
    TO_DIGIT
    | {"S": "5", "B": "8", "Z": "2", "G": "6", "Q": "0", "!": "1", '"': "2", "$": "4", "%": "5"}
    | {"^": "6", "&": "7", "*": "8", "(": "9", ")": "0"}
)
SLIP_TO_LETTER = TO_LETTER | {"5": "S", "8": "B", "2": "Z", "6": "G"}

_CHUNK = re.compile(r"[A-Za-z0-9!\"$%^&*()]+")
_DIGIT = re.compile("[0-9]")
_CUE = re.compile(r"\b(?:post ?code|pc|zip|in|at|from|near|live|living|its|is|area|im)[\s:=-]{0,3}$", re.IGNORECASE)
_POLITE = bag(
    "my the our home post code postcode pc is its it s im i live in at near hi hello yes yeah ok pls please plz thanks thank "
    "you ta cheers x xx think to be from a area round around still currently no only just know first half part bit"
)

DIGITS_SAID = {word: str(n) for n, word in enumerate(listed("zero one two three four five six seven eight nine"))}
_DIGIT_SAID = re.compile(rf"\b(?:{'|'.join(DIGITS_SAID)})\b", re.IGNORECASE)
MOST_CHUNKS = 400  # words looked at: more than a message of 2,000 letters holds in a language

Candidate = tuple[str, tuple[int, int], bool]


@dataclass(frozen=True, slots=True)
class _Reading:
    postcode: str
    span: tuple[int, int]
    repairs: int


@lru_cache(maxsize=FEW)
def read_postcode(text: str) -> Found | None:
    """The postcode, its first half, and a suggestion where it is one slip away; a suggestion is never applied."""
    cleaned = clean(text)
    typed = list(_candidates(cleaned))
    exact = _best(typed, TO_DIGIT, TO_LETTER, cleaned) or _said_aloud(cleaned) or _spelt_aloud(cleaned)
    if exact:
        return _found(cleaned, exact, exact.postcode, None)
    slip = _best(typed, SLIP_TO_DIGIT, SLIP_TO_LETTER, cleaned) or _moved(typed)
    if slip:
        return _found(cleaned, slip, None, slip.postcode)
    return _outcode_alone(cleaned)


def postcodes_to_choose_from(text: str) -> list[str]:
    """Two or more places of which the words do not say which is home; first halves count too. Empty where one is meant."""
    cleaned = clean(text)
    told: dict[str, tuple[int, int]] = {}
    for typed, span, neat in _candidates(cleaned):
        for reading in _readings(typed, span, TO_DIGIT, TO_LETTER):
            if neat and not _words_of_their_own(cleaned[slice(*span)]) and not _overlaps(span, told.values()):
                told.setdefault(reading.postcode, span)
    for match in _CHUNK.finditer(cleaned) if told else ():
        if re.search(r"(?:near|off|by|road|on|the)\W*$", cleaned[: match.start()], re.IGNORECASE):
            continue  # "off the M62"
        outward = next(_outwards(match.group().upper(), {}, {}), None)
        known = outward is not None and _possible(outward[0]) and len(outward[0]) > len("M1")
        if outward and known and not _overlaps(match.span(), told.values()):
            told.setdefault(outward[0], match.span())
    values = sorted(told, key=lambda value: told[value])
    left = [values[i] for i in still_open(cleaned, [told[value] for value in values])]
    apart = [one for one in left if not any(other != one and other.startswith(one + " ") for other in left)]
    return apart if len(apart) > 1 else []


def _overlaps(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _found(cleaned: str, reading: _Reading, postcode: str | None, suggestion: str | None) -> Found:
    start, end = reading.span
    value = {
        "postcode": postcode,
        "outcode": (postcode or suggestion or "").partition(" ")[0],
        "as_typed": cleaned[start:end],
        "suggestion": suggestion,
    }
    return Found(value, Rest(tokens(cleaned), _POLITE).within(reading.span), reading.span, sure=reading.repairs == 0)


def _candidates(cleaned: str) -> Iterator[Candidate]:
    """Strings of postcode length with a digit, from up to eight chunks; and whether they are parted as a postcode is."""
    if not _DIGIT.search(cleaned):
        return
    chunks = [(m.group().upper(), m.start(), m.end()) for m in islice(_CHUNK.finditer(cleaned), MOST_CHUNKS)]
    for i in range(len(chunks)):
        joined = ""
        for word, _, end in chunks[i : i + 8]:
            joined += word
            if len(joined) > 8:
                break
            if len(joined) >= 5 and any(char.isdigit() for char in joined):
                span = (chunks[i][1], end)
                yield joined, span, _neat(cleaned[slice(*span)])


def _best(typed: Sequence[Candidate], digits: dict[str, str], letters: dict[str, str], cleaned: str) -> _Reading | None:
    """The reading with the fewest repairs; of several without any the one meant, of several others none."""
    readings = [
        reading
        for text, span, neat in typed
        for reading in _readings(text, span, digits, letters)
        if neat or (reading.repairs == 0 and not _words_of_their_own(cleaned[slice(*span)]))
    ]
    fewest = min((reading.repairs for reading in readings), default=None)
    best = [reading for reading in readings if reading.repairs == fewest]
    if len({reading.postcode for reading in best}) == 1:
        return best[0]
    return best[the_one_meant(cleaned, [reading.span for reading in best])] if best and fewest == 0 else None


def _said_aloud(cleaned: str) -> _Reading | None:
    """ "pr one, eight x j": where a digit is said in a word."""
    places: list[int] = []  # of each letter with digits, the place in what was typed
    written, at = "", 0
    for match in _DIGIT_SAID.finditer(cleaned):
        places += [*range(at, match.start()), match.start()]
        written, at = written + cleaned[at : match.start()] + DIGITS_SAID[match.group().lower()], match.end()
    if not written:
        return None
    places += [*range(at, len(cleaned) + 1)]
    best = _best(list(_candidates(written + cleaned[at:])), {}, {}, cleaned)
    return replace(best, span=(places[best.span[0]], places[best.span[1]]), repairs=1) if best else None


def _spelt_aloud(cleaned: str) -> _Reading | None:
    """ "S E thirteen six double A": letters by their names and larger numbers; the one postcode that results."""
    found: dict[str, _Reading] = {}
    for run in runs(cleaned):
        for i in range(len(run)):
            for j in range(i + FEWEST, min(len(run), i + 8) + 1):
                joined = "".join(text for text, _, _ in run[i:j])
                span = (run[i][1], run[j - 1][2])
                for reading in _readings(joined, span, {"O": "0"}, {"0": "O"}) if 5 <= len(joined) <= 7 else ():
                    kept = found.get(reading.postcode)
                    if kept is None or kept.span[1] - kept.span[0] > span[1] - span[0]:
                        found[reading.postcode] = replace(reading, repairs=1)
    longest = max((one.span[1] - one.span[0] for one in found.values()), default=0)
    best = [one for one in found.values() if one.span[1] - one.span[0] == longest]
    return best[0] if len(best) == 1 else None


def _readings(text: str, span: tuple[int, int], digits: dict[str, str], letters: dict[str, str]) -> Iterator[_Reading]:
    inward = _fit(text[-3:], INWARD, digits, letters)
    if inward is None or NEVER_INWARD & set(inward[0][1:]):
        return
    for outward in _outwards(text[:-3], digits, letters):
        if _possible(outward[0]):
            yield _Reading(f"{outward[0]} {inward[0]}", span, outward[1] + inward[1])


def _outwards(text: str, digits: dict[str, str], letters: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The text as the first half of a postcode, in each shape that it can be bent to."""
    for shape in SHAPES.get(len(text), ()):
        if fit := _fit(text, shape, digits, letters):
            yield fit


def _possible(outward: str) -> bool:
    """Whether the area exists and, where the district is 0, has one."""
    area = _area(outward)
    district = outward[len(area) :]
    if outward[-1].isalpha() and area not in WITH_LETTER:
        return False
    return area in AREAS and (not district.startswith("0") or (district == "0" and area in WITH_ZERO))


WITH_LETTER = bag("E EC N NW SE SW W WC")  # areas whose districts may end in a letter: W1A, EC1V
WITH_ZERO = bag("BL BS CM CR FY HA PR SL SS")  # areas that have a district 0


def _neat(typed: str) -> bool:
    """Whether any space stands before the last three characters, or between all of them: else words may only happen to fit."""
    pieces = re.split('[^A-Za-z0-9!"$%^&*()]+', typed)
    return len(pieces) == 1 or (len(pieces) == 2 and len(pieces[1]) in {3, 4}) or all(len(p) == 1 for p in pieces)


def _words_of_their_own(typed: str) -> bool:
    """ "im 19 at college" holds no postcode of the Isle of Man."""
    return any(piece.lower() in SMALL_WORDS for piece in re.findall("[A-Za-z]+", typed) if len(piece) > 1)


SMALL_WORDS = bag(
    "im at in is it so to me my am an as be by do go he if no of on or up us we ok hi ha oh id ive the and was yr"
)


def _area(outward: str) -> str:
    return outward[:2] if outward[1:2].isalpha() else outward[:1]


def _fit(text: str, shape: str, digits: dict[str, str], letters: dict[str, str]) -> tuple[str, int] | None:
    """The text bent to a shape as long of letters (A) and digits (9), and how many characters had to change."""
    made, repairs = "", 0
    for char, kind in zip(text, shape, strict=True):
        fits = char.isdigit() if kind == "9" else char.isalpha()
        other = char if fits else (digits if kind == "9" else letters).get(char)
        if other is None:
            return None
        repairs += not fits
        made += other
    return made, repairs


def _moved(typed: Sequence[Candidate]) -> _Reading | None:
    """A postcode with two neighbouring characters swapped or one doubled, when only one reading results."""
    found: dict[str, _Reading] = {}
    for text, span, neat in typed:
        for other in _one_slip(text) if neat else ():
            for reading in _readings(other, span, {}, {}):
                found[reading.postcode] = _Reading(reading.postcode, span, 1)
        if len(found) > 1:
            return None
    return next(iter(found.values()), None)


def _one_slip(text: str) -> set[str]:
    swapped = {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)}
    doubled = {text[:i] + text[i + 1 :] for i in range(1, len(text)) if text[i] == text[i - 1]}
    return swapped | doubled


def _outcode_alone(cleaned: str) -> Found | None:
    """The first half by itself: the whole message, or after words such as "postcode is" or "live in"."""
    if not _DIGIT.search(cleaned):
        return None
    rest = Rest(tokens(cleaned), _POLITE)
    for match in _CHUNK.finditer(cleaned):
        word = match.group().upper()
        outward = next((fit for fit in _outwards(word, TO_DIGIT, {}) if fit[1] == 0), None)
        if outward is None or not _possible(outward[0]):
            continue
        whole = rest.within(match.span())
        if whole or (len(word) > 2 and _CUE.search(cleaned[max(0, match.start() - 20) : match.start()])):
            value = {"postcode": None, "outcode": outward[0], "as_typed": match.group(), "suggestion": None}
            return Found(value, whole, match.span())
    return None
