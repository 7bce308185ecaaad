"""`anydoor serve`: the web app, webhooks, Telegram, outbox and reminders in one process."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from services.settings import Settings

HELP = """Serve everything on one address.

Environment:

ANYDOOR_HOME: folder for the database and keys (default ./var).
ANYDOOR_DATABASE_URL: PostgreSQL, or another SQLite file.
ANYDOOR_PUBLIC_URL: the address the public and the providers use.
ANYDOOR_SECRET_KEY: signs and seals; made on first run.
ANYDOOR_DATA_KEYS: keyring for sealed columns, id:key,id:key (newest first).
ANYDOOR_TURNS_APART: 1 takes turns in a process of their own, 0 does not (default: where there are two cores).
ANYDOOR_NOW: start the clock at an ISO time (tests only).
NLU_URL, NLU_TOKEN: a language model server that runs elsewhere.
TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM, TWILIO_API_URL: texts.
ANYDOOR_SMS_A_DAY: the most texts a day in all (default: no limit of ours).
ANYDOOR_SMS_PENCE: what a segment of a text costs, for the figures.
TELEGRAM_BOT_TOKEN, TELEGRAM_WEBHOOK_SECRET, TELEGRAM_API_URL: Telegram.
ANYDOOR_CALENDAR_LOOPBACK: 1 reads coaches' own calendars from this machine too (tests and trying out only).
ANYDOOR_HOOK_LOOPBACK: 1 tells teams' own systems on this machine too (tests and trying out only).
ANYDOOR_OIDC_ISSUER, ANYDOOR_OIDC_CLIENT_ID, ANYDOOR_OIDC_CLIENT_SECRET: staff sign in by their organisation's provider.
ANYDOOR_OIDC_NAME, ANYDOOR_OIDC_CLAIM, ANYDOOR_OIDC_MFA: what it is called, who somebody is, what stands for a code.
ANYDOOR_OIDC_LOOPBACK: 1 asks a provider on this machine too (tests and trying out only).
ANYDOOR_WATCH_TOKEN: what /metrics and all of /readyz are read with (without it: from this machine only).
ANYDOOR_LOGS: json for lines that another system collects.
OTEL_EXPORTER_OTLP_ENDPOINT: where traces go, by OTLP over HTTP (needs requirements-tracing.lock).
SMTP_URL, ANYDOOR_FROM_EMAIL: invitations to coaches by mail.
"""


def add_to(app: typer.Typer) -> None:
    app.command("serve", help=HELP)(serve)


def greeting(settings: Settings, demo: bool) -> list[str]:
    """Where to look, and what is off and how to turn it on."""
    base = settings.public_url.rstrip("/")
    return [
        f"Anydoor is starting. Web chat: {base}/chat   Front page: {base}/   Staff: {base}/sign-in",
        "Demonstration teams: one for each board, nobody real." if demo else "No demonstration teams.",
        "Text messages: on." if settings.has_sms else "Text messages: off. To turn them on, set the TWILIO_ variables.",
        "Telegram: on." if settings.has_telegram else "Telegram: off. To turn it on, set TELEGRAM_BOT_TOKEN.",
        "Mail to coaches: on."
        if settings.has_mail
        else "Mail to coaches: off. To turn it on, set SMTP_URL and ANYDOOR_FROM_EMAIL.",
        f"Language model: {language_model(settings)}",
        "Press Ctrl-C to stop.",
    ]


def language_model(settings: Settings) -> str:
    """Which one answers, and what to do about it."""
    from bot.nlu.places import Places

    places = Places()
    if settings.nlu_url:
        return "on, elsewhere."
    if places.missing():
        return f"built-in stand-in only. {places.missing()}"
    if places.current() is None:
        return "being trained, four to five minutes. Until then the built-in stand-in answers."
    return "on; a newer one is being trained." if places.being_trained() else "on."


def logging_of(settings: Settings) -> dict[str, Any] | None:
    """Begins the log; uvicorn's lines go its own way, or ours where another system collects them."""
    from uvicorn.config import LOGGING_CONFIG

    from services import logs

    logs.start(settings)
    return None if settings.logs == "json" else LOGGING_CONFIG


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    demo: Annotated[
        bool, typer.Option("--demo", help="With demonstration teams; refused beside a live provider.")
    ] = False,
    workers: Annotated[int, typer.Option(help="Processes; more than one needs PostgreSQL.")] = 1,
    train: Annotated[
        bool, typer.Option("--train", help="Train the language model meanwhile, if its examples changed.")
    ] = False,
) -> None:
    import uvicorn

    from bot.cli.first_start import set_up_apart
    from bot.cli.meanwhile import trained_meanwhile
    from bot.cli.problems import said_plainly
    from bot.one_heap import share_one_heap
    from services.settings import load

    os.environ["ANYDOOR_DEMO"] = "1" if demo else ""
    os.environ.setdefault("ANYDOOR_PUBLIC_URL", f"http://{host}:{port}")
    with said_plainly():
        settings = load()
        if workers > 1 and settings.database_url.startswith("sqlite"):
            raise ValueError(
                "More than one process needs PostgreSQL: set ANYDOOR_DATABASE_URL, or leave out --workers."
            )
        from bot.assistant import refuse_live_demo

        refuse_live_demo(settings, demo)
        set_up_apart(settings)
    share_one_heap()
    with trained_meanwhile() if train else nullcontext():
        for line in greeting(settings, demo):
            print(line, flush=True)
        with said_plainly():
            uvicorn.run(
                "web.app:create_app",
                factory=True,
                http="web.wire:PROTOCOL",
                host=host,
                port=port,
                workers=workers,
                access_log=False,
                log_level="warning",
                log_config=logging_of(settings),
                timeout_graceful_shutdown=5,
                proxy_headers=False,
                server_header=False,
            )
