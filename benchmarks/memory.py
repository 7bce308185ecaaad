"""Memory at rest: the application after 20 conversations by text, and the processes it started: turns, NLU server."""

from __future__ import annotations

import asyncio
import itertools
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.people import TEXTS, Load, as_said, provider
from benchmarks.turns import environment, open_port

APP_LIMIT, NLU_LIMIT = 180, 350  # MB
CONVERSATIONS = 20
REST_SECONDS = 5.0


@dataclass(frozen=True)
class Memory:
    """Megabytes resident; 0 where there is no such process."""

    app: float
    turns: float
    nlu: float


async def serve(home: str, first_number: int) -> Memory:
    """`anydoor serve --demo` in a process of its own, texted by people who are new to it, then left alone for a while."""
    port = machine.free_port()
    url = f"http://127.0.0.1:{port}"
    api = await asyncio.start_server(provider, "127.0.0.1", 0)
    api_url = f"http://127.0.0.1:{api.sockets[0].getsockname()[1]}"
    given = environment(home, url, None, api_url, {})
    command = (sys.executable, "-c", "from bot.cli import main; main()", "serve", "--demo", "--port", str(port))
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, env=given, stdout=quiet)
    try:
        await open_port(port, process)
        await asyncio.to_thread(wait_for_model, url)
        await hold_conversations(url, first_number)
        await asyncio.sleep(REST_SECONDS)
        return measured(process.pid)
    finally:
        process.terminate()
        await process.wait()
        api.close()


def measured(server: int) -> Memory:
    """The server and the processes it started, told apart by what they run."""
    of_turns, of_models = [0.0], [0.0]
    for pid in machine.children(server):
        runs = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
        (of_turns if "bot.turning" in runs else of_models).append(machine.resident(pid))
    return Memory(machine.resident(server), max(of_turns), max(of_models))


def wait_for_model(url: str, seconds: float = 60) -> None:
    """Until /readyz says that nothing is missing, or the time is over: without a model it never will."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with urllib.request.urlopen(f"{url}/readyz") as answer:
            if b'"nlu": "ok"' in answer.read().replace(b'":"', b'": "'):
                return
        time.sleep(0.5)


async def hold_conversations(url: str, first_number: int) -> None:
    load = Load(url, None, ids=itertools.count(1000 * first_number))  # a provider's id that was stored is told again
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    for text in TEXTS:
        for number in range(first_number, first_number + CONVERSATIONS):
            await load.text(reader, writer, f"+447400{number:06d}", as_said(text, number))
        await asyncio.sleep(2.0)  # so that nobody's two texts are read as one breath
    writer.close()


def line(name: str, megabytes: float, limit: int) -> str:
    return f"{name:<52}{megabytes:>6.0f} MB  (limit {limit} MB: {'held' if megabytes <= limit else 'BROKEN'})"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="anydoor-bench-") as home:
        first, found = asyncio.run(serve(home, 0)), asyncio.run(serve(home, CONVERSATIONS))
    print(line(f"app, texts on, after {CONVERSATIONS} conversations", found.app, APP_LIMIT))
    print(line("  the same on the very first start, which migrates", first.app, APP_LIMIT))
    print(f"{'the process of the turns, the larger of the two':<52}{max(first.turns, found.turns):>6.0f} MB")
    nlu = max(first.nlu, found.nlu)
    print(
        line("NLU server, one process, the larger of the two", nlu, NLU_LIMIT) if nlu else "NLU server: not installed"
    )


if __name__ == "__main__":
    main()
