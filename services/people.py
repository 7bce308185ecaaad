"""People and their addresses: found by keyed hash, made on the first word."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session

from services import crypto
from services.messages import Address
from services.models import AddressRow, Conversation, Person
from services.prepared import Prepared
from services.sessions import dialect_of

EXEMPT_FROM_STOP = ("crisis", "opt_out", "opt_in_answer")
NUDGES = ("nudge", "follow_up", "offer")

_ADDRESS = select(AddressRow).where(
    AddressRow.channel == bindparam("channel"), AddressRow.value_index.in_(bindparam("indexes", expanding=True))
)

_ROW_OF = Prepared(
    select(AddressRow)
    .join(Conversation, Conversation.address_id == AddressRow.id)
    .where(Conversation.id == bindparam("conversation"))
)
_PERSON = Prepared(insert(Person).returning(Person.id), inserted=("created_at",))
_ADDRESS_ROW = Prepared(
    insert(AddressRow).returning(AddressRow.id),
    inserted=("person_id", "channel", "value_index", "value", "created_at"),
)
_THREAD = Prepared(
    insert(Conversation).returning(Conversation.id), inserted=("address_id", "person_id", "channel", "opened_at")
)


@cache
def _conversation_by(keys: int) -> Prepared:
    """By the keyed hashes that so many keys give: "index0", "index1", …"""
    indexes: list[Any] = [bindparam(f"index{number}") for number in range(keys)]
    return Prepared(
        select(Conversation.id, AddressRow.value.is_not(None).label("is_reached"))
        .join(AddressRow, AddressRow.id == Conversation.address_id)
        .where(AddressRow.channel == bindparam("channel"), AddressRow.value_index.in_(indexes))
    )


def find_address(session: Session, address: Address) -> AddressRow | None:
    """The row of an address, whichever key it was stored under; None when it never wrote."""
    indexes = crypto.keys_of(session.get_bind()).blind_indexes("address", str(address))
    return session.scalars(_ADDRESS, {"channel": address.channel, "indexes": indexes}).first()


def find_or_make_conversation(session: Session, address: Address, now: datetime) -> int:
    """The id of an address's conversation; makes person, address and conversation when it is new."""
    statement, values = conversation_asked(session, address)
    return make_conversation_unless(statement.first(session, values), session, address, now)


def make_conversation_unless(found: Any | None, session: Session, address: Address, now: datetime) -> int:
    """As `find_or_make_conversation`, where the row that `conversation_asked` finds was looked for already.

    Two first messages at once are safe: the loser of the unique key reads what the winner made.
    """
    if found is None:
        try:
            with session.begin_nested():
                return _make(session, address, now)
        except IntegrityError:
            statement, values = conversation_asked(session, address)
            found = statement.first(session, values)
            if found is None:
                raise
    if not found.is_reached:  # who was deleted but for their STOP has come back
        address_row(session, found.id).value = address.value
        session.flush()
    return int(found.id)


def conversation_asked(session: Session, address: Address) -> tuple[Prepared, dict[str, Any]]:
    """The statement that finds an address's conversation, with its values."""
    indexes = crypto.keys_of_dialect(dialect_of(session)).blind_indexes("address", str(address))
    named = {f"index{number}": index for number, index in enumerate(indexes)}
    return _conversation_by(len(indexes)), {"channel": address.channel, **named}


def _make(session: Session, address: Address, now: datetime) -> int:
    indexed = crypto.keys_of_dialect(dialect_of(session)).blind_index("address", str(address))
    person = _PERSON.one(session, {"created_at": now}).id
    reached = {"channel": address.channel, "value_index": indexed, "value": address.value, "created_at": now}
    row = _ADDRESS_ROW.one(session, {"person_id": person, **reached}).id
    thread = {"address_id": row, "person_id": person, "channel": address.channel, "opened_at": now}
    return int(_THREAD.one(session, thread).id)


def address_of(session: Session, conversation_id: int) -> Address | None:
    """Where a conversation takes place; None once it was erased."""
    row = address_row(session, conversation_id)
    return Address.parse(f"{row.channel}:{row.value}") if row.value else None


def address_row(session: Session, conversation_id: int) -> AddressRow:
    """The address row of a conversation; NoResultFound when there is no such conversation."""
    kept: tuple[int, AddressRow] | None = session.info.get("address")  # a turn asks for this again and again
    if kept is not None and kept[0] == conversation_id and kept[1] in session:
        return kept[1]
    session.flush()
    rows: list[AddressRow] = _ROW_OF.objects(session, {"conversation": conversation_id})
    if not rows:
        raise NoResultFound(f"there is no conversation {conversation_id}")
    session.info["address"] = (conversation_id, rows[0])
    return rows[0]


