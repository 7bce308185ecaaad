"""A process has loaded its word lists before it takes the first turn (bot/warming.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIFE = """
import gc, sys
from pathlib import Path
from bot import rounds, warming
from bot.assistant import assemble
from bot.nlu.recognisers.phrases import PhraseBook
from bot.nlu.stand_in import StandIn
from services.messages import Address, Inbound
from services.settings import Settings

given = {"ANYDOOR_HOME": Path(sys.argv[1]), "ANYDOOR_NOW": "2026-11-23T09:00", "ANYDOOR_SECRET_KEY": "not-a-secret-but-long-enough"}
assistant = assemble(Settings.model_validate(given), demo=True, nlu=StandIn())
built, build = [], PhraseBook.__init__
PhraseBook.__init__ = lambda self, *given, **more: (built.append(1), build(self, *given, **more))[1]
assistant.warm()
before = len(built)
warming.keep()
for place, text in enumerate(("hi", "1", "off sick", "PR1 8XJ", "34", "1 and 2", "money", "Sam", "1", "1", "1")):
    assistant.accept(Inbound(Address("sms", "+447700900321"), f"SM{place}", text=text))
    rounds.catch_up_all(assistant)
print(before, len(built) - before, gc.get_freeze_count())
assistant.close()
"""


def test_the_first_person_waits_for_no_word_list_and_what_is_loaded_is_kept(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIFE, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300
    )
    before, meanwhile, kept = map(int, done.stdout.split())
    assert before > 20
    assert 10 * meanwhile < before, "a few short ones may be left"
    assert kept > 50_000
