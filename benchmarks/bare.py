"""The bare limit: the same signed form post, one durable insert, and nothing else. `python -m benchmarks.bare <port>`."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from urllib.parse import parse_qsl

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels import sms

Keep = Callable[[str, str], None]
TABLE = "CREATE TABLE IF NOT EXISTS posts (provider_id TEXT PRIMARY KEY, body TEXT)"


def on_sqlite(path: str) -> Keep:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(TABLE)
    lock = threading.Lock()

    def keep(provider_id: str, body: str) -> None:
        with lock:
            connection.execute("INSERT INTO posts VALUES (?, ?)", (provider_id, body))

    return keep


def on_postgres(address: str) -> Keep:
    mine = threading.local()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(TABLE)

    def keep(provider_id: str, body: str) -> None:
        if not hasattr(mine, "connection"):
            mine.connection = psycopg.connect(address, autocommit=True)
        mine.connection.execute("INSERT INTO posts VALUES (%s, %s)", (provider_id, body))

    return keep


def application(keep: Keep, public_url: str, token: str) -> Starlette:
    async def post(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        signature = request.headers.get("x-twilio-signature", "")
        if not sms.signature_is_valid(f"{public_url}{request.url.path}", form, signature, token):
            return Response(status_code=403)
        await run_in_threadpool(keep, form["MessageSid"], form["Body"])
        return Response("<Response/>", media_type="text/xml")

    return Starlette(routes=[Route("/webhooks/twilio/sms", post, methods=["POST"])])


def main() -> None:
    address = os.environ.get("ANYDOOR_DATABASE_URL", "")
    keep = on_postgres(address) if address else on_sqlite(os.path.join(os.environ["ANYDOOR_HOME"], "bare.db"))
    app = application(keep, os.environ["ANYDOOR_PUBLIC_URL"], os.environ["TWILIO_AUTH_TOKEN"])
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False, timeout_keep_alive=60
    )


if __name__ == "__main__":
    main()
