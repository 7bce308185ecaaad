"""The server process is started, replaced and stopped; a small script stands in for nlu_server/server.py."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.nlu.places import ROOT, Places
from bot.nlu.process import NluProcess
from bot.nlu.rasa import OwnNlu

SERVER = """
import http.server, json, os, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        right = self.headers["authorization"] == "Bearer " + os.environ["NLU_TOKEN"]
        body = json.dumps({"intent": {"name": os.path.basename(sys.argv[1]), "confidence": os.getpid()}}).encode()
        self.send_response(200 if right else 401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *ignored): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print("loading", flush=True)
if "broken" in sys.argv[1]: sys.exit("broken")
print("ready", server.server_port, flush=True)
server.serve_forever()
"""


def until(wanted: Callable[[], object], seconds: float = 60.0) -> bool:
    give_up = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path)
    made.python.parent.mkdir(parents=True)
    made.python.symlink_to(sys.executable)
    (made.server / "server.py").write_text(SERVER)
    made.models.mkdir()
    for name in ("first", "second", "broken"):
        made.model(name).touch()
    made.choose("first")
    return made


@pytest.fixture
def nlu(places: Places) -> Iterator[OwnNlu]:
    own = OwnNlu(NluProcess(places).start(), timeout=60)
    yield own
    own.close()


def heard(nlu: OwnNlu) -> str | None:
    parsed = nlu.parse("hello")
    return parsed.intent if parsed else None


def process_of(nlu: OwnNlu) -> int:
    parsed = nlu.parse("hello")
    assert parsed is not None
    return int(parsed.confidence)


def test_it_starts_without_making_anyone_wait_and_then_answers(nlu: OwnNlu) -> None:
    assert nlu.wait(60)
    assert heard(nlu) == "first.tar.gz"


def test_a_server_that_dies_is_started_again(nlu: OwnNlu) -> None:
    assert nlu.wait(60)
    first = process_of(nlu)
    os.kill(first, signal.SIGKILL)
    assert until(lambda: heard(nlu) is not None)
    assert process_of(nlu) != first


def test_a_newly_chosen_model_takes_over_without_a_gap(nlu: OwnNlu, places: Places) -> None:
    assert nlu.wait(60)
    first = process_of(nlu)
    places.choose("second")
    answers = []
    assert until(lambda: answers.append(heard(nlu)) or answers[-1] == "second.tar.gz")
    assert None not in answers
    assert until(lambda: gone(first))


def test_a_text_the_old_server_was_reading_when_it_ended_is_asked_of_the_new_one(places: Places) -> None:
    """The stand-in's old server takes two minutes over every text and is ended after less than that."""
    slow = SERVER.replace("self.rfile.read", 'time.sleep(120 * ("first" in sys.argv[1])); self.rfile.read')
    (places.server / "server.py").write_text("import time" + slow)
    nlu = OwnNlu(NluProcess(places).start(), timeout=60)
    try:
        assert nlu.wait(60)
        places.choose("second")
        assert heard(nlu) == "second.tar.gz"
    finally:
        nlu.close()


def test_a_model_that_does_not_load_leaves_the_old_one_answering(nlu: OwnNlu, places: Places) -> None:
    assert nlu.wait(60)
    places.choose("broken")
    time.sleep(1.5)
    assert heard(nlu) == "first.tar.gz"


def test_stopping_ends_the_server_and_a_second_stop_does_nothing(places: Places) -> None:
    nlu = OwnNlu(NluProcess(places).start(), timeout=60)
    assert nlu.wait(60)
    process = process_of(nlu)
    nlu.close()
    assert gone(process)
    assert nlu.parse("hello") is None
    nlu.close()


def test_stopping_while_it_starts_leaves_nothing_behind(places: Places) -> None:
    nlu = OwnNlu(NluProcess(places).start(), timeout=60)
    nlu.close()
    assert not nlu.up


def test_the_server_dies_with_us_even_when_we_are_killed(places: Places) -> None:
    program = (
        "import sys, time; from pathlib import Path; from bot.nlu.places import Places\n"
        "from bot.nlu.process import NluProcess; from bot.nlu.rasa import OwnNlu\n"
        f"nlu = OwnNlu(NluProcess(Places(Path({str(places.root)!r}))).start(), timeout=60); nlu.wait(60)\n"
        "print(int(nlu.parse('hello').confidence), flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        parent.kill()
    assert until(lambda: gone(server))
