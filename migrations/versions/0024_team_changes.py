"""Changes of teams that wait for a second person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "team_changes",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("agreed_by", ID, nullable=True),
        sa.Column("agreed_at", TIME, nullable=True),
        sa.Column("dropped_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_changes_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_team_changes_team_id"), "team_changes", ["team_id"], unique=False)


def downgrade() -> None:
    op.drop_table("team_changes")
