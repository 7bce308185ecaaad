"""The signposting directory: which listings fit what a person named and where they are.

Crisis listings never go quiet. Any other goes quiet when its check is too old, or when it was never checked and has a
number that could be wrong. The words of a text message are in services/data/listing_words.yml.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from sqlalchemy import select
from sqlalchemy.orm import Session

from services import helplines
from services.ages import ADULT, YOUNG_UNTIL, is_a_child
from services.db import Database
from services.directory_import import import_csv
from services.helplines import NATIONS
from services.models import ListingRow
from services.prepared import Prepared

DATA = Path(__file__).parent / "data"
LISTINGS, WORDS = DATA / "listings.csv", DATA / "listing_words.yml"
CHECK_HOLDS = timedelta(days=365)
LONGEST_LINE = 90
CATEGORY = {  # what a person may name -> the directory's categories
    "money": "money",
    "housing": "housing",
    "caring": "caring",
    "travel": "travel",
    "employer": "employer",
    "skills": "skills",
    "mental_health": "mental_health",
    "musculoskeletal": "musculoskeletal",
    "drink": "alcohol_drugs",
    "drugs": "alcohol_drugs",
}
FIRST = {  # the widest door for what is named goes first
    "money": ("citizens-advice", "stepchange", "citizens-advice-wales", "citizens-advice-scotland", "advice-ni"),
    "housing": ("shelter", "council-homeless", "shelter-cymru", "shelter-scotland", "housing-rights-ni"),
    "caring": ("carers-uk",),
    "travel": ("disabled-bus-pass", "blue-badge"),
    "employer": ("acas", "access-to-work"),
    "skills": ("connect-to-work", "digital-inclusion"),
    "mental_health": ("talking-therapies", "childline"),
    "musculoskeletal": ("msk-physio",),
    "drink": ("drinkline",),
    "drugs": ("frank", "dan247-wales"),
}
NOT_FOR_NEEDS = frozenset({"crisis", "child", "young", "caring"})
"""What a need that names none of these is not sent to."""
ONLY_FOR_MONEY = frozenset({"gambling-helpline"})
"""Stands beside drink and drugs in the directory, and is for neither."""
DOORS = {
    "england": ("connect-to-work", "access-to-work", "citizens-advice", "jobcentre-uc"),
    "wales": ("working-wales", "citizens-advice-wales", "access-to-work"),
    "scotland": ("nolb-scotland", "fair-start-scotland", "citizens-advice-scotland", "access-to-work"),
    "northern_ireland": ("cmp-ni", "access-to-work-ni", "advice-ni", "workable-ni"),
    "islands": (),
}
CHILD_DOORS = ("childline", "papyrus")
YOUNG_DOORS = ("youth-hubs", "kings-trust", "jobs-guarantee", "childline")


@dataclass(frozen=True, slots=True)
class Listing:
    """One entry as it may be said. `sms_line`: at most 90 characters; `red_flags`: goes with the words about them."""

    id: str
    name: str
    sms_line: str
    phone: str | None
    url: str | None
    nations: str
    categories: tuple[str, ...]
    youngest: int
    oldest: int
    red_flags: bool


_SAID_OF = (
    "id",
    "name",
    "categories",
    "phone",
    "url",
    "nations",
    "area_codes",
    "ages",
    "sms",
    "crisis",
    "recheck_by",
    "extra",
)
_ACTIVE = Prepared(
    select(*(getattr(ListingRow, name) for name in _SAID_OF)).where(ListingRow.active).order_by(ListingRow.id)
)


class Directory:
    """Look-ups in the `listings` table."""

    def __init__(self, db: Database) -> None:
        self.db = db

    @classmethod
    def load(cls, db: Database) -> Directory:
        """The directory of a database; filled by `install`."""
        return cls(db)

    def install(self, now: datetime) -> None:
        """Put the national listings into the table where they are new; never over what a site has edited."""
        with self.db.read() as session:
            present = set(session.scalars(select(ListingRow.id)))
        if present:
            return
        with self.db.write() as session:
            import_csv(session, LISTINGS, now)

    def helpline(self, key: str, nation: str) -> str:
        """A number of the signed table; HelplineError for a key that is not in it."""
        return helplines.number(key, nation)

    def england(self, key: str) -> str:
        """A number for somebody whose nation is not known."""
        return self.helpline(key, "england")

    @staticmethod
    def match(
        usable: Sequence[Listing],
        *,
        barriers: Sequence[str],
        health: Sequence[str],
        limit: int = 3,
        skip_ids: Collection[str] = (),
    ) -> list[Listing]:
        """The listings that fit best, one need after the other so that no need is left out; at most `limit`."""
        needs = [each for each in (*barriers, *health) if each in CATEGORY]
        fitting = [row for row in usable if row.id not in skip_ids]
        queues = [ranked(need, fitting) for need in dict.fromkeys(needs)]
        chosen: dict[str, Listing] = {}
        while any(queues) and len(chosen) < limit:
            for queue in queues:
                if queue and len(chosen) < limit:
                    listing = queue.pop(0)
                    chosen.setdefault(listing.id, listing)
        return list(chosen.values())

    @staticmethod
    def unmet(usable: Sequence[Listing], barriers: Sequence[str]) -> list[str]:
        """The barriers among these that none of the listings is for; one that is free text has no listings by nature."""
        return [each for each in barriers if each not in CATEGORY or not ranked(each, usable)]

    def doors(
        self,
        session: Session,
        *,
        nation: str,
        age: object,
        barriers: Sequence[str],
        health: Sequence[str],
        work_situation: object,
        on: date,
        limit: int = 3,
    ) -> list[Listing]:
        """Where else to turn: by nation and age first, then by what was named."""
        usable = {row.id: row for row in self.usable(session, nation, age, on, None)}
        wanted = [*age_doors(age), *need_doors(barriers, health), *DOORS.get(nation, ())]
        if is_a_child(age):
            wanted = list(CHILD_DOORS)
        if work_situation == "out_of_work":
            wanted = [each for each in wanted if each != "access-to-work"]
        return [usable[each] for each in dict.fromkeys(wanted) if each in usable][:limit]

    def usable(self, session: Session, nation: str, age: object, on: date, lad: str | None) -> list[Listing]:
        """Listings that may be said on a day to somebody of this age in this nation and authority."""
        letter = NATIONS.get(nation, "E")
        session.flush()
        rows = _ACTIVE.all(session, {})
        listings = [
            listing_of(row) for row in rows if letter in row.nations and in_area(row, lad) and is_fresh(row, on)
        ]
        return [each for each in listings if each.sms_line and fits_age(each, age)]


def ranked(named: str, listings: Sequence[Listing]) -> list[Listing]:
    """The listings for what was named: the widest door first, then the rest, crisis lines last of all."""
    first, need = FIRST.get(named, ()), CATEGORY[named]
    fitting = [each for each in listings if each.id in first or is_mainly_for(each, need)]
    return sorted(fitting, key=lambda each: (first.index(each.id) if each.id in first else len(first), each.id))


def is_mainly_for(listing: Listing, need: str) -> bool:
    """What a listing is first of all for; a carer's benefit is not for everybody who is short of money."""
    other = (NOT_FOR_NEEDS - {need}) & set(listing.categories) or listing.id in ONLY_FOR_MONEY
    return listing.categories[:1] == (need,) and not other


