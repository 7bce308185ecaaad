"""Fetching from, or sending to, an address that somebody typed in: over https, from public addresses only, bounded in size and time.

The name is looked up once, every address it has is checked, and the connection goes to one that was checked, so that the
name cannot mean something else a moment later. A redirect is a new address and is checked like the first.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from threading import Timer
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from services.errors import CalendarUnread

MOST_BYTES, SECONDS, HOPS = 5_000_000, 20.0, 3
LONGEST_ADDRESS = 2000
PORTS = {443, 8443}
_Answer = TypeVar("_Answer")
NAT64 = IPv6Network("64:ff9b::/96")
CODES = {401: "not_allowed", 403: "not_allowed", 404: "not_found", 410: "not_found"}


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart."""

    secure: bool
    host: str
    port: int
    path: str


def tidy(url: str) -> str:
    """What somebody pasted, as an https address; `webcal:` is https in calendar programs."""
    url = url.strip()
    return "https" + url[6:] if url.lower().startswith("webcal:") else url


def place(url: str, *, loopback: bool = False) -> Place:
    """Take an address apart; CalendarUnread `not_https` unless it is one that may be fetched. Looks nothing up."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as wrong:
        raise CalendarUnread("not_https") from wrong
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_ADDRESS
    secure = parts.scheme == "https"
    known = secure or (loopback and parts.scheme == "http")
    if not (plain and host and known) or "@" in parts.netloc:
        raise CalendarUnread("not_https")
    port = port or (443 if secure else 80)
    if port not in PORTS and not loopback:
        raise CalendarUnread("not_https")
    return Place(secure, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def is_public(address: str) -> bool:
    """Whether an IP address is out on the internet; wrapped forms of IPv4 are refused whatever they wrap."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in NAT64):
        return False
    return ip.is_global and not ip.is_multicast


def fetch(url: str, *, loopback: bool = False) -> bytes:
    """The file at an address. CalendarUnread with a code. `loopback` (tests, trying out): also from this machine.

    Codes: not_https, not_public, not_found, not_allowed, too_big, slow, unavailable.
    """
    deadline = time.monotonic() + SECONDS
    for _ in range(HOPS + 1):
        answer = _get(place(url, loopback=loopback), deadline, loopback)
        if isinstance(answer, bytes):
            return answer
        url = urljoin(url, answer)
    raise CalendarUnread("unavailable")


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = 10.0, loopback: bool = False) -> int:
    """Send a body to an address; its answer's status. A redirect is not followed. CalendarUnread with a code, as `fetch`."""
    to, deadline = place(url, loopback=loopback), time.monotonic() + seconds

    def send(connection: http.client.HTTPConnection) -> int:
        connection.request("POST", to.path, body=body, headers={"User-Agent": "Anydoor", **headers})
        with connection.getresponse() as answer:
            answer.read1(1024)  # what they say is of no use, and is not kept
            return answer.status

    return _guarded(to, deadline, loopback, send)


def addresses(host: str, port: int, *, loopback: bool = False) -> list[str]:
    """What a name means now. CalendarUnread `not_public` when any of it is not on the internet."""
    try:
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as wrong:
        raise CalendarUnread("unavailable") from wrong
    if not found or not all(is_public(ip) or (loopback and ip_address(ip).is_loopback) for ip in found):
        raise CalendarUnread("not_public")
    return list(dict.fromkeys(found))


def _get(to: Place, deadline: float, loopback: bool) -> bytes | str:
    """The body, or where it leads on."""
    return _guarded(to, deadline, loopback, lambda connection: _read(connection, to, deadline))


def _guarded(
    to: Place, deadline: float, loopback: bool, ask: Callable[[http.client.HTTPConnection], _Answer]
) -> _Answer:
    """Ask over a connection to an address that was checked; cut off at the deadline, whatever the server does."""
    plain = _connect(addresses(to.host, to.port, loopback=loopback), to.port, deadline)
    watched = plain.dup()
    alarm = Timer(_left(deadline), _cut, (watched,))  # a server that drips a byte now and then is cut off as well
    alarm.daemon = True
    alarm.start()
    try:
        connection = _speak(plain, to)
        try:
            return ask(connection)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as wrong:
        raise CalendarUnread("slow" if time.monotonic() >= deadline else "unavailable") from wrong
    finally:
        alarm.cancel()
        watched.close()
        plain.close()


def _connect(ips: list[str], port: int, deadline: float) -> socket.socket:
    for ip in ips:
        with suppress(OSError):
            return socket.create_connection((ip, port), timeout=_left(deadline))
    raise CalendarUnread("slow" if time.monotonic() >= deadline else "unavailable")


def _left(deadline: float) -> float:
    return max(0.05, deadline - time.monotonic())


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _speak(plain: socket.socket, to: Place) -> http.client.HTTPConnection:
    if not to.secure:
        connection = http.client.HTTPConnection(to.host, to.port)
        connection.sock = plain
        return connection
    trust = ssl.create_default_context()
    connection = http.client.HTTPSConnection(to.host, to.port, context=trust)
    connection.sock = trust.wrap_socket(plain, server_hostname=to.host)
    return connection


def _read(connection: http.client.HTTPConnection, to: Place, deadline: float) -> bytes | str:
    connection.request("GET", to.path, headers={"Accept": "text/calendar", "User-Agent": "Anydoor"})
    with connection.getresponse() as answer:
        if answer.status in (301, 302, 303, 307, 308):
            return answer.headers.get("Location") or ""
        if answer.status != 200:
            raise CalendarUnread(CODES.get(answer.status, "unavailable"))
        return _body(answer, deadline)


def _body(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    pieces, size = [], 0
    while piece := answer.read1(65536):
        size += len(piece)
        if size > MOST_BYTES:
            raise CalendarUnread("too_big")
        if time.monotonic() >= deadline:
            raise CalendarUnread("slow")
        pieces.append(piece)
    if answer.length:
        # Cut off before its end, by them or by our alarm: half a calendar would free half a day.
        raise CalendarUnread("slow" if time.monotonic() >= deadline else "unavailable")
    return b"".join(pieces)
