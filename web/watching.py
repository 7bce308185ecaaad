"""Who may read how the parts are: whoever looks after the site. A stranger hears up or degraded, and no more.

The watcher is known by a token; without one, by sitting on this machine with no proxy between.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.requests import Request

from web import state

BY_A_PROXY = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
LASTS_SECONDS = 1.0


def is_watcher(request: Request) -> bool:
    """Whether this request comes from whoever looks after the site. With a token set, the token alone opens."""
    token = state.assistant(request).settings.watch_token.get_secret_value()
    if not token:
        return comes_from_here(request)
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), token.encode())


def comes_from_here(request: Request) -> bool:
    """Whether this machine itself asks, and not for somebody else: a proxy says so, or asks for our public name.

    Private addresses are not enough: from inside a container the whole world has one.
    """
    if any(name in request.headers for name in BY_A_PROXY):
        return False
    if state.on_https(request) and request.headers.get("host") == state.public_host(request):
        return False
    try:
        at = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    mapped = at.ipv4_mapped if isinstance(at, IPv6Address) else None
    return (mapped or at).is_loopback


@dataclass
class Glance:
    """How the parts were a moment ago: strangers who ask often cost one look a second."""

    parts: dict[str, str] | None = None
    at: float = 0.0

    def of(self, request: Request) -> dict[str, str]:
        if self.parts is None or time.monotonic() - self.at >= LASTS_SECONDS:
            self.parts, self.at = state.assistant(request).readiness(), time.monotonic()
        return self.parts
