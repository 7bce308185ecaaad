"""The parse-only server: one trained Rasa model behind two paths, on loopback, and nothing else.

    NLU_TOKEN=... .venv/bin/python server.py models/<hash>.tar.gz [--port N] [--workers N] [--with-parent]

POST /model/parse  {"text": "..."} -> {"intent": {...}, "intent_ranking": [...], "crisis": {...} or null, "entities": [...]}
GET  /status       -> {"model_id": "..."}

Both want "Authorization: Bearer <NLU_TOKEN>". It keeps nothing, writes no file, and never logs what
people say. When ready it prints one line, "ready <port>". `--with-parent` ends it when its standard input closes.
"""
from __future__ import annotations

import argparse
import ctypes
import gc
import hmac
import json
import logging
import os
import signal
import socket
import sys
import threading
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, Callable

os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # before rasa is imported: nothing is sent anywhere
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # many threads on small sums only wait for one another
os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
warnings.showwarning = lambda *ignored, **also: None  # rasa's old dependencies: a filter would be reset by some of them
sys.path.insert(0, str(Path(__file__).resolve().parent))  # the pipeline names `components`

from sanic import Sanic, exceptions, response  # noqa: E402
from sanic.request import Request  # noqa: E402
from sanic.response import HTTPResponse  # noqa: E402

LOOPBACK = "127.0.0.1"
LONGEST_TEXT = 2_000  # characters; the longest text message has 1,600
LARGEST_BODY = 16_384  # bytes
SECONDS_TO_STOP = 3
HEARD_NOTHING = {"intent": {"name": None, "confidence": 0.0}, "intent_ranking": [], "crisis": None, "entities": []}

Parse = Callable[[str], dict]
log = logging.getLogger("nlu_server")


def plain(parsed: dict) -> dict:
    """The four parts that the app reads, without the words themselves; a part found by two extractors once."""
    entities = {(entity["entity"], entity["start"], entity["end"]): entity["value"]
                for entity in parsed.get("entities", [])}
    return {
        "intent": parsed["intent"], "intent_ranking": parsed.get("intent_ranking", []), "crisis": parsed.get("crisis"),
        "entities": [{"entity": name, "start": start, "end": end, "value": value}
                     for (name, start, end), value in sorted(entities.items(), key=lambda one: one[0][1:])]}


def readable(text: str) -> str:
    """Rasa takes a leading "/" for the name of an intent, with full confidence: it is only a character here."""
    encodable = text.encode("utf-8", "ignore").decode()  # JSON can carry half a character
    return encodable.replace("\x00", "").lstrip("/ \t\r\n").rstrip()


def refusal(status: int, problem: str) -> HTTPResponse:
    return response.json({"error": problem}, status=status)


def said(request: Request) -> str | HTTPResponse:
    """The text of a request, or the refusal of a body that is not what we expect."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return refusal(400, "the body is not JSON")
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str):
        return refusal(400, 'the body is not {"text": "..."}')
    if len(text) > LONGEST_TEXT:
        return refusal(413, f"text is longer than {LONGEST_TEXT} characters")
    return readable(text)


def make_app(parse: Parse, model_id: str, token: str) -> Sanic:
    """The app over any parser; tests hand it one that needs no model."""
    app = Sanic("anydoor_nlu", configure_logging=False)
    app.config.update({"REQUEST_MAX_SIZE": LARGEST_BODY, "REQUEST_TIMEOUT": 5, "RESPONSE_TIMEOUT": 10})
    wanted = b"Bearer " + token.encode()

    @app.on_request
    async def authorise(request: Request) -> HTTPResponse | None:
        given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        return None if hmac.compare_digest(given, wanted) else refusal(401, "the token is missing or wrong")

    @app.post("/model/parse")
    async def parse_text(request: Request) -> HTTPResponse:
        text = said(request)
        if isinstance(text, HTTPResponse):
            return text
        return response.json(plain(parse(text)) if text else HEARD_NOTHING)

    @app.get("/status")
    async def status(request: Request) -> HTTPResponse:
        return response.json({"model_id": model_id})

    @app.exception(Exception)
    async def failed(request: Request, error: Exception) -> HTTPResponse:
        if isinstance(error, exceptions.SanicException):
            return refusal(error.status_code, type(error).__name__)
        log.error("a text could not be parsed: %s", type(error).__name__)  # the error's own words may hold the text
        return refusal(500, "the text could not be parsed")

    return app


def load(model: Path) -> tuple[Parse, str]:
    """The parser of a trained model and the name of that model."""
    if not model.is_file():
        raise SystemExit(f"no trained model at {model}: run anydoor train")
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    from straight import Straight

    logging.basicConfig(level=logging.ERROR, force=True)
    configure_structlog(logging.ERROR)  # without this every text is printed
    processor: Any = Agent.load(str(model)).processor
    parse = Straight(processor.graph_runner, processor.model_metadata.nlu_target)
    give_back_memory()
    return parse, model.name.split(".")[0]


def give_back_memory() -> None:
    """What loading needed and parsing does not; kept apart so that forked workers share the rest."""
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a C library other than glibc
            ctypes.CDLL("libc.so.6").malloc_trim(0)


def end_with_parent() -> None:
    """Whoever started us holds the other end of our standard input: when they are gone, so are we."""

    def wait() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(SECONDS_TO_STOP)
        os._exit(0)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until Sanic takes it over, some moments after it says "ready"
    threading.Thread(target=wait, daemon=True).start()


def listen(port: int) -> socket.socket:
    """A loopback socket; port 0 lets the system choose, so that two servers never meet."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    return listener


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("model", type=Path)
    reader.add_argument("--port", type=int, default=0)
    reader.add_argument("--workers", type=int, default=1)
    reader.add_argument("--with-parent", action="store_true")
    wanted = reader.parse_args()
    token = os.environ.pop("NLU_TOKEN", "")
    if not token:
        raise SystemExit("NLU_TOKEN is not set")
    if wanted.with_parent:
        end_with_parent()
    listener = listen(wanted.port)
    parse, model_id = load(wanted.model)  # before any worker is forked: they share its memory
    app = make_app(parse, model_id, token)

    @app.main_process_start
    async def ready(app: Sanic, loop: object) -> None:
        listener.listen()  # the worker may still be on its way: until it listens too, callers would be refused
        print(f"ready {listener.getsockname()[1]}", flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on: a full pipe would stop us

    app.run(sock=listener, workers=wanted.workers, access_log=False, motd=False)


if __name__ == "__main__":
    main()
