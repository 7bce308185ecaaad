"""Recognisers: what a person typed, read into values. Pure, deterministic, never raise, time in proportion to the text."""

from bot.nlu.recognisers.acts import read_act
from bot.nlu.recognisers.age import read_age
from bot.nlu.recognisers.barriers import read_barriers
from bot.nlu.recognisers.choice import read_candidates, read_choice, read_choices, says_whichever
from bot.nlu.recognisers.duration import read_months
from bot.nlu.recognisers.health import read_health
from bot.nlu.recognisers.name import read_name
from bot.nlu.recognisers.options import Option
from bot.nlu.recognisers.phone import read_phone
from bot.nlu.recognisers.postcode import read_postcode
from bot.nlu.recognisers.situation import read_situation
from bot.nlu.recognisers.text import clean
from bot.nlu.recognisers.values import Found, Json
from bot.nlu.recognisers.when import When, read_when
from bot.nlu.recognisers.yes_no import read_yes_no

__all__ = [
    "Found",
    "Json",
    "Option",
    "When",
    "clean",
    "read_act",
    "read_age",
    "read_barriers",
    "read_candidates",
    "read_choice",
    "read_choices",
    "read_health",
    "read_months",
    "read_name",
    "read_phone",
    "read_postcode",
    "read_situation",
    "read_when",
    "read_yes_no",
    "says_whichever",
]
