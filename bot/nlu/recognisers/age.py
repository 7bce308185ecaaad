"""How old somebody says they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.nlu.recognisers.birth_dates import MONTHS, age_on, birth_dates
from bot.nlu.recognisers.free_text import book
from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.numbers import TENS, UNITS, number_at
from bot.nlu.recognisers.sounds import numbers_heard
from bot.nlu.recognisers.text import Rest, Token, bag, clean, tokens
from bot.nlu.recognisers.values import Found

OLDEST = 120
LONGEST_DATE = 12  # tokens
_YEARS = bag("years year yrs yr y yo yeras yeers")
_POLITE = bag(
    "i im am iam my age is its it aged hi hello ok yes well um just turned only now years year yrs yr y yo old of pls please "
    "thanks thank you ta x xx mate love a me about around so er next this birthday the man woman lady bloke lad lass male "
    "female guy and today still dob d o b born on in was date birth tbh not coming up nearly almost ish nxt unfortunately sadly now soon tomorrow last week month sorry lol haha "
    "love hun bday birth turning turn will be ill gone be was had just bit years young if you must know yob year sept jan feb "
    "pushing odd gone past innit m8 bruv bro knocking ya yesterday retired pensioner big coming approaching bab duck pet fam fella chap gent feel feels feeling like god help me both lately recently this in hitting going ancient yrs ye old person pal years march april may june july august october november december t f m"
)
# "im 6 months pregnant", "im 20 minutes away", "im 5 foot", "im 100% sure": a number, not an age.
_OTHER_UNITS = bag(
    "month months mth mths mnths week weeks wk wks day days hour hours hr hrs minute minutes min mins mile miles foot feet ft "
    "stone st kg percent times st nd rd th am pm weeks % / : - + lb lbs inch inches k grand pound pounds quid of in out "
    "kids children p"
)
_OTHERS = bag(
    "son daughter mum dad mam kid kids child baby boy girl wife husband partner brother sister nan gran she he shes hes her "
    "his they theyre has got have with of a an"
)
_BORN_YEAR = re.compile(
    r"\b(?:born|birth|yob)(?: year)?(?: in| back in| is| on|:)? ?(?:[a-z]{3,9} )?(?:'|the year )?(19\d\d|20\d\d|\d\d)\b(?![/.-])",
    re.I,
)
_YEAR_ALONE = re.compile(r"(?<![\d/.-])(19[2-9]\d|20[0-2]\d)(?![\d/.-])")


_BIG_OH = re.compile(r"\b(big )(\d|three|four|five|six|seven|eight|nine)[ -]?(?:0|oh?|zero)\b", re.I)
_SHORT_YEAR = re.compile(r"(?:^|\b(?:born|class of|in|of|from)) ?'(\d\d)\b", re.I)


def read_age(text: str, today: date, asked: bool) -> Found | None:
    """An age of 0 to 120 from a number, words or a date of birth; unasked only where said outright."""
    cleaned = _BIG_OH.sub(lambda told: f"{told[1]}{UNITS.get(told[2].lower(), told[2])}0", _in_figures(clean(text)))
    if school := _school_year(cleaned):
        without = cleaned[: school.start()] + "." * (school.end() - school.start()) + cleaned[school.end() :]
        return read_age(without, today, asked) or (_at_school(school) if asked else None)
    found = numbers_heard(tokens(cleaned)) if asked else tokens(cleaned)
    rest = Rest(found, _POLITE)
    from_date = _from_birth(cleaned, found, rest, today, asked) or (_from_spelt_date(found, today) if asked else None)
    number = from_date or _from_number(found, rest, asked)
    return number or (asked and (_only_number(found) or _having(cleaned))) or _in_passing(cleaned)


def _in_figures(cleaned: str) -> str:
    """ "I have forty and three years", "forty and three": as it is said in many a tongue, and written 43."""
    return _COUNTED.sub(lambda told: f"{told[1]}{TENS[told[2].lower()] + UNITS[told[3].lower()]}", cleaned)


_COUNTED = re.compile(
    rf"(^(?:i(?:'?m| am) )?|\b(?:have|having|got|with) )({'|'.join(TENS)})(?:[ -]and[ -]|[ -])({'|'.join(word for word, n in UNITS.items() if 0 < n < 10)})"
    r"(?= (?:years?|yrs?)(?: old| of age)?(?:\W|$)|\W*$)",
    re.I,
)


def _school_year(cleaned: str) -> re.Match[str] | None:
    """ "Year 11", said of school and not of a birth."""
    return None if _BORN.search(cleaned) else _SCHOOL_YEAR.search(cleaned)


_BORN = re.compile(r"\b(?:born|birth|dob|yob)", re.I)
_IN_WORDS = {
    word: year
    for year, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
        1,
    )
}
_SCHOOL_YEAR = re.compile(
    rf"(?:\bin |(?<!\d )(?<!\d)\b)(?:school year|year|yr|y) ?(1[0-3]|[1-9]|{'|'.join(_IN_WORDS)})(?![\d/.:-]|\w| ?(?:months?|mths?|weeks?|yrs|years)\b)",
    re.I,
)
OVER_A_YEAR = 11
"""The school year in which some are 15 and some are 16, which matters here."""


def _at_school(school: re.Match[str]) -> Found | None:
    """The younger of the two ages of a school year in England (Education Act 1996, s. 8); none where it matters which."""
    year = _IN_WORDS.get(school[1].lower()) or int(school[1])
    return None if year == OVER_A_YEAR else Found(year + 4, False, school.span(1), sure=False)


def _having(cleaned: str) -> Found | None:
    """ "I have 41 years", "27 years and 4 months", where the age is asked."""
    told = _HAVING.search(cleaned) or _AND_MONTHS.search(cleaned)
    if told is None:
        return None
    years = told.lastindex or 1
    return Found(int(told[years]), told.span() == (0, len(cleaned)), told.span(years))


_HAVING = re.compile(
    r"(?:\bi |^)?(?:\bhave|\bam having|\bgot|\bam with|^with) (\d\d) (?:years?|yrs?)(?: old| of age)?(?=\W*$|[,.;])"
    r"|^(\d\d) (?:years?|yrs?) i (?:have|got|am)(?=\W*$)",
    re.I,
)


_AND_MONTHS = re.compile(
    r"^(?:i(?:'?m| am) |my age is |its |it's |it is )?(\d\d) ?(?:years?|yrs?)(?: old)?,? ?(?:and |n |& )?\d{1,2} ?(?:months?|mths?|mnths?)(?: old)?(?=\W*$|[,.;])",
    re.I,
)


_THEIRS = re.compile(
    r"\b(?:s?he(?:'?s| is)|they(?:'?re| are)|(?:her|his|their) age(?:'?s| is)?)(?: (?:now|only|just|about|nearly|turned))* (\d{1,3})\b(?! ?"
    r"(?:months?|weeks?|days?|hours?|mins?|minutes?|stone|st|foot|ft|miles?|%|percent|times|kids?|children)\b)"
    r"|\b(\d{1,3}) (?:s?he is|they are|is s?he)\b",
    re.I,
)


def read_their_age(text: str) -> Found | None:
    """ "She says shes 36, im 34", where the questions are about somebody else: theirs."""
    told = _THEIRS.search(clean(text))
    age = int(told[1] or told[2]) if told else OLDEST + 1
    return Found(age, False, told.span()) if told and age <= OLDEST else None


def _from_birth(cleaned: str, found: Sequence[Token], rest: Rest, today: date, asked: bool) -> Found | None:
    said_born = any(token.word in {"born", "dob", "birth", "birthday"} for token in found)
    if not asked and not said_born:
        return None
    for born in birth_dates(cleaned, today):
        age = age_on(born.day, today)
        if born.day <= today and age <= OLDEST:
            return Found(age, rest.within(born.span), born.span, born.sure)
        return None
    year = (
        _BORN_YEAR.search(cleaned)
        or (_SHORT_YEAR.search(cleaned) if asked else None)
        or (_YEAR_ALONE.search(cleaned) if asked else None)
    )
    if year is None or (year.re is _YEAR_ALONE and not rest.within(_month_before(cleaned, year.start(), year.end()))):
        return None
    age = (today.year - int(year[1])) % 100 if len(year[1]) == 2 else today.year - int(year[1])
    certain = year.re is _BORN_YEAR and len(year[1]) == len("1980")
    return Found(age, rest.within(year.span()), year.span(), sure=certain) if 0 <= age <= OLDEST else None


def _from_spelt_date(found: Sequence[Token], today: date) -> Found | None:
    """ "3rd april ninety", "nineteen ninety"."""
    words, i = [], 0
    while i < min(len(found), LONGEST_DATE):
        number = number_at(found, i)
        if number and number[0] in {19, 20} and (rest := number_at(found, number[1])) and 10 <= rest[0] < 100:
            number = (number[0] * 100 + rest[0], rest[1])
        words.append(str(number[0]) if number else found[i].word)
        i = number[1] if number else i + 1
    spelt = " ".join(words)
    if spelt == " ".join(token.word for token in found[:LONGEST_DATE]):
        return None
    span = (found[0].start, found[-1].end)
    for born in birth_dates(re.sub(r"(\d) (st|nd|rd|th)\b", r"\1\2", spelt), today):
        return Found(age_on(born.day, today), False, span, sure=False) if born.day <= today else None
    year = _YEAR_ALONE.fullmatch(spelt)
    return Found(today.year - int(year[1]), True, span, sure=False) if year else None


def _month_before(cleaned: str, start: int, end: int) -> tuple[int, int]:
    """The span of a year with the name of a month before it."""
    before = cleaned[:start].rstrip().rpartition(" ")[2]
    return (start - len(before) - 1 if before.lower() in MONTHS else start, end)


def _from_number(found: Sequence[Token], rest: Rest, asked: bool) -> Found | None:
    for i in range(len(found)):
        number = number_at(found, i)
        if number is None or (i and number_at(found, i - 1) and found[i - 1].word not in {"and"}):
            continue
        value, after = _birthday(found, *number)
        if i and found[i - 1].word == "-" and found[i - 1].end == found[i].start and i == 1:
            continue
        span = (found[i].start, found[after - 1].end)
        whole = rest.within(span)
        if value > OLDEST or not (_said_outright(found, i, after) or (asked and (whole or _leads(found, i, after)))):
            continue
        not_yet = _not_yet(found, i, after)
        return Found(value - not_yet, whole, span)
    return None


_AFTER_AN_AGE = bag(
    "so n odd not , . but and nearly going ! ( last ish - next nxt soon tomorrow in if unfortunately sadly now since"
)


def _not_yet(found: Sequence[Token], i: int, after: int) -> bool:
    """ "34 next week", "ill be 41 in may": a year older than today."""
    before = {_word(found, j) for j in range(max(0, i - 2), i)}
    before |= {_word(found, i - 3)} & {"coming"}
    if before & {"nearly", "almost", "turning", "ill", "pushing", "hitting", "coming", "approaching"} or (
        "be" in before and "will" in {_word(found, i - 2)}
    ):
        return True
    gone = {_word(found, j) for j in range(after, after + 5)} & {"gone", "just", "past", "last"}
    if _word(found, after) == "in" and gone:
        return False
    if _word(found, after) == "in":
        return "was" not in before and not _MONTH_PAST & {_word(found, i - 1)}
    return _word(found, after) in {"next", "nxt", "soon", "tomorrow", "tmrw", "tomoz", "on"}


_MONTH_PAST = bag("turned was")


def _leads(found: Sequence[Token], i: int, after: int) -> bool:
    """A number that opens the answer and is no other measure: "43, nearly 44"."""
    if not all(token.is_mark or token.word in _POLITE for token in found[:i]):
        return False
    following = _word(found, after)
    if following in {"-", "."} and _word(found, after + 1) not in {"ish", ""}:
        return following == "." and not found[after + 1].is_number and i == 0
    return following in _AFTER_AN_AGE and (i == 0 or following != "and")


# "Kerry, 41, off sick"; "34/f"; "dave 52 from wigan": told beside other things though nobody asked.
_PART = re.compile(r"(?:^|[,.;])[ ]?(?:i'?m )?(\d\d)[ ]?(?:yrs?|years?|yo)?[ ]?(?=[,.;](?!\d)|$)")
_SEX = re.compile(r"(?:^|[ ,.])(\d\d)[ ]?(?:/[ ]?)?[mf](?=$|[ ,.])", re.I)
_NAMED = re.compile(r"\b([a-z]+),? (\d\d)(?=,| from\b| and\b| in\b| male\b| female\b| yrs?\b)", re.I)
# "lisa 52 signed off", "female 47 signed off", "34 bad back": at the beginning, and followed by words of work or health.
_AT_FIRST = re.compile(
    r"^(?:(?:hi|hello|hiya|hey|there|ya|all|yeah|yes|ok|so|good|morning|afternoon|evening|its|it's|im|i'm|i am|this is|my name is|my name's|names|name is),? )*(?:(?:a )?(?:fe)?male |wom[ae]n |man |lady |bloke )?"
    r"(?:([a-z]+),? (?:here,? |speaking,? )?)?(\d\d),? (?=[a-z])",
    re.I,
)
# "i have 34 years, no work": said so in many a tongue; "i have 34 years experience" is another thing.
_TWO_FIGURES = re.compile(r"\d\d")
_HAVE_YEARS = re.compile(r"\b(?:i have|i've got|i got) (\d\d) (?:years?|yrs?)(?=$|[,.;])", re.I)
YOUNGEST_IN_PASSING = 14


def _in_passing(cleaned: str) -> Found | None:
    if not _TWO_FIGURES.search(cleaned):
        return None
    parts = re.split(r"[,.;]", cleaned)
    part = _PART.search(cleaned) if len(parts) > 1 and any(_tells(part) for part in parts) else None
    told = (
        part
        or _SEX.search(cleaned)
        or next(filter(_is_named, _NAMED.finditer(cleaned)), None)
        or _HAVE_YEARS.search(cleaned)
        or _at_first(cleaned)
    )
    if told is None or int(told[told.lastindex or 1]) < YOUNGEST_IN_PASSING:
        return None
    return Found(int(told[told.lastindex or 1]), False, told.span(told.lastindex or 1))


def _at_first(cleaned: str) -> re.Match[str] | None:
    told = _AT_FIRST.match(cleaned)
    if told is None or (told[1] and not _is_named(told)):
        return None
    after = tokens(cleaned[told.end() :])
    hits = [hit for name in ("situation", "health") for hit in book(name).find(after) if hit.start <= 1]
    return told if hits and after[0].word not in _NO_AGE_BEFORE else None


def _is_named(told: re.Match[str]) -> bool:
    return told[1].lower() in word_set("name", "first_names")


def _tells(part: str) -> bool:
    """Whether a part of the message says something of work or health, or is a name."""
    said = tokens(part)
    named = bool(said) and said[0].word in word_set("name", "first_names")
    return named or any(book(name).find(said) for name in ("situation", "health"))


_NOT_AN_AGE_AFTER = bag(
    "over under above below than at no number between not until till til since for by around x £ $ - + / . : , # bus room flat "
    "was when page option top call ring after before past band type stage level grade covid"
)
_NO_AGE_BEFORE = (
    _OTHER_UNITS
    | _YEARS
    | bag("s something or when to and plus odd if y street road st rd avenue close grand points hundred thousand")
)


def _only_number(found: Sequence[Token]) -> Found | None:
    """ "Well they said over 18s but anyway its 61 if that helps": the only number, of no other measure and nobody else's."""
    at = [i for i in range(len(found)) if number_at(found, i) and not number_at(found, i - 1)]
    if len(at) != 1 or any(token.word in _OTHERS - bag("a an of with have has got the") for token in found):
        return None
    number = number_at(found, at[0])
    if number is None or not YOUNGEST_IN_PASSING <= number[0] <= OLDEST:
        return None
    value, after = number
    if _word(found, at[0] - 1) in _NOT_AN_AGE_AFTER or _word(found, after) in _NO_AGE_BEFORE:
        return None
    return Found(value - _not_yet(found, at[0], after), False, (found[at[0]].start, found[after - 1].end), sure=False)


