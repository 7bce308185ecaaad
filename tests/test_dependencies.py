"""What is installed is what was locked, and each old package that we keep is written down with what contains it.

Asking the advisory databases needs the internet beyond a package index, so it is `make audit` and no part of CI.
"""

from __future__ import annotations

import os
import re
from datetime import date

import pytest

from bot.nlu import process
from tests.test_repository import ROOT

LOCKS = ("requirements.lock", "requirements-tracing.lock", "requirements-dev.lock", "nlu_server/requirements.lock")
PINNED = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z0-9,_-]+\])?==([^\s;\\]+)", re.MULTILINE)
SECURITY = ROOT / "docs" / "security.md"
MOST_DAYS_AHEAD = 200


def locked(name: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_locked_to_one_version_by_its_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    assert len(entries) > 50
    loose = [entry.split()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert loose == []
    assert not re.search(r"^\s*-[ef] |git\+|file:|https?:", text, re.MULTILINE), "nothing from another place"


def kept_old() -> list[tuple[str, str, str]]:
    """(package, version, look again by) of the table of old packages in docs/security.md."""
    part = SECURITY.read_text(encoding="utf-8").split("## Packages kept at an old version")[1].split("\n## ")[0]
    return re.findall(r"^\| `([a-z0-9.-]+)` \| ([^ |]+) \| [^|]+ \| (\d{4}-\d\d-\d\d) \|", part, re.MULTILINE)


def test_every_old_package_that_is_kept_is_the_one_written_down_and_looked_at_again() -> None:
    rows, there = kept_old(), locked("nlu_server/requirements.lock")
    assert len(rows) >= 5
    assert {name: version for name, version, _ in rows} == {name: there.get(name) for name, _, _ in rows}
    written = date.fromisoformat(
        re.findall(r"^Looked at: (\S+)$", SECURITY.read_text(encoding="utf-8"), re.MULTILINE)[0]
    )
    assert all(0 < (date.fromisoformat(day) - written).days < MOST_DAYS_AHEAD for _, _, day in rows)


def test_the_old_packages_are_given_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANYDOOR_SECRET_KEY", "ANYDOOR_DATA_KEYS", "ANYDOOR_DATABASE_URL", "TWILIO_AUTH_TOKEN", "SMTP_URL"):
        monkeypatch.setenv(name, "a secret")
    assert "a secret" not in process.passed_on().values()
    assert set(process.passed_on()) <= {*process.PASSED_ON}
    assert os.environ["PATH"] == process.passed_on()["PATH"]
    training = (ROOT / "bot" / "nlu" / "training.py").read_text(encoding="utf-8")
    assert "os.environ" not in training


def test_our_own_packages_do_not_share_rasas_environment() -> None:
    assert "rasa" not in locked("requirements.lock")
