"""A warm process that forks one life of the product after another, each of which may be killed at a named point.

A life is ordered by a line of JSON on standard input. It assembles everything on the database it is given, accepts
texts one by one (`accepted SID` is the acknowledgement), takes the turns and delivers to a stand-in of Twilio. What
all lives read alike (content, places, models) is read once, before the first fork; no connection is open by then.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot import rounds
from bot.assistant import Areas, Practices, assemble
from bot.nlu.rasa import NoNlu
from bot.nlu.stand_in import Backed, StandIn
from services import audit, diary, faults
from services.clock import Clock
from services.messages import Address, Inbound
from tests.faults.kills.mayhem import Databases, Mayhem
from tests.journeys.product import NOW, settings_of

NOWHERE = "http://127.0.0.1:9"


def warm() -> Backed:
    """Read what every life needs, and have it given out from memory."""
    nlu = Backed(NoNlu("a test"), StandIn())
    areas, practices = Areas.load(), Practices.load()
    Areas.load = lambda *_: areas  # type: ignore[method-assign, assignment]
    Practices.load = lambda *_: practices  # type: ignore[method-assign, assignment]
    with tempfile.TemporaryDirectory() as folder:  # one life that nobody looks at loads all the rest
        database = f"sqlite:///{folder}/anydoor.db"
        texts = [["+447700900399", f"SM{at}", words] for at, words in enumerate(("hi", "1", "off sick"))]
        live({"home": folder, "database": database, "twilio": NOWHERE, "texts": texts, "demo": True}, nlu)
    diary.is_working_day(Clock.at(NOW).london().date())
    return nlu


def live(order: dict[str, Any], nlu: Backed) -> None:
    more = {"ANYDOOR_DATABASE_URL": order["database"], "TELEGRAM_BOT_TOKEN": ""}
    settings = settings_of(Path(order["home"]), NOWHERE, order["twilio"], NOWHERE, **more)
    assistant = assemble(settings, demo=order["demo"], nlu=nlu)
    for number, sid, words in order["texts"]:
        assistant.accept(Inbound(Address("sms", number), sid, text=words))
        print("accepted", sid, flush=True)
        rounds.tick(assistant)
    rounds.tick(assistant)
    audit.seal(assistant.db)
    assistant.close()


def fork(order: dict[str, Any], nlu: Backed) -> int:
    """One life, to its end. Answers its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            faults._fuse = faults._Fuse(order["fault"]) if order["fault"] else None
            live(order, nlu)
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_many(order: dict[str, Any], nlu: Backed) -> str:
    """One run of kills, in this process; what it came to, as JSON."""
    home, state = Path(order["home"]), Path(order["state"]) if order["state"] else None
    mayhem = Mayhem(home, nlu, Databases(home, order["server"]), order["seed"], order["control"], order["only"])
    return mayhem.run(order["kills"], order["seconds"], state).to_json()


def main() -> None:
    nlu = warm()
    print("warm", flush=True)  # what the first life said comes before this
    for line in sys.stdin:
        order = json.loads(line)
        print("ended", kill_many(order, nlu) if "kills" in order else fork(order, nlu), flush=True)


if __name__ == "__main__":
    main()
