"""GP practices by name, town or postcode, typos and all.

Source: NHS Organisation Data Service, active practices of England, early 2026 (see services/data/README.md). A practice
belongs to the board that commissions it, which for 19 of them is not the board that its postcode lies in.
"""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from sys import intern

from services.areas import FULL, Area
from services.boards import Board, Boards
from services.site_tables import in_use

LIMIT = 3
EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and at by called dr drs doctor doctors gp gps i im in is it its me my near of on our practise "
        "registered surgeries the think to um with",
    )
)
SMALL_WORDS = frozenset({"and", "at", "in", "le", "of", "on", "the", "upon", "with"})
CAPITALS = frozenset({"CMC", "GMS", "GP", "GPS", "HC", "NHS", "PCN", "PMS", "UK", "II", "III"})
OUTWARD = re.compile(r"[a-z]{1,2}[0-9][a-z0-9]?")
TOWN, PREFIX, TYPO = 0.7, 0.75, 0.6  # what a match is worth beside an exact one in the name
SAME_OUTWARD, SAME_AUTHORITY, SAME_BOARD = 2.0, 1.5, 0.75
TELLING = 3.0  # a word in fewer than one practice in twenty tells one from another
CLOSE = 0.8  # weaker hits than this share of the best are not offered


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice: its organisation code, where it is, the boards that commission it (ONS codes), its authority."""

    code: str
    name: str
    town: str
    postcode: str
    board26: str
    board23: str
    lad: str

    @property
    def title(self) -> str:
        """Name and town as one would write them."""
        return ", ".join(capitalised(part) for part in (self.name, self.town) if part)

    @property
    def outcode(self) -> str:
        """The outward half of its postcode."""
        return self.postcode.split(" ")[0]

    def board(self, on: date) -> Board | None:
        """The board that commissions it on a day; None after a split that the tables do not know."""
        return Boards.load().in_charge((self.board23, self.board26), on)


def capitalised(text: str) -> str:
    """The register writes in capitals; a person does not."""
    words = re.split(r"([^A-Za-z']+)", text)
    return "".join(_word(word, first=number == 0) for number, word in enumerate(words))


def _word(word: str, *, first: bool) -> str:
    if word in CAPITALS:
        return word
    if word.lower() in SMALL_WORDS and not first:
        return word.lower()
    return word.capitalize()


def words_of(text: str) -> list[str]:
    """The words of a name or a query: plain small letters and digits, apostrophes dropped."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("&", " and ")
    plain = "".join(char for char in plain if not unicodedata.combining(char) and char not in "'’`")
    plain = re.sub(r"\bst\b\.?", "saint", plain)
    return re.findall(r"[a-z0-9]+", plain)


