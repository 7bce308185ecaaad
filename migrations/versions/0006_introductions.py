"""Numbers that professionals passed on, and the source codes that open their form."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("source_codes", sa.Column("refer_per_hour", ID, nullable=True))
    op.add_column("source_codes", sa.Column("refer_per_day", ID, nullable=True))
    op.create_table(
        "introductions",
        sa.Column("id", ID, nullable=False),
        sa.Column("number_index", sa.String(), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("conversation_id", ID, nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("postcode", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retention", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introductions")),
        sa.UniqueConstraint("number_index", name=op.f("uq_introductions_number_index")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_introductions_person_id"), "introductions", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("introductions")
    with op.batch_alter_table("source_codes") as table:
        table.drop_column("refer_per_day")
        table.drop_column("refer_per_hour")
