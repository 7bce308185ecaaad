"""Eligibility rules that are written in the browser; words that were labelled to teach the assistant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "team_rules",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("recheck_by", sa.Date(), nullable=True),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("agreed_by", ID, nullable=True),
        sa.Column("agreed_at", TIME, nullable=True),
        sa.Column("dropped_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_rules_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_rules")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "nlu_examples",
        sa.Column("id", ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("added_by", ID, nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nlu_examples")),
        sa.UniqueConstraint("mark", name=op.f("uq_nlu_examples_mark")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_team_rules_team_id"), "team_rules", ["team_id"], unique=False)


def downgrade() -> None:
    op.drop_table("nlu_examples")
    op.drop_table("team_rules")
