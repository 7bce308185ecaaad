"""People whom a team would hand to another team, and their answer; who a member of staff is at their organisation's provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "transfers",
        sa.Column("id", ID, nullable=False),
        sa.Column("referral_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("from_team_id", sa.String(), nullable=False),
        sa.Column("to_team_id", sa.String(), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("planned_at", TIME, nullable=False),
        sa.Column("asked_at", TIME, nullable=True),
        sa.Column("taken_back_at", TIME, nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("new_referral_id", ID, nullable=True),
        sa.Column("retention", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_transfers_person_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_transfers_referral_id")),
        sa.ForeignKeyConstraint(["from_team_id"], ["teams.id"], name=op.f("fk_transfers_from_team_id")),
        sa.ForeignKeyConstraint(["to_team_id"], ["teams.id"], name=op.f("fk_transfers_to_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sqlite_autoincrement=True,
    )
    for name in ("referral_id", "person_id", "conversation_id"):
        op.create_index(op.f(f"ix_transfers_{name}"), "transfers", [name], unique=False)
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("subject", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("staff") as staff:
        staff.drop_column("subject")
    op.drop_table("transfers")
