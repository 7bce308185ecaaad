"""The test's end of the warm process of lives.py: gives it orders and hears what became of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conftest import path_with_postgres

Texts = list[tuple[str, str, str]]


class Lives:
    """The warm process; `run` is one life of the product in it."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("lives.py"))]
        environment = {**os.environ, "PATH": path_with_postgres()}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        while self.line() != "warm":
            assert self.process.poll() is None

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def run(
        self, home: Path, database: str, twilio: str, said: Texts, fault: str = "", demo: bool = False
    ) -> tuple[int, set[str]]:
        """Its exit code, and what it acknowledged. `demo`: put the demonstration teams in first."""
        order = {"home": str(home), "database": database, "twilio": twilio, "texts": said}
        order |= {"fault": fault, "demo": demo}
        acknowledged = {line.split()[1] for line in self.order(order) if line.startswith("accepted")}
        return int(self.ended), acknowledged

    def order(self, order: dict[str, Any]) -> Iterator[str]:
        """Give one order; the lines that are said meanwhile. How it ended is in `ended`."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        while not (line := self.line()).startswith("ended"):
            assert line or self.process.poll() is None
            yield line
        self.ended = line.removeprefix("ended ")

    def kill_many(self, home: Path, kills: int, seed: int, **more: Any) -> dict[str, Any]:
        """Many kills, counted (tests/faults/kills); the tally."""
        order = {"home": str(home), "kills": kills, "seed": seed, "seconds": 600.0, "server": "", "state": ""}
        for line in self.order({**order, "control": "", "only": "", **more}):
            print(line)
        tally: dict[str, Any] = json.loads(self.ended)
        return tally

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()
