"""`anydoor doctor`: one line a part, and what to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.doctor import Part
    from services.settings import Settings


def add_to(app: typer.Typer) -> None:
    app.command("doctor")(doctor)
    app.command("audit")(against)


def against(
    file: Annotated[
        Path, typer.Argument(help="The end of the chain as another system kept it: time, number, seal a line.")
    ],
) -> None:
    """Walk the audit and compare it with seals that were kept elsewhere. Exit 1 when anything does not fit."""
    from bot.cli.opened import opened
    from services import audit

    with opened() as here:
        if not file.is_file() or not file.stat().st_size:
            raise ValueError(f"{file} holds no seals. Nothing was compared.")
        with here.db.read() as session:
            problems = audit.verify(session, file)
        for problem in problems:
            print(f"broken: {problem}.")
        if problems:
            raise typer.Exit(1)
        print("The chain was walked and fits what was kept elsewhere.")


def doctor() -> None:
    """Look at every part: ok, attention or broken, and what to do. Exit 1 when something is broken."""
    broken = False
    for part in parts():
        print(part, flush=True)
        broken = broken or part.state == "broken"
    sys.exit(1 if broken else 0)


def parts() -> Iterator[Part]:
    from pydantic import ValidationError

    from services import doctor as looks
    from services.doctor import Part
    from services.errors import SettingsError
    from services.settings import load

    try:
        settings = load()
    except ValidationError as error:
        wrong = "; ".join(f"{one['loc'][0]}: {one['msg']}" for one in error.errors(include_input=False))
        yield Part("settings", "broken", f"{wrong}.")
        return
    except SettingsError as error:
        yield Part("settings", "broken", str(error))
        return
    yield Part("settings", "ok", "every variable can be read.")
    yield looks.guarded("demonstration", lambda: demonstration(settings))
    yield from looks.examine(settings)
    yield looks.guarded("language model", lambda: language_model(settings))
    yield looks.guarded("dialogue", dialogue)


def demonstration(settings: Settings) -> Part:
    from services.doctor import Part, live

    if settings.demo and live(settings):
        return Part(
            "demonstration", "broken", "ANYDOOR_DEMO is set beside a live provider; the server refuses to start."
        )
    return Part("demonstration", "ok", "on." if settings.demo else "off.")


def language_model(settings: Settings) -> Part:
    from bot.nlu import rasa
    from bot.nlu.places import Places, training_hash
    from services.doctor import Part

    name = "language model"
    if settings.nlu_url:
        client = rasa.RasaClient(settings.nlu_url, settings.nlu_token.get_secret_value())
        up = client.up
        client.close()
        return Part(name, "ok" if up else "attention", f"{'answers' if up else 'does not answer'} at NLU_URL.")
    places = Places()
    missing = places.missing()
    if missing:
        return Part(name, "attention", missing)
    if not places.is_current(training_hash(places)):
        return Part(name, "attention", "what it is trained from has changed since. Run: anydoor train")
    return Part(name, "ok", "trained from today's examples.")


def dialogue() -> Part:
    from bot.checked import check_everything
    from services.doctor import Part

    errors = [finding for finding in check_everything() if finding.severity == "error"]
    if errors:
        return Part("dialogue", "broken", f"{len(errors)} errors. Run: anydoor check")
    return Part("dialogue", "ok", "proved: no error.")
