"""Alembic's entry: runs on the connection that services.migrate opened."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection

from services import faults
from services.models import Base


def _killable(**_: Any) -> None:
    faults.point("mid_migration")


def run(connection: Connection) -> None:
    """All steps in one transaction, so that a killed migration leaves nothing half done."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        on_version_apply=_killable,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
