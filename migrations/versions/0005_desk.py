"""Notes, plans and cover of the coaches' desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _desk_notes()
    _plans()
    _covers()


def downgrade() -> None:
    op.drop_table("covers")
    op.drop_table("plans")
    op.drop_table("desk_notes")


def _desk_notes() -> None:
    op.create_table(
        "desk_notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("referral_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("appointment_id", ID, nullable=True),
        sa.Column("call_back_id", ID, nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("retention", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_desk_notes_person_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_desk_notes_referral_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_desk_notes_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_notes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_desk_notes_person_id"), "desk_notes", ["person_id"], unique=False)
    op.create_index(op.f("ix_desk_notes_referral_id_kind"), "desk_notes", ["referral_id", "kind"], unique=False)


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", ID, nullable=False),
        sa.Column("referral_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("next_what", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", ID, nullable=False),
        sa.Column("retention", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_plans_person_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_plans_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_plans_referral_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_plans_next_on"), "plans", ["next_on"], unique=False)
    op.create_index(op.f("ix_plans_person_id"), "plans", ["person_id"], unique=False)


def _covers() -> None:
    op.create_table(
        "covers",
        sa.Column("id", ID, nullable=False),
        sa.Column("coach_id", ID, nullable=False),
        sa.Column("by_coach_id", ID, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.ForeignKeyConstraint(["by_coach_id"], ["coaches.id"], name=op.f("fk_covers_by_coach_id")),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_covers_coach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covers")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_covers_by_coach_id"), "covers", ["by_coach_id"], unique=False)
    op.create_index(op.f("ix_covers_coach_id"), "covers", ["coach_id"], unique=False)
