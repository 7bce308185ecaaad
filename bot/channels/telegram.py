"""Telegram by python-telegram-bot, as transport only: `Update` in, `Bot.send_message` out.

One thread owns one event loop and with it every call of the library. Polling is our own loop: an
update's offset is confirmed only by the next `get_updates`, so after `accept` has committed it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import timedelta
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.channels import SHARE_NUMBER
from services.messages import Address, Inbound, Outbound, PersonStopped, Receipt, SendError, SendFailed, SendLater

log = logging.getLogger(__name__)
os.environ.setdefault("PTB_TIMEDELTA", "true")  # the library is changing waits from seconds to timedelta

MOST_UTF16_UNITS = 4096
POLL_SECONDS = 25
ASK_SECONDS = 2.0
NOT_CONNECTED = {"ConnectError", "ConnectTimeout", "PoolTimeout"}
SEND_SECONDS = 12.0
MEDIA = ("photo", "voice", "video", "video_note", "sticker", "document", "audio", "animation", "location", "poll")
UPDATES = ["message", "edited_message", "callback_query"]


def read(update: Update) -> Inbound | None:
    """An update -> `Inbound`, or None for what nobody said to us in private (a group, a channel, a join)."""
    if update.callback_query:
        return read_press(update)
    message = update.message or update.edited_message
    if message is None or message.chat.type != "private":
        return None
    return read_message(update.update_id, message)


def read_press(update: Update) -> Inbound | None:
    query = update.callback_query
    if query is None or query.message is None or query.message.chat.type != "private":
        return None
    address = Address("telegram", str(query.message.chat.id))
    return Inbound(address, provider_id=str(update.update_id), kind="press", pressed=query.data or "")


def read_message(update_id: int, message: Message) -> Inbound:
    address, provider_id = Address("telegram", str(message.chat.id)), str(update_id)
    if message.contact:
        own = message.from_user is not None and message.contact.user_id == message.from_user.id
        number = message.contact.phone_number if own else ""
        return Inbound(
            address, provider_id, text=number, kind="contact" if own else "media", media=None if own else "contact"
        )
    if message.text is not None:
        text, source = split_start(message.text)
        return Inbound(address, provider_id, text=text, source=source)
    kind = next((name for name in MEDIA if getattr(message, name, None)), "other")
    return Inbound(address, provider_id, text=message.caption or "", kind="media", media=kind)


def split_start(text: str) -> tuple[str, str | None]:
    """("/start gp23") -> ("/start", "gp23"): the deep link's source code."""
    words = text.split()
    if words and words[0].split("@")[0] == "/start":
        return "/start", words[1] if len(words) > 1 else None
    return text, None


def keyboard(outbound: Outbound) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    if not outbound.choices:
        return None
    if outbound.choices[0].value == SHARE_NUMBER:
        button = KeyboardButton(outbound.choices[0].title, request_contact=True)
        return ReplyKeyboardMarkup([[button]], one_time_keyboard=True, resize_keyboard=True)
    rows = [[InlineKeyboardButton(choice.title, callback_data=choice.value[:64])] for choice in outbound.choices]
    return InlineKeyboardMarkup(rows)


def parts(text: str, most: int = MOST_UTF16_UNITS) -> list[str]:
    """Telegram counts UTF-16 units: cut a longer text into pieces, never inside a character."""
    pieces: list[str] = []
    piece, used = "", 0
    for character in text:
        units = 2 if ord(character) > 0xFFFF else 1
        if used + units > most:
            pieces, piece, used = [*pieces, piece], "", 0
        piece, used = piece + character, used + units
    return [*pieces, piece or " "]


