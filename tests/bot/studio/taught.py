"""A folder like the repository's, with a small model in place of Rasa's: it takes a text for the example it shares most words with."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from bot.nlu.places import Places
from services import examples, not_understood
from services.db import Database
from services.examples import Labelled
from services.not_understood import Miss

TRAIN = """
import json, pathlib, re, sys
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
knows, intent = {}, ""
for file in sorted(pathlib.Path(given["--data"]).glob("*.yml")):
    for line in file.read_text().splitlines():
        found = re.match(r"\\s*- intent: (\\w+)", line)
        intent = found[1] if found else intent
        if line.strip().startswith("- ") and not found:
            knows[line.strip()[2:]] = intent
if "fall over" in knows:
    sys.exit("it fell over")
pathlib.Path(given["--out"]).write_text(json.dumps(knows))
"""
SERVER = """
import http.server, json, os, pathlib, sys, threading
knows = json.loads(pathlib.Path(sys.argv[1]).read_text())
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        text = json.loads(self.rfile.read(int(self.headers["content-length"])))["text"]
        nearest = max(knows, key=lambda one: (len(set(one.split()) & set(text.split())), one))
        body = json.dumps({"intent": {"name": knows[nearest], "confidence": 0.9}}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *ignored): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print("ready", server.server_port, flush=True)
server.serve_forever()
"""
EXAMPLES = """version: "3.1"
nlu:
  - intent: cost
    examples: |
      - what does it cost
  - intent: who
    examples: |
      - who are you people
"""
BLIND = "text\tlabel\nwhat is the cost\tcost\nwho is this people\twho\n"


def small_places(root: Path, train: str = TRAIN) -> Places:
    """Two meanings, a blind set of two lines, nothing trained yet."""
    made = Places(root)
    folders = (
        made.examples,
        made.crises,
        made.server / "components",
        made.models,
        made.held_out.parent,
        made.python.parent,
    )
    for folder in folders:
        folder.mkdir(parents=True)
    for name in ("build_onnx.py", "requirements.lock"):
        (made.server / name).write_text(name)
    (made.server / "train.py").write_text(train)
    (made.server / "server.py").write_text(SERVER)
    made.pipeline.write_text("pipeline: []")
    (made.examples / "one.yml").write_text(EXAMPLES)
    made.held_out.write_text(BLIND)
    made.python.symlink_to(sys.executable)
    return made


SAID = tuple(
    f"{seen} your poster {where}"
    for seen in ("saw", "found", "read")
    for where in ("at the chemist", "on the bus", "in town")
)


def teach(db: Database, now: datetime) -> None:
    """Some messages that nobody understood, labelled."""
    with db.write() as session:
        for said in SAID:
            not_understood.record(session, 1, Miss(said, None, None, None, None), now)
        session.flush()
        rows = [Labelled(row.id, row.words or "") for row in not_understood.waiting(session)]
        examples.teach(session, rows, "start", 1, now)
