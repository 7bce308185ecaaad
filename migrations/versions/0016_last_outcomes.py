"""What a member of staff recorded last, so that it can be taken back for a few minutes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "last_outcomes",
        sa.Column("staff_id", ID, autoincrement=False, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("referral_id", ID, nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_last_outcomes")),
    )
    op.create_index(op.f("ix_last_outcomes_conversation_id"), "last_outcomes", ["conversation_id"], unique=False)


def downgrade() -> None:
    op.drop_table("last_outcomes")