def _birthday(found: Sequence[Token], value: int, after: int) -> tuple[int, int]:
    """ "My 52nd birthday": the number takes its ending and the word with it."""
    ending = _word(found, after) in {"st", "nd", "rd", "th"} and _word(found, after + 1) in {"birthday", "bday"}
    return (value, after + 2) if ending else (value, after)


def _said_outright(found: Sequence[Token], i: int, after: int) -> bool:
    """I'm 43; aged 43; 43 year old; but not 4 months, nor somebody else's age."""
    before, following = _word(found, i - 1), _word(found, after)
    hedged = before in {"nearly", "almost", "only", "just", "now", "about", "is"}
    opens = before in {"nearly", "almost"} and i == 1
    if hedged:
        before = _word(found, i - 2)
    years_old = following in _YEARS and (following == "yo" or _word(found, after + 1) in {"old", "o", "of"})
    if years_old or following == "yo":
        return not any(_word(found, j) in _OTHERS - _article(found, i) for j in range(max(0, i - 4), i))
    if following in _OTHER_UNITS or (
        following in _YEARS and _word(found, after + 1) in {"in", "into", "out", "off", "sober", "clean"}
    ):
        return False
    if before in {"aged", "age"}:
        return not any(_word(found, j) in _OTHERS for j in range(max(0, i - 4), i))
    return opens or before in {"im", "iam", "turned"} or (before == "am" and _word(found, i - 2) in {"i", ""})


def _article(found: Sequence[Token], i: int) -> frozenset[str]:
    """ "I'm a 43 year old" speaks of oneself, "with a 4 year old" does not."""
    return frozenset({"a", "an"}) if _word(found, i - 2) in {"im", "am", "iam", "as", ""} else frozenset()


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
