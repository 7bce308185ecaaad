"""The application: uvicorn starts it by name (`web.app:create_app`)."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from services import logs, tracing, transcript
from services.settings import Settings, load
from services.transcript import Line, Mark
from web import (
    auth,
    calendars,
    call,
    callers,
    chat,
    demonstration,
    front,
    health,
    organisation,
    own_codes,
    own_password,
    own_sign_ins,
    passkeys,
    refer,
    staff_number,
    webhooks,
)
from web.access import LINK, PUBLIC, SIGNED, WATCH, page, staff
from web.admin import routes as studio
from web.arrivals import Arrivals
from web.coach import acts, calendar, finding, handing_out, hours, rota, system
from web.coach import live as desk_live
from web.coach import pages as coach
from web.limits import Outermost
from web.live import Live
from web.metrics import Metrics
from web.pages import STATIC, Pages
from web.watching import Glance
from web.words import Words

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.worker import Worker

SEE_PEOPLE = ("coach", "lead", "safety")
WORK_WITH_PEOPLE = ("coach", "lead")
YEAR = 365 * 24 * 3600


def routes() -> Sequence[BaseRoute]:
    """Every address we answer, each with its rule; what comes most often first, as they are tried one by one."""
    return [
        page("/webhooks/twilio/sms", webhooks.sms_in, SIGNED, ["POST"]),
        page("/webhooks/twilio/status", webhooks.sms_status, SIGNED, ["POST"]),
        page("/webhooks/twilio/voice", webhooks.voice, SIGNED, ["POST"]),
        page("/webhooks/telegram", webhooks.telegram, SIGNED, ["POST"]),
        page("/", front.front, PUBLIC),
        page("/privacy", front.privacy, PUBLIC),
        page("/robots.txt", front.robots, PUBLIC),
        page("/chat", chat.show, PUBLIC),
        page("/chat", chat.send, PUBLIC, ["POST"]),
        page("/chat/events", chat.events, PUBLIC),
        page("/chat/leave", chat.leave, PUBLIC),
        page("/chat/over", chat.over, PUBLIC, ["POST"]),
        page("/refer", refer.show, LINK),
        page("/refer", refer.take, LINK, ["POST"]),
        page("/call/{token}", call.show, LINK),
        page("/call/{token}", call.change, LINK, ["POST"]),
        page("/call/{token}/call.ics", call.file, LINK),
        page("/calendar/{token}.ics", calendars.feed, LINK),
        page("/sign-in", auth.show_sign_in, PUBLIC),
        page("/sign-in", auth.take_sign_in, PUBLIC, ["POST"]),
        page("/sign-in/organisation", organisation.go, PUBLIC),
        page("/sign-in/organisation/back", organisation.come_back, PUBLIC),
        page("/sign-in/organisation/code", organisation.take_code, PUBLIC, ["POST"]),
        page("/sign-in/passkey", passkeys.use, PUBLIC, ["POST"]),
        page("/sign-in/passkey/begin", passkeys.begin_using, PUBLIC, ["POST"]),
        page("/set-up/{token}", auth.show_set_up, LINK),
        page("/set-up/{token}", auth.take_set_up, LINK, ["POST"]),
        page("/sign-out", auth.sign_out, staff(), ["POST"]),
        page("/account", auth.show_account, staff()),
        page("/account", own_codes.turn_on, staff(), ["POST"]),
        page("/account/password", own_password.change, staff(), ["POST"]),
        page("/account/passkey", passkeys.make, staff(), ["POST"]),
        page("/account/passkey/begin", passkeys.begin_making, staff(), ["POST"]),
        page("/account/passkey/{id:int}/off", passkeys.take_away, staff(), ["POST"]),
        page("/account/sign-ins/end", own_sign_ins.end, staff(), ["POST"]),
        page("/account/number", staff_number.take, staff(), ["POST"]),
        page("/account/number/code", staff_number.confirm, staff(), ["POST"]),
        page("/account/number/off", staff_number.forget, staff(), ["POST"]),
        *desk_routes(),
        *studio.routes(),
        page("/healthz", health.healthz, PUBLIC),
        page("/readyz", health.readyz, WATCH),
        page("/metrics", health.metrics, WATCH),
        Mount("/static", GZipMiddleware(Kept(directory=STATIC)), name="static"),
    ]


def check_in_routes() -> Sequence[BaseRoute]:
    """Questions that a coach plans, and their answers."""
    work = staff(*WORK_WITH_PEOPLE)
    return [
        page("/coach/referral/{id:int}/check-in", acts.plan_check_in, work, ["POST"]),
        page("/coach/check-in/{id:int}/back", acts.take_check_in_back, work, ["POST"]),
        page("/coach/check-in/{id:int}/seen", acts.check_in_seen, work, ["POST"]),
    ]


def alert_routes() -> Sequence[BaseRoute]:
    """Safety alerts, and finding a person: for everybody who sees people."""
    see = staff(*SEE_PEOPLE)
    return [
        page("/coach/find", finding.show, see),
        page("/coach/find", finding.search, see, ["POST"]),
        page("/coach/alert/{id:int}", coach.alert, see),
        page("/coach/alert/{id:int}", acts.accept_alert, see, ["POST"]),
        page("/coach/alert/{id:int}/close", acts.close_alert, see, ["POST"]),
        page("/coach/alert/{id:int}/say", acts.write_to_alert, see, ["POST"]),
    ]


def system_routes() -> Sequence[BaseRoute]:
    """A team's own system, which a lead sets up."""
    lead = staff("lead")
    return [
        page("/coach/system", system.show, lead),
        page("/coach/system", system.give, lead, ["POST"]),
        page("/coach/system/secret", system.renew_secret, lead, ["POST"]),
        page("/coach/system/test", system.try_out, lead, ["POST"]),
        page("/coach/system/replay", system.replay, lead, ["POST"]),
        page("/coach/system/end", system.stop, lead, ["POST"]),
    ]


