"""What is live and was, the draft that is being written, who agreed to it, and its conversation tests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "dialog_publications",
        sa.Column("id", ID, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("follows", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("approved_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["hash"], ["dialog_revisions.hash"], name=op.f("fk_dialog_publications_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialog_publications")),
        sa.UniqueConstraint("follows", name=op.f("uq_dialog_publications_follows")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dialog_drafts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("base", ID, nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("tests", sa.JSON(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialog_drafts")),
    )
    op.create_table(
        "dialog_approvals",
        sa.Column("id", ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialog_approvals")),
        sa.UniqueConstraint("mark", "staff_id", name=op.f("uq_dialog_approvals_mark_staff_id")),
        sqlite_autoincrement=True,
    )
    _tests()


def _tests() -> None:
    op.create_table(
        "dialog_tests",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_dialog_tests")),
    )
    op.create_table(
        "dialog_trials",
        sa.Column("id", ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("total", ID, nullable=False),
        sa.Column("played", ID, nullable=False),
        sa.Column("failures", sa.JSON(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialog_trials")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_dialog_trials_mark"), "dialog_trials", ["mark"], unique=False)


def downgrade() -> None:
    for name in ("dialog_trials", "dialog_tests", "dialog_approvals", "dialog_drafts", "dialog_publications"):
        op.drop_table(name)
