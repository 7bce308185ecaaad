"""Signed messages to a team's own system: where they go, and which went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
WAITS = sa.text("status IN ('queued', 'sending')")


def upgrade() -> None:
    op.create_table(
        "team_hooks",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_hooks_team_id")),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_team_hooks")),
    )
    op.create_table(
        "hook_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("referral_id", ID, nullable=True),
        sa.Column("appointment_id", ID, nullable=True),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("run_at", TIME, nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("settled_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_hook_events_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_events")),
        sa.UniqueConstraint("event_id", name=op.f("uq_hook_events_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_hook_events_team_id"), "hook_events", ["team_id"], unique=False)
    op.create_index(op.f("ix_hook_events_person_id"), "hook_events", ["person_id"], unique=False)
    where = {"sqlite_where": WAITS, "postgresql_where": WAITS}
    op.create_index("ix_hook_events_waits", "hook_events", ["run_at", "id"], unique=False, **where)


def downgrade() -> None:
    op.drop_table("hook_events")
    op.drop_table("team_hooks")
