"""SMS: the GSM-7 alphabet (3GPP TS 23.038), smart characters replaced, and how many segments a text costs."""

from __future__ import annotations

import unicodedata
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
_REPLACED: Final = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "•": "-", "·": "-",
    "…": "...", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "\t": " ",
    "\u200b": "", "\u200c": "", "\u200d": "", "\ufeff": "", "\u2060": "", "\u00ad": "", "\ufe0f": "",
    "½": "1/2", "¼": "1/4", "¾": "3/4", "×": "x", "÷": "/", "©": "(c)", "™": "(TM)", "®": "(R)",
    "ç": "c", "á": "a", "í": "i", "ó": "o", "ú": "u", "ł": "l", "Ł": "L", "đ": "d", "œ": "oe", "Œ": "OE",
}  # fmt: skip


def to_gsm7(text: str) -> str:
    """The text with smart quotes, dashes, odd spaces and accents replaced by what GSM-7 has; the rest is kept."""
    if all(character in _BASIC for character in text):
        return text
    return "".join(map(_replacement, text))


def _replacement(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    if character in _REPLACED:
        return _REPLACED[character]
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return plain if plain and not unsupported(plain) else character


def unsupported(text: str) -> list[str]:
    """The characters outside GSM-7 in the order they appear, each once: one of them makes the whole text UCS-2."""
    return list(dict.fromkeys(c for c in text if c not in _BASIC and c not in _EXTENDED))


def segments(text: str) -> int:
    """How many SMS segments the text costs as it stands: GSM-7 160 then 153 septets, UCS-2 70 then 67 units."""
    if unsupported(text):
        sizes, single, several = [len(c.encode("utf-16-le")) // 2 for c in text], 70, 67
    else:
        sizes, single, several = [2 if c in _EXTENDED else 1 for c in text], 160, 153
    if sum(sizes) <= single:
        return 1 if text else 0
    return _parts(sizes, several)


def _parts(sizes: list[int], room: int) -> int:
    """Parts needed when no character may be split over two."""
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts
