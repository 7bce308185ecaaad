"""What is named only to say that nothing will be told of it: "rather not talk about my illness"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.nlu.recognisers.text import Token, bag

TURNS = bag("but though tho although however and its is ive im just only except because cos so then") | frozenset(
    ",.;:!?-()"
)
IS_THAT = bag("private personal confidential business myself meself")
"""After these the thing stood before: "my anxiety is private"."""
Span = tuple[int, int]


def told_all_the_same(found: Sequence[Token], told: Span, refusals: Sequence[Span]) -> bool:
    """Whether a turn ("but", "its", a comma) stands between the thing and every refusal."""
    return all(_turns_between(found, told, refusal) for refusal in refusals)


def _turns_between(found: Sequence[Token], told: Span, refusal: Span) -> bool:
    first, last = sorted((told, refusal))
    turns = TURNS - {"is", "its"} if refusal == last and IS_THAT & _words(found, refusal) else TURNS
    return bool(turns & _words(found, (first[1], last[0])))


def _words(found: Sequence[Token], span: Span) -> set[str]:
    return {token.word for token in found[slice(*span)]}
