"""In the terminal: the command itself, line by line, to a booked call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ANSWERS = ["hi", "@press yes", "off sick", "PR1 8XJ", "34", "1 and 2", "money", "Sam", "1", "1", "1"]


def play(home: Path, lines: list[str]) -> list[dict[str, Any]]:
    """Write a line, read the line it brings, as an outside script would."""
    command = [sys.executable, "-c", "from bot.cli import main; main()", "chat", "--json", "--demo"]
    environment = {**os.environ, "ANYDOOR_HOME": str(home), "NLU_URL": "http://127.0.0.1:9"}
    command += ["--now", "2026-11-23T09:00"]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as terminal:
        assert terminal.stdin
        assert terminal.stdout
        said = []
        for line in lines:
            terminal.stdin.write(line + "\n")
            said.append(json.loads(terminal.stdout.readline()))
        terminal.stdin.close()
        assert terminal.wait(timeout=60) == 0
    return said


def test_a_person_books_a_call_in_the_terminal(tmp_path: Path) -> None:
    said = play(tmp_path, [*ANSWERS, "@time 2026-11-23T10:31"])
    booked = said[len(ANSWERS) - 1]
    assert booked["outcome"] == "booked"
    assert "Your call is booked" in booked["replies"][0]["text"]
    names = [event["name"] for event in booked["events"]]
    assert {"consent:share", "referral_shared", "appointment_booked"} <= set(names)
    reminded = said[-1]
    assert [event["name"] for event in reminded["events"]] == ["reminder_sent"]
    assert "in about an hour" in reminded["replies"][0]["text"]
