"""An organisation's OpenID Connect provider on loopback: publishes its keys, signs one person in at once, gives ID tokens.

It checks what a real one checks: the client and its secret, the address to go back to, each code once, and PKCE.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.stand_ins.server import Answer, LoopbackServer, Request

CLIENT, SECRET = "anydoor", "a secret of the tests"


@dataclass
class Organisation:
    """Who signs in next, and what their token says; `mischief` changes single claims, `key` and `alg` the signature."""

    url: str = ""
    email: str = "robin@north.example"
    amr: list[str] | None = None
    mischief: dict[str, Any] = field(default_factory=dict)
    alg: str = "RS256"
    down: bool = False
    refuses: bool = False
    key: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    signs_with: Any = None
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens_asked: int = 0

    def handle(self, request: Request) -> Answer:
        if self.down:
            return Answer(status=503)
        if request.path == "/.well-known/openid-configuration":
            return said(
                {
                    "issuer": self.url,
                    "authorization_endpoint": f"{self.url}/authorize",
                    "token_endpoint": f"{self.url}/token",
                    "jwks_uri": f"{self.url}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                }
            )
        if request.path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return said({"keys": [{**public, "kid": "k1", "use": "sig", "alg": "RS256"}]})
        if request.path == "/authorize":
            return self.authorize({name: values[0] for name, values in request.query.items()})
        if request.path == "/token":
            return self.token(request)
        return Answer(status=404)

    def authorize(self, asked: dict[str, str]) -> Answer:
        self.asked.append(asked)
        answer = {"state": asked["state"], "iss": self.url}
        if self.refuses:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(8)
            self.codes[answer["code"]] = asked
        return Answer(b"", 302, headers={"Location": f"{asked['redirect_uri']}?{urlencode(answer)}"})

    def token(self, request: Request) -> Answer:
        self.tokens_asked += 1
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".replace(" ", "+").encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        fits = (
            asked is not None
            and request.headers.get("authorization") in (f"Basic {basic}", f"Basic {plain}")
            and form.get("redirect_uri") == asked["redirect_uri"]
            and asked["code_challenge_method"] == "S256"
            and base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() == asked["code_challenge"]
        )
        if asked is None or not fits:
            return Answer(b'{"error": "invalid_grant"}', 400)
        return said({"access_token": "not used", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])})

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "u-1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "email": self.email,
            "email_verified": True,
            **({"amr": self.amr} if self.amr is not None else {}),
            **self.mischief,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        key = self.signs_with if self.signs_with is not None else self.key
        return jwt.encode(kept, key, algorithm=self.alg, headers={"kid": "k1"})


def said(value: dict[str, Any]) -> Answer:
    return Answer(json.dumps(value).encode())


@contextmanager
def organisation() -> Iterator[Organisation]:
    """The provider, running."""
    made = Organisation()
    with LoopbackServer(made.handle) as server:
        made.url = server.url
        yield made
