"""Replies of one turn put together as the messages that will be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels import SHARE_NUMBER
from bot.flows.definition import Book
from bot.flows.engine import Reply
from bot.flows.segments import segments, to_gsm7
from services.messages import Choice

MOST_SEGMENTS = 2


@dataclass(frozen=True)
class Message:
    """Replies of one turn put together as they will be sent."""

    text: str
    choices: tuple[Choice, ...]
    purpose: str
    responses: tuple[str, ...] = ()


def in_good_order(replies: Sequence[Reply]) -> list[Reply]:
    """One question a turn, the last; and who we are before what we noted."""
    questions = [number for number, reply in enumerate(replies) if reply.slot]
    kept = [reply for number, reply in enumerate(replies) if not reply.slot or number == questions[-1]]
    if len(kept) > 1 and (kept[0].response, kept[1].response) == ("utter_noted", "utter_welcome"):
        kept[0], kept[1] = kept[1], kept[0]
    noted, sorry = (next((n for n, reply in enumerate(kept) if reply.response == name), -1) for name in NOTED_AND_SORRY)
    if 0 <= noted < sorry:
        kept.insert(noted, kept.pop(sorry))  # sympathy comes before what is put down
    return kept


NOTED_AND_SORRY = ("utter_noted", "utter_sorry_for_loss")


def compose(replies: Sequence[Reply], channel: str, book: Book, purpose: str = "answer") -> list[Message]:
    """Replies -> messages: by SMS as few as fit in two segments each, by Telegram one, on the web one each."""
    messages: list[Message] = []
    for reply in replies:
        message = Message(
            reply.text,
            buttons(reply, channel, book),
            purpose if reply.purpose == "answer" else reply.purpose,
            (reply.response,),
        )
        if messages and joins(messages[-1], message, channel):
            last = messages.pop()
            message = Message(
                f"{last.text}\n{message.text}", message.choices, message.purpose, (*last.responses, *message.responses)
            )
        messages.append(message)
    return messages


def buttons(reply: Reply, channel: str, book: Book) -> tuple[Choice, ...]:
    choices = tuple(Choice(f"{reply.slot}={value}", title) for value, title in reply.choices)
    spec = book.slots.get(reply.slot or "")
    if channel == "telegram" and spec and spec.type == "phone" and "utter_share_number" in book.responses:
        return (Choice(SHARE_NUMBER, book.responses["utter_share_number"].text_for(channel)),)
    return choices


def joins(first: Message, second: Message, channel: str) -> bool:
    if channel == "web" or first.choices or first.purpose != second.purpose:
        return False
    return channel == "telegram" or segments(sms_words(first, second)) <= MOST_SEGMENTS


def sms_words(*messages: Message) -> str:
    lines = [message.text for message in messages]
    lines += [f"{number}. {choice.title}" for number, choice in enumerate(messages[-1].choices, start=1)]
    return to_gsm7("\n".join(lines))
