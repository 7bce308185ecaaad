"""What the conversation tests have come to, for the picture of the conversation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dialog_trials") as trials:
        trials.add_column(sa.Column("covered", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("dialog_trials") as trials:
        trials.alter_column("covered", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("dialog_trials") as trials:
        trials.drop_column("covered")
