"""Lines of the log for another system to collect: one JSON object each on stderr, times in UTC, where the settings say so.

Nothing that anybody typed is in one; of an error that a library logs only its type is kept, since its words may hold some.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

import structlog

from services.audit import Sealing
from services.settings import Settings

_TIME: Final = "at"


class JsonLines(logging.Formatter):
    """The lines of libraries, in the same shape as ours."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "event": record.getMessage().strip(),
            "level": record.levelname.lower(),
            "logger": record.name,
            _TIME: datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info and record.exc_info[0]:
            told["error"] = record.exc_info[0].__name__
        return json.dumps(told)


def start(settings: Settings) -> None:
    """Log as the settings say, in this process; plain lines are what structlog and logging do by themselves."""
    if settings.logs != "json":
        return
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key=_TIME),
            structlog.processors.JSONRenderer(default=str),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.getLogger().handlers = [handler]


def tell(sealed: Sealing) -> None:
    """A row of the audit, as it was sealed: what a copy elsewhere is compared with (`anydoor audit`). Ids and codes only."""
    structlog.get_logger(__name__).info(
        "audit",
        chain=sealed.chain,
        seal=sealed.seal,
        done_at=sealed.at.isoformat(),
        actor=sealed.actor,
        action=sealed.action,
        subject=sealed.subject,
    )
