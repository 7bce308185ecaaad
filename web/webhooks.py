"""What providers post to us: signed, bounded, stored, and only then answered."""

from __future__ import annotations

import hmac
import json
import re
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import ImmutableMultiDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.channels import sms
from services import duty_replies, statuses, tracing
from services.messages import Inbound
from services.spending import UK_MOBILE
from web import state

Form: TypeAlias = ImmutableMultiDict[str, str]

log = structlog.get_logger("web")

MOST_FIELDS = 200
PROVIDER_ID = re.compile(r"[A-Za-z0-9]{1,64}")
FIELD = re.compile(r"[A-Z][A-Za-z0-9]*")
SWALLOWED = re.compile(
    r"MessagingServiceSid|Num(Media|Segments)|OptOutType|ProfileName|ReferralNumMedia|Sms(Message)?S|To(City|$)"
)
"""Twilio signs names and values without anything between them: who overheard a post could move the end of MessageSid
over the fields behind it, and the same words would come as another message."""
SENDER = re.compile(r"\+?[A-Za-z0-9]{1,32}")
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>'


def twiml(words: str) -> Response:
    return Response(words, media_type="text/xml")


async def sms_in(request: Request) -> Response:
    """A text message: stored, then answered with nothing; replies go out through the provider's API."""
    inbound = read_sms(await signed_form(request))
    if not (duty_replies.may_be_code(inbound) and await run_in_threadpool(take_code, request, inbound)):
        await accept(request, inbound)
    return twiml(EMPTY)


def take_code(request: Request, inbound: Inbound) -> bool:
    """A code from a member of staff takes a safety alert on; everything else is somebody's message."""
    assistant = state.assistant(request)
    taken = duty_replies.take(assistant.db, inbound, assistant.clock.now())
    if taken:
        assistant.tell_outgoing("sms")
    return taken


def read_sms(form: Form) -> Inbound:
    """The post as a value; 400 with a sentence where it names no message or no sender."""
    try:
        inbound = sms.read(form)
    except KeyError as error:
        raise HTTPException(400, "A text message needs From and MessageSid.") from error
    cut_otherwise = SWALLOWED.search(inbound.provider_id) or not all(map(FIELD.fullmatch, form))
    if cut_otherwise or not PROVIDER_ID.fullmatch(inbound.provider_id) or not SENDER.fullmatch(inbound.address.value):
        raise HTTPException(400, "From or MessageSid is not written as Twilio writes it.")
    return inbound


async def accept(request: Request, inbound: Inbound) -> None:
    """Stored: on SQLite with what arrives beside it; PostgreSQL commits several at once by itself."""
    assistant = state.assistant(request)
    if assistant.db.on_sqlite:
        with tracing.span("accept", channel=inbound.address.channel) as span:
            span.set_attributes((await state.arrivals(request).accept(inbound)).ids)
    else:
        await run_in_threadpool(assistant.accept, inbound)
    state.metrics(request).received.labels(inbound.address.channel).inc()


async def sms_status(request: Request) -> Response:
    """A delivery receipt: the status moves forward or nothing happens."""
    form = await signed_form(request)
    try:
        message_id, status, error = sms.read_status(form)
    except KeyError as missing:
        raise HTTPException(400, "A status needs MessageSid.") from missing
    if not PROVIDER_ID.fullmatch(message_id):
        raise HTTPException(400, "MessageSid is not written as Twilio writes it.")
    await run_in_threadpool(keep_status, request, message_id, status[:32], error)
    return twiml(EMPTY)


def keep_status(request: Request, message_id: str, status: str, error: str | None) -> None:
    assistant = state.assistant(request)
    reason = error if error and PROVIDER_ID.fullmatch(error) else None
    with assistant.db.write() as session:
        statuses.status_update(session, "sms", message_id, status, assistant.clock.now(), reason)


async def voice(request: Request) -> Response:
    """A missed call, for people without credit: never answered, so it costs them nothing; the first text goes out."""
    form = await signed_form(request)
    caller = sms.address_of(str(form.get("From") or ""))
    if UK_MOBILE.fullmatch(caller.value):
        await accept(request, missed_call(request, caller.value))
    return twiml(REJECT)


def missed_call(request: Request, number: str) -> Inbound:
    """One a day for a number: the id is a mark that does not show the number, so a second ring is a repeat."""
    assistant = state.assistant(request)
    today = assistant.clock.london().date().isoformat()
    mark = assistant.db.keys.sign("missed call", f"{number} {today}")
    return Inbound(sms.address_of(number), provider_id=f"missed-call-{mark}")


async def signed_form(request: Request) -> Form:
    """Twilio's form, once its signature over our public address and the account are right; 403 otherwise."""
    settings = state.assistant(request).settings
    token = settings.twilio_auth_token.get_secret_value()
    if not token:
        raise HTTPException(404, "SMS is not set up here.")
    form = await read_form(request)
    signature = request.headers.get("x-twilio-signature", "")
    if not sms.signature_is_valid(public_address(request), form, signature, token):
        raise refused(request, "sms", "The signature is missing or wrong.")
    if form.get("AccountSid") != settings.twilio_account_sid:
        raise refused(request, "sms", "This is another account's post.")
    return form


def refused(request: Request, channel: str, why: str) -> HTTPException:
    state.metrics(request).refused.labels(channel).inc()
    log.warning("webhook refused", channel=channel)
    return HTTPException(403, why)


async def read_form(request: Request) -> Form:
    """The raw body as a form; 400 where it is none."""
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(400, "The body is not a form post.") from error
    return ImmutableMultiDict(pairs)


def public_address(request: Request) -> str:
    """The address the provider was given: what a proxy made of it does not count."""
    base, asked = state.assistant(request).settings.public_url.rstrip("/"), request.scope["query_string"]
    return f"{base}{request.scope['path']}{'?' if asked else ''}{asked.decode('latin-1')}"


async def telegram(request: Request) -> Response:
    """An update; Telegram proves itself by the secret it was given with the address."""
    assistant = state.assistant(request)
    secret = assistant.settings.telegram_webhook_secret.get_secret_value()
    if assistant.telegram is None or not secret:
        raise HTTPException(404, "Telegram is not set up here.")
    given = request.headers.get("x-telegram-bot-api-secret-token", "")
    if not hmac.compare_digest(given.encode(), secret.encode()):
        raise refused(request, "telegram", "The secret token is missing or wrong.")
    inbound = read_update(assistant.telegram, await request.body())
    if inbound is not None:
        await accept(request, inbound)
    return PlainTextResponse("")


def read_update(channel: Any, body: bytes) -> Inbound | None:
    """The update as a value, None for what is not for us; 400 where it is no update."""
    try:
        update = json.loads(body)
        if not isinstance(update, dict):
            raise ValueError("not an object")
        inbound: Inbound | None = channel.read_webhook(update)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "The body is not a Telegram update.") from error
    return inbound
