"""`anydoor duty`: a team's duty rota from the command line, for the first set-up and for scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opened import opened

if TYPE_CHECKING:
    from services.db import Session
    from services.rota_page import RotaPage

duty = typer.Typer(no_args_is_help=True, help="Who is on duty for safety alerts, and when.")
TEAM = typer.Argument(help="The team's id.", metavar="TEAM")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)", re.ASCII)


def add_to(app: typer.Typer) -> None:
    app.add_typer(duty, name="duty")


@duty.command("show")
def show(team: Annotated[str, TEAM]) -> None:
    """Who is on duty now and in the next two weeks, and who is asked after whom."""
    from services import rota_page
    from services.rota_changes import SYSTEM

    with opened() as here, here.db.write() as session:
        checked(session, team)
        read = rota_page.read(session, team, SYSTEM, here.now)
        print("\n".join(lines_of(read)) if read else "")


def lines_of(read: RotaPage) -> list[str]:
    """The page as lines."""
    now = f"{read.running.name} is on duty now." if read.running else "Nobody is on duty now."
    then = "".join(f", then {name}" for name in read.then)
    rules = read.rota.rules
    lines = [f"{now} Each has {rules.answer_minutes} minutes: on duty, then the deputy{then}."]
    for day in read.days:
        told = [
            f"{clock(e.starts)}-{clock(e.ends)} {e.name}" + (f" ({e.deputy})" if e.deputy else "")
            for e in day.stretches
        ]
        lines.append(f"{day.day:%a %d %b}  {', '.join(told) or 'nobody'}")
    if read.silent:
        lines.append(f"No number yet: {', '.join(read.silent)}. They add it on their account page.")
    return lines


def clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


@duty.command("set")
def set_days(
    team: Annotated[str, TEAM],
    on: Annotated[str, typer.Option(help="E-mail address of who is on duty.")],
    days: Annotated[str, typer.Option(help="For example mon-fri, or sat,sun.")] = "mon-fri",
    hours: Annotated[
        str, typer.Option(help="For example 9:00-17:00; a day ends at 24:00. Several: 9:00-12:00,13:00-17:00.")
    ] = "9:00-17:00",
    deputy: Annotated[str, typer.Option(help="E-mail address of the deputy.")] = "",
) -> None:
    """Let the usual week be this on these days, from now on. What was there on these days is replaced."""
    from services import rota, rota_changes
    from services.rota import Stretch

    with opened() as here:
        with here.db.write() as session:
            checked(session, team)
            numbers, spans = days_of(days), spans_of(hours)
            person, second = member(session, on), member(session, deputy) if deputy else None
            kept = [each for each in rota.read(session, team).week if each.weekday not in numbers]
            new = [Stretch(day, starts, ends, person, second) for day in numbers for starts, ends in spans]
            rota_changes.keep_week(session, team, [*kept, *new], rota_changes.SYSTEM, here.now)
        print(f"Kept. See it with: anydoor duty show {team}")


@duty.command("clear")
def clear(
    team: Annotated[str, TEAM], days: Annotated[str, typer.Option(help="For example mon-fri, or sat,sun.")]
) -> None:
    """Nobody is on duty on these days any more; people in a crisis are told so."""
    from services import rota, rota_changes

    with opened() as here:
        with here.db.write() as session:
            checked(session, team)
            gone = days_of(days)
            kept = [each for each in rota.read(session, team).week if each.weekday not in gone]
            rota_changes.keep_week(session, team, kept, rota_changes.SYSTEM, here.now)
        print(f"Kept. See it with: anydoor duty show {team}")


@duty.command("rules")
def rules(
    team: Annotated[str, TEAM],
    minutes: Annotated[int, typer.Option(help="Minutes that each has to take an alert on.")] = 30,
    then: Annotated[list[str] | None, typer.Option(help="Who is asked after the deputy; again for one more.")] = None,
    bank_holidays: Annotated[bool, typer.Option(help="Somebody is on duty on bank holidays too.")] = False,
    unplaced: Annotated[bool, typer.Option(help="Also for people whose team is not known yet.")] = False,
) -> None:
    """How alerts are passed on. What is not named goes back to what stands here."""
    from services import rota_changes
    from services.rota import Rules

    with opened() as here:
        with here.db.write() as session:
            checked(session, team)
            listed = tuple(member(session, email) for email in then or ())
            kept = Rules(minutes, bank_holidays, unplaced, listed)
            rota_changes.keep_rules(session, team, kept, rota_changes.SYSTEM, here.now)
        print(f"Kept. See it with: anydoor duty show {team}")


def checked(session: Session, team: str) -> None:
    """ValueError with the nearest names where there is no such team."""
    from services.models import Team
    from services.tables_of_staff import unknown_team

    if session.get(Team, team) is None:
        why = unknown_team(session, team)
        raise ValueError(f"{why[0].upper()}{why[1:]}.")


def member(session: Session, email: str) -> int:
    from services import staff

    row = staff.find(session, email)
    if row is None:
        raise ValueError(f"{email} has no account. Make one with `anydoor staff add`.")
    return row.id


def days_of(text: str) -> list[int]:
    """Weekdays (0 is Monday) of "mon-fri" or "sat,sun". ValueError in a sentence."""
    found: list[int] = []
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(f"Days are written mon-fri or sat,sun, not {text[:40]}.")
        end = DAYS.index(last) if dash else DAYS.index(first)
        found += range(DAYS.index(first), end + 1)
    return sorted(set(found))


def spans_of(text: str) -> list[tuple[int, int]]:
    """Minutes after midnight of "9:00-17:00"; several with commas. ValueError in a sentence."""
    found = [HOURS.fullmatch(part.strip()) for part in text.split(",")]
    spans = [(int(m[1]) * 60 + int(m[2]), int(m[3]) * 60 + int(m[4])) for m in found if m]
    if len(spans) < len(found) or any(starts >= ends or ends > 24 * 60 for starts, ends in spans):
        raise ValueError(f"Hours are written 9:00-17:00 (until 24:00), not {text[:40]}.")
    return spans