def age_doors(age: object) -> tuple[str, ...]:
    if not isinstance(age, int) or age >= ADULT:
        return ()
    return CHILD_DOORS if is_a_child(age) else YOUNG_DOORS


def need_doors(barriers: Sequence[str], health: Sequence[str]) -> list[str]:
    """The first door for a health need; money and housing come by Citizens Advice anyway."""
    return [FIRST[each][0] for each in health if each in FIRST]


def is_fresh(row: ListingRow, on: date) -> bool:
    """Crisis lines always; others until their check is too old; an unchecked one only if it has no number to be wrong."""
    if row.crisis:
        return True
    if row.recheck_by is not None:
        return on <= row.recheck_by
    return row.phone is None and row.extra.get("confidence") == "high"


def in_area(row: ListingRow, lad: str | None) -> bool:
    return not row.area_codes or lad in row.area_codes


def listing_of(row: ListingRow) -> Listing:
    youngest, oldest = ages_of(row.ages or "")
    categories = tuple(str(each) for each in row.categories)
    return Listing(
        row.id,
        row.name,
        line_of(row),
        row.phone,
        row.url,
        row.nations,
        categories,
        youngest,
        oldest,
        "musculoskeletal" in categories,
    )


@cache
def words() -> dict[str, str]:
    """The lines for texts, by listing."""
    content = YAML(typ="safe", pure=True).load(WORDS.read_text(encoding="utf-8"))
    return {str(key): str(line) for key, line in content.items()}


def line_of(row: ListingRow) -> str:
    """A listing in one line of a text; empty when it cannot be said so shortly.

    Our own line for it is said only while its number is still the listing's: a number changed since is never hidden by it.
    """
    ours = words().get(row.id, "")
    line = row.sms or ("" if _has_another_number(ours, row.phone or "") else ours)
    line = line or (f"{row.name}: {row.phone}" if row.phone else "")
    return line if len(line) <= LONGEST_LINE else ""


@lru_cache(maxsize=2048)
def _has_another_number(line: str, phone: str) -> bool:
    said, known = _numbers(line), _numbers(phone)
    return bool(said and known) and not said & known


def _numbers(text: str) -> set[str]:
    """Telephone numbers in a text, digits only."""
    return {re.sub(r"\D", "", found) for found in re.findall(r"\+?\d[\d ]{4,}\d", text)}


@lru_cache(maxsize=2048)
def ages_of(text: str) -> tuple[int, int]:
    """(youngest, oldest) in years of a directory's age note: "16+", "up to 35", "16-24", "under 19"; else everybody."""
    if found := re.search(r"(\d+)\s*-\s*(\d+)", text):
        return int(found[1]), int(found[2])
    if found := re.search(r"(\d+)\+", text):
        return int(found[1]), 200
    if found := re.search(r"up to (\d+)", text):
        return 0, int(found[1])
    if found := re.search(r"under (\d+)", text):
        return 0, int(found[1]) - 1
    return (55, 200) if "older" in text else (ADULT, 200) if "adult" in text else (0, 200)


def fits_age(listing: Listing, age: object) -> bool:
    """Young people's listings only to people known to be young; "parents of …" to anybody."""
    if not isinstance(age, int):
        return listing.oldest > YOUNG_UNTIL
    return listing.youngest <= age <= listing.oldest


def shipped_names() -> dict[str, str]:
    """The names of the listings that come with Anydoor, by id."""
    with LISTINGS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["name"] for row in csv.DictReader(file)}


def known_helplines() -> dict[str, str]:
    """Every key of the helpline table with the number for England, for `anydoor check`."""
    return {row.key: helplines.number(row.key) for row in helplines.table()}


def known_numbers() -> frozenset[str]:
    """The digits of every number that words may hold."""
    said = [row.number for row in helplines.table()] + list(words().values())
    return frozenset(re.sub(r"\D", "", found) for text in said for found in re.findall(r"[\d ]{3,}", text))
