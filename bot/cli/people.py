"""`anydoor person` and `anydoor staff`: what is held about a person, and who may sign in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.opened import opened

if TYPE_CHECKING:
    from services.messages import Address
    from services.settings import Settings

ADDRESS = typer.Argument(help="For example sms:+447700900123, telegram:123456 or web:...", metavar="ADDRESS")

person = typer.Typer(no_args_is_help=True, help="What is held about a person: look, hand over, erase.")
staff = typer.Typer(no_args_is_help=True, help="Accounts of staff.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(person, name="person")
    app.add_typer(staff, name="staff")


@staff.callback()
def _staff() -> None:
    """Accounts of staff."""


@person.command("show")
def show(address: Annotated[str, ADDRESS]) -> None:
    """Ids and states of what is held about a person, without their words. The look is audited."""
    from services import holdings

    with opened() as here, here.db.write() as session:
        found = holdings.person_at(session, read_address(address))
        holdings.looked(session, found, "person.show", here.now)
        print("\n".join(plainly(holdings.overview(session, found))))


@person.command("export")
def export(address: Annotated[str, ADDRESS]) -> None:
    """Everything held about a person, in plain words, to hand over to them. Audited."""
    from services import holdings

    with opened() as here, here.db.write() as session:
        found = holdings.person_at(session, read_address(address))
        holdings.looked(session, found, "person.export", here.now)
        print("\n".join(plainly(holdings.everything(session, found))))


@person.command("erase")
def erase(
    address: Annotated[str, ADDRESS],
    yes: Annotated[bool, typer.Option("--yes", help="Really erase; without it nothing is changed.")] = False,
) -> None:
    """Erase a person. What a team took on (referral, calls) stays as long as the team must keep it. Audited."""
    from services import holdings

    with opened() as here:
        with here.db.write() as session:
            found = holdings.person_at(session, read_address(address))
            if not yes:
                raise ValueError(f"Person {found} would be erased. Nothing was changed: say --yes to do it.")
            kept = holdings.erase(session, found, here.now, here.settings)
        print(f"Person {found} is erased, and named in the ledger that every restored backup is held to.")
        if kept:
            print(f"Their team keeps its own record: {', '.join(kept)}.")


def read_address(text: str) -> Address:
    from services.messages import Address

    channel, _, value = text.strip().partition(":")
    if channel == "sms":
        value = value.replace(" ", "")
        value = f"+44{value[1:]}" if value.startswith("0") else value
    try:
        return Address.parse(f"{channel}:{value}")
    except ValueError as error:
        raise ValueError("An address is written sms:+447700900123, telegram:123456 or web:...") from error


def plainly(held: Any, indent: str = "") -> Iterator[str]:
    """Nested values as indented lines: "name: value", and a dash before each entry of a list."""
    if isinstance(held, dict):
        for name, value in held.items():
            yield from _named(name.replace("_", " "), value, indent)
    else:
        for entry in held:
            lines = list(plainly(entry, "")) if isinstance(entry, dict | list) else [words(entry)]
            yield from (f"{indent}{'- ' if number == 0 else '  '}{line}" for number, line in enumerate(lines))


def _named(name: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield f"{indent}{name}:"
        yield from plainly(value, indent + "  ")
    else:
        yield f"{indent}{name}: {words(value)}"


def words(value: Any) -> str:
    if value is None or value in ([], {}, ""):
        return "-"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value).replace("\n", " / ")


def set_up_address(settings: Settings, token: str) -> str:
    """Where a new member of staff sets a password; good once, for two days."""
    return f"{settings.public_url.rstrip('/')}/set-up/{token}"


@staff.command("add")
def add(
    email: Annotated[str, typer.Argument(help="Their e-mail address.")],
    role: Annotated[str, typer.Option(help="coach, lead, editor, safety or admin.")],
    team: Annotated[str, typer.Option(help="Their team; a coach and a lead need one.")] = "",
    name: Annotated[str, typer.Option(help="Their name.")] = "",
) -> None:
    """Make an account and print the link with which its owner sets a password."""
    from services import staff as accounts
    from services import tables_of_staff

    wanted = tables_of_staff.Wanted(email.strip().lower(), name.strip(), role.strip().lower(), team.strip())
    with opened(make=True) as here:
        with here.db.write() as session:
            wrong = tables_of_staff.problem(session, wanted)
            if wrong:
                raise ValueError(sentence(wrong))
            if accounts.find(session, wanted.email) is not None:
                raise ValueError(f"{wanted.email} has an account already. Nothing was changed.")
            token = tables_of_staff.add(session, wanted, here.now)
        print(f"The account of {wanted.email} is made. They set their password here, once, within two days:")
        print(set_up_address(here.settings, token))


def sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}" + ("" if text.endswith((".", ")")) else ".")
