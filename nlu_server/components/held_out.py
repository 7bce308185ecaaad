"""Which examples nothing learns its meaning from, so that how sure the judges are is set on texts that are new to all of it."""
from __future__ import annotations

from typing import Text
from zlib import crc32

ONE_IN = 8


def is_held_out(text: Text) -> bool:
    """One text in eight, always the same ones, whoever asks."""
    return crc32(" ".join(text.casefold().split()).encode()) % ONE_IN == 0
