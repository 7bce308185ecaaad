"""Whether the process lives, whether every part is ready, and content-free figures."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from web import state


def healthz(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


def readyz(request: Request) -> Response:
    """Every part: ok, off, or degraded and why; 503 when the database cannot be used."""
    parts = state.assistant(request).readiness()
    down = parts.get("database", "ok") != "ok"
    return JSONResponse({"ready": not down, "parts": parts}, 503 if down else 200)


def metrics(request: Request) -> Response:
    """Prometheus's text format."""
    figures = state.metrics(request)
    figures.streams.set(state.live(request).streams)
    assistant = state.assistant(request)
    body = figures.text(assistant.readiness(), assistant.publication)
    return Response(body, media_type="text/plain; version=0.0.4")