def stop(session: Session, conversation_id: int, now: datetime, by: str = "person") -> bool:
    """STOP: nothing more is claimed for this address but what `EXEMPT_FROM_STOP` names; False if it was stopped."""
    row = address_row(session, conversation_id)
    if row.stopped_at is not None:
        return False
    row.stopped_at, row.stopped_by = now, by
    session.flush()
    return True


def start(session: Session, conversation_id: int) -> bool:
    """START: the address takes messages again; False when it was not stopped."""
    row = address_row(session, conversation_id)
    was_stopped = row.stopped_at is not None or row.nudges_stopped_at is not None
    row.stopped_at = row.stopped_by = row.nudges_stopped_at = None
    session.flush()
    return was_stopped


def stop_nudges(session: Session, conversation_id: int, now: datetime) -> bool:
    """No more nudges, check-ins or offers; what belongs to a booked call still goes."""
    row = address_row(session, conversation_id)
    if row.nudges_stopped_at is not None:
        return False
    row.nudges_stopped_at = now
    session.flush()
    return True


def is_stopped(session: Session, conversation_id: int) -> bool:
    """Whether this conversation's address said STOP ("no texts" on the coach's page)."""
    return address_row(session, conversation_id).stopped_at is not None


def unwanted(session: Session, conversation_id: int, purpose: str) -> bool:
    """Whether what nobody asked for is better not begun: after STOP, after "no nudges", or while a coach talks."""
    row = address_row(session, conversation_id)
    if row.stopped_at is not None:
        return True
    coach_talks = session.get_one(Conversation, conversation_id).coach_takeover_at is not None
    return purpose in NUDGES and (row.nudges_stopped_at is not None or coach_talks)


def welcome_back(session: Session, conversation_id: int) -> bool:
    """Somebody writes from an address that was marked unsafe or wrong: it takes messages again. STOP stays STOP."""
    row = address_row(session, conversation_id)
    if row.stopped_by not in ("unsafe", "wrong_number"):
        return False
    row.stopped_at = row.stopped_by = None
    session.flush()
    return True


def mark_unsafe(session: Session, conversation_id: int, now: datetime) -> None:
    """The person said it is not safe to text here: like STOP, and the reason is kept."""
    address_row(session, conversation_id).unsafe_at = now
    session.flush()
    stop(session, conversation_id, now, "unsafe")


def mark_wrong_number(session: Session, conversation_id: int, now: datetime) -> None:
    """Somebody else has this number: like STOP, and the reason is kept."""
    address_row(session, conversation_id).wrong_number_at = now
    session.flush()
    stop(session, conversation_id, now, "wrong_number")


def set_name(session: Session, person_id: int, name: str) -> None:
    """Keep the name to use; it is found again by its last word only."""
    person = session.get_one(Person, person_id)
    person.name = name
    token = surname_token(name)
    person.surname_index = crypto.keys_of(session.get_bind()).blind_index("surname", token) if token else None


def set_phone(session: Session, person_id: int, e164: str, voicemail_ok: bool | None = None) -> None:
    """Keep the number a coach rings, written +447700900123; None leaves the voicemail answer as it is."""
    person = session.get_one(Person, person_id)
    person.phone = e164
    person.phone_index = crypto.keys_of(session.get_bind()).blind_index("phone", e164)
    if voicemail_ok is not None:
        person.voicemail_ok = voicemail_ok


def set_voicemail(session: Session, person_id: int, allowed: bool) -> None:
    """Whether a coach may leave a voicemail; no unless the person said yes."""
    session.get_one(Person, person_id).voicemail_ok = allowed


def find_by_phone(session: Session, e164: str) -> list[Person]:
    """People with exactly this number, newest first."""
    indexes = crypto.keys_of(session.get_bind()).blind_indexes("phone", e164)
    return list(session.scalars(select(Person).where(Person.phone_index.in_(indexes)).order_by(Person.id.desc())))


def find_by_surname(session: Session, surname: str) -> list[Person]:
    """People whose name ends in exactly this word (accents and case do not matter), newest first."""
    indexes = crypto.keys_of(session.get_bind()).blind_indexes("surname", surname_token(surname))
    return list(session.scalars(select(Person).where(Person.surname_index.in_(indexes)).order_by(Person.id.desc())))


def surname_token(name: str) -> str:
    """The last word of a name without accents, case and marks: "Siân O'Neill" gives "oneill"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = [re.sub(r"[^a-z0-9]", "", word) for word in plain.split()]
    return next((word for word in reversed(words) if word), "")
