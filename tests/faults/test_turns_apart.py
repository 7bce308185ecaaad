"""Turns in a process of their own: killed, stopped, or without its server; everybody is answered once."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from bot import turns_apart
from bot.turns_apart import COMMAND, TurnsApart, Waking
from tests.faults.test_process import ROOT, served
from tests.journeys.product import Product, running
from tests.stand_ins.twilio_api import TwilioApi

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lives")]

START_SECONDS = 90.0


@pytest.fixture
def product(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    monkeypatch.chdir(ROOT)
    with running(tmp_path, turns=COMMAND, ANYDOOR_DATABASE_URL=database_url) as product:
        yield product


def until(true: Callable[[], object], seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def apart_of(product: Product) -> TurnsApart:
    assert isinstance(product.assistant.wake, Waking)
    return product.assistant.wake.apart


def processes_of_turns(server: int) -> list[int]:
    """The processes that a server started for its turns."""
    children = [int(pid) for path in Path(f"/proc/{server}/task").glob("*/children") for pid in told(path).split()]
    return [pid for pid in children if b"bot.turning" in told(Path(f"/proc/{pid}/cmdline"))]


def told(path: Path) -> bytes:
    """Nothing of a thread or process that ended just now."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def is_there(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def ignores(process: int, number: signal.Signals) -> bool:
    (mask,) = re.findall(r"^SigIgn:\s*(\w+)$", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    return bool(int(mask, 16) >> (number - 1) & 1)


def text(product: Product, first: int, people: int) -> list[str]:
    numbers = [f"+4477009{number:05}" for number in range(first, first + people)]
    for number in numbers:
        assert product.text(number, "hi").status_code == 200
    return numbers


def test_everybody_is_answered_once_whatever_becomes_of_it(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_apart, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(turns_apart, "SILENT_SECONDS", 60.0)  # on a busy machine it may be silent for five
    here: list[object] = []
    product.assistant.watchers.append(here.append)
    until(apart_of(product).keeps_up)
    (first,) = processes_of_turns(os.getpid())

    numbers = text(product, 10_000, 5)
    until(lambda: all(product.twilio.bodies(number) for number in numbers))
    assert here == [], "the server took no turn"

    numbers += text(product, 20_000, 30)
    os.kill(first, signal.SIGKILL)
    numbers += text(product, 30_000, 30)
    until(lambda: all(product.twilio.bodies(number) for number in numbers))
    assert here, "the server took what was left"
    until(apart_of(product).keeps_up)
    (second,) = processes_of_turns(os.getpid())
    assert second != first

    monkeypatch.setattr(turns_apart, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(turns_apart, "LOST_SECONDS", 3.0)
    os.kill(second, signal.SIGSTOP)
    numbers += text(product, 40_000, 5)
    until(lambda: all(product.twilio.bodies(number) for number in numbers))
    until(lambda: processes_of_turns(os.getpid()) not in ([], [second]))
    assert [len(product.twilio.bodies(number)) for number in numbers] == [1] * len(numbers)


def test_it_ends_with_its_server_killed_or_not(tmp_path: Path) -> None:
    with TwilioApi() as twilio:
        for signalled in (signal.SIGTERM, signal.SIGKILL):
            with served(tmp_path, twilio.url, ANYDOOR_TURNS_APART="1") as (process, _):
                until(partial(processes_of_turns, process.pid))
                (turns,) = processes_of_turns(process.pid)
                until(partial(ignores, turns, signal.SIGTERM))
                os.kill(turns, signal.SIGTERM)  # as a service manager does to all of a unit: it ends with its server
                time.sleep(0.5)
                assert is_there(turns)
                process.send_signal(signalled)
                assert process.wait(timeout=60) in (0, -signalled)
                deadline = time.monotonic() + 60
                while is_there(turns) and time.monotonic() < deadline:
                    time.sleep(0.05)
                assert not is_there(turns)
