"""Who rang a crisis number, when, and who else stands for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "helpline_checks",
        sa.Column("id", ID, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("checked_by", ID, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("agreed_by", ID, nullable=True),
        sa.Column("agreed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpline_checks")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_helpline_checks_mark"), "helpline_checks", ["mark"], unique=False)


def downgrade() -> None:
    op.drop_table("helpline_checks")