def seconds_of(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


class TelegramChannel:
    """Sends, and polls when there is no public address for a webhook."""

    def __init__(
        self,
        token: str,
        *,
        api: str,
        accept: Callable[[Inbound], object],
        may_poll: Callable[[], bool] = lambda: True,
        webhook: tuple[str, str] | None = None,
    ) -> None:
        """`api` ends in "/bot". `accept` stores durably; `may_poll` answers whether this process holds the leader lease.

        `webhook`: the address that Telegram is to post to, and the secret it sends along; None where it is polled.
        """
        request, polling = (
            HTTPXRequest(connection_pool_size=8, read_timeout=seconds) for seconds in (10.0, POLL_SECONDS + 10.0)
        )
        self.bot = Bot(token, base_url=api, request=request, get_updates_request=polling)
        self.accept, self.may_poll, self.webhook = accept, may_poll, webhook
        self.noticed: Callable[[], object] = lambda: None  # told, off the loop, when polling went wrong
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="telegram", daemon=True)
        self.polling: asyncio.Future[None] | None = None
        logging.getLogger("httpx").setLevel(logging.WARNING)  # its INFO line carries the bot token
        logging.getLogger("telegram").setLevel(logging.WARNING)  # its DEBUG lines carry what people write

    def start(self, *, poll: bool) -> None:
        self.thread.start()
        if poll:
            self.loop.call_soon_threadsafe(self._start_polling)
        elif self.webhook:
            asyncio.run_coroutine_threadsafe(self.register(*self.webhook), self.loop)

    async def register(self, url: str, secret: str) -> None:
        """Tell Telegram where to post. A failure is logged and tried again at the next start."""
        try:
            await self.bot.set_webhook(url, secret_token=secret or None, allowed_updates=UPDATES, max_connections=10)
        except TelegramError as error:
            log.warning("telegram webhook was not registered: %s", type(error).__name__)

    def _start_polling(self) -> None:
        self.polling = self.loop.create_task(self.poll())

    def stop(self) -> None:
        if not self.thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self._shut(), self.loop).result(timeout=5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=5)
        self.loop.close()

    async def _shut(self) -> None:
        if self.polling:
            self.polling.cancel()
            await asyncio.gather(self.polling, return_exceptions=True)
        for request in self.bot._request:  # opened by first use, without Bot.initialize's extra call
            await request.shutdown()

    def send(self, outbound: Outbound) -> Receipt:
        """Send from any thread. Raises SendLater, SendFailed or PersonStopped."""
        return self._wait(self._send(outbound))

    def _wait(self, work: Coroutine[Any, Any, Receipt]) -> Receipt:
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            return future.result(timeout=SEND_SECONDS)
        except FutureTimeout as error:
            future.cancel()
            raise SendError("no answer") from error

    async def _send(self, outbound: Outbound) -> Receipt:
        pieces = parts(outbound.text)
        try:
            for piece in pieces[:-1]:
                await self.bot.send_message(outbound.address.value, piece)
            sent = await self.bot.send_message(outbound.address.value, pieces[-1], reply_markup=keyboard(outbound))
        except TelegramError as error:
            raise refusal(error) from error
        return Receipt(provider_id=str(sent.message_id), status="delivered")

    def trouble(self) -> str:
        """What is wrong with Telegram, "" when it answers; asks who we are and sends nothing."""
        asked = asyncio.run_coroutine_threadsafe(self.bot.get_me(read_timeout=ASK_SECONDS), self.loop)
        try:
            asked.result(timeout=2 * ASK_SECONDS)
        except (InvalidToken, Forbidden):
            return "Telegram refuses this bot's token"
        except Exception:  # whatever it was, no bot of ours answered
            asked.cancel()
            return "Telegram does not answer"
        return ""

    async def poll(self) -> None:
        """Fetch, store, then confirm; a failure, also of the database, waits a little and fetches the same again."""
        offset: int | None = None
        while True:
            try:
                if not await asyncio.to_thread(self.may_poll):
                    await asyncio.sleep(1)
                    continue
                for update in await self.bot.get_updates(offset, timeout=POLL_SECONDS, allowed_updates=UPDATES):
                    await self.take(update)
                    offset = update.update_id + 1
            except Exception as error:  # the loop must outlive any one failure
                log.warning("telegram polling: %s", type(error).__name__)
                await asyncio.to_thread(self.noticed)
                await asyncio.sleep(1)

    async def take(self, update: Update) -> None:
        inbound = read(update)
        if inbound is not None:
            await asyncio.to_thread(self.accept, inbound)
        await self.acknowledge(update)

    async def acknowledge(self, update: Update) -> None:
        """Stop the button's spinner; leave a group that added us, since this talk is private."""
        try:
            if update.callback_query:
                await update.callback_query.answer()
            elif update.effective_chat and update.effective_chat.type in {"group", "supergroup"}:
                await self.bot.leave_chat(update.effective_chat.id)
        except TelegramError as error:
            log.info("telegram acknowledgement: %s", type(error).__name__)

    def read_webhook(self, body: dict[str, Any]) -> Inbound | None:
        """A webhook's JSON -> `Inbound`. Raises ValueError for what is no update."""
        try:
            update = Update.de_json(body, self.bot)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError("not a Telegram update") from error
        if self.thread.is_alive():
            asyncio.run_coroutine_threadsafe(self.acknowledge(update), self.loop)
        return read(update)


def refusal(error: TelegramError) -> Exception:
    if isinstance(error, RetryAfter):
        return SendLater(seconds_of(error))
    if isinstance(error, Forbidden):
        return PersonStopped()
    if isinstance(error, BadRequest):
        return SendFailed(type(error).__name__)
    if isinstance(error, NetworkError) and type(error.__cause__).__name__ not in NOT_CONNECTED:
        return SendError(type(error).__name__)  # it may have been taken before the answer broke: a repeat is flagged
    return SendLater()
