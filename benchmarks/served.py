"""The whole product in a process of its own, which says on standard output when each turn was committed.

`python -m benchmarks.served <port>`, which starts `... turns <offset>` for the turns; everything else comes from the environment, as for `anydoor serve --demo`.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from functools import partial

import structlog
import uvicorn

from bot import turning
from bot.assistant import Assistant, assemble
from bot.turns import Taken
from services.settings import load
from web.app import application, turns_command
from web.wire import PROTOCOL


def announce(taken: Taken, *, to: int = 1) -> None:
    """One line a turn: the provider's id, the moment (shared by all processes of the machine), whether NLU was asked."""
    if taken.heard is not None:
        line = f"{taken.heard.inbound.provider_id} {time.monotonic()} {int(taken.heard.nlu_asked)}\n"
        os.write(to, line.encode())


def take_turns() -> None:
    """The process of the turns, whose own standard output is the server's to read."""
    said = os.open(f"/proc/{os.getppid()}/fd/1", os.O_WRONLY)
    turning.main(partial(announce, to=said))


def serve(assistant: Assistant, port: int) -> None:
    assistant.watchers.append(announce)
    turns = (sys.executable, "-m", "benchmarks.served", "turns") if turns_command(assistant.settings) else ()
    app = application(assistant, owned=True, turns=turns)
    uvicorn.run(
        app, host="127.0.0.1", port=port, http=PROTOCOL, log_level="error", access_log=False,
        timeout_keep_alive=60, timeout_graceful_shutdown=2, proxy_headers=False, server_header=False,
    )  # fmt: skip


def main() -> None:
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    if sys.argv[1] == "turns":
        take_turns()
    else:
        serve(assemble(load(), demo=True), int(sys.argv[1]))


if __name__ == "__main__":
    main()
