"""The duty rota: exceptions, rules, whom an alert was put to, texts to staff and the numbers they go to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "duty_exceptions",
        sa.Column("id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("deputy_id", ID, nullable=True),
        sa.Column("starts_minute", ID, nullable=True),
        sa.Column("ends_minute", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_duty_exceptions_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_exceptions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_duty_exceptions_team_id"), "duty_exceptions", ["team_id"], unique=False)
    op.create_table(
        "duty_rules",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("answer_minutes", ID, nullable=False),
        sa.Column("bank_holidays", sa.Boolean(), nullable=False),
        sa.Column("unplaced", sa.Boolean(), nullable=False),
        sa.Column("then", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_duty_rules_team_id")),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_duty_rules")),
    )
    op.create_table(
        "duty_asks",
        sa.Column("id", ID, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("place", ID, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("answer_by", TIME, nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_asks")),
        sa.UniqueConstraint("alert_id", "staff_id", name=op.f("uq_duty_asks_alert_id_staff_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_duty_asks_alert_id"), "duty_asks", ["alert_id"], unique=False)
    op.create_index(op.f("ix_duty_asks_staff_id"), "duty_asks", ["staff_id"], unique=False)
    _staff_texts()
    op.add_column("duty_alerts", sa.Column("asks", sa.JSON(), nullable=True))
    op.add_column("duty_alerts", sa.Column("answer_minutes", ID, nullable=True))
    op.add_column("duty_alerts", sa.Column("nobody_left_at", TIME, nullable=True))
    op.add_column("staff", sa.Column("phone", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("phone_index", sa.String(), nullable=True))
    op.add_column("staff", sa.Column("phone_waiting", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_staff_phone_index"), "staff", ["phone_index"], unique=False)


def _staff_texts() -> None:
    op.create_table(
        "staff_texts",
        sa.Column("id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("alert_id", ID, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("filled", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("not_after", TIME, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("first_attempt_at", TIME, nullable=True),
        sa.Column("settled_at", TIME, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_texts")),
        sa.UniqueConstraint("answers", name=op.f("uq_staff_texts_answers")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_staff_texts_staff_id"), "staff_texts", ["staff_id"], unique=False)
    op.create_index(op.f("ix_staff_texts_alert_id"), "staff_texts", ["alert_id"], unique=False)
    op.create_index(op.f("ix_staff_texts_status_created_at"), "staff_texts", ["status", "created_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_staff_phone_index"), "staff")
    with op.batch_alter_table("staff") as table:
        for name in ("phone_waiting", "phone_index", "phone"):
            table.drop_column(name)
    with op.batch_alter_table("duty_alerts") as table:
        for name in ("nobody_left_at", "answer_minutes", "asks"):
            table.drop_column(name)
    for name in ("staff_texts", "duty_asks", "duty_rules", "duty_exceptions"):
        op.drop_table(name)
