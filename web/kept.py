"""What a browser keeps for us for ten minutes between two steps of signing in: sealed, and for those pages alone."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from services.clock import real_now
from services.errors import CryptoError
from web import state

GOOD_FOR = 600


@dataclass(frozen=True, slots=True)
class Kept:
    """One cookie of that kind. `lax` where the browser comes back from another site."""

    cookie: str
    seal: str
    path: str
    same_site: Literal["lax", "strict"] = "strict"

    def name(self, request: Request) -> str:
        return f"__Secure-{self.cookie}" if state.on_https(request) else self.cookie

    def put(self, request: Request, response: Response, values: dict[str, str]) -> None:
        plain = json.dumps({**values, "until": real_now().timestamp() + GOOD_FOR}).encode()
        sealed = base64.urlsafe_b64encode(state.assistant(request).db.keys.encrypt(plain, self.seal)).decode()
        response.set_cookie(
            self.name(request),
            sealed,
            max_age=GOOD_FOR,
            httponly=True,
            samesite=self.same_site,
            secure=state.on_https(request),
            path=self.path,
        )

    def of(self, request: Request) -> dict[str, Any]:
        """What the cookie holds; nothing when it is not ours or too old."""
        try:
            sealed = base64.urlsafe_b64decode(request.cookies.get(self.name(request), "").encode())
            found: dict[str, Any] = json.loads(state.assistant(request).db.keys.decrypt(sealed, self.seal))
        except (ValueError, IndexError, binascii.Error, CryptoError):
            return {}
        return found if float(found["until"]) > real_now().timestamp() else {}

    def forget(self, request: Request, response: Response) -> None:
        response.delete_cookie(
            self.name(request),
            path=self.path,
            httponly=True,
            samesite=self.same_site,
            secure=state.on_https(request),
        )
