"""Secrets at rest: AES-GCM columns with the key's id, and keyed hashes to look them up by.

A keyring is written `id:key,id:key`; the first one writes, all of them read. Cutting a key out of the ring
makes what it wrote unreadable, which is how backups are erased. What services/rotation.py leaves of an old key,
`id:look-up.…`, opens and signs nothing: it only finds the keyed hashes of numbers that are kept nowhere else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.errors import CryptoError, SettingsError
from services.settings import Settings

_NONCE = 12
_SHORTEST_KEY = 16
LOOK_UP = "look-up."


def derive(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose from one secret (HKDF-SHA256)."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"anydoor {purpose}".encode()).derive(secret.encode())


@dataclass(frozen=True, slots=True)
class Key:
    """One secret of the ring and what is derived from it."""

    id: str
    seal: bytes
    index: bytes
    sign: bytes

    @classmethod
    def of(cls, key_id: str, secret: str) -> Key:
        if secret.startswith(LOOK_UP):
            return cls(key_id, b"", _unpacked(secret), b"")
        return cls(key_id, derive(secret, "column"), derive(secret, "index"), derive(secret, "sign"))

    @property
    def is_whole(self) -> bool:
        """Whether it still opens and signs; else only look-ups are left of it."""
        return bool(self.seal)


class Keyring:
    """The keys at hand, the writing one first."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        self._keys = {key.id: key for key in keys}
        self._whole = {key.id: key for key in keys if key.is_whole}
        self._seals = {key.id: AESGCM(key.seal) for key in self._whole.values()}
        self._current = keys[0]
        if not self._current.is_whole:
            raise SettingsError("the first key of the keyring writes, so it cannot be one that only looks up")

    @property
    def current(self) -> str:
        """The id of the key that writes."""
        return self._current.id

    @property
    def openers(self) -> frozenset[str]:
        """The ids of the keys that open what they sealed."""
        return frozenset(self._whole)

    def left_of(self, key_id: str) -> str:
        """How a key is written in the ring once everything that it sealed has been sealed anew."""
        return f"{key_id}:{LOOK_UP}{base64.urlsafe_b64encode(self._keys[key_id].index).decode().rstrip('=')}"

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read `id:key,id:key`; SettingsError when an id repeats or a key is shorter than 16 characters."""
        pairs = [part.strip().partition(":") for part in text.split(",") if part.strip()]
        ids = [key_id for key_id, _, _ in pairs]
        short = any(len(secret) < _SHORTEST_KEY for _, _, secret in pairs)
        if not pairs or short or len(set(ids)) < len(ids) or any(not i or len(i.encode()) > 255 for i in ids):
            raise SettingsError("the keyring is written id:key,id:key with keys of 16 characters or more")
        return cls(tuple(Key.of(key_id, secret) for key_id, _, secret in pairs))

    def encrypt(self, data: bytes, column: str) -> bytes:
        """Seal bytes for one column; the same bytes never give the same answer twice."""
        key, nonce = self._current, os.urandom(_NONCE)
        mark = key.id.encode()
        sealed = self._seals[key.id].encrypt(nonce, data, _bound(key.id, column))
        return bytes([len(mark)]) + mark + nonce + sealed

    def decrypt(self, sealed: bytes, column: str) -> bytes:
        """Open bytes of one column; CryptoError when the key is gone or the value was moved or changed."""
        size = sealed[0]
        key_id, rest = sealed_by(sealed), sealed[1 + size :]
        seal = self._seals.get(key_id)
        if seal is None:
            raise CryptoError(f"no key {key_id} in the keyring for {column}")
        try:
            return seal.decrypt(rest[:_NONCE], rest[_NONCE:], _bound(key_id, column))
        except InvalidTag as wrong:
            raise CryptoError(f"a value of {column} does not fit its key") from wrong

    def blind_index(self, subject: str, value: str) -> str:
        """The keyed hash under which a value is stored and found, for example subject `phone`."""
        return _index(self._current, subject, value)

    def blind_indexes(self, subject: str, value: str) -> list[str]:
        """The keyed hashes under which a value may have been stored, by every key at hand."""
        return [_index(key, subject, value) for key in self._keys.values()]

    def whole_indexes(self, subject: str, value: str) -> list[str]:
        """The same by the keys that still open what they sealed."""
        return [_index(key, subject, value) for key in self._whole.values()]

    def sign(self, purpose: str, value: str) -> str:
        """A short mark (96 bits, URL-safe) that only this service can have made."""
        return _sign(self._current, purpose, value)

    def signed(self, purpose: str, value: str, mark: str) -> bool:
        """Whether a mark is ours for this value, in constant time."""
        ours = [_sign(key, purpose, value).encode() for key in self._whole.values()]
        return any(hmac.compare_digest(mine, mark.encode()) for mine in ours)


def sealed_by(sealed: bytes) -> str:
    """The id of the key that a value was sealed with."""
    return sealed[1 : 1 + sealed[0]].decode()


def _unpacked(secret: str) -> bytes:
    """The look-up half of a key. SettingsError when it was cut short."""
    try:
        index = base64.urlsafe_b64decode(secret.removeprefix(LOOK_UP) + "=")
    except ValueError as wrong:
        raise SettingsError(
            "what is left of an old key is written id:look-up.…, as `anydoor keys rotate` says"
        ) from wrong
    if len(index) != 32:
        raise SettingsError("what is left of an old key is written id:look-up.…, as `anydoor keys rotate` says")
    return index


def _bound(key_id: str, column: str) -> bytes:
    return f"{key_id}|{column}".encode()


def _index(key: Key, subject: str, value: str) -> str:
    return f"{key.id}:{hmac.new(key.index, f'{subject}|{value}'.encode(), hashlib.sha256).hexdigest()[:40]}"


def _sign(key: Key, purpose: str, value: str) -> str:
    digest = hmac.new(key.sign, f"{purpose}|{value}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:12]).decode()


class _HasDialect(Protocol):
    @property
    def dialect(self) -> object: ...


def attach(engine: _HasDialect, keys: Keyring) -> None:
    """Give an engine its keys; the column types find them through the dialect, so there is no global."""
    engine.dialect.anydoor_keys = keys  # type: ignore[attr-defined]


def keys_of(bind: _HasDialect) -> Keyring:
    """The keys of an engine or connection; CryptoError when none were attached."""
    return keys_of_dialect(bind.dialect)


def keys_of_dialect(dialect: object) -> Keyring:
    """The keys attached to a dialect; CryptoError when there are none."""
    keys = getattr(dialect, "anydoor_keys", None)
    if not isinstance(keys, Keyring):
        raise CryptoError("this database was opened without keys")
    return keys


def secret_key(settings: Settings) -> str:
    """ANYDOOR_SECRET_KEY, or the one in the home folder, made (mode 0600) on the first run."""
    given = settings.secret.get_secret_value()
    if given:
        return given
    path = settings.home / "secret.key"
    if not path.exists():
        settings.home.mkdir(parents=True, exist_ok=True)
        _make_once(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def _make_once(path: Path, text: str) -> None:
    """Write whole or not at all; of two processes that start together, one wins."""
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def keyring(settings: Settings) -> Keyring:
    """ANYDOOR_DATA_KEYS (`id:key,…`), else one key derived from the secret key."""
    ring = settings.data_keys.get_secret_value()
    return Keyring.parse(ring) if ring else Keyring.parse(f"s1:{secret_key(settings).replace(',', '.')}")
