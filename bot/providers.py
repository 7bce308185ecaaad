"""The channels and the mail server that the settings name, ready to send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from bot.channels.mail import MailChannel
from bot.channels.sms import SmsChannel
from bot.channels.webchat import WebChannel
from services.messages import Inbound, Outbound, Receipt, SendLater
from services.settings import Settings

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel


class Channel(Protocol):
    """Sends one message; raises SendLater, SendFailed or PersonStopped."""

    def send(self, outbound: Outbound) -> Receipt: ...


class NoChannel:
    """A channel that is not set up: its messages wait until it is."""

    def send(self, outbound: Outbound) -> Receipt:
        raise SendLater(300)


def channels(
    settings: Settings, accept: Callable[[Inbound], object], may_poll: Callable[[], bool]
) -> Mapping[str, Channel]:
    """Each channel by its name. `accept` and `may_poll` are for the polling of Telegram."""
    opened: dict[str, Channel] = {"sms": NoChannel(), "telegram": NoChannel(), "web": WebChannel()}
    if settings.has_sms:
        opened["sms"] = sms_channel(settings)
    if settings.has_telegram:
        from bot.channels.telegram import TelegramChannel  # 13 MB that a service without Telegram does not need

        token = settings.telegram_bot_token.get_secret_value()
        opened["telegram"] = TelegramChannel(
            token, api=settings.telegram_api_url, accept=accept, may_poll=may_poll, webhook=telegram_webhook(settings)
        )
    return opened


def telegram_of(opened: Mapping[str, Channel]) -> TelegramChannel | None:
    """The channel of Telegram where it is set up."""
    found: TelegramChannel | None = None if isinstance(opened["telegram"], NoChannel) else opened["telegram"]  # type: ignore[assignment]
    return found


def mail_channel(settings: Settings, *, demo: bool) -> MailChannel | None:
    """The mail server that is set up; invented coaches get mail from this machine's own at most."""
    if not settings.has_mail:
        return None
    url = settings.smtp_url.get_secret_value()
    channel = MailChannel(url, sender=settings.from_email, public_url=settings.public_url)
    return channel if not demo or channel.server.is_this_machine else None


def telegram_webhook(settings: Settings) -> tuple[str, str] | None:
    """Where Telegram posts and the secret it must send along; None where it is polled."""
    secret = settings.telegram_webhook_secret.get_secret_value()
    return None if polls(settings) else (f"{settings.public_url.rstrip('/')}/webhooks/telegram", secret)


def polls(settings: Settings) -> bool:
    """Telegram is polled unless there is a public address that it can post to."""
    return not settings.public_url.startswith("https://")


def sms_channel(settings: Settings) -> SmsChannel:
    service, number = settings.twilio_messaging_service_sid, settings.twilio_from
    sender = {"messaging_service_sid": service} if service else {"from_": number}
    return SmsChannel(
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        api=settings.twilio_api_url,
        sender=sender,
        status_url=f"{settings.public_url.rstrip('/')}/webhooks/twilio/status",
    )
