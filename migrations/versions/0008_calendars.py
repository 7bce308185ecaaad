"""Invitations to coaches, what coaches chose for their calendars, and when those say that they are busy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
WAITS = sa.text("status IN ('queued', 'sending')")


def upgrade() -> None:
    _invitations()
    op.create_table(
        "coach_calendars",
        sa.Column("coach_id", ID, autoincrement=False, nullable=False),
        sa.Column("mails", sa.Boolean(), nullable=False),
        sa.Column("feed", ID, nullable=False),
        sa.Column("busy_address", sa.LargeBinary(), nullable=True),
        sa.Column("busy_tried_at", TIME, nullable=True),
        sa.Column("busy_read_at", TIME, nullable=True),
        sa.Column("busy_problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_coach_calendars_coach_id")),
        sa.PrimaryKeyConstraint("coach_id", name=op.f("pk_coach_calendars")),
    )
    op.create_table(
        "busy_times",
        sa.Column("id", ID, nullable=False),
        sa.Column("coach_id", ID, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_busy_times_coach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_times")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_busy_times_coach_id_starts_at"), "busy_times", ["coach_id", "starts_at"], unique=False)


def downgrade() -> None:
    op.drop_table("busy_times")
    op.drop_table("coach_calendars")
    op.drop_table("invitations")


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", ID, nullable=False),
        sa.Column("chain_id", ID, nullable=False),
        sa.Column("appointment_id", ID, nullable=False),
        sa.Column("coach_id", ID, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("sequence", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("settled_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name=op.f("fk_invitations_appointment_id")),
        sa.ForeignKeyConstraint(["chain_id"], ["appointments.id"], name=op.f("fk_invitations_chain_id")),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_invitations_coach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("chain_id", "coach_id", "sequence", name=op.f("uq_invitations_chain_id_coach_id_sequence")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_invitations_appointment_id"), "invitations", ["appointment_id"], unique=False)
    op.create_index(op.f("ix_invitations_coach_id"), "invitations", ["coach_id"], unique=False)
    op.create_index("ix_invitations_waits", "invitations", ["id"], sqlite_where=WAITS, postgresql_where=WAITS)
