"""`anydoor hook`: a team's own system that is told of calls, from the command line."""

from __future__ import annotations

from typing import Annotated, TypeVar

import typer

from bot.cli.opened import opened

hook = typer.Typer(no_args_is_help=True, help="Tell a team's own system of calls that are booked, moved, called off.")
Team = Annotated[str, typer.Argument(help="The team's id.")]
ACTOR = "system"
PROBLEMS = {
    "not_https": "The address has to begin with https://, without a name or password in it.",
    "not_public": "The address leads to a computer inside a network, not to one on the internet.",
    "unavailable": "There is no computer of that name.",
}
_Found = TypeVar("_Found")


def add_to(app: typer.Typer) -> None:
    app.add_typer(hook, name="hook")


@hook.command("set")
def give(
    team: Team,
    address: Annotated[str, typer.Argument(help="Where to send; https.")],
    form: Annotated[str, typer.Option(help="event (what happened, no name) or fhir (the whole referral).")] = "event",
) -> None:
    """Send a team's events to an address from now on, and print the secret. It is shown this once."""
    from services import team_hooks
    from services.errors import CalendarUnread

    with opened() as here:
        loopback = here.settings.hook_loopback
        try:
            with here.db.write() as session:
                secret = team_hooks.give(session, team, address, form, ACTOR, here.now, loopback=loopback)
        except CalendarUnread as wrong:
            raise ValueError(PROBLEMS.get(wrong.code, PROBLEMS["unavailable"])) from wrong
        print(secret)


@hook.command("secret")
def renew(team: Team) -> None:
    """Make a new secret and print it; the old one signs nothing any more."""
    from services import team_hooks

    with opened() as here:
        with here.db.write() as session:
            secret = team_hooks.renew_secret(session, team, ACTOR, here.now)
        print(known(secret, team))


@hook.command("show")
def show(team: Team) -> None:
    """Where a team's events go and what became of the last ones; never the secret."""
    from services import team_hooks

    with opened() as here, here.db.read() as session:
        found = known(team_hooks.read(session, team), team)
        print(f"{found.site}  {found.form}  {'on' if found.active else 'stopped'}")
        print(f"{found.waiting} waiting, {found.dead} given up")
        for each in found.last:
            why = f" ({each.reason})" if each.reason else ""
            print(f"{each.id}  {each.at:%Y-%m-%d %H:%M}  {each.kind}  {each.reference or '-'}  {each.status}{why}")


@hook.command("replay")
def replay(
    team: Team, event: Annotated[int, typer.Option(help="One message, as `show` numbers it; else all given up.")] = 0
) -> None:
    """Send again what was given up, under the same ids."""
    from services import team_hooks

    with opened() as here:
        with here.db.write() as session:
            count = team_hooks.replay(session, team, ACTOR, here.now, event or None)
        print(f"{count} to be sent again.")


@hook.command("stop")
def stop(team: Team) -> None:
    """Send nothing any more; what waits is dropped."""
    from services import team_hooks

    with opened() as here:
        with here.db.write() as session:
            if not team_hooks.stop(session, team, ACTOR, here.now):
                raise ValueError(f"Nothing goes out for {team}.")
        print("Stopped.")


def known(found: _Found | None, team: str) -> _Found:
    """What was found; ValueError, said plainly, where no address was ever given."""
    if found is None:
        raise ValueError(f"No address was given for {team}. See `anydoor hook set`.")
    return found
