"""The client of the NLU server against a small real HTTP server on loopback."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from bot.nlu.parsed import Entity, Judged, Parsed
from bot.nlu.places import Places
from bot.nlu.rasa import NoNlu, RasaClient, open_nlu
from tests.browser.servers import free_port
from tests.costs import costs_less_than
from tests.stand_ins.server import Answer, LoopbackServer, Request

TOKEN = "a-token"
ANSWER = {
    "intent": {"name": "about_me", "confidence": 0.9},
    "intent_ranking": [{"name": "about_me", "confidence": 0.9}, {"name": "start", "confidence": 0.1}],
    "entities": [{"entity": "body_part", "start": 3, "end": 7, "value": "back"}],
}


class StandIn:
    """Answers every request as told; remembers what it was sent."""

    def __init__(self) -> None:
        self.status, self.body = 200, json.dumps(ANSWER).encode()
        self.may_answer = Event()
        self.may_answer.set()
        self.asked: list[tuple[str, bytes]] = []
        self.url = ""

    def __call__(self, request: Request) -> Answer:
        self.asked.append((request.path, request.body))
        self.may_answer.wait(60)
        right = request.headers["authorization"] == f"Bearer {TOKEN}"
        return Answer(self.body, self.status if right else 401)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[StandIn]:
    stand_in = StandIn()
    with LoopbackServer(stand_in) as running:
        stand_in.url = running.url
        yield stand_in


@pytest.fixture
def connect() -> Iterator[Callable[..., RasaClient]]:
    made: list[RasaClient] = []

    def one(
        url: str, token: str = TOKEN, timeout: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> RasaClient:
        made.append(RasaClient(url, token, timeout, clock=clock))
        return made[-1]

    yield one
    for client in made:
        client.close()


Connect = Callable[..., RasaClient]


def closed_port() -> str:
    return f"http://127.0.0.1:{free_port()}"


def test_an_answer_is_read_whole(server: StandIn, connect: Connect) -> None:
    assert connect(server.url).parse("my back") == Parsed(
        "about_me", 0.9, (("about_me", 0.9), ("start", 0.1)), (Entity("body_part", "back", 3, 7),)
    )
    assert server.asked == [("/model/parse", b'{"text":"my back"}')]


@pytest.mark.parametrize(
    ("crisis", "judged"),
    [
        ({"kind": "self_harm", "confidence": 0.97, "alarm": True}, Judged("self_harm", 0.97, True)),
        ({"kind": "child", "confidence": 0.2, "alarm": False}, Judged("child", 0.2, False)),
        (None, None),
    ],
)
def test_what_it_judged_of_a_crisis_comes_along(
    server: StandIn, connect: Connect, crisis: object, judged: Judged | None
) -> None:
    server.body = json.dumps({**ANSWER, "crisis": crisis}).encode()
    parsed = connect(server.url).parse("my back")
    assert parsed is not None
    assert parsed.crisis == judged


@pytest.mark.parametrize("crisis", [7, [], {"kind": "self_harm"}, {"confidence": "much", "kind": "", "alarm": True}])
def test_an_odd_judgement_makes_the_answer_none(server: StandIn, connect: Connect, crisis: object) -> None:
    server.body = json.dumps({**ANSWER, "crisis": crisis}).encode()
    assert connect(server.url).parse("my back") is None


def test_a_long_text_is_cut_to_what_the_server_takes(server: StandIn, connect: Connect) -> None:
    connect(server.url).parse("x" * 5_000)
    assert len(json.loads(server.asked[0][1])["text"]) == 2_000


def test_half_a_character_is_left_out(server: StandIn, connect: Connect) -> None:
    assert connect(server.url).parse("a\ud83db") is not None
    assert json.loads(server.asked[0][1])["text"] == "ab"


def test_a_server_that_is_down_costs_nothing_for_a_few_seconds(server: StandIn, connect: Connect) -> None:
    clock = Clock()
    client = connect(closed_port(), clock=clock)
    assert client.parse("hello") is None

    def ask(_: int) -> None:
        assert [client.parse("hello") for _ in range(1_000)] == [None] * 1_000

    assert costs_less_than(0.5, ask)


def test_after_the_rest_one_caller_tries_again_and_an_answer_ends_it(server: StandIn, connect: Connect) -> None:
    clock = Clock()
    client = connect(server.url, token="wrong", clock=clock)
    for _ in range(3):
        assert client.parse("hello") is None
    assert len(server.asked) == 3
    assert client.parse("hello") is None
    assert len(server.asked) == 3  # at rest
    clock.now += 6
    assert client.parse("hello") is None
    assert client.parse("hello") is None
    assert len(server.asked) == 4


def test_a_server_that_comes_back_is_used_again(server: StandIn, connect: Connect) -> None:
    clock = Clock()
    client = connect(server.url, clock=clock)
    server.status = 500
    for _ in range(3):
        client.parse("hello")
    server.status = 200
    assert client.parse("hello") is None
    clock.now += 6
    assert client.parse("hello") is not None
    assert client.parse("hello") is not None


def test_one_text_that_cannot_be_parsed_does_not_stop_the_others(server: StandIn, connect: Connect) -> None:
    client = connect(server.url)
    server.status = 500
    assert client.parse("poison") is None
    server.status = 200
    assert client.parse("hello") is not None


def test_a_slow_server_is_not_waited_for(server: StandIn, connect: Connect) -> None:
    server.may_answer.clear()
    client = connect(server.url, timeout=0.1)
    assert client.parse("hello") is None
    assert client.parse("hello") is None
    server.may_answer.set()  # it had answered neither when both were given up


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>502 Bad Gateway</body></html>",
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"intent": null}',
        b"\xff\xfe",
        b'{"intent": {"name": "x", "confidence": "high"}}',
        b'{"intent": {"name": "x"}}',
        b"[" * 50_000,
        b'{"intent": {"name": "x", "confidence": 1}, "entities": [{"entity": "x"}]}',
        b"9" * 5_000,
    ],
)
def test_anything_that_is_not_an_answer_is_no_answer(server: StandIn, connect: Connect, body: bytes) -> None:
    server.body = body
    assert connect(server.url).parse("hello") is None


def test_an_answer_without_end_is_cut_off(server: StandIn, connect: Connect) -> None:
    server.body = json.dumps({**ANSWER, "padding": "x" * 200_000}).encode()
    assert connect(server.url).parse("hello") is None


@pytest.mark.parametrize("status", [204, 302, 400, 404, 500, 503])
def test_any_status_but_200_is_no_answer(server: StandIn, connect: Connect, status: int) -> None:
    server.status = status
    assert connect(server.url).parse("hello") is None


@pytest.mark.parametrize("url", ["", "not a url", "http://", "ftp://127.0.0.1", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_no_answer(connect: Connect, url: str) -> None:
    assert connect(url).parse("hello") is None


def test_up_says_whether_the_server_answers_and_knows_our_token(server: StandIn, connect: Connect) -> None:
    server.body = b'{"model_id": "abc"}'
    assert connect(server.url).up
    assert not connect(server.url, token="wrong").up
    assert not connect(closed_port()).up


def test_a_text_without_words_has_no_intent(server: StandIn, connect: Connect) -> None:
    server.body = b'{"intent": {"name": null, "confidence": 0.0}, "intent_ranking": [], "entities": []}'
    assert connect(server.url).parse("") == Parsed(None, 0.0)


def test_what_is_missing_is_said_plainly_and_nothing_breaks(tmp_path: Path) -> None:
    nlu = open_nlu(places=Places(tmp_path))
    assert isinstance(nlu, NoNlu)
    assert "Python 3.10" in nlu.why
    assert nlu.parse("hello") is None
    assert not nlu.up
    nlu.close()


def test_with_an_environment_but_no_model_the_command_to_train_is_named(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.python.parent.mkdir(parents=True)
    places.python.touch()
    assert "anydoor train" in str(places.missing())


def test_a_given_address_is_used_before_a_server_of_our_own(server: StandIn) -> None:
    nlu = open_nlu(server.url, TOKEN)
    assert nlu.parse("hello") is not None
    nlu.close()