class Practices:
    """The register with an index of its words."""

    def __init__(self, practices: Iterable[Practice]) -> None:
        self.all = tuple(practices)
        self.by_code = {practice.code: practice for practice in self.all}
        self.towns = frozenset(" ".join(words_of(practice.town)) for practice in self.all) - {""}
        self._postings: dict[str, dict[int, float]] = defaultdict(dict)
        self._lengths = [1.0] * len(self.all)
        self._by_postcode: dict[str, list[int]] = defaultdict(list)
        for number, practice in enumerate(self.all):
            self._add(number, practice)
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in self._postings:
            self._by_letter[word[0]].append(word)

    @classmethod
    @cache
    def load(cls) -> Practices:
        """The practices of services/data/practices.csv, or the site's own table; read when first asked for."""
        return cls(read_practices(in_use("practices.csv")))

    def _add(self, number: int, practice: Practice) -> None:
        for word in words_of(practice.town):
            self._postings[word][number] = TOWN
        name = set(words_of(practice.name)) - EMPTY_WORDS
        for word in name:
            self._postings[word][number] = 1.0
        self._lengths[number] = 1.0 + 0.1 * len(name)
        self._by_postcode[practice.postcode].append(number)
        self._by_postcode[practice.outcode].append(number)

    def in_town(self, words: str) -> list[Practice]:
        """Every practice whose town is just these words; none for a town that the register does not name."""
        wanted = words_of(words)
        return [practice for practice in self.all if wanted and words_of(practice.town) == wanted]

    def search(self, text: str, near: Area | None = None, limit: int = LIMIT) -> list[Practice]:
        """The practices likely meant, best first; only those nearly as good as the best; never raises.

        `near` (the person's area) decides among practices of the same name.
        """
        text = text[:200]
        at_postcode = self._at_postcode(text)
        if at_postcode:
            return at_postcode[:limit]
        scores = self._scores(text)
        ranked = sorted(((score + self._nearness(n, near), -n) for n, score in scores.items()), reverse=True)
        return [self.all[-n] for score, n in ranked[:limit] if score >= CLOSE * ranked[0][0]]

    def _at_postcode(self, text: str) -> list[Practice]:
        match = FULL.search(text)
        if not match:
            return []
        return [self.all[number] for number in self._by_postcode.get(f"{match[1]} {match[2]}".upper(), [])]

    def _scores(self, text: str) -> dict[int, float]:
        """Points of each practice that shares a telling word (or the outward code) with the query."""
        asked = [word for word in dict.fromkeys(words_of(text)) if word not in EMPTY_WORDS]
        points: dict[int, float] = defaultdict(float)
        telling: set[int] = set()
        possible = 0.0
        for word in asked:
            hits, tells = self._hits(word)
            possible += max(hits.values(), default=TELLING)
            for number, worth in hits.items():
                points[number] += worth
            telling.update(tells)
        half = possible / 2  # a practice that lacks the greater part of what was asked is not meant
        return {n: points[n] / self._lengths[n] for n in telling if points[n] >= half}

    def _hits(self, word: str) -> tuple[dict[int, float], set[int]]:
        """Points of a query's word by practice (rare words count more, exact ones most), and whom it tells apart."""
        hits: dict[int, float] = {}
        telling: set[int] = set()
        most = self._rarity(word) if word in self._postings else math.inf
        for found, share in self._alike(word):
            rarity = min(self._rarity(found), most)
            for number, field in self._postings[found].items():
                hits[number] = max(hits.get(number, 0.0), rarity * field * share)
            if rarity >= TELLING:
                telling.update(self._postings[found])
        if OUTWARD.fullmatch(word):
            there = self._by_postcode.get(word.upper(), [])
            hits.update({number: max(hits.get(number, 0.0), TELLING) for number in there})
            telling.update(there)
        return hits, telling

    def _alike(self, word: str) -> Iterator[tuple[str, float]]:
        """The register's words that the word may stand for, with what they are worth."""
        exact = word in self._postings
        if exact:
            yield word, 1.0
        if len(word) < 3 or (exact and self._rarity(word) < TELLING):
            return
        for known in self._by_letter.get(word[0], []):
            if known != word and len(word) > 3 and known.startswith(word):
                yield known, PREFIX
            elif not exact and one_slip(word, known):
                yield known, TYPO

    def _rarity(self, word: str) -> float:
        return math.log(len(self.all) / len(self._postings[word]))

    def _nearness(self, number: int, near: Area | None) -> float:
        if near is None:
            return 0.0
        practice = self.all[number]
        points = SAME_OUTWARD if near.outcode == practice.outcode else 0.0
        points += SAME_AUTHORITY if near.lad and near.lad == practice.lad else 0.0
        return points + (SAME_BOARD if near.board and near.board == practice.board26 else 0.0)


def one_slip(typed: str, known: str) -> bool:
    """Whether two words are a slip apart (two in words of eight letters and more): added, left out, changed, swapped."""
    allowed = 0 if len(known) < 4 else 1 if len(known) < 8 else 2
    if abs(len(typed) - len(known)) > allowed or len(set(typed) ^ set(known)) > 2 * allowed:
        return False
    return distance(typed, known) <= allowed


def distance(a: str, b: str) -> int:
    """Slips between two words, a swap of neighbours counting as one."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            if i > 1 and j > 1 and char == b[j - 2] and a[i - 2] == other:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]


def search(text: str, near: Area | None = None) -> list[Practice]:
    """At most three practices that may be meant, best first."""
    return Practices.load().search(text, near)


def by_code(code: str) -> Practice | None:
    """The practice with this organisation code."""
    return Practices.load().by_code.get(code)


def read_practices(path: Path) -> Iterator[Practice]:
    """Every line of a table of practices; towns, boards and authorities are many times the same few words."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if row[0] != "code":
                yield Practice(*map(intern, row))
