"""What is known of holes in packages: an exception that has run out fails here, and docs/security.md claims what is written.

Asking needs the internet, so `make audit` asks and CI reads what it wrote.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.test_repository import ROOT
from tools import audit

SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TODAY = datetime.now(UTC).date()
WRITTEN = json.loads(audit.RECORD.read_text(encoding="utf-8")) if audit.RECORD.exists() else None
KEPT, LAST_DAY = next(iter(audit.kept(SECURITY).items()))


def test_no_package_is_kept_longer_than_was_agreed() -> None:
    over = [name for (name, _), day in audit.kept(SECURITY).items() if day < TODAY]
    assert over == [], "look again whether these are still needed, and write down until when, or take them out"


def test_every_hole_on_record_is_accepted_still() -> None:
    assert audit.unaccepted(WRITTEN or {"locks": {}}, SECURITY, TODAY) == []


def test_nothing_is_claimed_that_is_not_on_record() -> None:
    rows = SECURITY.split("\n## ASVS 5.0.0")[1]
    claimed = re.findall(r"^\| 15\.2\.1 \| [^|]+ \| ([^|]+) \|", rows, re.MULTILINE)
    assert claimed == ["met" if audit.is_of_today(WRITTEN, TODAY) else "**not met**"]


def answer(*holes: tuple[str, str, str]) -> dict[str, Any]:
    told = [
        {"name": name, "version": version, "vulns": [{"id": hole, "fix_versions": ["9"], "aliases": ["CVE-1"]}]}
        for name, version, hole in holes
    ]
    return {"dependencies": [{"name": "sound", "version": "1", "vulns": []}, *told], "fixes": []}


def test_what_is_found_is_written_down_with_what_it_was_found_in() -> None:
    written = audit.record(lambda lock: answer(("torn", "2", "PYSEC-1")), TODAY)
    first = written["locks"]["requirements.lock"]
    assert first["found"] == [{"package": "torn", "version": "2", "ids": ["CVE-1", "PYSEC-1"], "fixed": ["9"]}]
    assert (first["packages"], tuple(written["locks"])) == (2, audit.LOCKS)
    assert len(audit.unaccepted(written, SECURITY, TODAY)) == len(audit.LOCKS)


def test_a_hole_in_a_package_that_is_kept_is_accepted_until_its_day_and_no_longer() -> None:
    written = audit.record(lambda lock: answer((*KEPT, "PYSEC-1")), TODAY)
    assert audit.unaccepted(written, SECURITY, LAST_DAY) == []
    assert audit.unaccepted(written, SECURITY, LAST_DAY + timedelta(days=1))
    other = audit.record(lambda lock: answer((KEPT[0], "0.0.1", "PYSEC-1")), TODAY)
    assert audit.unaccepted(other, SECURITY, LAST_DAY), "another version was not agreed to"


def test_a_record_counts_for_the_files_it_was_made_of_and_for_a_month() -> None:
    written = audit.record(lambda lock: answer(), TODAY)
    assert audit.is_of_today(written, TODAY + timedelta(days=30))
    assert not audit.is_of_today(written, TODAY + timedelta(days=31))
    assert not audit.is_of_today(None, TODAY)
    written["locks"]["requirements.lock"]["sha256"] = "of another file"
    assert not audit.is_of_today(written, TODAY)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"dependencies": [{"name": "sound", "skip_reason": "not found on the index"}]}, "could not be asked about"),
        ({"dependencies": []}, "nothing was asked"),
    ],
)
def test_what_could_not_be_asked_about_is_no_clean_bill(told: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        audit.record(lambda lock: told, date(2026, 11, 23))
