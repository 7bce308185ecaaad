"""Teams, coaches and the diary of calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _teams()
    _footprints()
    _coaches()
    _working_hours()
    _absences()
    _holds()
    _appointments()
    _diary_cells()
    _reminders_sent()


def downgrade() -> None:
    op.drop_table("reminders_sent")
    op.drop_table("diary_cells")
    op.drop_table("appointments")
    op.drop_table("holds")
    op.drop_table("absences")
    op.drop_table("working_hours")
    op.drop_table("coaches")
    op.drop_table("footprints")
    op.drop_table("teams")


def _teams() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("board", sa.String(), nullable=True),
        sa.Column("controller", sa.String(), nullable=False),
        sa.Column("privacy_url", sa.String(), nullable=True),
        sa.Column("caller_number", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("min_age", ID, nullable=False),
        sa.Column("asks_months", sa.Boolean(), nullable=False),
        sa.Column("accepts_call_back", sa.Boolean(), nullable=False),
        sa.Column("call_back_days", ID, nullable=False),
        sa.Column("call_kinds", sa.String(), nullable=False),
        sa.Column("call_minutes", ID, nullable=False),
        sa.Column("buffer_minutes", ID, nullable=False),
        sa.Column("step_minutes", ID, nullable=False),
        sa.Column("notice_minutes", ID, nullable=False),
        sa.Column("horizon_days", ID, nullable=False),
        sa.Column("retention_days", ID, nullable=False),
        sa.Column("telegram_allowed", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )
    op.create_index(op.f("ix_teams_board"), "teams", ["board"], unique=False)


def _footprints() -> None:
    op.create_table(
        "footprints",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=True),
        sa.Column("accepts", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_footprints_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_footprints")),
    )
    op.create_index(op.f("ix_footprints_kind_code"), "footprints", ["kind", "code"], unique=False)
    op.create_index(op.f("ix_footprints_team_id"), "footprints", ["team_id"], unique=False)


def _coaches() -> None:
    op.create_table(
        "coaches",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("languages", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_coaches_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaches")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_coaches_team_id"), "coaches", ["team_id"], unique=False)


def _working_hours() -> None:
    op.create_table(
        "working_hours",
        sa.Column("id", ID, nullable=False),
        sa.Column("coach_id", ID, nullable=False),
        sa.Column("weekday", ID, nullable=False),
        sa.Column("starts_minute", ID, nullable=False),
        sa.Column("ends_minute", ID, nullable=False),
        sa.Column("break_starts_minute", ID, nullable=True),
        sa.Column("break_ends_minute", ID, nullable=True),
        sa.Column("call_kinds", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_working_hours_coach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_hours")),
    )
    op.create_index(op.f("ix_working_hours_coach_id"), "working_hours", ["coach_id"], unique=False)


def _absences() -> None:
    op.create_table(
        "absences",
        sa.Column("id", ID, nullable=False),
        sa.Column("coach_id", ID, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_absences_coach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_coach_id"), "absences", ["coach_id"], unique=False)


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("coach_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_holds_coach_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_holds_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_holds_conversation_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_holds_coach_id"), "holds", ["coach_id"], unique=False)


def _appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("coach_id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("referral_id", ID, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("moved_from_id", ID, nullable=True),
        sa.Column("moves", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retention", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_appointments_coach_id")),
        sa.ForeignKeyConstraint(["moved_from_id"], ["appointments.id"], name=op.f("fk_appointments_moved_from_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_appointments_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_appointments_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
        sa.UniqueConstraint("moved_from_id", name=op.f("uq_appointments_moved_from_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_appointments_coach_id_starts_at"), "appointments", ["coach_id", "starts_at"], unique=False)
    op.create_index(op.f("ix_appointments_conversation_id"), "appointments", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_appointments_person_id"), "appointments", ["person_id"], unique=False)
    op.create_index(op.f("ix_appointments_referral_id"), "appointments", ["referral_id"], unique=False)
    op.create_index(op.f("ix_appointments_status_starts_at"), "appointments", ["status", "starts_at"], unique=False)
    op.create_index(op.f("ix_appointments_team_id"), "appointments", ["team_id"], unique=False)


def _diary_cells() -> None:
    op.create_table(
        "diary_cells",
        sa.Column("coach_id", ID, nullable=False),
        sa.Column("cell", ID, autoincrement=False, nullable=False),
        sa.Column("hold_id", ID, nullable=True),
        sa.Column("appointment_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name=op.f("fk_diary_cells_appointment_id")),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_diary_cells_coach_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_diary_cells_hold_id")),
        sa.PrimaryKeyConstraint("coach_id", "cell", name=op.f("pk_diary_cells")),
    )
    op.create_index(op.f("ix_diary_cells_appointment_id"), "diary_cells", ["appointment_id"], unique=False)
    op.create_index(op.f("ix_diary_cells_hold_id"), "diary_cells", ["hold_id"], unique=False)


def _reminders_sent() -> None:
    op.create_table(
        "reminders_sent",
        sa.Column("appointment_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name=op.f("fk_reminders_sent_appointment_id")),
        sa.PrimaryKeyConstraint("appointment_id", "kind", name=op.f("pk_reminders_sent")),
    )
