"""Ages in years at which other rules begin, wherever they are asked for."""

from __future__ import annotations

CHILD_UNTIL = 16
"""Who is younger is a child here: asked nothing about health, none of it kept, and told of help for children alone."""
ADULT = 18
YOUNG_UNTIL = 25
"""Help for nobody older is for young people."""


def is_a_child(age: object) -> bool:
    """False where no age is known."""
    return isinstance(age, int) and age < CHILD_UNTIL
