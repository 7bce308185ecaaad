"""SMS by Twilio: signed form posts in, the REST API out.

Errors of sending: a busy provider is `SendLater` (not taken), a silent or broken one `SendError` (maybe taken), a person
who stopped (21610) is `PersonStopped`, a number that cannot be reached is `SendFailed`.
"""

from __future__ import annotations

import base64
import hmac
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from requests.exceptions import ConnectTimeout, RequestException
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from urllib3 import PoolManager, make_headers
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from bot.flows.segments import segments, to_gsm7
from services.messages import (
    Address,
    Choice,
    Inbound,
    Outbound,
    PersonStopped,
    Receipt,
    SendError,
    SendFailed,
    SendLater,
)

TIMEOUT_SECONDS = 10.0
ASK_SECONDS = 2.0
PAGE = 200
SKEW = timedelta(seconds=5)  # the provider's clock and ours
PERSON_STOPPED = 21610
TOO_MANY = 20429
TWILIO_API = "https://api.twilio.com"


class Form(Protocol):
    """A form post: one value or several of a name."""

    def get(self, key: str, /) -> Any: ...


def signature_is_valid(url: str, form: Mapping[str, Any], signature: str, token: str) -> bool:
    """Whether Twilio signed this post. `url` is the public one that Twilio was given, not what a proxy made of it.

    Its rule is the address, then every name and value in order; the library signs twice, with and without the port.
    """
    pairs = getattr(form, "multi_items", form.items)()
    signed = url + "".join(name + value for name, value in sorted(set(pairs)))
    ours = base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1"))
    if hmac.compare_digest(ours, signature.encode()):
        return True
    return bool(signature) and bool(RequestValidator(token).validate(url, form, signature))


def address_of(number: str) -> Address:
    return Address("sms", number.strip().removeprefix("whatsapp:"))


def media_kind(form: Form) -> str | None:
    if str(form.get("NumMedia") or "0") in {"", "0"}:
        return None
    kind = str(form.get("MediaContentType0") or "").partition("/")[0]
    return {"image": "photo", "audio": "voice", "video": "video"}.get(kind, "file")


def read(form: Form) -> Inbound:
    """Twilio's words -> `Inbound`. Raises KeyError when a post lacks the sender or the message id."""
    sender, message_id = form.get("From"), form.get("MessageSid") or form.get("SmsMessageSid")
    if not sender or not message_id:
        raise KeyError("From and MessageSid are needed")
    media = media_kind(form)
    return Inbound(
        address=address_of(str(sender)),
        provider_id=str(message_id),
        text=str(form.get("Body") or ""),
        kind="media" if media else "text",
        media=media,
        provider_stopped=str(form.get("OptOutType") or "").upper() == "STOP",
    )


def read_status(form: Form) -> tuple[str, str, str | None]:
    """(provider id, status, error code) of a status callback. Raises KeyError when it names no message."""
    message_id = form.get("MessageSid") or form.get("SmsSid")
    if not message_id:
        raise KeyError("MessageSid is needed")
    error = form.get("ErrorCode")
    return str(message_id), str(form.get("MessageStatus") or form.get("SmsStatus") or ""), str(error) if error else None


