"""How many calls a coach takes a day and a team a week, where a lead sets a limit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIMITS = ("most_a_day", "most_a_week")


def upgrade() -> None:
    with op.batch_alter_table("teams") as teams:
        for name in LIMITS:
            teams.add_column(sa.Column(name, ID, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("teams") as teams:
        for name in LIMITS:
            teams.drop_column(name)
