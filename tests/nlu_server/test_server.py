"""The real NLU server with the trained model: what it answers, what it refuses, what it costs."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot.nlu.places import Places
from bot.nlu.rasa import RasaClient

PLACES = Places()
TOKEN = "a-token"
MOST_MEMORY = 350  # MB, resident
READY_SECONDS = 180  # eight of processor, on machines that do other things too
SECRET = "my plumbus is sore zxcvb"

pytestmark = [
    pytest.mark.xdist_group("language server"),
    pytest.mark.nlu,
    pytest.mark.slow,
    pytest.mark.skipif(PLACES.missing() is not None, reason=str(PLACES.missing())),
]


class Running:
    """One server for all tests of this file, with everything it ever printed."""

    def __init__(self, folder: Path) -> None:
        self.printed = folder / "stderr.txt"
        with self.printed.open("w") as errors:
            self.process = subprocess.Popen(
                [str(PLACES.python), str(PLACES.server / "server.py"), str(PLACES.current()), "--with-parent"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=folder,
                env={**os.environ, "NLU_TOKEN": TOKEN},
            )
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], READY_SECONDS)[0]:
            self.process.kill()
            self.process.communicate()
            pytest.fail("the server did not start")
        self.port = int(self.process.stdout.readline().split()[1])
        self.http = httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            trust_env=False,
            timeout=60,
            headers={"Authorization": f"Bearer {TOKEN}"},
        )

    def parse(self, text: str) -> dict[str, Any]:
        answer = self.http.post("/model/parse", json={"text": text})
        assert answer.status_code == 200, answer.text
        parsed: dict[str, Any] = answer.json()
        return parsed

    def memory(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def stop(self) -> None:
        self.http.close()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("nlu"))
    yield running
    running.stop()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("please can I talk to an actual human being", "person"),
        ("been signed off since easter with my back", "about_me"),
        ("need to move my appointment to another day", "change_call"),
        ("nie mówię po angielsku, proszę", "other_language"),
    ],
)
def test_plain_messages_are_understood(server: Running, text: str, intent: str) -> None:
    parsed = server.parse(text)
    assert parsed["intent"]["name"] == intent
    assert parsed["intent"]["confidence"] > 0.5
    assert parsed["intent_ranking"][0] == parsed["intent"]


def test_entities_have_a_place_and_each_place_is_named_once(server: Running) -> None:
    text = "off sick 3 months with my sciatica and the mortgage arrears"
    found = [(one["entity"], text[one["start"] : one["end"]]) for one in server.parse(text)["entities"]]
    assert ("condition", "sciatica") in found
    assert ("duration", "3 months") in found
    assert any(name in ("housing", "money") and "arrears" in words for name, words in found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("text", "kind"),
    [("i keep planning how to end my life", "self_harm"), ("he hits me every time he drinks", "harm_by_others")],
)
def test_a_crisis_is_judged_beside_the_intent(server: Running, text: str, kind: str) -> None:
    crisis = server.parse(text)["crisis"]
    assert (crisis["kind"], crisis["alarm"]) == (kind, True)
    assert crisis["confidence"] > 0.5


@pytest.mark.parametrize("text", ["my back is bad and i cant work", "how long does the call take", "what is this"])
def test_ordinary_texts_raise_no_alarm_and_no_intent_is_a_crisis(server: Running, text: str) -> None:
    parsed = server.parse(text)
    assert parsed["crisis"]["alarm"] is False
    assert not any(one["name"].startswith("crisis") for one in parsed["intent_ranking"])


def test_one_word_alone_is_not_judged(server: Running) -> None:
    assert server.parse("hello")["crisis"] is None


@pytest.mark.parametrize("text", ["/affirm", '/affirm{"x": "y"}', " //affirm", "/\x00/affirm"])
def test_a_leading_slash_names_no_intent(server: Running, text: str) -> None:
    assert server.parse(text)["intent"]["confidence"] < 1.0


@pytest.mark.parametrize("text", ["", " ", "/", " / ", "\x00", "\n\t"])
def test_a_text_without_words_has_no_intent(server: Running, text: str) -> None:
    assert server.parse(text) == {
        "intent": {"name": None, "confidence": 0.0},
        "intent_ranking": [],
        "crisis": None,
        "entities": [],
    }


@pytest.mark.parametrize(
    "text", ["🙂", "\u202eabc", "a" * 2_000, "‎", "{{7*7}}", "x\n" * 500, "\ud83d\ude42"[:1] + "a", "((((((" * 100]
)
def test_odd_texts_are_answered(server: Running, text: str) -> None:
    body = json.dumps({"text": text})
    answer = server.http.post("/model/parse", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"{}", 400),
        (b'{"text": 7}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 15_000, 400),
        (json.dumps({"text": "x" * 2_001}).encode(), 413),
        (b"x" * 20_000, 413),
    ],
)
def test_other_bodies_are_refused(server: Running, body: bytes, status: int) -> None:
    assert server.http.post("/model/parse", content=body).status_code == status


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer a-tokén"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/model/parse"), ("GET", "/status"), ("GET", "/nowhere")])
def test_without_the_token_nothing_is_answered(server: Running, given: str, method: str, path: str) -> None:
    headers = {"Authorization": given.encode("latin-1")}
    answer = server.http.request(method, path, headers=headers, content=b'{"text": "hi"}')
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("PUT", "/model"),
        ("POST", "/model/train"),
        ("POST", "/webhooks/rest/webhook"),
        ("POST", "/conversations/x/messages"),
        ("GET", "/domain"),
        ("GET", "/version"),
    ],
)
def test_rasas_other_paths_do_not_exist(server: Running, method: str, path: str) -> None:
    assert server.http.request(method, path).status_code == 404


def test_the_status_names_the_model(server: Running) -> None:
    current = PLACES.current()
    assert current is not None
    assert server.http.get("/status").json() == {"model_id": current.name.removesuffix(".tar.gz")}


def test_it_listens_on_loopback_alone(server: Running) -> None:
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == server.port]
    assert listening == [f"0100007F:{server.port:04X}"]


def test_what_people_say_is_never_printed(server: Running) -> None:
    server.parse(SECRET)
    server.http.post("/model/parse", content=SECRET.encode())
    assert "plumbus" not in server.printed.read_text()


def test_our_client_speaks_to_it(server: Running) -> None:
    client = RasaClient(f"http://127.0.0.1:{server.port}", TOKEN, timeout=60)
    parsed = client.parse("been signed off since easter with my back")
    assert client.up
    assert parsed is not None
    assert parsed.intent == "about_me"
    client.close()


def test_a_connection_dropped_half_way_does_no_harm(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(b"POST /model/parse HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
    assert server.parse("hello")["intent"]["name"]


def test_memory_stays_within_its_bound(server: Running) -> None:
    for number in range(200):
        server.parse(f"this is message number {number} about my back and my job")
    assert server.memory() <= MOST_MEMORY


def test_it_ends_when_its_input_closes(tmp_path: Path) -> None:
    running = Running(tmp_path)
    running.stop()
    assert running.process.returncode == 0, "it ended by itself, in the minute that it is given"
