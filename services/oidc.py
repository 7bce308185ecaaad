"""Sign-in by an organisation's own OpenID Connect provider: authorization code with PKCE, and what its ID token must say.

Sources: OpenID Connect Core 1.0 (3.1.3.7, how an ID token is checked), RFC 7636 (PKCE, S256), RFC 9207 (`iss` of the
answer), RFC 8176 (`amr`). No session of the database is open while the provider is asked.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import jwt

from services.settings import Settings

SECONDS, LEEWAY, KEPT_SECONDS, AGAIN_SECONDS = 5.0, 60.0, 3600.0, 30.0
MOST_BYTES = 256 * 1024
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by the provider's own key. Never `none`, and never a secret that we share with it."""
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotVouched(Exception):
    """The provider does not vouch for anybody we may let in; `why` is a word for the audit."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Begun:
    """One sign-in under way: what the browser keeps, sealed, until the provider sends it back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for: an address, who that is to the provider for ever, and whether it says that it asked for a second factor too."""

    email: str
    subject: str
    second_factor: bool


def begin() -> Begun:
    """Three random values, 256 bits each."""
    return Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))


@dataclass
class Provider:
    """The organisation's provider. What it publishes of itself is kept for an hour; an unknown key is looked up anew."""

    settings: Settings
    _known: dict[str, Any] = field(default_factory=dict)
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    _read_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def address(self, begun: Begun, back: str) -> str:
        """Where the browser goes to sign in. NotVouched ("unavailable") when the provider does not answer."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.settings.oidc_client_id,
            "redirect_uri": back,
            "scope": "openid email profile",
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        to = self._endpoint("authorization_endpoint")
        return f"{to}{'&' if '?' in to else '?'}{urlencode(asked)}"

    def vouched(self, answer: Mapping[str, str], begun: Begun, back: str) -> Vouched:
        """Whom an answer of the provider's vouches for; NotVouched with the reason for everybody else."""
        if not secrets.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise NotVouched("state")
        if answer.get("error"):
            raise NotVouched("refused_there")
        if answer.get("iss", self.settings.oidc_issuer) != self.settings.oidc_issuer:
            raise NotVouched("issuer")
        if not answer.get("code"):
            raise NotVouched("no_code")
        return self._whom(self._claims(self._token(answer["code"], begun, back), begun))

    def _token(self, code: str, begun: Begun, back: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": begun.verifier,
            "client_id": self.settings.oidc_client_id,
        }
        secret, basic = self.settings.oidc_client_secret.get_secret_value(), None
        methods = self._metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if secret and "client_secret_basic" in methods:
            basic = httpx2.BasicAuth(self.settings.oidc_client_id, secret)
        elif secret:
            form["client_secret"] = secret
        given = self._ask("POST", self._endpoint("token_endpoint"), data=form, auth=basic)
        token = given.get("id_token")
        if not isinstance(token, str):
            raise NotVouched("no_token")
        return token

    def _claims(self, token: str, begun: Begun) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key_of(token),
                algorithms=ALGORITHMS,
                issuer=self.settings.oidc_issuer,
                audience=self.settings.oidc_client_id,
                leeway=LEEWAY,
                options={"require": list(REQUIRED)},
            )
        except jwt.PyJWTError as wrong:
            raise NotVouched(f"token_{type(wrong).__name__}") from wrong
        if claims.get("azp", self.settings.oidc_client_id) != self.settings.oidc_client_id:
            raise NotVouched("token_for_another")
        if not secrets.compare_digest(str(claims["nonce"]).encode(), begun.nonce.encode()):
            raise NotVouched("nonce")
        return claims

    def _key_of(self, token: str) -> jwt.PyJWK:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError("not one of ours")
        kid = str(header.get("kid") or "")
        key = self._published(kid) or self._published(kid, afresh=True)
        if key is None:
            raise jwt.InvalidKeyError("not one of the provider's keys")
        return key

    def _published(self, kid: str, *, afresh: bool = False) -> jwt.PyJWK | None:
        """The provider's key of this name; its only one where the token names none."""
        self._metadata(afresh=afresh)
        if kid or len(self._keys) != 1:
            return self._keys.get(kid)
        return next(iter(self._keys.values()))

    def _whom(self, claims: Mapping[str, Any]) -> Vouched:
        """An address that the provider has verified. Another claim than `email` counts as the site's own choice."""
        claim = self.settings.oidc_claim
        address = claims.get(claim)
        if not isinstance(address, str) or "@" not in address:
            raise NotVouched("no_address")
        if claim == "email" and claims.get("email_verified") is not True:
            raise NotVouched("address_not_verified")
        given = claims.get("amr")
        factors = {str(each) for each in given} if isinstance(given, list) else set()
        subject = f"{self.settings.oidc_issuer} {claims['sub']}"
        return Vouched(address, subject, bool(factors & self.settings.oidc_second_factors))

    def _endpoint(self, name: str) -> str:
        return self._safe(str(self._metadata().get(name) or ""))

    def _safe(self, url: str) -> str:
        """Only https; plain http on this machine where the setting for trying out allows it."""
        parts = urlsplit(url)
        if parts.scheme == "https" or (self.settings.oidc_loopback and parts.hostname in LOOPBACK):
            return url
        raise NotVouched("not_https")

    def _metadata(self, *, afresh: bool = False) -> dict[str, Any]:
        with self._lock:
            age = time.monotonic() - self._read_at
            if age > (AGAIN_SECONDS if afresh else KEPT_SECONDS):
                self._read()
            return self._known

    def _read(self) -> None:
        issuer = self.settings.oidc_issuer
        known = self._ask("GET", self._safe(issuer.rstrip("/") + "/.well-known/openid-configuration"))
        if known.get("issuer") != issuer:
            raise NotVouched("issuer")
        listed = self._ask("GET", self._safe(str(known.get("jwks_uri") or ""))).get("keys")
        keys = {}
        for each in listed if isinstance(listed, list) else []:
            if isinstance(each, dict) and each.get("use", "sig") == "sig" and each.get("kty") in ("RSA", "EC", "OKP"):
                keys[str(each.get("kid") or "")] = _key(each)
        self._known, self._keys = known, {kid: key for kid, key in keys.items() if key is not None}
        self._read_at = time.monotonic()

    def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        """A JSON object; redirects are not followed."""
        try:
            with httpx2.Client(timeout=SECONDS, follow_redirects=False) as client:
                answer = client.request(method, url, headers={"Accept": "application/json"}, **more)
            if answer.status_code != 200 or len(answer.content) > MOST_BYTES:
                raise NotVouched("unavailable" if answer.status_code >= 500 or method == "GET" else "code_refused")
            found = json.loads(answer.content)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as problem:
            raise NotVouched("unavailable") from problem
        if not isinstance(found, dict):
            raise NotVouched("unavailable")
        return found


def _key(written: Mapping[str, Any]) -> jwt.PyJWK | None:
    try:
        return jwt.PyJWK(dict(written), algorithm=written.get("alg"))
    except jwt.PyJWTError:
        return None
