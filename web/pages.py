"""Server-rendered pages: NHS.UK components, our templates, the public's words from dialogs/."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from bot.times import spoken_time
from services.boards import Boards
from services.clock import LONDON
from web.words import Words

SPEAKERS = {"person": "chat.you_said", "assistant": "chat.we_said", "coach": "chat.coach_said"}
FOLDER = Path(__file__).resolve().parent
STATIC = FOLDER / "static"
LINK = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)])"
    r"|(?<![\d£.+])(?P<number>0\d(?: ?\d){8,9}|116 ?123|999|111)(?![\d-])"
)


def linked(text: str) -> Markup:
    """Plain words with their web addresses and phone numbers made into links; paragraphs at blank lines."""
    paragraphs = [_linked(part.strip()) for part in re.split(r"\n\s*\n", text.strip())]
    return Markup("").join(Markup("<p>{}</p>").format(part) for part in paragraphs)


def _linked(text: str) -> Markup:
    pieces, at = [], 0
    for found in LINK.finditer(text):
        pieces += [_lines(text[at : found.start()]), _anchor(found)]
        at = found.end()
    return Markup("").join([*pieces, _lines(text[at:])])


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _anchor(found: re.Match[str]) -> Markup:
    if found["url"]:
        return Markup('<a class="nhsuk-link" href="{0}">{0}</a>').format(found["url"])
    number = found["number"]
    return Markup('<a class="nhsuk-link chat-number" href="tel:{}">{}</a>').format(number.replace(" ", ""), number)


def sentence(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def day(moment: datetime) -> str:
    """`Tuesday 24 November`, on the wall in England."""
    wall = moment.astimezone(LONDON)
    return f"{wall:%A} {wall.day} {wall:%B}"


def short_day(moment: datetime) -> str:
    """`Tue 24 Nov`, on the wall in England."""
    wall = moment.astimezone(LONDON)
    return f"{wall:%a} {wall.day} {wall:%b}"


def london_day(moment: datetime) -> date:
    """The plain date of a moment, on the wall in England."""
    return moment.astimezone(LONDON).date()


def short_date(when: date) -> str:
    """`Fri 4 Dec` of a plain date."""
    return f"{when:%a} {when.day} {when:%b}"


def date_day(when: date) -> str:
    """`Friday 4 December` of a plain date."""
    return f"{when:%A} {when.day} {when:%B}"


def month(when: date) -> str:
    """`November`."""
    return f"{when:%B}"


def working(span: timedelta) -> str:
    """`20 min`, `3 h 20 min`, `2 days 3 h`: working time, of which a day has eight hours; never a sign."""
    minutes = int(abs(span).total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 8)
    if days:
        return f"{days} day{'s' if days > 1 else ''}" + (f" {hours} h" if hours and days < 3 else "")
    return " ".join([*([f"{hours} h"] if hours else []), *([f"{minutes} min"] if minutes or not hours else [])])


@cache
def asset(name: str) -> str:
    """The address of a static file, with its content's hash so that browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def phone(number: str) -> str:
    """A UK number as people write it: `07700 900123`; any other as it is."""
    found = re.fullmatch(r"\+44(7\d{3}|1\d{3})(\d{6})", number) or re.fullmatch(r"\+44(\d{3})(\d{7})", number)
    return f"0{found[1]} {found[2]}" if found else number


def board_name(code: str) -> str:
    """What people call the board with this ONS code; the code of one that we do not know."""
    board = Boards.load().get(code)
    return board.short_name if board else code


class Pages:
    """The environment of the templates; in them `say("front.heading")` gives the public's words."""

    def __init__(self, words: Words, *, demo: bool) -> None:
        self.words = words
        ours, nhsuk = FileSystemLoader(FOLDER / "templates"), PackageLoader("nhsuk_frontend_jinja")
        self.environment = Environment(
            loader=ChoiceLoader([ours, nhsuk]),
            undefined=ChainableUndefined,  # the NHS.UK macros reach through parameters that are not given
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters |= {
            "linked": linked,
            "linked_line": _linked,
            "sentence": sentence,
            "day": day,
            "time": spoken_time,
            "short_day": short_day,
            "london_day": london_day,
            "as_date": date.fromisoformat,
            "date_day": date_day,
            "short_date": short_date,
            "month": month,
            "working": working,
            "phone": phone,
            "board_name": board_name,
        }
        self.environment.globals |= {"say": words.say, "asset": asset, "demo": demo, "speakers": SPEAKERS}

    def fragment(self, template: str, **values: Any) -> str:
        return self.environment.get_template(template).render(values)

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        return HTMLResponse(self.fragment(template, **values), status_code=status)
