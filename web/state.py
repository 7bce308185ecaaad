"""What every handler finds on the application: the assistant, the pages, the live streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from web.arrivals import Arrivals
    from web.coach.live import DeskLive
    from web.live import Live
    from web.metrics import Metrics
    from web.pages import Pages


def assistant(connection: HTTPConnection) -> Assistant:
    return cast("Assistant", connection.app.state.assistant)


def pages(connection: HTTPConnection) -> Pages:
    return cast("Pages", connection.app.state.pages)


def live(connection: HTTPConnection) -> Live:
    return cast("Live", connection.app.state.live)


def arrivals(connection: HTTPConnection) -> Arrivals:
    return cast("Arrivals", connection.app.state.arrivals)


def metrics(connection: HTTPConnection) -> Metrics:
    return cast("Metrics", connection.app.state.metrics)


def on_https(connection: HTTPConnection) -> bool:
    """Whether the public address is https, whatever a proxy in front speaks to us."""
    return assistant(connection).settings.public_url.startswith("https://")


def public_host(connection: HTTPConnection) -> str:
    return urlsplit(assistant(connection).settings.public_url).netloc


def desk(connection: HTTPConnection) -> DeskLive:
    return cast("DeskLive", connection.app.state.desk)
