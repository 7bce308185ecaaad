"""Trainings of the language model begun in the studio."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "nlu_trainings",
        sa.Column("id", ID, nullable=False),
        sa.Column("started_by", ID, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("seconds", ID, nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("taught", ID, nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nlu_trainings")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("nlu_trainings")