def render(text: str, choices: tuple[Choice, ...] = ()) -> str:
    """The words as one text message: choices as a numbered list, in the GSM-7 alphabet where that can be done."""
    lines = [text, *(f"{number}. {choice.title}" for number, choice in enumerate(choices, start=1))]
    return to_gsm7("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Listed:
    """A message in the provider's own list: one of theirs to us, or (`inbound` None) one of ours and what became of it."""

    provider_id: str
    at: datetime | None
    inbound: Inbound | None
    status: str
    error: str | None


class RestBase(TwilioHttpClient):
    """Twilio's own HTTP client, aimed at another base address (a stand-in on loopback, a regional proxy)."""

    def __init__(self, base: str, timeout: float = TIMEOUT_SECONDS) -> None:
        super().__init__(timeout=timeout)
        self.logger.setLevel(logging.WARNING)  # its INFO lines carry people's numbers
        self.base = base.rstrip("/")
        assert self.session is not None
        found = self.session.merge_environment_settings(self.base, {}, None, None, None)
        trusted = found["verify"] if isinstance(found["verify"], str) else DEFAULT_CA_BUNDLE_PATH
        pool = PoolManager(ca_cert_dir=trusted) if os.path.isdir(trusted) else PoolManager(ca_certs=trusted)
        self.direct = None if select_proxy(self.base, found["proxies"]) else pool

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        here = url.replace(TWILIO_API, self.base, 1)
        if self.direct is None or method != "POST" or args or kwargs.get("params"):
            return super().request(method, here, *args, **kwargs)
        return self.post(self.direct, here, kwargs["data"], kwargs["headers"], kwargs["auth"])

    def post(
        self, pool: PoolManager, url: str, form: Mapping[str, Any], headers: Mapping[str, str], auth: tuple[str, str]
    ) -> Response:
        """What `requests` does with a form, by what it does it with: every text to a person goes this way."""
        signed = {**headers, **make_headers(basic_auth=":".join(auth))}
        answer = pool.request(
            "POST",
            url,
            body=urlencode(form, doseq=True),
            headers=signed,
            timeout=self.timeout,
            redirect=False,
            retries=False,
        )
        return Response(answer.status, answer.data.decode("utf-8", "replace"), answer.headers)


class SmsChannel:
    """Sends by Twilio's REST API; stays in worker threads."""

    def __init__(
        self, account: str, token: str, *, api: str, sender: Mapping[str, str], status_url: str | None
    ) -> None:
        """`sender`: {"messaging_service_sid": …} or {"from_": …}. `status_url`: where Twilio posts delivery receipts."""
        self.client = Client(account, token, http_client=RestBase(api))
        self.asking = Client(account, token, http_client=RestBase(api, ASK_SECONDS))
        self.sender = dict(sender)
        self.status_url = status_url

    def send(self, outbound: Outbound) -> Receipt:
        body = render(outbound.text, outbound.choices)
        if outbound.repeat and outbound.first_attempt_at:
            already = self.find(outbound.address.value, body, outbound.first_attempt_at)
            if already:
                return already
        callback = {"status_callback": self.status_url} if self.status_url else {}
        message = attempt(
            lambda: self.client.messages.create(to=outbound.address.value, body=body, **self.sender, **callback)
        )
        if not message.sid:
            raise SendError("no id")  # an empty answer: it may have been taken
        return Receipt(provider_id=message.sid, segments=segments(body), status=str(message.status or "queued"))

    def find(self, number: str, body: str, since: datetime) -> Receipt | None:
        """The provider's record of the same words to the same number, so that a repeat after a crash is not sent."""
        sent = attempt(lambda: self.client.messages.list(to=number, date_sent_after=since, limit=20))
        for message in sent:  # the filter goes by the day, and the same words may have been right this morning too
            if message.body == body and message.direction != "inbound" and not is_before(message, since - SKEW):
                return Receipt(provider_id=message.sid, segments=segments(body), status=str(message.status or "sent"))
        return None

    def trouble(self) -> str:
        """What is wrong with the provider, "" when it answers; asks for one line of the list and sends nothing."""
        address = f"{TWILIO_API}/2010-04-01/Accounts/{self.asking.account_sid}/Messages.json"
        try:
            status = self.asking.request("GET", address, params={"PageSize": 1}).status_code
        except (RequestException, TwilioException, OSError, ValueError):
            return "Twilio does not answer"
        if status in {401, 403, 404}:
            return f"Twilio refuses this account ({status})"
        return f"Twilio answers with an error ({status})" if status >= 400 else ""

    def listed(self, since: datetime) -> list[Listed]:
        """The messages to and from this service since a moment (real time), the oldest first. Raises SendError."""
        return list(reversed(attempt(lambda: list(self._newest_first(since)))))

    def _newest_first(self, since: datetime) -> Iterator[Listed]:
        for message in self.client.messages.stream(date_sent_after=since, page_size=PAGE):
            if is_before(message, since):
                return
            if self._is_ours(message):
                yield listed(message)

    def _is_ours(self, message: Any) -> bool:
        """An account may have other numbers, for other things."""
        if "from_" in self.sender:
            return bool(self.sender["from_"] == (message.to if message.direction == "inbound" else message.from_))
        return bool(message.messaging_service_sid == self.sender["messaging_service_sid"])


def is_before(message: Any, moment: datetime) -> bool:
    at = message.date_created or message.date_sent
    return at is not None and at < moment


def listed(message: Any) -> Listed:
    at, error = message.date_created or message.date_sent, message.error_code
    inbound = None
    if message.direction == "inbound":
        media = "file" if str(message.num_media or "0") != "0" else None
        inbound = Inbound(
            address_of(str(message.from_)), message.sid, message.body or "", "media" if media else "text", media=media
        )
    return Listed(message.sid, at, inbound, str(message.status or ""), str(error) if error else None)


def attempt(call: Any) -> Any:
    """One call to the provider, its many failures turned into the three that the outbox understands."""
    try:
        return call()
    except TwilioRestException as error:
        raise refusal(error) from error
    except NewConnectionError as error:  # one of urllib3's ConnectTimeoutErrors
        raise SendError(type(error).__name__) from error
    except (ConnectTimeout, ConnectTimeoutError) as error:
        raise SendLater() from error
    except (RequestException, HTTPError, TwilioException, OSError, ValueError, KeyError, TypeError) as error:
        raise SendError(type(error).__name__) from error  # it may have been taken: the next try asks first


def refusal(error: TwilioRestException) -> Exception:
    if error.code == PERSON_STOPPED:
        return PersonStopped()
    if error.code == TOO_MANY or error.status in {429, 503}:
        return SendLater()
    if error.status >= 500:
        return SendError(str(error.status))  # it may have been taken before the answer broke
    if error.status in {401, 403, 404, 408}:
        return SendLater()  # ours to put right, not the person's number
    return SendFailed(str(error.code or error.status))