def desk_routes() -> Sequence[BaseRoute]:
    """The coaches' desk: who sees people may read and take alerts on; coaches and leads work with people."""
    see, work, rule = staff(*SEE_PEOPLE), staff(*WORK_WITH_PEOPLE), staff(*rota.MAY_CHANGE)
    return [
        page("/coach", coach.day, see),
        page("/coach/queue", coach.queue, see),
        page("/coach/week", coach.week, see),
        page("/coach/people", coach.people, see),
        page("/coach/events", desk_live.events, see),
        page("/coach/referral/{id:int}", coach.referral, see),
        page("/coach/referral/{id:int}/print", coach.printed, see),
        page("/coach/referral/{id:int}/hand-out", handing_out.hand_out, work, ["POST"]),
        page("/coach/referral/{id:int}/note", acts.note, see, ["POST"]),
        page("/coach/referral/{id:int}/outcome", acts.rang, work, ["POST"]),
        page("/coach/referral/{id:int}/plan", acts.plan, work, ["POST"]),
        *check_in_routes(),
        *alert_routes(),
        page("/coach/referral/{id:int}/transfer", acts.ask_to_transfer, work, ["POST"]),
        page("/coach/transfer/{id:int}/back", acts.take_transfer_back, work, ["POST"]),
        page("/coach/referral/{id:int}/give", acts.give, work, ["POST"]),
        page("/coach/referral/{id:int}/close", acts.close, work, ["POST"]),
        page("/coach/referral/{id:int}/say", acts.say, work, ["POST"]),
        page("/coach/referral/{id:int}/hand-back", acts.hand_back, work, ["POST"]),
        page("/coach/call/{id:int}", acts.outcome, work, ["POST"]),
        page("/coach/call/{id:int}/call.ics", coach.call_file, see),
        page("/coach/call-back/{id:int}", acts.call_back, work, ["POST"]),
        page("/coach/undo", acts.take_back_outcome, work, ["POST"]),
        page("/coach/hours", hours.all_coaches, work),
        page("/coach/hours/rules", hours.keep_rules, staff("lead"), ["POST"]),
        page("/coach/hours/link", acts.link_diary, staff("lead"), ["POST"]),
        page("/coach/hours/add", hours.add_diary, staff("lead"), ["POST"]),
        page("/coach/hours/{id:int}", hours.one_coach, work),
        page("/coach/hours/{id:int}", hours.keep_week, work, ["POST"]),
        page("/coach/hours/{id:int}/languages", hours.keep_languages, work, ["POST"]),
        page("/coach/hours/{id:int}/away", hours.add_absence, work, ["POST"]),
        page("/coach/hours/{id:int}/away/{absence:int}/end", hours.end_absence, work, ["POST"]),
        page("/coach/calendar", calendar.show, work),
        page("/coach/calendar/mail", calendar.want_mail, work, ["POST"]),
        page("/coach/calendar/feed", calendar.renew_feed, work, ["POST"]),
        page("/coach/calendar/busy", calendar.give, work, ["POST"]),
        page("/coach/calendar/busy/end", calendar.take_away, work, ["POST"]),
        *system_routes(),
        page("/coach/rota", rota.show, see),
        page("/coach/rota", rota.keep_week, rule, ["POST"]),
        page("/coach/rota/rules", rota.keep_rules, rule, ["POST"]),
        page("/coach/rota/days", rota.add_days, rule, ["POST"]),
        page("/coach/rota/days/{id:int}/end", rota.end_days, rule, ["POST"]),
        page("/coach/cover", acts.cover, work, ["POST"]),
        page("/coach/cover/{id:int}/end", acts.end_cover, work, ["POST"]),
    ]


