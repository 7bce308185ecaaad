"""What the language server answers is what Rasa's own way of asking the same model gives, to the last figure."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from bot.nlu.places import Places
from bot.nlu.stand_in import read_examples

PLACES = Places()
EVERY = 60  # of 30,000 examples
ODD = [
    "🙂",
    "\u202eabc",
    "((((((" * 20,
    "x\n" * 50,
    "£20 a month, 3 weeks",
    "CAPS LOCK And Title Case 12",
    "it's o'clock   and...  so -- 3,4,5 months!!",
    "@me #tag &co",
    "ſtraße ẞ İ",
    "0:low:back",
    "off sick 3 months with my sciatica, rent arrears and 2 weeks notice",
]
COMPARED = """
import asyncio, json, sys
sys.path.insert(0, sys.argv[1])
import server
from rasa.core.agent import Agent

agents, load = [], Agent.load
Agent.load = lambda *given: agents.append(load(*given)) or agents[0]
parse, _ = server.load(server.Path(sys.argv[2]))
for text in json.load(sys.stdin):
    ours = server.plain(parse(text))
    theirs = server.plain(asyncio.run(agents[0].parse_message(text)))
    print(json.dumps([text, ours, theirs]))
"""

pytestmark = [
    pytest.mark.nlu,
    pytest.mark.slow,
    pytest.mark.skipif(PLACES.missing() is not None, reason=str(PLACES.missing())),
]


def test_the_answers_are_rasas_own() -> None:
    texts = sorted({text for text, _ in read_examples()})[::EVERY] + ODD
    done = subprocess.run(
        [str(PLACES.python), "-c", COMPARED, str(PLACES.server), str(PLACES.current())],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NLU_TOKEN": "a-token"},
    )
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    assert len(answers) == len(texts)
    assert [one for one in answers if one[1] != one[2]] == []
    assert sum(bool(ours["entities"]) for _, ours, _ in answers) > 20
    assert sum(ours["crisis"] is None for _, ours, _ in answers) < len(answers)
