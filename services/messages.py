"""Values that cross a channel, and what a send can answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, get_args

Channel = Literal["sms", "telegram", "web"]
Kind = Literal["text", "press", "contact", "media"]

CHANNELS: tuple[Channel, ...] = get_args(Channel)


@dataclass(frozen=True, slots=True)
class Address:
    """Where one person can be reached on one channel, for example `sms:+447700900123`."""

    channel: Channel
    value: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `channel:value`; ValueError when the channel is not one of ours or the value is empty."""
        channel, colon, value = text.partition(":")
        if not colon or not value or channel not in CHANNELS:
            raise ValueError("an address is written sms:+447700900123, telegram:123 or web:…")
        return cls(channel, value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a person may choose: the value kept, the title shown."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message as a provider gave it; `provider_id` is what makes a repeat a repeat."""

    address: Address
    provider_id: str
    text: str = ""
    kind: Kind = "text"
    pressed: str | None = None
    media: str | None = None
    source: str | None = None
    provider_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to send; `repeat` says that an earlier attempt may have reached the provider."""

    id: int
    address: Address
    text: str
    choices: tuple[Choice, ...]
    purpose: str
    repeat: bool
    first_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider answered to a message it took."""

    provider_id: str
    segments: int = 1
    status: str = "sent"


class SendError(Exception):
    """Sending went wrong; raised bare, it is not known whether the provider took the message."""


class SendLater(SendError):
    """The provider did not take it now; `retry_after` is in seconds."""

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__("send later")
        self.retry_after = retry_after


class SendFailed(SendError):
    """The provider will never take it; `reason` is a code without words or numbers of the person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PersonStopped(SendError):
    """The person told the provider that no more may be sent."""


Send: TypeAlias = Callable[[Outbound], Receipt]