class Kept(StaticFiles):
    """Files whose address carries their content's hash: browsers keep them for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        known = b"v=" in scope["query_string"]
        response.headers["cache-control"] = f"public, max-age={YEAR}, immutable" if known else "public, max-age=300"
        return response


def create_app(settings: Settings | None = None, *, demo: bool = False) -> Starlette:
    """Assemble everything for these settings (the environment's unless given)."""
    from bot.assistant import assemble

    settings = settings or load()
    logs.start(settings)
    tracing.start(settings)
    assistant = assemble(settings, demo=demo, serving=True)
    if assistant.demo:
        demonstration.announce(assistant)
    return application(assistant, owned=True, turns=turns_command(settings))


def turns_command(settings: Settings) -> Sequence[str]:
    """What starts a process for the turns, where the settings and the machine have room for one."""
    from bot.turns_apart import COMMAND

    return COMMAND if settings.takes_turns_apart(len(os.sched_getaffinity(0))) else ()


def application(
    assistant: Assistant, *, work: bool = True, owned: bool = False, turns: Sequence[str] = ()
) -> Starlette:
    """The application over an assembled assistant. `work`: with the worker's threads; `owned`: closes it at the end.

    `turns`: the command that starts a process for the turns; without it they are taken in this one.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        worker = start_worker(assistant, turns) if work else None
        if owned:
            from bot import warming

            warming.keep()
        pollers = [asyncio.create_task(each.run()) for each in (app.state.live, app.state.desk)]
        try:
            yield
        finally:
            for poller in pollers:
                poller.cancel()
            await asyncio.gather(*pollers, return_exceptions=True)
            if worker is not None:
                await asyncio.to_thread(worker.stop)
            if owned:
                await asyncio.to_thread(assistant.close)
                await asyncio.to_thread(tracing.stop)

    app = Starlette(
        routes=routes(),
        lifespan=lifespan,
        middleware=[Middleware(Outermost, failed=front.failed)],
        exception_handlers={HTTPException: front.on_http_error},
    )
    app.router.redirect_slashes = False  # it would lead to whatever host the caller names
    equip(app, assistant)
    return app


def start_worker(assistant: Assistant, turns: Sequence[str]) -> Worker:
    from bot.worker import Worker

    worker = Worker(assistant, turns)
    worker.start()
    return worker


def equip(app: Starlette, assistant: Assistant) -> None:
    """Give the application what its handlers look for."""
    logging.getLogger("uvicorn.access").disabled = True  # its lines carry addresses, and those hold secrets

    def marks(conversations: list[int]) -> dict[int, Mark]:
        with assistant.db.read() as session:
            return transcript.marks(session, conversations, assistant.clock.now())

    def lines(conversation: int) -> tuple[Line, ...]:
        with assistant.db.read() as session:
            return transcript.read(session, conversation, assistant.clock.now())

    def desk_mark(scope: str | None) -> str:
        with assistant.db.read() as session:
            return desk_live.mark_of(session, scope)

    app.state.assistant = assistant
    app.state.touched = {}
    app.state.sign_ins, app.state.chats = callers.sign_ins(), callers.chats()
    app.state.pages = Pages(Words(assistant.page_words()), demo=assistant.demo)
    app.state.live = Live(marks, lines)
    app.state.desk = desk_live.DeskLive(desk_mark)
    app.state.metrics = Metrics()
    app.state.arrivals = Arrivals(assistant.accept_all)
    app.state.glance = Glance()
