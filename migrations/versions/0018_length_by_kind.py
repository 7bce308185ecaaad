"""How long a call is, by its kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("teams") as teams:
        teams.add_column(sa.Column("kind_minutes", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("teams") as teams:
        teams.alter_column("kind_minutes", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("teams") as teams:
        teams.drop_column("kind_minutes")
