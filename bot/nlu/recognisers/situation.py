"""Where somebody stands with work, from their own words."""

from __future__ import annotations

from bot.nlu.recognisers.free_text import read_passage
from bot.nlu.recognisers.values import Found

# The job being gone outweighs being off sick, which outweighs having one; the weak ones speak only when alone.
STRONGEST_FIRST = ("out_of_work", "off_sick", "in_work", "weak_out_of_work", "weak_off_sick", "other")
WEAK = "weak_"


def read_situation(text: str) -> Found | None:
    """in_work, off_sick, out_of_work or other; unsure where the words point two ways."""
    passage = read_passage("situation", text)
    meant = passage.meant(own_only=True)
    kinds = {hit.value for hit in meant}
    best = next((kind for kind in STRONGEST_FIRST if kind in kinds), None)
    if best is None:
        return None
    value = best.removeprefix(WEAK)
    clear = {kind for kind in kinds if not kind.startswith(WEAK)}
    sure = best in clear and clear - {"in_work"} <= {best} and not (best == "out_of_work" and "in_work" in clear)
    return Found(value, passage.whole(), passage.span([hit for hit in meant if hit.value == best]), sure)
