"""What is counted of journeys: how far, which question, what it cost; needs that nothing meets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "journeys",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=True),
        *(
            sa.Column(name, sa.String(), nullable=name != "channel")
            for name in ("channel", "team_id", "source", "age_band")
        ),
        sa.Column("began_on", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.Date(), nullable=True)
            for name in ("started_on", "eligible_on", "booked_on", "attended_on")
        ),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("question", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("received", "sent", "segments")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journeys")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journeys_begun", "journeys", ["began_on", "team_id"], unique=False)
    op.create_index(op.f("ix_journeys_conversation_id"), "journeys", ["conversation_id"], unique=False)
    op.create_table(
        "question_times",
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        *(sa.Column(name, ID, nullable=False, autoincrement=False) for name in ("within", "shard")),
        sa.Column("count", ID, nullable=False),
        sa.PrimaryKeyConstraint("quarter", "question", "within", "shard", name=op.f("pk_question_times")),
    )
    op.create_table(
        "unmet_needs",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("need", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmet_needs")),
        sqlite_autoincrement=True,
    )
    for name in ("conversation_id", "on"):
        op.create_index(op.f(f"ix_unmet_needs_{name}"), "unmet_needs", [name], unique=False)


def downgrade() -> None:
    for table in ("unmet_needs", "question_times", "journeys"):
        op.drop_table(table)
