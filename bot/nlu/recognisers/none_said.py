""" "None of these" in whatever words: "cant say any of those bother me", "nothing out of them all"; and the line that says so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.options import Option
from bot.nlu.recognisers.text import Token, bag, fold

NONE = "none"
NOTHING = bag("none nothing neither nowt nada zilch non")
NO = bag("no nope nah naw na none nothing nowt neither")
ANY = bag("any anything either")
OPEN_ENDED = bag(
    "but except bar apart besides other others else yet more rather though tho only just want wanna like care works work"
)
"""With one of these "none" is not all that is said, or not said of the list."""
TROUBLES = bag(
    "problem problems issue issues trouble troubles worry worries bother concern concerns hassle complaints difficulties bothers"
)
OF_THE_LIST = TROUBLES | bag(
    "list listed above apply applies applied affect affects affecting bother bothers bothering relate relates related matter matters "
    "relevant there here on that this these those them em "
    "of from out in to with for at all things stuff options ones lot do does is are been have has got had get feel say see think theres ring rings "
    "really honestly actually particularly it its me my mine i im ive us a an the them not no"
)


def is_none_line(option: Option) -> bool:
    """Whether the line says that nothing on the list fits."""
    return option.value == NONE or fold(option.title).startswith(
        ("none", "neither", "not on the list", "not listed", "not here")
    )


def denies_the_list(found: Sequence[Token], *, troubles: bool = True) -> bool:
    """Whether a denial of the whole list and words that add nothing are all there is; with `troubles` also "no problems"."""
    said = [token.word for token in found if not token.is_mark]
    if any(token.word == "?" for token in found) or not OPEN_ENDED.isdisjoint(said):
        return False
    negators = word_set("small_words", "negators")
    denial = next((i for i, word in enumerate(said) if word in negators or word in CANNOT), len(said))
    of_any = bool(ANY & set(said[denial:]))
    no_trouble = troubles and any(word in NO and after in TROUBLES for word, after in pairwise(said))
    return (not NOTHING.isdisjoint(said) or of_any or no_trouble) and _spare().issuperset(said)


CANNOT = frozenset({"cant", "cannot"})


@cache
def _spare() -> frozenset[str]:
    """What may stand beside a denial of the list."""
    words = word_set("small_words", "negators") | word_set("small_words", "courtesy") | word_set("choice", "filler")
    return OF_THE_LIST | NOTHING | ANY | NO | CANNOT | words | {"all"}
