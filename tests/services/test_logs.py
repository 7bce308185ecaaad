"""Lines for another system: one JSON object each, in UTC, with the sealed rows of the audit and no word that was typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import structlog

from services import audit, logs
from services.db import Database
from services.settings import Settings

CANARY = "quillfeather-zebedee"


@pytest.fixture
def as_it_was() -> Iterator[None]:
    """Also where a server was started in this process before, which gave its own lines handlers of their own."""
    names = (None, "uvicorn", "uvicorn.error")
    before = [(log := logging.getLogger(name), log.handlers, log.propagate) for name in names]
    for log, _, _ in before[1:]:
        log.handlers, log.propagate = [], True
    yield
    for log, handlers, propagate in before:
        log.handlers, log.propagate = handlers, propagate
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    out, err = capsys.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def started(**given: str) -> None:
    logs.start(Settings.model_validate(given))


def test_our_lines_and_those_of_libraries_have_one_shape(as_it_was: None, capsys: pytest.CaptureFixture[str]) -> None:
    started(ANYDOOR_LOGS="json")
    structlog.get_logger("ours").warning("webhook refused", channel="sms")
    try:
        raise ValueError(f"{CANARY}\nsecond line")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    ours, theirs = lines(capsys)
    at = [datetime.fromisoformat(str(each.pop("at"))) for each in (ours, theirs)]
    assert [each.utcoffset().total_seconds() for each in at if each.tzinfo] == [0, 0]  # type: ignore[union-attr]
    assert ours == {"event": "webhook refused", "level": "warning", "channel": "sms"}
    assert theirs == {
        "event": "Exception in ASGI application",
        "level": "error",
        "logger": "uvicorn.error",
        "error": "ValueError",
    }


def test_nothing_is_changed_where_nobody_collects(as_it_was: None) -> None:
    before = logging.getLogger().handlers
    started()
    assert (logging.getLogger().handlers, structlog.is_configured()) == (before, False)
    with pytest.raises(ValueError, match="ANYDOOR_LOGS"):
        started(ANYDOOR_LOGS="yaml")


def test_each_row_of_the_audit_is_told_once_it_is_sealed_and_never_its_detail(
    db: Database, now: datetime, tmp_path: Path, as_it_was: None, capsys: pytest.CaptureFixture[str]
) -> None:
    started(ANYDOOR_LOGS="json")
    with db.write() as session:
        for number in (1, 2):
            audit.record(session, "staff:3", "person.view", f"person:{number}", now, {"what": CANARY})
    assert audit.seal(db, tmp_path / "anchor", tell=logs.tell) == 2
    assert audit.seal(db, tmp_path / "anchor", tell=logs.tell) == 0
    told = lines(capsys)
    assert CANARY not in json.dumps(told)
    assert [(each["event"], each["chain"], each["actor"], each["action"], each["subject"]) for each in told] == [
        ("audit", 1, "staff:3", "person.view", "person:1"),
        ("audit", 2, "staff:3", "person.view", "person:2"),
    ]
    kept = tmp_path / "elsewhere"
    kept.write_text("".join(f"{each['at']} {each['chain']} {each['seal']}\n" for each in told))
    with db.read() as session:
        assert audit.verify(session, kept) == []
