"""docs/safety.md: all twenty hazards, and every test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:-1] for line in TEXT.splitlines() if re.match(r"\| \d+ \|", line)]


def test_the_log_has_twenty_hazards_in_order() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 21))


def test_each_hazard_names_a_test_or_says_open() -> None:
    assert [row[0].strip() for row in ROWS if "`" not in row[3] and "Open" not in row[3]] == []


def test_every_test_named_is_there() -> None:
    named = [name for row in ROWS for name in re.findall(r"`([^`]+)`", row[3])]
    assert len(named) > 25
    assert [name for name in named if not is_there(name)] == []


def is_there(name: str) -> bool:
    path, _, test = name.partition("::")
    file = ROOT / path
    return file.is_file() and (not test or f"def {test}(" in file.read_text(encoding="utf-8"))
