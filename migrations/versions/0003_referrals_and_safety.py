"""Referrals, promises, duty and the directory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _referrals()
    _eligibility_decisions()
    _call_backs()
    _duty_rota()
    _duty_alerts()
    _listings()


def downgrade() -> None:
    op.drop_table("listings")
    op.drop_table("duty_alerts")
    op.drop_table("duty_rota")
    op.drop_table("call_backs")
    op.drop_table("eligibility_decisions")
    op.drop_table("referrals")


def _referrals() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", ID, nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=False),
        sa.Column("reference_index", sa.String(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("coach_id", ID, nullable=True),
        sa.Column("consent_id", ID, nullable=True),
        sa.Column("decision_id", ID, nullable=True),
        sa.Column("card", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retention", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_referrals_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_referrals_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("reference_index", name=op.f("uq_referrals_reference_index")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_referrals_conversation_id"), "referrals", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_referrals_person_id"), "referrals", ["person_id"], unique=False)
    op.create_index(op.f("ix_referrals_team_id_status"), "referrals", ["team_id", "status"], unique=False)


def _eligibility_decisions() -> None:
    op.create_table(
        "eligibility_decisions",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retention", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_decisions")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_eligibility_decisions_conversation_id"), "eligibility_decisions", ["conversation_id"], unique=False
    )


def _call_backs() -> None:
    op.create_table(
        "call_backs",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("promised_by", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", ID, nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("retention", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_call_backs_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_call_backs_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_backs")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_call_backs_conversation_id"), "call_backs", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_call_backs_person_id"), "call_backs", ["person_id"], unique=False)
    op.create_index(op.f("ix_call_backs_team_id_done_at"), "call_backs", ["team_id", "done_at"], unique=False)


def _duty_rota() -> None:
    op.create_table(
        "duty_rota",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("weekday", ID, nullable=False),
        sa.Column("starts_minute", ID, nullable=False),
        sa.Column("ends_minute", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("deputy_id", ID, nullable=True),
        sa.Column("answer_minutes", ID, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_duty_rota_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_rota")),
    )
    op.create_index(op.f("ix_duty_rota_team_id"), "duty_rota", ["team_id"], unique=False)


def _duty_alerts() -> None:
    op.create_table(
        "duty_alerts",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_duty_id", ID, nullable=True),
        sa.Column("deputy_id", ID, nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", ID, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("retention", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_alerts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_duty_alerts_conversation_id"), "duty_alerts", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_duty_alerts_team_id_closed_at"), "duty_alerts", ["team_id", "closed_at"], unique=False)


def _listings() -> None:
    op.create_table(
        "listings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("what_for", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("phone_cost", sa.String(), nullable=True),
        sa.Column("text_number", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("hours", sa.String(), nullable=True),
        sa.Column("nations", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("area_codes", sa.JSON(), nullable=False),
        sa.Column("ages", sa.String(), nullable=True),
        sa.Column("self_refer", sa.Boolean(), nullable=False),
        sa.Column("who_for", sa.String(), nullable=True),
        sa.Column("sms", sa.String(), nullable=True),
        sa.Column("crisis", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_date", sa.String(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("checked_by", sa.String(), nullable=True),
        sa.Column("recheck_by", sa.Date(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
    )
