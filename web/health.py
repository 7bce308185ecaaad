"""Whether the process lives, whether every part is ready, and content-free figures."""

from __future__ import annotations

import math

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from services import backlog
from web import state, watching


def healthz(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


def readyz(request: Request) -> Response:
    """Every part: ok, off, or degraded and why; 503 when the database cannot be used. Strangers hear no parts."""
    knows = watching.is_watcher(request)
    glance: watching.Glance = request.app.state.glance
    parts = state.assistant(request).readiness() if knows else glance.of(request)
    down = parts.get("database", "ok") != "ok"
    more = {"parts": parts} if knows else {"degraded": any(words not in {"ok", "off"} for words in parts.values())}
    return JSONResponse({"ready": not down, **more}, 503 if down else 200)


def metrics(request: Request) -> Response:
    """Prometheus's text format; for a stranger the address does not exist."""
    if not watching.is_watcher(request):
        raise HTTPException(404)
    figures, assistant = state.metrics(request), state.assistant(request)
    figures.streams.set(state.live(request).streams)
    body = figures.text(assistant.readiness(), assistant.publication, waiting(request))
    return Response(body, media_type="text/plain; version=0.0.4")


def waiting(request: Request) -> dict[str, float]:
    """Seconds that the oldest of each kind waits; not known (NaN) while the database cannot be read."""
    assistant = state.assistant(request)
    try:
        with assistant.db.read() as session:
            return backlog.oldest(session, assistant.clock.now())
    except Exception:  # whatever is wrong with it is said by the parts
        return dict.fromkeys(("answer", "alert", "seal", "send"), math.nan)
